//! Getting in and out, and one's own account: password, devices, profile, API tokens.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use shared::Values;
use shared::i18n::Locale;
use uuid::Uuid;

use super::Fault;

/// What the first run asks for.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewOrganisation {
    pub org_name: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub locale: Locale,
    pub timezone: String,
    pub currency: String,
}

impl std::fmt::Debug for NewOrganisation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewOrganisation").field("org_name", &self.org_name).finish_non_exhaustive()
    }
}

/// What an invited person sees before accepting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationText {
    pub org_name: String,
    pub invited_by: String,
    pub email: String,
    pub name: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// A place where the user is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignedInDevice {
    pub id: Uuid,
    pub current: bool,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
}

/// One of the user's API tokens, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLine {
    pub id: Uuid,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Starts a session.
#[server(prefix = "/api/fn", endpoint = "sign_in", input = Json, output = Json)]
pub async fn sign_in(email: String, password: String) -> Result<(), Fault> {
    let signed_in = super::store()?.sign_in(&email, &password, &request::client()).await?;
    request::start_session(&signed_in).await
}

/// Ends the session of this request.
#[server(prefix = "/api/fn", endpoint = "sign_out", input = Json, output = Json)]
pub async fn sign_out() -> Result<(), Fault> {
    if let Ok(session) = super::session() {
        super::store()?.revoke_session(&session.actor, session.session_id).await?;
    }
    request::end_session()
}

/// Whether there is no organisation yet.
#[server(prefix = "/api/fn", endpoint = "needs_set_up", input = Json, output = Json)]
pub async fn needs_set_up() -> Result<bool, Fault> {
    Ok(super::store()?.needs_set_up().await?)
}

/// Makes the first organisation and signs its administrator in.
#[server(prefix = "/api/fn", endpoint = "set_up", input = Json, output = Json)]
pub async fn set_up(organisation: NewOrganisation) -> Result<(), Fault> {
    let NewOrganisation { org_name, name, email, password, locale, timezone, currency } = organisation;
    let input = store::auth::SetUp { org_name, name, email, password, locale, timezone, currency };
    let signed_in = super::store()?.set_up(input, &request::client()).await?;
    request::start_session(&signed_in).await
}

/// What an invitation is for.
#[server(prefix = "/api/fn", endpoint = "invitation", input = Json, output = Json)]
pub async fn invitation(token: String) -> Result<InvitationText, Fault> {
    let found = super::store()?.invitation(&token).await?;
    let store::auth::InvitationPreview { org_name, invited_by, email, name, expires_at, .. } = found;
    Ok(InvitationText { org_name, invited_by, email, name, expires_at })
}

/// Accepts an invitation and signs the new user in.
#[server(prefix = "/api/fn", endpoint = "accept_invitation", input = Json, output = Json)]
pub async fn accept_invitation(token: String, name: String, password: String) -> Result<(), Fault> {
    let signed_in = super::store()?.accept_invitation(&token, &name, &password, &request::client()).await?;
    request::start_session(&signed_in).await
}

/// Mails a link to whoever has that address. The answer, and how long it takes, is the same for every address.
#[server(prefix = "/api/fn", endpoint = "request_reset", input = Json, output = Json)]
pub async fn request_reset(email: String) -> Result<(), Fault> {
    let (store, outgoing) = (super::store()?, request::outgoing());
    tokio::spawn(async move {
        match store.request_reset(&email).await {
            Ok(mails) => mails.iter().for_each(|mail| request::post_reset(&outgoing, mail)),
            Err(error) => tracing::error!(%error, "a password reset could not be prepared"),
        }
    });
    Ok(())
}

/// Sets a new password by a mailed link.
#[server(prefix = "/api/fn", endpoint = "reset_password", input = Json, output = Json)]
pub async fn reset_password(token: String, password: String) -> Result<(), Fault> {
    Ok(super::store()?.reset_password(&token, &password).await?)
}

/// Changes one's own password; other devices are signed out.
#[server(prefix = "/api/fn", endpoint = "change_password", input = Json, output = Json)]
pub async fn change_password(old_password: String, password: String) -> Result<(), Fault> {
    let session = super::session()?;
    Ok(super::store()?.change_password(&session.actor, session.session_id, &old_password, &password).await?)
}

/// Changes one's own name, phone, language or time zone.
#[server(prefix = "/api/fn", endpoint = "update_profile", input = Json, output = Json)]
pub async fn update_profile(values: Values) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    store.update_profile(&actor, values).await?;
    Ok(())
}

/// One's own name, phone, language and time zone.
#[server(prefix = "/api/fn", endpoint = "profile", input = Json, output = Json)]
pub async fn profile() -> Result<Values, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.profile(&actor).await?)
}

/// Where one is signed in.
#[server(prefix = "/api/fn", endpoint = "devices", input = Json, output = Json)]
pub async fn devices() -> Result<Vec<SignedInDevice>, Fault> {
    let session = super::session()?;
    let devices = super::store()?.sessions(&session.actor).await?;
    let line = |device: store::auth::Device| {
        let store::auth::Device { id, created_at, last_seen_at, user_agent, ip, .. } = device;
        SignedInDevice { id, current: id == session.session_id, created_at, last_seen_at, user_agent, ip }
    };
    Ok(devices.into_iter().map(line).collect())
}

/// Signs one device out.
#[server(prefix = "/api/fn", endpoint = "revoke_device", input = Json, output = Json)]
pub async fn revoke_device(id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.revoke_session(&actor, id).await?)
}

/// Signs every other device out; says how many there were.
#[server(prefix = "/api/fn", endpoint = "revoke_other_devices", input = Json, output = Json)]
pub async fn revoke_other_devices() -> Result<u64, Fault> {
    let session = super::session()?;
    Ok(super::store()?.revoke_all_others(&session.actor, session.session_id).await?)
}

/// One's API tokens.
#[server(prefix = "/api/fn", endpoint = "api_tokens", input = Json, output = Json)]
pub async fn api_tokens() -> Result<Vec<TokenLine>, Fault> {
    let (store, actor) = super::acting()?;
    let line = |token: store::auth::ApiToken| {
        let store::auth::ApiToken { id, name, created_at, last_used_at, expires_at } = token;
        TokenLine { id, name, created_at, last_used_at, expires_at }
    };
    Ok(store.api_tokens(&actor).await?.into_iter().map(line).collect())
}

/// Makes an API token that works for so many days, or for good; gives its secret, this once.
#[server(prefix = "/api/fn", endpoint = "create_api_token", input = Json, output = Json)]
pub async fn create_api_token(name: String, days: Option<u16>) -> Result<String, Fault> {
    let (store, actor) = super::acting()?;
    let expires = days.map(|days| Utc::now() + chrono::TimeDelta::days(days.into()));
    Ok(store.create_api_token(&actor, &name, expires).await?.token.expose().to_owned())
}

/// Makes an API token worthless.
#[server(prefix = "/api/fn", endpoint = "revoke_api_token", input = Json, output = Json)]
pub async fn revoke_api_token(id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.revoke_api_token(&actor, id).await?)
}

/// What sign-in takes from the request and puts into the answer.
#[cfg(feature = "ssr")]
mod request {
    use axum::http::{HeaderValue, header, request::Parts};
    use leptos::prelude::{expect_context, use_context};
    use leptos_axum::ResponseOptions;
    use shared::Error;
    use shared::session::{SESSION_DAYS, session_cookie};
    use store::auth::{Client, ResetMail, SignedIn};

    use crate::api::outgoing::Outgoing;
    use crate::api::{Answer, session, store};

    /// No session lasts longer than its cookie, in seconds.
    const MAX_AGE: u32 = SESSION_DAYS.unsigned_abs() * 24 * 60 * 60;

    pub(super) fn client() -> Client {
        use_context::<Parts>().and_then(|parts| parts.extensions.get::<Client>().cloned()).unwrap_or_default()
    }

    pub(super) fn outgoing() -> Outgoing {
        expect_context()
    }

    /// The browser has this session from now on; the one whose cookie it sent along ends, since nobody could end it by
    /// hand any more.
    pub(super) async fn start_session(signed_in: &SignedIn) -> Answer<()> {
        if let Ok(former) = session() {
            match store()?.revoke_session(&former.actor, former.session_id).await {
                // Ended meanwhile.
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        set_cookie(signed_in.token.expose(), MAX_AGE)
    }

    pub(super) fn end_session() -> Answer<()> {
        set_cookie("", 0)
    }

    fn set_cookie(value: &str, max_age: u32) -> Answer<()> {
        let is_secure = outgoing().is_secure();
        let (name, secure) = (session_cookie(is_secure), if is_secure { "; Secure" } else { "" });
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        let cookie = HeaderValue::try_from(cookie).map_err(store::internal)?;
        expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, cookie);
        Ok(())
    }

    pub(super) fn post_reset(outgoing: &Outgoing, mail: &ResetMail) {
        let link = outgoing.reset_link(mail.token.expose());
        let params = [("name", mail.name.as_str()), ("organisation", &mail.org_name), ("link", &link)];
        outgoing.post(mail.locale, "reset", (&mail.to, &mail.name), &params);
    }
}

//! Administration beyond records: invitations and the logs. Users, teams, roles and settings are records and go
//! through [`super::records`].

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use shared::audit::{AuditPage, AuditQuery, SignInEntry};
use uuid::Uuid;

use super::Fault;

/// Whom to invite, as what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewInvitation {
    pub email: String,
    pub name: String,
    pub role_ids: Vec<Uuid>,
    pub team_id: Option<Uuid>,
}

/// An invitation nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenInvitation {
    pub id: Uuid,
    pub email: String,
    pub name: Option<String>,
    pub role_ids: Vec<Uuid>,
    pub team_id: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
}

/// Invites somebody: mails them the link, and gives it to be passed on by other means too.
#[server(prefix = "/api/fn", endpoint = "invite", input = Json, output = Json)]
pub async fn invite(invitation: NewInvitation) -> Result<String, Fault> {
    let session = super::session()?;
    let NewInvitation { email, name, role_ids, team_id } = invitation;
    let input = store::auth::Invite { email: email.clone(), name: Some(name.clone()), role_ids, team_id };
    let token = super::store()?.invite(&session.actor, input).await?;
    let outgoing: super::outgoing::Outgoing = expect_context();
    let link = outgoing.invitation_link(token.expose());
    let greeting = if name.trim().is_empty() { email.as_str() } else { name.trim() };
    let params = [("name", greeting), ("who", &session.name), ("organisation", &session.org_name), ("link", &link)];
    outgoing.post(session.org_locale, "invitation", (email.trim(), name.trim()), &params);
    Ok(link)
}

/// A link with which a colleague chooses a new password, to be passed on.
#[server(prefix = "/api/fn", endpoint = "reset_link", input = Json, output = Json)]
pub async fn reset_link(id: Uuid) -> Result<String, Fault> {
    let (store, actor) = super::acting()?;
    let token = store.reset_for(&actor, id).await?;
    let outgoing: super::outgoing::Outgoing = expect_context();
    Ok(outgoing.reset_link(token.expose()))
}

/// Invitations nobody has accepted yet.
#[server(prefix = "/api/fn", endpoint = "invitations", input = Json, output = Json)]
pub async fn invitations() -> Result<Vec<OpenInvitation>, Fault> {
    let (store, actor) = super::acting()?;
    let line = |open: store::auth::Invitation| {
        let store::auth::Invitation { id, email, name, role_ids, team_id, expires_at, .. } = open;
        OpenInvitation { id, email, name, role_ids, team_id, expires_at }
    };
    Ok(store.invitations(&actor).await?.into_iter().map(line).collect())
}

/// Withdraws an invitation.
#[server(prefix = "/api/fn", endpoint = "revoke_invitation", input = Json, output = Json)]
pub async fn revoke_invitation(id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.revoke_invitation(&actor, id).await?)
}

/// A page of the audit log.
#[server(prefix = "/api/fn", endpoint = "audit", input = Json, output = Json)]
pub async fn audit(query: AuditQuery) -> Result<AuditPage, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.audit(&actor, &query).await?)
}

/// Attempts to sign in, the newest first, before an entry if given.
#[server(prefix = "/api/fn", endpoint = "sign_ins", input = Json, output = Json)]
pub async fn sign_ins(before: Option<i64>) -> Result<Vec<SignInEntry>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.sign_ins(&actor, before).await?)
}

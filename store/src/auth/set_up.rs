//! The first run: an organisation, its roles and its first administrator.

use std::collections::BTreeMap;
use std::fmt;

use chrono::Utc;
use serde_json::{Value, json};
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::format::Zone;
use shared::i18n::Locale;
use shared::record::{CUSTOM, Draft, validate};
use shared::types::ORGANISATION;
use shared::{Error, FieldError, Result, Values};
use uuid::Uuid;

use super::account::store_password;
use super::invitation::user_field;
use super::sign_in::start_first_session;
use super::{Client, DefaultRole, SignedIn, is_zone, password};
use crate::error::from_sqlx;
use crate::files::REFUSED_AT_FIRST;
use crate::pool::{Store, Tx};
use crate::portal::address_part;

/// What a new organisation needs.
#[derive(Clone)]
pub struct SetUp {
    /// Name of the organisation.
    pub org_name: String,
    /// Name of the first administrator.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Language of the organisation.
    pub locale: Locale,
    /// IANA time zone of the organisation.
    pub timezone: String,
    /// Default currency, ISO 4217.
    pub currency: String,
}

impl fmt::Debug for SetUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetUp").field("org_name", &self.org_name).field("email", &self.email).finish_non_exhaustive()
    }
}

impl Store {
    /// Whether there is no organisation yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn needs_set_up(&self) -> Result<bool> {
        let mut tx = self.looking_up().await?;
        has_no_organisation(&mut tx).await
    }

    /// Makes the first organisation with its roles and administrator, and signs them in. The organisation comes last:
    /// until it is there nobody can sign in and the set-up can be repeated.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when there is an organisation or another set-up is under way; what is wrong with the input
    /// on its field.
    pub async fn set_up(&self, input: SetUp, client: &Client) -> Result<SignedIn> {
        let name = user_field("name", &input.name)?;
        let email = user_field("email", &input.email)?;
        let organisation = organisation(&input)?;
        password::check(&input.password, &name, &email)?;
        // Looked at first: hashing is costly, and anybody may ask.
        if !self.needs_set_up().await? {
            return Err(Error::Forbidden);
        }
        let hash = password::hash(&input.password).await?;

        // Held until the end. Not waited for: waiting ones would hold the connections the set-up needs.
        let mut lock = self.looking_up().await?;
        let locked = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('guanxi set-up')) as "locked!""#)
            .fetch_one(&mut *lock.inner)
            .await
            .map_err(from_sqlx)?;
        if !locked || !has_no_organisation(&mut lock).await? {
            return Err(Error::Forbidden);
        }
        let actor = self.found_checked(&input.locale, (name, email, hash), organisation).await?;

        let mut tx = self.signing(actor.org_id).await?;
        let signed_in = start_first_session(&mut tx, actor.user_id, client).await?;
        tx.commit().await?;
        lock.commit().await?;
        Ok(signed_in)
    }

    /// Makes another organisation beside those there are. For the command line and the demo, never for a request.
    ///
    /// # Errors
    /// What is wrong with the input, on its field.
    pub async fn found(&self, input: SetUp) -> Result<Actor> {
        let name = user_field("name", &input.name)?;
        let email = user_field("email", &input.email)?;
        let organisation = organisation(&input)?;
        password::check(&input.password, &name, &email)?;
        let hash = password::hash(&input.password).await?;
        self.found_checked(&input.locale, (name, email, hash), organisation).await
    }

    /// Roles, administrator, organisation and a first pipeline, in this order.
    async fn found_checked(
        &self,
        locale: &Locale,
        (name, email, hash): (String, String, String),
        organisation: Values,
    ) -> Result<Actor> {
        let actor = Actor::administrator(Uuid::now_v7(), Uuid::now_v7());
        let admin_role = self.create_roles(&actor, *locale).await?;
        let user = values(json!({"name": name, "email": email, "role_ids": [admin_role], "active": true}));
        self.create(&actor, "user", vec![(actor.user_id, user)]).await?;
        let mut tx = self.signing(actor.org_id).await?;
        store_password(&mut tx, actor.user_id, &hash).await?;
        tx.commit().await?;
        let currency = organisation.get("currency").cloned().unwrap_or_default();
        self.create_organisation(&actor, organisation).await?;
        self.create_pipeline(&actor, *locale, currency).await?;
        Ok(actor)
    }

    /// With an address for its public pages, should they be opened one day: made of its name, and of its id as well where
    /// another organisation has that.
    async fn create_organisation(&self, actor: &Actor, mut organisation: Values) -> Result<()> {
        let name = shared::types::Organisation(&organisation).name().unwrap_or_default();
        let part = address_part(name);
        let id = actor.org_id.simple().to_string();
        let (mut slug, longer) = (part.clone(), format!("{part}-{}", &id[id.len() - 8..]));
        if slug.is_empty() {
            slug = longer.trim_start_matches('-').to_owned();
        }
        organisation.insert("slug".into(), slug.into());
        organisation.insert("refused_files".into(), REFUSED_AT_FIRST.into());
        match self.create(actor, "organisation", vec![(actor.org_id, organisation.clone())]).await {
            Err(Error::Invalid { fields }) if fields.iter().all(|error| error.field == "slug") => {
                organisation.insert("slug".into(), longer.trim_start_matches('-').into());
                self.create(actor, "organisation", vec![(actor.org_id, organisation)]).await
            }
            created => created,
        }
    }

    /// A pipeline to begin with, so that the first deal has somewhere to go.
    async fn create_pipeline(&self, actor: &Actor, locale: Locale, currency: serde_json::Value) -> Result<()> {
        let (pipeline, stages) = match locale {
            Locale::ZhCn => ("销售管道", ["初步接触", "需求确认", "方案报价", "商务谈判", "赢单", "输单"]),
            Locale::En => {
                ("Sales pipeline", ["Qualification", "Needs analysis", "Proposal", "Negotiation", "Won", "Lost"])
            }
        };
        let id = Uuid::now_v7();
        self.create(actor, "pipeline", vec![(id, values(json!({"name": pipeline, "currency": currency})))]).await?;
        let details =
            [("open", 10, 14), ("open", 30, 14), ("open", 60, 10), ("open", 80, 7), ("won", 100, 0), ("lost", 0, 0)];
        let stage = |(position, (name, (outcome, probability, rotting))): (usize, (&str, (&str, u8, u16)))| {
            let mut stage = values(json!({
                "name": name, "pipeline_id": id, "position": position, "outcome": outcome, "probability": probability,
            }));
            if rotting > 0 {
                stage.insert("rotting_days".into(), rotting.into());
            }
            (Uuid::now_v7(), stage)
        };
        self.create(actor, "stage", stages.into_iter().zip(details).enumerate().map(stage).collect()).await
    }

    /// The roles of a new organisation; gives the administrators'.
    async fn create_roles(&self, actor: &Actor, locale: Locale) -> Result<Uuid> {
        let role = |role: DefaultRole| {
            let names = (role.name(locale), role.name(locale.other()));
            let fields = json!({"name": names.0, "other_name": names.1, "grants": role.grants()});
            (Uuid::now_v7(), values(fields))
        };
        let roles: Vec<_> = DefaultRole::ALL.into_iter().map(role).collect();
        let admin_role = roles[0].0;
        self.create(actor, "role", roles).await?;
        Ok(admin_role)
    }

    async fn create(&self, actor: &Actor, record_type: &str, records: Vec<(Uuid, Values)>) -> Result<()> {
        let command = Command {
            record_type: record_type.to_owned(),
            changes: records.into_iter().map(|(id, values)| Change::Create { id, values }).collect(),
            all_or_nothing: true,
            source: Source::System,
            ..Command::default()
        };
        let outcome = self.apply(actor, command).await?;
        outcome.refused.into_iter().next().map_or(Ok(()), |refusal| Err(refusal.error))
    }
}

/// The organisation's fields, checked before anything is written.
fn organisation(input: &SetUp) -> Result<Values> {
    let mut after = values(json!({
        "name": input.org_name, "currency": input.currency, "timezone": input.timezone, "locale": input.locale,
    }));
    let given: Vec<String> = after.keys().cloned().collect();
    let mut draft = Draft {
        before: None,
        after: &mut after,
        now: Utc::now(),
        zone: &Zone::utc(),
        related: &BTreeMap::new(),
        errors: Vec::new(),
    };
    validate(&ORGANISATION, &mut draft, &given, &[]);
    let mut fields = draft.errors;
    if fields.is_empty() && !after.get("timezone").and_then(Value::as_str).is_none_or(is_zone) {
        fields.push(FieldError::new("timezone", "time_zone"));
    }
    // On the form, "name" is the person's.
    fields.iter_mut().filter(|error| error.field == "name").for_each(|error| error.field = "org_name".to_owned());
    after.remove(CUSTOM);
    if fields.is_empty() { Ok(after) } else { Err(Error::Invalid { fields }) }
}

async fn has_no_organisation(tx: &mut Tx) -> Result<bool> {
    sqlx::query_scalar!(r#"select not exists (select from organisations) as "none!""#)
        .fetch_one(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}

fn values(fields: serde_json::Value) -> Values {
    match fields {
        serde_json::Value::Object(map) => map,
        _ => Values::new(),
    }
}

//! A user's own profile. Users are administered records, so their own changes need a door of their own.

use shared::access::Actor;
use shared::command::{Change, Command, Outcome};
use shared::types::USER;
use shared::{Error, FieldError, Result, Values};

use crate::pool::Store;

/// What everybody may change of their own user record: nothing that decides on rights or sign-in.
const OWN_FIELDS: [&str; 4] = ["name", "phone", "locale", "timezone"];

impl Store {
    /// The actor's own name, phone, language and time zone, with the address they sign in with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn profile(&self, actor: &Actor) -> Result<Values> {
        let mut values = self.get(&actor.unlimited(), &USER, actor.user_id).await?.row.values;
        values.retain(|name, _| name == "email" || OWN_FIELDS.contains(&name.as_str()));
        Ok(values)
    }

    /// Changes the actor's own name, phone, language or time zone, through the write path like everything else.
    ///
    /// # Errors
    /// `read_only` on any other field; what is wrong with a value on its field.
    pub async fn update_profile(&self, actor: &Actor, values: Values) -> Result<Outcome> {
        let others = values.keys().filter(|name| !OWN_FIELDS.contains(&name.as_str()));
        let fields: Vec<FieldError> = others.map(|name| FieldError::new(name, "read_only")).collect();
        if !fields.is_empty() {
            return Err(Error::Invalid { fields });
        }
        let change = Change::Update { id: actor.user_id, version: None, values };
        // All users are in reach, but this is the actor's own record.
        self.apply(&actor.unlimited(), Command::one(USER.name, change)).await
    }
}

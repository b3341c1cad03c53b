//! Pictures in letters that lie elsewhere: who may read the letter may have them fetched.

use shared::access::Actor;
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{Error, Result};
use uuid::Uuid;

use crate::mail::clean::remote_images;
use crate::pool::Store;

impl Store {
    /// The address of a picture from elsewhere that stands in a message, or in what a ticket asks for: of those, the one with this
    /// place, from 0. It is the sender's, so whoever asks for it must look where it leads.
    ///
    /// # Errors
    /// `NotFound` for what the actor may not read, and when there is no such picture.
    pub async fn remote_picture(&self, actor: &Actor, record_type: &str, id: Uuid, place: usize) -> Result<String> {
        let (def, field) = match record_type {
            name if name == TICKET_MESSAGE.name => (&TICKET_MESSAGE, "content"),
            name if name == TICKET.name => (&TICKET, "description"),
            _ => return Err(Error::NotFound),
        };
        let row = self.get(actor, def, id).await?.row;
        let html = row.text(field).unwrap_or_default();
        remote_images(html).into_iter().nth(place).ok_or(Error::NotFound)
    }
}

//! What tells people who fill in a form from programs.

use chrono::{TimeDelta, Utc};
use maud::{Markup, html};
use shared::{Error, Result};
use store::Store;
use uuid::Uuid;

use super::fields::Problems;
use super::filled::Filled;
use super::place::Place;

/// Nobody writes faster. The page's script waits so long before it sends what is written; whoever has none is asked to press
/// once more.
const FASTEST: TimeDelta = TimeDelta::seconds(3);
/// A form that lay open longer is given out anew.
const OLDEST: TimeDelta = TimeDelta::days(1);
/// The field that people do not see, and programs fill in.
const TRAP: &str = "website";
/// The field with the form's stamp.
const STAMP: &str = "stamp";

impl Filled {
    /// The id that the form was given out with, if a person filled it in. Whoever `writes` needs time for it; a score is
    /// pressed at once, and says nothing that a program would want to spread.
    ///
    /// # Errors
    /// As [`Filled::whole`]; `portal_spam` when it looks as if a program did, `portal_old` when the form is of long
    /// ago.
    pub(super) async fn made_by_hand(&self, store: &Store, writes: bool) -> Result<Uuid> {
        self.whole()?;
        let (id, at) =
            store.read_form_stamp(self.text(STAMP)).await?.ok_or_else(|| Error::invalid("", "portal_old"))?;
        let age = Utc::now() - at;
        if !self.text(TRAP).is_empty() || (writes && age < FASTEST) {
            return Err(Error::invalid("", "portal_spam"));
        }
        if age > OLDEST { Err(Error::invalid("", "portal_old")) } else { Ok(id) }
    }

    /// The stamp to give out again with a form that did not fit; a new one when the old one would not do.
    pub(super) async fn stamp(&self, store: &Store, problems: &Problems) -> Result<String> {
        let given = self.text(STAMP);
        let known = store.read_form_stamp(given).await?.is_some_and(|(_, at)| Utc::now() - at < OLDEST);
        let serves = known && !problems.was_sent_before();
        if serves { Ok(given.to_owned()) } else { store.form_stamp(Utc::now()).await }
    }
}

/// The fields that tell people from programs.
pub(super) fn guards(place: &Place, stamp: &str) -> Markup {
    html! {
        input type="hidden" name=(STAMP) value=(stamp) data-wait=(FASTEST.num_milliseconds());
        div.portal-trap aria-hidden="true" {
            label for=(TRAP) { (place.t("portal.form.trap")) }
            input id=(TRAP) name=(TRAP) tabindex="-1" autocomplete="off";
        }
    }
}

//! What the page's script says beside a form, in the language of the page.

use serde_json::json;

use super::place::Place;

/// The texts as JSON, for a form that the script sends; `offline` is the key of what it says without connection. What is in braces it
/// fills in itself.
pub(super) fn words(place: &Place, offline: &str) -> String {
    json!({
        "required": place.t("error.required"),
        "email": place.t("error.email"),
        "sending": place.t("portal.form.sending"),
        "offline": place.t(offline),
        "unread": place.t("portal.form.unread"),
        "again": place.t("portal.form.again"),
        "failed": place.t("portal.form.failed"),
    })
    .to_string()
}

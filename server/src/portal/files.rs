//! Files that visitors get and send.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use shared::Error;
use shared::format::paired;
use shared::types::INLINE_IMAGES;
use store::portal::{Made, PublicFile};
use uuid::Uuid;

use super::fields::{Field, Problems};
use super::filled::{FILES, File, TOGETHER};
use super::place::Place;

pub(super) async fn file(place: Place, Path((_, id)): Path<(String, String)>) -> Response {
    place.answer(send(&place, &id).await)
}

async fn send(place: &Place, id: &str) -> Result<Response, Error> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let file = place.store.portal_attached(&place.portal, place.visitor.as_ref(), id).await?;
    crate::files::answer(&place.store, &file, &place.headers).await
}

/// Files to be fetched; pictures that browsers may show are seen at once.
pub(super) fn file_list<'f>(place: &Place, files: impl Iterator<Item = &'f PublicFile>) -> Markup {
    let mut files = files.peekable();
    html! {
        @if files.peek().is_some() {
            ul.portal-files {
                @for file in files {
                    @let path = place.path(&format!("/files/{}", file.id));
                    li {
                        a href=(path) {
                            @if is_picture(file) { img src=(path) alt="" loading="lazy"; }
                            (file.name)
                        }
                    }
                }
            }
        }
    }
}

fn is_picture(file: &PublicFile) -> bool {
    file.content_type.as_deref().is_some_and(|kind| INLINE_IMAGES.contains(&kind))
}

/// Where files are chosen. The page's script holds to the limits before anything is sent, and shows what was chosen in the language
/// of the page. Files with `refused` endings are not taken. A form that comes back without it has lost the files that were `chosen`.
pub(super) fn file_field(place: &Place, problems: &Problems, chosen: &[String], refused: &[String]) -> Markup {
    let largest = place.store.files().limits().file;
    let (count, each, together) = (FILES.to_string(), (largest >> 20).to_string(), (TOGETHER >> 20).to_string());
    let hint = place.t_with("portal.new.files_hint", &[("n", &count), ("each", &each), ("max", &together)]);
    let refusal = |key: &str, max: &str| place.t_with(key, &[("max", max)]);
    let larger = refusal("error.upload_too_large", &each);
    // Which one it is the script puts in.
    let too_large = paired(place.locale, "{name}", &larger);
    Field::new("files", place.t("portal.new.files")).hint(hint).with(place, problems, |name, described, invalid| {
        html! {
            input.input id=(name) name=(name) type="file" multiple
                autofocus[invalid.is_some()] aria-describedby=[described] aria-invalid=[invalid]
                data-most=(FILES) data-too-many=(refusal("error.upload_too_many", &count))
                data-largest=(largest) data-too-large=(too_large)
                data-together=(TOGETHER) data-too-much=(refusal("error.upload_too_much", &together))
                data-refused=(refused.join(" ")) data-refusal=(place.t("error.upload_refused"))
                data-hollow=(place.t("portal.form.empty"))
                data-choose=(place.t("portal.form.choose")) data-none=(place.t("portal.form.none_chosen"));
            @if !chosen.is_empty() {
                p.field-again role="note" { (place.t_with("portal.form.again", &[("names", &chosen.join(", "))])) }
            }
        }
    })
}

/// Makes what was written, with its files: they come first, so that nothing is made of what has too large ones.
pub(super) async fn with_files(
    place: &Place,
    files: &[File],
    make: impl Future<Output = Result<Made, Error>>,
) -> Result<Made, Error> {
    let files: Vec<_> = files.iter().map(|file| (file.name.clone(), file.bytes.clone())).collect();
    let received = place.store.portal_receive(&place.portal, files).await?;
    match make.await {
        Ok(made) => {
            place.store.portal_attach(&place.portal, &made, received).await?;
            Ok(made)
        }
        Err(error) => {
            place.store.drop_received(received.into_iter().map(|(_, file)| file)).await;
            Err(error)
        }
    }
}

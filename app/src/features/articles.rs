//! Articles of the knowledge base: the way to what customers read.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::query::ListQuery;
use shared::types::ARTICLE;

use crate::api::records::list_records;
use crate::context::t;
use crate::record::RecordContext;
use crate::ui::Icon;

/// What one can do with an article besides what one can do with any record; nothing for other types.
pub fn acts(context: RecordContext) -> AnyView {
    if context.def.name != ARTICLE.name {
        return ().into_any();
    }
    let public = Memo::new(move |_| {
        let is_public = context.row.with(|row| row.text("visibility") == Some("public"));
        is_public && context.row.with(|row| row.text("archived_at").is_none()) && !context.gone.get()
    });
    let portal = portal_of(public);
    let address = move || {
        let portal = portal.get().filter(|_| public.get())?;
        let key = context.row.with(|row| row.text("slug").map_or_else(|| row.id.to_string(), str::to_owned));
        Some(format!("/portal/{portal}/articles/{key}"))
    };
    let link = |href: String| {
        view! {
            <a class="button" href=href rel="external noopener" target="_blank">
                <Icon name="external-link"/>
                <span>{t("article.open_public")}</span>
            </a>
        }
    };
    (move || address().map(link)).into_any()
}

/// Last part of the address of the organisation's public pages, once it is wanted; none where there are none.
fn portal_of(wanted: Memo<bool>) -> RwSignal<Option<String>> {
    let portal = RwSignal::new(None);
    // Not a resource: the page would wait for it.
    Effect::new(move |asked: Option<bool>| {
        let (asked, wanted) = (asked == Some(true), wanted.get());
        if wanted && !asked {
            spawn_local(async move {
                let query = ListQuery { limit: 1, ..ListQuery::default() };
                let found = list_records("organisation".into(), query).await.map(|page| page.rows).unwrap_or_default();
                let slug = found.first().filter(|row| row.flag("portal")).and_then(|row| row.text("slug"));
                drop(portal.try_set(slug.map(str::to_owned)));
            });
        }
        asked || wanted
    });
    portal
}

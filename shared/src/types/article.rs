//! Knowledge article 知识库文章: an answer written once, for colleagues or for everybody.

use crate::record::{Draft, declare::record, instant_text};

record! {
    /// An answer written once.
    pub ARTICLE, Article {
        name: "article", plural: "articles", icon: "book-open", title: "title",
        /// What it answers.
        title: text(200).required().search().list();
        /// Its language.
        locale: choice(&["zh-CN", "en"]).required().default("zh-CN").list();
        /// Who may read it.
        visibility: choice(&["draft", "internal", "public"]).required().default("draft").list();
        /// What it is about.
        category_id: reference("category").list();
        /// The answer in two sentences, for lists and search engines.
        summary: text(300).search();
        /// The answer.
        content: rich_text().search();
        /// Other words people look for.
        keywords: tags().search();
        /// The same in the other language.
        translation_of_id: reference("article").group("more");
        /// Last part of its public address.
        slug: text(120).unique().group("more");
        /// When it became public.
        published_at: datetime().computed().list();
        /// Readers who said it helped; kept by the store.
        helpful: integer(0, 1_000_000_000).computed().list();
        /// Readers who said it did not; kept by the store.
        unhelpful: integer(0, 1_000_000_000).computed();
    }
    rules article_rules
}

fn article_rules(draft: &mut Draft<'_>) {
    if draft.before.is_none() {
        draft.set("helpful", 0);
        draft.set("unhelpful", 0);
    }
    let public = Article(draft.after).visibility() == Some("public");
    if draft.changed("visibility") {
        if public {
            let now = instant_text(draft.now);
            draft.set("published_at", now);
        } else {
            draft.clear("published_at");
        }
    }
    if public && !draft.has("content") {
        draft.error("content", "required");
    }
    let slug_fits = Article(draft.after).slug().is_none_or(|slug| {
        slug.chars().all(|c| c.is_alphanumeric() || c == '-') && !slug.starts_with('-') && !slug.ends_with('-')
    });
    if !slug_fits {
        draft.error("slug", "slug");
    }
}

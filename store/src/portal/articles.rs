//! Public articles: by category, by words, newest first.

use chrono::{DateTime, Utc};
use shared::Result;
use shared::i18n::Locale;
use sqlx::FromRow;
use uuid::Uuid;

use super::Portal;
use super::sought::Sought;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::Sql;
use crate::write::query_tokens;

/// Articles of a page.
const PAGE: i64 = 30;
/// Most categories that are shown; nobody reads more.
const CATEGORIES: i64 = 500;
/// Most addresses in a site map.
const MAPPED: i64 = 50_000;

/// What a public category says.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Category {
    /// The category.
    pub id: Uuid,
    /// The wider one, if that is public too.
    pub parent_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What belongs there.
    pub description: Option<String>,
    /// Public articles in it and below it.
    pub articles: i64,
}

/// An article in a list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ArticleLine {
    /// The article.
    pub id: Uuid,
    /// Last part of its address, if it has one of its own.
    pub slug: Option<String>,
    /// What it answers.
    pub title: String,
    /// The answer in two sentences.
    pub summary: Option<String>,
    /// Its language.
    #[sqlx(rename = "locale")]
    language: String,
    /// When it became public.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl ArticleLine {
    /// Last part of its address.
    pub fn key(&self) -> String {
        self.slug.clone().unwrap_or_else(|| self.id.to_string())
    }

    /// Its language.
    pub fn locale(&self) -> Locale {
        Locale::parse(&self.language).unwrap_or_default()
    }
}

/// A page of articles.
#[derive(Clone, Debug, Default)]
pub struct ArticlePage {
    /// Best or newest first.
    pub articles: Vec<ArticleLine>,
    /// There are more on the next page.
    pub more: bool,
}

/// What to look for among public articles.
#[derive(Clone, Debug, Default)]
pub struct Look<'w> {
    /// Of this category and those below it.
    pub category: Option<Uuid>,
    /// With these words.
    pub words: Option<&'w str>,
    /// Page, from 0.
    pub page: u16,
}

/// A public address for search engines.
pub type Listed = ArticleLine;

/// The condition under which an article `a` is public; every statement here has it.
pub(super) const PUBLIC: &str = "a.visibility = 'public' and a.archived_at is null";
/// What lists say of an article `a`.
pub(super) const LINE: &str = "a.id, a.slug, a.title, a.summary, a.locale, a.published_at, a.updated_at";

/// ` and …`: of the language, or of another one as long as it is not there in this one.
fn push_language(sql: &mut Sql, locale: Locale) {
    sql.push(" and (a.locale = ").push_bind(locale.code());
    sql.push(
        " or not exists (select from articles o where o.org_id = a.org_id and o.visibility = 'public' and o.archived_at is null
             and o.id <> a.id and (o.translation_of_id = a.id or o.id = a.translation_of_id or o.translation_of_id = a.translation_of_id)
             and o.locale = ",
    );
    sql.push_bind(locale.code()).push("))");
}

impl Store {
    /// The public categories in the reader's language, those of one level in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_categories(&self, portal: &Portal) -> Result<Vec<Category>> {
        let mut tx = self.reading(&portal.system()).await?;
        let [name, description] = ["name", "description"].map(|column| portal.said(portal.reader, "c", column));
        let mut sql = Sql::new(format!(
            "with recursive open as (
                 select c.id, c.parent_id, {name} as name, {description} as description, c.position from categories c
                 where c.org_id = "
        ));
        sql.push_bind(portal.org_id).push(" and c.public and c.archived_at is null limit ").push_bind(CATEGORIES);
        sql.push(
            "), up as (
                 select id as start, id as at, parent_id as above from open
                 union
                 select up.start, o.id, o.parent_id from up join open o on o.id = up.above
             ), held as (select a.category_id, count(*) as n from articles a where a.org_id = ",
        );
        sql.push_bind(portal.org_id).push(format_args!(" and {PUBLIC}"));
        push_language(&mut sql, portal.reader);
        sql.push(
            " group by a.category_id)
             select o.id, (select p.id from open p where p.id = o.parent_id) as parent_id, o.name, o.description,
                    coalesce((select sum(h.n) from up join held h on h.category_id = up.start where up.at = o.id), 0)::bigint as articles
             from open o order by o.position nulls last, o.name, o.id",
        );
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
    }

    /// Public articles in a language; those that are not there in it in the other one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_articles(&self, portal: &Portal, locale: Locale, look: &Look<'_>) -> Result<ArticlePage> {
        let mut tx = self.reading(&portal.system()).await?;
        let words = look.words.map(str::trim).filter(|words| !words.is_empty());
        let mut articles = match words.map(|words| (words, query_tokens(words))) {
            Some((_, None)) => Vec::new(),
            Some((words, Some(tokens))) => {
                found(&mut tx, locale, look, Some(Sought::all(words, tokens)), PAGE + 1).await?
            }
            None => found(&mut tx, locale, look, None, PAGE + 1).await?,
        };
        let page = usize::try_from(PAGE).unwrap_or_default();
        let more = articles.len() > page;
        articles.truncate(page);
        Ok(ArticlePage { articles, more })
    }

    /// The few public articles that may answer a question while it is typed: those with all of its words, else with a good
    /// share of those that say what it is about.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_suggestions(&self, portal: &Portal, locale: Locale, text: &str) -> Result<Vec<ArticleLine>> {
        let Some(tokens) = query_tokens(text) else { return Ok(Vec::new()) };
        let Some(share) = Sought::share(text, &tokens) else { return Ok(Vec::new()) };
        let mut tx = self.reading(&portal.system()).await?;
        let exact = found(&mut tx, locale, &Look::default(), Some(Sought::all(text, tokens)), SUGGESTED).await?;
        if !exact.is_empty() {
            return Ok(exact);
        }
        found(&mut tx, locale, &Look::default(), Some(share), SUGGESTED).await
    }

    /// Every public article, for search engines.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_site_map(&self, portal: &Portal) -> Result<Vec<Listed>> {
        let mut tx = self.reading(&portal.system()).await?;
        let mut sql = Sql::new(format!("select {LINE} from articles a where {PUBLIC} and a.org_id = "));
        sql.push_bind(portal.org_id).push(" order by a.published_at desc, a.id limit ").push_bind(MAPPED);
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
    }
}

/// Most suggestions beside a form.
const SUGGESTED: i64 = 5;

async fn found(
    tx: &mut Tx,
    locale: Locale,
    look: &Look<'_>,
    sought: Option<Sought<'_>>,
    limit: i64,
) -> Result<Vec<ArticleLine>> {
    let org_id = tx.org_id;
    let mut sql = Sql::new(format!("select {LINE} from articles a"));
    if let Some(sought) = &sought {
        sql.push(" join search_entries s on s.org_id = a.org_id and s.record_id = a.id");
        // What one translation says, the others say as well.
        sql.push(
            " and a.id in (with hit as (select o.id, o.translation_of_id from articles o where o.visibility = 'public'",
        );
        sql.push(" and o.archived_at is null and o.org_id = ").push_bind(org_id);
        sql.push(" and o.id in (select guanxi_found('article'::text, ").push_bind(sought.tokens.clone());
        sql.push("::tsquery))");
        sought.push_share(&mut sql);
        sql.push(
            ") select id from hit union select translation_of_id from hit
              union select o.id from articles o join hit on o.translation_of_id in (hit.id, hit.translation_of_id)
              where o.org_id = ",
        );
        sql.push_bind(org_id).push(")");
    }
    sql.push(format_args!(" where {PUBLIC} and a.org_id = ")).push_bind(org_id);
    push_language(&mut sql, locale);
    if let Some(category) = look.category {
        sql.push(
            " and a.category_id in (with recursive below as (
                 select c.id from categories c where c.public and c.archived_at is null and c.org_id = ",
        );
        sql.push_bind(org_id).push(" and c.id = ").push_bind(category);
        sql.push(" union select c.id from categories c join below on c.parent_id = below.id where c.public and c.archived_at is null and c.org_id = ");
        sql.push_bind(org_id).push(") select id from below)");
    }
    sql.push(" order by (a.locale = ").push_bind(locale.code()).push(") desc, ");
    if let Some(sought) = sought {
        sql.push("(position(lower(").push_bind(sought.words.to_owned());
        sql.push(") in lower(a.title)) > 0) desc, ts_rank(s.tokens, ").push_bind(sought.tokens);
        sql.push("::tsquery) desc, ");
    }
    sql.push("a.helpful - a.unhelpful desc, a.published_at desc, a.id limit ").push_bind(limit);
    sql.push(" offset ").push_bind(i64::from(look.page) * PAGE);
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

//! One public article.

use shared::record::rich::to_text;
use shared::{Error, Result};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::articles::{ArticleLine, LINE, PUBLIC};
use super::rich::for_public;
use super::{Portal, PublicFile};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::Sql;

/// Other articles that are named below one.
const RELATED: i64 = 5;

/// A public article with what its page shows.
#[derive(Clone, Debug)]
pub struct Article {
    /// What lists say of it.
    pub line: ArticleLine,
    /// The answer: harmless HTML whose pictures are read through the public pages.
    pub content: String,
    /// Its words without markup, for what shows no HTML.
    pub text: String,
    /// Other words for it.
    pub keywords: Vec<String>,
    /// Its public category and those above it, the widest first.
    pub trail: Vec<(Uuid, String)>,
    /// Where it stands in other languages.
    pub translations: Vec<ArticleLine>,
    /// What stands in the same category.
    pub related: Vec<ArticleLine>,
    /// Files that illustrate it.
    pub files: Vec<PublicFile>,
}

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    line: ArticleLine,
    content: Option<String>,
    keywords: Option<Vec<String>>,
    category_id: Option<Uuid>,
    translation_of_id: Option<Uuid>,
}

impl Store {
    /// A public article by the last part of its address: its own, or its id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or it is not public.
    pub async fn portal_article(&self, portal: &Portal, key: &str) -> Result<Article> {
        let mut tx = self.reading(&portal.system()).await?;
        let mut sql = Sql::new(format!(
            "select {LINE}, a.content, a.keywords, a.category_id, a.translation_of_id from articles a where {PUBLIC} and a.org_id = "
        ));
        sql.push_bind(portal.org_id);
        match key.parse::<Uuid>() {
            Ok(id) => sql.push(" and a.id = ").push_bind(id),
            Err(_) => sql.push(" and lower(a.slug) = lower(").push_bind(key.to_owned()).push(")"),
        };
        let found: Option<Found> = sql.build_query_as().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?;
        let Found { line, content, keywords, category_id, translation_of_id } = found.ok_or(Error::NotFound)?;
        let content = content.unwrap_or_default();
        Ok(Article {
            content: for_public(&content, &portal.slug),
            text: to_text(&content),
            keywords: keywords.unwrap_or_default(),
            trail: trail(&mut tx, &portal.said(line.locale(), "c", "name"), category_id).await?,
            translations: translations(&mut tx, &line, translation_of_id).await?,
            related: related(&mut tx, &line, category_id).await?,
            files: super::tickets::article_files(&mut tx, line.id).await?,
            line,
        })
    }
}

/// A category `c` and those above it, as far as they are public, by that `name` of theirs.
async fn trail(tx: &mut Tx, name: &str, category: Option<Uuid>) -> Result<Vec<(Uuid, String)>> {
    sqlx::query_as(AssertSqlSafe(format!(
        "with recursive up as (
             select c.id, {name} as name, c.parent_id, 0 as step from categories c
             where c.org_id = $1 and c.id = $2 and c.public and c.archived_at is null
             union
             select c.id, {name}, c.parent_id, up.step + 1 from categories c join up on c.id = up.parent_id
             where c.org_id = $1 and c.public and c.archived_at is null and up.step < 20
         ) select id, name from up order by step desc"
    )))
    .bind(tx.org_id)
    .bind(category)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// One article of each other language: links to them are called by that.
async fn translations(tx: &mut Tx, line: &ArticleLine, of: Option<Uuid>) -> Result<Vec<ArticleLine>> {
    let mut sql =
        Sql::new(format!("select distinct on (a.locale) {LINE} from articles a where {PUBLIC} and a.org_id = "));
    sql.push_bind(tx.org_id).push(" and a.id <> ").push_bind(line.id).push(" and (a.translation_of_id = ");
    sql.push_bind(line.id).push(" or a.id = ").push_bind(of).push(" or a.translation_of_id = ").push_bind(of);
    sql.push(") and a.locale <> ").push_bind(line.locale().code()).push(" order by a.locale, a.id");
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

async fn related(tx: &mut Tx, line: &ArticleLine, category: Option<Uuid>) -> Result<Vec<ArticleLine>> {
    let mut sql = Sql::new(format!("select {LINE} from articles a where {PUBLIC} and a.org_id = "));
    sql.push_bind(tx.org_id).push(" and a.id <> ").push_bind(line.id).push(" and a.category_id = ").push_bind(category);
    sql.push(" and a.locale = ").push_bind(line.locale().code());
    sql.push(" order by a.helpful - a.unhelpful desc, a.published_at desc, a.id limit ").push_bind(RELATED);
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

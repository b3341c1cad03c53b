//! What may help with a ticket: solved ones that say much the same, and articles.

use std::collections::HashMap;

use shared::access::{Action, Actor};
use shared::desk::Similar;
use shared::query::{Filter, ListQuery, Op};
use shared::types::{ARTICLE, TICKET};
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::read::{is_guarded, push_own};
use crate::scope::{Sql, push_scope};
use crate::write::query_tokens;

/// Most of each.
const MOST: u32 = 5;
/// Entries that are compared; of frequent words any so many, and as many that changed last.
const COMPARED: i64 = 1_000;
/// Shortest word, in bytes with its quotes, that others may begin with.
const BEGINNING: usize = 6;
/// Share of the subject's words that must be found.
const ALIKE: f64 = 0.4;
/// When a ticket came in.
const RECEIVED: &str = "coalesce(t.received_at, t.created_at)";

/// Which records of a type `t` may help.
#[derive(Clone, Copy)]
struct Wanted<'w> {
    /// The ticket itself.
    besides: Uuid,
    /// ` and …`: what else must hold.
    condition: &'static str,
    /// Since when there is it.
    since: &'static str,
    /// Those in this language first.
    locale: Option<&'w str>,
}

impl Store {
    /// Solved tickets and articles that say much of what a ticket's subject says, the likest first, as far as the actor may
    /// read them, and all by which those are found; articles in the customer's language before others.
    ///
    /// # Errors
    /// [`shared::Error::NotFound`] when the actor can't read the ticket.
    pub async fn similar(&self, actor: &Actor, ticket_id: Uuid) -> Result<Similar> {
        let ticket = self.get(actor, &TICKET, ticket_id).await?.row;
        let Some(words) = ticket.text("subject").and_then(query_tokens) else { return Ok(Similar::default()) };
        let words = telling(&mut self.reading(actor).await?, words.split(" & ")).await?;
        if words.is_empty() {
            return Ok(Similar::default());
        }
        let settled = Wanted {
            besides: ticket_id,
            condition: " and t.status in ('solved', 'closed')",
            since: RECEIVED,
            locale: None,
        };
        let tickets = self.likest(actor, &TICKET, &words, settled).await?;
        let ready = Wanted { condition: " and t.visibility <> 'draft'", since: "t.created_at", ..settled };
        let articles = self.likest(actor, &ARTICLE, &words, Wanted { locale: ticket.text("locale"), ..ready }).await?;
        Ok(Similar { tickets, articles })
    }

    async fn likest(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        words: &[String],
        wanted: Wanted<'_>,
    ) -> Result<Vec<Row>> {
        // What is alike would tell, word by word, what hidden fields say.
        if !actor.may(def, Action::Read) || is_guarded(actor, def) {
            return Ok(Vec::new());
        }
        let mut tx = self.reading(actor).await?;
        let ids = ranked(&mut tx, actor, def, words, wanted).await?;
        drop(tx);
        let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let one_of = Filter::field("id", Op::In, ids.iter().map(Uuid::to_string).collect::<Vec<_>>());
        let query = ListQuery { filter: Some(one_of), limit: MOST, ..ListQuery::default() };
        let mut rows = if ids.is_empty() { Vec::new() } else { self.list(actor, def, &query).await?.rows };
        rows.sort_by_key(|row| places.get(&row.id).copied());
        Ok(rows)
    }
}

/// The words that tell tickets apart: those that every sentence has are left out, short ones are not taken for beginnings of
/// others.
async fn telling<'w>(tx: &mut Tx, words: impl Iterator<Item = &'w str>) -> Result<Vec<String>> {
    let whole = |word: &'w str| match word.strip_suffix(":*") {
        Some(start) if start.len() < BEGINNING => start,
        _ => word,
    };
    sqlx::query_scalar(
        "select w from unnest($1::text[]) w
         where ts_lexize('english_stem', btrim(split_part(w, ':', 1), '''')) is distinct from '{}'",
    )
    .bind(words.map(whole).collect::<Vec<_>>())
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// Ids of the likest: by the share of the words they have, of equals the newest first.
async fn ranked(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    words: &[String],
    wanted: Wanted<'_>,
) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("select h.id from (select distinct on (t.id) t.id, ");
    sql.push(wanted.since).push(" as since, ");
    match wanted.locale {
        Some(locale) => sql.push("t.locale is not distinct from ").push_bind(locale.to_owned()),
        None => sql.push("true"),
    };
    sql.push(" as fits, (select avg((s.tokens @@ w::tsquery)::int) from unnest(").push_bind(words.to_vec());
    sql.push("::text[]) w)::float8 as share from guanxi_hits(array[").push_bind(def.name).push("], ");
    sql.push_bind(words.join(" | ")).push("::tsquery, ").push_bind(COMPARED).push(") h join ").push(def.table());
    sql.push(" t on t.id = h.record_id join search_entries s on s.org_id = t.org_id and s.record_id = t.id where t.org_id = ");
    sql.push_bind(actor.org_id).push(" and t.id <> ").push_bind(wanted.besides).push(wanted.condition);
    sql.push(" and t.archived_at is null and ");
    push_own(&mut sql, actor, def);
    push_scope(&mut sql, actor, def, Action::Read, "t");
    sql.push(") h where h.share >= ").push_bind(ALIKE);
    sql.push(" order by h.fits desc, h.share desc, h.since desc, h.id desc limit ").push_bind(i64::from(MOST));
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

//! Duplicates: found while somebody types, found in bulk, decided on by people.

mod blocks;
mod compare;
mod features;
mod meant;
mod near;
mod review;
mod short;
mod slips;
mod spelt;

use std::collections::BTreeSet;

use serde_json::Value;
use shared::access::{Action, Actor};
use shared::duplicates::{Agreement, Alike, Reason, can_have};
use shared::record::{Kind, normalize, texts};
use shared::{Error, RecordDef, Result, Row, Values};
use uuid::Uuid;

pub use blocks::pairs;
pub use features::Features;
pub(crate) use short::Called;

use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};
use crate::write::{ERASED, query_tokens};

/// Candidates looked at for each thing that they may have in common.
const CANDIDATES: i64 = 60;
/// Likeness from which somebody who types is told, 0 to 100: a hint costs them a glance.
const HINT: u8 = 10;
/// How much likelier the whole of what a company calls itself makes it than a part.
const OWN_NAME: f64 = 20.0;
/// Records read per statement: however many there are, none takes long.
const PART: i64 = 5_000;
/// Most records named.
const NAMED: usize = 5;

impl Store {
    /// Records that the one with these values may be, the likeliest first; `own` is left out.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type.
    pub async fn alike(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        values: &Values,
        own: Option<Uuid>,
    ) -> Result<Vec<Alike>> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        if !can_have(def) || !actor.sees_title(def) {
            return Ok(Vec::new());
        }
        let mut values = read(def, values);
        actor.redact(def, &mut values);
        let row = Row { id: own.unwrap_or_default(), version: 0, values };
        // Each is compared as what it is: the kind is a company until somebody chooses, and nobody does so first.
        let [company, person] = ["company", "person"].map(|kind| {
            let mut row = row.clone();
            row.values.insert("kind".to_owned(), kind.into());
            Features::of(def, &row)
        });
        let mut tx = self.reading(actor).await?;
        let mut alike: Vec<Alike> = Vec::new();
        for mut other in candidates(&mut tx, actor, def, &row).await? {
            // What the actor doesn't see tells them nothing.
            actor.redact(def, &mut other.values);
            let features = Features::of(def, &other);
            let sought = if features.is_company { &company } else { &person };
            alike.extend(alike_to(def, sought, (&other, &features)).filter(|alike| Some(alike.id) != own));
        }
        alike.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        alike.truncate(NAMED);
        Ok(alike)
    }
}

/// Values as somebody types them, in the form in which they are kept, where they can be read already.
fn read(def: &RecordDef, values: &Values) -> Values {
    let clean = |(name, value): (&String, &Value)| {
        let kept = def.field(name).and_then(|field| normalize(field.name, &field.kind, value).ok());
        (name.clone(), kept.unwrap_or_else(|| value.clone()))
    };
    values.iter().map(clean).collect()
}

/// A record with what speaks for it being the one sought; nothing if too little does.
fn alike_to(def: &RecordDef, sought: &Features, (other, features): (&Row, &Features)) -> Option<Alike> {
    let evidence = compare::compare(sought, features);
    let (mut score, mut reasons) = (evidence.score(), evidence.into_reasons());
    let names = || (Called::said(&sought.words), Called::said(&features.words));
    let are_companies = sought.is_company && features.is_company;
    if let Some(share) = are_companies.then(names).and_then(|(typed, name)| typed.is_short_for(&name)) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
        let least = HINT + (share * OWN_NAME) as u8;
        score = score.max(least);
        if let Some(name) = reasons.iter_mut().find(|r| r.about == "name" && r.agreement == Agreement::Different) {
            name.agreement = Agreement::Similar;
        }
    }
    let near = near::near(sought, features);
    let is_near = |reason: &Reason| near.contains(&reason.about.as_str());
    reasons.iter_mut().filter(|reason| reason.agreement == Agreement::Different && is_near(reason)).for_each(
        |reason| {
            reason.agreement = Agreement::Similar;
        },
    );
    // Worth a look, whatever they are called.
    let is_shared = |reason: &Reason| match reason.agreement {
        Agreement::Same => ["emails", "phones", "number"].contains(&reason.about.as_str()),
        _ => is_near(reason),
    };
    let title = other.text(def.title).unwrap_or_default().to_owned();
    (score >= HINT || reasons.iter().any(is_shared)).then_some(Alike { id: other.id, title, score, reasons })
}

/// Readable records that share a name, a word of it, an e-mail or a phone with `row`, or whose name or e-mail may be its one
/// mistyped.
async fn candidates(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, row: &Row) -> Result<Vec<Row>> {
    let features = Features::of(def, row);
    let mut sought: BTreeSet<String> =
        sought(def, row, &features).iter().filter_map(|text| query_tokens(text)).collect();
    if features.is_company {
        sought.extend(slips::slips(&features.words));
    } else {
        sought.extend(slips::turned(&features.name));
    }
    sought.extend(spelt::spelt(&features.name, features.is_company));
    for email in &features.emails {
        sought.extend([slips::exactly(email), slips::address(email), near::swapped(email)].into_iter().flatten());
    }
    sought.extend(features.phones.iter().filter_map(|phone| near::phone(phone)).flatten());
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(format!("select {} from {} t where t.org_id = ", select_list(def, "t"), def.table()));
    sql.push_bind(actor.org_id);
    push_comparable(&mut sql, def);
    sql.push(" and t.id in (");
    for (at, tokens) in sought.into_iter().enumerate() {
        sql.push(if at > 0 { " union " } else { "" }).push("(select guanxi_found(").push_bind(def.name).push(", ");
        sql.push_bind(tokens).push("::tsquery) limit ").push_bind(CANDIDATES).push(")");
    }
    sql.push(") and ");
    push_scope(&mut sql, actor, def, Action::Read, "t");
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.iter().map(|raw| decode(def, raw, 0)).collect()
}

/// Only live records, and of people who were erased nothing is left to be compared.
fn push_comparable(sql: &mut Sql, def: &RecordDef) {
    sql.push(format_args!(" and t.archived_at is null and t.{} is distinct from ", def.title)).push_bind(ERASED);
}

/// What records that are the same may have in common, each as words to be found.
fn sought(def: &RecordDef, row: &Row, features: &Features) -> Vec<String> {
    let mut all = vec![features.words.join(" ")];
    all.extend_from_slice(&features.sounds);
    let words = features.words.iter().filter(|word| word.chars().count() > 2);
    all.extend(words.map(|word| word.chars().take(12).collect()));
    for field in def.fields.iter().filter(|field| field.kind == Kind::Phones) {
        all.extend(texts(&row.values, field.name).map(str::to_owned));
    }
    if features.is_company {
        // Not everybody writes where it is, or in the same place.
        all.extend(Called::said(&features.words).telling().map(str::to_owned));
    }
    all.extend_from_slice(&features.phones);
    all.extend_from_slice(&features.numbers);
    all.retain(|text| !text.is_empty());
    all
}

/// Every live record of a type with what it is compared by.
async fn all(tx: &mut Tx, def: &'static RecordDef) -> Result<Vec<(Uuid, Features)>> {
    let mut found: Vec<(Uuid, Features)> = Vec::new();
    loop {
        let last = found.last().map(|(id, _)| *id).unwrap_or_default();
        let mut sql = Sql::new(format!("select {} from {} t where t.org_id = ", select_list(def, "t"), def.table()));
        sql.push_bind(tx.org_id).push(" and t.id > ").push_bind(last);
        push_comparable(&mut sql, def);
        sql.push(" order by t.id limit ").push_bind(PART);
        let part = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let is_last = part.len() < usize::try_from(PART).unwrap_or(usize::MAX);
        for raw in part {
            let row = decode(def, &raw, 0)?;
            found.push((row.id, Features::of(def, &row)));
        }
        if is_last {
            return Ok(found);
        }
    }
}

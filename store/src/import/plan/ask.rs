//! Questions about texts that are unknown, or that several records are called by.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use shared::access::{Action, Actor};
use shared::i18n::Locale;
use shared::import::{Candidate, Question, Suggestion, Unknown};
use shared::types::USER;
use shared::{FieldDef, RecordDef, Result, Row};
use uuid::Uuid;

use super::Planner;
use super::namesakes::details;
use crate::import::lookup::{FEW, Names, folded, load_few, load_titles, load_within, part_of};
use crate::import::{near, values};
use crate::pool::Tx;
use crate::read::{Wanted, titles, titles_near, titles_of};
use crate::write::rows_by_id;

/// Most open questions at a time.
const QUESTIONS: usize = 100;
/// Most questions shown that are answered.
const SHOWN: usize = 1_000;
/// Most texts that are named of those that can't be read, and how much of each.
const EXAMPLES: usize = 3;
const EXAMPLE: usize = 40;

/// A record within which others are looked for, by the field that says so.
type Place = (&'static str, Uuid);

/// What is asked about a text.
#[derive(Default)]
pub(super) struct Asked {
    /// Rows that have it.
    rows: u64,
    /// The fields that it stands in, as `<type>.<field>`.
    fields: BTreeSet<String>,
    /// Records that are called so, if there are several.
    namesakes: BTreeSet<Uuid>,
    /// Whether several records are called so.
    several: bool,
    /// The records within which it is looked for, by the field that says so: the same answer may be one record here and another
    /// one there.
    within: BTreeSet<Place>,
    /// Within what a new one is made for rows that don't say within what it is looked for.
    home: BTreeSet<Place>,
    /// Whether rows stand for a record that is called so, not only refer to it.
    is_own: bool,
    /// Some of the texts that can't be read as values of the field.
    unreadable: Vec<String>,
}

impl Asked {
    /// Notes a row that stands for one of these records.
    pub(super) fn note_own(&mut self, (def, key): (&RecordDef, &str), namesakes: &[Uuid]) {
        self.is_own = true;
        self.add(format!("{}.{key}", def.name), namesakes);
    }

    /// Notes a row that stands for what an answer has made for an earlier one, if rows do that.
    pub(super) fn note_own_again(&mut self, (def, key): (&RecordDef, &str)) {
        if self.is_own {
            self.add(format!("{}.{key}", def.name), &[]);
        }
    }

    /// Notes a row that has it.
    pub(super) fn note(
        &mut self,
        def: &RecordDef,
        field: &FieldDef,
        namesakes: &[Uuid],
        (within, home): (Option<Place>, Option<Place>),
    ) {
        self.within.extend(within);
        self.home.extend(home);
        self.add(format!("{}.{}", def.name, field.name), namesakes);
    }

    /// Notes a row with a text that can't be read.
    pub(super) fn note_unreadable(&mut self, def: &RecordDef, field: &FieldDef, text: &str) {
        let shown: String = text.chars().take(EXAMPLE).collect();
        if self.unreadable.len() < EXAMPLES && !self.unreadable.contains(&shown) {
            self.unreadable.push(shown);
        }
        self.add(format!("{}.{}", def.name, field.name), &[]);
    }

    fn add(&mut self, place: String, namesakes: &[Uuid]) {
        self.rows += 1;
        self.several |= !namesakes.is_empty();
        self.fields.insert(place);
        for id in namesakes {
            if self.namesakes.len() < FEW {
                self.namesakes.insert(*id);
            }
        }
    }
}

/// What a text may mean.
struct Meanings {
    suggestions: Vec<Suggestion>,
    options: Vec<Candidate>,
    may_create: bool,
    /// What a new one is made in, if its rows don't say so.
    made_in: String,
}

/// The records of a type, as far as they are looked through.
struct Known {
    names: Names,
    /// All of them, if they are few.
    few: Vec<Candidate>,
}

impl Planner<'_> {
    /// Turns what isn't plain into questions; the most frequent first.
    pub(super) async fn ask(&mut self) -> Result<()> {
        let mut asked: Vec<(Unknown, Asked)> = std::mem::take(&mut self.asked).into_iter().collect();
        asked.sort_by_key(|(_, asked)| std::cmp::Reverse(asked.rows));
        let (mut known, mut open) = (BTreeMap::new(), 0);
        for (unknown, asked) in asked {
            let decision = self.answers.decision(&unknown, asked.several).cloned();
            open += usize::from(decision.is_none());
            if decision.is_none() && open > QUESTIONS {
                *self.preview.further.entry(unknown.target).or_default() += 1;
                continue;
            }
            // What is answered with all others is no question any more; and nobody looks at thousands of answers.
            let is_shown = self.answers.own(&unknown).is_some() && self.preview.questions.len() < SHOWN;
            if decision.is_some() && !is_shown {
                continue;
            }
            let Some(meanings) = self.meanings(&unknown, &asked, &mut known).await? else { continue };
            let Asked { rows, fields, several, is_own, unreadable, .. } = asked;
            let Meanings { suggestions, options, may_create, made_in } = meanings;
            let fields = fields.into_iter().collect();
            self.preview.questions.push(Question {
                unknown,
                fields,
                rows,
                several,
                is_own,
                unreadable,
                suggestions,
                options,
                may_create,
                made_in,
                decision,
            });
        }
        Ok(())
    }

    async fn meanings(
        &mut self,
        unknown: &Unknown,
        asked: &Asked,
        known: &mut BTreeMap<&'static str, Known>,
    ) -> Result<Option<Meanings>> {
        if let Some((type_name, field)) = unknown.target.split_once('.') {
            let suggestions = values::alike_codes(type_name, field, &unknown.value);
            let options = values::options(self.locale, type_name, field);
            return Ok(Some(Meanings { suggestions, options, may_create: false, made_in: String::new() }));
        }
        let Some(target) = shared::types::by_name(&unknown.target) else { return Ok(None) };
        let part_of = asked.within.first().map(|(field, _)| *field);
        let placed = part_of.or_else(|| asked.home.first().map(|(field, _)| *field));
        let may_create =
            if asked.is_own { self.actor.may(target, Action::Create) } else { creatable(self.actor, target, placed) };
        let made_in = if may_create { self.made_in(target, asked).await? } else { String::new() };
        if asked.several {
            let options = candidates(self.tx, (self.actor, self.locale), target, &asked.namesakes).await?;
            return Ok(Some(Meanings { suggestions: Vec::new(), options, may_create, made_in }));
        }
        if let Some(part_of) = part_of {
            let within = self.within(target, unknown, (part_of, asked)).await?;
            return Ok(Some(Meanings { may_create, made_in, ..within }));
        }
        if !known.contains_key(target.name) {
            known.insert(target.name, self.known_of(target).await?);
        }
        let Some(of) = known.get(target.name) else { return Ok(None) };
        let similar = match of.names.is_part {
            true => titles_near(self.tx, self.actor, target, &unknown.value).await?,
            false => Vec::new(),
        };
        let all = of.names.titles.iter().chain(&similar);
        let all = all.filter(|title| folded(title) != folded(&unknown.value));
        let suggestions = near::titled(target, &unknown.value, all.map(String::as_str));
        Ok(Some(Meanings { suggestions, options: of.few.clone(), may_create, made_in }))
    }

    /// What a new part is made in, as people know it, where its rows don't say so; nothing where they do, or it is several.
    async fn made_in(&mut self, target: &'static RecordDef, asked: &Asked) -> Result<String> {
        let mut homes = asked.home.iter();
        let (Some((part_of, whole)), None, true) = (homes.next(), homes.next(), asked.within.is_empty()) else {
            return Ok(String::new());
        };
        let of = target.field(part_of).and_then(crate::columns::target);
        let Some(of) = of.filter(|of| self.actor.sees_title(of)) else { return Ok(String::new()) };
        let own = self.made.get(of.name).and_then(|made| made.get(whole)).cloned();
        match own {
            Some(row) => Ok(row.text(of.title).unwrap_or_default().to_owned()),
            // Where the actor doesn't see it, it has no name for them.
            None => {
                let wanted = Wanted::from([(of.name, BTreeSet::from([*whole]))]);
                Ok(titles_of(self.tx, self.actor, &wanted).await?.remove(whole).unwrap_or_default())
            }
        }
    }

    /// What may be meant of the parts of what rows are in, by the titles: each row means the one of its own.
    async fn within(
        &mut self,
        target: &'static RecordDef,
        unknown: &Unknown,
        (part_of, asked): (&'static str, &Asked),
    ) -> Result<Meanings> {
        let wholes: Vec<Uuid> = asked.within.iter().map(|(_, whole)| *whole).collect();
        let mut titles = load_within(self.tx, self.actor, target, (part_of, &wholes)).await?;
        let made = self.made_by_rows(target).filter(|row| is_within(row, (part_of, &wholes)));
        titles.extend(made.filter_map(|row| row.text(target.title).map(str::to_owned)));
        titles.retain(|title| folded(title) != folded(&unknown.value));
        let suggestions = near::titled(target, &unknown.value, titles.iter().map(String::as_str));
        let options = if titles.len() > FEW { Vec::new() } else { titles.iter().map(|title| called(title)).collect() };
        Ok(Meanings { suggestions, options, may_create: false, made_in: String::new() })
    }

    /// Records of a type that the rows of the import make. What answers alone ask for isn't there yet, and isn't meant by anything
    /// else: two new stages of a file are two.
    fn made_by_rows(&self, target: &RecordDef) -> impl Iterator<Item = &Row> {
        let asked_for: HashSet<Uuid> = self.created.values().copied().collect();
        let made = self.made.get(target.name).into_iter().flat_map(HashMap::values);
        made.filter(move |row| !asked_for.contains(&row.id))
    }

    /// Looks through the records of a type, those that rows are about to make included.
    async fn known_of(&mut self, target: &'static RecordDef) -> Result<Known> {
        let mut names = Names::default();
        load_titles(self.tx, self.actor, target, &mut names).await?;
        names.titles.extend(self.made_by_rows(target).filter_map(|row| row.text(target.title).map(str::to_owned)));
        Ok(Known { names, few: self.few(target).await? })
    }

    /// The records of a type, those that rows are about to make included, if they are few.
    async fn few(&mut self, target: &'static RecordDef) -> Result<Vec<Candidate>> {
        let Some(stored) = load_few(self.tx, self.actor, target).await? else { return Ok(Vec::new()) };
        let is_stored = |id: &Uuid| stored.iter().any(|(known, _)| known == id);
        let made = self.made_by_rows(target).filter(|row| !is_stored(&row.id));
        let made: Vec<String> =
            made.filter_map(|row| row.text(target.title)).take(FEW + 1).map(str::to_owned).collect();
        if stored.len() + made.len() > FEW {
            return Ok(Vec::new());
        }
        let has_namesake =
            |(id, title): &&(Uuid, String)| stored.iter().any(|(other, called)| other != id && called == title);
        // A stage says little without its pipeline.
        let is_part = part_of(target).is_some();
        let unclear = stored.iter().filter(|one| is_part || has_namesake(one));
        let unclear: BTreeSet<Uuid> = unclear.map(|(id, _)| *id).collect();
        let mut all = candidates(self.tx, (self.actor, self.locale), target, &unclear).await?;
        all.extend(stored.iter().filter(|(id, _)| !unclear.contains(id)).map(|(_, title)| called(title)));
        all.extend(made.iter().map(|title| called(title)));
        all.sort_by(|one, other| (&one.title, &one.detail).cmp(&(&other.title, &other.detail)));
        all.dedup();
        Ok(all)
    }
}

/// Whether a record is a part of one of these wholes.
fn is_within(row: &Row, (part_of, wholes): (&str, &[Uuid])) -> bool {
    row.reference(part_of).is_some_and(|whole| wholes.contains(&whole))
}

/// A record that is told by its title.
fn called(title: &str) -> Candidate {
    Candidate { value: title.to_owned(), title: title.to_owned(), detail: String::new() }
}

/// Records told by their ids, with what tells them from each other.
async fn candidates(
    tx: &mut Tx,
    (actor, locale): (&Actor, Locale),
    target: &'static RecordDef,
    ids: &BTreeSet<Uuid>,
) -> Result<Vec<Candidate>> {
    let rows = rows_by_id(tx, target, ids).await?;
    let titles = titles(tx, actor, target, &rows).await?;
    let details = details((actor, locale), target, &rows, &titles);
    let candidate = |(row, detail): (&Row, String)| {
        let title = row.text(target.title).unwrap_or_default().to_owned();
        Candidate { value: row.id.to_string(), title, detail }
    };
    let mut all: Vec<Candidate> = rows.iter().zip(details).map(candidate).collect();
    all.sort_by(|one, other| (&one.title, &one.detail).cmp(&(&other.title, &other.detail)));
    Ok(all)
}

/// Whether a record of this type can be made from its title and what it is a part of alone. A user made so could not even sign in.
pub(super) fn creatable(actor: &Actor, def: &RecordDef, part_of: Option<&str>) -> bool {
    let is_known = |f: &FieldDef| f.name == def.title || f.default.is_some() || Some(f.name) == part_of;
    let enough = def.name != USER.name && def.fields.iter().all(|f| !f.required || is_known(f));
    enough && actor.may(def, Action::Create)
}

#[cfg(test)]
mod tests {
    use shared::types::CONTACT;

    use super::*;

    #[test]
    fn rows_about_what_an_answer_has_made_count_with_the_question_about_their_own_record() {
        let mut own = Asked::default();
        own.note_own((&CONTACT, "name"), &[Uuid::now_v7(), Uuid::now_v7()]);
        own.note_own_again((&CONTACT, "name"));
        assert_eq!((own.rows, own.several), (2, true));
        let mut referred = Asked::default();
        referred.note_own_again((&CONTACT, "name"));
        assert_eq!(referred.rows, 0);
    }
}

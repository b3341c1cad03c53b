//! The search index: words, Chinese character pairs, pinyin and pinyin initials.

use std::collections::HashSet;

use serde::Serialize;
use shared::record::{CUSTOM, CustomField, texts};
use shared::types::{ARTICLE, CUSTOM_FIELD, by_name};
use shared::{RecordDef, Result, Row};
use sqlx::types::Json;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

use super::prepare::{Act, Prepared};
use super::{ERASED, custom_fields};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::readings::{self, ways};
use crate::scope::Sql;

/// The way in which entries are made; older ones are made anew by the upkeep. With it the index of migration 0082 changes.
const MADE_BY: i16 = 6;
/// Entries made anew at a time: live updates wait for each part.
const ANEW: i64 = 100;
/// The token of records that are found by what is written in user-defined fields; nobody can type it.
pub(crate) const OWN: &str = "*";
/// Fewest digits of a phone that are looked for.
const DIGITS: usize = 4;

/// Longest token kept; longer words are cut.
const TOKEN: usize = 40;
/// First syllables from each of which on a title may be typed.
const BEGINS: usize = 8;
/// Most tokens of one record, and of its title's pinyin: long texts are to be found by something, too.
const TOKENS: usize = 400;
const SOUNDS: usize = TOKENS / 2;
/// Most parts of what somebody typed that must occur.
const PARTS: usize = 20;

/// Writes the search entries of written rows; types without searchable fields have none.
pub(super) async fn update(tx: &mut Tx, def: &'static RecordDef, rows: &[Prepared]) -> Result<()> {
    if def.name == CUSTOM_FIELD.name {
        outdate(tx, rows).await?;
    }
    if !def.fields.iter().any(|field| field.searchable) {
        return Ok(());
    }
    let gone: Vec<Uuid> = rows.iter().filter(|row| row.act == Act::Delete).map(|row| row.after.id).collect();
    if !gone.is_empty() {
        sqlx::query("delete from search_entries where org_id = $1 and record_id = any($2)")
            .bind(tx.org_id)
            .bind(gone)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    }
    put(tx, def, rows.iter().filter(|row| is_stale(def, row)).map(|row| &row.after).collect()).await
}

/// Leaves to the upkeep what has values of user-defined fields by which records are found in another way from now on.
async fn outdate(tx: &mut Tx, fields: &[Prepared]) -> Result<()> {
    for field in fields.iter().filter(|field| field.act != Act::Update || field.changed("kind")) {
        let of_type = field.after.text("record_type").and_then(by_name);
        let (Some(def), Some(key)) = (of_type, field.after.text("key")) else { continue };
        let mut sql = Sql::new(format!("update search_entries s set made_by = 0 from {} t", def.table()));
        sql.push(" where s.org_id = ").push_bind(tx.org_id).push(" and s.record_type = ").push_bind(def.name);
        sql.push(" and t.org_id = s.org_id and t.id = s.record_id and t.custom ? ").push_bind(key.to_owned());
        sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    }
    Ok(())
}

/// Writes the entries of rows as they are.
async fn put(tx: &mut Tx, def: &'static RecordDef, rows: Vec<&Row>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let own = own_fields(tx, def, &rows).await?;
    upsert(tx, def, rows.into_iter().map(|row| entry(def, row, &own)).collect()).await
}

/// The user-defined fields of a type by which its records are found: those in which people write, as far as any of the rows has a
/// value. Articles are found by everybody on the public pages, and so by none of theirs.
async fn own_fields(tx: &mut Tx, def: &RecordDef, rows: &[&Row]) -> Result<Vec<CustomField>> {
    let has_values = |row: &&Row| row.value(CUSTOM).as_object().is_some_and(|all| !all.is_empty());
    if def.name == ARTICLE.name || !rows.iter().any(has_values) {
        return Ok(Vec::new());
    }
    let mut fields = custom_fields(tx, def).await?;
    fields.retain(|field| matches!(field.kind.as_str(), "text" | "long_text" | "url"));
    Ok(fields)
}

/// Only changes to what is indexed cost an index write; a card move does not.
fn is_stale(def: &RecordDef, row: &Prepared) -> bool {
    let others = [CUSTOM, "owner_id", "team_id", "archived_at"];
    let indexed = def.fields.iter().filter(|f| f.searchable).map(|f| f.name).chain(others);
    row.act != Act::Delete && (row.act == Act::Create || indexed.into_iter().any(|field| row.changed(field)))
}

/// What is kept of a record to find it by.
#[derive(Serialize)]
struct Entry<'r> {
    record_id: Uuid,
    title: &'r str,
    subtitle: String,
    tokens: Vec<String>,
    owner_id: Option<Uuid>,
    team_id: Option<Uuid>,
    archived: bool,
}

fn entry<'r>(def: &RecordDef, row: &'r Row, own: &[CustomField]) -> Entry<'r> {
    let title = row.text(def.title).unwrap_or_default();
    let (mut found, mut of_long) = (title_tokens(title), Vec::new());
    let mut subtitle = Vec::new();
    let is_rich = |field: &shared::FieldDef| field.kind == shared::Kind::RichText;
    let is_long = |field: &&shared::FieldDef| field.kind == shared::Kind::LongText || is_rich(field);
    let (long, short): (Vec<&shared::FieldDef>, Vec<&shared::FieldDef>) =
        def.fields.iter().filter(|f| f.searchable && f.name != def.title).partition(is_long);
    for field in short.into_iter().chain(long) {
        let plain = row.text(field.name).filter(|_| is_rich(field)).map(shared::record::rich::to_text);
        let single = plain.as_deref().or_else(|| row.text(field.name)).filter(|text| *text != ERASED);
        let into = if is_long(&field) { &mut of_long } else { &mut found };
        for text in single.into_iter().chain(texts(&row.values, field.name)) {
            into.extend(tokens(text));
            match field.kind {
                shared::Kind::Phones => into.extend(phone_tokens(text)),
                shared::Kind::Text(_) => into.extend(code_tokens(text)),
                _ => {}
            }
            if subtitle.len() < 2 && !is_long(&field) {
                subtitle.push(text.chars().take(60).collect::<String>());
            }
        }
    }
    // A title of many short pieces may be typed in hundreds of ways: a phone, an address count for more than the last of them.
    found.extend(title_sounds(title));
    let (of_own, of_own_long): (Vec<&CustomField>, Vec<&CustomField>) =
        own.iter().partition(|field| field.kind != "long_text");
    let own_of = |fields: Vec<&CustomField>| -> Vec<String> {
        fields.into_iter().flat_map(|field| own_tokens(row, field)).collect()
    };
    let (of_own, of_own_long) = (own_of(of_own), own_of(of_own_long));
    if !of_own.is_empty() || !of_own_long.is_empty() {
        found.insert(0, OWN.to_owned());
    }
    found.extend(of_own);
    found.extend(of_long);
    found.extend(of_own_long);
    // What is cut off is the end of long texts, not whatever comes last in the order of characters.
    let mut known = HashSet::new();
    let is_first: Vec<bool> = found.iter().map(|token| known.insert(token.as_str())).collect();
    let mut is_first = is_first.into_iter();
    found.retain(|_| is_first.next().unwrap_or(false));
    found.truncate(TOKENS);
    Entry {
        record_id: row.id,
        title,
        subtitle: subtitle.join(" · "),
        tokens: found,
        owner_id: row.reference("owner_id"),
        team_id: row.reference("team_id"),
        archived: row.text("archived_at").is_some(),
    }
}

/// What a record is found by for the value of a user-defined field.
fn own_tokens(row: &Row, field: &CustomField) -> Vec<String> {
    let Some(text) = row.value(CUSTOM)[field.key.as_str()].as_str() else { return Vec::new() };
    let mut found = tokens(text);
    if field.kind == "text" {
        found.extend(code_tokens(text));
    }
    found
}

/// What a title is found by as it is written. What all the erased are called is nobody's name: they are found by what else may be said of them, such
/// as the number of a ticket.
fn title_tokens(title: &str) -> Vec<String> {
    if title == ERASED {
        return Vec::new();
    }
    let mut found = tokens(title);
    found.extend(code_tokens(title));
    found
}

/// What it is found by as it sounds.
fn title_sounds(title: &str) -> impl Iterator<Item = String> {
    let sounds = if title == ERASED { Vec::new() } else { pinyin_tokens(title) };
    sounds.into_iter().take(SOUNDS)
}

async fn upsert(tx: &mut Tx, def: &RecordDef, entries: Vec<Entry<'_>>) -> Result<()> {
    sqlx::query(
        "insert into search_entries
             (org_id, record_type, record_id, title, subtitle, tokens, owner_id, team_id, archived, made_by)
         select $1, $2, record_id, title, subtitle, array_to_tsvector(tokens), owner_id, team_id, archived, $4
         from jsonb_to_recordset($3) as r (record_id uuid, title text, subtitle text, tokens text[],
                                           owner_id uuid, team_id uuid, archived boolean)
         on conflict (org_id, record_id) do update
         set title = excluded.title, subtitle = excluded.subtitle, tokens = excluded.tokens,
             owner_id = excluded.owner_id, team_id = excluded.team_id, archived = excluded.archived, made_by = excluded.made_by,
             updated_at = case when excluded.tokens = search_entries.tokens or search_entries.made_by = excluded.made_by
                               then now() else search_entries.updated_at end",
    )
    .bind(tx.org_id)
    .bind(def.name)
    .bind(Json(entries))
    .bind(MADE_BY)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// The ends of a phone number from each of its digits on: as beginnings of them its parts are found.
fn phone_tokens(text: &str) -> Vec<String> {
    let digits: String = text.nfkc().filter(char::is_ascii_digit).collect();
    (0..digits.len().saturating_sub(DIGITS - 1)).map(|from| digits[from..].to_owned()).collect()
}

/// What numbers are typed as: by their digits, or without what divides their parts, SVC-03 as svc03.
fn code_tokens(text: &str) -> Vec<String> {
    let text: String = text.nfkc().collect();
    let divides = |c: char| matches!(c, '-' | '_' | '.' | '/');
    let codes = text.split(|c: char| !c.is_ascii_alphanumeric() && !divides(c)).map(|code| code.trim_matches(divides));
    let is_divided = |code: &&str| code.contains(divides) && code.contains(|c: char| c.is_ascii_digit());
    let undivided = |code: &str| {
        let signs = code.chars().filter(char::is_ascii_alphanumeric).take(TOKEN);
        signs.map(|c| c.to_ascii_lowercase()).collect::<String>()
    };
    let mut found = number_tokens(&text);
    found.extend(codes.filter(is_divided).map(undivided));
    found
}

/// The digits of numbers that begin with letters or zeros: many type nothing but those.
fn number_tokens(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_ascii_digit()).flat_map(|run| [run, run.trim_start_matches('0')]);
    runs.filter(|run| !run.is_empty()).map(|run| run.chars().take(TOKEN).collect()).collect()
}

/// Makes the next entries of a type anew that are of an older way; says how many there were.
pub(crate) async fn renew(tx: &mut Tx, def: &'static RecordDef) -> Result<usize> {
    let old: Vec<Uuid> = sqlx::query_scalar(
        "select record_id from search_entries where org_id = $1 and record_type = $2 and made_by < 6 limit $3 for update skip locked",
    )
    .bind(tx.org_id)
    .bind(def.name)
    .bind(ANEW)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let rows = super::rows_by_id(tx, def, &old.iter().copied().collect()).await?;
    make(tx, def, &rows).await?;
    Ok(old.len())
}

/// Makes the entries of these rows anew, where the type has any.
pub(super) async fn make(tx: &mut Tx, def: &'static RecordDef, rows: &[Row]) -> Result<()> {
    if !def.fields.iter().any(|field| field.searchable) {
        return Ok(());
    }
    put(tx, def, rows.iter().collect()).await
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

/// Words in lower case; runs of Chinese as overlapping pairs (single characters stand alone).
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (han, run) in runs(text) {
        if han {
            let chars: Vec<char> = run.chars().collect();
            found.extend(chars.iter().map(char::to_string));
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            found.extend(unaccented(&run).map(|plain| plain.chars().take(TOKEN).collect()));
            found.push(run.chars().take(TOKEN).collect());
        }
    }
    found
}

/// A word without its accents, if it has any: many type it so.
pub(crate) fn unaccented(word: &str) -> Option<String> {
    let plain: String = word.nfd().filter(|c| !is_combining_mark(*c)).collect();
    (!word.is_ascii() && plain != word).then_some(plain)
}

/// A text in lower case, full-width letters and digits as half-width ones.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfkc().flat_map(char::to_lowercase)
}

/// Without the spaces, too.
fn closed(text: &str) -> String {
    folded(text).filter(|c| !c.is_whitespace()).collect()
}

/// Maximal runs of Chinese characters and of other letters and digits.
fn runs(text: &str) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    let mut open = false;
    for c in folded(text) {
        let han = is_han(c);
        if !han && !c.is_alphanumeric() {
            open = false;
            continue;
        }
        match runs.last_mut().filter(|(last, _)| open && *last == han) {
            Some((_, run)) => run.push(c),
            None => runs.push((han, c.to_string())),
        }
        open = true;
    }
    runs
}

/// How what stands without a break is typed part by part.
#[derive(Clone, Copy)]
struct Sound<'t> {
    /// A syllable of pinyin, or a word that isn't Chinese.
    said: &'t str,
    is_word: bool,
}

impl Sound<'_> {
    /// What stands for it among initials: a word as a whole, 电子ABC is typed dzabc.
    fn initial(self) -> impl Iterator<Item = char> {
        self.said.chars().take(if self.is_word { TOKEN } else { 1 })
    }
}

/// What of a text may be typed without a break: Chinese and the other words beside it, in turn. A space between the two is none,
/// for many put one there to have it look well. Accents are left out.
fn stretches(text: &str) -> Vec<Vec<(bool, String)>> {
    let is_break = |c: char| !is_han(c) && !c.is_alphanumeric() && !c.is_whitespace();
    let plain = |(han, run): &(bool, String)| (*han, unaccented(run).unwrap_or_else(|| run.clone()));
    let of_part = |part: &str| -> Vec<Vec<(bool, String)>> {
        runs(part).chunk_by(|one, next| one.0 != next.0).map(|runs| runs.iter().map(plain).collect()).collect()
    };
    text.split(is_break).flat_map(of_part).collect()
}

/// What a stretch is typed as, part by part, each in all its readings.
fn sounds(stretch: &[(bool, String)]) -> Vec<Vec<Sound<'_>>> {
    let mut sounds = Vec::new();
    for (han, run) in stretch {
        if *han {
            let syllable = |said: &'static str| Sound { said, is_word: false };
            let all = readings::syllables(run).into_iter();
            sounds.extend(all.map(|readings| readings.into_iter().map(syllable).collect::<Vec<_>>()));
        } else {
            sounds.push(vec![Sound { said: run, is_word: true }]);
        }
    }
    sounds
}

/// From where on a stretch may be typed: from each of the first syllables of Chinese, and from a word before it.
fn starts(sounds: &[Vec<Sound<'_>>]) -> Vec<usize> {
    let (mut starts, mut syllables) = (Vec::new(), 0);
    for (at, readings) in sounds.iter().enumerate() {
        let is_word = readings.iter().any(|sound| sound.is_word);
        syllables = if is_word { 0 } else { syllables + 1 };
        let is_start = if is_word { at + 1 < sounds.len() } else { syllables <= BEGINS };
        starts.extend(is_start.then_some(at));
    }
    starts
}

/// Pinyin of a text's Chinese, whole and as initials, from each of the first syllables on, in each way to read it. It runs on into
/// words beside it: as beginnings of that its own are found, too, so that there are no more tokens for it.
pub fn pinyin_tokens(title: &str) -> Vec<String> {
    let mut found = Vec::new();
    for stretch in stretches(title) {
        let sounds = sounds(&stretch);
        let ends = starts(&sounds).into_iter().map(|start| &sounds[start..sounds.len().min(start + TOKEN)]);
        for way in ends.flat_map(ways) {
            let sound: String = way.iter().flat_map(|sound| sound.said.chars()).take(TOKEN).collect();
            if sound.contains('ü') {
                // Keyboards have v for it, passports u.
                found.extend(["v", "u"].map(|typed| sound.replace('ü', typed)));
            }
            found.push(sound);
            found.push(way.iter().flat_map(|sound| sound.initial()).take(TOKEN).collect());
        }
    }
    // Many ways have the same initials.
    let mut known = HashSet::new();
    found.retain(|token| known.insert(token.clone()));
    found
}

/// The syllables of each of a text's Chinese runs, each with all its readings.
pub(crate) fn syllables(text: &str) -> Vec<Vec<Vec<&'static str>>> {
    runs(text).iter().filter(|(han, _)| *han).map(|(_, run)| readings::syllables(run)).collect()
}

/// A `tsquery` text for what somebody typed: every part must occur, Latin parts as prefixes. `None` for nothing to find.
pub(crate) fn query_tokens(text: &str) -> Option<String> {
    let mut parts = Vec::new();
    for (han, run) in runs(text) {
        if han {
            let chars: Vec<char> = run.chars().collect();
            match chars.as_slice() {
                [single] => parts.push(format!("'{single}'")),
                _ => parts.extend(chars.windows(2).map(|pair| format!("'{}'", pair.iter().collect::<String>()))),
            }
        } else {
            let word: String = run.chars().take(TOKEN).collect();
            parts.push(format!("'{word}':*"));
        }
    }
    parts.truncate(PARTS);
    (!parts.is_empty()).then(|| parts.join(" & "))
}

/// As [`query_tokens`], for what is looked for as a whole: a telephone number is found however else it is written.
pub(crate) fn search_tokens(text: &str) -> Option<String> {
    let all = query_tokens(text)?;
    match shared::tidy::national(&text.nfkc().collect::<String>()) {
        Some(number) => Some(format!("({all}) | '{}':*", number.chars().take(TOKEN).collect::<String>())),
        None => Some(all),
    }
}

/// As [`query_tokens`], with Chinese as it sounds: names are easily written with other characters. `None` without any.
pub(crate) fn sound_tokens(text: &str) -> Option<String> {
    let runs = runs(text);
    // A single character sounds like far too many others.
    if !runs.iter().any(|(han, run)| *han && run.chars().nth(1).is_some()) {
        return None;
    }
    let sounds = |(han, run): (bool, String)| match han {
        true => ways(&readings::syllables(&run)).iter().map(|way| way.concat()).collect(),
        false => vec![run],
    };
    let parts: Vec<String> = runs.into_iter().map(sounds).filter_map(|sounds| any_of(&sounds)).take(PARTS).collect();
    (!parts.is_empty()).then(|| parts.join(" & "))
}

/// A `tsquery` text for what begins in one of these ways.
fn any_of(sounds: &[String]) -> Option<String> {
    let begin = |sound: &String| format!("'{}':*", sound.chars().take(TOKEN).collect::<String>());
    let begins: Vec<String> = sounds.iter().filter(|sound| !sound.is_empty()).map(begin).collect();
    match begins.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        _ => Some(format!("({})", begins.join(" | "))),
    }
}

/// Whether a title itself has all the words, as they are written or as they sound.
pub(crate) fn is_called(title: &str, words: &str) -> bool {
    let (lower, mut said) = (folded(title).collect::<String>(), tokens(title));
    said.extend(pinyin_tokens(title));
    said.extend(code_tokens(title));
    runs(words).iter().all(|(han, run)| match han {
        true => lower.contains(run.as_str()),
        false => said.iter().any(|word| word.starts_with(run.as_str())),
    })
}

/// Whether a title has all the words as wholes, as they are written or syllable by syllable: beginnings of words, and initials,
/// are of many other titles too.
pub(crate) fn has_words(title: &str, words: &str) -> bool {
    let (lower, said, stretches) = (folded(title).collect::<String>(), tokens(title), stretches(title));
    runs(words).iter().all(|(han, run)| match han {
        true => lower.contains(run.as_str()),
        false => said.contains(run) || stretches.iter().any(|stretch| is_spelt(&sounds(stretch), run)),
    })
}

/// Whether the words are the first letters of all characters of a title.
pub(crate) fn has_initials(title: &str, words: &str) -> bool {
    let (said, letters) = (readings::spoken(&closed(title)), closed(words));
    let begins = |(readings, letter): (&Vec<String>, char)| readings.iter().any(|reading| reading.starts_with(letter));
    said.len() > 1 && said.len() == letters.chars().count() && said.iter().zip(letters.chars()).all(begins)
}

/// Whether a word is how some of the sounds in a row are typed, each of them whole.
fn is_spelt(sounds: &[Vec<Sound<'_>>], word: &str) -> bool {
    (0..sounds.len()).any(|from| begins_spelt(&sounds[from..], word))
}

/// The same of sounds from the first on.
fn begins_spelt(sounds: &[Vec<Sound<'_>>], word: &str) -> bool {
    let Some((first, others)) = sounds.split_first() else { return false };
    let mut rests = first.iter().filter_map(|sound| after(word, sound.said));
    rests.any(|rest| rest.is_empty() || begins_spelt(others, rest))
}

/// What is typed after a syllable. Keyboards have v for ü, passports u.
fn after<'w>(word: &'w str, syllable: &str) -> Option<&'w str> {
    ["ü", "v", "u"].iter().find_map(|typed| word.strip_prefix(syllable.replace('ü', typed).as_str()))
}

/// How many characters of a title are left when it begins with the words, as they are written or as they sound; nothing where it
/// begins otherwise. One that is typed in part is left as well.
pub(crate) fn left_after(title: &str, words: &str) -> Option<usize> {
    let (title, words) = (closed(title), closed(words));
    let written = title.strip_prefix(words.as_str()).map(|rest| rest.chars().count());
    written.or_else(|| left_said(&readings::spoken(&title), &words))
}

/// The same of characters, each with its readings.
fn left_said(characters: &[Vec<String>], word: &str) -> Option<usize> {
    if word.is_empty() {
        return Some(characters.len());
    }
    let (first, others) = characters.split_first()?;
    first.iter().find_map(|reading| match after(word, reading) {
        Some(rest) => left_said(others, rest),
        None => reading.starts_with(word).then_some(characters.len()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::CONTACT;

    use super::*;

    #[test]
    fn a_title_begins_with_words_as_they_are_written_or_as_they_sound() {
        let left = [
            ("云帆科技", "yunfan", Some(2)),
            ("云帆科技", "Yun Fan Ke Ji", Some(0)),
            ("云帆科技", "yunfank", Some(2)),
            ("云帆科技", "云帆", Some(2)),
            ("新云帆", "yunfan", None),
            ("长沙 Acme", "changshaacme", Some(0)),
            ("吕梁", "lvl", Some(1)),
            ("Acme Ltd", "acme", Some(3)),
            ("Big Acme", "acme", None),
        ];
        for (title, words, expected) in left {
            assert_eq!(left_after(title, words), expected, "{title} {words}");
        }
    }

    #[test]
    fn nothing_is_found_by_what_the_erased_are_called() {
        assert_eq!(title_tokens(ERASED), [""; 0]);
        assert_eq!(title_sounds(ERASED).count(), 0);
        assert_eq!(title_tokens("T12"), ["t12", "12", "12"]);
    }

    #[test]
    fn numbers_are_found_by_their_digits() {
        assert_eq!(number_tokens("T1261"), ["1261", "1261"]);
        assert_eq!(number_tokens("SO-2026-00042"), ["2026", "2026", "00042", "42"]);
        assert!(number_tokens("Acme 000").iter().all(|token| token == "000"));
    }

    #[test]
    fn codes_are_found_without_what_divides_them() {
        for (text, typed) in [("SVC-03", "svc03"), ("合同HT-2026-001号", "ht2026001"), ("Ａ_1/b", "a1b")] {
            assert!(code_tokens(text).iter().any(|token| token == typed), "{text}");
            assert!(is_called(text, typed), "{text}");
        }
        assert_eq!(code_tokens("well-known. T12 -"), ["12", "12"]);
    }

    #[test]
    fn full_width_is_found_as_half_width_and_the_other_way_round() {
        assert_eq!(query_tokens("ＨＵＡＷＥＩ"), query_tokens("huawei"));
        assert_eq!(search_tokens("＋８６　139"), search_tokens("+86 139"));
        assert_eq!(tokens("ＡＢＣ科技"), tokens("ABC科技"));
        assert!(phone_tokens("１３８００").contains(&"13800".to_owned()));
        assert!(is_called("ＡＢＣ科技", "abc") && is_called("ABC科技", "ＡＢＣ"));
        assert_eq!(left_after("ＡＢＣ科技", "abc"), Some(2));
        // An accent by itself belongs to its letter.
        assert_eq!(tokens("Zoe\u{301}"), tokens("Zoé"));
    }

    #[test]
    fn records_are_found_by_what_is_written_in_fields_of_their_own() {
        let field = |key: &str, kind: &str| CustomField {
            key: key.to_owned(),
            label: key.to_owned(),
            kind: kind.to_owned(),
            choices: Vec::new(),
            required: false,
            removed: false,
        };
        let custom = json!({"plate": "浙A-12345", "story": "Long ago", "gone": "zx81"});
        let values = json!({"name": "Anna", "custom": custom});
        let row = Row { id: Uuid::nil(), version: 1, values: values.as_object().unwrap().clone() };
        let found = entry(&CONTACT, &row, &[field("story", "long_text"), field("plate", "text")]).tokens;
        for wanted in ["浙", "a12345", "12345", "ago", OWN] {
            assert!(found.iter().any(|token| token == wanted), "{wanted} {found:?}");
        }
        assert!(!found.iter().any(|token| token == "zx81"), "that of a field that there is no more");
        assert!(!entry(&CONTACT, &row, &[field("other", "text")]).tokens.contains(&OWN.to_owned()));
        assert_eq!(search_tokens(OWN), None, "nobody looks for the mark");
    }

    #[test]
    fn names_are_found_by_how_they_sound() {
        assert_eq!(sound_tokens("王皓然").as_deref(), Some("'wanghaoran':*"));
        assert_eq!(sound_tokens("王浩然 CRM").as_deref(), Some("'wanghaoran':* & 'crm':*"));
        assert!(sound_tokens("王").is_none() && sound_tokens("wang").is_none());
    }

    #[test]
    fn a_title_has_words_as_they_are_written_or_sound() {
        assert!(is_called("云帆科技有限公司", "yunfan") && is_called("云帆科技有限公司", "云帆"));
        assert!(is_called("Harbour North", "nor harb") && is_called("李娜", "ln"));
        assert!(!is_called("Harbour North", "harbour south") && !is_called("云帆科技", "帆云"));
    }

    #[test]
    fn whole_words_are_more_than_beginnings_of_them() {
        for words in ["xinjian", "xin jian", "jian", "新建", "changfang", "crm"] {
            assert!(has_words("新建厂房 CRM", words), "{words}");
        }
        assert!(has_words("吕布", "lvbu") && has_words("吕布", "lubu"));
        assert!(has_words("Harbour North", "north") && !has_words("Harbour North", "harb"));
        for (title, words) in [("新疆化工", "xinjian"), ("微信跟进", "xinjian"), ("新建厂房", "xj")] {
            assert!(!has_words(title, words), "{title} {words}");
        }
    }

    #[test]
    fn chinese_is_cut_into_pairs_and_latin_into_words() {
        assert_eq!(tokens("杭州ABC-12"), ["杭", "州", "杭州", "abc", "12"]);
        assert_eq!(query_tokens("杭州网").as_deref(), Some("'杭州' & '州网'"));
        assert_eq!(query_tokens("Acme co").as_deref(), Some("'acme':* & 'co':*"));
        assert_eq!(query_tokens(" ' & "), None);
    }

    #[test]
    fn phones_are_found_by_any_part_of_them() {
        let found = phone_tokens("+86 138-0013-8000");
        for part in ["8613800138000", "13800138000", "0013", "8000"] {
            assert!(found.iter().any(|token| token.starts_with(part)), "{part}");
        }
        assert!(phone_tokens("110").is_empty());
    }

    #[test]
    fn phones_are_looked_for_with_and_without_their_country() {
        assert_eq!(search_tokens("+86 139 0001").as_deref(), Some("('86':* & '139':* & '0001':*) | '1390001':*"));
        assert_eq!(search_tokens("13900010002").as_deref(), Some("'13900010002':*"));
        assert_eq!(search_tokens("+ -"), None);
    }

    #[test]
    fn plain_letters_find_accented_ones() {
        assert_eq!(tokens("Müller"), ["muller", "müller"]);
        assert_eq!(tokens("Zoe"), ["zoe"]);
        let found = pinyin_tokens("吕布");
        assert!(["lvbu", "lubu", "lb"].iter().all(|typed| found.iter().any(|token| token == typed)), "{found:?}");
    }

    #[test]
    fn each_reading_of_a_character_counts() {
        let found = pinyin_tokens("重庆长安汽车");
        for typed in ["chongqingchanganqiche", "zhongqingchanganqiche", "changanqiche", "cqcaqc", "zhanganqiche"] {
            assert!(found.iter().any(|token| token == typed), "{typed} {found:?}");
        }
        assert!(found.len() < 40, "only what has several readings multiplies: {}", found.len());
        assert_eq!(pinyin_tokens("安汽车").len(), 6);
        let long = pinyin_tokens(&"重长".repeat(30));
        assert!(long.len() < TOKENS && long.iter().all(|token| token.chars().count() <= TOKEN), "{}", long.len());
        for (title, words) in [("长沙银行", "changsha yinhang"), ("重庆长安", "changan"), ("音乐厅", "yinyueting")]
        {
            assert!(has_words(title, words) && is_called(title, words), "{title} {words}");
        }
        assert!(!has_words("长沙银行", "changhang"));
        assert_eq!(sound_tokens("音乐 A").as_deref(), Some("('yinle':* | 'yinyue':*) & 'a':*"));
    }

    #[test]
    fn pinyin_runs_on_into_the_words_beside_it() {
        let is_found = |title: &str, typed: &str| pinyin_tokens(title).iter().any(|token| token.starts_with(typed));
        for (title, all) in [
            ("电子ABC有限公司", &["dianziabc", "dzabc", "ziabcyouxian", "dianzi", "youxiangongsi", "abcyxgs"][..]),
            ("电子ABCDEF有限公司", &["dianziabcdef", "dzabcdefyx"][..]),
            ("电子 ABC 有限公司", &["dianziabc", "dzabc"][..]),
            ("58同城", &["58tongcheng", "58tc", "tongcheng"][..]),
            ("Müller电子", &["mullerdianzi", "mullerdz"][..]),
            ("吕布X1", &["lvbux1", "lubux1", "lbx1"][..]),
        ] {
            for typed in all {
                assert!(is_found(title, typed) && is_called(title, typed), "{title} {typed}");
            }
        }
        for (title, typed) in [("电子·ABC", "dianziabc"), ("Acme Ltd", "acmeltd"), ("电子 商务", "dianzishangwu")]
        {
            assert!(!is_found(title, typed), "{title} {typed}");
        }
        assert!(has_words("电子ABC有限公司", "dianziabc") && !has_words("电子ABCDEF", "dianziabc"));
    }

    #[test]
    fn a_title_that_is_typed_in_many_ways_leaves_room_for_what_else_is_known() {
        let name: String = ('a'..='z').map(|letter| format!("重长{letter}")).collect();
        assert!(pinyin_tokens(&name).len() > TOKENS, "else it shows nothing");
        let values = json!({"name": name, "phones": ["13900010002"], "emails": ["anna@example.com"]});
        let row = Row { id: Uuid::nil(), version: 1, values: values.as_object().unwrap().clone() };
        let tokens = entry(&CONTACT, &row, &[]).tokens;
        for wanted in ["13900010002", "0002", "anna", "重", "zhongzhangazhongzhangbzhongzhangczhongzh"] {
            assert!(tokens.iter().any(|token| token == wanted), "{wanted} {tokens:?}");
        }
    }

    #[test]
    fn what_is_beside_chinese_makes_few_tokens_more() {
        // Two for a word that Chinese follows, whole and with initials; what Chinese runs on into makes its tokens longer.
        let count = |title: &str| pinyin_tokens(title).len();
        assert_eq!(count("安汽ABC"), count("安汽"));
        assert_eq!(count("ABC安汽"), count("安汽") + 2);
        assert_eq!(count("安汽ABC安汽"), 2 * count("安汽") + 2);
        assert_eq!((count("ABC"), count("ABC 12")), (0, 0));
        assert!(pinyin_tokens(&"电A".repeat(60)).iter().all(|token| token.chars().count() <= TOKEN));
    }

    #[test]
    fn titles_are_found_by_pinyin_and_initials() {
        let found = pinyin_tokens("杭州网络");
        assert!(found.contains(&"hangzhouwangluo".to_owned()) && found.contains(&"hzwl".to_owned()));
        assert!(found.contains(&"wangluo".to_owned()) && found.contains(&"wl".to_owned()));
    }
}

//! The article that solves a ticket: the one that was put into the answer which solves it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::Row;
use shared::record::rich::to_text;
use shared::record::{Values, text};
use uuid::Uuid;

use super::draft::Writing;
use crate::features::desk::asking::settles;
use crate::features::desk::ticket::Ticket;

/// Lines by which what was put in is known again: one of them stays when the others are written anew.
const LINES: usize = 3;

/// An article that was put into an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inserted {
    id: Uuid,
    title: String,
    /// The longest lines of what was put in.
    lines: Vec<String>,
}

impl Inserted {
    fn new(id: Uuid, title: String, html: &str) -> Self {
        let text = to_text(html);
        let mut lines: Vec<String> = text.lines().map(plain).filter(|line| !line.is_empty()).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.chars().count()));
        lines.truncate(LINES);
        Self { id, title, lines }
    }

    /// Whether some of it stands in a text.
    fn stands_in(&self, text: &str) -> bool {
        self.lines.iter().any(|line| text.contains(line.as_str()))
    }
}

/// A text with one blank wherever there are some: browsers write them in their own ways.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The one article that stands in what was written.
fn only(articles: &[Inserted], html: &str) -> Option<Inserted> {
    let text = plain(&to_text(html));
    let mut standing = articles.iter().filter(|article| article.stands_in(&text));
    let first = standing.next()?;
    standing.all(|other| other.id == first.id).then(|| first.clone())
}

impl Writing {
    /// Notes that an article is put into what is written.
    pub(super) fn note_article(self, article: &Row, html: &str) {
        let title = article.text("title").unwrap_or_default().to_owned();
        self.articles.update(|all| all.push(Inserted::new(article.id, title, html)));
    }

    /// Names the article that solves the ticket, where the answer does so with just one and nobody has named another.
    pub(super) fn name_solution(self, ticket: Ticket, changes: &mut Values) {
        let mut codes = ["status_id", "status"].into_iter().filter_map(|field| text(changes, field));
        let solves = !self.note.get_untracked() && codes.any(|code| settles(ticket.desk, code));
        let may = ticket.record.attribute("solved_by_id").is_some_and(|attribute| attribute.editable);
        let named = changes.contains_key("solved_by_id")
            || ticket.record.row.with_untracked(|row| row.reference("solved_by_id").is_some());
        if !solves || !may || named {
            return;
        }
        let articles = self.articles.get_untracked();
        let Some(article) = self.text.with_untracked(|html| only(&articles, html)) else { return };
        changes.insert("solved_by_id".into(), article.id.to_string().into());
        ticket.record.titles.update(|titles| drop(titles.insert(article.id, article.title)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_article_that_still_stands_in_the_answer_solves() {
        let (gate, bill) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = Inserted::new(gate, "Gate".into(), "<p>Hello,</p><p>turn the key twice.</p>");
        let link = Inserted::new(bill, "Bill".into(), "<a href=\"/b\">Your bill</a>&nbsp;");
        let solved_by = |html: &str| only(&[text.clone(), link.clone()], html).map(|article| article.id);
        assert_eq!(solved_by("<p>Dear Li,</p><p>turn&nbsp;the key twice.</p>"), Some(gate), "its greeting is another");
        assert_eq!(solved_by("<p>See <a href=\"/b\">Your bill</a></p>"), Some(bill));
        assert_eq!(solved_by("<p>turn the key twice. Your bill</p>"), None, "two of them");
        assert_eq!(solved_by("<p>Nothing of it</p>"), None);
        let twice = [text.clone(), text.clone()];
        assert_eq!(only(&twice, "<p>turn the key twice.</p>").map(|article| article.id), Some(gate));
    }

    #[test]
    fn what_says_nothing_stands_nowhere() {
        let empty = Inserted::new(Uuid::nil(), String::new(), "<p></p>");
        assert_eq!(only(&[empty], "<p>Hello</p>"), None);
    }
}

//! Articles that fit a ticket: those that say much the same as it, those in the customer's language, and all others.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use leptos::prelude::*;
use shared::Row;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::ARTICLE;

use super::language;
use crate::api::desk::similar;
use crate::api::records::list_records;
use crate::features::desk::ticket::Ticket;

/// Most of each language.
const MOST: u32 = 20;

/// Articles, what fits best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fitting {
    /// In the customer's language, and alike.
    suggested: Vec<Row>,
    /// Others in that language.
    own: Vec<Row>,
    /// In another one.
    foreign: Vec<Row>,
}

impl Fitting {
    fn of(alike: Vec<Row>, own: Vec<Row>, foreign: Vec<Row>, language: &str) -> Self {
        let (suggested, alike): (Vec<Row>, Vec<Row>) =
            alike.into_iter().partition(|row| row.text("locale") == Some(language));
        let besides = |rows: Vec<Row>, known: &[Row]| -> Vec<Row> {
            rows.into_iter().filter(|row| known.iter().all(|other| other.id != row.id)).collect()
        };
        let (own, foreign) = (besides(own, &suggested), besides(foreign, &alike));
        Self { suggested, own, foreign: alike.into_iter().chain(foreign).collect() }
    }

    /// Those that there are, each group under its heading, as far as it needs one.
    pub(super) fn groups(self) -> impl Iterator<Item = (Option<&'static str>, Vec<Row>)> {
        let further = (!self.suggested.is_empty()).then_some("desk.further_articles");
        let groups = [
            (Some("desk.helpful"), self.suggested),
            (further, self.own),
            (Some("desk.foreign_articles"), self.foreign),
        ];
        groups.into_iter().filter(|(_, rows)| !rows.is_empty())
    }

    /// There are none.
    pub(super) fn is_empty(&self) -> bool {
        [&self.suggested, &self.own, &self.foreign].into_iter().all(Vec::is_empty)
    }
}

/// Looks for articles with these words; without any, for those that may help with the ticket, too.
pub(super) async fn fitting(ticket: Ticket, words: &str) -> Fitting {
    let language = untrack(|| language(ticket));
    let alike = match words.trim() {
        "" => similar(ticket.id).await.map(|found| found.articles).unwrap_or_default(),
        _ => Vec::new(),
    };
    let (own, foreign) = both(listed(Op::Eq, &language, words), listed(Op::Ne, &language, words)).await;
    Fitting::of(alike, own, foreign, &language)
}

/// Waits for two answers at a time.
async fn both<T>(first: impl Future<Output = T>, second: impl Future<Output = T>) -> (T, T) {
    let mut first = pin!(first);
    let mut second = pin!(second);
    let (mut one, mut other) = (None, None);
    poll_fn(move |context| {
        if one.is_none()
            && let Poll::Ready(answer) = first.as_mut().poll(context)
        {
            one = Some(answer);
        }
        if other.is_none()
            && let Poll::Ready(answer) = second.as_mut().poll(context)
        {
            other = Some(answer);
        }
        if one.is_none() || other.is_none() {
            return Poll::Pending;
        }
        one.take().zip(other.take()).map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

async fn listed(op: Op, language: &str, words: &str) -> Vec<Row> {
    let filter = vec![Filter::field("visibility", Op::Ne, "draft"), Filter::field("locale", op, language)];
    let search = (!words.trim().is_empty()).then(|| words.to_owned());
    // What is searched comes by how well it is found, else what was worked on last.
    let sort = search.is_none().then(|| Sort { field: "updated_at".into(), descending: true });
    let query = ListQuery { filter: Some(Filter::All(filter)), search, sort, limit: MOST, ..ListQuery::default() };
    list_records(ARTICLE.name.into(), query).await.map(|page| page.rows).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::task::{Context, Waker};

    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn article(id: u128, locale: &str) -> Row {
        let values = json!({"locale": locale}).as_object().cloned().unwrap_or_default();
        Row { id: Uuid::from_u128(id), version: 1, values }
    }

    #[test]
    fn what_is_alike_in_the_customers_language_comes_first_and_other_languages_last() {
        let (zh, en) = (|id| article(id, "zh-CN"), |id| article(id, "en"));
        let found = Fitting::of(vec![en(9), zh(2)], vec![zh(1), zh(2)], vec![en(8), en(9)], "zh-CN");
        let ids = |rows: Vec<Row>| rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>();
        let told: Vec<_> = found.groups().map(|(heading, rows)| (heading, ids(rows))).collect();
        let expected: [(Option<&str>, Vec<u128>); 3] = [
            (Some("desk.helpful"), vec![2]),
            (Some("desk.further_articles"), vec![1]),
            (Some("desk.foreign_articles"), vec![9, 8]),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn two_answers_are_waited_for_until_both_are_there() {
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(pin!(both(ready(1), ready(2))).poll(&mut context), Poll::Ready((1, 2)));
        assert_eq!(pin!(both(ready(1), pending())).poll(&mut context), Poll::Pending);
    }

    #[test]
    fn articles_of_one_language_alone_need_no_heading() {
        let found = Fitting::of(Vec::new(), vec![article(1, "en")], Vec::new(), "en");
        assert_eq!(found.groups().map(|(heading, _)| heading).collect::<Vec<_>>(), [None::<&str>]);
        assert!(Fitting::default().is_empty());
    }
}

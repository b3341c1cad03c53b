//! What somebody answered to the questions of an import.

use std::collections::HashMap;

use shared::import::{ALL, Answer, Decision, Unknown};

use crate::import::lookup::folded;

/// Answers by what they are about, and by the folded text; thousands of them may be held against each cell.
pub(super) struct Answers<'p>(HashMap<&'p str, HashMap<String, &'p Decision>>);

impl<'p> Answers<'p> {
    pub(super) fn new(answers: &'p [Answer]) -> Self {
        let mut all: HashMap<&str, HashMap<String, &Decision>> = HashMap::new();
        for Answer { unknown, decision } in answers {
            all.entry(&unknown.target).or_default().entry(folded(&unknown.value)).or_insert(decision);
        }
        Self(all)
    }

    /// The answer that covers a text: its own or, unless several records are called so, the one for all of its kind.
    pub(super) fn decision(&self, unknown: &Unknown, several: bool) -> Option<&'p Decision> {
        self.own(unknown).or_else(|| self.0.get(&*unknown.target)?.get(ALL).filter(|_| !several).copied())
    }

    /// The answer to a text's own question.
    pub(super) fn own(&self, unknown: &Unknown) -> Option<&'p Decision> {
        self.0.get(&*unknown.target)?.get(&folded(&unknown.value)).copied()
    }
}

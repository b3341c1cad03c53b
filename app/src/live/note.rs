//! What the tabs of a browser tell each other, as text.

use std::rc::Rc;

use shared::live::{Cursor, LiveEvent};

/// A message between tabs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Note {
    /// From the leader: what follows begins after this position.
    Start(Cursor),
    /// From the leader: an event of the log.
    Event(Cursor, Rc<LiveEvent>),
    /// From the leader: an event that is not in the log.
    Passing(Rc<LiveEvent>),
    /// From the leader: everything up to here was told.
    Beat(Cursor),
    /// From the leader: whether the stream is broken.
    Trouble(bool),
    /// From a new leader: ask me for what you lack.
    Lead,
    /// To the leader: tell me everything after this position.
    Want(Cursor),
}

impl Note {
    /// The text that travels: a word, a position, an event.
    pub(super) fn encode(&self) -> String {
        let json = |event: &LiveEvent| serde_json::to_string(event).unwrap_or_default();
        match self {
            Self::Start(cursor) => format!("start\n{cursor}\n"),
            Self::Event(cursor, event) => format!("event\n{cursor}\n{}", json(event)),
            Self::Passing(event) => format!("passing\n\n{}", json(event)),
            Self::Beat(cursor) => format!("beat\n{cursor}\n"),
            Self::Trouble(true) => "trouble\n\n".to_owned(),
            Self::Trouble(false) => "well\n\n".to_owned(),
            Self::Lead => "lead\n\n".to_owned(),
            Self::Want(cursor) => format!("want\n{cursor}\n"),
        }
    }

    /// The message of a text; `None` for one of another version of the app.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '\n');
        let (word, position, json) = (parts.next()?, parts.next()?, parts.next()?);
        let cursor = || position.parse::<Cursor>().ok();
        let event = || serde_json::from_slice::<LiveEvent>(json.as_bytes()).ok().map(Rc::new);
        Some(match word {
            "start" => Self::Start(cursor()?),
            "event" => Self::Event(cursor()?, event()?),
            "passing" => Self::Passing(event()?),
            "beat" => Self::Beat(cursor()?),
            "trouble" => Self::Trouble(true),
            "well" => Self::Trouble(false),
            "lead" => Self::Lead,
            "want" => Self::Want(cursor()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_survive_the_way_to_another_tab() {
        let cursor = Cursor { xid: 18, id: 4 };
        let refresh = Rc::new(LiveEvent::Refresh { record_type: "a\nb".into() });
        let notes = [
            Note::Start(cursor),
            Note::Event(cursor, refresh.clone()),
            Note::Passing(refresh),
            Note::Beat(cursor),
            Note::Trouble(true),
            Note::Trouble(false),
            Note::Lead,
            Note::Want(cursor),
        ];
        for note in notes {
            assert_eq!(Note::decode(&note.encode()), Some(note));
        }
        assert_eq!(Note::decode("sing\n\n"), None);
        assert_eq!(Note::decode("want\n\n"), None);
    }
}

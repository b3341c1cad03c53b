//! Going on from ticket to ticket: where one is in the list, also when what one was at has left it.

use leptos::prelude::*;
use uuid::Uuid;

use super::model::Desk;

impl Desk {
    /// The tickets one is at: the open one, and that of the keys, which counts.
    pub(super) fn whereabouts(self) -> [Option<Uuid>; 2] {
        [self.address.ticket_now(), self.current.try_get_untracked().flatten()]
    }

    /// The tickets that are listed, in order.
    pub(super) fn listed(self) -> Vec<Uuid> {
        self.listing.try_get_value().flatten().map(|listing| listing.ids()).unwrap_or_default()
    }

    /// Where a ticket stands in the list.
    pub(super) fn index_of(self, id: Uuid) -> Option<usize> {
        self.listed().iter().position(|other| *other == id)
    }

    /// Remembers where a ticket stood that leaves the list, if one is at it.
    pub(super) fn note_left(self, id: Uuid, index: usize) {
        if self.whereabouts().contains(&Some(id)) {
            self.left.set_value(Some((id, index)));
        }
    }

    /// The row so many steps from where one is, with its index.
    pub(super) fn step(self, by: isize) -> Option<(Uuid, usize)> {
        let ids = self.listed();
        let [open, current] = self.whereabouts();
        let from = current.or(open);
        let at = from.and_then(|id| ids.iter().position(|other| *other == id));
        let left = self.left.get_value().filter(|(id, _)| Some(*id) == from).map(|(_, index)| index);
        let to = landing((at, left), by, ids.len())?;
        Some((ids[to], to))
    }

    /// Opens the neighbour of the open ticket, which stood at an index, once it is out of the list, and says which. Where one gets
    /// ticket after ticket, the next one is another.
    pub(super) fn go_on_from(self, id: Uuid, index: Option<usize>) -> Option<Uuid> {
        let ids = self.listed();
        let leaves = index.is_some() && !ids.contains(&id) && self.address.ticket_now() == Some(id);
        if !leaves || self.playing.get_untracked() {
            return None;
        }
        let next = landing((None, index), 1, ids.len()).map(|at| ids[at])?;
        self.current.set(Some(next));
        self.address.open(Some(next));
        Some(next)
    }

    /// Comes back to a ticket from which one went on.
    pub(super) fn come_back(self, id: Uuid) {
        // The page may have been left meanwhile.
        if self.current.try_set(Some(id)).is_none() {
            self.address.open(Some(id));
        }
    }

    /// Comes back to a ticket from another one, unless one is elsewhere by now.
    pub(super) fn return_to(self, id: Uuid, from: Uuid) {
        if self.address.ticket_now() == Some(from) {
            self.come_back(id);
        }
    }
}

/// Where steps lead in a list of such a length: from the row one is at, else from the place that it left, into which the next one
/// has come; from nowhere to the first one.
fn landing((at, left): (Option<usize>, Option<usize>), by: isize, len: usize) -> Option<usize> {
    let to = match (at, left) {
        (Some(at), _) => at.saturating_add_signed(by),
        (None, Some(left)) if by > 0 => left.saturating_add_signed(by - 1),
        (None, Some(left)) => left.saturating_add_signed(by),
        (None, None) => 0,
    };
    Some(to.min(len.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::landing;

    #[test]
    fn one_goes_on_from_where_one_was() {
        assert_eq!(landing((None, None), 1, 5), Some(0), "begins with the first");
        assert_eq!(landing((Some(2), None), 1, 5), Some(3));
        assert_eq!(landing((Some(4), None), 1, 5), Some(4));
        assert_eq!(landing((Some(0), None), -1, 5), Some(0));
        assert_eq!(landing((None, Some(2)), 1, 5), Some(2), "the next one has come into its place");
        assert_eq!(landing((None, Some(2)), -1, 5), Some(1));
        assert_eq!(landing((None, Some(5)), 1, 5), Some(4), "it was the last one");
        assert_eq!(landing((Some(1), Some(3)), 1, 5), Some(2));
        assert_eq!(landing((None, Some(0)), 1, 0), None);
    }
}

//! What comes first in the days of a column: 3/4/2024 is in April here and in March there.

use shared::import::DateOrder;

use super::{date_and_time, in_order, is_none, iso, numbers};

/// Longest text that can be a day, in bytes.
const LONGEST: usize = 60;
/// How many more cells than days may be something else before a column is given up.
const PATIENCE: usize = 1_000;

/// What a cell tells of its column's order.
enum Telling {
    /// It fits this one only.
    Sure(DateOrder),
    /// It fits both; most people who write so mean this one.
    Likely(DateOrder),
    /// A day that needs no order.
    Day,
    /// Nothing is said: empty, unknown.
    Nothing,
    /// Something that is no day.
    Other,
}

/// What comes first in the days of a column; nothing where none needs to be told, or most cells are no days.
///
/// Where every day fits both ways, the month is taken to come first with slashes, as in America, else the day.
pub(in crate::import) fn order<'c>(cells: impl Iterator<Item = &'c str>) -> Option<DateOrder> {
    let (mut sure, mut likely) = (None, None);
    let (mut days, mut others) = (0, 0);
    for cell in cells {
        let telling = telling(cell);
        match telling {
            Telling::Nothing => {}
            Telling::Other => others += 1,
            Telling::Day | Telling::Sure(_) | Telling::Likely(_) => days += 1,
        }
        match telling {
            Telling::Sure(order) => sure = sure.or(Some(order)),
            Telling::Likely(order) => likely = Some(order),
            _ => {}
        }
        if others > days + PATIENCE {
            return None;
        }
    }
    sure.or(likely).filter(|_| others <= days)
}

fn telling(cell: &str) -> Telling {
    if cell.len() > LONGEST {
        return Telling::Other;
    }
    if !cell.bytes().any(|byte| byte.is_ascii_digit()) || cell.starts_with("--") || is_none(cell) {
        return Telling::Nothing;
    }
    let Some((parts, sign)) = numbers(date_and_time(cell).0, [2, 2, 4]) else {
        return if iso(cell, None).is_some() { Telling::Day } else { Telling::Other };
    };
    let fits = |order| in_order(parts, order).is_some();
    match (fits(DateOrder::DayFirst), fits(DateOrder::MonthFirst)) {
        (true, true) if sign == '/' => Telling::Likely(DateOrder::MonthFirst),
        (true, true) => Telling::Likely(DateOrder::DayFirst),
        (true, false) => Telling::Sure(DateOrder::DayFirst),
        (false, true) => Telling::Sure(DateOrder::MonthFirst),
        (false, false) => Telling::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_column_shows_in_its_values() {
        let of = |cells: &[&'static str]| order(cells.iter().copied());
        assert_eq!(of(&["", "3/4/2024", "25/4/2024"]), Some(DateOrder::DayFirst));
        assert_eq!(of(&["3/4/2024", "4/25/2024 10:30"]), Some(DateOrder::MonthFirst));
        assert_eq!(of(&["3/4/2024"]), Some(DateOrder::MonthFirst));
        assert_eq!(of(&["3.4.2024"]), Some(DateOrder::DayFirst));
        assert_eq!(of(&["2024-03-04", "13-Apr-1990"]), None);
    }

    #[test]
    fn cells_that_say_nothing_of_the_order_are_passed_over() {
        let of = |cells: &[&'static str]| order(cells.iter().copied());
        assert_eq!(of(&["1985/3/4", "4/13/1990", "1990/13/45"]), Some(DateOrder::MonthFirst));
        assert_eq!(of(&["soon", "n/a", "0/0/00", "--04-13", "3/4/2024", "25/4/2024"]), Some(DateOrder::DayFirst));
        assert_eq!(of(&["31/2/2024", "4/25/2024"]), Some(DateOrder::MonthFirst));
        // Versions and telephone numbers are no days, whatever one of them looks like.
        assert_eq!(of(&["1.2.3", "10.0", "10.1"]), None);
        assert_eq!(of(&["12-30-56", "555-0100", "555-0101"]), None);
        let many = |cell: &'static str| std::iter::repeat_n(cell, PATIENCE + 1);
        assert_eq!(order(many("a1").chain(many("3/4/2024"))), None);
    }
}

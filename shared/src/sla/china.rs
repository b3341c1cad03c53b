//! Public holidays of China and the weekends that are worked for them 调休, as the General Office of the State Council
//! (国务院办公厅) announces them each autumn for the year to come.
//!
//! - 2024: 国办发明电〔2023〕7号, 25 October 2023
//! - 2025: 国办发明电〔2024〕12号, 12 November 2024
//! - 2026: 国务院办公厅关于2026年部分节假日安排的通知, 4 November 2025

use chrono::NaiveDate;

use super::hours::{Holiday, Workday};
use crate::i18n::{Locale, translate};

/// The years that are known.
pub const YEARS: [i32; 3] = [2024, 2025, 2026];
/// Years to come that are not announced yet. Deadlines reach into them: until then they have the days that the law itself
/// gives by the solar calendar (《全国年节及纪念日放假办法》, as revised on 8 November 2024).
pub const EXPECTED: [i32; 2] = [2027, 2028];

/// Month and day.
type MonthDay = (u32, u32);

/// Days off in a row: label of what is celebrated, first and last day, days that are worked for them.
struct Break(&'static str, MonthDay, MonthDay, &'static [MonthDay]);

const NEW_YEAR: &str = "sla.holiday.new_year";
const SPRING: &str = "sla.holiday.spring";
const TOMBS: &str = "sla.holiday.tomb_sweeping";
const LABOUR: &str = "sla.holiday.labour";
const DRAGON_BOAT: &str = "sla.holiday.dragon_boat";
const MID_AUTUMN: &str = "sla.holiday.mid_autumn";
const NATIONAL: &str = "sla.holiday.national";
const NATIONAL_AND_MID_AUTUMN: &str = "sla.holiday.national_and_mid_autumn";

const IN_2024: &[Break] = &[
    Break(NEW_YEAR, (1, 1), (1, 1), &[]),
    Break(SPRING, (2, 10), (2, 17), &[(2, 4), (2, 18)]),
    Break(TOMBS, (4, 4), (4, 6), &[(4, 7)]),
    Break(LABOUR, (5, 1), (5, 5), &[(4, 28), (5, 11)]),
    Break(DRAGON_BOAT, (6, 10), (6, 10), &[]),
    Break(MID_AUTUMN, (9, 15), (9, 17), &[(9, 14)]),
    Break(NATIONAL, (10, 1), (10, 7), &[(9, 29), (10, 12)]),
];

const IN_2025: &[Break] = &[
    Break(NEW_YEAR, (1, 1), (1, 1), &[]),
    Break(SPRING, (1, 28), (2, 4), &[(1, 26), (2, 8)]),
    Break(TOMBS, (4, 4), (4, 6), &[]),
    Break(LABOUR, (5, 1), (5, 5), &[(4, 27)]),
    Break(DRAGON_BOAT, (5, 31), (6, 2), &[]),
    Break(NATIONAL_AND_MID_AUTUMN, (10, 1), (10, 8), &[(9, 28), (10, 11)]),
];

const IN_2026: &[Break] = &[
    Break(NEW_YEAR, (1, 1), (1, 3), &[(1, 4)]),
    Break(SPRING, (2, 15), (2, 23), &[(2, 14), (2, 28)]),
    Break(TOMBS, (4, 4), (4, 6), &[]),
    Break(LABOUR, (5, 1), (5, 5), &[(5, 9)]),
    Break(DRAGON_BOAT, (6, 19), (6, 21), &[]),
    Break(MID_AUTUMN, (9, 25), (9, 27), &[]),
    Break(NATIONAL, (10, 1), (10, 7), &[(9, 20), (10, 10)]),
];

const BY_LAW: &[Break] =
    &[Break(NEW_YEAR, (1, 1), (1, 1), &[]), Break(LABOUR, (5, 1), (5, 2), &[]), Break(NATIONAL, (10, 1), (10, 3), &[])];

/// The holidays of a year, with their names, and the weekend days that are worked, each in order; `None` for years that
/// are not known.
pub fn year(year: i32, locale: Locale) -> Option<(Vec<Holiday>, Vec<Workday>)> {
    let breaks = match year {
        2024 => IN_2024,
        2025 => IN_2025,
        2026 => IN_2026,
        year if EXPECTED.contains(&year) => BY_LAW,
        _ => return None,
    };
    let date = |(month, day): MonthDay| NaiveDate::from_ymd_opt(year, month, day);
    let (mut holidays, mut workdays) = (Vec::new(), Vec::new());
    for Break(label, from, to, worked) in breaks {
        let (from, to) = (date(*from)?, date(*to)?);
        let name = translate(locale, label, &[]);
        holidays.extend(from.iter_days().take_while(|day| *day <= to).map(|day| Holiday { day, name: name.clone() }));
        workdays.extend(worked.iter().filter_map(|day| Some(Workday { day: date(*day)? })));
    }
    workdays.sort_by_key(|workday| workday.day);
    Some((holidays, workdays))
}

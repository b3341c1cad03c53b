//! Planning: the usual times for a next step, and tasks written as people say them.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Timelike, Utc, Weekday};

use crate::format::Zone;

/// Hour at which a day's follow-ups are due when no time is said.
const MORNING: u32 = 9;
/// Hour at which the day's work ends.
const EVENING: u32 = 18;

/// A usual time for a next step, as one picks it from a short list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// In an hour.
    InAnHour,
    /// Today at 18:00; after that, in an hour.
    Today,
    /// Tomorrow at 9:00.
    Tomorrow,
    /// In three days at 9:00.
    InThreeDays,
    /// Monday of next week at 9:00.
    NextWeek,
}

impl Due {
    /// What one may plan for.
    pub const CHOICES: [Self; 4] = [Self::InAnHour, Self::Tomorrow, Self::InThreeDays, Self::NextWeek];
    /// What one may put something off to.
    pub const LATER: [Self; 3] = [Self::Today, Self::Tomorrow, Self::NextWeek];

    /// Identifier in forms and labels.
    pub fn code(self) -> &'static str {
        match self {
            Self::InAnHour => "hour",
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
            Self::InThreeDays => "three_days",
            Self::NextWeek => "next_week",
        }
    }

    /// The choice of that code.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::InAnHour, Self::Today, Self::Tomorrow, Self::InThreeDays, Self::NextWeek]
            .into_iter()
            .find(|due| due.code() == code)
    }

    /// The instant it means for somebody in the zone.
    pub fn at(self, now: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
        let today = zone.day(now);
        let in_an_hour = now + Duration::hours(1);
        match self {
            Self::InAnHour => in_an_hour,
            Self::Today => instant(today, EVENING, 0, zone).filter(|at| *at > now).unwrap_or(in_an_hour),
            Self::Tomorrow => morning(today + Days::new(1), now, zone),
            Self::InThreeDays => morning(today + Days::new(3), now, zone),
            Self::NextWeek => morning(coming(today, Weekday::Mon), now, zone),
        }
    }
}

fn morning(day: NaiveDate, now: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
    instant(day, MORNING, 0, zone).unwrap_or(now)
}

fn instant(day: NaiveDate, hour: u32, minute: u32, zone: &Zone) -> Option<DateTime<Utc>> {
    zone.instant(day.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?))
}

/// The next such weekday after the day.
fn coming(day: NaiveDate, weekday: Weekday) -> NaiveDate {
    let ahead = (7 + weekday.num_days_from_monday() - day.weekday().num_days_from_monday()) % 7;
    day + Days::new(if ahead == 0 { 7 } else { ahead.into() })
}

/// A task as understood from one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The line without what was understood as a time or a priority.
    pub subject: String,
    /// When it is due, if the line says so.
    pub due_at: Option<DateTime<Utc>>,
    /// Kind of the task: `call`, `email`, `meeting`, `visit` or `todo`.
    pub kind: &'static str,
    /// An exclamation mark asked for haste.
    pub urgent: bool,
}

/// Understands a line such as `Call Wang tomorrow 15:00!` or `明天下午3点拜访云帆`.
pub fn understand(line: &str, now: DateTime<Utc>, zone: &Zone) -> Planned {
    let mut rest = line.to_owned();
    let urgent = take(&mut rest, &["!", "！"]).is_some();
    let today = zone.day(now);
    let hours = take_count(&mut rest, "in ", &[" hours", " hour"]).or_else(|| take_count(&mut rest, "", &["小时后"]));
    let day = take_day(&mut rest, today);
    let clock = take_clock(&mut rest);
    let due_at = match (hours, day, clock) {
        (Some(hours), ..) => Some(now + Duration::hours(hours)),
        (_, None, None) => None,
        (_, day, clock) => {
            let (hour, minute) = clock.unwrap_or((MORNING, 0));
            let at = instant(day.unwrap_or(today), hour, minute, zone);
            // "Today" without a time means by the evening; a bare time that is over means tomorrow's.
            match at {
                Some(at) if at <= now && clock.is_none() => Some(Due::Today.at(now, zone)),
                Some(at) if at <= now && day.is_none() => Some(at + Duration::days(1)),
                at => at,
            }
        }
    };
    let subject = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject = subject.trim_matches([',', '，', '。', ' ']).to_owned();
    Planned { kind: kind_of(&subject), subject, due_at, urgent }
}

/// The kind that the words of a subject suggest.
fn kind_of(subject: &str) -> &'static str {
    const WORDS: &[(&str, &[&str])] = &[
        ("call", &["call", "phone", "ring", "电话", "致电", "回电"]),
        ("email", &["email", "e-mail", "mail", "邮件", "发信"]),
        ("visit", &["visit", "拜访", "上门"]),
        ("meeting", &["meet", "meeting", "demo", "会议", "开会", "面谈", "演示"]),
    ];
    let lower = subject.to_lowercase();
    let said = |word: &str| {
        if word.is_ascii() {
            lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|w| w == word)
        } else {
            lower.contains(word)
        }
    };
    WORDS.iter().find(|(_, words)| words.iter().any(|word| said(word))).map_or("todo", |(kind, _)| kind)
}

/// Takes the first of the phrases out of the text, as whole words where it is Latin, and says which it was.
fn take(text: &mut String, phrases: &[&str]) -> Option<usize> {
    // Case is folded for ASCII only, so that positions stay those of the text.
    let lower = text.to_ascii_lowercase();
    phrases.iter().enumerate().find_map(|(which, phrase)| {
        let (at, _) = lower.match_indices(phrase).find(|(at, _)| stands_alone(&lower, *at, phrase))?;
        text.replace_range(at..at + phrase.len(), " ");
        Some(which)
    })
}

fn stands_alone(text: &str, at: usize, phrase: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let latin = phrase.starts_with(|c: char| c.is_ascii_alphanumeric());
    !latin || !letter(text[..at].chars().next_back()) && !letter(text[at + phrase.len()..].chars().next())
}

/// Takes `<before><number><after>` out of the text and gives the number, 1 to 365.
fn take_count(text: &mut String, before: &str, after: &[&str]) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    for ending in after {
        let Some(end) = lower.find(ending) else { continue };
        let digits = lower[..end].chars().rev().take_while(char::is_ascii_digit).count();
        let start = end - digits;
        let Some(count) = lower[start..end].parse().ok().filter(|n| (1..=365).contains(n)) else { continue };
        if lower[..start].ends_with(before) {
            text.replace_range(start - before.len()..end + ending.len(), " ");
            return Some(count);
        }
    }
    None
}

fn take_day(text: &mut String, today: NaiveDate) -> Option<NaiveDate> {
    const WEEKDAYS: [(Weekday, [&str; 4]); 7] = [
        (Weekday::Mon, ["monday", "周一", "星期一", "礼拜一"]),
        (Weekday::Tue, ["tuesday", "周二", "星期二", "礼拜二"]),
        (Weekday::Wed, ["wednesday", "周三", "星期三", "礼拜三"]),
        (Weekday::Thu, ["thursday", "周四", "星期四", "礼拜四"]),
        (Weekday::Fri, ["friday", "周五", "星期五", "礼拜五"]),
        (Weekday::Sat, ["saturday", "周六", "星期六", "礼拜六"]),
        (Weekday::Sun, ["sunday", "周日", "星期日", "星期天"]),
    ];
    let days = [("today", 0), ("今天", 0), ("tonight", 0), ("tomorrow", 1), ("明天", 1), ("后天", 2)];
    if let Some((_, ahead)) = days.iter().find(|(word, _)| take(text, &[word]).is_some()) {
        return Some(today + Days::new(*ahead));
    }
    let count = take_count(text, "in ", &[" days", " day"]).or_else(|| take_count(text, "", &["天后"]));
    if let Some(ahead) = count {
        return Some(today + Duration::days(ahead));
    }
    // "下周三" is Wednesday of the week that starts on the coming Monday, "周三" the next Wednesday.
    for (weekday, names) in WEEKDAYS {
        let of_next_week: Vec<String> = names
            .iter()
            .map(|name| if name.is_ascii() { format!("next {name}") } else { format!("下{name}") })
            .collect();
        let of_next_week: Vec<&str> = of_next_week.iter().map(String::as_str).collect();
        if take(text, &of_next_week).is_some() {
            return Some(coming(today, Weekday::Mon) + Days::new(weekday.num_days_from_monday().into()));
        }
        if take(text, &names).is_some() {
            return Some(coming(today, weekday));
        }
    }
    take(text, &["next week", "下周", "下星期"]).map(|_| coming(today, Weekday::Mon))
}

/// Takes a time of day out of the text: `15:00`, `3pm`, `下午3点半`.
fn take_clock(text: &mut String) -> Option<(u32, u32)> {
    let lower = text.to_ascii_lowercase();
    let starts = lower.char_indices().filter(|(at, c)| {
        c.is_ascii_digit() && !lower[..*at].chars().next_back().is_some_and(|b| b.is_ascii_alphanumeric() || b == ':')
    });
    for (start, _) in starts {
        let Some((hour, minute, length)) = clock_at(&lower[start..]) else { continue };
        let (half_day, before) = half_day(&lower[..start]);
        let hour = if half_day && hour < 12 { hour + 12 } else { hour };
        if hour < 24 && minute < 60 {
            text.replace_range(start - before..start + length, " ");
            return Some((hour, minute));
        }
    }
    None
}

/// Whether a word for the afternoon stands before, and how many bytes of such words belong to the time.
fn half_day(before: &str) -> (bool, usize) {
    let words = [("下午", true), ("晚上", true), ("中午", true), ("上午", false), ("早上", false), (" at ", false)];
    words.iter().find(|(word, _)| before.ends_with(word)).map_or((false, 0), |(word, late)| (*late, word.len()))
}

/// Hour, minute and length of the time that the text starts with.
fn clock_at(text: &str) -> Option<(u32, u32, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let hour: u32 = text.get(..digits).filter(|d| d.len() <= 2)?.parse().ok()?;
    let rest = &text[digits..];
    if let Some(minutes) = rest.strip_prefix([':', '：']).and_then(|r| r.get(..2)) {
        let colon = rest.len() - rest.trim_start_matches([':', '：']).len();
        return Some((hour, minutes.parse().ok()?, digits + colon + 2));
    }
    for (word, minute) in [("点半", 30), ("点", 0)] {
        if rest.starts_with(word) {
            return Some((hour, minute, digits + word.len()));
        }
    }
    let afternoon = rest.starts_with("pm");
    let said = afternoon || rest.starts_with("am");
    (said && (1..=12).contains(&hour)).then(|| (hour % 12 + if afternoon { 12 } else { 0 }, 0, digits + 2))
}

/// The parts of a day one greets by, from the clock on the wall: `morning`, `afternoon` or `evening`.
pub fn part_of_day(now: DateTime<Utc>, zone: &Zone) -> &'static str {
    match zone.local(now).hour() {
        4..12 => "morning",
        12..18 => "afternoon",
        _ => "evening",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday 21 November 2026, 15:30 in Shanghai.
    fn now() -> DateTime<Utc> {
        "2026-11-21T07:30:00Z".parse().unwrap()
    }

    fn zone() -> Zone {
        Zone::fixed("Asia/Shanghai", 8 * 3600)
    }

    fn local(at: Option<DateTime<Utc>>) -> String {
        at.map_or_else(String::new, |at| crate::format::to_local_input(at, &zone()))
    }

    fn line(text: &str) -> (String, String, &'static str) {
        let planned = understand(text, now(), &zone());
        (planned.subject, local(planned.due_at), planned.kind)
    }

    #[test]
    fn the_usual_times_are_those_of_the_zone() {
        let at = |due: Due| local(Some(due.at(now(), &zone())));
        assert_eq!(at(Due::InAnHour), "2026-11-21T16:30");
        assert_eq!(at(Due::Today), "2026-11-21T18:00");
        assert_eq!(at(Due::Tomorrow), "2026-11-22T09:00");
        assert_eq!(at(Due::InThreeDays), "2026-11-24T09:00");
        assert_eq!(at(Due::NextWeek), "2026-11-23T09:00");
        assert_eq!(local(Some(Due::Today.at(now() + Duration::hours(5), &zone()))), "2026-11-21T21:30");
    }

    #[test]
    fn every_choice_is_found_by_its_code() {
        for due in Due::CHOICES.into_iter().chain(Due::LATER) {
            assert_eq!(Due::parse(due.code()), Some(due));
        }
    }

    #[test]
    fn a_line_without_a_time_is_just_a_task() {
        assert_eq!(line("Write the offer"), ("Write the offer".into(), String::new(), "todo"));
        assert_eq!(line("检查合同"), ("检查合同".into(), String::new(), "todo"));
    }

    #[test]
    fn english_lines_are_understood() {
        assert_eq!(line("Call Wang tomorrow 15:00"), ("Call Wang".into(), "2026-11-22T15:00".into(), "call"));
        assert_eq!(line("Visit Acme next Wednesday at 3pm"), ("Visit Acme".into(), "2026-11-25T15:00".into(), "visit"));
        assert_eq!(line("Send mail in 3 days"), ("Send mail".into(), "2026-11-24T09:00".into(), "email"));
        assert_eq!(line("Ring back in 2 hours"), ("Ring back".into(), "2026-11-21T17:30".into(), "call"));
        assert_eq!(line("Report today"), ("Report".into(), "2026-11-21T18:00".into(), "todo"));
        assert_eq!(line("Recall the mondays of 2025"), ("Recall the mondays of 2025".into(), String::new(), "todo"));
    }

    #[test]
    fn chinese_lines_are_understood() {
        assert_eq!(line("明天下午3点拜访云帆"), ("拜访云帆".into(), "2026-11-22T15:00".into(), "visit"));
        assert_eq!(line("下周三10点半给王总打电话"), ("给王总打电话".into(), "2026-11-25T10:30".into(), "call"));
        assert_eq!(line("3天后发邮件"), ("发邮件".into(), "2026-11-24T09:00".into(), "email"));
        assert_eq!(line("周一开会"), ("开会".into(), "2026-11-23T09:00".into(), "meeting"));
        assert_eq!(line("2小时后回电"), ("回电".into(), "2026-11-21T17:30".into(), "call"));
    }

    #[test]
    fn a_time_that_is_over_means_the_next_day() {
        assert_eq!(line("Report 9:00").1, "2026-11-22T09:00");
    }

    #[test]
    fn an_exclamation_mark_asks_for_haste() {
        let planned = understand("紧急报价！", now(), &zone());
        assert_eq!((planned.subject.as_str(), planned.urgent), ("紧急报价", true));
    }

    #[test]
    fn the_greeting_follows_the_clock_on_the_wall() {
        assert_eq!(part_of_day(now(), &zone()), "afternoon");
        assert_eq!(part_of_day(now() + Duration::hours(5), &zone()), "evening");
        assert_eq!(part_of_day(now() + Duration::hours(17), &zone()), "morning");
    }
}

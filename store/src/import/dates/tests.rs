use super::*;

fn day(text: &str) -> Option<String> {
    iso(text, Some(DateOrder::DayFirst))
}

#[test]
fn days_are_read_in_their_order() {
    assert_eq!(day("3/4/2024").as_deref(), Some("2024-04-03"));
    assert_eq!(iso("3/4/24 2:05 PM", Some(DateOrder::MonthFirst)).as_deref(), Some("2024-03-04 14:05:00"));
    for time in ["1:30 PM", "01:30 pm", "1:30PM", "1:30\u{202f}PM", "1:30 p.m.", "1:30:00 PM", "13:30"] {
        let moment = iso(&format!("03/04/2026 {time}"), Some(DateOrder::MonthFirst));
        assert_eq!(moment.as_deref(), Some("2026-03-04 13:30:00"), "{time}");
    }
    assert_eq!(day("31/2/2024"), None);
    assert_eq!(day("Mar 4, 2024, 09:00").as_deref(), Some("2024-03-04 09:00:00"));
    assert_eq!(iso("3/4/2024", None), None);
}

#[test]
fn days_that_mean_one_day_only_need_no_order() {
    for text in [
        "13-Apr-1990",
        "13-apr-90",
        "Apr 13, 1990",
        "13 Apr 1990",
        "13. April 1990",
        "April 13, 1990",
        "APRIL 13 1990",
        "13th April 1990",
        "Fri, 13 Apr 1990",
        "Friday, April 13, 1990",
        "1990-Apr-13",
        "1990-04-13",
        "1990/4/13",
        "1990.4.13",
        "1990年4月13日",
    ] {
        assert_eq!(iso(text, None).as_deref(), Some("1990-04-13"), "{text}");
    }
    for text in ["31-Apr-1990", "13 Ap 1990", "April 1990", "13 Apr 199", "13 Monday 1990", "24/3/4", "1990/13/45"] {
        assert_eq!(iso(text, None), None, "{text}");
    }
}

#[test]
fn moments_are_read_with_their_offsets() {
    for (text, read) in [
        ("1990/4/3 0:00", "1990-04-03 00:00:00"),
        ("1990/4/3 0:00:00", "1990-04-03 00:00:00"),
        ("2024/5/31 下午3:15", "2024-05-31 15:15:00"),
        ("2024/5/31 下午 3:15", "2024-05-31 15:15:00"),
        ("2024/5/31 上午9:05:00", "2024-05-31 09:05:00"),
        ("2024年5月31日 15:15", "2024-05-31 15:15:00"),
        ("2024-05-31T15:15", "2024-05-31 15:15:00"),
        ("2024-05-31 15:15 +02:00", "2024-05-31T15:15:00+02:00"),
        ("2024-05-31T15:15:00+0200", "2024-05-31T15:15:00+02:00"),
        ("2024-05-31T15:15:00Z", "2024-05-31T15:15:00+00:00"),
        ("Fri, 31 May 2024 15:15:00 +0200", "2024-05-31T15:15:00+02:00"),
    ] {
        assert_eq!(iso(text, None).as_deref(), Some(read), "{text}");
    }
    assert_eq!(iso("5/31/2024 3:15 PM", Some(DateOrder::MonthFirst)).as_deref(), Some("2024-05-31 15:15:00"));
    for text in ["5/31/2024 3:15 PM", "2024-05-31 soon: 3", "1717161300", "3:15", ":", "下午："] {
        assert_eq!(iso(text, None), None, "{text}");
    }
}

#[test]
fn what_programs_write_for_no_day_is_empty() {
    for text in ["0/0/00", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00"] {
        assert_eq!(read(text, None), "", "{text}");
        assert_eq!(read(text, Some(DateOrder::MonthFirst)), "", "{text}");
    }
    assert_eq!(read("--04-13", Some(DateOrder::MonthFirst)), "");
    assert_eq!((read("1990", None), read("soon", None)), ("1990".to_owned(), "soon".to_owned()));
}

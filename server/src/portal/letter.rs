//! Letters to customers as HTML: the words of the plain ones, with buttons where those show addresses.

use maud::{DOCTYPE, Markup, html};
use shared::i18n::Locale;

/// Stands for what is pressed in the words of a letter, in a line of its own. Nobody types it.
pub(super) const PLACE: &str = "\u{1}";

// Programs for mail know no style sheets.
const WHOLE: &str = "margin:0;padding:24px;color:#1f2328;font:16px/1.5 -apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif";
const PART: &str = "margin:0 0 16px";
const SMALL: &str = "margin:0;color:#59636e;font-size:14px";
const BUTTON: &str = "display:inline-block;min-width:18px;padding:10px 12px;border:1px solid #0969da;border-radius:6px;color:#0969da;text-align:center;text-decoration:none";

/// A letter of these words, with `pressed` where [`PLACE`] stands.
pub(super) fn letter(locale: Locale, words: &str, pressed: &Markup) -> String {
    let line = |at: usize, line: &str| {
        html! {
            @if at > 0 { br; }
            @if line == PLACE { (pressed) } @else { (line) }
        }
    };
    let whole = html! {
        (DOCTYPE)
        html lang=(locale.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
            }
            body style=(WHOLE) {
                @for part in words.split("\n\n") {
                    div style=(PART) { @for (at, text) in part.split('\n').enumerate() { (line(at, text)) } }
                }
            }
        }
    };
    whole.into_string()
}

/// A link that looks like a button.
pub(super) fn button(address: &str, words: &str) -> Markup {
    html! { a href=(address) style=(BUTTON) { (words) } }
}

/// A button for each score, and what the ends of them mean. Many of them take two rows: phones are narrow.
pub(super) fn scores((low, high): (i64, i64), address: impl Fn(i64) -> String, (worst, best): (&str, &str)) -> Markup {
    let all: Vec<i64> = (low..=high).collect();
    let at_once = if all.len() > 7 { 6 } else { 7 };
    html! {
        table role="presentation" cellpadding="0" cellspacing="0" border="0" {
            @for row in all.chunks(at_once) {
                tr {
                    @for score in row {
                        td style="padding:0 6px 6px 0" { (button(&address(*score), &score.to_string())) }
                    }
                }
            }
        }
        p style=(SMALL) { (low) " – " (worst) " · " (high) " – " (best) }
    }
}

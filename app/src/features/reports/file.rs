//! Tables as files for spreadsheets.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

/// Has the browser keep the lines as a file of that name.
pub(super) fn save(name: &str, lines: &[Vec<String>]) {
    // Spreadsheets know UTF-8 by its mark.
    let text = format!("\u{feff}{}", csv(lines));
    let address = format!("data:text/csv;charset=utf-8,{}", String::from(js_sys::encode_uri_component(&text)));
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    let Some(link) = link else { return };
    let named =
        link.set_attribute("href", &address).and_then(|()| link.set_attribute("download", &format!("{name}.csv")));
    if named.is_ok() {
        link.click();
    }
}

/// Lines of values with commas between them.
fn csv(lines: &[Vec<String>]) -> String {
    lines.iter().map(|line| line.iter().map(|value| cell(value)).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// A value with quotes where it needs them. What a spreadsheet would carry out is marked as text.
fn cell(value: &str) -> String {
    let is_number = value.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    let runs = value.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    let value = if runs { format!("'{value}") } else { value.to_owned() };
    if value.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_need_it_and_never_carried_out() {
        let line = ["VIP, 重点", "5\" screen", "=1+1", "-3", "12.5"].map(str::to_owned).to_vec();
        assert_eq!(csv(&[line]), "\"VIP, 重点\",\"5\"\" screen\",'=1+1,-3,12.5\r\n");
    }
}

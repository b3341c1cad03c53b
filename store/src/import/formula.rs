//! Spreadsheets carry out cells that begin like a formula. Files that leave have an apostrophe before those, as spreadsheets
//! themselves mark texts, and files that come lose it again.

/// With the wide signs of Chinese and Japanese input methods, which some spreadsheets read as the narrow ones.
const BEGIN: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
/// Signs of numbers.
const SIGNS: [char; 4] = ['+', '-', '＋', '－'];

/// Signs of currencies; with letters, as in US$5, they would name a cell.
const CURRENCIES: [char; 7] = ['¥', '￥', '$', '€', '£', '₩', '₹'];

/// The cell as no spreadsheet carries it out. Numbers, amounts and phone numbers with their signs stay as they are.
pub(crate) fn harmless(cell: String) -> String {
    let is_numeric =
        |c: char| c.is_ascii_digit() || SIGNS.contains(&c) || CURRENCIES.contains(&c) || " .,();/%".contains(c);
    let is_number = cell.starts_with(SIGNS) && cell.chars().all(is_numeric);
    if cell.starts_with(BEGIN) && !is_number || is_marked(&cell) { format!("'{cell}") } else { cell }
}

/// What the cell said before it was made [`harmless`].
pub(super) fn original(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_marked(cell)).unwrap_or(cell)
}

/// Whether the cell looks as if it had been made harmless: then it is marked once more, and stays itself.
fn is_marked(cell: &str) -> bool {
    cell.starts_with('\'') && cell.trim_start_matches('\'').starts_with(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_come_back() {
        let narrow = ["=SUM(A1)", "@name", "-2+3+cmd|' /C calc'!A0", "-US$5", "+A1", "\t=1", "'=1", "''@a"];
        let wide = ["＝1+1", "＋A1", "－A1", "＠SUM(1)", "'＝1"];
        for text in narrow.into_iter().chain(wide) {
            let safe = harmless(text.to_owned());
            assert_eq!((safe.starts_with('\''), original(&safe)), (true, text));
        }
        for text in
            ["-12.50", "－12.50", "-¥1,234.50", "+86 138 0013 8000; +1 (555) 010-0000", "'tis", "a=b", "a＝b", ""]
        {
            assert_eq!((harmless(text.to_owned()).as_str(), original(text)), (text, text));
        }
    }
}

//! What `style` may say.

/// Properties that colour, space and align text. None of them moves something out of its place.
const PROPERTIES: [&str; 62] = [
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "caption-side",
    "clear",
    "color",
    "direction",
    "display",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
];

/// Bytes of one style.
const MAX_STYLE: usize = 4096;

/// The declarations that may stay.
pub(super) fn filtered(style: &str) -> String {
    if style.len() > MAX_STYLE {
        return String::new();
    }
    // With escapes and comments anything can be written as anything.
    if style.contains(['\\', '<', '>', '{', '}', '@']) || style.contains("/*") {
        return String::new();
    }
    let kept: Vec<_> = declarations(style).filter_map(declaration).collect();
    kept.join(";")
}

/// Split at semicolons outside of quotation marks and brackets.
fn declarations(style: &str) -> impl Iterator<Item = &str> {
    let (mut quote, mut depth) = (None, 0_usize);
    style.split(move |c: char| {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ';' && quote.is_none() && depth == 0
    })
}

fn declaration(text: &str) -> Option<String> {
    let (name, value) = text.split_once(':')?;
    let name = name.trim().to_lowercase();
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let value = value.trim_end_matches("!important").trim_end();
    (PROPERTIES.contains(&name.as_str()) && fits(&name, value)).then(|| format!("{name}:{value}"))
}

fn fits(name: &str, value: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " #.,%()-_'\"/".contains(c);
    let quotes = |mark: char| value.matches(mark).count().is_multiple_of(2);
    if value.is_empty() || !value.chars().all(plain) || !quotes('"') || !quotes('\'') || !functions_fit(value) {
        return false;
    }
    let moves = name.starts_with("margin") || matches!(name, "text-indent" | "letter-spacing" | "line-height");
    let negative = value.split([' ', ',', '(']).any(|word| word.starts_with('-') && word.len() > 1);
    match name {
        _ if moves && negative => false,
        // What is hidden is nothing to anybody; everything else that changes the layout stays within its box.
        "display" => matches!(
            value,
            "none" | "block" | "inline" | "inline-block" | "table" | "table-row" | "table-cell" | "list-item"
        ),
        _ => numbers_fit(value),
    }
}

/// Colours alone are written as functions: nothing that loads or computes.
fn functions_fit(value: &str) -> bool {
    let opened = value.match_indices('(').all(|(at, _)| {
        let name = value[..at].rsplit([' ', ',', '(', '/']).next().unwrap_or_default();
        matches!(name, "rgb" | "rgba" | "hsl" | "hsla")
    });
    opened && value.matches('(').count() == value.matches(')').count()
}

/// No sizes beyond all screens.
fn numbers_fit(value: &str) -> bool {
    value.split([' ', ',', '(', ')', '/']).all(|word| {
        let whole = word.trim_start_matches(['-', '0']).bytes().take_while(u8::is_ascii_digit).count();
        word.starts_with('#') || whole <= 4
    })
}

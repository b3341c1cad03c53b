//! How a file was read, and reading it in another way.

use leptos::prelude::*;
use shared::import::{Beginning, DELIMITERS, ENCODINGS, FileInfo, Format, Reading};

use super::wizard::Wizard;
use crate::context::{Page, t};
use crate::ui::{Choice, Select};

/// What was found out of a file, and what can be said otherwise: character set and separator, or the sheet; and the line that
/// names the columns.
#[component]
pub fn HowRead(
    /// The wizard's state.
    wizard: Wizard,
    /// Which of its files.
    at: usize,
    /// The file.
    file: FileInfo,
) -> impl IntoView {
    let FileInfo { id, format, header, begins, .. } = file;
    let read = reading(&format);
    let again = move |change: fn(&mut Reading, String)| {
        let read = read.clone();
        move |chosen: String| {
            let mut reading = read.clone();
            change(&mut reading, chosen);
            wizard.reread(at, id, reading);
        }
    };
    let named_by = again(|reading, line| reading.header = line.parse().ok());
    let header = (format != Format::Cards).then(|| view! { <HeaderLine header begins on_change=named_by/> });
    view! {
        {as_format(format, again)}
        {header}
    }
}

/// The line that names the columns.
#[component]
fn HeaderLine(header: u64, begins: Vec<Beginning>, #[prop(into)] on_change: Callback<String>) -> impl IntoView {
    let page = Page::take();
    let options = Signal::derive(move || {
        let line = |Beginning { line, text }: &Beginning| {
            Choice::new(
                line.to_string(),
                page.text_with("import.file.line", &[("n", &line.to_string()), ("text", text)]),
            )
        };
        begins.iter().map(line).chain([Choice::new("0", page.text("import.file.no_header"))]).collect()
    });
    view! { <One label="import.file.header" value=header.to_string() options on_change/> }
}

/// What can be said of a file of that format.
fn as_format<F: Fn(String) + Send + Sync + 'static>(
    format: Format,
    again: impl Fn(fn(&mut Reading, String)) -> F,
) -> AnyView {
    match format {
        Format::Cards => ().into_any(),
        Format::Workbook { sheets, .. } if sheets.len() < 2 => ().into_any(),
        Format::Workbook { sheets, sheet } => {
            let options = Signal::derive(move || sheets.iter().map(|name| Choice::new(name, name.clone())).collect());
            let chosen = again(|reading, sheet| reading.sheet = Some(sheet));
            view! { <One label="import.file.sheet" value=sheet options on_change=chosen/> }.into_any()
        }
        Format::Text { encoding, delimiter } => {
            let named = |(name, _): &(&'static str, bool)| Choice::new(*name, (*name).to_owned());
            let encodings = Signal::derive(move || ENCODINGS.iter().map(named).collect());
            let page = Page::take();
            let delimiters = Signal::derive(move || {
                let named = |sign: &char| Choice::new(sign.to_string(), delimiter_name(page, *sign));
                DELIMITERS.iter().map(named).collect()
            });
            let read_as = again(|reading, encoding| reading.encoding = Some(encoding));
            let split_at = again(|reading, delimiter| reading.delimiter = delimiter.chars().next());
            view! {
                <One label="import.file.encoding" value=encoding options=encodings on_change=read_as/>
                <One label="import.file.delimiter" value=delimiter.to_string() options=delimiters on_change=split_at/>
            }
            .into_any()
        }
    }
}

/// One thing to say.
#[component]
fn One(
    label: &'static str,
    value: String,
    options: Signal<Vec<Choice>>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let value = RwSignal::new(value);
    view! {
        <label class="import-reading">
            <span class="meta">{t(label)}</span>
            <Select value options label=t(label) on_change=move |chosen| on_change.run(chosen)/>
        </label>
    }
}

/// What was found out, as if somebody had said it; which line names the columns is found out again.
fn reading(format: &Format) -> Reading {
    match format.clone() {
        Format::Text { encoding, delimiter } => {
            Reading { encoding: Some(encoding), delimiter: Some(delimiter), ..Reading::default() }
        }
        Format::Workbook { sheet, .. } => Reading { sheet: Some(sheet), ..Reading::default() },
        Format::Cards => Reading::default(),
    }
}

fn delimiter_name(page: Page, sign: char) -> String {
    let key = match sign {
        ',' => "import.delimiter.comma",
        ';' => "import.delimiter.semicolon",
        '\t' => "import.delimiter.tab",
        ':' => "import.delimiter.colon",
        _ => "import.delimiter.bar",
    };
    page.text(key)
}

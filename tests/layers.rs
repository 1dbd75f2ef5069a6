//! The shortest map of the crate: a module imports only from modules of strictly lower levels, and `numeric` knows
//! nothing of years or forecasts. Files of the bindings have no levels; their imports may not lead back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
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
fn imports_of_the_bindings_run_one_way() {
    let root = bindings_root();
    let read = |path: &PathBuf| {
        let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (inside, fs::read_to_string(path).unwrap())
    };
    let files: Vec<(String, String)> = rust_files(&root).iter().map(read).collect();
    assert!(files.iter().any(|(file, _)| file == "lib.rs"), "no sources of the bindings in {}", root.display());
    let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    let complaints = imports_that_lead_back(&files);
    assert!(complaints.is_empty(), "imports of python/src must run one way:\n{}", complaints.join("\n"));
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut long = String::new();
    for path in [rust_files(&source_root()), rust_files(&bindings_root())].concat() {
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
fn imports_that_lead_back_are_found_in_every_spelling() {
    for back in [
        "use crate::input;",
        "use crate::{errors::Result, input::{self, number}};",
        "fn f() { crate::input::number() }",
        "use super::input::number;",
    ] {
        let found = imports_that_lead_back(&[
            ("errors.rs", ""),
            ("guard.rs", "use crate::run::Run;"),
            ("input.rs", "use crate::errors::Result;\nuse crate::guard::{bug as slip, free};"),
            ("lib.rs", "use crate::run::Run;"),
            ("run.rs", &format!("use crate::errors::Result;\n{back}")),
        ]);
        assert_eq!(found.len(), 1, "{back:?} gave {found:?}");
        assert!(found[0].starts_with("guard -> run -> input -> guard"), "{found:?}");
        assert!(found[0].contains(&format!("run.rs line 2: {back}")), "{found:?}");
        assert!(found[0].contains("input.rs line 2: use crate::guard"), "{found:?}");
    }
}

#[test]
fn a_folder_is_one_place_on_the_way_and_has_ways_inside() {
    let found = imports_that_lead_back(&[
        ("forecast.rs", "use super::plan::frame;"),
        ("plan/answer.rs", ""),
        ("plan/funnel.rs", "use super::answer;\nuse crate::forecast::Forecast;"),
        ("plan/mod.rs", "pub(crate) use answer::frame;"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("forecast -> plan -> forecast"), "no two files, but a file and a folder: {found:?}");
    let found = imports_that_lead_back(&[
        ("plan/funnel.rs", "use super::scenario::Comparison;"),
        ("plan/mod.rs", ""),
        ("plan/scenario.rs", "use crate::plan::funnel::Link;"),
    ]);
    assert!(found[0].starts_with("plan/funnel -> plan/scenario -> plan/funnel"), "{found:?}");
    // why: what a folder re-exports comes from any of its files, so an import from there hides where it leads.
    for hidden in ["use super::Answer;", "use super::*;", "use crate::Answer;", "use crate::*;"] {
        let found = imports_that_lead_back(&[("plan/funnel.rs", hidden), ("plan/mod.rs", "")]);
        assert!(found[0].starts_with(&format!("plan/funnel.rs line 1: {hidden}: name the file")), "{found:?}");
    }
}

#[test]
fn imports_that_run_one_way_pass() {
    let found = imports_that_lead_back(&[
        ("errors.rs", "// not crate::input\nuse std::fmt;"),
        ("guard.rs", "use crate::errors::Result;\n#[cfg(test)]\nmod tests {\n    use crate::run::Run;\n}\n"),
        ("input.rs", "use crate::errors::Result;\nuse crate::guard::free;"),
        ("lib.rs", "use crate::plan::funnel::Funnel;"),
        ("plan/answer.rs", "use crate::guard::free;"),
        ("plan/funnel.rs", "use super::answer::{self, Answer};\nuse crate::input;"),
        ("plan/mod.rs", "mod answer;\nuse crate::run::Run;"),
        ("run.rs", "use crate::{errors::Result, guard, input::Ahead};\nuse crate::run::Stop;"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn domain_words_are_found_inside_longer_names() {
    assert_eq!(domain_words("let x = 1;\nlet first_year = 2;\n/// the YearIndex"), [(2, "year"), (3, "year")]);
    assert_eq!(domain_words("/// the power series, a count of steps"), []);
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn bindings_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python/src")
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
    let module = module_of(file);
    let home = module[0].as_str();
    if home == "lib" {
        return Vec::new();
    }
    let Some(own) = level(home) else { return vec![format!("module {home} is not in the map")] };

    let code = code_only(text);
    let mut complaints = Vec::new();
    for (at, path) in paths(&code, &module) {
        let (target, shown) = (path[0].as_str(), shown(text, &code, at));
        if target.starts_with(char::is_uppercase) {
            complaints.push(format!("{shown}: name the module that {target} lives in"));
        } else if target != home {
            match level(target) {
                None => complaints.push(format!("{shown}: {target} is not in the map")),
                Some(other) if other >= own => {
                    complaints.push(format!("{shown}: {home} (level {own}) imports {target} (level {other})"));
                }
                Some(_) => {}
            }
        }
    }
    // One of `forecast::{Fan, Paths}` is enough.
    complaints.dedup();
    complaints
}

/// Who imports whom, and where: arrows between the files and folders of one folder.
type Arrows = BTreeMap<String, BTreeMap<String, String>>;

/// What keeps imports from running one way, a sentence each: a way that leads back to where it began, and imports that do
/// not name a file. Files and folders of one folder are compared with each other, so that a folder is one place on the way.
fn imports_that_lead_back(files: &[(&str, &str)]) -> Vec<String> {
    let modules: Vec<Vec<String>> = files.iter().map(|(file, _)| module_of(Path::new(file))).collect();
    let (mut complaints, mut arrows) = (Vec::new(), Arrows::new());
    for ((file, text), own) in files.iter().zip(&modules).filter(|(_, own)| own[0] != "lib") {
        let code = code_only(text);
        for (at, path) in paths(&code, own) {
            let common = own.iter().zip(&path).take_while(|(own, other)| own == other).count();
            // Without a next name of its own the path stays inside the file, or the folder of a mod.rs.
            let Some(from) = own.get(..=common) else { continue };
            let place = format!("{file} {}", shown(text, &code, at));
            match path.get(..=common).filter(|to| modules.iter().any(|module| module.starts_with(to))) {
                Some(to) => {
                    arrows.entry(from.join("/")).or_default().entry(to.join("/")).or_insert(place);
                }
                None => complaints.push(format!("{place}: name the file that {} lives in", path.join("::"))),
            }
        }
    }
    if let Some(way) = way_back(&arrows) {
        let places = way.iter().zip(&way[1..]).map(|(from, to)| format!("\n    {}", arrows[*from][*to]));
        complaints.push(format!("{}{}", way.join(" -> "), places.collect::<String>()));
    }
    complaints
}

/// A way along the arrows that ends where it began, if there is one.
fn way_back(arrows: &Arrows) -> Option<Vec<&str>> {
    let mut left: BTreeSet<&str> = arrows.keys().map(String::as_str).collect();
    let onward =
        |from: &str, left: &BTreeSet<&str>| arrows[from].keys().map(String::as_str).find(|to| left.contains(to));
    // Who imports nobody who is left is on no way back.
    while let Some(done) = left.iter().copied().find(|from| onward(from, &left).is_none()) {
        left.remove(done);
    }
    // Everybody who is left imports somebody who is left: a walk must come to where it has been.
    let mut way = vec![left.first().copied()?];
    loop {
        let next = onward(way[way.len() - 1], &left)?;
        let been = way.iter().position(|place| *place == next);
        way.push(next);
        if let Some(been) = been {
            return Some(way.split_off(been));
        }
    }
}

/// The module that a file is: `src/series/year.rs` is `series::year`, and `src/series/mod.rs` is `series`.
fn module_of(file: &Path) -> Vec<String> {
    let mut names: Vec<String> = file.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    names.pop_if(|name| name == "mod");
    names
}

/// The line of a position, with its number.
fn shown(text: &str, code: &str, at: usize) -> String {
    let line = code[..at].matches('\n').count() + 1;
    format!("line {line}: {}", text.lines().nth(line - 1).unwrap_or_default().trim())
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

/// Every path that begins with `crate` or `super`, from the crate root on, with its position: in `series::year`, both
/// `super::{a, b::c}` and `crate::series::{a, b::c}` give `series::a` and `series::b::c`.
fn paths(code: &str, module: &[String]) -> Vec<(usize, Vec<String>)> {
    let above = |module: &[String]| module[..module.len().saturating_sub(1)].to_vec();
    let mut paths = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let word = word_at(code, at);
        let mut base = match word {
            "crate" => Vec::new(),
            "super" => above(module),
            _ => {
                at += code[at..].chars().next().map_or(1, char::len_utf8).max(word.len());
                continue;
            }
        };
        at += word.len();
        let mut path = step(code, at);
        while let Some(next) = path.filter(|&p| word_at(code, p) == "super") {
            base = above(&base);
            path = step(code, next + "super".len());
        }
        if let Some(path) = path {
            at = branches(code, path, base, &mut paths);
        }
    }
    paths
}

/// Adds the paths that go on from `base` at a position, several where a `{...}` group comes; gives the position behind them.
fn branches(code: &str, start: usize, base: Vec<String>, paths: &mut Vec<(usize, Vec<String>)>) -> usize {
    let (mut path, mut at) = (base, start);
    loop {
        if code[at..].starts_with('{') {
            let before = paths.len();
            let end = group(code, at + 1, &path, paths);
            if at > start {
                // why: the line of `forecast::{` says more than that of a name inside.
                paths[before..].iter_mut().for_each(|(position, _)| *position = start);
            }
            return end;
        }
        let word = if code[at..].starts_with('*') { "*" } else { word_at(code, at) };
        if !word.is_empty() && word != "self" {
            path.push(word.to_owned());
        }
        at += word.len();
        match step(code, at).filter(|_| !word.is_empty()) {
            Some(next) => at = next,
            None => break,
        }
    }
    if !path.is_empty() {
        paths.push((start, path));
    }
    at
}

/// The same for a group, from behind its `{`.
fn group(code: &str, mut at: usize, base: &[String], paths: &mut Vec<(usize, Vec<String>)>) -> usize {
    // why: in `a as b` only a is a path.
    let mut expects = true;
    while let Some(c) = code[at..].chars().next() {
        let word = word_at(code, at);
        match c {
            _ if !word.is_empty() && expects => {
                at = branches(code, at, base.to_vec(), paths);
                expects = false;
            }
            _ if !word.is_empty() => at += word.len(),
            '}' => return at + 1,
            _ => {
                expects |= c == ',';
                at += c.len_utf8();
            }
        }
    }
    at
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

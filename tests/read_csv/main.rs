//! Reading annual tables: every trap a published table sets, one sentence each.

// why here: the lints know test functions, not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod properties;
mod table;
mod tidy;
mod wide;

use unjuran::Error;
use unjuran::series::{CsvOptions, Panel, Series, Value, read_csv_text};

/// What a refusal says: line, column, cell, problem.
type Refusal = (u64, String, String, String);

fn options() -> CsvOptions {
    CsvOptions::default()
}

fn through(date: &str) -> CsvOptions {
    options().through(date.parse().unwrap())
}

fn read(text: &str) -> Panel {
    read_csv_text(text, "f.csv", &options()).unwrap_or_else(|error| panic!("{error}"))
}

/// The series of a table that has one.
fn one(text: &str) -> Series {
    let panel = read(text);
    assert_eq!(panel.len(), 1);
    panel.as_slice()[0].clone()
}

fn refused_with(text: &str, options: &CsvOptions) -> Refusal {
    match read_csv_text(text, "f.csv", options) {
        Err(Error::Csv { file, line, column, value, problem }) => {
            assert_eq!(file, "f.csv");
            (line, column, value, problem)
        }
        other => panic!("{other:?}"),
    }
}

/// Checks that a table is refused at this line, column and cell, with words that contain `problem`.
#[track_caller]
fn refuses(text: &str, at: (u64, &str, &str), problem: &str) {
    refuses_with(text, &options(), at, problem);
}

#[track_caller]
fn refuses_with(text: &str, options: &CsvOptions, at: (u64, &str, &str), problem: &str) {
    let (line, column, value, words) = refused_with(text, options);
    assert_eq!((line, column.as_str(), value.as_str()), at, "{words}");
    assert!(words.contains(problem), "{words:?} does not contain {problem:?}");
}

fn exact(values: &[f64]) -> Vec<Value> {
    values.iter().map(|&y| Value::Exact(y)).collect()
}

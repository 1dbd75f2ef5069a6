//! The wide shape, as annual tables are published: one row a series, one column a year.

use super::CsvOptions;
use super::cell;
use super::draft::{Drafts, Entry};
use super::table::{Place, Table};
use crate::error::{Error, Result};
use crate::series::{Observation, Panel, Value, Year};

/// Columns that say something about the series of the row.
const ABOUT: [&str; 5] = ["unit", "label", "source", "period_end", "share"];

/// A column a year.
#[derive(Clone, Copy, Debug)]
struct YearColumn {
    column: usize,
    year: Year,
    starred: bool,
}

/// Whether a column's name is a year, of four digits or the first or last day of one: then the table is wide.
pub(super) fn is_year_like(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    (digits == 4 || name.contains('/')) && cell::year(name).is_ok()
}

/// The panel in a wide table.
pub(super) fn read(table: &Table, options: &CsvOptions) -> Result<Panel> {
    let id = name_column(table, options)?;
    let years = year_columns(table, id)?;
    // Which column period_end and share speak of: the starred year, or the last one.
    let under_way = years.iter().find(|y| y.starred).or_else(|| years.iter().max_by_key(|y| y.year)).map(|y| y.column);
    let [unit, label, source, period_end, share] = ABOUT.map(|name| options.optional(table, name));
    let mut drafts = Drafts::new(table, options);
    if years.iter().any(|y| y.starred) {
        drafts.saw_star();
    }
    for row in 0..table.len() {
        let named = Place { row, column: id };
        let (draft, before) = drafts.open(named)?;
        if let Some(line) = before {
            return Err(table.refuse(
                named,
                format!("names two rows, this one and line {line}: a wide table has one row a series"),
            ));
        }
        drafts.label(draft, row, label)?;
        drafts.unit(draft, row, unit)?;
        let source = table.text(row, source);
        let said = |column: usize| !table.cell(Place { row, column }).is_empty();
        if !years.iter().any(|year| said(year.column))
            && ![unit, label, period_end, share].into_iter().flatten().any(said)
        {
            let problem = "stands in a row without a cell under any year: leave notes out of the table, and write - for years without a number";
            return Err(table.refuse(named, problem));
        }
        for &YearColumn { column, year, starred } in &years {
            let at = Place { row, column };
            let reading = drafts.reading(at)?;
            let missing = reading.value == Value::Missing;
            let cover = if Some(column) == under_way { (period_end, share) } else { (None, None) };
            let (coverage, cover) = drafts.coverage((year, starred && !missing), at, cover)?;
            // why: a dash below the star says that nothing was counted yet; no row can leave that column out.
            if missing && (coverage.share() < 1.0 || (starred && cover == at)) {
                continue;
            }
            let observation = Observation { year, value: reading.value, coverage, source: source.clone() };
            drafts.push(draft, Entry { observation, year: at, value: at, cover, below: reading.below });
        }
    }
    drafts.finish(id)
}

/// The column with the names: `unique_id`, or the first one.
fn name_column(table: &Table, options: &CsvOptions) -> Result<usize> {
    if let Some(column) = table.column(&options.id_col) {
        return Ok(column);
    }
    match table.header().first() {
        Some(first) if !is_year_like(first) && !ABOUT.contains(&first.as_str()) => {
            refuse_running_numbers(table)?;
            Ok(0)
        }
        _ => Err(table.lacks(&options.id_col)),
    }
}

/// A first column that numbers the rows ("Bil.") beside one of text: as names of the series, 1, 2, 3 would hide those that
/// stand there.
fn refuse_running_numbers(table: &Table) -> Result<()> {
    let cell = |row: usize, column: usize| table.cell(Place { row, column });
    let number = |row: usize| cell(row, 0).trim_end_matches('.').parse::<usize>().ok();
    // why from 0 too: data frames number their rows so.
    let Some(first) = number(0).filter(|first| *first <= 1) else { return Ok(()) };
    for row in 1..table.len() {
        // A total below the rows has no number.
        if number(row) != Some(first + row) && !cell(row, 0).is_empty() {
            return Ok(());
        }
    }
    for (column, name) in table.header().iter().enumerate().skip(1) {
        let about = name.is_empty() || is_year_like(name) || ABOUT.contains(&name.as_str());
        if !about
            && (0..table.len()).all(|row| !cell(row, column).is_empty() && cell::value(cell(row, column)).is_err())
        {
            let problem = format!(
                "numbers the rows, and {name:?} beside it is text: leave it out, or say which column names the series (id_col={name:?})"
            );
            return Err(table.refuse_header(0, problem));
        }
    }
    Ok(())
}

/// The columns that are years, each once, at most one starred. A column that may be a year in another spelling is an
/// error: left out in silence, its numbers would be lost.
fn year_columns(table: &Table, id: usize) -> Result<Vec<YearColumn>> {
    let mut years: Vec<YearColumn> = Vec::new();
    for (column, name) in table.header().iter().enumerate() {
        if column == id {
            continue;
        }
        if name.is_empty() {
            refuse_if_used(table, column)?;
        } else if is_year_like(name) {
            let (year, starred) = cell::year(name).map_err(|problem| table.refuse_header(column, problem))?;
            if let Some(other) = years.iter().find(|y| y.year == year) {
                let problem = format!(
                    "is a year that has a column already, {:?}",
                    table.header().get(other.column).map_or("", String::as_str)
                );
                return Err(table.refuse_header(column, problem));
            }
            if let Some(other) = years.iter().find(|y| y.starred && starred) {
                let problem =
                    format!("is a second starred year beside {}*: only the last year may be partial", other.year);
                return Err(table.refuse_header(column, problem));
            }
            years.push(YearColumn { column, year, starred });
        } else if may_be_a_year(name) {
            return Err(table.refuse_header(column, may_be(name)));
        }
    }
    Ok(years)
}

fn may_be(name: &str) -> String {
    let hint = cell::day_number(name);
    format!("may be a year, and is not written as one{hint}: write 2015 or 2023*, or leave the column out")
}

/// A table without a year that can be read: columns that hold one among more ("2019 (1)"), or as a spreadsheet keeps it, are
/// what keeps it from being wide.
pub(super) fn refuse_footnoted(table: &Table) -> Result<()> {
    let begins = |name: &str| name.bytes().take_while(u8::is_ascii_digit).count() == 4;
    match table.header().iter().enumerate().find(|(_, name)| begins(name) || !cell::day_number(name).is_empty()) {
        Some((column, name)) => Err(table.refuse_header(column, may_be(name))),
        None => Ok(()),
    }
}

/// Whether a name begins with a digit or holds four in a row: "2015/16", "15", "FY2016".
fn may_be_a_year(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_digit) || bytes.windows(4).any(|run| run.iter().all(u8::is_ascii_digit))
}

fn refuse_if_used(table: &Table, column: usize) -> std::result::Result<(), Error> {
    let used = (0..table.len()).map(|row| Place { row, column }).find(|&at| !table.cell(at).is_empty());
    match used {
        // why not the first column: tables written with a row number have an unnamed one there.
        Some(at) if column > 0 => Err(table.refuse(at, "stands in a column without a name: name the column")),
        _ => Ok(()),
    }
}

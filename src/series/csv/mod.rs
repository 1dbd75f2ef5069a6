//! Annual tables as files: how does a published table become a [`Panel`]?
//!
//! Two shapes are read, and the header says which. *Tidy*: one row a year of a series, in columns `unique_id`, `ds`, `y`
//! and, where wanted, `y_lo`, `y_hi`, `period_end`, `share`, `unit`, `label`, `source`; other columns are left alone.
//! *Wide*: one row a series and one column a year, as ministries publish it; the name is in `unique_id` or in the first
//! column, a year with a star (`2023*`) is partial. The delimiter (comma, semicolon, tab) is the most frequent one of the
//! header line; the decimal sign is a point in every file, and a comma or space in a number parts groups of three digits.
//!
//! Zero, missing (`-`, `NA`, an empty cell) and masked (`<5`, `1-4`) stay three different things. Nothing is guessed: a
//! cell that is none of these ends the reading with [`Error::Csv`], which names file, line, column and cell.
//!
//! ```
//! use unjuran::series::{CsvOptions, Value, read_csv_text};
//! let table = "\
//! measure,2020,2021,2022,2023*
//! cases,\"1,165\",-,<5,48
//! ";
//! let options = CsvOptions::default().through("2023-05-31".parse()?);
//! let panel = read_csv_text(table, "annex.csv", &options)?;
//! let cases = panel.get("cases")?;
//! let masked = Value::Censored { lower: 0.0, upper: 4.0 };
//! assert_eq!(cases.values(), [Value::Exact(1165.0), Value::Missing, masked, Value::Exact(48.0)]);
//! assert_eq!(cases.last_coverage().to_string(), "to 2023-05-31");
//!
//! let error = read_csv_text(table.replace("1,165", "1,16"), "annex.csv", &options).unwrap_err();
//! assert!(error.to_string().starts_with(r#"annex.csv, line 2, column "2020": "1,16" is not a number"#));
//! # Ok::<(), unjuran::Error>(())
//! ```

mod cell;
mod draft;
mod table;
mod tidy;
mod wide;

use std::path::Path;

use self::table::Table;
use super::{Date, Panel, Unit};
use crate::error::{Error, Result};

/// How a table is to be read.
///
/// | Name | Default | Meaning |
/// |---|---|---|
/// | `id_col` | `unique_id` | the column with the names of the series |
/// | `time_col` | `ds` | the column with the years (tidy) |
/// | `target_col` | `y` | the column with the values (tidy) |
/// | `through` | none | the last day counted in a starred year whose row does not say it |
/// | `unit` | none | the unit of every series; a row that says another is an error |
#[derive(Clone, Debug, PartialEq)]
pub struct CsvOptions {
    /// The column with the names of the series.
    pub id_col: String,
    /// The column with the years.
    pub time_col: String,
    /// The column with the values.
    pub target_col: String,
    /// The last day counted in a starred year whose row says neither `period_end` nor `share`.
    pub through: Option<Date>,
    /// The unit of every series.
    pub unit: Option<Unit>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { id_col: "unique_id".into(), time_col: "ds".into(), target_col: "y".into(), through: None, unit: None }
    }
}

impl CsvOptions {
    /// The same options with another column of names.
    #[must_use]
    pub fn id_col(mut self, name: impl Into<String>) -> Self {
        self.id_col = name.into();
        self
    }

    /// The same options with another column of years.
    #[must_use]
    pub fn time_col(mut self, name: impl Into<String>) -> Self {
        self.time_col = name.into();
        self
    }

    /// The same options with another column of values.
    #[must_use]
    pub fn target_col(mut self, name: impl Into<String>) -> Self {
        self.target_col = name.into();
        self
    }

    /// The same options with the last day counted in a starred year.
    #[must_use]
    pub fn through(mut self, date: Date) -> Self {
        self.through = Some(date);
        self
    }

    /// The same options with the unit of every series.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// An optional column; one that the options give another task is not it.
    fn optional(&self, table: &Table, name: &str) -> Option<usize> {
        let renamed = [&self.id_col, &self.time_col, &self.target_col].iter().any(|taken| *taken == name);
        if renamed { None } else { table.column(name) }
    }

    fn check(&self) -> Result<()> {
        let names = [("id_col", &self.id_col), ("time_col", &self.time_col), ("target_col", &self.target_col)];
        for (i, (parameter, name)) in names.iter().enumerate() {
            if name.trim().is_empty() || name.trim() != *name || names.iter().take(i).any(|(_, other)| other == name) {
                return Err(Error::bad_parameter(
                    "read_csv",
                    *parameter,
                    format!("{name:?}"),
                    "the three columns have different names, without spaces around them",
                ));
            }
        }
        Ok(())
    }
}

/// The series in a file, in the order in which they first occur.
///
/// # Errors
/// [`Error::File`] if the file cannot be read; [`Error::MissingColumn`] if its columns make neither shape;
/// [`Error::Csv`], with file, line, column and cell, for everything else.
pub fn read_csv(path: impl AsRef<Path>, options: &CsvOptions) -> Result<Panel> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let text = std::fs::read(path).map_err(|e| Error::File { path: name.clone(), problem: e.to_string() })?;
    read_csv_text(text, &name, options)
}

/// The series in a text, as [`read_csv`] reads a file; `name` is what errors call it (`<text>`).
///
/// # Errors
/// Those of [`read_csv`].
pub fn read_csv_text(text: impl AsRef<[u8]>, name: &str, options: &CsvOptions) -> Result<Panel> {
    options.check()?;
    let table = Table::parse(text.as_ref(), name)?;
    let year = table.header().iter().position(|h| *h != options.id_col && wide::is_year_like(h));
    match (tidy::Columns::find(&table, options), year) {
        (Some(columns), None) => tidy::read(&table, options, &columns),
        (None, Some(_)) => wide::read(&table, options),
        (Some(_), Some(year)) => {
            let problem = "is a year beside the columns of a tidy table: give one row a year or one column a year";
            Err(table.refuse_header(year, problem))
        }
        (None, None) => {
            table.refuse_title()?;
            wide::refuse_footnoted(&table)?;
            let needed = [&options.id_col, &options.time_col, &options.target_col];
            let lacking = needed.into_iter().find(|name| table.column(name).is_none());
            Err(table.lacks(lacking.unwrap_or(&options.id_col)))
        }
    }
}

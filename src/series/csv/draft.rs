//! Series under way: the observations of a table by name, each with the cell it came from, so that whatever a
//! [`Series`] refuses is said with the line on which it stands.

#![allow(clippy::indexing_slicing, reason = "drafts are named by the places that `open` gave out")]

use std::collections::HashMap;

use super::CsvOptions;
use super::cell::{self, Reading};
use super::table::{Place, Table};
use crate::error::{Error, Result};
use crate::series::{Coverage, Observation, Panel, Series, Unit, Year};

/// The series of a table, in the order in which they first occur.
#[derive(Debug)]
pub(super) struct Drafts<'t> {
    table: &'t Table,
    options: &'t CsvOptions,
    series: Vec<Draft>,
    position: HashMap<String, usize>,
    /// Whether a starred year was seen: then `through` has its use.
    starred: bool,
}

#[derive(Debug)]
struct Draft {
    name: String,
    /// The cell that named it first.
    named: Place,
    label: Option<String>,
    unit: Option<Unit>,
    entries: Vec<Entry>,
}

/// One observation and where it stands.
#[derive(Debug)]
pub(super) struct Entry {
    /// The observation.
    pub(super) observation: Observation,
    /// The cell with the year (tidy) or below it (wide).
    pub(super) year: Place,
    /// The cell with the value, or with its lower bound.
    pub(super) value: Place,
    /// The cell that says how far the year is covered, if one does.
    pub(super) cover: Place,
    /// Whether the value is spelled `<5`.
    pub(super) below: bool,
}

impl<'t> Drafts<'t> {
    /// No series yet.
    pub(super) fn new(table: &'t Table, options: &'t CsvOptions) -> Self {
        Self { table, options, series: Vec::new(), position: HashMap::new(), starred: false }
    }

    /// The series named in this cell; the line on which it was named first, if it was.
    pub(super) fn open(&mut self, at: Place) -> Result<(usize, Option<u64>)> {
        let name = self.table.cell(at);
        if name.is_empty() {
            return Err(self.table.refuse(at, "is no name: every row names its series"));
        }
        if let Some(&known) = self.position.get(name) {
            return Ok((known, Some(self.table.line(self.series[known].named))));
        }
        self.position.insert(name.to_owned(), self.series.len());
        self.series.push(Draft { name: name.to_owned(), named: at, label: None, unit: None, entries: Vec::new() });
        Ok((self.series.len() - 1, None))
    }

    /// Notes the title of a series.
    pub(super) fn label(&mut self, draft: usize, row: usize, column: Option<usize>) -> Result<()> {
        let (Some(label), Some(column)) = (self.table.text(row, column), column) else { return Ok(()) };
        let draft = &mut self.series[draft];
        match &draft.label {
            Some(known) if *known != label => {
                let problem = format!("is a second label of series {:?}: the first is {known:?}", draft.name);
                return Err(self.table.refuse(Place { row, column }, problem));
            }
            _ => draft.label = Some(label),
        }
        Ok(())
    }

    /// Notes the unit of a series.
    pub(super) fn unit(&mut self, draft: usize, row: usize, column: Option<usize>) -> Result<()> {
        let (Some(text), Some(column)) = (self.table.text(row, column), column) else { return Ok(()) };
        let at = Place { row, column };
        let unit = cell::unit(&text).map_err(|problem| self.table.refuse(at, problem))?;
        let draft = &mut self.series[draft];
        if let Some(known) = draft.unit.filter(|known| *known != unit) {
            let problem = format!("is a second unit of series {:?}: the first is {known}", draft.name);
            return Err(self.table.refuse(at, problem));
        }
        if let Some(said) = self.options.unit.filter(|said| *said != unit) {
            return Err(self.table.refuse(at, format!("contradicts the option unit = {said}")));
        }
        draft.unit = Some(unit);
        Ok(())
    }

    /// Notes that the table has a starred year.
    pub(super) fn saw_star(&mut self) {
        self.starred = true;
    }

    /// How much of `year` a row covers: by its `period_end`, its `share`, or, for a starred year, the option `through`.
    /// Answers with the cell that said so (`year_at` if none did).
    pub(super) fn coverage(
        &self,
        (year, starred): (Year, bool),
        year_at: Place,
        (period_end, share): (Option<usize>, Option<usize>),
    ) -> Result<(Coverage, Place)> {
        let said = |column: Option<usize>| {
            let at = Place { row: year_at.row, column: column? };
            (!cell::is_missing(self.table.cell(at))).then_some(at)
        };
        match (said(period_end), said(share)) {
            (Some(_), Some(at)) => {
                Err(self.table.refuse(at, "stands beside a period_end: say how far the year is covered once"))
            }
            (Some(at), None) => {
                let date = cell::date(self.table.cell(at)).map_err(|problem| self.table.refuse(at, problem))?;
                if date.year() != year {
                    return Err(self.table.refuse(at, format!("does not lie in {year}, the year it is the end of")));
                }
                Ok((Coverage::Through(date), at))
            }
            (None, Some(at)) => {
                let share = cell::share(self.table.cell(at)).map_err(|problem| self.table.refuse(at, problem))?;
                Ok((Coverage::Share(share), at))
            }
            (None, None) if starred => match self.options.through {
                Some(date) if date.year() == year => Ok((Coverage::Through(date), year_at)),
                Some(date) => {
                    let problem = format!("belongs to the starred year {year}, and the option through = {date} does not");
                    Err(self.table.refuse(year_at, problem))
                }
                None => Err(self.table.refuse(
                    year_at,
                    format!("belongs to the starred year {year}, and nothing says to which day it counts: give the option through, or a column period_end (a date) or share"),
                )),
            },
            (None, None) => Ok((Coverage::Full, year_at)),
        }
    }

    /// The meaning of a value cell.
    pub(super) fn reading(&self, at: Place) -> Result<Reading> {
        cell::value(self.table.cell(at)).map_err(|problem| self.table.refuse(at, problem))
    }

    /// Adds an observation to a series.
    pub(super) fn push(&mut self, draft: usize, entry: Entry) {
        self.series[draft].entries.push(entry);
    }

    /// The panel, every series checked. `years` is the column that an unused cut-off date is blamed on.
    pub(super) fn finish(self, years: usize) -> Result<Panel> {
        let Self { table, options, series, starred, .. } = self;
        if let Some(date) = options.through.filter(|_| !starred) {
            let problem = format!(
                "is the option through, but no year is starred: write {}* for the partial year, or give a column period_end",
                date.year()
            );
            return Err(table.refuse_option(years, &date.to_string(), problem));
        }
        if options.unit.is_none() && !table.by_commas() {
            refuse_points_of_thousands(table, &series)?;
        }
        let series = series.into_iter().map(|draft| draft.build(table, options.unit)).collect::<Result<Vec<_>>>()?;
        Panel::new(series)
    }
}

impl Draft {
    fn build(mut self, table: &Table, unit: Option<Unit>) -> Result<Series> {
        self.entries.sort_by_key(|entry| entry.observation.year);
        for (first, second) in self.entries.iter().zip(self.entries.iter().skip(1)) {
            if first.observation.year == second.observation.year {
                let problem =
                    format!("is a year series {:?} has already, on line {}", self.name, table.line(first.year));
                return Err(table.refuse(second.year, problem));
            }
        }
        let observations = self.entries.iter().map(|entry| entry.observation.clone()).collect();
        let series = Series::from_observations(self.name.as_str(), observations)
            .and_then(|series| match self.unit.or(unit) {
                Some(unit) => series.with_unit(unit),
                None => Ok(series),
            })
            .map_err(|error| table.refuse(self.place_of(&error), format!("is refused: {error}")))?;
        if let (Some(entry), true) = (self.entries.iter().find(|entry| entry.below), series.unit() != Unit::Count) {
            let problem = format!(
                "has a largest value among whole numbers only, and the unit is {}: give the bounds as 0-4, or in y_lo and y_hi",
                series.unit()
            );
            return Err(table.refuse(entry.value, problem));
        }
        Ok(match self.label {
            Some(label) => series.with_label(label),
            None => series,
        })
    }

    /// The cell that an error of [`Series`] is about.
    fn place_of(&self, error: &Error) -> Place {
        let (year, of_value) = match *error {
            Error::PartialNotLast { year, .. }
            | Error::PartialRate { year, .. }
            | Error::BadShare { year, .. }
            | Error::DateOutsideYear { year, .. } => (year, false),
            Error::NotFinite { year, .. }
            | Error::NegativeCount { year, .. }
            | Error::FractionalCount { year, .. }
            | Error::BadBounds { year, .. }
            | Error::PartialValue { year, .. } => (year, true),
            _ => return self.named,
        };
        let entry = self.entries.iter().find(|entry| entry.observation.year.get() == year);
        entry.map_or(self.named, |entry| if of_value { entry.value } else { entry.cover })
    }
}

/// Points that may part groups of three digits: in no series without a unit is there a number with another point, and there are
/// two of them, or one among short whole numbers.
///
// why of the whole file: a row of large numbers has no short one, and the decimal sign of a file is one.
fn refuse_points_of_thousands(table: &Table, series: &[Draft]) -> Result<()> {
    let (mut grouped, mut many, mut short, mut long) = (None, 0, false, false);
    for entry in series.iter().filter(|draft| draft.unit.is_none()).flat_map(|draft| &draft.entries) {
        if entry.observation.value.exact().is_none() {
            continue;
        }
        let cell = table.cell(entry.value);
        match cell.trim_start_matches(['-', '+']).split_once('.') {
            Some((first, rest)) if (1..=3).contains(&first.len()) && !first.starts_with('0') && rest.len() == 3 => {
                grouped = grouped.or(Some(entry.value));
                many += 1;
            }
            Some(_) => return Ok(()),
            None if cell.len() <= 3 => short = true,
            None => long = true,
        }
    }
    match grouped {
        Some(at) if many > 1 || (short && !long) => {
            let plain = table.cell(at).replace('.', "");
            let problem = format!(
                "may be {plain} with a point between groups of three digits: write {plain}, or say the unit (amount or rate) if the point is the decimal sign"
            );
            Err(table.refuse(at, problem))
        }
        _ => Ok(()),
    }
}

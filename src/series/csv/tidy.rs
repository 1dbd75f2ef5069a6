//! The tidy shape: one row a year of a series.

use super::CsvOptions;
use super::cell::{self, Reading};
use super::draft::{Drafts, Entry};
use super::table::{Place, Table};
use crate::error::Result;
use crate::series::{Observation, Panel, Value};

/// Which column holds what.
#[derive(Debug)]
pub(super) struct Columns {
    id: usize,
    time: usize,
    target: usize,
    lower: Option<usize>,
    upper: Option<usize>,
    cover: (Option<usize>, Option<usize>),
    unit: Option<usize>,
    label: Option<usize>,
    source: Option<usize>,
}

impl Columns {
    /// The columns of a tidy table; `None` if one of the three is lacking.
    pub(super) fn find(table: &Table, options: &CsvOptions) -> Option<Self> {
        let other = |name: &str| options.optional(table, name);
        Some(Self {
            id: table.column(&options.id_col)?,
            time: table.column(&options.time_col)?,
            target: table.column(&options.target_col)?,
            lower: other("y_lo"),
            upper: other("y_hi"),
            cover: (other("period_end"), other("share")),
            unit: other("unit"),
            label: other("label"),
            source: other("source"),
        })
    }
}

/// The panel in a tidy table.
pub(super) fn read(table: &Table, options: &CsvOptions, columns: &Columns) -> Result<Panel> {
    let mut drafts = Drafts::new(table, options);
    for row in 0..table.len() {
        let (draft, _) = drafts.open(Place { row, column: columns.id })?;
        drafts.label(draft, row, columns.label)?;
        drafts.unit(draft, row, columns.unit)?;
        let year_at = Place { row, column: columns.time };
        let (year, starred) = cell::year(table.cell(year_at)).map_err(|problem| table.refuse(year_at, problem))?;
        if starred {
            drafts.saw_star();
        }
        let (coverage, cover) = drafts.coverage((year, starred), year_at, columns.cover)?;
        let (Reading { value, below }, value_at) = value(table, &drafts, row, columns)?;
        let source = table.text(row, columns.source);
        let observation = Observation { year, value, coverage, source };
        drafts.push(draft, Entry { observation, year: year_at, value: value_at, cover, below });
    }
    drafts.finish(columns.time)
}

/// The value of a row, from `y` or from the bounds, and the cell it is from.
fn value(table: &Table, drafts: &Drafts<'_>, row: usize, columns: &Columns) -> Result<(Reading, Place)> {
    let target = Place { row, column: columns.target };
    let said = |column: Option<usize>| {
        let at = Place { row, column: column? };
        (!cell::is_missing(table.cell(at))).then_some(at)
    };
    let (lower, upper) = match (said(columns.lower), said(columns.upper)) {
        (None, None) => return Ok((drafts.reading(target)?, target)),
        (Some(alone), None) | (None, Some(alone)) => {
            return Err(table.refuse(alone, "stands alone: a masked cell needs both bounds, y_lo and y_hi"));
        }
        (Some(lower), Some(upper)) => (lower, upper),
    };
    if !cell::is_missing(table.cell(target)) {
        return Err(
            table.refuse(target, "stands beside y_lo and y_hi: give the number, or leave it empty and give its bounds")
        );
    }
    let number = |at: Place| cell::number(table.cell(at)).map_err(|problem| table.refuse(at, problem));
    let value = Value::Censored { lower: number(lower)?, upper: number(upper)? };
    Ok((Reading { value, below: false }, lower))
}

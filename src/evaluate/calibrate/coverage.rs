//! How often bands held the outcome, by lead and level.

#![allow(clippy::indexing_slicing, reason = "an interval a level")]

use serde::Serialize;

use crate::evaluate::backtest::{BacktestTable, BySeries, Row};
use crate::evaluate::metrics::{self, Mean};

/// The coverage of one model at one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoverageAt {
    /// Name of the model.
    pub model: String,
    /// The lead; none for all of them together.
    pub lead: Option<usize>,
    /// Level in per cent: what was promised.
    pub level: f64,
    /// Per cent of the outcomes held, averaged over a series' rows first and over series then.
    pub coverage: Mean,
    /// Standard error of that mean, series drawn independently; NaN below two series.
    pub standard_error: f64,
}

/// The coverage of every model at every level: over all leads first, then lead by lead.
pub fn coverage_by_lead(table: &BacktestTable) -> Vec<CoverageAt> {
    let longest = table.rows().iter().map(|row| row.lead).max().unwrap_or(0);
    let mut found = Vec::new();
    for model in table.models() {
        for lead in std::iter::once(None).chain((1..=longest).map(Some)) {
            let at = |row: &&Row| row.model == *model && lead.is_none_or(|lead| row.lead == lead);
            let rows = BySeries::new(table.rows().iter().filter(at));
            for (i, &level) in table.levels().iter().enumerate() {
                let held = |r: &Row| metrics::covers(r.actual, (r.intervals[i].lower, r.intervals[i].upper));
                let coverage = rows.mean(held);
                let squares = rows.each(held).map(|mean| (mean.value - coverage.value).powi(2));
                let n = coverage.used as f64;
                // why: with one series 0 / 0 is the NaN that is wanted.
                let standard_error = (squares.sum::<f64>() / (n - 1.0) / n).sqrt();
                found.push(CoverageAt { model: model.clone(), lead, level, coverage, standard_error });
            }
        }
    }
    found
}

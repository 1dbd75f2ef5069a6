//! Averages over a backtest.
//!
//! A score is averaged over the rows of a series first and over series then, so that a series with many origins counts as
//! much as one with few. `used` and `undefined` of every [`Mean`] are numbers of series.
//!
//! Models are compared on the same forecasts: those that every model with any forecast gave. A model that refuses the hard
//! series would look good on what is left. [`BacktestTable::alone`] has the scores of all that one model gave.

#![allow(clippy::indexing_slicing, reason = "an interval a level")]

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::table::{BacktestTable, Key, Row};
use crate::error::Result;
use crate::evaluate::metrics::{self, Accuracy, Mean};

/// Averages of one model, over all leads or at one.
///
/// Absolute and percentage errors and MASE are those of the median, squared errors those of the mean: each point is judged
/// by the score that it minimises.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the model.
    pub model: String,
    /// The lead; none for all of them together.
    pub lead: Option<usize>,
    /// Forecasts of the model beside an outcome.
    pub rows: usize,
    /// Those of them that every model gave which gave any: what the scores are of.
    pub shared: usize,
    /// Origins that the model refused.
    pub refused: usize,
    /// Mean absolute error of the median.
    pub mae: Mean,
    /// Root mean squared error of the mean, a root for each series.
    pub rmse: Mean,
    /// Symmetric percentage error of the median, 0 to 200.
    pub smape: Mean,
    /// Percentage error of the median.
    pub mape: Mean,
    /// Absolute error of the median over the scale.
    pub mase: Mean,
    /// Continuous ranked probability score.
    pub crps: Mean,
    /// The same over the scale.
    pub scaled_crps: Mean,
    /// Log score of counts.
    pub log_score: Mean,
    /// One a level of the table.
    pub levels: Vec<LevelSummary>,
}

/// How the intervals of one level did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LevelSummary {
    /// Level in per cent.
    pub level: f64,
    /// Per cent of the outcomes that they held.
    pub coverage: Mean,
    /// Interval score.
    pub interval_score: Mean,
    /// The same over the scale.
    pub msis: Mean,
}

impl BacktestTable {
    /// Averages of every model over all leads, on the forecasts that all models gave.
    pub fn summary(&self) -> Vec<Summary> {
        let shared = self.shared();
        self.models().iter().map(|model| self.summarised(model, None, &shared)).collect()
    }

    /// Averages of every model at each lead, on the forecasts that all models gave.
    pub fn summary_by_lead(&self) -> Vec<Summary> {
        let longest = self.rows().iter().map(|row| row.lead).max().unwrap_or(0);
        let (models, shared) = (self.models().iter(), &self.shared());
        models.flat_map(|model| (1..=longest).map(move |lead| self.summarised(model, Some(lead), shared))).collect()
    }

    /// The forecasts that every model gave, but for those that gave none at all: with these there is nothing to compare.
    fn shared(&self) -> HashSet<Key<'_>> {
        let mut by: HashMap<Key<'_>, HashSet<&str>> = HashMap::new();
        for row in self.rows() {
            by.entry(row.key()).or_default().insert(&row.model);
        }
        let answering = self.rows().iter().map(|row| row.model.as_str()).collect::<HashSet<_>>().len();
        by.into_iter().filter(|(_, models)| models.len() == answering).map(|(key, _)| key).collect()
    }

    /// Overall weighted average of a model relative to a reference, over the forecasts that both gave; NaN if undefined.
    ///
    /// # Errors
    /// [`crate::Error::UnknownModel`], with the names there are.
    pub fn owa(&self, model: &str, reference: &str) -> Result<f64> {
        let pairs = self.pairs(model, reference)?;
        let ours = BySeries::new(pairs.iter().map(|pair| pair.0)).accuracy();
        let theirs = BySeries::new(pairs.iter().map(|pair| pair.1)).accuracy();
        Ok(metrics::owa(&ours, &theirs))
    }

    fn summarised(&self, model: &str, lead: Option<usize>, shared: &HashSet<Key<'_>>) -> Summary {
        let at = |row: &&Row| row.model == model && lead.is_none_or(|lead| row.lead == lead);
        let own = || self.rows().iter().filter(at);
        let rows = BySeries::new(own().filter(|row| shared.contains(&row.key())));
        let level = |(i, &level): (usize, &f64)| {
            let bounds = move |r: &Row| (r.intervals[i].lower, r.intervals[i].upper);
            let score = move |r: &Row| metrics::interval_score_of(r.actual, bounds(r), level);
            LevelSummary {
                level,
                coverage: rows.mean(|r| metrics::covers(r.actual, bounds(r))),
                interval_score: rows.mean(score),
                msis: rows.mean(|r| score(r) / r.scale),
            }
        };
        Summary {
            model: model.to_owned(),
            lead,
            rows: own().count(),
            shared: rows.count(),
            refused: self.refusals().iter().filter(|refusal| refusal.model.as_deref() == Some(model)).count(),
            mae: rows.mean(|r| (r.actual - r.median).abs()),
            rmse: rows.each(|r| (r.actual - r.mean).powi(2)).map(|square| square.value.sqrt()).collect(),
            smape: rows.mean(smape),
            mape: rows.mean(|r| metrics::percentage(r.actual, r.median)),
            mase: rows.mean(mase),
            crps: rows.mean(|r| r.crps),
            scaled_crps: rows.mean(|r| r.crps / r.scale),
            log_score: rows.mean(|r| r.log_score),
            levels: self.levels().iter().enumerate().map(level).collect(),
        }
    }
}

fn smape(row: &Row) -> f64 {
    metrics::symmetric_percentage(row.actual, row.median)
}

fn mase(row: &Row) -> f64 {
    (row.actual - row.median).abs() / row.scale
}

/// Rows sorted into series.
pub(in crate::evaluate) struct BySeries<'a>(BTreeMap<&'a str, Vec<&'a Row>>);

impl<'a> BySeries<'a> {
    pub(in crate::evaluate) fn new(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut series: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            series.entry(&row.series).or_default().push(row);
        }
        Self(series)
    }

    fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The mean of a score over each series' rows.
    pub(in crate::evaluate) fn each(&self, score: impl Fn(&Row) -> f64) -> impl Iterator<Item = Mean> {
        self.0.values().map(move |rows| rows.iter().map(|row| score(row)).collect())
    }

    /// The mean of those means.
    pub(in crate::evaluate) fn mean(&self, score: impl Fn(&Row) -> f64) -> Mean {
        self.each(score).map(|mean| mean.value).collect()
    }

    fn accuracy(&self) -> Accuracy {
        Accuracy { smape: self.mean(smape).value, mase: self.mean(mase).value }
    }
}

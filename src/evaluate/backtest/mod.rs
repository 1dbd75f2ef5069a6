//! What would the forecasts have been worth?
//!
//! A backtest cuts a series at past years (the origins, or cutoffs), lets every model forecast from there as if the rest had
//! not happened, and scores the forecasts against what did. The last origin lies h years before the last observed full
//! year, the others every `step` years before it, as long as enough training years are left.
//!
//! - A partial last year is no outcome. Missing and masked years of a test window are not scored; all are counted
//!   ([`NotScored`]).
//! - A model that refuses an origin, or a series too short for any, gives a [`Refusal`] with the error, and stops nothing.
//! - Models see nothing after the cutoff; only the series' unit is known from the whole.
//! - Work runs on the current rayon pool. The result does not depend on the number of threads, and draws for the PIT are
//!   the same for every model.
//!
//! ```
//! use unjuran::evaluate::backtest::Backtest;
//! use unjuran::series::{Horizon, Series, Year};
//! use unjuran::smoothing::{Drift, Ets, Naive, Trend};
//! let y = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0];
//! let cases = Series::new("cases", Year::new(2015)?, &y)?;
//! let holt = Ets::params().trend(Trend::Additive).check()?;
//! let table = Backtest::new(Horizon::years(2)?).windows(3).run(&[cases], &[&Naive, &Drift, &holt])?;
//! let first = &table.rows()[0];
//! assert_eq!((first.model.as_str(), first.cutoff.get(), first.lead, first.actual), ("Naive", 2018, 1, 286.0));
//! assert_eq!(first.median, 302.0);
//! // Holt's method needs five years and is refused at the first origin, 2018
//! assert_eq!(table.refusals()[0].cutoff.map(|y| y.get()), Some(2018));
//! for summary in table.summary() {
//!     assert!(summary.mase.value > 0.0 && summary.crps.value > 0.0);
//! }
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! Reference: Tashman (2000), *International Journal of Forecasting* 16(4), 437-450.

#![allow(clippy::indexing_slicing, reason = "as many names as models")]

mod origin;
mod stretch;
mod summary;
mod table;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

pub(in crate::evaluate) use summary::BySeries;
pub use summary::{LevelSummary, Summary};
pub use table::{BacktestTable, NotScored, Refusal, Row, ScoredInterval};

use self::origin::{Origin, Outcome, Windows};
use self::table::Scoring;
use crate::error::{Error, Result, checked_level};
use crate::model::Forecaster;
use crate::series::{Horizon, Series};

/// Settings of a backtest.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `horizon` | given | 1 to 100 | years ahead |
/// | `windows` | 5 | from 1 | how many origins, fewer where the series is too short |
/// | `step` | 1 | from 1 | years between origins |
/// | `min_train` | 3 | from 1 | observed years a model has at least |
/// | `levels` | 80, 95 | 1 to below 100 | levels of the intervals that are scored, in per cent |
/// | `seed` | 0 | | names the random stream of the PIT |
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    horizon: Horizon,
    windows: usize,
    step: usize,
    min_train: usize,
    levels: Vec<f64>,
    seed: u64,
}

impl Backtest {
    /// A backtest so many years ahead.
    pub fn new(horizon: Horizon) -> Self {
        Self { horizon, windows: 5, step: 1, min_train: 3, levels: vec![80.0, 95.0], seed: 0 }
    }

    /// How many origins.
    #[must_use]
    pub fn windows(mut self, windows: usize) -> Self {
        self.windows = windows;
        self
    }

    /// Years between origins.
    #[must_use]
    pub fn step(mut self, step: usize) -> Self {
        self.step = step;
        self
    }

    /// Observed years that a model has at least.
    #[must_use]
    pub fn min_train(mut self, years: usize) -> Self {
        self.min_train = years;
        self
    }

    /// Levels of the intervals that are scored, in per cent.
    #[must_use]
    pub fn levels(mut self, levels: &[f64]) -> Self {
        self.levels = levels.to_vec();
        self
    }

    /// The seed of the random stream that the PIT is drawn from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs the models over the series. Rows come by series, model, origin and lead, in the order given.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for settings out of range, for no model at all or two of one name; [`Error::BadLevel`];
    /// [`Error::DuplicateSeries`]. What goes wrong with one series or model is a [`Refusal`] in the table instead.
    pub fn run(&self, series: &[Series], models: &[&dyn Forecaster]) -> Result<BacktestTable> {
        self.run_with(series, models, &|_, _| {}, &|| true)
    }

    /// The same, telling how far it is: `progress(done, all)` is called after each fit, from any thread of the pool. And
    /// asking: `go_on()` is called from there too, before each series is cut, each fit and each year that is scored; false
    /// breaks the run off.
    ///
    /// # Errors
    /// Those of [`Backtest::run`]; [`Error::Stopped`] if it was broken off.
    pub fn run_with(
        &self,
        series: &[Series],
        models: &[&dyn Forecaster],
        progress: &(dyn Fn(usize, usize) + Sync),
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<BacktestTable> {
        let names = self.checked(models)?;
        let mut seen = HashSet::new();
        if let Some(twice) = series.iter().find(|one| !seen.insert(one.name())) {
            return Err(Error::DuplicateSeries { series: twice.name().to_owned() });
        }
        let cut = |one: &Series| go_on().then(|| self.windows_of(one));
        let windows: Option<Vec<Result<Windows>>> = series.par_iter().map(cut).collect();
        let windows = windows.ok_or(Error::Stopped { done: 0, all: 0 })?;

        let mut table = BacktestTable::new(self, names.clone(), series);
        let mut jobs: Vec<(&Origin, usize)> = Vec::new();
        for (series, windows) in series.iter().zip(&windows) {
            match windows {
                Ok(Windows { origins, not_scored }) => {
                    table.not_scored.add(*not_scored);
                    jobs.extend((0..models.len()).flat_map(|m| origins.iter().map(move |origin| (origin, m))));
                }
                Err(error) => table.refusals.push(Refusal {
                    series: series.name().to_owned(),
                    model: None,
                    cutoff: None,
                    error: error.clone(),
                }),
            }
        }
        let done = AtomicUsize::new(0);
        let one = |&(origin, m): &(&Origin, usize)| {
            let rows = self.rows(origin, models[m], &names[m], go_on)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
            Some(rows)
        };
        let results: Option<Vec<Result<Vec<Row>>>> = jobs.par_iter().map(one).collect();
        let stopped = || Error::Stopped { done: done.load(Ordering::Relaxed), all: jobs.len() };
        let results = results.ok_or_else(stopped)?;
        for ((origin, m), result) in jobs.into_iter().zip(results) {
            match result {
                Ok(rows) => table.rows.extend(rows),
                Err(error) => table.refusals.push(Refusal {
                    series: origin.train.name().to_owned(),
                    model: Some(names[m].clone()),
                    cutoff: Some(origin.cutoff),
                    error,
                }),
            }
        }
        Ok(table)
    }

    fn windows_of(&self, series: &Series) -> Result<Windows> {
        Windows::new(series, self)
    }

    /// The scored years of one model from one origin; none if the run is to stop.
    fn rows(
        &self,
        origin: &Origin,
        model: &dyn Forecaster,
        name: &str,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Result<Vec<Row>>> {
        let forecast = match go_on().then(|| model.fit(&origin.train)?.forecast(self.horizon))? {
            Ok(forecast) => forecast,
            Err(error) => return Some(Err(error)),
        };
        let scoring = Scoring { origin, model: name, levels: &self.levels };
        let row = |outcome: &Outcome| Ok(scoring.row(outcome, forecast.at(i64::from(outcome.year.get()))?));
        // why asked again: the scores of one year may take tens of milliseconds.
        origin.outcomes.iter().map(|outcome| go_on().then(|| row(outcome))).collect()
    }

    /// The names of the models, if all settings are in range.
    fn checked(&self, models: &[&dyn Forecaster]) -> Result<Vec<String>> {
        for (parameter, value) in [("windows", self.windows), ("step", self.step), ("min_train", self.min_train)] {
            if value == 0 {
                return Err(refused(parameter, "0", "a whole number from 1"));
            }
        }
        for &level in &self.levels {
            checked_level(level)?;
        }
        if models.is_empty() {
            return Err(refused("models", "none", "at least one model"));
        }
        let names: Vec<String> = models.iter().map(|model| model.name()).collect();
        match names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
            Some((_, twice)) => Err(refused("models", &format!("{twice:?} twice"), "models of different names")),
            None => Ok(names),
        }
    }
}

fn refused(parameter: &str, value: &str, allowed: &str) -> Error {
    Error::bad_parameter("Backtest", parameter, value, allowed)
}

//! The table a backtest gives: a row for each outcome, and what could not be scored.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Backtest;
use super::origin::{Origin, Outcome};
use super::stretch::stretch;
use crate::dist::{Distribution, Predictive as _};
use crate::error::{Error, Result, checked_level};
use crate::evaluate::metrics::{log_score, pit};
use crate::series::{Horizon, Series, Year};

/// One forecast of one year, beside what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Name of the series.
    pub series: String,
    /// Name of the model, as the caller's object says it.
    pub model: String,
    /// The last year that the model saw.
    pub cutoff: Year,
    /// Years from the cutoff.
    pub lead: usize,
    /// The year that was forecast.
    pub year: Year,
    /// What happened.
    pub actual: f64,
    /// Median of the law.
    pub median: f64,
    /// Mean of the law.
    pub mean: f64,
    /// One a level of the table, in its order.
    pub intervals: Vec<ScoredInterval>,
    /// Continuous ranked probability score.
    pub crps: f64,
    /// Log score; NaN unless the law is of counts.
    #[serde(with = "undefined")]
    pub log_score: f64,
    /// Randomised probability integral transform.
    pub pit: f64,
    /// Mean absolute yearly change of the years that the model saw: the scale of MASE and its kin. NaN if undefined.
    #[serde(with = "undefined")]
    pub scale: f64,
}

/// Which forecast of a model a row is: series, cutoff and lead.
pub(super) type Key<'a> = (&'a str, Year, usize);

impl Row {
    pub(super) fn key(&self) -> Key<'_> {
        (&self.series, self.cutoff, self.lead)
    }
}

/// The central interval of one level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoredInterval {
    /// Level in per cent.
    pub level: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
    /// The factor by which the interval would have to be widened, on the latent scale, to just hold the outcome: up to 1 it
    /// did. NaN where no factor is large enough.
    #[serde(with = "undefined")]
    pub stretch: f64,
}

/// A forecast, or a whole series, that could not be had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Name of the series.
    pub series: String,
    /// Name of the model; none if the series bears no origin for any model.
    pub model: Option<String>,
    /// The origin; none if the series bears none.
    pub cutoff: Option<Year>,
    /// Why.
    pub error: Error,
}

/// Years that no forecast was scored by: each year of a series counts once, however many origins look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotScored {
    /// Years of test windows without a number.
    pub missing: usize,
    /// Years of test windows with a masked one.
    pub masked: usize,
    /// Years under way.
    pub partial: usize,
}

impl NotScored {
    pub(super) fn add(&mut self, other: Self) {
        self.missing += other.missing;
        self.masked += other.masked;
        self.partial += other.partial;
    }
}

/// What a backtest found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct BacktestTable {
    levels: Vec<f64>,
    step: usize,
    models: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) not_scored: NotScored,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizon: Option<Horizon>,
    names: Vec<String>,
    series: Vec<Series>,
}

/// The stored form: checked again on the way in. Earlier files have neither horizon nor series.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    levels: Vec<f64>,
    step: usize,
    models: Vec<String>,
    rows: Vec<Row>,
    refusals: Vec<Refusal>,
    not_scored: NotScored,
    horizon: Option<Horizon>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    series: Vec<Series>,
}

impl TryFrom<Stored> for BacktestTable {
    type Error = String;
    fn try_from(stored: Stored) -> std::result::Result<Self, String> {
        let Stored { levels, step, models, rows, refusals, not_scored, horizon, mut names, series } = stored;
        for &level in &levels {
            checked_level(level).map_err(|e| e.to_string())?;
        }
        if step == 0 || models.is_empty() {
            return Err(format!("step {step} and {} models: both are 1 or more", models.len()));
        }
        for row in &rows {
            if !models.contains(&row.model) {
                return Err(format!("a row of {:?}, which is none of the models", row.model));
            }
            if row.lead == 0 || !row.intervals.iter().map(|interval| &interval.level).eq(&levels) {
                return Err(format!("a row of {:?}, {}: one interval a level and a lead from 1", row.series, row.year));
            }
        }
        let mentioned = || rows.iter().map(|row| &row.series).chain(refusals.iter().map(|refusal| &refusal.series));
        if names.is_empty() {
            let mut seen = HashSet::new();
            names = mentioned().filter(|name| seen.insert(name.as_str())).cloned().collect();
        }
        let mut known = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !known.insert(name.as_str())) {
            return Err(format!("two series {twice:?}"));
        }
        if let Some(name) =
            mentioned().map(String::as_str).chain(series.iter().map(Series::name)).find(|name| !known.contains(name))
        {
            return Err(format!("a series {name:?}, which is none of the names"));
        }
        let longest = rows.iter().map(|row| row.lead).max().unwrap_or(0);
        if let Some(horizon) = horizon.map(Horizon::get).filter(|horizon| longest > *horizon) {
            return Err(format!("a lead of {longest} beyond the horizon of {horizon}"));
        }
        Ok(Self { levels, step, models, rows, refusals, not_scored, horizon, names, series })
    }
}

/// A number that may be undefined: NaN here, null in a file.
mod undefined {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        value.is_finite().then_some(*value).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
    }
}

impl BacktestTable {
    pub(super) fn new(settings: &Backtest, models: Vec<String>, series: &[Series]) -> Self {
        Self {
            levels: settings.levels.clone(),
            step: settings.step,
            models,
            rows: Vec::new(),
            refusals: Vec::new(),
            not_scored: NotScored::default(),
            horizon: Some(settings.horizon),
            names: series.iter().map(|one| one.name().to_owned()).collect(),
            series: series.to_vec(),
        }
    }

    /// The same table with the series that could not even be read: `names` are those of all series, in order.
    ///
    /// # Errors
    /// [`Error::UnknownSeries`] for a series of the table or of `unread` that is not among the names;
    /// [`Error::DuplicateSeries`] for a name that is there twice.
    pub fn with_unread(
        mut self,
        names: Vec<String>,
        unread: impl IntoIterator<Item = (String, Error)>,
    ) -> Result<Self> {
        self.refusals.extend(unread.into_iter().map(|(series, error)| Refusal {
            series,
            model: None,
            cutoff: None,
            error,
        }));
        let mut known = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !known.insert(name.as_str())) {
            return Err(Error::DuplicateSeries { series: twice.clone() });
        }
        let missing = |name: &&String| !known.contains(name.as_str());
        if let Some(series) = self.names.iter().chain(self.refusals.iter().map(|r| &r.series)).find(missing).cloned() {
            return Err(Error::UnknownSeries { series, known: names });
        }
        self.names = names;
        Ok(self)
    }

    /// How many years ahead was forecast.
    pub fn horizon(&self) -> usize {
        self.horizon.map_or_else(|| self.rows.iter().map(|row| row.lead).max().unwrap_or(0), Horizon::get)
    }

    /// Names of all series, in the order given.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The series that could be read, in the order given; none in a table that an earlier release stored.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The scored forecasts by series, model, origin and lead.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What could not be had, with the error.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Years that were not scored.
    pub fn not_scored(&self) -> NotScored {
        self.not_scored
    }

    /// Levels of the intervals in per cent.
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// Years between origins.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Names of the models, in the order given.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// The rows of one model.
    ///
    /// # Errors
    /// [`Error::UnknownModel`], with the names there are.
    pub fn of_model(&self, model: &str) -> Result<Vec<&Row>> {
        if self.models.iter().all(|name| name != model) {
            return Err(Error::UnknownModel { name: model.to_owned(), known: self.models.clone() });
        }
        Ok(self.rows.iter().filter(|row| row.model == model).collect())
    }

    /// The rows of one series.
    ///
    /// # Errors
    /// [`Error::UnknownSeries`] if the series has no row, with the names that have.
    pub fn of_series(&self, series: &str) -> Result<Vec<&Row>> {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.series == series).collect();
        if rows.is_empty() {
            let mut known: Vec<String> = self.rows.iter().map(|row| row.series.clone()).collect();
            known.dedup();
            return Err(Error::UnknownSeries { series: series.to_owned(), known });
        }
        Ok(rows)
    }

    /// The same table with one lead only.
    #[must_use]
    pub fn at_lead(&self, lead: usize) -> Self {
        Self { rows: self.rows.iter().filter(|row| row.lead == lead).cloned().collect(), ..self.clone() }
    }

    /// The same table with one model only: its summary is that of all its forecasts.
    ///
    /// # Errors
    /// [`Error::UnknownModel`], with the names there are.
    pub fn alone(&self, model: &str) -> Result<Self> {
        let rows = self.of_model(model)?.into_iter().cloned().collect();
        Ok(Self { rows, models: vec![model.to_owned()], ..self.clone() })
    }

    /// Rows of two models on the same series, origin and lead: a fair comparison leaves out what one of them refused.
    ///
    /// # Errors
    /// [`Error::UnknownModel`], with the names there are.
    pub fn pairs(&self, model: &str, reference: &str) -> Result<Vec<(&Row, &Row)>> {
        let theirs: HashMap<_, &Row> = self.of_model(reference)?.into_iter().map(|row| (row.key(), row)).collect();
        let ours = self.of_model(model)?.into_iter();
        Ok(ours.filter_map(|row| Some((row, *theirs.get(&row.key())?))).collect())
    }
}

/// What a row needs beside the law and the outcome.
pub(super) struct Scoring<'a> {
    pub(super) origin: &'a Origin,
    pub(super) model: &'a str,
    pub(super) levels: &'a [f64],
}

impl Scoring<'_> {
    pub(super) fn row(&self, outcome: &Outcome, law: &Distribution) -> Row {
        let y = outcome.actual;
        let interval = |&level: &f64| {
            let tail = (100.0 - level) / 200.0;
            let (lower, upper) = (law.quantile(tail), law.quantile(1.0 - tail));
            ScoredInterval { level, lower, upper, stretch: stretch(law, y, level) }
        };
        Row {
            series: self.origin.train.name().to_owned(),
            model: self.model.to_owned(),
            cutoff: self.origin.cutoff,
            lead: outcome.lead,
            year: outcome.year,
            actual: y,
            median: law.quantile(0.5),
            mean: law.mean(),
            intervals: self.levels.iter().map(interval).collect(),
            crps: law.crps(y),
            log_score: log_score(law, y),
            pit: pit(law, y, outcome.draw),
            scale: self.origin.scale,
        }
    }
}

//! A forecast: dated predictive distributions, their joint law, and where they come from.
//!
//! Points and intervals are views: `median`, `quantile(0.9)`, `interval(80.0)`, `fan(&[50.0, 80.0, 95.0])`. Joint paths
//! come from the same law as the marginals; a sum over years is read from them ([`Forecast::total`]).
//!
//! ```
//! use unjuran::series::{Horizon, Series, Year};
//! let cases = Series::new("cases", Year::new(2015)?, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0])?;
//! let forecast = unjuran::forecast(&cases, Horizon::years(5)?)?;
//! let band = forecast.interval(80.0)?;
//! assert_eq!(forecast.years()[0].get(), 2023);
//! assert!(band.lower[4] >= 0.0 && band.upper[4] > band.upper[0]);
//! # Ok::<(), unjuran::Error>(())
//! ```

mod beside;
mod fan;
mod joint;
mod latent;
mod mixture;
mod numbers;
mod paths;
mod pool;
mod sampled;
mod summary;
#[cfg(feature = "svg")]
mod svg;
pub mod under_way;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use beside::Beside;
pub use fan::{Band, Fan, Mark, Past};
pub use joint::Joint;
pub use latent::{Latent, Rows};
pub use numbers::Numbers;
pub use paths::Paths;
pub use pool::Pooling;
#[cfg(feature = "svg")]
pub use svg::SvgStyle;
use under_way::{Course, Measured};

use sampled::Sampled;

use crate::dist::{AtLeast, Distribution, Empirical, Moved, Predictive, Shift, Support};
use crate::error::{Error, Result, checked_level};
use crate::numeric::rng::Stream;
use crate::series::{Horizon, Note, Observation, Series, Training, UnderWay, Unit, Value, Year};

/// Draws behind [`Forecast::total`], and the seed that keys them.
const TOTAL_DRAWS: i64 = 10_000;
const TOTAL_SEED: u64 = 0;
const MOST_DRAWS: i64 = 1_000_000;
/// Things unknown in a stored law: one for each of the 1,000 years that a series may span, and as many parameters.
const MOST_UNKNOWN: usize = 2000;

/// What a model knows when it has looked ahead: everything a [`Forecast`] is made of.
#[derive(Clone, Debug)]
pub struct Projection<'a> {
    /// The observed series.
    pub series: &'a Series,
    /// Its training view.
    pub training: &'a Training,
    /// Name of the model, as in "ETS(A,Ad,N)".
    pub model: String,
    /// Parameters by name.
    pub params: BTreeMap<String, f64>,
    /// Remarks of the model, beside those of the training view.
    pub notes: Vec<Note>,
    /// The joint law of the years from `training.next` on.
    pub joint: Joint,
}

/// Lower and upper bounds of an interval, a value a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// Level in percent.
    pub level: f64,
    /// Quantile (1 - level / 100) / 2 of each year.
    pub lower: Vec<f64>,
    /// Quantile (1 + level / 100) / 2 of each year.
    pub upper: Vec<f64>,
}

/// What happens to the outcome y of a year: it becomes `factor y + add`, before counts are rounded. In a year under way the
/// factor acts on what is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Zero or above; 1 leaves the size as it is.
    pub factor: f64,
    /// 0 adds nothing.
    pub add: f64,
}

impl Move {
    /// Nothing happens.
    pub const NONE: Self = Self { factor: 1.0, add: 0.0 };

    /// This move and then another.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self { factor: self.factor * next.factor, add: next.factor * self.add + next.add }
    }

    /// What becomes of the outcome y, where y is the number before rounding; `counted` is what was counted of a year under way.
    pub(crate) fn outcome(self, y: f64, counted: Option<f64>, counts: bool) -> f64 {
        self.shift(counted).outcome(y, counts)
    }

    /// `counted + factor (y - counted) + add`, and not below what was counted.
    fn shift(self, counted: Option<f64>) -> Shift {
        let add = self.add + (1.0 - self.factor) * counted.unwrap_or(0.0);
        Shift { factor: self.factor, add, least: counted.unwrap_or(f64::NEG_INFINITY) }
    }

    fn is_sound(self) -> bool {
        self.factor >= 0.0 && self.factor.is_finite() && self.add.is_finite()
    }
}

/// Predictive distributions of consecutive years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Forecast {
    series: Series,
    model: String,
    params: BTreeMap<String, f64>,
    years: Vec<Year>,
    steps: Vec<Distribution>,
    /// What was counted so far of the first year, if that is under way.
    under_way: Option<UnderWay>,
    joint: Joint,
    /// One a year, or none at all.
    moves: Vec<Move>,
    notes: Vec<Note>,
    version: String,
}

impl Forecast {
    /// The forecast that a model's view ahead amounts to. Counts are rounded here, and a year under way is held at or
    /// above what was counted, for every model alike.
    ///
    /// # Errors
    /// [`Error::Overflow`] if a centre or scale is not a finite number; [`Error::YearOutOfRange`] past 9999.
    pub fn new(projection: Projection<'_>) -> Result<Self> {
        let Projection { series, training, model, params, notes, joint } = projection;
        let mut notes: Vec<Note> = training.notes.iter().cloned().chain(notes).collect();
        let mut joint = joint;
        if let Some(begun) = &training.under_way {
            let whole = training.unit == Unit::Count;
            let held = if whole { joint.held_at_zero() } else { joint };
            held.checked_marginals(series.name(), &model)?;
            let share = begun.coverage.share();
            let resolution = training.resolution();
            let measured = if whole { Measured::Count } else { Measured::Amount { resolution } };
            let seen = Course::shipped()?.seen(begun.counted, share, measured, &begun.earlier);
            let after = under_way::begun(&held, &seen, share, whole)?;
            if after.refuted {
                notes.push(Note::CountedAboveForecast { year: begun.year, counted: begun.counted });
            }
            joint = after.joint;
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let moves = Vec::new();
        Self::assemble(Parts { series: series.clone(), model, params, joint, moves, notes, version })
    }

    fn assemble(parts: Parts) -> Result<Self> {
        let Parts { series, model, params, joint, moves, notes, version } = parts;
        let (next, under_way) = (series.next_year()?, UnderWay::of(&series));
        let counts = series.unit() == Unit::Count;
        let years = (0..joint.years()).map(|i| next.plus(i)).collect::<Result<Vec<_>>>()?;
        if let Some(sampled) = joint.sampled() {
            check_table(sampled, &series, under_way.as_ref())?;
            let steps = sampled.steps(series.name(), &model)?;
            return Ok(Self { series, model, params, years, steps, under_way, joint, moves, notes, version });
        }
        let joint = if counts { joint.held_at_zero() } else { joint };
        let marginals = joint.checked_marginals(series.name(), &model)?;
        let mut steps: Vec<Distribution> = marginals
            .into_iter()
            .map(|law| if counts { Distribution::from(law).whole() } else { law.into() })
            .collect();
        if let (Some(UnderWay { counted, .. }), Some(first)) = (&under_way, steps.first_mut()) {
            *first = AtLeast::held(first.clone(), *counted);
        }
        if !moves.is_empty() {
            if moves.len() != steps.len() || !moves.iter().all(|m| m.is_sound()) {
                return Err(Error::Overflow { series: series.name().to_owned(), model });
            }
            let zero = (!counts && joint.support() == Support::NonNegative).then_some(0.0);
            let counted = |i: usize| under_way.as_ref().filter(|_| i == 0).map(|begun| begun.counted);
            for (i, (law, step)) in steps.iter_mut().zip(&moves).enumerate() {
                *law = moved(law.clone(), *step, counted(i).or(zero));
            }
        }
        Ok(Self { series, model, params, years, steps, under_way, joint, moves, notes, version })
    }

    /// The forecast whose paths are these, each as likely as the others: what is left when paths were changed one by one.
    ///
    /// `key` names the table: [`Forecast::paths`] takes the same rows from all tables of one key, so that forecasts made
    /// together stay joint. Its years follow the last full year of `series`.
    ///
    /// ```
    /// use unjuran::forecast::{Forecast, Paths};
    /// use unjuran::series::{Series, Year};
    /// let cases = Series::new("cases", Year::new(2021)?, &[4.0, 6.0])?;
    /// let paths = Paths::from_rows(2, vec![5.0, 7.0, 6.0, 9.0, 7.0, 2.0])?;
    /// let forecast = Forecast::from_paths(&cases, "by hand", "cases", &paths, vec![])?;
    /// assert_eq!((forecast.years()[0].get(), forecast.median()), (2023, vec![6.0, 7.0]));
    /// assert_eq!(forecast.cdf(2024, 2.0)?, 1.0 / 3.0);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoObservedYears`] if no full year of the series carries a number; [`Error::YearOutOfRange`];
    /// [`Error::NegativeCount`] or [`Error::FractionalCount`] if the series counts and a path does not;
    /// [`Error::CountedAlready`] if a path falls below what was counted in the year under way.
    pub fn from_paths(series: &Series, model: &str, key: &str, paths: &Paths, notes: Vec<Note>) -> Result<Self> {
        let told = Training::with_masks(series)?.notes;
        Self::of_table(series, model, key, paths, told.into_iter().chain(notes).collect())
    }

    /// The same of a series of which nothing may be known; `notes` are all there are.
    pub(crate) fn of_table(series: &Series, model: &str, key: &str, paths: &Paths, notes: Vec<Note>) -> Result<Self> {
        let joint = Joint::of_paths(Sampled::new(key.to_owned(), paths));
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (series, model, params, moves) = (series.clone(), model.to_owned(), BTreeMap::new(), Vec::new());
        Self::assemble(Parts { series, model, params, joint, moves, notes, version })
    }

    /// This forecast with a table of paths in place of its law, and more to be told.
    pub(crate) fn with_paths(&self, key: &str, paths: &Paths, more: impl IntoIterator<Item = Note>) -> Result<Self> {
        let notes = self.notes.iter().cloned().chain(more).collect();
        Self::of_table(&self.series, &self.model, key, paths, notes)
    }

    /// The same forecast with the outcome y of each year moved to `factor y + add`, before counts are rounded; joint
    /// paths move with the marginals, draw by draw. What is never below zero stays so.
    ///
    /// ```
    /// use unjuran::forecast::Move;
    /// use unjuran::series::{Horizon, Series, Year};
    /// use unjuran::smoothing::Naive;
    /// let cases = Series::new("cases", Year::new(2020)?, &[90.0, 110.0, 100.0])?;
    /// let forecast = Naive.fit(&cases)?.forecast(Horizon::years(2)?)?;
    /// let halved = forecast.moved(&[Move::NONE, Move { factor: 0.5, add: 3.0 }], vec![])?;
    /// assert_eq!(halved.median(), [100.0, 53.0]);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless there is one move a year, with a finite factor from 0 and a finite number to add.
    pub fn moved(&self, moves: &[Move], notes: Vec<Note>) -> Result<Self> {
        if moves.len() != self.years.len() || !moves.iter().all(|m| m.is_sound()) {
            return Err(Error::bad_parameter(
                self.model.clone(),
                "moves",
                format!("{moves:?}"),
                format!("a finite factor from 0 and a finite number for each of {} years", self.years.len()),
            ));
        }
        let mut parts = Parts::from(self.clone());
        parts.notes.extend(notes);
        let counts = self.series.unit() == Unit::Count;
        if let Some(sampled) = parts.joint.sampled() {
            let by = |i: usize| moves.get(i).copied().unwrap_or(Move::NONE);
            let floors = self.floors();
            let changed = sampled.clone().changed(|i, y| by(i).outcome(y, floors.get(i).copied().flatten(), counts));
            parts.joint = Joint::of_paths(changed);
        } else if parts.moves.is_empty() {
            parts.moves = moves.to_vec();
        } else {
            parts.moves = parts.moves.iter().zip(moves).map(|(first, next)| first.then(*next)).collect();
        }
        Self::assemble(parts)
    }

    /// The same forecast with the width of each year multiplied by a factor around the same median.
    ///
    /// The factor acts on the latent scale, in the joint law: marginals and joint paths change together, a path's y becomes
    /// `Q_new(F_old(y))` (for a mixture of several links nearly so), and years stay as dependent on each other as they
    /// were. A year under way still cannot end below what was counted. The reason is added to the notes.
    ///
    /// ```
    /// use unjuran::series::{Horizon, Series, Unit, Year};
    /// use unjuran::smoothing::Naive;
    /// let cost = Series::new("cost", Year::new(2020)?, &[10.0, 14.0, 11.0])?.with_unit(Unit::Amount)?;
    /// let forecast = Naive.fit(&cost)?.forecast(Horizon::years(2)?)?;
    /// let wider = forecast.widened(&[1.5, 2.0], "asked for")?;
    /// assert_eq!(wider.median(), forecast.median());
    /// assert!((wider.variance()[1] / forecast.variance()[1] - 4.0).abs() < 1e-12);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless there is one finite factor above 0 a year; [`Error::Overflow`].
    pub fn widened(&self, factors: &[f64], because: &str) -> Result<Self> {
        let allowed = format!("one finite number above 0 for each of {} years", self.years.len());
        if factors.len() != self.years.len() || !factors.iter().all(|f| f.is_finite() && *f > 0.0) {
            return Err(Error::bad_parameter(self.model.clone(), "factors", format!("{factors:?}"), allowed));
        }
        let mut parts = Parts::from(self.clone());
        parts.joint = parts.joint.widened(factors);
        let counts = self.series.unit() == Unit::Count;
        if let Some(sampled) = parts.joint.sampled() {
            let held = |i, y| Move::NONE.outcome(y, self.counted(i), counts);
            parts.joint = Joint::of_paths(sampled.clone().changed(held));
        }
        parts.notes.push(Note::Widened { factors: factors.to_vec(), because: because.to_owned() });
        Self::assemble(parts)
    }

    /// The observed series.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The joint law of all its years, before counts are rounded.
    pub fn joint(&self) -> &Joint {
        &self.joint
    }

    /// What was counted so far of the first year, if that is under way.
    pub(crate) fn under_way(&self) -> Option<&UnderWay> {
        self.under_way.as_ref()
    }

    /// What was counted so far of the year at this place.
    pub(crate) fn counted(&self, i: usize) -> Option<f64> {
        self.under_way.as_ref().filter(|_| i == 0).map(|begun| begun.counted)
    }

    /// What each year cannot fall below: what was counted of it, or zero for amounts and rates that are never less (counts are
    /// held there by their rounding).
    pub(crate) fn floors(&self) -> Vec<Option<f64>> {
        let from_zero = match self.joint.sampled() {
            _ if self.series.unit() == Unit::Count => false,
            Some(table) => self.series.full_years().all(|(_, y)| y >= 0.0) && table.rows().flatten().all(|y| *y >= 0.0),
            None => self.joint.support() == Support::NonNegative,
        };
        let zero = from_zero.then_some(0.0);
        (0..self.years.len()).map(|i| self.counted(i).or(zero)).collect()
    }

    /// The first year: there is always one.
    pub(crate) fn first_year(&self) -> Year {
        self.years.first().copied().unwrap_or(self.series.last_year())
    }

    /// Name of the model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Parameters of the model by name.
    pub fn params(&self) -> &BTreeMap<String, f64> {
        &self.params
    }

    /// The version of this crate that made the forecast.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the observed series in its stored form.
    pub fn fingerprint(&self) -> String {
        let stored = serde_json::to_vec(&self.series).unwrap_or_default();
        let head = Sha256::digest(&stored).iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
        format!("{head:016x}")
    }

    /// What a reader must be told.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The years forecast, the year under way first if there is one.
    pub fn years(&self) -> &[Year] {
        &self.years
    }

    /// The law of each year.
    pub fn steps(&self) -> &[Distribution] {
        &self.steps
    }

    /// The law of one year.
    ///
    /// # Errors
    /// [`Error::YearNotForecast`].
    pub fn at(&self, year: i64) -> Result<&Distribution> {
        let found = self.years.iter().position(|y| i64::from(y.get()) == year);
        found.and_then(|i| self.steps.get(i)).ok_or_else(|| Error::YearNotForecast {
            series: self.series.name().to_owned(),
            year,
            first: self.years.first().map_or(0, |y| y.get()),
            last: self.years.last().map_or(0, |y| y.get()),
        })
    }

    /// The quantile of each year.
    ///
    /// # Errors
    /// [`Error::BadProbability`] unless `p` is in (0, 1).
    pub fn quantile(&self, p: f64) -> Result<Vec<f64>> {
        if !(p > 0.0 && p < 1.0) {
            return Err(Error::BadProbability { probability: p });
        }
        Ok(self.steps.iter().map(|law| law.quantile(p)).collect())
    }

    /// The central interval of each year; `level` in percent.
    ///
    /// # Errors
    /// [`Error::BadLevel`] unless `level` is from 1 to below 100: a fraction such as 0.95 is refused.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        let tail = tail_of(level)?;
        Ok(Interval { level, lower: self.quantile(tail)?, upper: self.quantile(1.0 - tail)? })
    }

    /// The median of each year.
    pub fn median(&self) -> Vec<f64> {
        self.steps.iter().map(|law| law.quantile(0.5)).collect()
    }

    /// The mean of each year.
    pub fn mean(&self) -> Vec<f64> {
        self.steps.iter().map(Predictive::mean).collect()
    }

    /// The variance of each year.
    pub fn variance(&self) -> Vec<f64> {
        self.steps.iter().map(Predictive::variance).collect()
    }

    /// Probability that the outcome of `year` is not above `x`.
    ///
    /// # Errors
    /// [`Error::YearNotForecast`]; [`Error::NotFinite`] for NaN.
    pub fn cdf(&self, year: i64, x: f64) -> Result<f64> {
        let law = self.at(year)?;
        Ok(law.cdf(self.number(year, x)?))
    }

    /// Probability that the count of `year` is exactly `k`.
    ///
    /// # Errors
    /// [`Error::YearNotForecast`]; [`Error::NotACount`] if the series does not count; [`Error::NotFinite`] for NaN.
    pub fn pmf(&self, year: i64, k: f64) -> Result<f64> {
        let law = self.at(year)?;
        match self.series.unit() {
            Unit::Count => Ok(law.pmf(self.number(year, k)?)),
            unit => Err(Error::NotACount { series: self.series.name().to_owned(), unit: unit.to_string() }),
        }
    }

    /// A value of which a probability is asked: NaN has none.
    fn number(&self, year: i64, value: f64) -> Result<f64> {
        if !value.is_nan() {
            return Ok(value);
        }
        let (series, year) = (self.series.name().to_owned(), Year::new(year)?.get());
        Err(Error::NotFinite { series, year, value: value.to_string() })
    }

    /// `draws` joint paths of the years; the same seed gives the same paths, and series of different names different ones.
    ///
    /// # Errors
    /// [`Error::BadDraws`] unless `draws` is 1 to 1,000,000.
    pub fn paths(&self, draws: i64, seed: u64) -> Result<Paths> {
        self.drawn_paths(draws, seed, Distribution::drawn)
    }

    /// The same paths before their counts are rounded, for what is to be moved next.
    pub(crate) fn paths_before_rounding(&self, draws: i64, seed: u64) -> Result<Paths> {
        self.drawn_paths(draws, seed, Distribution::drawn_smooth)
    }

    fn drawn_paths(&self, draws: i64, seed: u64, outcome: impl Fn(&Distribution, f64) -> f64) -> Result<Paths> {
        let rows = usize::try_from(draws).ok().filter(|_| (1..=MOST_DRAWS).contains(&draws));
        let rows = rows.ok_or(Error::BadDraws { draws })?;
        if let Some(sampled) = self.joint.sampled() {
            return Ok(sampled.paths(rows, seed));
        }
        let mut stream = Stream::new(seed, self.series.name());
        let h = self.years.len();
        let mut values = vec![0.0; rows * h];
        let mut shocks = Vec::new();
        let sampler = pool::Sampler::new(&self.joint);
        for path in values.chunks_exact_mut(h) {
            sampler.draw(&mut stream, &mut shocks, path);
            for (value, law) in path.iter_mut().zip(&self.steps) {
                *value = outcome(law, *value);
            }
        }
        Ok(Paths::new(h, values))
    }

    /// The law of the sum over all forecast years, from 10,000 paths with a fixed seed; its
    /// [`Empirical::standard_error`] is the Monte Carlo error of its mean.
    ///
    /// # Errors
    /// None for forecasts made by this crate.
    pub fn total(&self) -> Result<Empirical> {
        let paths = self.paths(TOTAL_DRAWS, TOTAL_SEED)?;
        Empirical::new(paths.rows().map(|path| path.iter().sum()).collect())
    }

    /// The plot-ready table with bands of these levels in percent.
    ///
    /// # Errors
    /// [`Error::BadLevel`].
    pub fn fan(&self, levels: &[f64]) -> Result<Fan> {
        let bands = levels
            .iter()
            .map(|&level| self.interval(level).map(|Interval { level, lower, upper }| Band { level, lower, upper }))
            .collect::<Result<Vec<_>>>()?;
        let name = self.series.name();
        Ok(Fan::new(name, self.series.unit(), self.years.clone(), self.median())
            .with_label(self.series.label())
            .with_model(self.model.as_str())
            .with_history(self.series.observations().map(|o| past(&o)).collect())
            .with_bands(bands)
            .with_notes(self.notes.iter().map(Note::to_string).collect()))
    }
}

/// A law moved; of a year under way so much was counted.
pub(crate) fn moved(law: Distribution, by: Move, counted: Option<f64>) -> Distribution {
    Distribution::Moved(Moved::by(law, by.shift(counted)))
}

/// Whether every path of a table is one that the series could take.
fn check_table(table: &Sampled, series: &Series, under_way: Option<&UnderWay>) -> Result<()> {
    let name = || series.name().to_owned();
    if series.unit() == Unit::Count {
        for row in table.rows() {
            if let Some((i, &value)) = row.iter().enumerate().find(|(_, v)| **v < 0.0 || v.fract() != 0.0) {
                let (series, year) = (name(), series.next_year()?.plus(i)?.get());
                let refused = Error::FractionalCount { series: series.clone(), year, value };
                return Err(if value < 0.0 { Error::NegativeCount { series, year, value } } else { refused });
            }
        }
    }
    if let Some(&UnderWay { year, counted, .. }) = under_way
        && let Some(&value) = table.rows().filter_map(<[f64]>::first).find(|value| **value < counted)
    {
        return Err(Error::CountedAlready { series: name(), year: year.get(), counted, value });
    }
    Ok(())
}

/// How an observed year is drawn.
fn past(observation: &Observation) -> Past {
    let Observation { year, value, coverage, .. } = *observation;
    let mark = match value {
        Value::Exact(counted) if coverage.is_partial() => Mark::Partial { counted, covered: coverage.to_string() },
        Value::Exact(y) => Mark::Full(y),
        Value::Censored { lower, upper } => Mark::Masked { lower, upper },
        Value::Missing => Mark::Missing,
    };
    Past { year, mark }
}

/// Half of what an interval of this level leaves outside.
fn tail_of(level: f64) -> Result<f64> {
    Ok((100.0 - checked_level(level)?) / 200.0)
}

/// The stored form, from which the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    series: Series,
    model: String,
    params: BTreeMap<String, f64>,
    joint: Joint,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    moves: Vec<Move>,
    notes: Vec<Note>,
    version: String,
}

impl TryFrom<Parts> for Forecast {
    type Error = Error;
    fn try_from(parts: Parts) -> Result<Self> {
        // why first: a law of years costs their square, and a file may name millions of them.
        Horizon::years(i64::try_from(parts.joint.years()).unwrap_or(i64::MAX))?;
        // why: every draw draws them all, and a row of a file may have millions.
        let unknown = parts.joint.unknown();
        if unknown > MOST_UNKNOWN {
            return Err(Error::bad_parameter(
                parts.model,
                "shared",
                format!("rows of {unknown} numbers"),
                format!("at most {MOST_UNKNOWN}, one for each year and each parameter"),
            ));
        }
        Self::assemble(parts)
    }
}

impl From<Forecast> for Parts {
    fn from(f: Forecast) -> Self {
        let Forecast { series, model, params, joint, moves, notes, version, .. } = f;
        Self { series, model, params, joint, moves, notes, version }
    }
}

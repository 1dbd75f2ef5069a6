//! A straight line with many drivers and few years: ridge regression and the elastic net.
//!
//! With the columns and the values divided by their standard deviations (`s`, around the mean, n below the sum) the
//! coefficients b of drivers and events minimise
//!
//! ```text
//! sum (y - a - c t - x b)^2 / (2 n) + penalty (l1_ratio sum |b| + (1 - l1_ratio) / 2 sum b^2)
//! ```
//!
//! while intercept and trend are free. Both are taken out of values and columns first (Frisch and Waugh), what is left is
//! solved by least squares (ridge) or a coefficient at a time. Without a penalty given, that of 25 from 0.0001 to 100 is taken whose fits to all years
//! but one miss the left-out years least in the mean square; of equals the largest. Standard errors and bands are those of
//! the normal prior that the penalty stands for at the estimate, coefficients of zero being known, with n - p degrees of
//! freedom as if nothing were shrunk: after a choice by the data they are too small rather than too large.
//!
//! References: Hoerl and Kennard (1970), *Technometrics* 12(1), 55-67; Zou and Hastie (2005), *JRSS B* 67(2), 301-320;
//! Friedman, Hastie and Tibshirani (2010), *Journal of Statistical Software* 33(1); Fan and Li (2001), *JASA* 96, 1348-1360
//! (the quadratic that stands for an absolute value).

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: as many rows as years and columns as coefficients")]

use serde::{Deserialize, Serialize};

use super::fitted::{FittedTrend, forecaster};
use super::ols::refused;
use super::projection::Projection;
use super::robust::{Estimate, Tests, finished};
use super::setup::{Setup, without};
use crate::design::{Column, Inputs};
use crate::error::{Error, Result};
use crate::model::{spread, with_settings};
use crate::numeric::least_squares::{LeastSquares, LeastSquaresError};
use crate::series::{Series, Training};

/// Columns without a penalty, in front: intercept and trend.
const FREE: usize = 2;
/// Penalties that are tried: 10^-4 to 10^2 in quarters of a power.
const TRIED: i32 = 25;
const SWEEPS: usize = 2000;

/// A straight line whose drivers share their effects: none is left out, all are drawn towards zero. Needs three observed
/// years, and one more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | penalty | by left-out years | from 0 | how much coefficients are drawn towards zero |
/// | projection | line | line, damped | how the line goes on |
///
/// ```
/// use unjuran::design::Inputs;
/// use unjuran::regression::RidgeTrend;
/// use unjuran::series::{Series, Unit, Year};
/// // x = 1, -1, -1, 1 has no trend and y = 2 x: with a penalty of 1 the coefficient is 2 / (1 + 1).
/// let cost = Series::new("cost", Year::new(2020)?, &[2.0, -2.0, -2.0, 2.0])?.with_unit(Unit::Amount)?;
/// let inputs = Inputs::new().driver("x", [(2020, 1.0), (2021, -1.0), (2022, -1.0), (2023, 1.0)]
///     .map(|(year, x)| (Year::new(year).unwrap(), x)))?;
/// let fitted = RidgeTrend::new().penalty(1.0)?.fit_with(&cost, &inputs)?;
/// assert!((fitted.regression().coefficients[2].estimate - 1.0).abs() < 1e-12);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RidgeSettings")]
pub struct RidgeTrend {
    penalty: Option<f64>,
    projection: Projection,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RidgeSettings {
    penalty: Option<f64>,
    projection: Projection,
}

impl TryFrom<RidgeSettings> for RidgeTrend {
    type Error = Error;
    fn try_from(RidgeSettings { penalty, projection }: RidgeSettings) -> Result<Self> {
        let model = Self::new().projection(projection);
        penalty.map_or(Ok(model), |penalty| model.penalty(penalty))
    }
}

/// A straight line that leaves drivers out: coefficients that say little are zero. Needs three observed years, and one more
/// for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | penalty | by left-out years | from 0 | how much coefficients are drawn towards zero |
/// | `l1_ratio` | 0.5 | 0 to 1 | the share of absolute values in the penalty: 0 is ridge, 1 the lasso |
/// | projection | line | line, damped | how the line goes on |
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "NetSettings")]
pub struct ElasticNetTrend {
    penalty: Option<f64>,
    l1_ratio: f64,
    projection: Projection,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetSettings {
    penalty: Option<f64>,
    l1_ratio: f64,
    projection: Projection,
}

impl TryFrom<NetSettings> for ElasticNetTrend {
    type Error = Error;
    fn try_from(NetSettings { penalty, l1_ratio, projection }: NetSettings) -> Result<Self> {
        let model = Self::new().l1_ratio(l1_ratio)?.projection(projection);
        penalty.map_or(Ok(model), |penalty| model.penalty(penalty))
    }
}

impl Default for ElasticNetTrend {
    fn default() -> Self {
        Self { penalty: None, l1_ratio: 0.5, projection: Projection::Line }
    }
}

impl RidgeTrend {
    /// The penalty chosen by left-out years.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this penalty.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is a finite number from 0.
    pub fn penalty(self, penalty: f64) -> Result<Self> {
        Ok(Self { penalty: Some(checked("RidgeTrend", penalty)?), ..self })
    }

    /// How the line goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let penalty = self.penalty.map(|p| p.to_string());
        with_settings("RidgeTrend", penalty.into_iter().chain(self.projection.setting(Projection::Line)))
    }

    /// Fits the line.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below three observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the line with drivers and events.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`]; [`Error::RankDeficient`] for a driver that never changes;
    /// [`Error::InputNotTaken`] for exposure and weights.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        fit(series, inputs, self.name(), (self.penalty, 0.0), self.projection)
    }
}

impl ElasticNetTrend {
    /// The penalty chosen by left-out years, half of it absolute values.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this penalty.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is a finite number from 0.
    pub fn penalty(self, penalty: f64) -> Result<Self> {
        Ok(Self { penalty: Some(checked("ElasticNetTrend", penalty)?), ..self })
    }

    /// With this share of absolute values in the penalty.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is 0 to 1.
    pub fn l1_ratio(self, l1_ratio: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&l1_ratio) {
            return Ok(Self { l1_ratio, ..self });
        }
        Err(bad("ElasticNetTrend", "l1_ratio", l1_ratio, "0 to 1"))
    }

    /// How the line goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let ratio = (self.l1_ratio.total_cmp(&0.5).is_ne()).then(|| format!("l1_ratio={}", self.l1_ratio));
        let settings = self.penalty.map(|p| p.to_string()).into_iter().chain(ratio);
        with_settings("ElasticNetTrend", settings.chain(self.projection.setting(Projection::Line)))
    }

    /// Fits the line.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below three observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the line with drivers and events.
    ///
    /// # Errors
    /// As [`RidgeTrend::fit_with`].
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        fit(series, inputs, self.name(), (self.penalty, self.l1_ratio), self.projection)
    }
}

forecaster!(RidgeTrend, ElasticNetTrend);

fn bad(model: &str, parameter: &str, value: f64, allowed: &str) -> Error {
    let (model, parameter, allowed) = (model.to_owned(), parameter.to_owned(), allowed.to_owned());
    Error::bad_parameter(model, parameter, value, allowed)
}

fn checked(model: &str, penalty: f64) -> Result<f64> {
    if penalty.is_finite() && penalty >= 0.0 {
        return Ok(penalty);
    }
    Err(bad(model, "penalty", penalty, "a finite number from 0"))
}

/// What the penalty leaves of a regression.
struct Shrunk {
    /// Of all columns as they are.
    coefficients: Vec<f64>,
    /// Of the standardised columns with a penalty.
    standard: Vec<f64>,
    /// Standard deviations of these.
    scales: Vec<f64>,
}

fn fit(
    series: &Series,
    inputs: &Inputs,
    name: String,
    (penalty, l1_ratio): (Option<f64>, f64),
    projection: Projection,
) -> Result<FittedTrend> {
    without(inputs, &name, &["exposure", "weights"])?;
    let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
    let setup = Setup::new(series, inputs, columns, (&name, 1))?;
    let (n, p) = (setup.y.len(), setup.columns());
    let in_words = |e| refused(&setup.training.name, &setup.design.names(), e);
    let chosen = match penalty {
        Some(penalty) => penalty,
        None if p == FREE => 0.0,
        None => by_left_out_years(&setup, l1_ratio),
    };
    let shrunk = shrink(&setup.rows, p, &setup.y, (chosen, l1_ratio)).map_err(in_words)?;
    let b = &shrunk.coefficients;
    let line = |row: &[f64]| row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>();
    let residuals: Vec<f64> = setup.rows.chunks_exact(p).zip(&setup.y).map(|(row, y)| y - line(row)).collect();

    // The columns that have an effect, and for each with a penalty a year of its own that speaks for zero.
    let active: Vec<usize> = (0..p).filter(|&j| j < FREE || shrunk.standard[j - FREE] != 0.0).collect();
    let mut rows: Vec<f64> = setup.rows.chunks_exact(p).flat_map(|row| active.iter().map(|&j| row[j])).collect();
    for &j in active.iter().filter(|j| **j >= FREE) {
        let (b, scale) = (shrunk.standard[j - FREE].abs(), shrunk.scales[j - FREE]);
        let strength = (n as f64 * chosen * (1.0 - l1_ratio + l1_ratio / b)).sqrt() * scale;
        rows.extend(active.iter().map(|&i| if i == j { strength } else { 0.0 }));
    }
    let q = active.len();
    let prior = LeastSquares::fit(&rows, q, &vec![0.0; rows.len() / q]).map_err(in_words)?;
    let known: f64 = prior.leverages()[..n].iter().sum();
    let sigma = (residuals.iter().map(|e| e * e).sum::<f64>() / (n as f64 - known)).sqrt();
    let spread = spread(&setup.training, sigma);
    let sigma = spread.sigma;
    let mut root = vec![0.0; p * p];
    for (row, &j) in prior.r_inverse().chunks_exact(q).zip(&active) {
        for (r, &i) in row.iter().zip(&active) {
            root[j * p + i] = r * sigma;
        }
    }
    let mut fitted = finished(
        setup,
        projection,
        name,
        Estimate { coefficients: shrunk.coefficients, root, residuals, spread, law: Tests::Student },
    )?;
    fitted.report.params.insert("penalty".to_owned(), chosen);
    Ok(fitted)
}

/// The penalty whose fits to all years but one miss the left-out years least.
fn by_left_out_years(setup: &Setup, l1_ratio: f64) -> f64 {
    let (n, p) = (setup.y.len(), setup.columns());
    let mut best = (f64::INFINITY, 0.0);
    // why from the largest down: of equals the larger stays.
    for step in (0..TRIED).rev() {
        let penalty = 10.0_f64.powf(-4.0 + 0.25 * f64::from(step));
        let mut sum = 0.0;
        for left in 0..n {
            let others = |i: &usize| *i != left;
            let rows: Vec<f64> =
                (0..n).filter(others).flat_map(|i| setup.rows[i * p..(i + 1) * p].iter().copied()).collect();
            let y: Vec<f64> = (0..n).filter(others).map(|i| setup.y[i]).collect();
            // A driver that only the left-out year sets apart has no effect in the others.
            let shrunk = shrink(&rows, p, &y, (penalty, l1_ratio));
            let Ok(Shrunk { coefficients, .. }) = shrunk else { continue };
            let row = &setup.rows[left * p..(left + 1) * p];
            sum += (setup.y[left] - row.iter().zip(&coefficients).map(|(x, b)| x * b).sum::<f64>()).powi(2);
        }
        if sum < best.0 {
            best = (sum, penalty);
        }
    }
    best.1
}

/// The coefficients under a penalty.
fn shrink(
    rows: &[f64],
    p: usize,
    y: &[f64],
    (penalty, l1_ratio): (f64, f64),
) -> std::result::Result<Shrunk, LeastSquaresError> {
    let n = y.len() as f64;
    let free: Vec<f64> = rows.chunks_exact(p).flat_map(|row| row[..FREE].iter().copied()).collect();
    let deviation = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / n;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    let size = Some(deviation(y)).filter(|s| *s > 0.0).unwrap_or(1.0);
    let left: Vec<f64> = LeastSquares::fit(&free, FREE, y)?.residuals().iter().map(|e| e / size).collect();
    let (mut columns, mut scales) = (Vec::new(), Vec::new());
    for j in FREE..p {
        let column: Vec<f64> = rows.chunks_exact(p).map(|row| row[j]).collect();
        let scale = deviation(&column);
        let largest = column.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        if scale <= 1e-12 * largest {
            return Err(LeastSquaresError::RankDeficient { columns: vec![j] });
        }
        columns
            .push(LeastSquares::fit(&free, FREE, &column)?.residuals().iter().map(|e| e / scale).collect::<Vec<_>>());
        scales.push(scale);
    }
    let standard =
        if l1_ratio > 0.0 { descended(&columns, left, (penalty, l1_ratio)) } else { ridge(&columns, &left, penalty)? };
    let effects: Vec<f64> = standard.iter().zip(&scales).map(|(b, s)| b * size / s).collect();
    let rest: Vec<f64> = rows
        .chunks_exact(p)
        .zip(y)
        .map(|(row, y)| y - row[FREE..].iter().zip(&effects).map(|(x, b)| x * b).sum::<f64>())
        .collect();
    let line = LeastSquares::fit(&free, FREE, &rest)?;
    Ok(Shrunk { coefficients: line.coefficients().iter().copied().chain(effects).collect(), standard, scales })
}

/// Ridge coefficients of standardised columns: least squares with a row for each that asks for zero.
fn ridge(columns: &[Vec<f64>], y: &[f64], penalty: f64) -> std::result::Result<Vec<f64>, LeastSquaresError> {
    let (q, strength) = (columns.len(), (y.len() as f64 * penalty).sqrt());
    if q == 0 {
        return Ok(Vec::new());
    }
    let mut rows: Vec<f64> = (0..y.len()).flat_map(|i| columns.iter().map(move |x| x[i])).collect();
    rows.extend((0..q * q).map(|k| if k / q == k % q { strength } else { 0.0 }));
    let y: Vec<f64> = y.iter().copied().chain(std::iter::repeat_n(0.0, q)).collect();
    let solved = LeastSquares::fit(&rows, q, &y).map_err(|e| match e {
        LeastSquaresError::RankDeficient { columns } => {
            LeastSquaresError::RankDeficient { columns: columns.into_iter().map(|j| j + FREE).collect() }
        }
        other => other,
    })?;
    Ok(solved.coefficients().to_vec())
}

/// Coefficients of standardised columns, one after the other until none moves. `left` is what is left of the values.
fn descended(columns: &[Vec<f64>], mut left: Vec<f64>, (penalty, l1_ratio): (f64, f64)) -> Vec<f64> {
    let n = left.len() as f64;
    let squares: Vec<f64> = columns.iter().map(|x| x.iter().map(|x| x * x).sum::<f64>() / n).collect();
    let mut standard = vec![0.0; columns.len()];
    for _ in 0..SWEEPS {
        let mut moved = 0.0_f64;
        for ((x, square), b) in columns.iter().zip(&squares).zip(&mut standard) {
            let pull = x.iter().zip(&left).map(|(x, e)| x * e).sum::<f64>() / n + square * *b;
            let weight = square + penalty * (1.0 - l1_ratio);
            let shrunk = pull.signum() * (pull.abs() - penalty * l1_ratio).max(0.0);
            // why: a driver that is a straight line itself has nothing left to say.
            let new = if *square > 1e-20 && weight > 0.0 { shrunk / weight } else { 0.0 };
            let step = new - *b;
            left.iter_mut().zip(x).for_each(|(e, x)| *e -= step * x);
            moved = moved.max(step.abs());
            *b = new;
        }
        if moved < 1e-13 {
            break;
        }
    }
    standard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checks::battery;
    use crate::series::{Note, Unit, Year};

    fn amounts(y: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), y).unwrap().with_unit(Unit::Amount).unwrap()
    }

    fn driver(inputs: Inputs, name: &str, x: &[f64]) -> Inputs {
        inputs.driver(name, (2000..).map(|y| Year::new(y).unwrap()).zip(x.iter().copied())).unwrap()
    }

    #[test]
    fn the_battery_passes() {
        for projection in [Projection::Line, Projection::Damped] {
            assert_eq!(battery(&RidgeTrend::new().projection(projection)), vec![]);
            assert_eq!(battery(&ElasticNetTrend::new().projection(projection)), vec![]);
        }
    }

    #[test]
    fn the_lasso_takes_its_penalty_off_a_coefficient_and_leaves_out_a_small_one() {
        // By hand: x has no trend, y = 2 x has standard deviation 2; the standardised coefficient 1 loses the penalty.
        let x = [1.0, -1.0, -1.0, 1.0];
        let inputs = driver(Inputs::new(), "x", &x);
        let effect = |penalty: f64| {
            let model = ElasticNetTrend::new().l1_ratio(1.0).unwrap().penalty(penalty).unwrap();
            model.fit_with(&amounts(&x.map(|x| 2.0 * x)), &inputs).unwrap().regression().coefficients[2].estimate
        };
        assert!((effect(0.25) - 1.5).abs() < 1e-12);
        assert_eq!(effect(1.5), 0.0);
    }

    #[test]
    fn without_a_penalty_it_is_least_squares_and_equal_drivers_share_under_one() {
        let x = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0];
        let y: Vec<f64> = x.iter().zip(0..).map(|(x, t)| 7.0 + f64::from(t) + 2.0 * x).collect();
        let one = driver(Inputs::new(), "x", &x);
        let plain = RidgeTrend::new().penalty(0.0).unwrap().fit_with(&amounts(&y), &one).unwrap();
        let [a, c, b] = plain.regression().coefficients.clone().try_into().unwrap();
        assert!((a.estimate - 6.0).abs() < 1e-9 && (c.estimate - 1.0).abs() < 1e-9 && (b.estimate - 2.0).abs() < 1e-9);
        // The same column twice has no least squares; ridge gives each half.
        let two = driver(one, "z", &x);
        let shared = RidgeTrend::new().fit_with(&amounts(&y), &two).unwrap();
        let [_, _, first, second] = shared.regression().coefficients.clone().try_into().unwrap();
        assert!((first.estimate - second.estimate).abs() < 1e-9 && (first.estimate - 1.0).abs() < 0.05, "{first:?}");
        assert_eq!(shared.report().notes[0], Note::ManyColumns { columns: 4, observed: 10 });
    }

    #[test]
    fn settings_out_of_range_and_constant_drivers_are_refused() {
        assert_eq!(RidgeTrend::new().penalty(-1.0).unwrap_err().kind(), "BadParameter");
        assert_eq!(ElasticNetTrend::new().l1_ratio(1.5).unwrap_err().kind(), "BadParameter");
        let constant = driver(Inputs::new(), "x", &[4.0; 6]);
        let refused = RidgeTrend::new().fit_with(&amounts(&[1.0, 2.0, 4.0, 3.0, 5.0, 4.0]), &constant).unwrap_err();
        assert_eq!(refused, Error::RankDeficient { series: "s".into(), columns: vec!["x".into()] });
    }
}

//! Lines that a few wild years cannot bend: medians of slopes, and M-estimation.
//!
//! ```text
//! Theil-Sen   b = median over pairs of (y_j - y_i) / (t_j - t_i)      a = median(y) - b median(t)
//! Siegel      b = median over i of the median over j                  a = median of y_i - b t_i
//! Huber       minimises sum rho(r_i / s), weights min(1, k / |u|), k = 1.345
//! bisquare    the same with weights (1 - (u / c)^2)^2 inside |u| < c = 4.685
//! ```
//!
//! Sen's interval for b takes the slopes of ranks (m -+ z sd S) / 2, S the statistic of [`super::mann_kendall`] with its ties.
//! M-estimates alternate weighted least squares with the scale s = median |r| / 0.6745, from least squares on. Their
//! covariance is `k^2 (sum psi^2 / (n - p)) / (mean psi')^2 (X'X)^-1 s^2` with Huber's correction
//! `k = 1 + p var(psi') / (n mean(psi')^2)`.
//!
//! The line is that of most years; the band is not: years to come may be as wild as those seen, so the spread around the
//! line is that of all residuals.
//!
//! References: Theil (1950); Sen (1968), *JASA* 63, 1379-1389; Siegel (1982), *Biometrika* 69(1), 242-244; Huber and
//! Ronchetti (2009), Robust Statistics, 2nd ed., chapters 6 and 7.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: as many rows as years and columns as coefficients")]

use serde::{Deserialize, Serialize};

use super::fitted::{FittedTrend, Law, forecaster, shocks};
use super::kendall::mann_kendall;
use super::ols::{coefficient, refused};
use super::projection::Projection;
use super::setup::{Setup, without};
use crate::design::{Column, Inputs};
use crate::dist::Link;
use crate::error::Result;
use crate::model::{FitReport, Regression, Spread, spread, with_settings};
use crate::numeric::least_squares::LeastSquares;
use crate::numeric::special::{StudentT, normal};
use crate::series::{Note, Series, Training};

/// Which median of slopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlopeMedian {
    /// Over all pairs; holds against 29% of wild years.
    #[default]
    TheilSen,
    /// Repeated medians; holds against half of the years.
    Siegel,
}

impl SlopeMedian {
    /// What a model's name says of it; nothing of the usual one.
    fn setting(self) -> Option<String> {
        match self {
            Self::TheilSen => None,
            Self::Siegel => Some("siegel".to_owned()),
        }
    }
}

/// The median of the slopes between years. Needs three observed years.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | method | Theil-Sen | Theil-Sen, Siegel | which median |
/// | projection | line | line, damped | how the line goes on |
///
/// ```
/// use unjuran::regression::TheilSenTrend;
/// use unjuran::series::{Series, Unit, Year};
/// // One wild year: the slopes of 1, 2, 3, 90, 5 have the median 1, and 90 moves nothing.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 2.0, 3.0, 90.0, 5.0])?.with_unit(Unit::Amount)?;
/// let fitted = TheilSenTrend::new().fit(&series)?;
/// assert_eq!(fitted.regression().coefficients[1].estimate, 1.0);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TheilSenTrend {
    method: SlopeMedian,
    projection: Projection,
}

/// How far a year may be off before it counts less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Beyond 1.345 scales the pull no longer grows.
    #[default]
    Huber,
    /// Beyond 4.685 scales there is none.
    Bisquare,
}

impl Loss {
    /// What a model's name says of it; nothing of the usual one.
    fn setting(self) -> Option<String> {
        match self {
            Self::Huber => None,
            Self::Bisquare => Some("bisquare".to_owned()),
        }
    }
}

/// A line by M-estimation: years far off count less. Needs four observed years, and one more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | loss | Huber | Huber, bisquare | how a far year counts |
/// | projection | line | line, damped | how the line goes on |
///
/// ```
/// use unjuran::regression::HuberTrend;
/// use unjuran::series::{Series, Unit, Year};
/// // An exact line but for one year: the line is found.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 2.0, 3.0, 4.0, 90.0, 6.0, 7.0])?.with_unit(Unit::Amount)?;
/// let fitted = HuberTrend::new().fit(&series)?;
/// assert!((fitted.regression().coefficients[1].estimate - 1.0).abs() < 1e-6);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HuberTrend {
    loss: Loss,
    projection: Projection,
}

impl TheilSenTrend {
    /// Theil-Sen, the line drawn on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which median.
    #[must_use]
    pub fn method(self, method: SlopeMedian) -> Self {
        Self { method, ..self }
    }

    /// How the line goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let settings = self.method.setting().into_iter().chain(self.projection.setting(Projection::Line));
        with_settings("TheilSenTrend", settings)
    }

    /// Fits the line.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::TooFewYears`] below three observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// The same; medians of slopes know one line and equal years only.
    ///
    /// # Errors
    /// Those of `fit`; [`crate::Error::InputNotTaken`] for drivers, events, exposure and weights.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        without(inputs, &name, &["exog", "events", "exposure", "weights"])?;
        let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
        let setup = Setup::new(series, inputs, columns, (&name, 1))?;
        let t: Vec<f64> = setup.years.iter().map(|&year| setup.design.t(year)).collect();
        let line = slope_median(&t, &setup.y, self.method);
        let n = t.len() as f64;
        let residuals: Vec<f64> = t.iter().zip(&setup.y).map(|(t, y)| y - line.intercept - line.slope * t).collect();
        let sigma = (residuals.iter().map(|e| e * e).sum::<f64>() / (n - 2.0)).sqrt();
        let spread = spread(&setup.training, sigma);
        let sigma = spread.sigma;
        let middle = t.iter().sum::<f64>() / n;
        let square: f64 = t.iter().map(|t| (t - middle).powi(2)).sum();
        // why not below that of least squares: few slopes have a narrow interval by chance.
        let slope_se = ((line.upper - line.lower) / (2.0 * normal::quantile(0.975))).max(sigma / square.sqrt());
        // The height at the middle of the years, and the slope, as independent as they are for least squares.
        let root = vec![sigma / n.sqrt(), -middle * slope_se, 0.0, slope_se];
        let coefficients = vec![line.intercept, line.slope];
        finished(setup, self.projection, name, Estimate { coefficients, root, residuals, spread, law: Tests::Normal })
    }
}

impl HuberTrend {
    /// Huber's loss, the line drawn on.
    pub fn new() -> Self {
        Self::default()
    }

    /// How a far year counts.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss, ..self }
    }

    /// How the line goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let settings = self.loss.setting().into_iter().chain(self.projection.setting(Projection::Line));
        with_settings("HuberTrend", settings)
    }

    /// Fits the line.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::TooFewYears`] below four observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the line with drivers and events.
    ///
    /// # Errors
    /// Those of `fit`; [`crate::Error::MissingDriver`], [`crate::Error::RankDeficient`], [`crate::Error::InputNotTaken`] for exposure and weights.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        without(inputs, &name, &["exposure", "weights"])?;
        let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
        let setup = Setup::new(series, inputs, columns, (&name, 2))?;
        let p = setup.columns();
        let m = m_estimate(&setup.rows, p, &setup.y, self.loss)
            .map_err(|e| refused(&setup.training.name, &setup.design.names(), e))?;
        let df = (setup.y.len() - p) as f64;
        let sigma = (m.residuals.iter().map(|e| e * e).sum::<f64>() / df).sqrt();
        let spread = spread(&setup.training, sigma);
        let MEstimate { coefficients, root, residuals, scale, .. } = m;
        let estimate = Estimate { coefficients, root, residuals, spread, law: Tests::Student };
        let mut fitted = finished(setup, self.projection, name, estimate)?;
        fitted.report.params.insert("scale".to_owned(), scale);
        Ok(fitted)
    }
}

forecaster!(TheilSenTrend, HuberTrend);

/// What a line that is not ordinary least squares has estimated.
pub(super) struct Estimate {
    pub(super) coefficients: Vec<f64>,
    /// A root of their covariance, row by row.
    pub(super) root: Vec<f64>,
    pub(super) residuals: Vec<f64>,
    pub(super) spread: Spread,
    pub(super) law: Tests,
}

/// The law of an estimate over its standard error.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tests {
    /// Student's t with n - p degrees of freedom: with eight years the normal law calls one noise in eight a trend.
    Student,
    /// Normal: the standard error was made so that the normal interval is the estimator's own.
    Normal,
}

/// The fitted trend from coefficients and a root of their covariance.
pub(super) fn finished(
    setup: Setup,
    projection: Projection,
    model: String,
    Estimate { coefficients, root, residuals, spread: Spread { sigma, note }, law }: Estimate,
) -> Result<FittedTrend> {
    let (n, p) = (setup.y.len(), setup.columns());
    let df = (n - p) as f64;
    let student = (law == Tests::Student).then(|| StudentT::new(df));
    let row = |j: usize| &root[j * p..(j + 1) * p];
    let names = setup.design.names();
    let named = |(j, b): (usize, &f64)| {
        coefficient(&names[j], *b, row(j).iter().fold(0.0_f64, |s, r| s.hypot(*r)), student.as_ref())
    };
    let regression = Regression {
        coefficients: coefficients.iter().enumerate().map(named).collect(),
        covariance: (0..p * p).map(|k| row(k / p).iter().zip(row(k % p)).map(|(a, b)| a * b).sum()).collect(),
        df: student.map(|_| df),
        rss: residuals.iter().map(|e| e * e).sum(),
        trend: Some(mann_kendall(&setup.y)),
        ..Regression::NOTHING
    };
    let training = &setup.training;
    let mut report = FitReport::new(training, model, sigma);
    report.params = regression.coefficients.iter().map(|c| (c.name.clone(), c.estimate)).collect();
    let mut each = residuals.iter();
    for (i, y) in training.y.iter().enumerate() {
        let year = training.first.plus(i)?;
        let line = |row: Vec<f64>| row.iter().zip(&coefficients).map(|(x, b)| x * b).sum();
        report.fitted.push(setup.design.row(&training.name, year).ok().map(line));
        report.residuals.push(y.and_then(|_| each.next().copied()));
    }
    report.notes.extend(setup.notes.iter().cloned());
    report.notes.extend(note);
    if projection == Projection::Line {
        report.notes.push(Note::LineDrawnOn);
    }
    report.regression = Some(Box::new(regression));
    let shock = match projection {
        Projection::Line => sigma,
        Projection::Damped => spread(training, shocks(&residuals, &setup.years, projection, df)).sigma,
    };
    let law = Law { weight: 1.0, coefficients, root, df: Some(df), sigma: shock, link: Link::Identity };
    let deviation = residuals.last().copied().unwrap_or(0.0);
    Ok(FittedTrend { setup, projection, basis: None, laws: vec![law], deviation, ols: None, report })
}

/// A line by medians, with Sen's 95% interval for its slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MedianLine {
    /// Change a step of t.
    pub slope: f64,
    /// Height at t = 0.
    pub intercept: f64,
    /// Lower bound of the slope.
    pub lower: f64,
    /// Upper bound of the slope.
    pub upper: f64,
}

/// The line by medians through points of different t; no slope without two of them.
///
/// ```
/// use unjuran::regression::{SlopeMedian, slope_median};
/// // Slopes of (1, 1), (2, 3), (3, 2): 2, 1/2, -1; the median is 1/2, and 2 = a + 2 / 2.
/// let line = slope_median(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0], SlopeMedian::TheilSen);
/// assert_eq!((line.slope, line.intercept), (0.5, 1.0));
/// ```
pub fn slope_median(t: &[f64], y: &[f64], method: SlopeMedian) -> MedianLine {
    let mut slopes = Vec::new();
    let mut repeated = Vec::new();
    for i in 0..t.len().min(y.len()) {
        let mut own = Vec::new();
        for j in 0..t.len().min(y.len()) {
            if t[j].total_cmp(&t[i]).is_ne() {
                let slope = (y[j] - y[i]) / (t[j] - t[i]);
                own.push(slope);
                if j > i {
                    slopes.push(slope);
                }
            }
        }
        repeated.push(median(&mut own));
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let (lower, upper) = sens_bounds(&slopes, y);
    let (slope, intercept) = match method {
        SlopeMedian::TheilSen => {
            let slope = median_of_sorted(&slopes);
            (slope, median(&mut y.to_vec()) - slope * median(&mut t.to_vec()))
        }
        SlopeMedian::Siegel => {
            let slope = median(&mut repeated);
            (slope, median(&mut t.iter().zip(y).map(|(t, y)| y - slope * t).collect::<Vec<_>>()))
        }
    };
    MedianLine { slope, intercept, lower, upper }
}

/// The slopes at the ranks that Sen's interval takes.
fn sens_bounds(slopes: &[f64], y: &[f64]) -> (f64, f64) {
    let (n, m) = (y.len() as f64, slopes.len() as f64);
    let mut sorted = y.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    #[expect(clippy::float_cmp, reason = "ties are equal numbers")]
    let ties: f64 = sorted
        .chunk_by(|a, b| a == b)
        .map(|group| {
            let g = group.len() as f64;
            g * (g - 1.0) * (2.0 * g + 5.0)
        })
        .sum();
    let deviation = ((n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0).max(0.0).sqrt();
    let half = normal::quantile(0.975) * deviation;
    let (last, low, high) = (m - 1.0, (0.5 * (m - half)).round_ties_even(), (0.5 * (m + half)).round_ties_even());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held inside the slopes")]
    let at = |rank: f64| slopes.get(rank.clamp(0.0, last.max(0.0)) as usize).copied().unwrap_or(0.0);
    (at(low - 1.0), at(high))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    median_of_sorted(values)
}

fn median_of_sorted(values: &[f64]) -> f64 {
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// An M-estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct MEstimate {
    /// Coefficients.
    pub coefficients: Vec<f64>,
    /// median |r| / 0.6745.
    pub scale: f64,
    /// What each row counts, 0 to 1.
    pub weights: Vec<f64>,
    /// Observed less fitted.
    pub residuals: Vec<f64>,
    /// A root of the covariance of the coefficients, row by row.
    pub root: Vec<f64>,
    /// Whether the steps came to rest. They may circle where half of the residuals are nearly zero.
    pub converged: bool,
}

/// The M-estimate of `y` on columns given row by row, from least squares on.
///
/// # Errors
/// Those of least squares: shapes, numbers, dependent columns.
pub fn m_estimate(
    rows: &[f64],
    columns: usize,
    y: &[f64],
    loss: Loss,
) -> std::result::Result<MEstimate, crate::numeric::least_squares::LeastSquaresError> {
    const STEPS: usize = 500;
    const TOLERANCE: f64 = 1e-13;
    let first = LeastSquares::fit(rows, columns, y)?;
    let (mut residuals, mut coefficients) = (first.residuals().to_vec(), first.coefficients().to_vec());
    let size = y.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let scale_of = |residuals: &[f64]| median(&mut residuals.iter().map(|r| r.abs()).collect::<Vec<_>>()) / 0.6745;
    let mut weights = vec![1.0; y.len()];
    let mut scale = scale_of(&residuals);
    let mut converged = false;
    for _ in 0..STEPS {
        // why: with half of the years on one line the scale is zero, and that line the answer.
        if scale <= 1e-13 * size {
            converged = true;
            break;
        }
        weights = residuals.iter().map(|r| weight(loss, r / scale)).collect();
        let Ok(step) = LeastSquares::weighted(rows, columns, y, &weights) else { break };
        let moved: f64 = step.residuals().iter().zip(&residuals).map(|(a, b)| (a - b).powi(2)).sum();
        let total: f64 = residuals.iter().map(|r| r * r).sum();
        residuals.copy_from_slice(step.residuals());
        coefficients.copy_from_slice(step.coefficients());
        scale = scale_of(&residuals);
        if moved.sqrt() <= TOLERANCE * total.sqrt() {
            converged = true;
            break;
        }
    }
    let (n, p) = (y.len() as f64, columns as f64);
    let (mut squares, mut slopes) = (0.0, Vec::with_capacity(y.len()));
    for r in &residuals {
        let u = if scale > 0.0 { r / scale } else { 0.0 };
        squares += (u * weight(loss, u)).powi(2);
        slopes.push(slope(loss, u));
    }
    let mean = slopes.iter().sum::<f64>() / n;
    let variance = slopes.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let correction = 1.0 + p * variance / (n * mean * mean);
    let spread = (squares / (n - p)).sqrt() * scale * correction / mean;
    let spread = if spread.is_finite() { spread } else { 0.0 };
    let root = first.r_inverse().iter().map(|r| r * spread).collect();
    Ok(MEstimate { coefficients, scale, weights, residuals, root, converged })
}

fn weight(loss: Loss, u: f64) -> f64 {
    match loss {
        Loss::Huber => (1.345 / u.abs()).min(1.0),
        Loss::Bisquare => (1.0 - (u / 4.685).powi(2)).max(0.0).powi(2),
    }
}

/// The derivative of u times its weight.
fn slope(loss: Loss, u: f64) -> f64 {
    match loss {
        Loss::Huber => f64::from(u8::from(u.abs() <= 1.345)),
        Loss::Bisquare => {
            let square = (u / 4.685).powi(2);
            if square <= 1.0 { (1.0 - square) * (1.0 - 5.0 * square) } else { 0.0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checks::battery;

    #[test]
    fn noise_is_called_a_trend_as_seldom_as_the_level_of_the_test_says() {
        let mut stream = crate::numeric::rng::Stream::new(7, "noise");
        let mut found = 0.0;
        for _ in 0..400 {
            let y: Vec<f64> = (0..8).map(|_| 50.0 + stream.normal()).collect();
            let start = crate::series::Year::new(2010).unwrap();
            let series = Series::new("noise", start, &y).unwrap();
            let fitted = HuberTrend::default().fit(&series).unwrap();
            found += f64::from(fitted.report().regression.as_ref().unwrap().coefficients[1].p < 0.05);
        }
        // 5% would be 20 of 400; normal tests find 50. What is above 5% is Huber's own: its errors assume many years.
        assert!((8.0..36.0).contains(&found), "{found} of 400");
    }

    #[test]
    fn the_battery_passes() {
        for projection in [Projection::Damped, Projection::Line] {
            assert_eq!(battery(&TheilSenTrend::new().projection(projection)), vec![]);
            assert_eq!(battery(&TheilSenTrend::new().method(SlopeMedian::Siegel).projection(projection)), vec![]);
            assert_eq!(battery(&HuberTrend::new().projection(projection)), vec![]);
            assert_eq!(battery(&HuberTrend::new().loss(Loss::Bisquare).projection(projection)), vec![]);
        }
    }
}

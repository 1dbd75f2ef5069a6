//! A straight line or a polynomial through the years, or a line through their logarithms.
//!
//! ```text
//! LinearTrend       y_t = a + b t + e_t            LogLinearTrend    ln y_t = a + b t + e_t       t = 1 in the first year
//! PolynomialTrend   y_t = a + b t + c t^2 + ... + e_t
//! ```
//!
//! Drivers and events are further columns. The years ahead follow the line itself, or level off ([`Projection`]). With n
//! observed years, p columns and sigma from [`Ols`] their joint law is a multivariate Student-t with n - p degrees of
//! freedom, `z = line + sigma (X_f R^-1 u + e)`: the errors u of the coefficients, shared by all years, and a shock e for
//! each. On the log scale the median is the exponential of the line; the mean exists only for the capped law (see
//! [`crate::dist`]). Missing years are rows that are not there.
//!
//! The likelihood of [`LogLinearTrend`] is that of the logarithms, as in R's `lm(log(y) ~ t)`: to compare it with a model
//! of the counts, subtract the sum of the logarithms.
//!
//! Reference: Seber and Lee (2003), Linear Regression Analysis, section 5.3 (prediction intervals), 7 (polynomials).

#![allow(clippy::indexing_slicing, reason = "as many rows as years and columns as coefficients")]

use serde::{Deserialize, Serialize};

use super::fitted::{FittedTrend, Law, forecaster, in_basis, is_power, percent_changes, shocks};
use super::ols::{Ols, Sample, coefficient};
use super::projection::Projection;
use super::setup::{Setup, without};
use crate::design::{Column, Inputs};
use crate::dist::Link;
use crate::error::{Error, Result};
use crate::model::{FitReport, Regression, Spread, spread, spread_of_logs, with_settings};
use crate::numeric::polynomial::{self, Orthogonal};
use crate::numeric::special::StudentT;
use crate::series::{Note, Series, Training};

/// Observed years that a line through logarithms needs beyond its columns: as many degrees of freedom its bands have.
///
/// The exponential of a Student-t has no mean. That of the capped law (see [`crate::dist`]) lies above the 95% band where
/// years scatter by 40%: in 57 of 60 simulated series of four years, by up to 4e21 times, in 24 of five years, in one of six
/// (three years ahead). Farther ahead, or where years scatter more, it may still.
pub(super) const SPARE_OF_LOGS: usize = 4;

/// So many more, or fewer, every year. Needs three observed years, and one more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | projection | line | line, damped | how the line goes on |
///
/// ```
/// use unjuran::regression::LinearTrend;
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// // The line through 1, 3, 2 is 1 + t/2, so 3 in the fourth year.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 3.0, 2.0])?.with_unit(Unit::Amount)?;
/// let fitted = LinearTrend::new().fit(&series)?;
/// assert!((fitted.regression().coefficients[1].estimate - 0.5).abs() < 1e-15);
/// assert!((fitted.forecast(Horizon::years(1)?)?.median()[0] - 3.0).abs() < 1e-12);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearTrend {
    projection: Projection,
}

/// So many per cent more, or fewer, every year. Needs six observed years, all above zero, and one more for each driver
/// or event. Exposure turns values into values per unit of exposure.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | projection | line | line, damped | how the line goes on |
///
/// ```
/// use unjuran::regression::LogLinearTrend;
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// // The line through the logarithms 0, 2, 1, 2, 1, 3 (base 2) rises by 13/35 a year around 1.5: to 1.5 + 3.5 * 13/35 in
/// // the seventh.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 4.0, 2.0, 4.0, 2.0, 8.0])?.with_unit(Unit::Amount)?;
/// let fitted = LogLinearTrend::new().fit(&series)?;
/// assert!((fitted.forecast(Horizon::years(1)?)?.median()[0] - 2.0_f64.powf(2.8)).abs() < 1e-12);
/// let change = fitted.report().annual_percent_change()?[0];
/// assert!((change.percent - 100.0 * (2.0_f64.powf(13.0 / 35.0) - 1.0)).abs() < 1e-10);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLinearTrend {
    projection: Projection,
}

/// A polynomial in the years, fitted in orthogonal polynomials and reported in powers of t. Needs two observed years more
/// than its degree, and one more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | degree | 2 | 1 to 10 | the highest power of t |
/// | projection | line | line, damped | how the curve goes on |
///
/// ```
/// use unjuran::regression::PolynomialTrend;
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// // 1, 4, 9, 16 are squares: the coefficients are 0, 0, 1, and 25 follows.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 4.0, 9.0, 16.0])?.with_unit(Unit::Amount)?;
/// let fitted = PolynomialTrend::new(2)?.fit(&series)?;
/// assert!((fitted.regression().coefficients[2].estimate - 1.0).abs() < 1e-13);
/// assert!((fitted.forecast(Horizon::years(1)?)?.median()[0] - 25.0).abs() < 1e-11);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings")]
pub struct PolynomialTrend {
    degree: u32,
    projection: Projection,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    degree: u32,
    projection: Projection,
}

impl TryFrom<Settings> for PolynomialTrend {
    type Error = Error;
    fn try_from(Settings { degree, projection }: Settings) -> Result<Self> {
        Ok(Self::new(degree)?.projection(projection))
    }
}

impl Default for PolynomialTrend {
    fn default() -> Self {
        Self { degree: 2, projection: Projection::Line }
    }
}

impl LinearTrend {
    /// The line drawn on as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the line goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        with_settings("LinearTrend", self.projection.setting(Projection::Line))
    }

    /// Fits the line.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below three observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the line with drivers, events and weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`], [`Error::RankDeficient`], and [`Error::InputNotTaken`] for exposure, in
    /// proportion to which a sum is not.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        without(inputs, &name, &["exposure"])?;
        let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
        gaussian(Setup::new(series, inputs, columns, (&name, 1))?, Link::Identity, self.projection, name)
    }
}

impl LogLinearTrend {
    /// The line drawn on as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the line goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        with_settings("LogLinearTrend", self.projection.setting(Projection::Line))
    }

    /// Fits the line to the logarithms.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below six observed years; [`Error::NotPositive`] for a value
    /// at or below zero.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the line with drivers, events, exposure and weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`], [`Error::RankDeficient`].
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
        gaussian(Setup::new(series, inputs, columns, (&name, SPARE_OF_LOGS))?, Link::Log, self.projection, name)
    }
}

impl PolynomialTrend {
    /// A polynomial of this degree.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless the degree is 1 to 10.
    pub fn new(degree: u32) -> Result<Self> {
        if (1..=10).contains(&degree) {
            return Ok(Self { degree, projection: Projection::Line });
        }
        Err(Error::bad_parameter("PolynomialTrend", "degree", degree, "1 to 10"))
    }

    /// How the curve goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let degree = (self.degree != 2).then(|| self.degree.to_string());
        with_settings("PolynomialTrend", degree.into_iter().chain(self.projection.setting(Projection::Line)))
    }

    /// Fits the polynomial.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below degree + 2 observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the polynomial with drivers, events and weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`], [`Error::RankDeficient`], [`Error::InputNotTaken`] for exposure.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        without(inputs, &name, &["exposure"])?;
        let powers = (2..=self.degree).map(Column::Power);
        let columns = |_: &Training| [Column::Intercept, Column::Trend].into_iter().chain(powers).collect();
        polynomial(Setup::new(series, inputs, columns, (&name, 1))?, self.projection, name)
    }
}

forecaster!(LinearTrend, LogLinearTrend, PolynomialTrend);

/// The response on the scale of a link, exposure taken out.
pub(super) fn response(setup: &Setup, link: Link, model: &str) -> Result<Vec<f64>> {
    if let (Link::Log, Some(at)) = (link, setup.y.iter().position(|&y| y <= 0.0)) {
        let (series, model) = (setup.training.name.clone(), model.to_owned());
        return Err(Error::NotPositive { series, model, year: setup.years[at].get(), value: setup.y[at] });
    }
    let offset = |i: usize| setup.offset.as_ref().map_or(0.0, |offset| offset[i]);
    Ok(setup.y.iter().enumerate().map(|(i, y)| link.apply(*y) - offset(i)).collect())
}

/// The trend by least squares on the setup's columns as they are.
pub(super) fn gaussian(setup: Setup, link: Link, projection: Projection, model: String) -> Result<FittedTrend> {
    let response = response(&setup, link, &model)?;
    let names = setup.design.names();
    let weights = setup.weights.as_deref();
    let sample = Sample { names: &names, rows: &setup.rows, y: &response, weights, intercept: true };
    let ols = Ols::with_placed(&setup.training.name, &sample, setup.placed)?;
    let mut regression =
        Regression { coefficients: ols.coefficients().to_vec(), covariance: ols.covariance(), ..of_ols(&ols) };
    if link == Link::Log {
        percent_changes(&mut regression, &stretches(&setup));
    }
    finished(setup, (link, projection, model), ols, regression, None)
}

/// The slope of each stretch between breaks, as a combination of the coefficients.
pub(super) fn stretches(setup: &Setup) -> Vec<(crate::series::Year, crate::series::Year, Vec<f64>)> {
    let columns = setup.design.columns();
    let unit = |wanted: &dyn Fn(&Column) -> bool| -> Vec<f64> {
        columns.iter().map(|column| f64::from(u8::from(wanted(column)))).collect()
    };
    let (first, last) = (setup.training.first, setup.last());
    let mut breaks: Vec<f64> =
        columns.iter().filter_map(|c| if let Column::Hinge(t) = c { Some(*t) } else { None }).collect();
    breaks.sort_unstable_by(f64::total_cmp);
    let year_at = |t: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among the years")]
        let steps = (t.floor() - 1.0).max(0.0) as usize;
        first.plus(steps).unwrap_or(last)
    };
    let mut edges = vec![(f64::NEG_INFINITY, first)];
    edges.extend(breaks.into_iter().map(|t| (t, year_at(t))));
    let ends: Vec<crate::series::Year> = edges.iter().skip(1).map(|e| e.1).chain([last]).collect();
    edges
        .iter()
        .zip(ends)
        .map(|(&(from, year), end)| {
            let on = |column: &Column| match column {
                Column::Trend => true,
                Column::Hinge(t) => *t <= from,
                _ => false,
            };
            (year, end, unit(&on))
        })
        .collect()
}

/// The numbers of a regression that an ordinary one knows.
pub(super) fn of_ols(ols: &Ols) -> Regression {
    Regression {
        df: Some(ols.df() as f64),
        rss: ols.rss(),
        r2: Some(ols.r2()),
        adjusted_r2: Some(ols.adjusted_r2()),
        cooks: ols.cooks(),
        ..Regression::NOTHING
    }
}

/// The trend in orthogonal polynomials, its coefficients carried to powers of t.
fn polynomial(setup: Setup, projection: Projection, model: String) -> Result<FittedTrend> {
    let t: Vec<f64> = setup.years.iter().map(|&year| setup.design.t(year)).collect();
    let ones = vec![1.0; t.len()];
    let weights = setup.weights.clone().unwrap_or(ones);
    let degree = setup.design.columns().iter().filter(|c| is_power(c)).count() - 1;
    let names = setup.design.names();
    let too_few = || Error::RankDeficient { series: setup.training.name.clone(), columns: names[1..=degree].to_vec() };
    let basis = Orthogonal::new(&t, &weights, degree).ok_or_else(too_few)?;
    let p = setup.columns();
    let rows: Vec<f64> =
        setup.rows.chunks_exact(p).zip(&t).flat_map(|(row, &t)| in_basis(&basis, &setup.design, row, t)).collect();
    let sample = Sample { names: &names, rows: &rows, y: &setup.y, weights: setup.weights.as_deref(), intercept: true };
    let ols = Ols::of(&setup.training.name, &sample)?;

    // Coefficients of the powers: those of the basis through its expansion, other columns as they are.
    let expansion = basis.to_powers();
    let entry = |i: usize, j: usize| match (i <= degree, j <= degree) {
        (true, true) => expansion[i * (degree + 1) + j],
        (false, false) if i == j => 1.0,
        _ => 0.0,
    };
    let inner = ols.covariance();
    let covariance: Vec<f64> = (0..p * p)
        .map(|k| {
            let (i, j) = (k / p, k % p);
            (0..p).map(|a| entry(i, a) * (0..p).map(|b| inner[a * p + b] * entry(j, b)).sum::<f64>()).sum()
        })
        .collect();
    let exact = (p == degree + 1).then(|| polynomial::fit(&t, &setup.y, &weights, degree)).flatten();
    let law = StudentT::new(ols.df() as f64);
    let coefficients = (0..p)
        .map(|i| {
            let expanded = || (0..p).map(|j| entry(i, j) * ols.coefficients()[j].estimate).sum();
            let estimate = exact.as_ref().map_or_else(expanded, |fit| fit.coefficients[i]);
            coefficient(&names[i], estimate, covariance[i * p + i].max(0.0).sqrt(), Some(&law))
        })
        .collect();
    let regression = Regression { coefficients, covariance, ..of_ols(&ols) };
    finished(setup, (Link::Identity, projection, model), ols, regression, Some(basis))
}

/// The fitted trend from its least squares.
fn finished(
    setup: Setup,
    (link, projection, model): (Link, Projection, String),
    ols: Ols,
    regression: Regression,
    basis: Option<Orthogonal>,
) -> Result<FittedTrend> {
    let training = &setup.training;
    let raised = |sigma: f64| match link {
        Link::Log => spread_of_logs(training, sigma),
        _ => spread(training, sigma),
    };
    let Spread { sigma, note } = raised(ols.sigma());
    let mut report = FitReport::new(training, model, sigma);
    report.params = regression.coefficients.iter().map(|c| (c.name.clone(), c.estimate)).collect();
    report.criteria = Some(ols.criteria(smallest_square(training, link)));
    let p = setup.columns();
    let mut residuals = ols.residuals().iter();
    for (i, y) in training.y.iter().enumerate() {
        let year = training.first.plus(i)?;
        report.residuals.push(y.and_then(|_| residuals.next().copied()));
        // why not an error: a driver that is unknown in a year without a number leaves the line unknown there.
        let Ok(row) = setup.design.row(&training.name, year) else {
            report.fitted.push(None);
            continue;
        };
        let row = basis.as_ref().map_or(row.clone(), |b| in_basis(b, &setup.design, &row, setup.design.t(year)));
        let offset = setup.design.offset(&training.name, year).ok().flatten().unwrap_or(0.0);
        report.fitted.push(Some(link.inverse(ols.line_at(&row)?.mean + offset)));
    }
    report.notes.extend(setup.notes.iter().cloned());
    report.notes.extend(note);
    if projection == Projection::Line {
        report.notes.push(Note::LineDrawnOn);
    }
    report.regression = Some(Box::new(regression));
    let df = ols.df() as f64;
    let shock = match projection {
        Projection::Line => sigma,
        Projection::Damped => raised(shocks(ols.residuals(), &setup.years, projection, df)).sigma,
    };
    let law = Law {
        weight: 1.0,
        coefficients: ols.coefficients().iter().map(|c| c.estimate).collect(),
        root: ols.solution.r_inverse().iter().map(|r| r * sigma).collect(),
        df: Some(df),
        sigma: shock,
        link,
    };
    debug_assert_eq!(law.coefficients.len(), p);
    let deviation = ols.residuals().last().copied().unwrap_or(0.0);
    Ok(FittedTrend { setup, projection, basis, laws: vec![law], deviation, ols: Some(ols), report })
}

/// A mean squared residual below which the likelihood would measure the rounding of the numbers, not the fit.
fn smallest_square(training: &Training, link: Link) -> f64 {
    let size = match link {
        Link::Log => training.y.iter().flatten().fold(0.0_f64, |m, y| m.max(*y)),
        _ => 1.0,
    };
    (1e-3 * training.resolution() / size).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::Predictive as _;
    use crate::forecast::Latent;
    use crate::model::checks::battery;
    use crate::series::{Coverage, Note, Unit};
    use crate::series::{Horizon, Year};

    fn amounts(values: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), values).unwrap().with_unit(Unit::Amount).unwrap()
    }

    fn years(h: i64) -> Horizon {
        Horizon::years(h).unwrap()
    }

    #[test]
    fn a_gap_is_a_row_that_is_not_there() {
        // By hand: the line through (1, 1), (2, 3), (4, 6) has slope 23/14, mean point (7/3, 10/3).
        let fitted = LinearTrend::new().fit(&amounts(&[1.0, 3.0, f64::NAN, 6.0])).unwrap();
        assert!((fitted.ols().unwrap().coefficients()[1].estimate - 23.0 / 14.0).abs() < 1e-14);
        let report = fitted.report();
        assert_eq!(report.residuals.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, true]);
        assert!((report.fitted[2].unwrap() - (10.0 / 3.0 + 23.0 / 14.0 * (3.0 - 7.0 / 3.0))).abs() < 1e-13);
        let median = fitted.forecast(years(1)).unwrap().median()[0];
        assert!((median - (10.0 / 3.0 + 23.0 / 14.0 * (5.0 - 7.0 / 3.0))).abs() < 1e-13);
    }

    #[test]
    fn the_line_of_a_partial_year_is_forecast_for_that_year() {
        let series = amounts(&[1.0, 3.0, 2.0]);
        let partial = series.clone().with_partial(Year::new(2003).unwrap(), 0.5, Coverage::Share(0.2)).unwrap();
        let (plain, held) = (LinearTrend::new().fit(&series).unwrap(), LinearTrend::new().fit(&partial).unwrap());
        assert_eq!(plain.ols(), held.ols());
        let (plain, held) = (plain.forecast(years(2)).unwrap(), held.forecast(years(2)).unwrap());
        assert_eq!(plain.years(), held.years());
        // the count so far says something of its year, and of the next one through the line
        assert!(held.steps()[0].quantile(0.001) >= 0.5 && plain.steps()[0].quantile(0.001) < 0.0);
        assert!(held.steps()[1] != plain.steps()[1]);
    }

    #[test]
    fn all_years_share_the_errors_of_the_line() {
        // By hand for y = 1, 3, 2 at t = 4 and 5: covariance sigma^2 x' (X'X)^-1 z = 3/2 * 10/3 = 5, variances
        // 3/2 (1 + 7/3) = 5 and 3/2 (1 + 29/6) = 35/4.
        let fitted = LinearTrend::new().fit(&amounts(&[1.0, 3.0, 2.0])).unwrap();
        let forecast = fitted.forecast(years(2)).unwrap();
        let stored = serde_json::to_value(&forecast).unwrap();
        let latent: Latent = serde_json::from_value(stored["joint"]["members"][0]["latent"].clone()).unwrap();
        let product = |i: usize, j: usize| {
            let lines: f64 = latent.shared.row(i).iter().zip(latent.shared.row(j)).map(|(a, b)| a * b).sum();
            lines + if i == j { latent.ripple[0].powi(2) } else { 0.0 }
        };
        assert!(latent.ripple[1].abs() < f64::MIN_POSITIVE);
        assert!((product(0, 0) - 5.0).abs() < 1e-13);
        assert!((product(1, 1) - 8.75).abs() < 1e-13);
        assert!((product(0, 1) - 5.0).abs() < 1e-13);
    }

    #[test]
    fn the_median_of_a_log_line_is_its_exponential_and_the_mean_lies_above() {
        let fitted = LogLinearTrend::new().fit(&amounts(&[1.0, 4.0, 2.0, 3.0, 5.0, 4.0, 6.0, 9.0])).unwrap();
        let [a, b] = fitted.ols().unwrap().coefficients() else { panic!("two coefficients") };
        let forecast = fitted.forecast(years(2)).unwrap();
        for (i, law) in forecast.steps().iter().enumerate() {
            let line = (a.estimate + b.estimate * (9.0 + i as f64)).exp();
            assert!((law.quantile(0.5) / line - 1.0).abs() < 1e-13);
            assert!(law.mean() > line && law.mean().is_finite());
        }
        assert!((fitted.report().fitted[0].unwrap() - (a.estimate + b.estimate).exp()).abs() < 1e-14);
    }

    #[test]
    fn the_mean_of_a_log_line_lies_inside_its_band_or_the_series_is_too_short() {
        for y in [&[10.0, 12.0, 11.0][..], &[8.0, 5.0, 9.0], &[8.0, 5.0, 9.0, 7.0], &[8.0, 5.0, 9.0, 7.0, 12.0]] {
            let refused = LogLinearTrend::new().fit(&amounts(y)).unwrap_err();
            assert!(matches!(refused, Error::TooFewYears { needed: 6, .. }), "{refused}");
        }
        for y in [[10.0, 12.0, 11.0, 15.0, 9.0, 14.0], [30.0, 22.0, 34.0, 27.0, 41.0, 36.0]] {
            for projection in [Projection::Line, Projection::Damped] {
                let fitted = LogLinearTrend::new().projection(projection).fit(&amounts(&y)).unwrap();
                for law in fitted.forecast(years(5)).unwrap().steps() {
                    assert!((law.quantile(0.5)..law.quantile(0.975)).contains(&law.mean()), "{y:?}: {}", law.mean());
                }
            }
        }
    }

    #[test]
    fn an_exact_line_has_a_band_and_says_so() {
        let counts = Series::new("s", Year::new(2000).unwrap(), &[10.0, 20.0, 30.0, 40.0]).unwrap();
        let doubling = amounts(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
        for fitted in [LinearTrend::new().fit(&counts).unwrap(), LogLinearTrend::new().fit(&doubling).unwrap()] {
            assert!(matches!(fitted.report().notes[..], [Note::ExactFit { .. }, Note::LineDrawnOn]));
            assert!(fitted.report().sigma > 0.001);
            assert!(fitted.report().criteria.unwrap().loglik.is_finite());
        }
    }

    #[test]
    fn too_few_years_and_zeros_under_the_logarithm_are_refused_by_name() {
        let refused = LinearTrend::new().fit(&amounts(&[1.0, 2.0])).unwrap_err();
        assert_eq!(refused.to_string(), "series \"s\": LinearTrend needs 3 observed full years, the series has 2");
        let refused = LogLinearTrend::new().fit(&amounts(&[1.0, 2.0, 0.0, 4.0, 5.0, 6.0])).unwrap_err();
        let expected = "series \"s\", 2002: 0 has no logarithm: LogLinearTrend needs every value above 0";
        assert_eq!(refused.to_string(), expected);
    }

    #[test]
    fn the_battery_passes() {
        assert_eq!(battery(&LinearTrend::new()), vec![]);
        assert_eq!(battery(&LogLinearTrend::new()), vec![]);
        assert_eq!(battery(&PolynomialTrend::default()), vec![]);
        assert_eq!(battery(&LinearTrend::new().projection(Projection::Damped)), vec![]);
        assert_eq!(battery(&LogLinearTrend::new().projection(Projection::Damped)), vec![]);
        assert_eq!(battery(&PolynomialTrend::default().projection(Projection::Damped)), vec![]);
    }
}

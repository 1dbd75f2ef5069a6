//! Counts that rise or fall by so many per cent a year: Poisson, quasi-Poisson and negative binomial regression.
//!
//! ```text
//! E y_t = exposure_t exp(a + b t + drivers and events)       t = 1 in the first year
//! var y_t = mean                       Poisson, PoissonTrend
//!         = phi mean                   quasi-Poisson, Dispersion::Estimate: phi = Pearson's chi^2 / (n - p)
//!         = mean + mean^2 / theta      negative binomial (NB2), theta by maximum likelihood with the coefficients
//! ```
//!
//! Fitted by [`crate::numeric::count_regression`]; standard errors from the expected information, times sqrt(phi) for
//! quasi-Poisson. Tests are normal, and Student-t with n - p degrees of freedom where phi is estimated, as in R.
//!
//! The laws of the years ahead are those of [`super::count_laws`].
//!
//! Where a column singles out the years with counts from those without (nothing but zeros among them), no maximum exists: a
//! penalised fit is used and a note says so. Under-dispersed counts end at Poisson, with a note.
//!
//! References: McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed.; Hilbe (2011), Negative Binomial Regression,
//! 2nd ed.; Firth (1993), *Biometrika* 80(1), 27-38.

#![allow(clippy::indexing_slicing, reason = "as many rows as years and columns as coefficients")]

use serde::{Deserialize, Serialize};

use super::count_laws::{Family, YearsAhead};
use super::fitted::{FittedTrend, forecaster, percent_changes};
use super::ols::{coefficient, refused};
use super::projection::Projection;
use super::setup::Setup;
use super::trend::stretches;
use crate::design::{Column, Inputs};
use crate::error::{Error, Result};
use crate::model::{Criteria, FitReport, Regression, with_settings};
use crate::numeric::count_regression::{CountFit, CountRegression};
use crate::numeric::special::StudentT;
use crate::series::{Note, Series, Training, Unit};

/// What the variance of a Poisson trend is multiplied by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dispersion {
    /// 1: counts scatter as chance alone has it.
    #[default]
    Poisson,
    /// What the data say (quasi-Poisson).
    Estimate,
}

impl Dispersion {
    /// What a model's name says of it; nothing of the usual one.
    fn setting(self) -> Option<String> {
        match self {
            Self::Poisson => None,
            Self::Estimate => Some("quasi".to_owned()),
        }
    }
}

/// Counts that change by so many per cent a year and scatter as chance alone has it. Needs three observed years, and one
/// more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | dispersion | Poisson | Poisson, Estimate | what the variance is multiplied by |
/// | projection | damped | line, damped | how the trend goes on |
///
/// ```
/// use unjuran::regression::PoissonTrend;
/// use unjuran::series::{Series, Year};
/// // 3, 6, 12, 24 double every year.
/// let fitted = PoissonTrend::new().fit(&Series::new("cases", Year::new(2020)?, &[3.0, 6.0, 12.0, 24.0])?)?;
/// assert!((fitted.regression().coefficients[1].estimate - 2.0_f64.ln()).abs() < 1e-12);
/// assert!((fitted.report().annual_percent_change()?[0].percent - 100.0).abs() < 1e-9);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoissonTrend {
    dispersion: Dispersion,
    projection: Projection,
}

/// Counts that change by so many per cent a year and scatter more than chance alone has it. Needs four observed years, and
/// one more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | projection | damped | line, damped | how the trend goes on |
///
/// ```
/// use unjuran::regression::NegativeBinomialTrend;
/// use unjuran::series::{Series, Year};
/// let cases = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0];
/// let fitted = NegativeBinomialTrend::new().fit(&Series::new("cases", Year::new(2015)?, &cases)?)?;
/// assert!((fitted.regression().theta().unwrap() - 7.7013).abs() < 1e-4); // R: MASS::glm.nb
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeBinomialTrend {
    projection: Projection,
}

impl Default for PoissonTrend {
    fn default() -> Self {
        Self { dispersion: Dispersion::Poisson, projection: Projection::Damped }
    }
}

impl Default for NegativeBinomialTrend {
    fn default() -> Self {
        Self { projection: Projection::Damped }
    }
}

impl PoissonTrend {
    /// Poisson, damped.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the variance is multiplied by.
    #[must_use]
    pub fn dispersion(self, dispersion: Dispersion) -> Self {
        Self { dispersion, ..self }
    }

    /// How the trend goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let settings = self.dispersion.setting().into_iter().chain(self.projection.setting(Projection::Damped));
        with_settings("PoissonTrend", settings)
    }

    /// Fits the trend.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below three observed years; [`Error::CountsOnly`] for amounts and
    /// rates; [`Error::Overflow`] where the counts are too far apart to compute with.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the trend with drivers, events, exposure and weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`], [`Error::RankDeficient`].
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let family = match self.dispersion {
            Dispersion::Poisson => Family::Poisson,
            Dispersion::Estimate => Family::Quasi,
        };
        let name = self.name();
        let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
        fitted(Setup::new(series, inputs, columns, (&name, 1))?, family, self.projection, name)
    }
}

impl NegativeBinomialTrend {
    /// Damped.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the trend goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        with_settings("NegativeBinomialTrend", self.projection.setting(Projection::Damped))
    }

    /// Fits the trend.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below four observed years; [`Error::CountsOnly`] for amounts and
    /// rates; [`Error::Overflow`] where the counts are too far apart to compute with.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the trend with drivers, events, exposure and weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`], [`Error::RankDeficient`].
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        let columns = |_: &Training| vec![Column::Intercept, Column::Trend];
        fitted(Setup::new(series, inputs, columns, (&name, 2))?, Family::NegativeBinomial, self.projection, name)
    }
}

forecaster!(PoissonTrend, NegativeBinomialTrend);

/// A quasi-Poisson dispersion that calls for a word.
const OVERDISPERSED: f64 = 2.0;

/// The likelihood's side of a setup.
pub(super) fn problem(setup: &Setup, model: &str) -> Result<CountRegression> {
    let (training, n) = (&setup.training, setup.y.len());
    if training.unit != Unit::Count {
        let (series, model, unit) = (training.name.clone(), model.to_owned(), training.unit.to_string());
        return Err(Error::CountsOnly { series, model, unit });
    }
    let ones = || vec![1.0; n];
    let weights = setup.weights.clone().unwrap_or_else(ones);
    let offset = setup.offset.clone().unwrap_or_else(|| vec![0.0; n]);
    CountRegression::new(&setup.rows, setup.columns(), &setup.y, &weights, &offset)
        .map_err(|e| refused(&training.name, &setup.design.names(), e))
}

/// The trend of counts on the setup's columns.
pub(super) fn fitted(setup: Setup, family: Family, projection: Projection, model: String) -> Result<FittedTrend> {
    let problem = problem(&setup, &model)?;
    let training = &setup.training;
    let overflow = || Error::Overflow { series: training.name.clone(), model: model.clone() };
    let p = setup.columns();
    let separated = problem.is_separated();
    let fit = match family {
        _ if separated => problem.penalised(),
        Family::NegativeBinomial => problem.overall_maximum(),
        Family::Poisson | Family::Quasi => problem.maximum(0.0, None),
    };
    let fit = fit.ok_or_else(overflow)?;
    let df = setup.df();
    let pearson = problem.pearson(&fit);
    let phi = if family == Family::Quasi { pearson / df } else { 1.0 };
    let root: Vec<f64> = problem.root(&fit).iter().map(|r| r * phi.sqrt()).collect();
    let names = setup.design.names();
    let law = (family == Family::Quasi).then(|| StudentT::new(df));
    let row = |j: usize| &root[j * p..(j + 1) * p];
    let coefficients = problem
        .coefficients(&fit)
        .iter()
        .enumerate()
        .map(|(j, &b)| coefficient(&names[j], b, row(j).iter().fold(0.0_f64, |s, r| s.hypot(*r)), law.as_ref()))
        .collect();
    let covariance = (0..p * p).map(|k| row(k / p).iter().zip(row(k % p)).map(|(a, b)| a * b).sum()).collect();
    let mut regression = Regression {
        coefficients,
        covariance,
        df: law.map(|_| df),
        rss: setup.y.iter().zip(&fit.mean).map(|(y, m)| (y - m).powi(2)).sum(),
        deviance: Some(problem.deviance(&fit)),
        pearson: Some(pearson),
        dispersion: Some(phi),
        ..Regression::NOTHING
    };
    if family == Family::NegativeBinomial {
        regression.overdispersion = Some(fit.alpha);
        regression.theta_se = (fit.alpha > 0.0).then(|| problem.theta_se(&fit)).filter(|se| se.is_finite());
    }
    percent_changes(&mut regression, &stretches(&setup));
    let report = report(&setup, (family, projection, model), &fit, regression, separated)?;
    let ahead = YearsAhead::new(&setup, projection, (&problem, &fit, &root));
    let (laws, deviation) = (ahead.laws(family), ahead.deviation());
    Ok(FittedTrend { setup, projection, basis: None, laws, deviation, ols: None, report })
}

fn report(
    setup: &Setup,
    (family, projection, model): (Family, Projection, String),
    fit: &CountFit,
    regression: Regression,
    separated: bool,
) -> Result<FitReport> {
    let training = &setup.training;
    let (n, p) = (setup.y.len(), setup.columns());
    let sigma = (regression.rss / setup.df()).sqrt();
    let mut report = FitReport::new(training, model, sigma.max(f64::MIN_POSITIVE));
    report.params = regression.coefficients.iter().map(|c| (c.name.clone(), c.estimate)).collect();
    if let Some(theta) = regression.theta().filter(|theta| theta.is_finite()) {
        report.params.insert("theta".to_owned(), theta);
    }
    if family != Family::Quasi {
        let estimated = p + setup.placed + usize::from(family == Family::NegativeBinomial);
        report.criteria = Some(Criteria::new(fit.loglik, estimated, n));
    }
    let mut observed = fit.mean.iter().zip(&setup.y);
    for (i, y) in training.y.iter().enumerate() {
        if let (Some(_), Some((mean, y))) = (y, if y.is_some() { observed.next() } else { None }) {
            report.fitted.push(Some(*mean));
            report.residuals.push(Some(y - mean));
            continue;
        }
        let year = training.first.plus(i)?;
        let row = setup.design.row(&training.name, year).ok();
        let line =
            |row: Vec<f64>| -> f64 { row.iter().zip(&regression.coefficients).map(|(x, c)| x * c.estimate).sum() };
        let offset = setup.design.offset(&training.name, year).ok().map(Option::unwrap_or_default);
        report.fitted.push(row.zip(offset).map(|(row, offset)| (line(row) + offset).exp()));
        report.residuals.push(None);
    }
    report.notes.extend(setup.notes.iter().cloned());
    if separated {
        report.notes.push(Note::Separated);
    } else if family == Family::NegativeBinomial && fit.alpha == 0.0 {
        report.notes.push(Note::NoOverdispersion);
    }
    let ratio = regression.pearson.unwrap_or(0.0) / setup.df();
    if family == Family::Poisson && ratio > OVERDISPERSED {
        report.notes.push(Note::Overdispersed { ratio });
    }
    if projection == Projection::Line {
        report.notes.push(Note::LineDrawnOn);
    }
    report.regression = Some(Box::new(regression));
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::Predictive as _;
    use crate::model::checks::battery;
    use crate::numeric::rng::Stream;
    use crate::series::{Horizon, Year};

    fn counts(y: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), y).unwrap()
    }

    #[test]
    fn the_battery_passes() {
        for projection in [Projection::Damped, Projection::Line] {
            assert_eq!(battery(&NegativeBinomialTrend::new().projection(projection)), vec![]);
            assert_eq!(battery(&PoissonTrend::new().projection(projection)), vec![]);
            let quasi = PoissonTrend::new().dispersion(Dispersion::Estimate).projection(projection);
            assert_eq!(battery(&quasi), vec![]);
        }
    }

    #[test]
    fn what_the_likelihood_cannot_answer_is_said() {
        let notes = |y: &[f64]| NegativeBinomialTrend::new().fit(&counts(y)).unwrap().report().notes.clone();
        assert_eq!(notes(&[9.0, 0.0, 0.0, 0.0, 0.0, 0.0]), [Note::Separated]);
        assert_eq!(notes(&[10.0, 12.0, 11.0, 13.0, 12.0, 14.0]), [Note::NoOverdispersion]);
        let wild = PoissonTrend::new().fit(&counts(&[10.0, 90.0, 4.0, 70.0, 20.0])).unwrap();
        assert!(matches!(wild.report().notes[..], [Note::Overdispersed { ratio }] if ratio > 10.0));
    }

    #[test]
    fn counts_of_every_size_are_projected() {
        // why the tiny ones: three years with one degree of freedom had laws without a finite expectation.
        for scale in [1.0, 30.0, 7e4, 8e4, 2e5, 5e5, 1e6, 1e9] {
            for shares in [&[1.0, 1.2, 0.9, 1.4, 1.3][..], &[1.1, 1.0, 0.9, 1.05], &[34.0, 32.0, 29.0]] {
                let y: Vec<f64> = shares.iter().map(|share| f64::round(scale * share)).collect();
                let five = Horizon::years(5).unwrap();
                let poisson = PoissonTrend::new().fit(&counts(&y)).unwrap().forecast(five).unwrap();
                assert!(poisson.median().iter().all(|m| m.is_finite()));
                if y.len() > 3 {
                    let fitted = NegativeBinomialTrend::new().fit(&counts(&y)).unwrap();
                    assert!(fitted.forecast(five).unwrap().median().iter().all(|m| m.is_finite()));
                }
            }
        }
    }

    #[test]
    fn any_series_of_counts_is_projected() {
        let mut stream = Stream::new(5, "counts");
        for i in 0..250 {
            let n = 4 + i % 12;
            let (level, growth) = (10.0_f64.powf(7.0 * stream.uniform() - 0.5), 0.3 * stream.normal());
            let size = 10.0_f64.powf(3.0 * stream.uniform() - 0.5);
            let y: Vec<f64> =
                (0..n).map(|t| stream.negative_binomial(level * (growth * f64::from(t)).exp(), size)).collect();
            let five = Horizon::years(5).unwrap();
            let poisson = PoissonTrend::new().fit(&counts(&y)).and_then(|fitted| fitted.forecast(five));
            let wide = NegativeBinomialTrend::new().fit(&counts(&y)).and_then(|fitted| fitted.forecast(five));
            assert!(poisson.is_ok() && wide.is_ok(), "{y:?}: {:?} {:?}", poisson.err(), wide.err());
        }
    }

    #[test]
    fn a_series_without_a_maximum_is_not_projected_to_the_end_of_numbers() {
        // why: dispersions used to be fitted anew without the penalty, and half of all years ahead were 4e15.
        for y in [&[0.0; 6][..], &[9.0, 0.0, 0.0, 0.0, 0.0, 0.0], &[0.0; 12]] {
            let fitted = NegativeBinomialTrend::new().projection(Projection::Line).fit(&counts(y)).unwrap();
            let upper = fitted.forecast(Horizon::years(1).unwrap()).unwrap().steps()[0].quantile(0.75);
            assert!(upper < 100.0, "{y:?}: {upper}");
        }
        let late = NegativeBinomialTrend::new().projection(Projection::Line).fit(&counts(&[0.0, 0.0, 0.0, 0.0, 7.0]));
        assert!(late.unwrap().forecast(Horizon::years(1).unwrap()).is_ok());
    }

    #[test]
    fn exposure_is_what_the_counts_are_in_proportion_to() {
        // Counts in proportion to the exposure: no trend is left, and twice the exposure ahead doubles the forecast.
        let year = |y| Year::new(y).unwrap();
        let exposure = |values: &[f64]| Inputs::new().exposure((2000..).map(year).zip(values.iter().copied())).unwrap();
        let inputs = exposure(&[100.0, 200.0, 400.0, 800.0, 1000.0, 2000.0]);
        let fitted = NegativeBinomialTrend::new().fit_with(&counts(&[10.0, 20.0, 40.0, 80.0, 100.0]), &inputs).unwrap();
        assert!(fitted.regression().coefficients[1].estimate.abs() < 1e-12);
        let median = fitted.forecast(Horizon::years(1).unwrap()).unwrap().median()[0];
        assert!((190.0..=201.0).contains(&median), "{median}");
        let refused = fitted.forecast(Horizon::years(2).unwrap()).unwrap_err();
        assert_eq!(refused, Error::MissingDriver { series: "s".into(), column: "exposure".into(), year: 2006 });
    }

    #[test]
    fn amounts_are_refused() {
        let amounts = counts(&[1.5, 2.5, 3.0, 4.0]);
        assert_eq!(NegativeBinomialTrend::new().fit(&amounts).unwrap_err().kind(), "CountsOnly");
    }
}

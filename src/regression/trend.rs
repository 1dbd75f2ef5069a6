//! A straight line through the years, or through their logarithms.
//!
//! ```text
//! LinearTrend      y_t = a + b t + e_t        LogLinearTrend      ln y_t = a + b t + e_t        t = 1 in the first year
//! ```
//!
//! The years ahead follow the line itself. With n observed years and sigma from [`Ols`] their joint law is a
//! multivariate Student-t with n - 2 degrees of freedom, `z = line + sigma (X_f R^-1 u + e)`: the errors u of the
//! coefficients, shared by all years, and a shock e for each. On the log scale the median is the exponential of the line; the
//! mean exists only for the capped law (see [`crate::dist`]). Missing years are rows that are not there.
//!
//! The likelihood of [`LogLinearTrend`] is that of the logarithms, as in R's `lm(log(y) ~ t)`: to compare it with a model
//! of the counts, subtract the sum of the logarithms.
//!
//! Reference: Seber and Lee (2003), Linear Regression Analysis, section 5.3 (prediction intervals).

use crate::design::Design;
use crate::dist::Link;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Latent};
use crate::model::{FitReport, Fitted, Forecaster, Spread, spread, spread_of_logs};
use crate::regression::Ols;
use crate::series::{Horizon, Series, Training, Year};

/// Years that a line and its band need.
const NEEDED: usize = 3;

/// So many more, or fewer, every year. Needs three observed years.
///
/// ```
/// use unjuran::regression::LinearTrend;
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// // The line through 1, 3, 2 is 1 + t/2, so 3 in the fourth year.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 3.0, 2.0])?.with_unit(Unit::Amount)?;
/// let fitted = LinearTrend.fit(&series)?;
/// assert!((fitted.ols().coefficients()[1].estimate - 0.5).abs() < 1e-15);
/// assert!((fitted.forecast(Horizon::years(1)?)?.median()[0] - 3.0).abs() < 1e-12);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinearTrend;

/// So many per cent more, or fewer, every year. Needs three observed years, all above zero.
///
/// ```
/// use unjuran::regression::LogLinearTrend;
/// use unjuran::series::{Horizon, Series, Unit, Year};
/// // The line through the logarithms 0, 2, 1, 3 (base 2) rises by 0.8 a year around 1.5, so to 3.5 in the fifth year.
/// let series = Series::new("cost", Year::new(2020)?, &[1.0, 4.0, 2.0, 8.0])?.with_unit(Unit::Amount)?;
/// let fitted = LogLinearTrend.fit(&series)?;
/// assert!((fitted.forecast(Horizon::years(1)?)?.median()[0] - 2.0_f64.powf(3.5)).abs() < 1e-12);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogLinearTrend;

impl LinearTrend {
    const NAME: &str = "LinearTrend";

    /// Fits the line.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below three observed years.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        FittedTrend::new(series, Link::Identity, Self::NAME)
    }
}

impl LogLinearTrend {
    const NAME: &str = "LogLinearTrend";

    /// Fits the line to the logarithms.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below three observed years; [`Error::NotPositive`] for a value
    /// at or below zero.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        FittedTrend::new(series, Link::Log, Self::NAME)
    }
}

/// A trend that has seen its data.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedTrend {
    series: Series,
    training: Training,
    design: Design,
    link: Link,
    ols: Ols,
    report: FitReport,
}

impl FittedTrend {
    fn new(series: &Series, link: Link, model: &str) -> Result<Self> {
        let training = Training::new(series)?;
        training.need(NEEDED, model)?;
        let (years, values): (Vec<Year>, Vec<f64>) = training.points().unzip();
        if let (Link::Log, Some(at)) = (link, values.iter().position(|&y| y <= 0.0)) {
            let (series, model) = (training.name, model.to_owned());
            return Err(Error::NotPositive { series, model, year: years[at].get(), value: values[at] });
        }
        let design = Design::trend(training.first);
        let response: Vec<f64> = values.into_iter().map(|y| link.apply(y)).collect();
        let ols = Ols::fit(&training.name, &design.names(), &design.rows(years), &response, true)?;

        let Spread { sigma, note } = match link {
            Link::Log => spread_of_logs(&training, ols.sigma()),
            _ => spread(&training, ols.sigma()),
        };
        let mut report = FitReport::new(&training, model.to_owned(), sigma);
        report.params = ols.coefficients().iter().map(|c| (c.name.clone(), c.estimate)).collect();
        report.criteria = Some(ols.criteria(smallest_square(&training, link)));
        let mut residuals = ols.residuals().iter();
        for (i, y) in training.y.iter().enumerate() {
            let line = ols.line_at(&design.row(training.first.plus(i)?))?;
            report.fitted.push(Some(link.inverse(line.mean)));
            report.residuals.push(y.and_then(|_| residuals.next().copied()));
        }
        report.notes.extend(note);
        Ok(Self { series: series.clone(), training, design, link, ols, report })
    }

    /// The regression behind the trend: of the values on t, or of their logarithms.
    pub fn ols(&self) -> &Ols {
        &self.ols
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with: the logarithms of three scattered years, one
    /// degree of freedom, may well have a band that no number can hold.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let (h, sigma) = (horizon.get(), self.report.sigma);
        let (mut location, mut shared) = (Vec::with_capacity(h), Vec::<Vec<f64>>::with_capacity(h));
        for i in 0..h {
            let line = self.ols.line_at(&self.design.row(self.training.next.plus(i)?))?;
            shared.push(line.root.iter().map(|r| sigma * r).collect());
            location.push(line.mean);
        }
        let ripple = (0..h).map(|years_later| if years_later == 0 { sigma } else { 0.0 }).collect();
        let df = Some(self.ols.df() as f64);
        self.report.project(
            &self.series,
            &self.training,
            Latent { location, shared: shared.into(), ripple, df, link: self.link }.into(),
        )
    }
}

/// A mean squared residual below which the likelihood would measure the rounding of the numbers, not the fit.
fn smallest_square(training: &Training, link: Link) -> f64 {
    let size = match link {
        Link::Log => training.y.iter().flatten().fold(0.0_f64, |m, y| m.max(*y)),
        _ => 1.0,
    };
    (1e-3 * training.resolution() / size).powi(2)
}

impl Fitted for FittedTrend {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}

impl Forecaster for LinearTrend {
    fn name(&self) -> String {
        Self::NAME.to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

impl Forecaster for LogLinearTrend {
    fn name(&self) -> String {
        Self::NAME.to_owned()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::Predictive as _;
    use crate::model::checks::battery;
    use crate::series::{Coverage, Note, Unit};

    fn amounts(values: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), values).unwrap().with_unit(Unit::Amount).unwrap()
    }

    fn years(h: i64) -> Horizon {
        Horizon::years(h).unwrap()
    }

    #[test]
    fn a_gap_is_a_row_that_is_not_there() {
        // By hand: the line through (1, 1), (2, 3), (4, 6) has slope 23/14, mean point (7/3, 10/3).
        let fitted = LinearTrend.fit(&amounts(&[1.0, 3.0, f64::NAN, 6.0])).unwrap();
        assert!((fitted.ols().coefficients()[1].estimate - 23.0 / 14.0).abs() < 1e-14);
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
        let (plain, held) = (LinearTrend.fit(&series).unwrap(), LinearTrend.fit(&partial).unwrap());
        assert_eq!(plain.ols(), held.ols());
        let (plain, held) = (plain.forecast(years(2)).unwrap(), held.forecast(years(2)).unwrap());
        assert_eq!(plain.years(), held.years());
        assert_eq!(plain.steps()[1], held.steps()[1]);
    }

    #[test]
    fn all_years_share_the_errors_of_the_line() {
        // By hand for y = 1, 3, 2 at t = 4 and 5: covariance sigma^2 x' (X'X)^-1 z = 3/2 * 10/3 = 5, variances
        // 3/2 (1 + 7/3) = 5 and 3/2 (1 + 29/6) = 35/4.
        let fitted = LinearTrend.fit(&amounts(&[1.0, 3.0, 2.0])).unwrap();
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
        let fitted = LogLinearTrend.fit(&amounts(&[1.0, 4.0, 2.0, 3.0, 5.0, 4.0, 6.0, 9.0])).unwrap();
        let [a, b] = fitted.ols().coefficients() else { panic!("two coefficients") };
        let forecast = fitted.forecast(years(2)).unwrap();
        for (i, law) in forecast.steps().iter().enumerate() {
            let line = (a.estimate + b.estimate * (9.0 + i as f64)).exp();
            assert!((law.quantile(0.5) / line - 1.0).abs() < 1e-13);
            assert!(law.mean() > line && law.mean().is_finite());
        }
        assert!((fitted.report().fitted[0].unwrap() - (a.estimate + b.estimate).exp()).abs() < 1e-14);
    }

    #[test]
    fn an_exact_line_has_a_band_and_says_so() {
        let counts = Series::new("s", Year::new(2000).unwrap(), &[10.0, 20.0, 30.0, 40.0]).unwrap();
        let doubling = amounts(&[1.0, 2.0, 4.0, 8.0]);
        for fitted in [LinearTrend.fit(&counts).unwrap(), LogLinearTrend.fit(&doubling).unwrap()] {
            assert!(matches!(fitted.report().notes[..], [Note::ExactFit { .. }]));
            assert!(fitted.report().sigma > 0.001);
            assert!(fitted.report().criteria.unwrap().loglik.is_finite());
        }
    }

    #[test]
    fn too_few_years_and_zeros_under_the_logarithm_are_refused_by_name() {
        let refused = LinearTrend.fit(&amounts(&[1.0, 2.0])).unwrap_err();
        assert_eq!(refused.to_string(), "series \"s\": LinearTrend needs 3 observed full years, the series has 2");
        let refused = LogLinearTrend.fit(&amounts(&[1.0, 2.0, 0.0])).unwrap_err();
        let expected = "series \"s\", 2002: 0 has no logarithm: LogLinearTrend needs every value above 0";
        assert_eq!(refused.to_string(), expected);
    }

    #[test]
    fn the_battery_passes() {
        assert_eq!(battery(&LinearTrend), vec![]);
        assert_eq!(battery(&LogLinearTrend), vec![]);
    }
}

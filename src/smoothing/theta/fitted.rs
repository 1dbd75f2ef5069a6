//! The Theta method after the series.

#![allow(clippy::indexing_slicing, reason = "an array of three parameters, and one number a year")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ThetaVariant;
use super::lines::{Line, Lines, Point};
use super::posterior::{Component, Shocks, components};
use crate::dist::Support;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint, Latent};
use crate::model::{FitReport, Fitted, Spread, spread};
use crate::numeric::precision::Precision;
use crate::series::{Horizon, Note, Series, Training, Unit};
use crate::smoothing::recursion::{Doubt, Smoothing, State};
use crate::smoothing::variance::{ahead, steadied};
use crate::smoothing::{Bands, Ets};

/// Prior variance of alpha and of the weight of the line: that of a uniform law on 0..1.
pub(super) const UNIFORM: f64 = 1.0 / 12.0;

/// The Theta method after it has seen its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedTheta {
    series: Series,
    training: Training,
    bands: Bands,
    fit: Fit,
    /// Innovations less estimated numbers.
    df: usize,
    report: FitReport,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Fit {
    Standard(Standard),
    Lines { variant: ThetaVariant, point: Point, slope_se: f64 },
}

/// Level by simple smoothing, and half the slope of the line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Standard {
    alpha: f64,
    start: f64,
    level: f64,
    drift: f64,
    doubt: Doubt,
}

/// The stored form: what was estimated, and the series, from which the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    series: Series,
    bands: Bands,
    fit: Fit,
    df: usize,
    report: FitReport,
}

impl TryFrom<Stored> for FittedTheta {
    type Error = String;
    fn try_from(Stored { series, bands, fit, df, report }: Stored) -> std::result::Result<Self, String> {
        let training = Training::new(&series).map_err(|e| e.to_string())?;
        let (variant, alpha) = match fit {
            Fit::Standard(Standard { alpha, .. }) => (ThetaVariant::Standard, alpha),
            Fit::Lines { variant, point, .. } => (variant, point.alpha),
        };
        training.need(variant.needed(), variant.model()).map_err(|e| e.to_string())?;
        report.check(&training)?;
        if !(alpha > 0.0 && alpha <= 1.0) {
            return Err(format!("alpha = {alpha}: above 0 and at most 1 is allowed"));
        }
        if !(1..=training.y.len()).contains(&df) {
            return Err(format!("df = {df}: 1 to the number of years is allowed"));
        }
        Ok(Self { series, training, bands, fit, df, report })
    }
}

impl From<FittedTheta> for Stored {
    fn from(FittedTheta { series, bands, fit, df, report, .. }: FittedTheta) -> Self {
        Self { series, bands, fit, df, report }
    }
}

impl FittedTheta {
    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.series
    }

    pub(super) fn new(variant: ThetaVariant, bands: Bands, series: &Series) -> Result<Self> {
        let training = Training::new(series)?;
        training.need(variant.needed(), variant.model())?;
        let overflow = || Error::Overflow { series: series.name().to_owned(), model: variant.model().to_owned() };
        let (fit, mut report, df) = match variant {
            ThetaVariant::Standard => standard(series, &training)?,
            _ => with_lines(variant, &training),
        };
        variant.model().clone_into(&mut report.model);
        if !report.sigma.is_finite() || !report.params.values().all(|p| p.is_finite()) {
            return Err(overflow());
        }
        report.notes.dedup();
        Ok(Self { series: series.clone(), training, bands, fit, df, report })
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let h = horizon.get();
        let joint = match self.fit {
            Fit::Standard(fit) => self.standard(fit, h).into(),
            Fit::Lines { variant, point, slope_se } => {
                let lines = Lines::new(&self.training.y, variant);
                let exact = self.report.notes.iter().any(|note| matches!(note, Note::ExactFit { .. }));
                if self.bands == Bands::Textbook || exact {
                    let shocks = Shocks::Even(self.report.sigma);
                    let component = Component { weight: 1.0, point, shocks };
                    self.component(&lines, &component, slope_se, h).into()
                } else {
                    let components = components(&lines, self.df).into_iter();
                    let law = |c: Component| (c.weight, self.component(&lines, &c, slope_se, h));
                    Joint::mixture(components.map(law).collect(), Support::Real)
                }
            }
        };
        self.report.project(&self.series, &self.training, joint)
    }

    /// The law of the standard variant.
    fn standard(&self, Standard { alpha, start, level, drift, doubt }: Standard, h: usize) -> Latent {
        let (y, sigma) = (&self.training.y, self.report.sigma);
        let smoothing = Smoothing { alpha, beta: 0.0, phi: 0.0 };
        let mut latent = ahead(&smoothing, State { level, slope: 0.0 }, doubt, sigma, h);
        let n = i32::try_from(y.len()).unwrap_or(i32::MAX);
        let first = (1.0 - (1.0 - alpha).powi(n)) / alpha;
        for (i, z) in latent.location.iter_mut().enumerate() {
            *z += drift * (i as f64 + first);
        }
        let (at, steps) = ([alpha, start, drift], [1e-5, 1e-3 * sigma, 1e-3 * sigma]);
        let unknown = || columns(&at, &steps, &[1.0 / UNIFORM, 0.0, 0.0], sigma, |p| drifting(y, p, h));
        self.widened(latent, unknown)
    }

    /// The law of one of the other variants with alpha, and the kind of shocks, taken as known.
    fn component(&self, lines: &Lines<'_>, component: &Component, slope_se: f64, h: usize) -> Latent {
        let point = component.point;
        let unknown = || {
            // Where shocks are in proportion, the size of a middling one.
            let counted = lines.run(&point).counted;
            let sigma = component.shocks.size(counted.iter().sum::<f64>() / counted.len().max(1) as f64);
            let mut at = vec![point.level, point.weight];
            let mut steps = vec![1e-3 * sigma, 1e-3];
            let mut prior = vec![0.0, 1.0 / UNIFORM];
            if !lines.dynamic && slope_se > 0.0 {
                at.push(0.0);
                steps.push(1e-3 * slope_se);
                prior.push(slope_se.powi(-2));
            }
            let mut rows = columns(&at, &steps, &prior, sigma, |p| {
                let tilt = p.get(2).copied().unwrap_or(0.0);
                let point = Point { level: p[0], weight: p[1], tilt, ..point };
                let run = lines.run(&point);
                let path = lines.path(&point, &run, &vec![0.0; h], 0.0);
                (run.e, path)
            });
            if lines.dynamic {
                // The line of the last year is an estimate of the drift with the error of a random walk's. A forecast that
                // takes the share w of it is a posterior mean, and w times its variance the posterior variance.
                let drift = point.weight.sqrt() * slope_error(sigma, lines.y.len());
                rows.iter_mut().zip(1..).for_each(|(row, years)| row.push(drift * f64::from(years)));
            }
            rows
        };
        let mut latent = shocked(lines, &point, component.shocks, h);
        if self.training.unit == Unit::Count {
            steadied(&mut latent);
        }
        self.widened(latent, unknown)
    }

    /// The law with what is unknown of the parameters, unless they are taken as known.
    fn widened(&self, mut latent: Latent, unknown: impl Fn() -> Vec<Vec<f64>>) -> Latent {
        if self.bands == Bands::Full {
            latent.shared = latent.shared.extended(unknown());
            latent.df = Some(self.df as f64);
        }
        latent
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }
}

/// Level by simple exponential smoothing, drift half the slope of the line.
fn standard(series: &Series, training: &Training) -> Result<(Fit, FitReport, usize)> {
    let level = Ets::params().fit(series)?;
    let mut report = level.report().clone();
    let given = |name: &str| report.params.get(name).copied().unwrap_or(f64::NAN);
    let drift = 0.5 * Line::of(&training.y).slope();
    let fit = Standard { alpha: given("alpha"), start: given("l0"), level: level.level(), drift, doubt: level.doubt() };
    report.params.insert("drift".to_owned(), drift);
    report.params.insert("theta".to_owned(), 2.0);
    report.criteria = None;
    Ok((Fit::Standard(fit), report, training.observed().saturating_sub(3).max(1)))
}

fn with_lines(variant: ThetaVariant, training: &Training) -> (Fit, FitReport, usize) {
    let lines = Lines::new(&training.y, variant);
    let point = lines.estimate();
    let run = lines.run(&point);
    let df = run.e.len().saturating_sub(3).max(1);
    let sse: f64 = run.e.iter().map(|e| e * e).sum();
    let Spread { sigma, note } = spread(training, (sse / df as f64).sqrt());
    let mut report = FitReport::new(training, variant.model().to_owned(), sigma);
    report.params = BTreeMap::from([
        ("alpha".to_owned(), point.alpha),
        ("l0".to_owned(), point.level),
        ("theta".to_owned(), 1.0 / (1.0 - point.weight)),
    ]);
    // The first level of the dynamic variant explains the first year whatever it is: it has no fitted value.
    let explained = |i: usize| lines.dynamic && training.y.iter().take(i).all(Option::is_none);
    report.fitted = run.expected.into_iter().enumerate().map(|(i, mu)| (!explained(i)).then_some(mu)).collect();
    report.residuals = training.y.iter().zip(&report.fitted).map(|(y, mu)| Some((*y)? - (*mu)?)).collect();
    report.notes.extend(note);
    let slope_se = slope_error(sigma, training.y.len());
    (Fit::Lines { variant, point, slope_se }, report, df)
}

/// The standard error of a random walk's drift: sigma / sqrt(years between first and last).
fn slope_error(sigma: f64, years: usize) -> f64 {
    sigma / (years.max(2) as f64 - 1.0).sqrt()
}

/// The years ahead with what the shocks do to them. The line of the dynamic variant turns with every year, so that a shock
/// of a later year works on otherwise than one of an earlier: each has a column of its own.
fn shocked(lines: &Lines<'_>, point: &Point, shocks: Shocks, h: usize) -> Latent {
    let run = lines.run(point);
    let still = vec![0.0; h];
    let location = lines.path(point, &run, &still, 0.0);
    let mut shared = vec![Vec::with_capacity(h + 1); h];
    // The years ahead are linear in a shock: what one of this size does, and a column of another size.
    let unit = location.iter().fold(f64::MIN_POSITIVE, |most, mu| most.max(shocks.size(*mu)));
    let add = |shared: &mut Vec<Vec<f64>>, path: Vec<f64>, size: f64| {
        for ((row, z), still) in shared.iter_mut().zip(path).zip(&location) {
            row.push((z - still) / unit * size);
        }
    };
    let unseen = run.doubt.root().0.0;
    if unseen > 0.0 {
        add(&mut shared, lines.path(point, &run, &still, unit), shocks.size(location[0]) * unseen);
    }
    for j in 0..h {
        let mut shock = still.clone();
        shock[j] = unit;
        let path = lines.path(point, &run, &shock, 0.0);
        // What is expected of that year is known up to the shocks before it.
        let expected = shared[j].iter().fold(location[j], |norm: f64, r: &f64| norm.hypot(*r));
        add(&mut shared, path, shocks.size(expected));
    }
    Latent::new(location, shared, vec![0.0; h])
}

/// Simple smoothing with drift: its standardised innovations, and the years ahead.
fn drifting(y: &[Option<f64>], p: &[f64], h: usize) -> (Vec<f64>, Vec<f64>) {
    let smoothing = Smoothing { alpha: p[0], beta: 0.0, phi: 1.0 };
    let (mut state, mut doubt) = (State { level: p[1], slope: p[2] }, Doubt::default());
    let mut e = Vec::with_capacity(y.len());
    for seen in y {
        let gain = smoothing.gain(doubt);
        let innovation = seen.map_or(0.0, |y| y - smoothing.expected(state));
        if seen.is_some() {
            e.push(innovation / gain.variance.sqrt());
        }
        state = smoothing.advanced(state, gain, innovation);
        doubt = if seen.is_some() { gain.seen() } else { gain.missed() };
    }
    (e, (1..=h).map(|i| state.level + i as f64 * state.slope).collect())
}

/// sigma times the rows of the years ahead that have the covariance of the parameters for inner products; derivatives by
/// central differences.
fn columns(
    at: &[f64],
    steps: &[f64],
    prior: &[f64],
    sigma: f64,
    model: impl Fn(&[f64]) -> (Vec<f64>, Vec<f64>),
) -> Vec<Vec<f64>> {
    let mut by_residual = Vec::with_capacity(at.len());
    let mut by_year = Vec::with_capacity(at.len());
    for (k, step) in steps.iter().enumerate() {
        let moved = |by: f64| {
            let mut p = at.to_vec();
            p[k] += by;
            model(&p)
        };
        let ((e_up, f_up), (e_down, f_down)) = (moved(*step), moved(-step));
        let slope = |up: Vec<f64>, down: Vec<f64>, unit: f64| -> Vec<f64> {
            up.iter().zip(down).map(|(u, d)| (u - d) / (2.0 * step * unit)).collect()
        };
        by_residual.push(slope(e_up, e_down, sigma));
        by_year.push(slope(f_up, f_down, 1.0));
    }
    let precision = Precision::new(&by_residual, prior);
    let h = by_year.first().map_or(0, Vec::len);
    (0..h).map(|i| precision.root_row(&by_year.iter().map(|column| column[i]).collect::<Vec<_>>())).collect()
}

impl Fitted for FittedTheta {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checks::battery;
    use crate::series::{Unit, Year};
    use crate::smoothing::Theta;

    #[test]
    fn the_battery_passes() {
        for variant in ThetaVariant::ALL {
            assert_eq!(battery(&Theta::variant(variant)), vec![], "{variant}");
            assert_eq!(battery(&Theta::variant(variant).with_bands(Bands::Textbook)), vec![], "{variant}");
        }
    }

    #[test]
    fn a_band_holds_its_own_mean_and_widens() {
        let y = [12.0, 15.0, 11.0, 18.0, 22.0, 19.0, 25.0, 24.0, 30.0, 28.0];
        let series = Series::new("s", Year::new(2010).unwrap(), &y).unwrap().with_unit(Unit::Amount).unwrap();
        for variant in ThetaVariant::ALL {
            for n in variant.needed()..=10 {
                let part = Series::new("s", Year::new(2010).unwrap(), &y[..n]).unwrap();
                let part = part.with_unit(Unit::Amount).unwrap();
                let f = Theta::variant(variant).fit(&part).unwrap().forecast(Horizon::years(5).unwrap()).unwrap();
                let band = f.interval(80.0).unwrap();
                for i in 0..5 {
                    assert!(band.lower[i] < f.mean()[i] && f.mean()[i] < band.upper[i], "{variant} {n}");
                }
                assert!(band.upper[4] - band.lower[4] > band.upper[0] - band.lower[0]);
            }
            let full = Theta::variant(variant);
            let width = |model: Theta| {
                let band = model.fit(&series).unwrap().forecast(Horizon::years(5).unwrap()).unwrap();
                let band = band.interval(95.0).unwrap();
                band.upper[4] - band.lower[4]
            };
            assert!(width(full) > width(full.with_bands(Bands::Textbook)));
        }
    }

    #[test]
    fn a_first_case_after_years_of_none_is_forecast() {
        for y in [
            &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0][..],
            &[0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
            &[1.0, -2.0, 2.0, -2.0, 1.0, 0.0],
        ] {
            for variant in ThetaVariant::ALL {
                let series = Series::new("s", Year::new(2010).unwrap(), y).unwrap().with_unit(Unit::Amount).unwrap();
                let forecast =
                    Theta::variant(variant).fit(&series).unwrap().forecast(Horizon::years(3).unwrap()).unwrap();
                let band = forecast.interval(80.0).unwrap();
                assert!(band.upper.iter().zip(&band.lower).all(|(u, l)| u > l), "{variant}: {band:?}");
            }
        }
    }

    #[test]
    fn the_first_level_of_the_dynamic_variant_explains_the_first_year_and_is_no_fitted_value() {
        let y = [300.0, 520.0, 505.0, 540.0, 530.0, 560.0, 545.0, 580.0];
        let series = Series::new("s", Year::new(2010).unwrap(), &y).unwrap();
        let fitted = Theta::variant(ThetaVariant::Dynamic).fit(&series).unwrap();
        let report = fitted.report();
        assert_eq!((report.fitted[0], report.residuals[0]), (None, None));
        assert!(report.fitted[1..].iter().chain(&report.residuals[1..]).all(Option::is_some));
    }

    #[test]
    fn a_missing_year_is_filled_by_the_state_not_by_a_line() {
        let y = [12.0, 15.0, 11.0, f64::NAN, 22.0, 19.0, 25.0, 24.0, 30.0];
        let series = Series::new("s", Year::new(2010).unwrap(), &y).unwrap().with_unit(Unit::Amount).unwrap();
        for variant in ThetaVariant::ALL {
            let fitted = Theta::variant(variant).fit(&series).unwrap();
            assert_eq!(fitted.report().residuals[3], None);
            assert!(fitted.report().fitted[3].is_some());
        }
    }
}

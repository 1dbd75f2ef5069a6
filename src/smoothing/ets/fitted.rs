//! An exponential smoothing model that has seen its data.

#![allow(clippy::indexing_slicing, reason = "as many coordinates as the class has")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::class::Class;
use super::estimate::{Aim, COORDINATES, Problem};
use super::likelihood::{Filter, Params, Reader, Summing, loglik, run};
use super::{Ets, EtsParams, Trend, ahead};
use crate::dist::Support;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint, Latent};
use crate::model::{Criteria, FitReport, Fitted, Spread, spread, spread_of_logs};
use crate::series::{Horizon, Note, Series, Training, Unit};
use crate::smoothing::Bands;
use crate::smoothing::recursion::Doubt;
use crate::smoothing::variance::steadied;

/// A fitted ETS model: parameters, states, residuals, and the years that follow.
///
/// `sigma^2 = SSE / (n - k)` for k smoothing parameters and starting states (the fixed ones counted, since fixed values come
/// from an earlier fit as a rule). With [`Bands::Textbook`] the law ahead is normal and the parameters are taken as known.
/// With [`Bands::Full`] it is Student's with n - k degrees of freedom, and parameters and starting states have the
/// covariance `sigma^2 (J'J)^-1`, J the derivatives of the standardised innovations, with the prior variance of a uniform
/// law for the smoothing parameters, so that an optimum on the edge of their range does not make them known. A fit that an
/// automatic choice made with its prior of the smoothing parameters has the variance of that prior instead.
///
/// Stored, it is its settings, its parameters and its series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedEts {
    pub(super) series: Series,
    pub(super) training: Training,
    pub(super) model: Ets,
    pub(super) at: [f64; COORDINATES],
    pub(super) end: Filter<f64>,
    /// Level and slope before the first year and at the end of each.
    pub(super) states: Vec<State>,
    pub(super) df: usize,
    /// Whether the parameters have the largest posterior under the prior of [`super::estimate::RATE`], not the largest likelihood.
    pub(super) penalised: bool,
    pub(super) report: FitReport,
    /// Other classes that the data leave possible, with their weights; its own weight is what is left of one.
    pub(super) rivals: Vec<(f64, FittedEts)>,
}

/// Level and slope at the end of a year.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The level.
    pub level: f64,
    /// The yearly change, or the growth factor of a multiplicative trend; none without a trend.
    pub slope: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    settings: EtsParams,
    at: [f64; COORDINATES],
    series: Series,
    /// What a random walk of very few years needs beside.
    #[serde(default)]
    short: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    penalised: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rivals: Vec<(f64, Stored)>,
}

impl TryFrom<Stored> for FittedEts {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        let model = stored.settings.check()?;
        let training = Training::new(&stored.series)?;
        if stored.short {
            return Self::walk(&stored.series, training, model.bands);
        }
        let fitted = Self { penalised: stored.penalised, ..Self::at(model, &stored.series, training, stored.at)? };
        let rivals = stored.rivals.into_iter().map(|(weight, rival)| Ok((weight, Self::try_from(rival)?)));
        fitted.among(rivals.collect::<Result<_>>()?)
    }
}

impl From<FittedEts> for Stored {
    fn from(fitted: FittedEts) -> Self {
        let Ets { class, fixed, region, bands } = fitted.model;
        let short = fitted.report.notes.iter().any(|note| matches!(note, Note::FellBack { .. }));
        let rivals = fitted.rivals.into_iter().map(|(weight, rival)| (weight, rival.into())).collect();
        let settings = EtsParams { class, fixed, region, bands };
        Self { settings, at: fitted.at, series: fitted.series, short, penalised: fitted.penalised, rivals }
    }
}

/// How many changes of the usual size a very short series is taken together with, and that size as a share of the mean, for
/// counts and for the rest: with them a series of one year has the 80% band that `BayesEts`, which learned it from thousands
/// of annual series, gives it (of 40 to 50,000: 1.6 and 0.35 times the value wide).
const EXPERIENCE: usize = 3;
const USUAL_COUNT: f64 = 0.48;
const USUAL_AMOUNT: f64 = 0.107;

/// Everything of a pass, by year.
struct Trace {
    class: Class,
    sums: Summing,
    expected: Vec<f64>,
    residuals: Vec<Option<f64>>,
    states: Vec<State>,
}

impl Reader<f64> for Trace {
    fn year(&mut self, index: usize, mu: f64, seen: Option<(f64, f64)>, after: &Filter<f64>) {
        self.sums.year(index, mu, seen, after);
        self.expected.push(mu);
        // Shocks in proportion have relative residuals.
        let unit = if self.class.has_multiplicative_shocks() { mu } else { 1.0 };
        self.residuals.push(seen.map(|(e, _)| e / unit));
        self.states.push(state(self.class, after.level, after.slope));
    }
}

fn state(class: Class, level: f64, slope: f64) -> State {
    State { level, slope: (class.trend != Trend::None).then_some(slope) }
}

pub(super) fn problem<'a>(model: &Ets, training: &'a Training, aim: Aim) -> Problem<'a> {
    let size = if model.class.has_multiplicative_shocks() {
        let n = training.observed().max(1) as f64;
        training.y.iter().flatten().map(|y| y.abs() / n).sum::<f64>().max(f64::MIN_POSITIVE)
    } else {
        1.0
    };
    Problem {
        y: &training.y,
        class: model.class,
        fixed: model.fixed,
        region: model.region,
        aim,
        // why: beyond rounding the likelihood of an exact fit grows without end; see `crate::model` on floors.
        least: (1e-3 * training.resolution() / size).powi(2),
        n: training.observed(),
        gaps: training.y.iter().any(Option::is_none),
    }
}

impl FittedEts {
    pub(super) fn new(model: Ets, series: &Series, aim: Aim) -> Result<Self> {
        let training = Training::new(series)?;
        training.need(model.needed().max(1), &model.class.to_string())?;
        admitted(&model, &training)?;
        let Some(best) = problem(&model, &training, aim).solve(&[]) else {
            return Err(left(&model, &training, 0));
        };
        Ok(Self { penalised: aim == Aim::Penalised, ..Self::at(model, series, training, best.at)? })
    }

    /// The random walk from the first year on, for series too short to choose anything: alpha = 1, the level of the first
    /// year given, and a size of shocks that begins from general experience.
    ///
    /// The m changes of the series are taken together with [`EXPERIENCE`] changes of the size that is usual for annual series
    /// of its mean size, so that one or two years give a band of use: `sigma^2 = (m s^2 + 3 s_0^2) / (m + 3)`.
    pub(crate) fn walk(series: &Series, training: Training, bands: Bands) -> Result<Self> {
        let first = training.y.first().copied().flatten().unwrap_or(0.0);
        let model = EtsParams::default().alpha(1.0).level(first).bands(bands).check()?;
        let n = training.observed();
        let mean: f64 = training.y.iter().flatten().map(|y| y.abs() / n as f64).sum();
        let usual = match training.unit {
            Unit::Count => (USUAL_COUNT * mean).hypot(mean.max(1.0).sqrt()),
            Unit::Amount | Unit::Rate => USUAL_AMOUNT * mean,
        };
        let mut walk = Self::at(model, series, training, [0.0; COORDINATES])?;
        let squares: f64 = walk.report.residuals.iter().flatten().map(|e| (e / usual).powi(2)).sum();
        let because = "the choice of a class needs 5 observed years".to_owned();
        walk.report.notes.push(Note::FellBack { to: "the random walk ETS(A,N,N)".to_owned(), because });
        walk.df = n - 1 + EXPERIENCE;
        let sigma = usual * ((squares + EXPERIENCE as f64) / walk.df as f64).sqrt();
        if sigma > 0.0 {
            walk.report.notes.retain(|note| !matches!(note, Note::ExactFit { .. }));
            walk.report.notes.push(Note::ShortSeries { observed: n });
            walk.report.sigma = sigma;
        }
        Ok(walk)
    }

    /// The model at given coordinates of the search.
    pub(super) fn at(model: Ets, series: &Series, training: Training, at: [f64; COORDINATES]) -> Result<Self> {
        let class = model.class;
        admitted(&model, &training)?;
        let problem = problem(&model, &training, Aim::Likelihood);
        let params = problem.params(at);
        let years = training.y.len();
        let mut trace = Trace {
            class,
            sums: Summing::new(class, problem.gaps),
            expected: Vec::with_capacity(years),
            residuals: Vec::with_capacity(years),
            states: Vec::with_capacity(years + 1),
        };
        trace.states.push(state(class, params.level, params.slope));
        let end = run(&training.y, class, &params, &mut trace).map_err(|year| left(&model, &training, year))?;
        let sums = trace.sums.finish();
        let n = problem.n;
        let loglik = loglik(sums.sse, sums.log_variance, n, problem.least);
        if !loglik.is_finite() || !end.level.is_finite() || !end.slope.is_finite() {
            return Err(Error::Overflow { series: training.name, model: class.to_string() });
        }
        let df = n.saturating_sub(class.trend.estimated()).max(1);
        let sigma = (sums.sse / df as f64).sqrt();
        let Spread { sigma, note } =
            if class.has_multiplicative_shocks() { spread_of_logs(&training, sigma) } else { spread(&training, sigma) };
        let mut report = FitReport::new(&training, class.to_string(), sigma);
        report.params = named(class.trend, &params);
        report.criteria = Some(Criteria::new(loglik, model.needed(), n));
        report.residuals = trace.residuals;
        report.fitted = trace.expected.into_iter().map(Some).collect();
        report.notes.extend(note);
        let states = trace.states;
        Ok(Self {
            series: series.clone(),
            training,
            model,
            at,
            end,
            states,
            df,
            penalised: false,
            report,
            rivals: Vec::new(),
        })
    }

    /// The class that was fitted.
    pub fn class(&self) -> Class {
        self.model.class
    }

    /// The settings it was fitted with.
    pub fn model(&self) -> Ets {
        self.model
    }

    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// What the model says about the slope.
    pub fn trend(&self) -> Trend {
        self.model.class.trend
    }

    /// Level at the end of the last full year.
    pub fn level(&self) -> f64 {
        self.end.level
    }

    /// Slope at the end of the last full year, a factor for multiplicative trends; 0 without a trend.
    pub fn slope(&self) -> f64 {
        self.end.slope
    }

    /// Level and slope before the first year and at the end of each year of the fit.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Residual degrees of freedom: observed years less smoothing parameters and starting states, at least 1.
    pub fn df(&self) -> usize {
        self.df
    }

    /// The same model with other bands: nothing is estimated again.
    #[must_use]
    pub fn with_bands(mut self, bands: Bands) -> Self {
        self.model.bands = bands;
        self
    }

    /// AIC, minus twice the logarithm of the prior (its constant left out) where the fit had one.
    pub(crate) fn penalised_aic(&self) -> Option<f64> {
        let problem = problem(&self.model, &self.training, Aim::Penalised);
        let prior = if self.penalised { problem.n as f64 * problem.prior(&self.at).0 } else { 0.0 };
        Some(self.report.criteria?.aic + prior)
    }

    /// The same fit among others that the data leave possible.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless they are other classes fitted to the same series, of weights above 0 that leave it one.
    pub(crate) fn among(mut self, rivals: Vec<(f64, Self)>) -> Result<Self> {
        let refused = |value: String, allowed: &str| {
            let (model, parameter, allowed) = (self.model.class.to_string(), "rivals".to_owned(), allowed.to_owned());
            Err(Error::bad_parameter(model, parameter, value, allowed))
        };
        let total: f64 = rivals.iter().map(|(weight, _)| weight).sum();
        if !rivals.iter().all(|(weight, _)| *weight > 0.0) || total.is_nan() || total >= 1.0 {
            return refused(format!("weights that add up to {total}"), "weights above 0 that add up to less than 1");
        }
        if let Some((_, other)) = rivals.iter().find(|(_, rival)| rival.series != self.series) {
            return refused(
                format!("one fitted to {:?}", other.series.name()),
                &format!("fits to {:?}", self.series.name()),
            );
        }
        let mut classes = vec![self.model.class];
        for (_, rival) in &rivals {
            if classes.contains(&rival.class()) || !rival.rivals.is_empty() {
                return refused(format!("{} twice", rival.class()), "one fit of each other class");
            }
            classes.push(rival.class());
        }
        self.rivals = rivals;
        Ok(self)
    }

    /// The classes behind the bands with their weights, this one first: more than one only after an automatic choice.
    pub fn weights(&self) -> Vec<(Class, f64)> {
        let others: f64 = self.rivals.iter().map(|(weight, _)| weight).sum();
        let own = (self.model.class, 1.0 - others);
        std::iter::once(own).chain(self.rivals.iter().map(|(weight, rival)| (rival.class(), *weight))).collect()
    }

    /// What missing years leave unknown of the last level.
    pub(crate) fn doubt(&self) -> Doubt {
        self.end.doubt.map_or_else(Doubt::default, |doubt| Doubt::independent(doubt.level, 0.0))
    }

    /// The standard error of each parameter that was estimated, by name; see [`FittedEts`] on what it is.
    pub fn standard_errors(&self) -> BTreeMap<String, f64> {
        let curvature = self.curvature(0);
        let Params { alpha, beta, phi, level, slope } = curvature.params;
        [("alpha", alpha), ("beta", beta), ("phi", phi), ("l0", level), ("b0", slope)]
            .into_iter()
            .map(|(name, jet)| (name, curvature.gradient(&jet)))
            .filter(|(_, gradient)| gradient.iter().any(|g| *g != 0.0))
            .map(|(name, gradient)| (name.to_owned(), curvature.precision.variance(&gradient).sqrt()))
            .collect()
    }

    /// The distributions of the years that follow. After an automatic choice full bands are a mixture over the classes that
    /// the data leave possible; textbook bands take the chosen class for certain.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let h = horizon.get();
        let own = self.law(h)?;
        if self.rivals.is_empty() || self.model.bands == Bands::Textbook {
            return self.report.project(&self.series, &self.training, own.into());
        }
        let mut left = 1.0;
        let mut members = Vec::with_capacity(self.rivals.len() + 1);
        for (weight, rival) in &self.rivals {
            // why: a class that overflows so many years ahead has nothing to say; the others share its weight.
            if let Ok(law) = rival.law(h) {
                members.push((*weight, law));
            }
            left -= weight;
        }
        members.insert(0, (left, own));
        self.report.project(&self.series, &self.training, Joint::mixture(members, Support::Real))
    }

    /// The joint law of the next h years.
    fn law(&self, h: usize) -> Result<Latent> {
        let class = self.model.class;
        let params = problem(&self.model, &self.training, Aim::Likelihood).params(self.at);
        let overflow = || Error::Overflow { series: self.series.name().to_owned(), model: class.to_string() };
        let mut latent = ahead::latent(class, &params, &self.end, self.report.sigma, h).ok_or_else(overflow)?;
        if self.training.unit == Unit::Count {
            steadied(&mut latent);
        }
        if self.model.bands == Bands::Full {
            let curvature = self.curvature(h);
            let unknown = |centre| curvature.precision.root_row(&curvature.gradient(centre));
            let more: Vec<Vec<f64>> =
                curvature.centres.iter().map(|centre| unknown(centre).into_iter().collect()).collect();
            latent.shared = latent.shared.extended(more);
            latent.df = Some(self.df as f64);
        }
        Ok(latent)
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }
}

/// Refuses values that the class has no place for.
pub(super) fn admitted(model: &Ets, training: &Training) -> Result<()> {
    if model.class.needs_positive_values()
        && let Some((year, value)) = training.points().find(|(_, value)| *value <= 0.0)
    {
        let (series, model, year) = (training.name.clone(), model.class.to_string(), year.get());
        return Err(Error::NeedsPositive { series, model, year, value });
    }
    Ok(())
}

pub(super) fn left(model: &Ets, training: &Training, index: usize) -> Error {
    let year = training.first.plus(index).unwrap_or(training.first).get();
    Error::LeavesPositive { series: training.name.clone(), model: model.class.to_string(), year }
}

fn named(trend: Trend, params: &Params<f64>) -> BTreeMap<String, f64> {
    let mut named = vec![("alpha", params.alpha), ("l0", params.level)];
    if trend != Trend::None {
        named.extend([("beta", params.beta), ("b0", params.slope)]);
    }
    if trend.is_damped() {
        named.push(("phi", params.phi));
    }
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Fitted for FittedEts {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
    fn summary(&self) -> String {
        Self::summary(self)
    }
}

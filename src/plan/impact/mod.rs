//! Did it matter? The effect of a dated event on a series, with "cannot tell" for an answer.
//!
//! The default model is fitted with the event as a column ([`BayesEts::fit_with`]); what the years from the event on would
//! have been keeps their own shocks, so that the doubt is about the effect alone. The verdict:
//!
//! | verdict | when |
//! |---|---|
//! | increase, decrease | the 95% interval of the relative effect leaves 0 out, and the series is more probable with the effect than without (Bayes factor above 1) |
//! | no evidence | the interval holds 0 and lies within the size of interest, 20% either way unless said otherwise |
//! | cannot tell | the interval holds 0 and is wider than that |
//!
//! A Bayes factor below 1 is no evidence of no effect: a short series that scatters can be silent. What it could have shown
//! is the **minimum detectable effect**. The posterior of the effect is a mixture of normal laws in log units, `N(m_k, p_k^2)`
//! with the weight `w_k`, one for each member and size of the shocks. With the prior `N(0, t_k^2)` the data have the share
//! `c_k = 1 - p_k^2 / t_k^2` in its mean: an effect d moves it by `c_k d`, with the standard error `sqrt(c_k) p_k` from sample to
//! sample. That the parts do not agree beyond this, `a_k = m_k - c_k sum w m / sum w c`, may help or harm. An effect is found
//! with a power of 80% if even with an estimate 0.84 standard errors too small the 95% interval of the mixture leaves 0 out:
//!
//! ```text
//! sum_k w_k (Phi(-z_k - a_k / p_k) + Phi(-z_k + a_k / p_k)) / 2 = 0.025,   z_k = c_k d / p_k - 0.84 sqrt(c_k)
//! rise e^d - 1, fall 1 - e^-d
//! ```
//!
//! With one part that is `d = 1.96 s^2 / p + 0.84 s`, s the standard error by the data alone; the tails of the mixture, which
//! has the doubt about the size of the shocks in it, are those of the verdict. Of years to come the parts keep their
//! weights, and `a_k` narrows as `p_k` does. All of it is asked of the series as it would have been, with the medians of the
//! counterfactual from the event on: parts that tell a large effect apart disagree about its size, and the larger an effect was
//! the less would seem to have been in reach. What could have been found thus hangs on the years that there are and on how
//! they scatter, those after the event with their own shocks among them, and not on what was found. A rise above 900%, or a fall to less than half a hundredth, is none: no effect of
//! practical size would have been found.
//!
//! References: Box and Tiao (1975), JASA 70, 70-79, for intervention analysis; Kass and Raftery (1995), JASA 90, 773-795, for
//! Bayes factors; Bloom (1995), *Evaluation Review* 19, 547-556, for minimum detectable effects; Lopez Bernal and others
//! (2017), *International Journal of Epidemiology* 46, 348-355, for interrupted series.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MOST_CHANGE, checked_probability, refused};
use crate::design::Inputs;
use crate::dist::Predictive as _;
use crate::error::{Error, Result, checked_level};
use crate::forecast::Forecast;
use crate::numeric::special::normal;
use crate::series::{Event, EventKind, Observation, Series, Training, Value, Year};
use crate::smoothing::bayes::{Effect, Known};
use crate::smoothing::{BayesEts, FittedBayesEts};

const WHAT: &str = "impact";
/// Full years needed before the event.
pub(crate) const YEARS_BEFORE: usize = 5;
/// Fewer years do not make a placebo.
const PLACEBO: usize = 4;
/// Years ahead in which an effect of interest may become detectable.
const AHEAD: usize = 10;
/// The relative effect is kept at this many equal steps of probability, less one.
const QUANTILES: usize = 200;
/// The normal quantile of 80%.
const Z_80: f64 = 0.841_621_233_572_914_3;
/// What the 95% interval leaves below itself.
const TAIL: f64 = 0.025;
/// In log units; beyond all that is told.
const FARTHEST: f64 = 6.0;

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It went up.
    Increase,
    /// It went down.
    Decrease,
    /// There is no effect of a size that matters.
    NoEvidence,
    /// The data cannot say.
    CannotTell,
}

impl Verdict {
    /// What can be said of an effect with this logarithm of its Bayes factor: a rise or a fall if its 95% interval leaves 0
    /// out and the factor is above 1, and otherwise no evidence if that interval lies within `meaningful` of 0.
    pub fn of(effect: &Effect, log_bayes_factor: f64, meaningful: f64) -> Self {
        let (lower, upper) = (effect.relative(TAIL), effect.relative(1.0 - TAIL));
        if (lower > 0.0 || upper < 0.0) && log_bayes_factor > 0.0 {
            if lower > 0.0 { Self::Increase } else { Self::Decrease }
        } else if lower >= -meaningful && upper <= meaningful {
            Self::NoEvidence
        } else {
            Self::CannotTell
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Increase => "increase",
            Self::Decrease => "decrease",
            Self::NoEvidence => "no evidence",
            Self::CannotTell => "cannot tell",
        })
    }
}

/// The smallest effects that would be found with a power of 80%.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Detectable {
    /// A rise, as a share of the level: 0.5 is half as much again; none if no rise up to 900% would be found.
    pub rise: Option<f64>,
    /// A fall, as a share; none if not even a fall to nothing would be found.
    pub fall: Option<f64>,
}

/// The effect that another year, or another series, shows where nothing is known to have happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Placebo {
    /// The series.
    pub series: String,
    /// The year in which nothing happened.
    pub year: Year,
    /// Median of the relative effect.
    pub relative_effect: f64,
    /// Its 95% interval.
    pub interval: (f64, f64),
}

/// What an event did to a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct Impact {
    series: Series,
    event: Event,
    /// Quantiles of the relative effect at 0.005, 0.01, ..., 0.995.
    relative: Vec<f64>,
    /// The size of interest.
    pub meaningful: f64,
    /// What can be said.
    pub verdict: Verdict,
    /// Median of the relative effect in a year in full force: -0.6 is a fall by 60%.
    pub relative_effect: f64,
    /// Probability that there is an effect, if beforehand the odds were even: BF / (1 + BF).
    pub probability: f64,
    /// The smallest effects that would be found in the series as it would have been without the event.
    pub mde: Detectable,
    /// How many more full years until an effect of the size of interest would be found, a fall or a rise; none if not
    /// within ten.
    pub years_until_detectable: Option<usize>,
    /// What the years from the event on would have been.
    pub counterfactual: Forecast,
    /// Other years before the event, and control series, where nothing is known to have happened.
    pub placebos: Vec<Placebo>,
}

/// The stored form: checked on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    series: Series,
    event: Event,
    relative: Vec<f64>,
    meaningful: f64,
    verdict: Verdict,
    relative_effect: f64,
    probability: f64,
    mde: Detectable,
    years_until_detectable: Option<usize>,
    counterfactual: Forecast,
    placebos: Vec<Placebo>,
}

impl TryFrom<Stored> for Impact {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        let Stored { series, event, relative, meaningful, verdict, relative_effect, probability, .. } = stored;
        let Stored { mde, years_until_detectable, counterfactual, placebos, .. } = stored;
        if relative.len() != QUANTILES - 1 || !relative.iter().all(|share| share.is_finite()) {
            let allowed = format!("{} finite quantiles", QUANTILES - 1);
            return Err(refused(WHAT, "relative", format!("{} numbers", relative.len()), &allowed));
        }
        checked_meaningful(meaningful)?;
        checked_probability(WHAT, "probability", probability)?;
        Ok(Self {
            series,
            event,
            relative,
            meaningful,
            verdict,
            relative_effect,
            probability,
            mde,
            years_until_detectable,
            counterfactual,
            placebos,
        })
    }
}

fn checked_meaningful(meaningful: f64) -> Result<()> {
    let sound = meaningful > 0.0 && meaningful.is_finite();
    if sound { Ok(()) } else { Err(refused(WHAT, "meaningful", meaningful, "a share above 0, such as 0.2")) }
}

/// One year of an [`Impact`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct YearEffect {
    /// The year.
    pub year: Year,
    /// What was observed.
    pub observed: f64,
    /// Median of what would have been.
    pub without: f64,
    /// Median of the effect, and its interval: observed less what would have been.
    pub effect: (f64, f64, f64),
    /// The same as a share of what would have been: 0 where nothing was and nothing would have been, infinite where something
    /// was.
    pub relative: (f64, f64, f64),
}

/// The effect of `event` on `series`; `controls` are series that the event cannot have touched, `meaningful` the relative
/// effect of interest.
///
/// ```
/// use unjuran::plan::{Verdict, impact};
/// use unjuran::series::{Event, EventKind, Series, Year};
/// let cases = [160.0, 148.0, 171.0, 155.0, 166.0, 150.0, 158.0, 163.0, 62.0, 66.0, 60.0, 65.0];
/// let cases = Series::new("cases", Year::new(2010)?, &cases)?;
/// let law = Event::new(Year::new(2018)?, EventKind::Step, Some("law"));
/// let found = impact(&cases, &law, &[], 0.2)?;
/// assert_eq!(found.verdict, Verdict::Decrease);
/// assert!(found.relative_effect < -0.4 && found.interval(95.0)?.1 < 0.0);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::EventOutside`] for an event before the second or after the last full year; [`Error::TooFewYears`] with fewer
/// than five observed years before it; [`Error::NotObserved`] for a pulse in a year without a number; [`Error::BadParameter`]
/// for a series or control with a number below zero, of which there is no relative effect, and unless `meaningful` is above 0;
/// those of the fit.
pub fn impact(series: &Series, event: &Event, controls: &[Series], meaningful: f64) -> Result<Impact> {
    checked_meaningful(meaningful)?;
    let training = checked(series, event)?;
    let fitted = fit(series, event)?;
    let effect = effect(&fitted, series)?;
    let log_factor = fitted.log_bayes_factor().unwrap_or(0.0);
    let verdict = Verdict::of(&effect, log_factor, meaningful);
    let unseen = || Error::NotObserved {
        series: series.name().to_owned(),
        year: event.year.get(),
        needed_for: format!("the effect of {:?}", event.name),
    };
    // why none: the only year of a pulse has no number.
    let counterfactual = fitted.counterfactual()?.ok_or_else(unseen)?;
    let quiet = without(series, event, &counterfactual)?.unwrap_or(fitted);
    let mde = detectable(&quiet, event, 0)?;
    let enough = |more: usize| -> Result<bool> {
        let then = detectable(&quiet, event, more)?;
        Ok(then.rise.is_some_and(|rise| rise <= meaningful) && then.fall.is_some_and(|fall| fall <= meaningful))
    };
    let mut years_until_detectable = None;
    // why the last first: most short series never get there, and every year more is a run of all members.
    if enough(AHEAD)? {
        for more in 0..=AHEAD {
            if enough(more)? {
                years_until_detectable = Some(more);
                break;
            }
        }
    }
    let mut placebos = before(series, event, &training)?;
    for control in controls {
        checked(control, event)?;
        placebos.push(placebo(control, event)?);
    }
    Ok(Impact {
        series: series.clone(),
        event: event.clone(),
        meaningful,
        verdict,
        relative_effect: effect.relative(0.5),
        probability: 1.0 / (1.0 + (-log_factor).exp()),
        mde,
        years_until_detectable,
        counterfactual,
        placebos,
        relative: (1..QUANTILES).map(|i| effect.relative(i as f64 / QUANTILES as f64)).collect(),
    })
}

fn outside(series: &Series, event: &Event, training: &Training) -> Error {
    // why the first year where none would do: a range that runs backwards says nothing.
    let enough = training.points().nth(YEARS_BEFORE).and_then(|_| training.points().nth(YEARS_BEFORE - 1));
    Error::EventOutside {
        series: series.name().to_owned(),
        event: event.name.clone(),
        year: event.year.get(),
        first: enough.map_or(training.first, |(year, _)| year).get() + 1,
        last: training.next.get() - 1,
    }
}

/// The full years of a series in which an event can be judged.
fn checked(series: &Series, event: &Event) -> Result<Training> {
    let training = Training::with_masks(series)?;
    // why: an effect is told as a share of what would have been, and of a number below zero a rise is a smaller share.
    if let Some((year, value)) = series.full_years().find(|(_, y)| *y < 0.0) {
        let allowed = "numbers from 0, of which an effect can be a share";
        return Err(refused(WHAT, &format!("{:?} in {year}", series.name()), value, allowed));
    }
    if event.year <= training.first || event.year >= training.next {
        return Err(outside(series, event, &training));
    }
    let seen = |from: bool| training.points().filter(|(year, _)| (*year >= event.year) == from).count();
    if seen(true) == 0 {
        return Err(outside(series, event, &training));
    }
    if seen(false) < YEARS_BEFORE {
        let model = format!("impact of {:?}, by the years before {},", event.name, event.year);
        let series = series.name().to_owned();
        return Err(Error::TooFewYears { series, model, needed: YEARS_BEFORE, got: seen(false) });
    }
    Ok(training)
}

fn fit(series: &Series, event: &Event) -> Result<FittedBayesEts> {
    // why the full years: a year under way is forecast, and takes part in no effect.
    let full = Year::new(i64::from(series.next_year()?.get()) - 1)?;
    BayesEts::default().fit_with(&series.through(full)?, &Inputs::new().event(event.clone())?)
}

/// The fit of the series as it would have been, from the event on at the medians of the counterfactual; none where no year from
/// then on has a number. What is masked tells of the effect that there was, and is left out.
fn without(series: &Series, event: &Event, counterfactual: &Forecast) -> Result<Option<FittedBayesEts>> {
    let medians = counterfactual.median();
    let median = |year: Year| counterfactual.first_year().until(year).and_then(|at| medians.get(at).copied());
    let would_have_been = |observation: Observation| {
        let value = match observation.value {
            Value::Exact(_) => median(observation.year).map_or(observation.value, Value::Exact),
            _ if median(observation.year).is_some() => Value::Missing,
            value => value,
        };
        Observation { value, ..observation }
    };
    let observed: Vec<Observation> = series.observations().map(would_have_been).collect();
    let known =
        |o: &Observation| o.year >= event.year && !o.coverage.is_partial() && matches!(o.value, Value::Exact(_));
    if !observed.iter().any(known) {
        return Ok(None);
    }
    let quiet = Series::from_observations(series.name(), observed)?.with_unit(series.unit())?;
    fit(&quiet, event).map(Some)
}

fn effect(fitted: &FittedBayesEts, series: &Series) -> Result<Effect> {
    let none = || Error::Overflow { series: series.name().to_owned(), model: "impact".to_owned() };
    fitted.effects().into_iter().next().ok_or_else(none)
}

fn placebo(series: &Series, event: &Event) -> Result<Placebo> {
    let effect = effect(&fit(series, event)?, series)?;
    Ok(Placebo {
        series: series.name().to_owned(),
        year: event.year,
        relative_effect: effect.relative(0.5),
        interval: (effect.relative(0.025), effect.relative(0.975)),
    })
}

/// The same event at other years of the years before it.
fn before(series: &Series, event: &Event, training: &Training) -> Result<Vec<Placebo>> {
    let earlier = series.through(Year::new(i64::from(event.year.get()) - 1)?)?;
    let mut found = Vec::new();
    for (i, y) in training.y.iter().enumerate() {
        let year = training.first.plus(i)?;
        let known = training.y.iter().take(i).flatten().count();
        if year < event.year && known >= PLACEBO && y.is_some() {
            found.push(placebo(&earlier, &Event::new(year, event.kind, None))?);
        }
    }
    Ok(found)
}

/// The smallest effects that would be found once so many more full years are known.
fn detectable(fitted: &FittedBayesEts, event: &Event, more: usize) -> Result<Detectable> {
    let Some(parts) = fitted.known(&event.name, more)? else {
        return Ok(Detectable { rise: None, fall: None });
    };
    let d = smallest(&parts);
    let (rise, fall) = (d.exp_m1(), 1.0 - (-d).exp());
    // why: a fall beyond what the counts can show is none that would be found, and a rise beyond all that happens neither.
    Ok(Detectable { rise: (100.0 * rise <= MOST_CHANGE).then_some(rise), fall: (fall < 0.995).then_some(fall) })
}

/// The smallest effect in log units that the mixture would show with a power of 80%; [`FARTHEST`] if none does.
fn smallest(parts: &[Known]) -> f64 {
    let sum = |of: fn(&Known) -> f64| parts.iter().map(|part| part.weight * of(part)).sum::<f64>();
    // why the bound: where the data say nothing there is nothing to disagree about.
    let estimate = sum(|part| part.mean) / sum(|part| part.share(part.now)).max(1e-9);
    // The probability left below 0.
    let below = |d: f64| {
        let one = |part: &Known| {
            let share = part.share(part.sd);
            let z = share * d / part.sd - Z_80 * share.sqrt();
            let apart = (part.mean - part.share(part.now) * estimate) / part.now;
            part.weight * 0.5 * (normal::cdf(-z - apart) + normal::cdf(-z + apart))
        };
        parts.iter().map(one).sum::<f64>()
    };
    let (mut low, mut high) = (0.0, FARTHEST);
    while high - low > 1e-6 {
        let d = 0.5 * (low + high);
        if below(d) > TAIL {
            low = d;
        } else {
            high = d;
        }
    }
    high
}

impl Impact {
    /// The series.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The event.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The central interval of the relative effect; `level` in percent, 1 to 99.
    ///
    /// # Errors
    /// [`Error::BadLevel`].
    pub fn interval(&self, level: f64) -> Result<(f64, f64)> {
        let level = checked_level(level)?;
        if level > 99.0 {
            return Err(Error::BadLevel { level });
        }
        let tail = (100.0 - level) / 200.0;
        Ok((self.quantile(tail), self.quantile(1.0 - tail)))
    }

    /// The relative effect at a probability, straight between those kept.
    fn quantile(&self, p: f64) -> f64 {
        let place = (p * QUANTILES as f64 - 1.0).clamp(0.0, (QUANTILES - 2) as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the quantiles")]
        let below = (place as usize).min(QUANTILES - 3);
        let at = |i: usize| self.relative.get(i).copied().unwrap_or(f64::NAN);
        at(below) + (place - below as f64) * (at(below + 1) - at(below))
    }

    /// Each full year from the event on: what was, what would have been, and the effect with its 95% interval.
    pub fn years(&self) -> Vec<YearEffect> {
        let found = |(year, law): (&Year, &crate::dist::Distribution)| {
            let at = self.series.first_year().until(*year)?;
            let observed = self.series.values().get(at)?.exact()?;
            let [low, without, high] = [0.025, 0.5, 0.975].map(|p| law.quantile(p));
            let share = |without: f64| if (observed - without).abs() > 0.0 { observed / without - 1.0 } else { 0.0 };
            Some(YearEffect {
                year: *year,
                observed,
                without,
                effect: (observed - without, observed - high, observed - low),
                relative: (share(without), share(high), share(low)),
            })
        };
        self.counterfactual.years().iter().zip(self.counterfactual.steps()).filter_map(found).collect()
    }

    /// Observed less what would have been, summed over the years of [`Impact::years`], those from the event on that have a
    /// number: median and 95% interval, on joint paths. None if no year has one.
    ///
    /// # Errors
    /// None for an impact made by [`impact`].
    pub fn total(&self) -> Result<Option<(f64, f64, f64)>> {
        let known: Vec<Option<f64>> = self
            .counterfactual
            .years()
            .iter()
            .map(|year| self.series.values().get(self.series.first_year().until(*year)?)?.exact())
            .collect();
        if known.iter().all(Option::is_none) {
            return Ok(None);
        }
        let paths = self.counterfactual.paths(super::DRAWS, super::SEED)?;
        let gap = |path: &[f64]| known.iter().zip(path).filter_map(|(y, without)| Some((*y)? - without)).sum();
        super::summary(paths.rows().map(gap).collect(), 95.0).map(Some)
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |x: f64| format!("{:+.0}%", 100.0 * x);
        let (low, high) = self.interval(95.0).unwrap_or((f64::NAN, f64::NAN));
        let what = if self.event.kind == EventKind::Ramp { "a year" } else { "in force" };
        write!(
            f,
            "{} ({}) on {}: {}; effect {what} {}, 95% interval {} to {}; probability of an effect {:.2}; ",
            self.event.name,
            self.event.year,
            self.series.name(),
            self.verdict,
            percent(self.relative_effect),
            percent(low),
            percent(high),
            self.probability,
        )?;
        if let Some(last) = self.series.observations().last().filter(|last| last.coverage.is_partial()) {
            write!(f, "{}, under way, takes no part; ", last.year)?;
        }
        let share = |x: f64| format!("{:.0}%", 100.0 * x);
        write!(f, "found with 80% power: ")?;
        match (self.mde.rise, self.mde.fall) {
            (Some(rise), Some(fall)) => write!(f, "a rise by {} or a fall by {}", share(rise), share(fall)),
            (Some(rise), None) => write!(f, "a rise by {}, and no fall at all", share(rise)),
            (None, Some(fall)) => write!(f, "a fall by {}, and no rise up to {MOST_CHANGE}%", share(fall)),
            (None, None) => write!(f, "no effect of practical size (no rise up to {MOST_CHANGE}%, no fall at all)"),
        }
    }
}

#[cfg(test)]
mod tests;

//! The average over all members, after the series.

#![allow(
    clippy::indexing_slicing,
    reason = "years and effects are those of the training view, checked when a fit is read"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::super::recursion::Doubt;
use super::cells::Scaled;
use super::effects::{EffectFilter, EffectNode, Effects, Exposure, Kept, columns, exposed};
use super::member::{Member, Shared, Solved};
use super::posterior::{Evidence, Seen, closed_ahead, log_sum, node_ahead};
use super::prior::Prepared;
use super::soft::Lattice;
use super::stored::Stored;
use super::wild::Wild;
use crate::design::Inputs;
use crate::dist::{Component, Continuous, Kernel, Predictive as _, Support};
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint, Latent, Projection};
use crate::model::{FitReport, Fitted};
use crate::series::{Horizon, Note, Series, Training, Unit};

/// Members below this weight are left out; together they are at most a few hundredths.
const NEGLIGIBLE: f64 = 5e-4;

/// A wild year with a smaller share in the forecast is left to its member: it moves the member's state, and no tail.
const NEGLIGIBLE_WILD: f64 = 1e-3;

const NAME: &str = "BayesETS";

/// The same for one value of sigma in a soft member. Far smaller, because great values of sigma have small weights and the
/// ends of the intervals to themselves: with 1e-4 here, upper bounds of series of zeros came out 5% of the width too low.
const NEGLIGIBLE_NODE: f64 = 1e-5;
/// The same for values of sigma below the likeliest, which no end of an interval hears.
const NEGLIGIBLE_INNER_NODE: f64 = 1e-4;

/// Below so many observed years the prior says more than the series.
const SHORT: usize = 5;

/// A Bayesian average of exponential smoothing members that has seen its data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedBayesEts {
    pub(super) series: Series,
    pub(super) training: Training,
    pub(super) prior: String,
    pub(super) scale: f64,
    pub(super) shared: Shared,
    pub(super) members: Vec<Weighted>,
    pub(super) inputs: Inputs,
    pub(super) effects: Option<Effects>,
    pub(super) exposure: Option<Exposure>,
    /// ln of the evidence with effects over that without.
    pub(super) log_bayes_factor: Option<f64>,
    /// Made when asked for: a forecast needs no residuals.
    pub(super) report: OnceLock<FitReport>,
}

#[derive(Clone, Debug)]
pub(super) struct Weighted {
    pub(super) weight: f64,
    pub(super) member: Member,
    /// Its recursion in the grid.
    pub(super) place: usize,
    pub(super) seen: Seen,
    /// The member after a series with a wild year, for each that may be in it, with its share.
    pub(super) wild: Vec<(Wild, Solved)>,
}

/// Logarithms of weights, up to a constant, become weights that add up to one.
fn normalise(members: &mut [Weighted]) -> bool {
    let most = members.iter().map(|m| m.weight).fold(f64::NEG_INFINITY, f64::max);
    for m in members.iter_mut() {
        m.weight = (m.weight - most).exp();
    }
    let total: f64 = members.iter().map(|m| m.weight).sum();
    for m in members.iter_mut() {
        m.weight /= total;
    }
    total.is_finite() && !members.is_empty()
}

impl FittedBayesEts {
    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.series
    }

    pub(super) fn new(series: &Series, prepared: &Prepared, inputs: &Inputs) -> Result<Self> {
        if inputs.weighting().is_some() {
            return Err(Error::InputNotTaken { model: NAME.to_owned(), input: "weights".to_owned() });
        }
        let training = Training::with_masks(series)?;
        let Prepared { prior, grid, log_weights } = prepared;
        let effects = Effects::new(&training, inputs)?;
        let exposure = Exposure::new(&training, inputs)?;
        let ratios = exposure.as_ref().map_or(&[][..], |exposure| &exposure.ratios);
        // why calm: a wild year must not take what an event is asked to explain.
        let grid = if effects.is_some() { Arc::new(grid.calm()) } else { Arc::clone(grid) };
        let evidence = Evidence::with_exposure(&grid, &training, ratios);
        let eta = prior.eta_after(training.observed());
        let mut members: Vec<Weighted> = Vec::with_capacity(prior.members.len());
        for ((member, place), log_prior) in prior.members.iter().zip(&grid.place).zip(log_weights) {
            if let Some(seen) = evidence.see(*place, member) {
                let weight = log_prior + eta * seen.log_evidence();
                members.push(Weighted { weight, member: *member, place: *place, seen, wild: Vec::new() });
            }
        }
        let overflow = || Error::Overflow { series: training.name.clone(), model: NAME.to_owned() };
        if !normalise(&mut members) {
            return Err(overflow());
        }
        let mut log_bayes_factor = None;
        if let Some(effects) = &effects {
            let mut factors = Vec::with_capacity(members.len());
            for m in &mut members {
                let Some(moved) = evidence.moved(m.place, &m.member, effects, &m.seen) else { continue };
                let log_factor = moved.log_evidence() - m.seen.log_evidence();
                factors.push(m.weight.ln() + log_factor);
                m.weight = m.weight.ln() + eta * log_factor;
                m.seen = moved;
            }
            log_bayes_factor = Some(log_sum(factors.iter().copied()));
            if !normalise(&mut members) {
                return Err(overflow());
            }
        }
        members.retain(|m| m.weight >= NEGLIGIBLE);
        let kept: f64 = members.iter().map(|m| m.weight).sum();
        for m in &mut members {
            m.weight /= kept;
        }
        for Weighted { weight, member, place, seen, wild } in &mut members {
            if let Seen::Closed { wild: found, .. } = seen {
                let likely = found.iter().filter(|w| *weight * w.share >= NEGLIGIBLE_WILD);
                wild.extend(likely.filter_map(|w| Some((*w, evidence.disturbed(*place, member, w)?))));
            }
        }
        Ok(Self {
            series: series.clone(),
            prior: prior.name.clone(),
            scale: evidence.scale,
            shared: prior.shared,
            training,
            members,
            inputs: inputs.clone(),
            effects,
            exposure,
            log_bayes_factor,
            report: OnceLock::new(),
        })
    }

    /// The members with their weights after the series, the most probable first.
    pub fn members(&self) -> impl Iterator<Item = (f64, Member)> + '_ {
        let mut sorted: Vec<(f64, Member)> = self.members.iter().map(|m| (m.weight, m.member)).collect();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
        sorted.into_iter()
    }

    /// Posterior weight of the members for which `holds`.
    pub fn weight_of(&self, holds: impl Fn(&Member) -> bool) -> f64 {
        self.members.iter().filter(|m| holds(&m.member)).fold(0.0, |sum, m| sum + m.weight)
    }

    /// Name of the prior it started from.
    pub fn prior(&self) -> &str {
        &self.prior
    }

    /// Posterior weight of each power of the scale, the smallest power first.
    pub fn scales(&self) -> Vec<(f64, f64)> {
        let mut powers: Vec<f64> = self.members.iter().map(|m| m.member.lambda).collect();
        powers.sort_unstable_by(f64::total_cmp);
        powers.dedup();
        powers.into_iter().map(|power| (power, self.weight_of(|m| m.lambda.total_cmp(&power).is_eq()))).collect()
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with; [`Error::MissingDriver`] if the fit was given
    /// drivers or exposure without values for those years.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        self.forecast_with(horizon, &Inputs::new())
    }

    /// The same with drivers and exposure of the years that follow.
    ///
    /// # Errors
    /// Those of `forecast`; [`Error::BadParameter`] for a driver that the fit did not have.
    pub fn forecast_with(&self, horizon: Horizon, future: &Inputs) -> Result<Forecast> {
        let h = horizon.get();
        let inputs = self.inputs.with_future(future)?;
        let rows = match &self.effects {
            Some(effects) => effects.ahead(self.training.next, horizon, future)?,
            None => Vec::new(),
        };
        let mut laws = self.laws(h, &rows);
        if let Some(exposure) = &self.exposure {
            let ratios = exposure.ahead(&self.training, h, &inputs)?;
            for (_, law) in &mut laws {
                *law = exposed(law, &ratios);
            }
        }
        self.projected(&self.series, &self.training, laws)
    }

    fn projected(&self, series: &Series, training: &Training, laws: Vec<(f64, Latent)>) -> Result<Forecast> {
        let masked_below = self.training.masks.values().any(|(lower, _)| *lower < 0.0);
        let negative = masked_below || self.training.y.iter().flatten().any(|&y| y < 0.0);
        let support = if negative && self.training.unit != Unit::Count { Support::Real } else { Support::NonNegative };
        Forecast::new(Projection {
            series,
            training,
            model: NAME.to_owned(),
            params: self.params(),
            notes: self.notes(),
            joint: Joint::mixture(laws, support),
        })
    }

    /// The laws of the next years with their weights.
    fn laws(&self, h: usize, rows: &[Vec<f64>]) -> Vec<(f64, Latent)> {
        let mut laws = Vec::with_capacity(self.members.len());
        // why first added up: members that share a recursion share its nodes.
        let mut soft: BTreeMap<usize, (&Member, &Lattice, Vec<f64>)> = BTreeMap::new();
        for Weighted { weight, member, place, seen, wild } in &self.members {
            match seen {
                Seen::Closed { solved, .. } => {
                    let disturbed: f64 = wild.iter().map(|(w, _)| w.share).sum();
                    let law = |solved: &Solved| closed_ahead(solved, member, self.scale, h);
                    // why the test: a year far enough out of line leaves nothing of the member without it.
                    let calm = weight * (1.0 - disturbed);
                    if calm > NEGLIGIBLE_NODE * NEGLIGIBLE_NODE {
                        laws.push((calm, law(solved)));
                    }
                    laws.extend(wild.iter().map(|(w, solved)| (weight * w.share, law(solved))));
                }
                Seen::Soft { lattice, shares, .. } => {
                    let none = || (member, &**lattice, vec![0.0; shares.len()]);
                    let (_, _, sums) = soft.entry(*place).or_insert_with(none);
                    sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += weight * share);
                }
                Seen::Moved { .. } => {}
            }
        }
        for (member, lattice, weights) in soft.into_values() {
            let nodes = || lattice.nodes.iter().zip(&weights);
            let likeliest = nodes().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0.0, |(node, _)| node.sigma);
            for (node, &weight) in nodes() {
                if weight >= if node.sigma < likeliest { NEGLIGIBLE_INNER_NODE } else { NEGLIGIBLE_NODE } {
                    laws.push((weight, node_ahead(node, member, self.scale, h)));
                }
            }
        }
        laws.extend(self.moved().map(|(w, member, node)| (w, node.ahead(member, self.scale, rows))));
        laws
    }

    /// The nodes of the members with effects, with their weights.
    fn moved(&self) -> impl Iterator<Item = (f64, &Member, &EffectNode)> {
        let mut sums: BTreeMap<usize, (&Member, &[EffectNode], Vec<f64>)> = BTreeMap::new();
        for Weighted { weight, member, place, seen, .. } in &self.members {
            let Seen::Moved { nodes, shares, .. } = seen else { continue };
            let none = || (member, &nodes[..], vec![0.0; shares.len()]);
            let (_, _, sums) = sums.entry(*place).or_insert_with(none);
            sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += weight * share);
        }
        sums.into_values().flat_map(|(member, nodes, weights)| {
            let each = nodes.iter().zip(weights).filter(|(_, weight)| *weight >= NEGLIGIBLE_NODE);
            each.map(move |(node, weight)| (weight, member, node)).collect::<Vec<_>>()
        })
    }

    /// ln of the Bayes factor: how much more probable the series is with the effects of its events and drivers than
    /// without. None for a fit without them.
    pub fn log_bayes_factor(&self) -> Option<f64> {
        self.log_bayes_factor
    }

    /// What each event and driver does: an event's effect on a year in full force, a driver's when it moves by its standard
    /// deviation.
    pub fn effects(&self) -> Vec<Effect> {
        let effects = self.effects.as_ref().map_or(&[][..], |effects| &effects.each);
        let law = |(j, effect): (usize, &columns::Effect)| {
            let component = |(weight, member, node): (f64, &Member, &EffectNode)| {
                let link = member.link(self.scale);
                let (mean, sd) = node.effect(j);
                Component { weight, kernel: Kernel::normal(link.apply(effect.level) + mean, sd), link }
            };
            let mut parts: Vec<Component> = self.moved().map(component).collect();
            let total: f64 = parts.iter().map(|c| c.weight).sum();
            for part in &mut parts {
                part.weight /= total;
            }
            let law = Continuous::mixture(parts, Support::NonNegative);
            Effect { name: effect.name.clone(), level: effect.level, law }
        };
        effects.iter().enumerate().map(law).collect()
    }

    /// The parts of what is known of an effect, in log units, once so many more full years have been observed. None for a fit
    /// without the effect.
    ///
    /// # Errors
    /// [`Error::MissingDriver`] for drivers of years to come.
    pub(crate) fn known(&self, name: &str, more: usize) -> Result<Option<Vec<Known>>> {
        let Some(effects) = &self.effects else { return Ok(None) };
        let Some(j) = effects.each.iter().position(|effect| effect.name == name) else { return Ok(None) };
        let rows = match i64::try_from(more) {
            Ok(0) | Err(_) => Vec::new(),
            Ok(more) => effects.ahead(self.training.next, Horizon::years(more)?, &Inputs::new())?,
        };
        let ratios = self.exposure.as_ref().map_or(&[][..], |exposure| &exposure.ratios);
        let part = |(weight, member, node): (f64, &Member, &EffectNode)| {
            let series = Scaled::new(&self.training, ratios, member.lambda, self.scale)?;
            let (shared, scale, kind) = (&self.shared, self.scale, (node.far, 0.0));
            let filter = EffectFilter { recursion: member, shared, series: &series, effects, scale, kind };
            let size = effects.each[j].on_scale(member.lambda, self.scale);
            let (mean, now) = node.effect(j);
            let then = filter.variance_after(node, j, &rows).max(1e-12).sqrt();
            let prior = effects.each[j].sd(node.far, member.lambda);
            Some(Known { weight, mean: mean / size, now: now.max(1e-6) / size, sd: then / size, prior })
        };
        let mut parts: Vec<Known> = self.moved().filter_map(part).collect();
        let total: f64 = parts.iter().map(|part| part.weight).sum();
        for part in &mut parts {
            part.weight /= total;
        }
        Ok(Some(parts))
    }

    /// What the years from the first event on would have been without the events, as a forecast made then: the years keep
    /// their own shocks, so that its width is the doubt about the effect alone. None without an event in the years observed.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn counterfactual(&self) -> Result<Option<Forecast>> {
        let Some(effects) = &self.effects else { return Ok(None) };
        let acts = |row: &[f64]| effects.each.iter().zip(row).any(|(effect, x)| effect.event && *x != 0.0);
        let years = self.training.y.len();
        let Some(first) = (0..years).find(|&t| acts(effects.row(t))).filter(|t| *t > 0) else { return Ok(None) };
        let events_only = |t: usize| -> Vec<f64> {
            effects.each.iter().zip(effects.row(t)).map(|(effect, x)| if effect.event { *x } else { 0.0 }).collect()
        };
        let rows: Vec<Vec<f64>> = (first..years).map(events_only).collect();
        let ratios = self.exposure.as_ref().map(|exposure| &exposure.ratios[first..]);
        let mut laws = Vec::new();
        for (weight, member, node) in self.moved() {
            let own = self.exposure.as_ref().map_or(&[][..], |exposure| &exposure.ratios);
            let Some(scaled) = Scaled::new(&self.training, own, member.lambda, self.scale) else { continue };
            let (mut kept, mut acts, mut open) = (Vec::new(), Vec::new(), Vec::new());
            // why the year before for a year without a number: it has no shock of its own to keep, and its effect is in it.
            let mut last = (Kept::Known(scaled.z[first - 1].unwrap_or(0.0)), Vec::new());
            for (t, row) in (first..).zip(&rows) {
                // why not for years that no event moves: those are known as they were.
                if scaled.is_open(t) && row.iter().any(|x| *x != 0.0) {
                    last = (Kept::Open(open.len()), row.clone());
                    open.push(t);
                } else if let Some(z) = scaled.z[t] {
                    last = (Kept::Known(z), row.clone());
                }
                kept.push(last.0);
                acts.push(last.1.clone());
            }
            let (shared, scale, kind) = (&self.shared, self.scale, (node.far, 0.0));
            let filter = EffectFilter { recursion: member, shared, series: &scaled, effects, scale, kind };
            let law = filter.keeping(node, &open).without(member, self.scale, &kept, &acts);
            laws.push((weight, ratios.map_or(law.clone(), |ratios| exposed(&law, ratios))));
        }
        let before = self.series.through(self.training.first.plus(first - 1)?)?;
        let training = Training::with_masks(&before)?;
        self.projected(&before, &training, laws).map(Some)
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        self.report.get_or_init(|| self.reported())
    }

    /// The averages that say what the data said.
    fn params(&self) -> BTreeMap<String, f64> {
        let average = |of: fn(&Member) -> f64| self.members.iter().map(|m| m.weight * of(&m.member)).sum::<f64>();
        BTreeMap::from([
            ("alpha".to_owned(), average(|m| m.alpha)),
            ("beta".to_owned(), average(|m| m.beta)),
            ("no_trend".to_owned(), self.weight_of(Member::is_flat)),
            ("damped".to_owned(), self.weight_of(|m| m.phi > 0.0 && m.phi < 1.0)),
            ("log_scale".to_owned(), self.weight_of(|m| m.lambda == 0.0)),
        ])
    }

    fn notes(&self) -> Vec<Note> {
        let observed = self.training.observed();
        let mut notes = if observed < SHORT { vec![Note::ShortSeries { observed }] } else { Vec::new() };
        let ahead = self.inputs.events().iter().filter(|event| event.year >= self.training.next);
        notes.extend(ahead.map(|event| Note::EventAhead { event: event.name.clone(), year: event.year }));
        // why not level and slope too: other series have taught what they are likely to be.
        let columns = self.effects.as_ref().map_or(0, |effects| effects.each.len());
        notes.extend(self.inputs.crowding(columns, observed));
        notes
    }

    fn reported(&self) -> FitReport {
        let training = &self.training;
        let mut report = FitReport::new(training, NAME.to_owned(), f64::NAN);
        (report.params, report.notes) = (self.params(), self.notes());
        let mut fitted = vec![0.0; training.y.len()];
        for Weighted { weight, member, seen, .. } in &self.members {
            for (sum, y) in fitted.iter_mut().zip(self.one_step(member, seen)) {
                *sum += weight * y;
            }
        }
        report.fitted = fitted.into_iter().map(Some).collect();
        report.residuals = training.exact().zip(&report.fitted).map(|(y, f)| Some(y? - (*f)?)).collect();
        let squares: Vec<f64> = report.residuals.iter().skip(1).flatten().map(|e| e * e).collect();
        report.sigma = (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt();
        report
    }

    /// What a member expected of each year before seeing it, carried to the scale of the data; effects are those that the
    /// whole series taught.
    fn one_step(&self, member: &Member, seen: &Seen) -> Vec<f64> {
        let ratios = self.exposure.as_ref().map_or(&[][..], |exposure| &exposure.ratios);
        let Some(series) = Scaled::new(&self.training, ratios, member.lambda, self.scale) else { return Vec::new() };
        let gamma = match seen {
            Seen::Moved { nodes, shares, .. } => average(nodes, shares),
            _ => Vec::new(),
        };
        let moved = |t: usize| match &self.effects {
            Some(effects) => effects.row(t).iter().zip(&gamma).map(|(x, g)| x * g).sum::<f64>(),
            None => 0.0,
        };
        let smoothing = member.smoothing();
        let mut state = member.begin(series.z[0].unwrap_or(0.0));
        let mut doubt = Doubt::independent(0.0, member.tau * member.tau);
        let mut expected = Vec::with_capacity(series.z.len());
        for (t, z) in series.z.iter().enumerate() {
            let mu = smoothing.expected(state);
            let gain = smoothing.gain(doubt);
            state = smoothing.advanced(state, gain, z.map_or(0.0, |z| z - moved(t) - mu));
            doubt = if z.is_some() { gain.seen() } else { gain.missed() };
            expected.push(series.link.inverse(mu + moved(t)) * ratios.get(t).unwrap_or(&1.0));
        }
        expected
    }
}

/// One part of what is known of an effect, a normal law in log units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) weight: f64,
    /// Its mean after the years observed.
    pub(crate) mean: f64,
    /// Its standard deviation after them.
    pub(crate) now: f64,
    /// The same once more years have been observed.
    pub(crate) sd: f64,
    /// The same before any year.
    pub(crate) prior: f64,
}

impl Known {
    /// The share of the data in the mean, where one standard deviation is left: an effect d moves the mean by so much of d.
    pub(crate) fn share(&self, sd: f64) -> f64 {
        (1.0 - (sd / self.prior).powi(2)).max(0.0)
    }
}

/// The mean effects over the nodes of a member.
fn average(nodes: &[EffectNode], shares: &[f64]) -> Vec<f64> {
    let p = nodes.first().map_or(0, |node| node.mean.len() - 2);
    let each = |j: usize| nodes.iter().zip(shares).map(|(node, share)| share * node.mean[2 + j]).sum();
    (0..p).map(each).collect()
}

/// What an event or a driver does to the series.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Its name.
    pub name: String,
    /// The level that the effect is judged against: the mean of the years before the event.
    pub level: f64,
    /// The law of a year at that level, with the effect.
    law: Continuous,
}

impl Effect {
    /// The quantile of the relative effect: -0.6 is a fall by 60%.
    pub fn relative(&self, p: f64) -> f64 {
        self.law.quantile(p) / self.level - 1.0
    }

    /// Probability that the effect is a rise.
    pub fn rises(&self) -> f64 {
        1.0 - self.law.cdf(self.level)
    }
}

impl Fitted for FittedBayesEts {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn forecast_with(&self, horizon: Horizon, future: &Inputs) -> Result<Forecast> {
        Self::forecast_with(self, horizon, future)
    }
    fn report(&self) -> &FitReport {
        Self::report(self)
    }
    fn summary(&self) -> String {
        Self::summary(self)
    }
}

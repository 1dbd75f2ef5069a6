//! The average over all members, after the series.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::super::recursion::Doubt;
use super::cells::Scaled;
use super::member::Member;
use super::posterior::{Evidence, Seen, closed_ahead, node_ahead};
use super::prior::Prepared;
use super::soft::Lattice;
use crate::dist::Support;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint, Projection};
use crate::model::{FitReport, Fitted};
use crate::series::{Horizon, Note, Series, Training, Unit};

/// Members below this weight are left out; together they are at most a few hundredths.
const NEGLIGIBLE: f64 = 1e-4;

const NAME: &str = "BayesETS";

/// The same for one value of sigma in a soft member. Far smaller, because great values of sigma have small weights and the
/// ends of the intervals to themselves: with 1e-4 here, upper bounds of series of zeros came out 5% of the width too low.
const NEGLIGIBLE_NODE: f64 = 1e-5;

/// Below so many observed years the prior says more than the series.
const SHORT: usize = 5;

/// A Bayesian average of exponential smoothing members that has seen its data.
#[derive(Clone, Debug)]
pub struct FittedBayesEts {
    series: Series,
    training: Training,
    prior: String,
    scale: f64,
    members: Vec<Weighted>,
    /// Made when asked for: a forecast needs no residuals.
    report: OnceLock<FitReport>,
}

#[derive(Clone, Debug)]
struct Weighted {
    weight: f64,
    member: Member,
    /// Its recursion in the grid.
    place: usize,
    seen: Seen,
}

impl FittedBayesEts {
    pub(super) fn new(series: &Series, prepared: &Prepared) -> Result<Self> {
        let training = Training::new(series)?;
        let Prepared { prior, grid, log_weights } = prepared;
        let evidence = Evidence::of(grid, &training);
        let eta = prior.eta_after(training.observed());
        let mut members: Vec<Weighted> = Vec::with_capacity(prior.members.len());
        for ((member, place), log_prior) in prior.members.iter().zip(&grid.place).zip(log_weights) {
            if let Some(seen) = evidence.see(*place, member) {
                let weight = log_prior + eta * seen.log_evidence();
                members.push(Weighted { weight, member: *member, place: *place, seen });
            }
        }
        let most = members.iter().map(|m| m.weight).fold(f64::NEG_INFINITY, f64::max);
        for m in &mut members {
            m.weight = (m.weight - most).exp();
        }
        let total: f64 = members.iter().map(|m| m.weight).sum();
        if !total.is_finite() || members.is_empty() {
            return Err(Error::Overflow { series: training.name, model: NAME.to_owned() });
        }
        members.retain(|m| m.weight >= NEGLIGIBLE * total);
        let kept: f64 = members.iter().map(|m| m.weight).sum();
        for m in &mut members {
            m.weight /= kept;
        }
        let prior = prior.name.clone();
        Ok(Self { series: series.clone(), training, prior, scale: evidence.scale, members, report: OnceLock::new() })
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
        powers.sort_by(f64::total_cmp);
        powers.dedup();
        powers.into_iter().map(|power| (power, self.weight_of(|m| m.lambda.total_cmp(&power).is_eq()))).collect()
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let h = horizon.get();
        let mut laws = Vec::with_capacity(self.members.len());
        // why first added up: members that share a recursion share its nodes.
        let mut soft: BTreeMap<usize, (&Member, &Lattice, Vec<f64>)> = BTreeMap::new();
        for Weighted { weight, member, place, seen } in &self.members {
            match seen {
                Seen::Closed(solved) => laws.push((*weight, closed_ahead(solved, member, self.scale, h))),
                Seen::Soft { lattice, shares, .. } => {
                    let none = || (member, &**lattice, vec![0.0; shares.len()]);
                    let (_, _, sums) = soft.entry(*place).or_insert_with(none);
                    sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += weight * share);
                }
            }
        }
        for (member, lattice, weights) in soft.into_values() {
            for (node, weight) in lattice.nodes.iter().zip(weights) {
                if weight >= NEGLIGIBLE_NODE {
                    laws.push((weight, node_ahead(node, member, self.scale, h)));
                }
            }
        }
        let negative = self.training.y.iter().flatten().any(|&y| y < 0.0);
        let support = if negative && self.training.unit != Unit::Count { Support::Real } else { Support::NonNegative };
        Forecast::new(Projection {
            series: &self.series,
            training: &self.training,
            model: NAME.to_owned(),
            params: self.params(),
            notes: self.notes(),
            joint: Joint::mixture(laws, support),
        })
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
        if observed < SHORT { vec![Note::ShortSeries { observed }] } else { Vec::new() }
    }

    fn reported(&self) -> FitReport {
        let training = &self.training;
        let mut report = FitReport::new(training, NAME.to_owned(), f64::NAN);
        (report.params, report.notes) = (self.params(), self.notes());
        let mut fitted = vec![0.0; training.y.len()];
        for Weighted { weight, member, .. } in &self.members {
            for (sum, y) in fitted.iter_mut().zip(one_step(member, training, self.scale)) {
                *sum += weight * y;
            }
        }
        report.fitted = fitted.into_iter().map(Some).collect();
        report.residuals = training.y.iter().zip(&report.fitted).map(|(y, f)| Some((*y)? - (*f)?)).collect();
        let squares: Vec<f64> = report.residuals.iter().skip(1).flatten().map(|e| e * e).collect();
        report.sigma = (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt();
        report
    }
}

/// What a member expected of each year before seeing it, carried to the scale of the data.
fn one_step(member: &Member, training: &Training, scale: f64) -> Vec<f64> {
    let Some(series) = Scaled::new(training, member.lambda, scale) else { return Vec::new() };
    let smoothing = member.smoothing();
    let mut state = member.begin(series.z[0].unwrap_or(0.0));
    let mut doubt = Doubt::independent(0.0, member.tau * member.tau);
    let mut expected = Vec::with_capacity(series.z.len());
    for seen in &series.z {
        let mu = smoothing.expected(state);
        let gain = smoothing.gain(doubt);
        state = smoothing.advanced(state, gain, seen.map_or(0.0, |z| z - mu));
        doubt = if seen.is_some() { gain.seen() } else { gain.missed() };
        expected.push(series.link.inverse(mu));
    }
    expected
}

impl Fitted for FittedBayesEts {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        Self::report(self)
    }
}

//! The average over all members, after the series.

use std::collections::BTreeMap;

use super::super::recursion::{Doubt, State};
use super::cells::Scaled;
use super::member::Member;
use super::posterior::{Evidence, Seen, log_sum};
use super::prior::Prior;
use crate::dist::Support;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint};
use crate::model::{FitReport, Fitted};
use crate::series::{Horizon, Note, Series, Training, Unit};

/// Members below this weight are left out; together they are at most a few hundredths.
const NEGLIGIBLE: f64 = 1e-4;

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
    report: FitReport,
}

#[derive(Clone, Debug)]
struct Weighted {
    weight: f64,
    member: Member,
    seen: Seen,
}

impl FittedBayesEts {
    pub(super) fn new(series: &Series, prior: &Prior) -> Result<Self> {
        let training = Training::new(series)?;
        let evidence = Evidence::new(&training, &prior.members, &prior.shared);
        let mut members: Vec<Weighted> = prior
            .members
            .iter()
            .zip(&prior.weights)
            .filter_map(|(member, pi)| {
                let seen = evidence.see(member)?;
                Some(Weighted { weight: pi.ln() + prior.eta * seen.log_evidence(), member: *member, seen })
            })
            .collect();
        let total = log_sum(members.iter().map(|m| m.weight));
        if !total.is_finite() {
            return Err(Error::Overflow { series: training.name, model: "BayesETS".to_owned() });
        }
        for m in &mut members {
            m.weight = (m.weight - total).exp();
        }
        members.retain(|m| m.weight >= NEGLIGIBLE);
        let kept: f64 = members.iter().map(|m| m.weight).sum();
        for m in &mut members {
            m.weight /= kept;
        }
        members.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let scale = evidence.scale;
        let report = report(&training, &members, scale);
        Ok(Self { series: series.clone(), training, prior: prior.name.clone(), scale, members, report })
    }

    /// The members with their weights after the series, the most probable first.
    pub fn members(&self) -> impl Iterator<Item = (f64, Member)> + '_ {
        self.members.iter().map(|m| (m.weight, m.member))
    }

    /// Posterior weight of the members for which `holds`.
    pub fn weight_of(&self, holds: impl Fn(&Member) -> bool) -> f64 {
        self.members.iter().filter(|m| holds(&m.member)).map(|m| m.weight).sum()
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
        let mut laws = Vec::with_capacity(self.members.len());
        for Weighted { weight, member, seen } in &self.members {
            for (share, latent) in seen.ahead(member, self.scale, horizon.get()) {
                if weight * share >= NEGLIGIBLE {
                    laws.push((weight * share, latent));
                }
            }
        }
        let negative = self.training.y.iter().flatten().any(|&y| y < 0.0);
        let support = if negative && self.training.unit != Unit::Count { Support::Real } else { Support::NonNegative };
        self.report.project(&self.series, &self.training, Joint::mixture(laws, support))
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }
}

/// The averages that say what the data said.
fn report(training: &Training, members: &[Weighted], scale: f64) -> FitReport {
    let average = |of: fn(&Member) -> f64| members.iter().map(|m| m.weight * of(&m.member)).sum::<f64>();
    let mut report = FitReport::new(training, "BayesETS".to_owned(), f64::NAN);
    let one = |yes: bool| if yes { 1.0 } else { 0.0 };
    report.params = BTreeMap::from([
        ("alpha".to_owned(), average(|m| m.alpha)),
        ("beta".to_owned(), average(|m| m.beta)),
        ("no_trend".to_owned(), members.iter().map(|m| m.weight * one(m.member.is_flat())).sum()),
        ("damped".to_owned(), members.iter().map(|m| m.weight * one(m.member.phi > 0.0 && m.member.phi < 1.0)).sum()),
        ("log_scale".to_owned(), members.iter().map(|m| m.weight * one(m.member.lambda == 0.0)).sum()),
    ]);
    let n = training.y.len();
    let mut fitted = vec![0.0; n];
    for Weighted { weight, member, .. } in members {
        for (sum, y) in fitted.iter_mut().zip(one_step(member, training, scale)) {
            *sum += weight * y;
        }
    }
    if training.observed() < SHORT {
        report.notes.push(Note::ShortSeries { observed: training.observed() });
    }
    report.fitted = fitted.into_iter().map(Some).collect();
    report.residuals = training.y.iter().zip(&report.fitted).map(|(y, f)| Some((*y)? - (*f)?)).collect();
    let squares: Vec<f64> = report.residuals.iter().skip(1).flatten().map(|e| e * e).collect();
    report.sigma = (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt();
    report
}

/// What a member expected of each year before seeing it, carried to the scale of the data.
fn one_step(member: &Member, training: &Training, scale: f64) -> Vec<f64> {
    let Some(series) = Scaled::new(training, member.lambda, scale) else { return Vec::new() };
    let smoothing = member.smoothing();
    let mut state = State { level: series.z[0].unwrap_or(0.0), slope: 0.0 };
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
        &self.report
    }
}

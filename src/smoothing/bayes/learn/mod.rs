//! Learning the weights of the grid from many series.
//!
//! With `L_ik` the log evidence of member k for the first n years of a series and `p_ik` the log density it then gives to the
//! years held out (the sum over leads over the square root of their number, a heuristic that keeps long horizons from
//! drowning short ones), the held-out score of the law that ships is
//!
//! ```text
//! score = sum_i omega_i [ ln sum_k pi_k exp(eta L_ik + p_ik) - ln sum_k pi_k exp(eta L_ik) ]
//! ```
//!
//! The start maximises the first sum by expectation and maximisation: `pi_k <- sum_i omega_i r_ik`, `r_ik` the weight of the
//! member in it. The finish climbs the whole by exponentiated gradient, `omega_i (r_ik - w_ik)` with w the weights in the
//! second sum. Weights start equal, and a share of each step's weights is spread over the neighbours on the grid, so that no
//! member lives on luck alone.
//!
//! References: Kiefer and Wolfowitz (1956) and Koenker and Mizera (2014) for priors learned as weights; Gruenwald and van
//! Ommen (2017) for eta; Gneiting and Raftery (2007) for the score.

#![allow(clippy::indexing_slicing, reason = "origins are years of the series itself, and a law a lead")]

mod crps;
mod em;

pub use crps::{Finish, finish};
pub use em::start;

use std::sync::Arc;

use rayon::prelude::*;

use super::grid::Grid;
use super::member::{Member, Shared};
use super::posterior::Evidence;
use super::prior::Prior;
use crate::dist::Component;
use crate::error::{Error, Result};
use crate::series::{Series, Training, Unit, Value};

/// A series to learn from, with its weight.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The series; masked and partial years count as missing.
    pub series: Series,
    /// Weight of the whole series; its origins share it.
    pub weight: f64,
}

/// What to learn and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of the prior.
    pub name: String,
    /// The members to weigh.
    pub grid: Vec<Member>,
    /// What they share.
    pub shared: Shared,
    /// Power of the evidence.
    pub eta: f64,
    /// Years held out after each origin.
    pub horizon: usize,
    /// Numbers of observed years to learn at.
    pub origins: Vec<usize>,
    /// Steps of the start (expectation and maximisation).
    pub steps: usize,
    /// Weight of an origin of n years among those of its series: n to this power.
    pub long: f64,
    /// Members below this weight are dropped at the end.
    pub drop_below: f64,
}

/// One origin of one lesson: what each member makes of it.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Place of its lesson.
    pub lesson: usize,
    /// Weight.
    pub weight: f64,
    evidence: Vec<f32>,
    held_out: Vec<f32>,
}

/// A lesson cut at an origin: what is seen, and the years held out as (lead less one, value).
struct Cut {
    training: Training,
    future: Vec<(usize, f64)>,
    weight: f64,
}

impl Lesson {
    /// The lesson at each origin that it reaches; the origins share its weight.
    fn cuts(&self, settings: &Settings) -> Vec<Cut> {
        let Ok(whole) = Training::new(&self.series) else { return Vec::new() };
        let cut = |n: usize| -> Option<Cut> {
            let at = whole.y.iter().enumerate().filter(|(_, y)| y.is_some()).nth(n - 1)?.0;
            let future: Vec<(usize, f64)> =
                (0..settings.horizon).filter_map(|h| Some((h, (*whole.y.get(at + 1 + h)?)?))).collect();
            let training = Training { y: whole.y[..=at].to_vec(), ..whole.clone() };
            (!future.is_empty()).then_some(Cut { training, future, weight: (n as f64).powf(settings.long) })
        };
        let mut found: Vec<Cut> = settings.origins.iter().filter_map(|&n| cut(n)).collect();
        let total: f64 = found.iter().map(|c| c.weight).sum();
        for cut in &mut found {
            cut.weight *= self.weight / total;
        }
        found
    }
}

/// Numbers of observed years at which a user's panel is learned from, the years held out after each, and the steps.
const ORIGINS: [usize; 9] = [1, 2, 3, 5, 8, 12, 16, 20, 25];
const HORIZON: usize = 6;
const STEPS: usize = 30;

/// A prior moved towards what a panel of sibling series suggests: its members with other weights, as far as the panel is
/// large against `worth`, the number of series that the prior is worth.
///
/// # Errors
/// [`Error::NothingToLearn`] if no series has two exact full years; [`Error::BadParameter`] unless `worth` is above 0.
pub fn adapt(base: &Prior, panel: &[Series], worth: f64, name: &str) -> Result<Prior> {
    if !(worth > 0.0 && worth.is_finite()) {
        return Err(Error::bad_parameter("Prior.learn", "worth", worth, "a number of series above 0"));
    }
    let lessons: Vec<Lesson> =
        panel.iter().filter(|s| teaches(s)).map(|s| Lesson { series: s.clone(), weight: 1.0 }).collect();
    if lessons.is_empty() {
        return Err(Error::NothingToLearn { series: panel.len() });
    }
    let settings = Settings {
        name: name.to_owned(),
        grid: base.members.clone(),
        shared: base.shared,
        eta: base.eta,
        horizon: HORIZON,
        origins: ORIGINS.to_vec(),
        steps: STEPS,
        long: 1.0,
        drop_below: 0.0,
    };
    let weights = em::adapted(&exercises(&lessons, &settings), base, worth, STEPS);
    let total: f64 = weights.iter().sum();
    let kept: Vec<(Member, f64)> =
        base.members.iter().zip(&weights).filter(|(_, w)| **w > 1e-6 * total).map(|(m, w)| (*m, *w)).collect();
    let left: f64 = kept.iter().map(|(_, w)| w).sum();
    let mut sources = base.sources.clone();
    let years = || lessons.iter().map(|l| (l.series.first_year().get(), l.series.last_year().get()));
    let (first, last) = (years().map(|y| y.0).min().unwrap_or(0), years().map(|y| y.1).max().unwrap_or(0));
    sources.push(format!(
        "the user's panel: {} series, {first}-{last}; the prior {:?} is worth {worth}",
        lessons.len(),
        base.name
    ));
    let prior = Prior {
        name: name.to_owned(),
        members: kept.iter().map(|(m, _)| *m).collect(),
        weights: kept.iter().map(|(_, w)| w / left).collect(),
        sources,
        ..base.clone()
    };
    Ok(prior.sorted())
}

/// Looks at every lesson with every member. The result depends on the grid and what members share, not on eta.
pub fn exercises(lessons: &[Lesson], settings: &Settings) -> Vec<Exercise> {
    let grid = Arc::new(Grid::new(&settings.grid, &settings.shared));
    let of_lesson = |(i, lesson): (usize, &Lesson)| -> Vec<Exercise> {
        let of_cut = |cut: Cut| Exercise {
            lesson: i,
            weight: cut.weight,
            ..exercise(&cut.training, &cut.future, &settings.grid, &grid)
        };
        lesson.cuts(settings).into_iter().map(of_cut).collect()
    };
    lessons.par_iter().enumerate().flat_map_iter(of_lesson).collect()
}

fn exercise(training: &Training, future: &[(usize, f64)], members: &[Member], grid: &Arc<Grid>) -> Exercise {
    let evidence = Evidence::of(grid, training);
    let heuristic = (future.len() as f64).sqrt();
    let counts = training.unit == Unit::Count;
    let h = future.last().map_or(0, |(h, _)| h + 1);
    let mut exercise = Exercise { lesson: 0, weight: 0.0, evidence: Vec::new(), held_out: Vec::new() };
    for (member, place) in members.iter().zip(&grid.place) {
        let Some(seen) = evidence.see(*place, member) else {
            exercise.evidence.push(f32::NEG_INFINITY);
            exercise.held_out.push(0.0);
            continue;
        };
        // per lead, the mixture over the member's own laws
        let laws = evidence.ahead(*place, member, &seen, h);
        let by_law: Vec<(f64, Vec<Component>)> = laws.iter().map(|(w, l)| (*w, l.marginals(1.0).collect())).collect();
        let mut log_density = 0.0;
        for &(lead, y) in future {
            let mass: f64 = by_law.iter().map(|(w, c)| w * density(&c[lead], y, counts, evidence.scale)).sum();
            log_density += mass.max(1e-30).ln();
        }
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are plenty for weights")]
        {
            exercise.evidence.push(seen.log_evidence() as f32);
            exercise.held_out.push((log_density / heuristic) as f32);
        }
    }
    exercise
}

/// Probability of a count, or density of an amount in units of its scale.
fn density(law: &Component, y: f64, counts: bool, scale: f64) -> f64 {
    if counts { law.whole_mass(y) } else { law.density(y) * scale }
}

/// Whether a series has anything to teach: at least two exact full years.
pub fn teaches(series: &Series) -> bool {
    series.values().iter().filter(|v| matches!(v, Value::Exact(_))).count() >= 2
}

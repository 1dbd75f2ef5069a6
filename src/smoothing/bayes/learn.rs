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

use rayon::prelude::*;

use super::member::{Member, Shared};
use super::posterior::{Evidence, log_sum};
use super::prior::Prior;
use crate::dist::Component;
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
    /// Steps of the finish (exponentiated gradient).
    pub finish: usize,
    /// Length of a step of the finish.
    pub pace: f64,
    /// Weight of an origin of n years among those of its series: n to this power.
    pub long: f64,
    /// Members below this weight are dropped at the end.
    pub drop_below: f64,
}

/// One origin of one lesson: what each member makes of it.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Observed years at the origin.
    pub years: usize,
    /// Weight.
    pub weight: f64,
    evidence: Vec<f32>,
    held_out: Vec<f32>,
}

/// Looks at every lesson with every member. The result depends on the grid and what members share, not on eta.
pub fn exercises(lessons: &[Lesson], settings: &Settings) -> Vec<Exercise> {
    lessons.par_iter().flat_map_iter(|lesson| of_lesson(lesson, settings)).collect()
}

fn of_lesson(lesson: &Lesson, settings: &Settings) -> Vec<Exercise> {
    let Ok(whole) = Training::new(&lesson.series) else { return Vec::new() };
    let cut = |n: usize| -> Option<Exercise> {
        // the first n observed years, and what came in the horizon after them
        let at = whole.y.iter().enumerate().filter(|(_, y)| y.is_some()).nth(n - 1)?.0;
        let future: Vec<(usize, f64)> =
            (0..settings.horizon).filter_map(|h| Some((h, (*whole.y.get(at + 1 + h)?)?))).collect();
        if future.is_empty() {
            return None;
        }
        let training = Training { y: whole.y[..=at].to_vec(), ..whole.clone() };
        Some(exercise(&training, &future, settings))
    };
    let mut found: Vec<Exercise> = settings.origins.iter().filter_map(|&n| cut(n)).collect();
    let total: f64 = found.iter().map(|e| (e.years as f64).powf(settings.long)).sum();
    for e in &mut found {
        e.weight = lesson.weight * (e.years as f64).powf(settings.long) / total;
    }
    found
}

fn exercise(training: &Training, future: &[(usize, f64)], settings: &Settings) -> Exercise {
    let evidence = Evidence::new(training, &settings.grid, &settings.shared);
    let heuristic = (future.len() as f64).sqrt();
    let counts = training.unit == Unit::Count;
    let h = future.last().map_or(0, |(h, _)| h + 1);
    let mut exercise = Exercise { years: training.observed(), weight: 0.0, evidence: Vec::new(), held_out: Vec::new() };
    for member in &settings.grid {
        let Some(seen) = evidence.see(member) else {
            exercise.evidence.push(f32::NEG_INFINITY);
            exercise.held_out.push(0.0);
            continue;
        };
        // per lead, the mixture over the member's own laws
        let laws = seen.ahead(member, evidence.scale, h);
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

/// The weights of the grid that score best on the exercises.
pub fn learn(exercises: &[Exercise], settings: &Settings, sources: Vec<String>) -> Prior {
    let total: f64 = exercises.iter().map(|e| e.weight).sum();
    let mut grid = settings.grid.clone();
    let mut pi = vec![1.0 / grid.len() as f64; grid.len()];
    let mut near = neighbours(&grid);
    let mut work: Vec<Exercise> = exercises.to_vec();
    for step in 0..settings.steps + settings.finish {
        let (with, without, _) = sums(&work, &pi, settings.eta);
        for i in 0..pi.len() {
            if step < settings.steps {
                pi[i] = with[i] / total;
            } else {
                let gradient = (with[i] - without[i]) / (total * pi[i].max(1e-300));
                pi[i] *= (settings.pace * gradient).clamp(-1.0, 1.0).exp();
            }
        }
        spread(&mut pi, &near);
        // why: most members are out after a few steps, and every step looks at every member left.
        let last = step + 1 == settings.steps + settings.finish;
        if last || step % 10 == 9 {
            let least = if last { settings.drop_below } else { settings.drop_below * 0.05 };
            let kept: Vec<usize> = (0..pi.len()).filter(|&i| pi[i] >= least).collect();
            let pick = |values: &[f32]| kept.iter().map(|&i| values[i]).collect();
            work = work
                .par_iter()
                .map(|e| Exercise { evidence: pick(&e.evidence), held_out: pick(&e.held_out), ..*e })
                .collect();
            grid = kept.iter().map(|&i| grid[i]).collect();
            let left: f64 = kept.iter().map(|&i| pi[i]).sum();
            pi = kept.iter().map(|&i| pi[i] / left).collect();
            near = neighbours(&grid);
        }
    }
    let mut members: Vec<(Member, f64)> = grid.into_iter().zip(pi).collect();
    members.sort_by(|a, b| b.1.total_cmp(&a.1));
    Prior {
        name: settings.name.clone(),
        eta: settings.eta,
        shared: settings.shared,
        weights: members.iter().map(|(_, w)| *w).collect(),
        members: members.into_iter().map(|(m, _)| m).collect(),
        sources,
    }
}

/// Mean held-out score of weights, and its two sums of member weights.
fn sums(exercises: &[Exercise], pi: &[f64], eta: f64) -> (Vec<f64>, Vec<f64>, f64) {
    let k = pi.len();
    let log_pi: Vec<f64> = pi.iter().map(|p| p.ln()).collect();
    let zero = || (vec![0.0; k], vec![0.0; k], 0.0);
    // why chunks of fixed size: the order of additions must not depend on the number of threads.
    let parts: Vec<(Vec<f64>, Vec<f64>, f64)> = exercises
        .par_chunks(256)
        .map(|chunk| {
            let (mut with, mut without, mut score) = zero();
            let (mut a, mut b) = (vec![0.0; k], vec![0.0; k]);
            for e in chunk {
                for i in 0..k {
                    b[i] = log_pi[i] + eta * f64::from(e.evidence[i]);
                    a[i] = b[i] + f64::from(e.held_out[i]);
                }
                let (total_a, total_b) = (log_sum(a.iter().copied()), log_sum(b.iter().copied()));
                for i in 0..k {
                    with[i] += e.weight * (a[i] - total_a).exp();
                    without[i] += e.weight * (b[i] - total_b).exp();
                }
                score += e.weight * (total_a - total_b);
            }
            (with, without, score)
        })
        .collect();
    parts.into_iter().fold(zero(), |(mut with, mut without, score), (w, o, s)| {
        with.iter_mut().zip(w).for_each(|(x, y)| *x += y);
        without.iter_mut().zip(o).for_each(|(x, y)| *x += y);
        (with, without, score + s)
    })
}

/// The mean held-out score of a prior on exercises made with the prior's own members as the grid.
pub fn score(exercises: &[Exercise], prior: &Prior) -> f64 {
    let total: f64 = exercises.iter().map(|e| e.weight).sum();
    sums(exercises, &prior.weights, prior.eta).2 / total
}

/// Share of a member's weight that goes to its neighbours in each step.
const SPREAD: f64 = 0.0005;

/// For each member those that differ from it in one number, by one place of the grid.
fn neighbours(grid: &[Member]) -> Vec<Vec<usize>> {
    let axes: [fn(&Member) -> f64; 6] = [|m| m.alpha, |m| m.beta, |m| m.phi, |m| m.lambda, |m| m.tau, |m| m.s];
    let places: Vec<Vec<f64>> = axes
        .iter()
        .map(|axis| {
            let mut values: Vec<f64> = grid.iter().map(axis).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            values
        })
        .collect();
    let place = |m: &Member| -> Vec<usize> {
        axes.iter().zip(&places).map(|(axis, values)| values.partition_point(|v| *v < axis(m))).collect()
    };
    let coordinates: Vec<Vec<usize>> = grid.iter().map(place).collect();
    let near = |a: &[usize], b: &[usize]| a.iter().zip(b).map(|(x, y)| x.abs_diff(*y)).sum::<usize>() == 1;
    coordinates.iter().map(|a| (0..grid.len()).filter(|&j| near(a, &coordinates[j])).collect()).collect()
}

fn spread(pi: &mut [f64], neighbours: &[Vec<usize>]) {
    let total: f64 = pi.iter().sum();
    let before: Vec<f64> = pi.iter().map(|p| p / total).collect();
    for (i, near) in neighbours.iter().enumerate() {
        pi[i] = before[i];
        if !near.is_empty() {
            let mean = near.iter().map(|&j| before[j]).sum::<f64>() / near.len() as f64;
            pi[i] += SPREAD * (mean - before[i]);
        }
    }
    let total: f64 = pi.iter().sum();
    for p in pi {
        *p /= total;
    }
}

/// Whether a series has anything to teach: at least two exact full years.
pub fn teaches(series: &Series) -> bool {
    series.values().iter().filter(|v| matches!(v, Value::Exact(_))).count() >= 2
}

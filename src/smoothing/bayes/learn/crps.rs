//! The finish: weights, and eta with them, by descent on the CRPS of the law that ships.
//!
//! With `F_kj` the probability that member k gives to outcomes up to the node `x_j` of a held-out year, and
//! `w_k = pi_k exp(eta L_k) / sum`, the law's distribution function is `F_j = sum_k w_k F_kj` and its score
//!
//! ```text
//! CRPS = int (F(x) - 1{y <= x})^2 dx ~ sum_j c_j (F_j - 1{y <= x_j})^2
//! ```
//!
//! is quadratic in the weights: `dCRPS / d ln pi_k = w_k (g_k - sum_i w_i g_i)` with `g_k = sum_j 2 c_j (F_j - 1) F_kj`, and
//! along eta `sum_k w_k L_k (g_k - sum_i w_i g_i)`. The nodes are quantiles of the law from the start, and the held-out value.
//! Each score is divided by the size of a usual change of its series, so that series of all sizes teach alike.
//!
//! References: Gneiting and Raftery (2007) for the score; Kingma and Ba (2015) for the steps.

#![allow(clippy::indexing_slicing, reason = "rows of one number a member, made here")]

use std::sync::Arc;

use rayon::prelude::*;

use super::super::grid::Grid;
use super::super::member::Member;
use super::super::posterior::Evidence;
use super::super::prior::Prior;
use super::{Cut, Lesson, Settings};
use crate::dist::{Component, Continuous, Predictive as _, Support};
use crate::forecast::Latent;
use crate::series::Unit;

/// How the finish goes.
#[derive(Clone, Debug)]
pub struct Finish {
    /// Leads scored, from 1.
    pub leads: Vec<usize>,
    /// Steps over all exercises.
    pub steps: usize,
    /// Length of a step in ln pi.
    pub pace: f64,
    /// Weight of the divergence from the weights of the start.
    pub hold: f64,
    /// Whether eta is learned too.
    pub free_eta: bool,
    /// A score beyond this many usual changes counts no more than this.
    pub clip: f64,
    /// How much more the tails count: an outcome where the law of the start has probability p below it counts
    /// `(4 p (1 - p))^-tails`, at most 20 times. Such a weight by outcome leaves the score proper.
    pub tails: f64,
}

/// Levels of the quantiles that serve as nodes.
const LEVELS: [f64; 19] = [
    0.001, 0.005, 0.015, 0.04, 0.08, 0.14, 0.22, 0.31, 0.4, 0.5, 0.6, 0.69, 0.78, 0.86, 0.92, 0.96, 0.985, 0.995, 0.999,
];

/// The most that an outcome in the tails counts.
const MOST: f64 = 20.0;

/// Nodes lie within so many usual changes of the median: a tail beyond costs as much as one that ends there.
const FAR: f64 = 100.0;

/// One origin of one lesson, as the finish sees it.
struct Trial {
    weight: f64,
    /// ln (n / 10) of the observed years.
    log_years: f64,
    evidence: Vec<f32>,
    nodes: Vec<Node>,
    /// Each node's probabilities by member, in units of 1 / 65535.
    cdf: Vec<u16>,
}

/// A place where the law is asked: its share in the score, and whether the outcome lies below it.
struct Node {
    share: f32,
    reached: bool,
}

/// The prior after the finish, and its mean score before and after.
pub fn finish(lessons: &[Lesson], start: Prior, settings: &Settings, finish: &Finish) -> (Prior, f64, f64) {
    let grid = Arc::new(Grid::new(&start.members, &start.shared));
    let trials: Vec<Trial> = lessons
        .par_iter()
        .flat_map_iter(|lesson| lesson.cuts(settings).into_iter().filter_map(|cut| trial(&cut, &start, &grid, finish)))
        .collect();
    let total: f64 = trials.iter().map(|t| t.weight).sum();
    let k = start.members.len();
    let begin: Vec<f64> = start.weights.iter().map(|w| w.ln()).collect();
    let mut at = begin.clone();
    at.extend([start.eta.ln(), start.eta_growth]);
    let (mut speed, mut size) = (vec![0.0; k + 2], vec![0.0; k + 2]);
    let (mut first, mut best) = (0.0, (f64::INFINITY, at.clone()));
    for step in 0..=finish.steps {
        let (score, mut gradient) = descent(&trials, &at[..k], (at[k], at[k + 1]));
        let score = score / total;
        if step == 0 {
            first = score;
        }
        if score < best.0 {
            best = (score, at.clone());
        }
        let hold = pulls(&begin, &at[..k]);
        for (g, pull) in gradient.iter_mut().zip(&hold) {
            *g = *g / total + finish.hold * pull;
        }
        for g in &mut gradient[k..] {
            *g = if finish.free_eta { *g / total } else { 0.0 };
        }
        let rate = finish.pace * (1.0 - step as f64 / (finish.steps + 1) as f64);
        let taken = step as f64 + 1.0;
        let (fade, fade_size) = (1.0 - 0.9_f64.powf(taken), 1.0 - 0.99_f64.powf(taken));
        for i in 0..k + 2 {
            speed[i] = 0.9 * speed[i] + 0.1 * gradient[i];
            size[i] = 0.99 * size[i] + 0.01 * gradient[i] * gradient[i];
            at[i] -= rate * (speed[i] / fade) / ((size[i] / fade_size).sqrt() + 1e-7);
        }
    }
    let (last, at) = best;
    let most = at[..k].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mass: Vec<f64> = at[..k].iter().map(|a| (a - most).exp()).collect();
    let sum: f64 = mass.iter().sum();
    let kept: Vec<(Member, f64)> = start
        .members
        .iter()
        .zip(&mass)
        .map(|(member, m)| (*member, m / sum))
        .filter(|(_, w)| *w >= settings.drop_below)
        .collect();
    let left: f64 = kept.iter().map(|(_, w)| w).sum();
    let prior = Prior {
        eta: at[k].exp(),
        eta_growth: at[k + 1],
        members: kept.iter().map(|(m, _)| *m).collect(),
        weights: kept.iter().map(|(_, w)| w / left).collect(),
        ..start
    };
    (prior.sorted(), first, last)
}

/// Gradient of the divergence `sum p ln (p / q)` of the start p from the softmax q of `at`.
fn pulls(begin: &[f64], at: &[f64]) -> Vec<f64> {
    let most = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = at.iter().map(|a| (a - most).exp()).sum();
    at.iter().zip(begin).map(|(a, b)| (a - most).exp() / sum - b.exp()).collect()
}

/// Sum of scores, and its gradient along ln pi and eta.
fn descent(trials: &[Trial], log_pi: &[f64], (log_eta, growth): (f64, f64)) -> (f64, Vec<f64>) {
    let k = log_pi.len();
    // why chunks of fixed size: the order of additions must not depend on the number of threads.
    let parts: Vec<(f64, Vec<f64>)> = trials
        .par_chunks(128)
        .map(|chunk| {
            let (mut score, mut gradient) = (0.0, vec![0.0_f64; k + 2]);
            let (mut w, mut g) = (vec![0.0_f32; k], vec![0.0_f32; k]);
            for trial in chunk {
                let eta = (log_eta + growth * trial.log_years).exp();
                weigh(&mut w, log_pi, eta, &trial.evidence);
                g.fill(0.0);
                for (node, row) in trial.nodes.iter().zip(trial.cdf.chunks_exact(k)) {
                    let f = w.iter().zip(row).map(|(w, c)| w * f32::from(*c)).sum::<f32>() / 65535.0;
                    let miss = f - if node.reached { 1.0 } else { 0.0 };
                    score += trial.weight * f64::from(node.share * miss * miss);
                    let pull = 2.0 * node.share * miss / 65535.0;
                    g.iter_mut().zip(row).for_each(|(g, c)| *g += pull * f32::from(*c));
                }
                let mean: f32 = w.iter().zip(&g).map(|(w, g)| w * g).sum();
                for i in 0..k {
                    let slope = trial.weight * f64::from(w[i] * (g[i] - mean));
                    gradient[i] += slope;
                    if w[i] > 0.0 {
                        let along = slope * eta * f64::from(trial.evidence[i]);
                        gradient[k] += along;
                        gradient[k + 1] += along * trial.log_years;
                    }
                }
            }
            (score, gradient)
        })
        .collect();
    parts.into_iter().fold((0.0, vec![0.0; k + 2]), |(score, mut sum), (s, part)| {
        sum.iter_mut().zip(part).for_each(|(x, y)| *x += y);
        (score + s, sum)
    })
}

/// Weights after the series.
#[expect(clippy::cast_possible_truncation, reason = "seven digits are plenty for weights")]
fn weigh(w: &mut [f32], log_pi: &[f64], eta: f64, evidence: &[f32]) {
    let log = |i: usize| log_pi[i] + eta * f64::from(evidence[i]);
    let most = (0..w.len()).map(log).fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for (i, w) in w.iter_mut().enumerate() {
        *w = (log(i) - most).exp() as f32;
        sum += *w;
    }
    for w in w {
        *w /= sum;
    }
}

fn trial(cut: &Cut, start: &Prior, grid: &Arc<Grid>, finish: &Finish) -> Option<Trial> {
    let leads: Vec<(usize, f64)> =
        cut.future.iter().copied().filter(|(lead, _)| finish.leads.contains(&(lead + 1))).collect();
    let h = leads.last()?.0 + 1;
    let counts = cut.training.unit == Unit::Count;
    let evidence = Evidence::of(grid, &cut.training);
    let mut laws: Vec<Vec<(f64, Latent)>> = Vec::new();
    let mut logs: Vec<f32> = Vec::new();
    for (member, place) in start.members.iter().zip(&grid.place) {
        let seen = evidence.see(*place, member);
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are plenty for weights")]
        logs.push(seen.as_ref().map_or(f32::NEG_INFINITY, |seen| seen.log_evidence() as f32));
        let mut ahead = seen.map_or_else(Vec::new, |seen| evidence.ahead(*place, member, &seen, h));
        for (_, latent) in &mut ahead {
            let least = latent.link.apply(0.0);
            if counts {
                latent.location.iter_mut().for_each(|z| *z = z.max(least));
            }
        }
        laws.push(ahead);
    }
    let log_pi: Vec<f64> = start.weights.iter().map(|w| w.ln()).collect();
    let mut w = vec![0.0; log_pi.len()];
    weigh(&mut w, &log_pi, start.eta_after(cut.training.observed()), &logs);
    let log_years = (cut.training.observed() as f64 / 10.0).ln();
    let negative = cut.training.y.iter().flatten().any(|&y| y < 0.0);
    let mut made = Trial { weight: cut.weight, log_years, evidence: logs, nodes: Vec::new(), cdf: Vec::new() };
    let at: Vec<Vec<Vec<Component>>> =
        laws.iter().map(|member| member.iter().map(|(_, law)| law.marginals(1.0).collect()).collect()).collect();
    let usual = usual_change(&cut.training.y);
    for &(lead, y) in &leads {
        let components = |weight: f32, laws: &[(f64, Latent)], at: &[Vec<Component>]| -> Vec<Component> {
            laws.iter()
                .zip(at)
                .map(|((share, _), by_lead)| Component { weight: f64::from(weight) * share, ..by_lead[lead] })
                .filter(|c| c.weight > 1e-4)
                .collect()
        };
        let mixture: Vec<Component> =
            w.iter().zip(&laws).zip(&at).flat_map(|((w, laws), at)| components(*w, laws, at)).collect();
        let sum: f64 = mixture.iter().map(|c| c.weight).sum();
        let mixture = mixture.into_iter().map(|c| Component { weight: c.weight / sum, ..c }).collect();
        let law = Continuous::mixture(mixture, if negative { Support::Real } else { Support::NonNegative });
        let size = usual.unwrap_or_else(|| law.quantile(0.75) - law.quantile(0.25)).max(if counts {
            0.5
        } else {
            1e-9 * y.abs()
        });
        let far = (y - law.quantile(0.5)).abs() / size;
        let size = size * (far / finish.clip).max(1.0);
        let reach = FAR * size;
        for (x, share, reached) in nodes(&law, y, reach, counts) {
            let below = law.quick_cdf(x);
            let middle: f64 = 4.0 * below * (1.0 - below);
            let weight = middle.max(1e-12).powf(-finish.tails).min(MOST);
            let share = weight * share / size;
            #[expect(clippy::cast_possible_truncation, reason = "four digits are plenty")]
            made.nodes.push(Node { share: share as f32 / leads.len() as f32, reached });
            for (laws, at) in laws.iter().zip(&at) {
                let p: f64 = laws.iter().zip(at).map(|((share, _), c)| share * c[lead].quick_cdf(x)).sum();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535")]
                made.cdf.push((p.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16);
            }
        }
    }
    Some(made)
}

/// The mean size of a yearly change, and at least two per cent of the mean size; none for less than three years.
fn usual_change(y: &[Option<f64>]) -> Option<f64> {
    let seen: Vec<f64> = y.iter().flatten().copied().collect();
    if seen.len() < 3 {
        return None;
    }
    let mean = seen.iter().map(|y| y.abs()).sum::<f64>() / seen.len() as f64;
    let change = seen.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / (seen.len() - 1) as f64;
    Some(change.max(0.02 * mean))
}

/// The nodes of the integral with their shares: `int F^2` below the outcome, `int (1 - F)^2` above, by trapezoids.
fn nodes(law: &Continuous, y: f64, reach: f64, counts: bool) -> Vec<(f64, f64, bool)> {
    let place = |x: f64| if counts { x.round().max(0.0) + 0.5 } else { x };
    let centre = law.quantile(0.5);
    let within = |x: f64| x.clamp(centre - reach, centre + reach);
    let mut below: Vec<f64> = LEVELS.iter().map(|&p| place(within(law.quantile(p)))).collect();
    let mut above = below.clone();
    let (left, right) = if counts { (y - 0.5, y + 0.5) } else { (y, y) };
    below.retain(|&x| x < left);
    above.retain(|&x| x > right);
    if left > 0.0 || !counts {
        below.push(left);
    }
    above.insert(0, right);
    below.dedup();
    above.dedup();
    // why: a sum over whole numbers takes both ends whole, a trapezoid half.
    let end = if counts { 0.5 } else { 0.0 };
    let shares = |x: &[f64], reached: bool| -> Vec<(f64, f64, bool)> {
        (0..x.len())
            .map(|i| {
                let before = if i > 0 { 0.5 * (x[i] - x[i - 1]) } else { end };
                let after = if i + 1 < x.len() { 0.5 * (x[i + 1] - x[i]) } else { end };
                (x[i], before + after, reached)
            })
            .collect()
    };
    let mut all = shares(&below, false);
    all.extend(shares(&above, true));
    all
}

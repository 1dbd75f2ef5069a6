//! The start: weights by expectation and maximisation of `sum_i omega_i ln sum_k pi_k exp(eta L_ik + p_ik)`.
//!
//! A share of each step's weights is spread over the neighbours on the grid, so that no member lives on luck alone.

#![allow(clippy::indexing_slicing, reason = "rows of one number a member, made here")]

use rayon::prelude::*;

use super::super::member::Member;
use super::super::posterior::log_sum;
use super::super::prior::Prior;
use super::{Exercise, Settings};

/// The weights of the grid that the exercises suggest: `pi_k <- sum_i omega_i r_ik`, `r_ik` the weight of the member after
/// the years held out.
pub fn start(exercises: &[Exercise], settings: &Settings, sources: Vec<String>) -> Prior {
    let total: f64 = exercises.iter().map(|e| e.weight).sum();
    let mut grid = settings.grid.clone();
    let mut pi = vec![1.0 / grid.len() as f64; grid.len()];
    let mut near = neighbours(&grid);
    let mut work: Vec<Exercise> = exercises.to_vec();
    for step in 1..=settings.steps {
        pi = responsibilities(&work, &pi, settings.eta).iter().map(|r| r / total).collect();
        spread(&mut pi, &near);
        // why: most members are out after a few steps, and every step looks at every member left.
        let last = step == settings.steps;
        if last || step % 10 == 0 {
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
    Prior {
        name: settings.name.clone(),
        eta: settings.eta,
        eta_growth: 0.0,
        shared: settings.shared,
        members: grid,
        weights: pi,
        sources,
    }
    .sorted()
}

/// For each member the sum over exercises of its weight after the years held out.
fn responsibilities(exercises: &[Exercise], pi: &[f64], eta: f64) -> Vec<f64> {
    let k = pi.len();
    let log_pi: Vec<f64> = pi.iter().map(|p| p.ln()).collect();
    // why chunks of fixed size: the order of additions must not depend on the number of threads.
    let parts: Vec<Vec<f64>> = exercises
        .par_chunks(256)
        .map(|chunk| {
            let (mut sum, mut a) = (vec![0.0; k], vec![0.0; k]);
            for e in chunk {
                for i in 0..k {
                    a[i] = log_pi[i] + eta * f64::from(e.evidence[i]) + f64::from(e.held_out[i]);
                }
                let total = log_sum(a.iter().copied());
                for i in 0..k {
                    sum[i] += e.weight * (a[i] - total).exp();
                }
            }
            sum
        })
        .collect();
    parts.into_iter().fold(vec![0.0; k], |mut sum, part| {
        sum.iter_mut().zip(part).for_each(|(x, y)| *x += y);
        sum
    })
}

/// Share of a member's weight that goes to its neighbours in each step.
const SPREAD: f64 = 0.0005;

/// The weights of a prior moved towards what the exercises suggest: `pi_k <- (c pi0_k + sum_i omega_i r_ik) / (c + sum_i
/// omega_i)`, the posterior mode under a Dirichlet law about the prior's weights that is worth `c` series.
pub(super) fn adapted(exercises: &[Exercise], base: &Prior, c: f64, steps: usize) -> Vec<f64> {
    let total: f64 = exercises.iter().map(|e| e.weight).sum();
    let mut pi = base.weights.clone();
    for _ in 0..steps {
        let found = responsibilities(exercises, &pi, base.eta);
        pi = found.iter().zip(&base.weights).map(|(r, before)| (c * before + r) / (c + total)).collect();
    }
    pi
}

/// For each member those that differ from it in one number, by one place of the grid.
fn neighbours(grid: &[Member]) -> Vec<Vec<usize>> {
    let axes: [fn(&Member) -> f64; 7] =
        [|m| m.alpha, |m| m.beta, |m| m.phi, |m| m.lambda, |m| m.tau, |m| m.s, |m| m.drift];
    let places: Vec<Vec<f64>> = axes
        .iter()
        .map(|axis| {
            let mut values: Vec<f64> = grid.iter().map(axis).collect();
            values.sort_unstable_by(f64::total_cmp);
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

//! The search for alpha, beta, phi: a coarse grid, then the simplex from its best points.
//!
//! Bounds as is usual for short series: 0.0001 <= alpha <= 0.9999, 0.0001 <= beta <= alpha, 0.8 <= phi <= 0.98; phi stays
//! below 1 because a damped trend near 1 is an undamped one with a parameter more. Inside, beta is searched as a share of
//! its range, so that the region is a box.

use super::super::recursion::Smoothing;
use super::likelihood::Concentrated;
use super::{Fixed, Trend};
use crate::numeric::optimise::{Settings, Variable, minimise};

const LEAST: f64 = 1e-4;
const MOST: f64 = 0.9999;
const PHI: (f64, f64) = (0.8, 0.98);

/// Points of the coarse grid in each direction, as shares of the range.
const ALPHA_GRID: [f64; 6] = [0.0, 0.1, 0.3, 0.55, 0.8, 1.0];
const BETA_GRID: [f64; 4] = [0.0, 0.1, 0.4, 1.0];
const PHI_GRID: [f64; 3] = [0.0, 0.6, 1.0];
/// How many of the best grid points the simplex starts from.
const STARTS: usize = 3;

/// Where the free smoothing parameters lie, as numbers in 0..1.
struct Region {
    trend: Trend,
    fixed: Fixed,
}

impl Region {
    /// The directions that are searched.
    fn grids(&self) -> Vec<&'static [f64]> {
        let mut grids: Vec<&'static [f64]> = Vec::with_capacity(3);
        if self.fixed.alpha.is_none() {
            grids.push(&ALPHA_GRID);
        }
        if self.trend != Trend::None && self.fixed.beta.is_none() {
            grids.push(&BETA_GRID);
        }
        if self.trend == Trend::Damped && self.fixed.phi.is_none() {
            grids.push(&PHI_GRID);
        }
        grids
    }

    fn smoothing(&self, at: &[f64]) -> Smoothing {
        let mut shares = at.iter().copied();
        let mut free = |(from, to): (f64, f64)| from + shares.next().unwrap_or(0.0) * (to - from).max(0.0);
        let least_alpha = self.fixed.beta.map_or(LEAST, |beta| beta.clamp(LEAST, MOST));
        let alpha = self.fixed.alpha.unwrap_or_else(|| free((least_alpha, MOST)));
        let beta = match self.trend {
            Trend::None => 0.0,
            _ => self.fixed.beta.unwrap_or_else(|| free((LEAST.min(alpha), alpha))),
        };
        let phi = match self.trend {
            Trend::None => 0.0,
            Trend::Additive => 1.0,
            Trend::Damped => self.fixed.phi.unwrap_or_else(|| free(PHI)),
        };
        Smoothing { alpha, beta, phi }
    }
}

/// The smoothing parameters of largest likelihood; `least` bounds sigma^2 from below.
pub(super) fn smoothing(y: &[Option<f64>], trend: Trend, fixed: Fixed, least: f64) -> Smoothing {
    let region = Region { trend, fixed };
    let grids = region.grids();
    if grids.is_empty() {
        return region.smoothing(&[]);
    }
    let mut likelihood = Concentrated::new(y, fixed, trend != Trend::None);
    let mut misfit = |at: &[f64]| -likelihood.loglik(&region.smoothing(at), least);

    let mut starts: Vec<(f64, Vec<f64>)> =
        crossed(&grids).into_iter().map(|at| (misfit(&at), at)).filter(|(value, _)| value.is_finite()).collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    starts.truncate(STARTS);

    let mut best = starts.first().cloned().unwrap_or((f64::INFINITY, vec![0.5; grids.len()]));
    for (_, start) in &starts {
        let variables: Vec<Variable> = start.iter().map(|&start| Variable { start, lower: 0.0, upper: 1.0 }).collect();
        let found = minimise(&mut misfit, &variables, &Settings::default());
        if found.value < best.0 {
            best = (found.value, found.at);
        }
    }
    region.smoothing(&best.1)
}

/// Every combination of one point from each grid.
fn crossed(grids: &[&[f64]]) -> Vec<Vec<f64>> {
    grids.iter().fold(vec![Vec::new()], |points, grid| {
        points.iter().flat_map(|p| grid.iter().map(move |&g| p.iter().copied().chain([g]).collect())).collect()
    })
}

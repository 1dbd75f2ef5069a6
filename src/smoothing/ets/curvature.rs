//! What a fit leaves unknown of its parameters: the covariance `sigma^2 (J'J)^-1` with prior precisions added.

#![allow(clippy::indexing_slicing, reason = "as many coordinates as the class has")]

use super::estimate::{Aim, COORDINATES, PHI, RATE, jets};
use super::fitted::{FittedEts, problem};
use super::likelihood::{Filter, Params, Reader, run};
use super::{Region, ahead};
use crate::numeric::jet::Jet;
use crate::numeric::precision::Precision;

impl FittedEts {
    /// Derivatives at the optimum, and what they leave unknown of the parameters.
    pub(super) fn curvature(&self, h: usize) -> Curvature {
        let problem = problem(&self.model, &self.training, Aim::Likelihood);
        let params = problem.params(jets::<COORDINATES>(self.at));
        let years = problem.n;
        let mut reader = Innovations { e: Vec::with_capacity(years), growth: [0.0; COORDINATES] };
        // An error cannot be: the same recursion has run on plain numbers.
        let end = run(&self.training.y, self.model.class, &params, &mut reader);
        let centres = end.map(|end| ahead::centres(self.model.class, &params, &end, h)).unwrap_or_default();
        let free = problem.free();
        let alpha_range = if self.model.region == Region::Usual { 1.0 } else { 2.0 };
        let (of_alpha, of_share) = if self.penalised {
            // The variance of an exponential law of rate r is 1 / r^2.
            (RATE * RATE, RATE * RATE)
        } else {
            (prior(alpha_range), prior(1.0))
        };
        let priors = [0.0, of_alpha, 0.0, of_share, prior(PHI.1 - PHI.0)];
        let lanes: Vec<usize> = (0..COORDINATES).filter(|k| free[*k]).collect();
        let columns: Vec<Vec<f64>> = lanes
            .iter()
            .map(|&k| {
                let growth = reader.growth[k] / years as f64;
                reader.e.iter().map(|e| (e.by[k] + e.at * growth) / self.report.sigma).collect()
            })
            .collect();
        let prior: Vec<f64> = lanes.iter().map(|&k| priors[k]).collect();
        Curvature { precision: Precision::new(&columns, &prior), params, centres, lanes }
    }
}

/// Prior precision of a number known to lie in a range of this width.
fn prior(width: f64) -> f64 {
    12.0 / (width * width)
}

pub(super) struct Curvature {
    pub(super) precision: Precision,
    pub(super) params: Params<Jet<COORDINATES>>,
    pub(super) centres: Vec<Jet<COORDINATES>>,
    pub(super) lanes: Vec<usize>,
}

impl Curvature {
    pub(super) fn gradient(&self, jet: &Jet<COORDINATES>) -> Vec<f64> {
        self.lanes.iter().map(|&k| jet.by[k]).collect()
    }
}

/// Standardised innovations with their derivatives.
struct Innovations {
    e: Vec<Jet<COORDINATES>>,
    growth: [f64; COORDINATES],
}

impl Reader<Jet<COORDINATES>> for Innovations {
    fn year(
        &mut self,
        _: usize,
        _: Jet<COORDINATES>,
        seen: Option<(Jet<COORDINATES>, Jet<COORDINATES>)>,
        _: &Filter<Jet<COORDINATES>>,
    ) {
        use crate::numeric::jet::Real as _;
        let Some((e, variance)) = seen else { return };
        self.e.push(e / variance.root());
        for (sum, by) in self.growth.iter_mut().zip(variance.by) {
            *sum += 0.5 * by / variance.at;
        }
    }
}

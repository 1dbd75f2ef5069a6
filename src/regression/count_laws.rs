//! The laws of the years ahead of a trend of counts.
//!
//! A law is negative binomial, mixed over what is not known: the coefficients (Student-t, n - p degrees of freedom, four at
//! least) and the dispersion, with a member for each of a few dispersions.
//!
//! Eight years say little about theta, and the maximum of its likelihood is biased towards too little scatter; its law is
//! therefore the likelihood with the coefficients' information taken out (Cox and Reid), times a prior for ln(1 / theta)
//! that is normal around -2 with standard deviation 1.5. Quasi-Poisson is given the negative binomial law with variance
//! phi mean at the geometric mean of the years ahead, and phi scaled by n - p over chi^2. Damped (the default), dispersion
//! and memory are those of one-year-ahead errors along the damped line, and the negative binomial law is one of calm and
//! wild years: 15 in 100 are six times as dispersed, in the likelihood and ahead.
//!
//! Reference: Cox and Reid (1987), *JRSS B* 49(1), 1-39.

#![allow(clippy::indexing_slicing, reason = "as many means and years as counts")]

use super::fitted::Law;
use super::projection::Projection;
use super::setup::Setup;
use super::trend::SPARE_OF_LOGS;
use crate::dist::Link;
use crate::numeric::count_regression::{CountFit, CountRegression};
use crate::numeric::special::gamma::Rising;
use crate::numeric::special::normal;

/// How counts scatter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Poisson,
    Quasi,
    NegativeBinomial,
}

/// What ln(1 / theta) is like before the data.
const PRIOR_CENTRE: f64 = -2.0;
const PRIOR_DEVIATION: f64 = 1.5;
/// Nodes of a law of one number, in standard deviations from its mode.
const NODES: [f64; 3] = [-1.5, 0.0, 1.5];
/// The greatest ln alpha ahead: beyond, a law is nearly all zeros with a rare count of thousands.
const WIDEST: f64 = 1.5;
/// The share of wild years.
const WILD_SHARE: f64 = 0.15;
/// How many times as dispersed wild years are.
const WILD_FACTOR: f64 = 6.0;

/// What the laws of the years ahead are made of.
pub(super) struct YearsAhead<'a> {
    problem: &'a CountRegression,
    fit: &'a CountFit,
    /// A root of the covariance of the coefficients, row by row.
    root: &'a [f64],
    projection: Projection,
    /// Whether each dispersion has a maximum of its own along the line. Where the likelihood has none, the penalised fit
    /// stands for all.
    refits: bool,
    /// Observed years beyond the columns.
    df: f64,
    /// The last year's distance from the line.
    deviation: f64,
    /// Each count but the first, and what it was expected to be the year before.
    steps: Vec<(f64, f64)>,
}

impl<'a> YearsAhead<'a> {
    pub(super) fn new(
        setup: &Setup,
        projection: Projection,
        (problem, fit, root): (&'a CountRegression, &'a CountFit, &'a [f64]),
    ) -> Self {
        let distances: Vec<f64> = setup.y.iter().zip(&fit.mean).map(|(y, m)| ((y + 0.5) / (m + 0.5)).ln()).collect();
        let steps = (1..setup.y.len())
            .map(|i| {
                let gap = f64::from(setup.years[i].get() - setup.years[i - 1].get());
                let kept = projection.memory(gap) * distances[i - 1];
                (setup.y[i], (fit.mean[i] * kept.exp()).max(1e-9))
            })
            .collect();
        let df = setup.df();
        let refits = projection == Projection::Line && !problem.is_separated();
        let deviation = distances.last().copied().unwrap_or(0.0);
        Self { problem, fit, root, projection, refits, df, deviation, steps }
    }

    /// The last year's distance from the line, on the scale of logarithms.
    pub(super) fn deviation(&self) -> f64 {
        self.deviation
    }

    /// A law for each dispersion.
    pub(super) fn laws(&self, family: Family) -> Vec<Law> {
        match family {
            Family::Poisson => vec![self.law(1.0, self.fit, self.root.to_vec(), None)],
            Family::Quasi => self.quasi_poisson(),
            Family::NegativeBinomial => self.negative_binomial(),
        }
    }

    /// The law of counts with this size (none for Poisson), around a fit with a root of its covariance.
    fn law(&self, weight: f64, fit: &CountFit, root: Vec<f64>, size: Option<f64>) -> Law {
        Law {
            weight,
            coefficients: self.problem.coefficients(fit),
            root,
            // why four at least: the exponential of a heavier tail has means beyond every band. Where a logarithm's line
            // asks for more years instead, counts are scattered by chance too, and by how much need not be learned.
            df: Some(self.df.max(SPARE_OF_LOGS as f64)),
            // What the next year remembers of this one is the spread of a gamma number with this size.
            sigma: size.map_or(0.0, |size| (1.0 / size).ln_1p().sqrt()),
            link: Link::NegativeBinomial { size },
        }
    }

    fn quasi_poisson(&self) -> Vec<Law> {
        let df = self.df;
        let pearson = match self.projection {
            Projection::Line => self.problem.pearson(self.fit),
            Projection::Damped => self.steps.iter().map(|(y, m)| (y - m).powi(2) / m).sum(),
        };
        // why at least 1: counts that scatter less than chance has it did so by chance.
        let phi = (pearson / df).max(1.0);
        let typical = self.fit.mean.last().copied().unwrap_or(1.0) * self.deviation.exp();
        let each = [0.1, 0.3, 0.5, 0.7, 0.9].map(|q| {
            // Wilson and Hilferty's quantile of chi^2 / df.
            let share = (1.0 - 2.0 / (9.0 * df) + normal::quantile(q) * (2.0 / (9.0 * df)).sqrt()).max(0.1).powi(3);
            let phi = phi / share;
            // why at least a quarter: below, the law is nearly all zeros with a rare count of thousands.
            let size = (phi > 1.0).then(|| (typical.max(0.1) / (phi - 1.0)).max(0.25));
            self.law(0.2, self.fit, self.root.to_vec(), size)
        });
        each.to_vec()
    }

    fn negative_binomial(&self) -> Vec<Law> {
        let nodes = Posterior::new(self).nodes();
        let law = |(weight, log_alpha): (f64, f64)| {
            let alpha = log_alpha.exp();
            let refitted = if self.refits { self.problem.maximum(alpha, Some(self.fit)) } else { None };
            let (fit, root) = match &refitted {
                Some(refitted) => (refitted, self.problem.root(refitted)),
                None => (self.fit, self.root.to_vec()),
            };
            self.law(weight, fit, root, Some(1.0 / alpha))
        };
        let calm_and_wild = |(weight, log_alpha): (f64, f64)| {
            let wild = (log_alpha + WILD_FACTOR.ln()).min(WIDEST);
            [((1.0 - WILD_SHARE) * weight, log_alpha), (WILD_SHARE * weight, wild)]
        };
        match self.projection {
            Projection::Line => nodes.into_iter().map(law).collect(),
            Projection::Damped => nodes.into_iter().flat_map(calm_and_wild).map(law).collect(),
        }
    }
}

/// What prior and counts say of the dispersion.
struct Posterior<'a> {
    of: &'a YearsAhead<'a>,
    /// The last fit, where the next one begins.
    from: CountFit,
}

impl<'a> Posterior<'a> {
    fn new(of: &'a YearsAhead<'a>) -> Self {
        Self { of, from: of.fit.clone() }
    }

    /// The logarithm of the density of ln alpha, but for a constant.
    fn log_density(&mut self, log_alpha: f64) -> f64 {
        let z = (log_alpha - PRIOR_CENTRE) / PRIOR_DEVIATION;
        let likelihood = match self.of.projection {
            Projection::Damped => self.of_steps(log_alpha.exp()),
            Projection::Line => self.of_line(log_alpha.exp()),
        };
        likelihood.unwrap_or(f64::NEG_INFINITY) - 0.5 * z * z
    }

    /// The adjusted likelihood of the counts around the line.
    fn of_line(&mut self, alpha: f64) -> Option<f64> {
        let problem = self.of.problem;
        if !self.of.refits {
            let information = problem.log_information_at(alpha, self.of.fit)?;
            return Some(problem.loglik(alpha, &self.of.fit.mean) - 0.5 * information);
        }
        let fit = problem.maximum(alpha, Some(&self.from))?;
        let value = fit.loglik - 0.5 * problem.log_information(&fit);
        self.from = fit;
        Some(value)
    }

    /// The adjusted likelihood of the counts around what they were expected to be the year before: what of it changes with
    /// alpha.
    fn of_steps(&self, alpha: f64) -> Option<f64> {
        let (calm, wild) = (kernel(alpha), kernel(WILD_FACTOR * alpha));
        let each = |&(y, m): &(f64, f64)| {
            let (calm, wild) = (calm(y, m), wild(y, m));
            calm + (1.0 - WILD_SHARE + WILD_SHARE * (wild - calm).min(700.0).exp()).ln()
        };
        let information = self.of.problem.log_information_at(alpha, self.of.fit)?;
        Some(self.of.steps.iter().map(each).sum::<f64>() - 0.5 * information)
    }

    /// Places of ln alpha with their weights: the mode and one and a half standard deviations to both sides.
    fn nodes(mut self) -> Vec<(f64, f64)> {
        let (mut best, mut highest) = (PRIOR_CENTRE, f64::NEG_INFINITY);
        let mut x = -8.0;
        while x <= 3.0 {
            let v = self.log_density(x);
            if v > highest {
                (best, highest) = (x, v);
            }
            x += 1.0;
        }
        // Parabolas through three points close in on the mode and give the curvature there.
        let (mut step, mut deviation) = (1.0, 1.0);
        for _ in 0..3 {
            let (below, at, above) =
                (self.log_density(best - step), self.log_density(best), self.log_density(best + step));
            let curvature = (2.0 * at - below - above) / (step * step);
            if curvature > 0.0 {
                best += (0.5 * (above - below) / (curvature * step)).clamp(-step, step);
                deviation = curvature.sqrt().recip().clamp(0.05, 2.0);
            }
            step = (0.5 * deviation).min(step);
        }
        let places = NODES.map(|node| (best + node * deviation).min(WIDEST));
        let values = places.map(|place| self.log_density(place));
        let top = values.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
        let weights = values.map(|v| if top.is_finite() { (v - top).exp() } else { 1.0 });
        let total: f64 = weights.iter().sum();
        let pairs = weights.iter().zip(places).map(|(w, x)| (w / total, x));
        // why: a node of no weight would be no member of a mixture.
        pairs.filter(|(w, _)| *w > 1e-6).collect()
    }
}

/// The logarithm of the negative binomial probability of y with mean m, but for what alpha does not change.
fn kernel(alpha: f64) -> impl Fn(f64, f64) -> f64 {
    let rising = Rising::new(1.0 / alpha);
    move |y, m| rising.excess(y) - (y + 1.0 / alpha) * (alpha * m).ln_1p()
}

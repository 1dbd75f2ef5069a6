//! The filter of a member with effects, given sigma: a state of level, slope and one number an effect.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: two states and the effects are counted here")]

use serde::{Deserialize, Serialize};

use super::super::super::recursion::{Doubt, State};
use super::super::super::variance;
use super::super::cells::Scaled;
use super::super::lattice::{AtSigma, Filtering};
use super::super::member::{Member, Shared};
use super::super::tilt::tilt;
use super::columns::Effects;
use crate::forecast::{Latent, Rows};

/// The width of what is known, as a share of its size on the scale of the member.
const SURE: f64 = 1e-9;

/// A member that has seen the series, at one value of sigma: mean and covariance of (level, slope, effects).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct EffectNode {
    sigma: f64,
    log_sigma: f64,
    /// With the logarithm of the probability that the effects are of this kind.
    log_likelihood: f64,
    /// Whether effects of events may be far.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in super::super) far: bool,
    pub(in super::super) mean: Vec<f64>,
    /// Row by row.
    covariance: Vec<f64>,
}

/// What is known of a year's own number.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Kept {
    /// The number.
    Known(f64),
    /// A bound: the number is that of this place among those that the state keeps.
    Open(usize),
}

impl AtSigma for EffectNode {
    fn sigma(&self) -> f64 {
        self.sigma
    }
    fn log_sigma(&self) -> f64 {
        self.log_sigma
    }
    fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }
}

/// What is filtered.
pub(in super::super) struct EffectFilter<'a> {
    pub(in super::super) recursion: &'a Member,
    pub(in super::super) shared: &'a Shared,
    pub(in super::super) series: &'a Scaled,
    pub(in super::super) effects: &'a Effects,
    pub(in super::super) scale: f64,
    /// Whether effects of events may be far, and the logarithm of the probability of that.
    pub(in super::super) kind: (bool, f64),
}

impl Filtering for EffectFilter<'_> {
    type Node = EffectNode;

    fn at<const L: usize>(&self, log_sigma: [f64; L]) -> [EffectNode; L] {
        log_sigma.map(|log_sigma| self.node(log_sigma))
    }
}

impl EffectFilter<'_> {
    fn node(&self, log_sigma: f64) -> EffectNode {
        let (running, log_likelihood) = self.run(log_sigma.exp(), &[]);
        // why: where cells give probabilities they hold the width already.
        let jacobian = if self.series.cells.is_empty() { self.series.jacobian } else { 0.0 };
        EffectNode {
            sigma: log_sigma.exp(),
            log_sigma,
            log_likelihood: log_likelihood + jacobian + self.kind.1,
            far: self.kind.0,
            mean: running.mean,
            covariance: running.covariance,
        }
    }

    /// Variance of the effect `j` at a value of sigma, once the years of these rows have been observed too.
    pub(in super::super) fn variance_after(&self, node: &EffectNode, j: usize, rows: &[Vec<f64>]) -> f64 {
        if rows.is_empty() {
            return node.effect(j).1.powi(2);
        }
        let (mut running, _) = self.run(node.sigma, &[]);
        for row in rows {
            let expected = running.carry(self.recursion, row, node.sigma * node.sigma);
            running.learn(&expected, 0.0, 1.0);
        }
        running.covariance[(2 + j) * (running.mean.len() + 1)].max(0.0)
    }

    /// The node with the numbers of these years in its state, behind the effects.
    pub(in super::super) fn keeping(&self, node: &EffectNode, years: &[usize]) -> EffectNode {
        if years.is_empty() {
            return node.clone();
        }
        let (Running { mean, covariance }, _) = self.run(node.sigma, years);
        EffectNode { mean, covariance, ..node.clone() }
    }

    /// The state after the series, and its log likelihood; the numbers of some years are kept in it.
    fn run(&self, sigma: f64, kept: &[usize]) -> (Running, f64) {
        let Member { tau, lambda, .. } = *self.recursion;
        let noise = sigma * sigma;
        let d = 2 + self.effects.len();
        let State { level, slope } = self.recursion.begin(self.series.z.first().copied().flatten().unwrap_or(0.0));
        let mut running = Running { mean: vec![0.0; d], covariance: vec![0.0; d * d] };
        (running.mean[0], running.mean[1]) = (level, slope);
        (running.covariance[0], running.covariance[d + 1]) = (self.shared.level * noise, tau * tau * noise);
        for (j, effect) in self.effects.each.iter().enumerate() {
            let sd = effect.on_scale(lambda, self.scale) * effect.sd(self.kind.0, lambda);
            running.covariance[(2 + j) * (d + 1)] = sd * sd;
        }
        let mut log_likelihood = 0.0;
        for (t, z) in self.series.z.iter().enumerate() {
            let mut expected = running.carry(self.recursion, self.effects.row(t), noise);
            if kept.contains(&t) {
                running.keep(&mut expected);
            }
            let Some(z) = z else { continue };
            let sd = expected.variance.sqrt();
            if t == 0 {
                running.learn(&expected, 0.0, 1.0);
                running.covariance[0] += self.series.at_start;
            } else if let Some(cell) = self.series.cells.get(t).copied().flatten() {
                let tilted = tilt(cell, expected.mean, sd);
                log_likelihood += tilted.mass.ln() + tilted.log_rest;
                running.learn(&expected, tilted.shift / sd, 1.0 - tilted.remaining);
            } else {
                let e = z - expected.mean;
                log_likelihood -= 0.5 * ((std::f64::consts::TAU * expected.variance).ln() + e * e / expected.variance);
                running.learn(&expected, e / expected.variance, 1.0);
            }
        }
        (running, log_likelihood)
    }
}

/// Mean and covariance of the state on their way through the years.
struct Running {
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

/// What a year is expected to be.
struct Expected {
    mean: f64,
    variance: f64,
    /// Covariance of the state after the year with the year: F P w + g sigma^2.
    k: Vec<f64>,
}

impl Running {
    /// The state a year on, the year not yet seen.
    fn carry(&mut self, recursion: &Member, row: &[f64], noise: f64) -> Expected {
        let Member { alpha, beta, phi, .. } = *recursion;
        let (mean, p) = (&mut self.mean, &mut self.covariance);
        let d = mean.len();
        let w = |j: usize| match j {
            0 => 1.0,
            1 => phi,
            // why the question: a year that is kept moves no other
            j => row.get(j - 2).copied().unwrap_or(0.0),
        };
        let mut k: Vec<f64> = (0..d).map(|i| (0..d).map(|j| p[i * d + j] * w(j)).sum()).collect();
        let variance = (0..d).map(|i| w(i) * k[i]).sum::<f64>() + noise;
        let expected = (0..d).map(|i| w(i) * mean[i]).sum();
        (k[0], k[1]) = (k[0] + phi * k[1] + alpha * noise, phi * k[1] + beta * noise);
        carry(p, phi, d);
        p[0] += alpha * alpha * noise;
        p[1] += alpha * beta * noise;
        p[d] += alpha * beta * noise;
        p[d + 1] += beta * beta * noise;
        (mean[0], mean[1]) = (mean[0] + phi * mean[1], phi * mean[1]);
        Expected { mean: expected, variance, k }
    }

    /// The year's own number becomes part of the state.
    fn keep(&mut self, expected: &mut Expected) {
        let d = self.mean.len();
        let mut covariance = Vec::with_capacity((d + 1) * (d + 1));
        for (i, k) in expected.k.iter().enumerate() {
            covariance.extend_from_slice(&self.covariance[i * d..(i + 1) * d]);
            covariance.push(*k);
        }
        expected.k.push(expected.variance);
        covariance.extend_from_slice(&expected.k);
        self.covariance = covariance;
        self.mean.push(expected.mean);
    }

    /// What the year teaches: `shift` in units of its variance, and the share `gone` of that variance.
    fn learn(&mut self, expected: &Expected, shift: f64, gone: f64) {
        let d = self.mean.len();
        let Expected { variance, k, .. } = expected;
        for i in 0..d {
            self.mean[i] += k[i] * shift;
            for j in 0..d {
                self.covariance[i * d + j] -= k[i] * k[j] * gone / variance;
            }
        }
    }
}

/// P <- F P F' with F the recursion's for level and slope, and one for each effect.
fn carry(p: &mut [f64], phi: f64, d: usize) {
    for j in 0..d {
        let (a, b) = (p[j], p[d + j]);
        (p[j], p[d + j]) = (a + phi * b, phi * b);
    }
    for i in 0..d {
        let (a, b) = (p[i * d], p[i * d + 1]);
        (p[i * d], p[i * d + 1]) = (a + phi * b, phi * b);
    }
}

impl EffectNode {
    /// The law of the next years, with these rows of columns.
    pub(in super::super) fn ahead(&self, member: &Member, scale: f64, rows: &[Vec<f64>]) -> Latent {
        let h = rows.len();
        let smoothing = member.smoothing();
        let state = State { level: self.mean[0], slope: self.mean[1] };
        let base = variance::ahead(&smoothing, state, Doubt::default(), self.sigma, h);
        let reach = variance::ahead(&smoothing, State { level: 0.0, slope: 1.0 }, Doubt::default(), 1.0, h).location;
        let root = self.root();
        let mut location = base.location;
        let mut shared = Vec::with_capacity(h);
        for (i, row) in rows.iter().enumerate() {
            let w: Vec<f64> = [1.0, reach[i]].into_iter().chain(row.iter().copied()).collect();
            location[i] += row.iter().zip(&self.mean[2..]).map(|(x, g)| x * g).sum::<f64>();
            shared.push(through(&w, &root));
        }
        Latent { location, shared: Rows::from(shared), link: member.link(scale), ..base }
    }

    /// Whether a stored node can be one of so many effects.
    pub(in super::super) fn is_sound(&self, effects: usize) -> bool {
        let d = self.mean.len();
        d == effects + 2 && self.covariance.len() == d * d && self.sigma > 0.0
    }

    /// Mean and standard deviation of an effect.
    pub(in super::super) fn effect(&self, j: usize) -> (f64, f64) {
        let d = self.mean.len();
        (self.mean[2 + j], self.covariance[(2 + j) * (d + 1)].max(0.0).sqrt())
    }

    /// The law of past years without some of the effects: their own numbers less what the columns in `rows` did. The node
    /// keeps the numbers of open years.
    pub(in super::super) fn without(&self, member: &Member, scale: f64, z: &[Kept], rows: &[Vec<f64>]) -> Latent {
        let root = self.root();
        let mut location = Vec::with_capacity(z.len());
        let mut shared = Vec::with_capacity(z.len());
        for (kept, row) in z.iter().zip(rows) {
            let mut w = vec![0.0; self.mean.len()];
            w[2..].iter_mut().zip(row).for_each(|(w, x)| *w = -x);
            let own = match *kept {
                Kept::Known(z) => z,
                Kept::Open(place) => {
                    w[2 + row.len() + place] = 1.0;
                    0.0
                }
            };
            location.push(own + w.iter().zip(&self.mean).map(|(w, mean)| w * mean).sum::<f64>());
            shared.push(through(&w, &root));
        }
        // why a width at all: no law of this crate has none, and a year that the columns leave alone is known as it was.
        let size = location.iter().fold(1.0_f64, |most, z| most.max(z.abs()));
        let mut ripple = vec![0.0; z.len()];
        ripple[0] = SURE * size;
        Latent { link: member.link(scale), ..Latent::new(location, shared, ripple) }
    }

    /// A lower triangular root of the covariance.
    fn root(&self) -> Vec<f64> {
        let d = self.mean.len();
        let mut root = vec![0.0; d * d];
        for j in 0..d {
            let own: f64 = (0..j).map(|k| root[j * d + k] * root[j * d + k]).sum();
            let pivot = (self.covariance[j * (d + 1)] - own).max(0.0).sqrt();
            root[j * d + j] = pivot;
            for i in j + 1..d {
                let sum: f64 = (0..j).map(|k| root[i * d + k] * root[j * d + k]).sum();
                let rest = self.covariance[i * d + j] - sum;
                root[i * d + j] = if pivot > 0.0 { rest / pivot } else { 0.0 };
            }
        }
        root
    }
}

/// w' R
fn through(w: &[f64], root: &[f64]) -> Vec<f64> {
    let d = w.len();
    (0..d).map(|j| (j..d).map(|i| w[i] * root[i * d + j]).sum()).collect()
}

//! The filter of a member with effects, given sigma: a state of level, slope and one number an effect.

use super::super::super::recursion::{Doubt, State};
use super::super::super::variance;
use super::super::cells::Scaled;
use super::super::lattice::{AtSigma, Filtering};
use super::super::member::{Member, Shared};
use super::super::tilt::tilt;
use super::columns::Effects;
use crate::forecast::{Latent, Rows};

/// A member that has seen the series, at one value of sigma: mean and covariance of (level, slope, effects).
#[derive(Clone, Debug)]
pub(in super::super) struct EffectNode {
    sigma: f64,
    log_sigma: f64,
    log_likelihood: f64,
    pub(in super::super) mean: Vec<f64>,
    /// Row by row.
    covariance: Vec<f64>,
}

impl AtSigma for EffectNode {
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
}

impl Filtering for EffectFilter<'_> {
    type Node = EffectNode;

    fn at<const L: usize>(&self, log_sigma: [f64; L]) -> [EffectNode; L] {
        log_sigma.map(|log_sigma| self.node(log_sigma))
    }
}

impl EffectFilter<'_> {
    fn node(&self, log_sigma: f64) -> EffectNode {
        let Member { alpha, beta, phi, tau, lambda, .. } = *self.recursion;
        let sigma = log_sigma.exp();
        let noise = sigma * sigma;
        let d = 2 + self.effects.len();
        let State { level, slope } = self.recursion.begin(self.series.z.first().copied().flatten().unwrap_or(0.0));
        let mut mean = vec![0.0; d];
        (mean[0], mean[1]) = (level, slope);
        let mut p = vec![0.0; d * d];
        (p[0], p[d + 1]) = (self.shared.level * noise, tau * tau * noise);
        for (j, effect) in self.effects.each.iter().enumerate() {
            // dz / d ln y at the level of the effect
            let sd = effect.sd * (effect.level / self.scale).powf(lambda);
            p[(2 + j) * (d + 1)] = sd * sd;
        }
        let mut log_likelihood = 0.0;
        for (t, z) in self.series.z.iter().enumerate() {
            let row = self.effects.row(t);
            let w = |j: usize| match j {
                0 => 1.0,
                1 => phi,
                j => row[j - 2],
            };
            let pw: Vec<f64> = (0..d).map(|i| (0..d).map(|j| p[i * d + j] * w(j)).sum()).collect();
            let variance = (0..d).map(|i| w(i) * pw[i]).sum::<f64>() + noise;
            let expected: f64 = (0..d).map(|i| w(i) * mean[i]).sum();
            // the covariance of the next state with the year: F P w + g sigma^2
            let mut k = pw;
            (k[0], k[1]) = (k[0] + phi * k[1] + alpha * noise, phi * k[1] + beta * noise);
            carry(&mut p, phi, d);
            p[0] += alpha * alpha * noise;
            p[1] += alpha * beta * noise;
            p[d] += alpha * beta * noise;
            p[d + 1] += beta * beta * noise;
            (mean[0], mean[1]) = (mean[0] + phi * mean[1], phi * mean[1]);
            let Some(z) = z else { continue };
            // how far the mean moves, in units of S, and the share of the year's variance that is gone
            let (shift, gone) = if t == 0 {
                (0.0, 1.0)
            } else if let Some(cell) = self.series.cells.get(t).copied().flatten() {
                let sd = variance.sqrt();
                let tilted = tilt(cell, expected, sd);
                log_likelihood += tilted.mass.ln() + tilted.log_rest;
                (tilted.shift / sd, 1.0 - tilted.remaining)
            } else {
                let e = z - expected;
                log_likelihood -= 0.5 * ((std::f64::consts::TAU * variance).ln() + e * e / variance);
                (e / variance, 1.0)
            };
            for i in 0..d {
                mean[i] += k[i] * shift;
                for j in 0..d {
                    p[i * d + j] -= k[i] * k[j] * gone / variance;
                }
            }
            if t == 0 {
                p[0] += self.series.at_start;
            }
        }
        if self.series.cells.is_empty() {
            // why: where cells give probabilities they hold the width already.
            log_likelihood += self.series.jacobian;
        }
        EffectNode { sigma, log_sigma, log_likelihood, mean, covariance: p }
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

    /// Mean and standard deviation of an effect.
    pub(in super::super) fn effect(&self, j: usize) -> (f64, f64) {
        let d = self.mean.len();
        (self.mean[2 + j], self.covariance[(2 + j) * (d + 1)].max(0.0).sqrt())
    }

    /// The law of past years without some of the effects: `z` less what the columns in `rows` did.
    pub(in super::super) fn without(&self, member: &Member, scale: f64, z: &[f64], rows: &[Vec<f64>]) -> Latent {
        let root = self.root();
        let mut location = Vec::with_capacity(z.len());
        let mut shared = Vec::with_capacity(z.len());
        for (z, row) in z.iter().zip(rows) {
            location.push(z - row.iter().zip(&self.mean[2..]).map(|(x, g)| x * g).sum::<f64>());
            let w: Vec<f64> = [0.0, 0.0].into_iter().chain(row.iter().map(|x| -x)).collect();
            shared.push(through(&w, &root));
        }
        let ripple = vec![0.0; z.len()];
        Latent { location, shared: Rows::from(shared), ripple, df: None, link: member.link(scale), quiet: 0 }
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

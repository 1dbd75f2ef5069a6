//! The filter for years that are intervals: assumed-density filtering, given sigma.
//!
//! Given sigma, the filter expects `z_t ~ N(m, S sigma^2)`. An interval tilts that scalar law to mass Z, mean m* and variance
//! v*; the state moves as if m* had been seen with v* left unknown (see `recursion`), and log Z is the evidence.
//!
//! sigma itself is integrated out on a lattice (`lattice`).
//!
//! Reference: Minka (2001) for assumed-density filtering.

use serde::{Deserialize, Serialize};

use super::super::recursion::{Doubt, Gain, Jolt, State};
use super::cells::{Cell, Scaled};
use super::lattice::{self, AtSigma, Filtering, Sigma};
use super::member::{Member, Shared};
use super::tilt::tilt;

/// A recursion that has seen the series, at one value of sigma.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Node {
    pub(super) sigma: f64,
    pub(super) log_sigma: f64,
    pub(super) log_likelihood: f64,
    pub(super) state: State,
    pub(super) doubt: Doubt,
}

impl AtSigma for Node {
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

/// A recursion on the lattice of sigma.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lattice {
    step: f64,
    pub(super) nodes: Vec<Node>,
}

impl Lattice {
    /// The nodes where any of the laws leaves weight after `n` informative years; `near` is about where they lie. For each
    /// wild year as many again, with the probability of the case in their likelihood.
    pub(super) fn new(
        recursion: &Member,
        shared: &Shared,
        series: &Scaled,
        laws: &[Sigma],
        n: usize,
        near: f64,
        wild: &[(usize, Jolt)],
    ) -> Self {
        let step = lattice::step(shared.shape, n);
        let filter = Filter { recursion, shared, series, wild: None, last: None };
        let mut cases = vec![(0.0, None)];
        if shared.wild > 0.0 {
            let each = (shared.wild / (2.0 * n as f64)).ln();
            cases = vec![((-shared.wild).ln_1p(), None)];
            cases.extend(wild.iter().map(|place| (each, Some(*place))));
        }
        let mut all = Vec::new();
        for (log_prior, wild) in cases {
            let mut add = |last| {
                let mut nodes = lattice::nodes(&Filter { wild, last, ..filter }, laws, step, near);
                for node in &mut nodes {
                    node.log_likelihood += log_prior;
                }
                all.extend(nodes);
            };
            if series.pieces.is_empty() {
                add(None);
            } else {
                series.pieces.iter().for_each(|piece| add(Some(*piece)));
            }
        }
        Self { step, nodes: all }
    }

    /// The log weight of each node under a law; together they are the evidence.
    pub(super) fn log_weights(&self, law: Sigma) -> impl Iterator<Item = f64> + Clone + '_ {
        let width = self.step.ln();
        self.nodes.iter().map(move |node| law.log_weight(node) + width)
    }
}

/// What is filtered.
#[derive(Clone, Copy)]
pub(super) struct Filter<'a> {
    pub(super) recursion: &'a Member,
    shared: &'a Shared,
    pub(super) series: &'a Scaled,
    wild: Option<(usize, Jolt)>,
    /// The last year, if it lies in a piece of its cell.
    last: Option<Cell>,
}

impl Filter<'_> {
    /// State and doubt before the first year.
    pub(super) fn begin(&self) -> (State, Doubt) {
        let state = self.recursion.begin(self.series.z.first().copied().flatten().unwrap_or(0.0));
        (state, Doubt::independent(self.shared.level, self.recursion.tau * self.recursion.tau))
    }

    /// The gain of a year, wild or not.
    pub(super) fn gain(&self, t: usize, doubt: Doubt) -> Gain {
        let gain = self.recursion.smoothing().gain(doubt);
        match self.wild {
            Some((year, jolt)) if year == t => gain.jolted(jolt, self.shared.jolt * self.shared.jolt),
            _ => gain,
        }
    }

    /// State and doubt after a year that says nothing: a missing one, or the first, which sets the level.
    pub(super) fn passed_over(&self, t: usize, state: State, doubt: Doubt, sigma: f64) -> (State, Doubt) {
        let gain = self.gain(t, doubt);
        let doubt = if t == 0 { gain.seen().with_level(self.series.at_start / (sigma * sigma)) } else { gain.missed() };
        (self.recursion.smoothing().advanced(state, gain, 0.0), doubt)
    }

    /// The cells of the years.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, Option<Cell>)> + '_ {
        let years = self.series.cells.len();
        self.series.cells.iter().enumerate().map(move |(t, cell)| (t, self.last.filter(|_| t + 1 == years).or(*cell)))
    }

    /// The filter at `L` values of sigma, side by side.
    fn filtered<const L: usize>(&self, log_sigma: [f64; L]) -> [Node; L] {
        let smoothing = self.recursion.smoothing();
        let (state, doubt) = self.begin();
        let node = |log_sigma: f64| Node { sigma: log_sigma.exp(), log_sigma, log_likelihood: 0.0, state, doubt };
        let mut nodes = log_sigma.map(node);
        let mut masses = [1.0; L];
        for (t, cell) in self.cells() {
            for (node, mass) in nodes.iter_mut().zip(&mut masses) {
                let Some(informative) = cell.filter(|_| t > 0) else {
                    (node.state, node.doubt) = self.passed_over(t, node.state, node.doubt, node.sigma);
                    continue;
                };
                let gain = self.gain(t, node.doubt);
                let sd = node.sigma * gain.variance.sqrt();
                let tilt = tilt(informative, smoothing.expected(node.state), sd);
                node.log_likelihood += tilt.log_rest;
                // why a product: one logarithm for many years.
                *mass *= tilt.mass;
                if *mass < 1e-200 {
                    node.log_likelihood += mass.ln();
                    *mass = 1.0;
                }
                node.state = smoothing.advanced(node.state, gain, tilt.shift * sd);
                node.doubt = gain.after(gain.variance * tilt.remaining);
            }
        }
        for (node, mass) in nodes.iter_mut().zip(masses) {
            node.log_likelihood += mass.ln();
        }
        nodes
    }
}

impl Filtering for Filter<'_> {
    type Node = Node;

    fn at<const L: usize>(&self, log_sigma: [f64; L]) -> [Node; L] {
        let nodes = self.filtered(log_sigma);
        if self.series.masked { nodes.map(|node| self.refined(node)) } else { nodes }
    }
}

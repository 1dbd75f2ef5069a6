//! The filter for years that are intervals: assumed-density filtering, given sigma.
//!
//! Given sigma, the filter expects `z_t ~ N(m, S sigma^2)`. An interval tilts that scalar law to mass Z, mean m* and variance
//! v*; the state moves as if m* had been seen with v* left unknown (see `recursion`), and log Z is the evidence.
//!
//! sigma itself is integrated out by the trapezoidal rule in u = ln sigma, on the lattice `u = j d`. For a bump that is
//! about normal with standard deviation w the rule's relative error is `2 exp(-2 pi^2 (w / d)^2)`: with d = 1.6 w, a handful
//! of nodes, below 0.001. The lattice is the same for all members, so that members with one recursion and different laws of
//! sigma share the filters and only weigh them differently.
//!
//! References: Minka (2001) for assumed-density filtering; Trefethen and Weideman (2014), SIAM Review 56, 385-458, for the
//! trapezoidal rule.

use super::super::recursion::{Doubt, State};
use super::cells::Scaled;
use super::member::{Member, Shared};
use super::tilt::tilt;

/// Distance of the nodes in standard deviations of ln sigma.
const STEP: f64 = 1.6;
/// A node of less than this share of the greatest, as a logarithm, is the last on its side: 0.01.
const LOG_LAST: f64 = -4.6;
/// Nodes that are tried first, about the midpoints' sigma.
const FIRST: usize = 5;
/// Pairs of nodes that may be added on either side; the search ends long before, where numbers are numbers.
const MOST: usize = 40;

/// A recursion that has seen the series, at one value of sigma.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) sigma: f64,
    log_sigma: f64,
    pub(super) log_likelihood: f64,
    pub(super) state: State,
    pub(super) doubt: Doubt,
}

/// The law of sigma^2 before the series: inverse gamma.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sigma {
    shape: f64,
    rate: f64,
    log_constant: f64,
}

impl Sigma {
    pub(super) fn new(shape: f64, rate: f64) -> Self {
        let log_constant = std::f64::consts::LN_2 + shape * rate.ln() - libm::lgamma(shape);
        Self { shape, rate, log_constant }
    }

    /// ln of the likelihood times the density of ln sigma.
    fn log_weight(self, node: &Node) -> f64 {
        let precision = 1.0 / (node.sigma * node.sigma);
        node.log_likelihood + self.log_constant - 2.0 * self.shape * node.log_sigma - self.rate * precision
    }
}

/// A recursion on the lattice of sigma.
#[derive(Clone, Debug)]
pub(super) struct Lattice {
    step: f64,
    pub(super) nodes: Vec<Node>,
}

impl Lattice {
    /// The nodes where any of the laws leaves weight after `n` informative years; `near` is about where they lie.
    pub(super) fn new(
        recursion: &Member,
        shared: &Shared,
        series: &Scaled,
        laws: &[Sigma],
        n: usize,
        near: f64,
    ) -> Self {
        // ln sigma has a standard deviation of about 1 / (2 sqrt(a_n))
        let step = STEP * 0.5 / (shared.shape + 0.5 * n as f64).sqrt();
        let filter = Filter { recursion, shared, series };
        let centre = (near.ln() / step).round();
        let reach = (FIRST / 2) as f64;
        let first: [f64; FIRST] = std::array::from_fn(|i| step * (centre - reach + i as f64));
        let mut nodes = Vec::with_capacity(FIRST + 4);
        nodes.extend(filter.at(first));
        for (side, mut end) in [(-1.0, 0), (1.0, FIRST - 1)] {
            let mut place = centre + side * reach;
            for _ in 0..MOST {
                if !laws.iter().any(|law| leaves_weight(&nodes, end, *law)) {
                    break;
                }
                // why two: they run side by side in the processor.
                nodes.extend(filter.at([step * (place + side), step * (place + 2.0 * side)]));
                place += 2.0 * side;
                end = nodes.len() - 1;
            }
        }
        Self { step, nodes }
    }

    /// The log weight of each node under a law; together they are the evidence.
    pub(super) fn log_weights(&self, law: Sigma) -> impl Iterator<Item = f64> + Clone + '_ {
        let width = self.step.ln();
        self.nodes.iter().map(move |node| law.log_weight(node) + width)
    }
}

fn leaves_weight(nodes: &[Node], end: usize, law: Sigma) -> bool {
    let most = nodes.iter().map(|node| law.log_weight(node)).fold(f64::NEG_INFINITY, f64::max);
    law.log_weight(&nodes[end]) > most + LOG_LAST
}

/// What is filtered.
struct Filter<'a> {
    recursion: &'a Member,
    shared: &'a Shared,
    series: &'a Scaled,
}

impl Filter<'_> {
    /// The filter at `L` values of sigma, side by side.
    fn at<const L: usize>(&self, log_sigma: [f64; L]) -> [Node; L] {
        let smoothing = self.recursion.smoothing();
        let state = self.recursion.begin(self.series.z.first().copied().flatten().unwrap_or(0.0));
        let doubt = Doubt::independent(self.shared.level, self.recursion.tau * self.recursion.tau);
        let node = |log_sigma: f64| Node { sigma: log_sigma.exp(), log_sigma, log_likelihood: 0.0, state, doubt };
        let mut nodes = log_sigma.map(node);
        let mut masses = [1.0; L];
        for (t, cell) in self.series.cells.iter().enumerate() {
            for (node, mass) in nodes.iter_mut().zip(&mut masses) {
                let gain = smoothing.gain(node.doubt);
                let Some(informative) = cell.filter(|_| t > 0) else {
                    // why no tilt: the first year sets the level.
                    node.state = smoothing.advanced(node.state, gain, 0.0);
                    node.doubt = if cell.is_some() { gain.seen() } else { gain.missed() };
                    continue;
                };
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

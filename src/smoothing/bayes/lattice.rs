//! sigma integrated out by the trapezoidal rule in u = ln sigma, on the lattice `u = j d`.
//!
//! For a bump that is about normal with standard deviation w the rule's relative error is `2 exp(-2 pi^2 (w / d)^2)`: with
//! d = 1.6 w, a handful of nodes, below 0.001. The lattice is the same for all members, so that members with one recursion
//! and different laws of sigma share the filters and only weigh them differently.
//!
//! Reference: Trefethen and Weideman (2014), SIAM Review 56, 385-458, for the trapezoidal rule.

/// Distance of the nodes in standard deviations of ln sigma.
const STEP: f64 = 1.6;
/// A node of less than this share of the greatest, as a logarithm, is the last on its side: 0.01.
const LOG_LAST: f64 = -4.6;
/// Nodes that are tried first, about the midpoints' sigma.
const FIRST: usize = 5;
/// Pairs of nodes that may be added on either side; the search ends long before, where numbers are numbers.
const MOST: usize = 40;

/// Distance of the nodes in ln sigma, after `n` years, for a law of this shape.
pub(super) fn step(shape: f64, n: usize) -> f64 {
    // ln sigma has a standard deviation of about 1 / (2 sqrt(a_n))
    STEP * 0.5 / (shape + 0.5 * n as f64).sqrt()
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
    pub(super) fn log_weight(self, node: &impl AtSigma) -> f64 {
        let precision = (-2.0 * node.log_sigma()).exp();
        node.log_likelihood() + self.log_constant - 2.0 * self.shape * node.log_sigma() - self.rate * precision
    }
}

/// A series filtered at one value of sigma.
pub(super) trait AtSigma {
    fn log_sigma(&self) -> f64;
    fn log_likelihood(&self) -> f64;
}

/// What can be filtered at several values of sigma side by side.
pub(super) trait Filtering {
    type Node: AtSigma;
    fn at<const L: usize>(&self, log_sigma: [f64; L]) -> [Self::Node; L];
}

/// The nodes where any of the laws leaves weight; `near` is about where they lie.
pub(super) fn nodes<F: Filtering>(filter: &F, laws: &[Sigma], step: f64, near: f64) -> Vec<F::Node> {
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
    nodes
}

fn leaves_weight<N: AtSigma>(nodes: &[N], end: usize, law: Sigma) -> bool {
    let most = nodes.iter().map(|node| law.log_weight(node)).fold(f64::NEG_INFINITY, f64::max);
    law.log_weight(&nodes[end]) > most + LOG_LAST
}

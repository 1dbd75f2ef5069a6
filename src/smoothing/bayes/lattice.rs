//! sigma integrated out by the trapezoidal rule in u = ln sigma, on the lattice `u = j d`.
//!
//! For a bump that is about normal with standard deviation w the rule's relative error is `2 exp(-2 pi^2 (w / d)^2)`; that of
//! an inverse gamma law, which is skew, is below 0.01 with `d = (1.9 - 1.5 / a_n) w`, `a_n` its shape: four nodes or so. The
//! lattice is the same for all members, so that members with one recursion and different laws of sigma share the filters and
//! only weigh them differently.
//!
//! Reference: Trefethen and Weideman (2014), SIAM Review 56, 385-458, for the trapezoidal rule.

#![allow(clippy::indexing_slicing, reason = "places are those of nodes made before")]

/// Distance of the nodes in standard deviations of ln sigma, and what is taken off for skewness, over the shape.
const STEP: f64 = 1.9;
const SKEW: f64 = 1.5;
/// Smaller shapes are taken for this one, so that the distance stays above zero.
const LEAST: f64 = 1.0;
/// A node that cannot have this share of the greatest, as a logarithm, is left out, and so are those beyond: 0.002.
const LOG_LAST: f64 = -6.2;
/// Nodes that are tried first, two on either side of the midpoints' sigma.
const FIRST: usize = 4;
/// Nodes that may be added on either side; the search ends long before, where numbers are numbers.
const MOST: usize = 80;

/// Distance of the nodes in ln sigma, after `n` years, for a law of this shape.
pub(super) fn step(shape: f64, n: usize) -> f64 {
    let after = shape + 0.5 * n as f64;
    // ln sigma has a standard deviation of about 1 / (2 sqrt(a_n))
    (STEP - SKEW / after.max(LEAST)) * 0.5 / after.sqrt()
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
        let precision = 1.0 / (node.sigma() * node.sigma());
        node.log_likelihood() + self.log_constant - 2.0 * self.shape * node.log_sigma() - self.rate * precision
    }
}

/// A series filtered at one value of sigma.
pub(super) trait AtSigma {
    fn sigma(&self) -> f64;
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
    // the curvature of a law of ln sigma falls by so much from node to node
    let straighter = (-2.0 * step).exp();
    let first = (near.ln() / step).floor() - 1.0;
    let places: [f64; FIRST] = std::array::from_fn(|i| first + i as f64);
    let mut nodes = Vec::with_capacity(FIRST + 4);
    nodes.extend(filter.at(places.map(|place| step * place)));
    let last = FIRST - 1;
    for (side, bent, mut place, mut ends) in
        [(-1.0, 1.0, places[0], [0, 1, 2]), (1.0, straighter, places[last], [last, last - 1, last - 2])]
    {
        for _ in 0..MOST {
            if !laws.iter().any(|law| leaves_weight(&nodes, ends, bent, *law)) {
                break;
            }
            place += side;
            nodes.extend(filter.at([step * place]));
            ends = [nodes.len() - 1, ends[0], ends[1]];
        }
    }
    nodes
}

/// Whether the node beyond the last of three may have weight: no more than if the rise or fall from the one before changed by
/// `bent` times as much as it did before. Logarithms of weights bend downwards, towards small sigma ever more, towards great
/// sigma less: for the weights of an inverse gamma law `bent` is exact there.
fn leaves_weight<N: AtSigma>(nodes: &[N], [end, inner, before]: [usize; 3], bent: f64, law: Sigma) -> bool {
    let most = nodes.iter().map(|node| law.log_weight(node)).fold(f64::NEG_INFINITY, f64::max);
    let [end, inner, before] = [end, inner, before].map(|place| law.log_weight(&nodes[place]));
    let bend = (end - 2.0 * inner + before).min(0.0);
    // why no rise: what grows is reached anyway, and the search goes on.
    end + (end - inner + bent * bend).min(0.0) > most + LOG_LAST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A likelihood that leaves sigma to its law.
    struct Silent;

    struct Place(f64);

    impl AtSigma for Place {
        fn sigma(&self) -> f64 {
            self.0.exp()
        }
        fn log_sigma(&self) -> f64 {
            self.0
        }
        fn log_likelihood(&self) -> f64 {
            0.0
        }
    }

    impl Filtering for Silent {
        type Node = Place;
        fn at<const L: usize>(&self, log_sigma: [f64; L]) -> [Place; L] {
            log_sigma.map(Place)
        }
    }

    #[test]
    fn nodes_hold_the_law_wherever_the_search_begins() {
        for shape in [2.0, 3.5, 8.0, 13.0, 50.0] {
            for (mode, begin) in [(1.0, 1.0), (1.0, 0.03), (1.0, 0.2), (1.0, 4.0), (30.0, 1.0), (0.01, 1.0)] {
                let law = Sigma::new(shape, shape * mode * mode);
                let step = step(shape, 0);
                let found = nodes(&Silent, &[law], step, begin);
                let total: f64 = found.iter().map(|node| law.log_weight(node).exp() * step).sum();
                assert!((total - 1.0).abs() < 0.012, "{total} from {begin} for {shape} at {mode}");
            }
        }
    }

    #[test]
    fn every_law_that_shares_the_nodes_finds_its_own() {
        let laws = [0.15, 0.8].map(|s| Sigma::new(2.0, 2.0 * s * s));
        let step = step(2.0, 0);
        let found = nodes(&Silent, &laws, step, 0.15);
        for law in laws {
            let total: f64 = found.iter().map(|node| law.log_weight(node).exp() * step).sum();
            assert!((total - 1.0).abs() < 0.012, "{total}");
        }
    }
}

//! Counts whose expectation is uncertain: a latent normal or Student-t number under a link that draws counts.
//!
//! With z = location + scale u the count is negative binomial with mean exp(z): the law is an integral over u, here a sum
//! over a few centres. A normal u is the sum of two independent parts, of variance 1 - f and f. The first is laid out on
//! Gauss-Hermite nodes; the second is folded into the dispersion of the count at each node, where a negative binomial of
//! the same mean and variance stands for the product of a gamma and a log-normal number:
//!
//! ```text
//! mean' = mean exp(v / 2)      1 + 1 / size' = (1 + 1 / size) exp(v)      v = f scale^2
//! ```
//!
//! f is chosen so that the nodes lie closer than the laws at them are wide, and is 1 (one centre) where the expectation is
//! uncertain by less than a third of what the count scatters around it. A Student-t number is a function of a normal one, with
//! its local scale. Joint paths draw z and the count themselves; `tests` below compares the two.
//!
//! Reference: Abramowitz, Stegun (1964), 25.4.46 (nodes and weights, here for the standard normal weight).

use super::continuous::Component;
use super::kernel::Kernel;
use super::link::Link;
use crate::numeric::special::{StudentT, normal};

const FIVE: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_688),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_7),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_7),
    (2.856_970_013_872_806, 0.011_257_411_327_720_688),
];
const NINE: [(f64, f64); 9] = [
    (-4.512_745_863_399_783, 0.000_022_345_844_007_746_6),
    (-3.205_429_002_856_47, 0.002_789_141_321_231_769),
    (-2.076_847_978_677_83, 0.049_916_406_765_217_88),
    (-1.023_255_663_789_132_6, 0.244_097_502_894_939_53),
    (0.0, 0.406_349_206_349_206_4),
    (1.023_255_663_789_132_6, 0.244_097_502_894_939_53),
    (2.076_847_978_677_83, 0.049_916_406_765_217_88),
    (3.205_429_002_856_47, 0.002_789_141_321_231_769),
    (4.512_745_863_399_783, 0.000_022_345_844_007_746_6),
];

/// The component as laws of counts with sure expectations; any other component as it is.
pub(super) fn laid_out(component: &Component) -> Vec<Component> {
    let Component { weight, kernel, link } = *component;
    let Some(law) = link.counts(kernel.location()) else { return vec![*component] };
    let (scale, df) = (kernel.scale(), kernel.df().map(StudentT::new));
    let Link::NegativeBinomial { size } = link else { return vec![*component] };
    // How far the count scatters around its expectation, relative to it, against how far that is known.
    let scatter = (1.0 / law.mean() + 1.0 / size.unwrap_or(f64::INFINITY)).sqrt();
    let ratio = scale / scatter;
    let (nodes, folded): (&[(f64, f64)], f64) = match ratio {
        r if r <= 0.3 => (&[(0.0, 1.0)], 1.0),
        r if r <= 0.7 => (&FIVE, 0.1),
        r => (&NINE, (0.25 - 1.0 / (r * r)).max(0.01).sqrt()),
    };
    let spread = (1.0 - folded * folded).sqrt();
    // A Student-t number of the same rank as a normal one, and how fast it changes with it.
    let student = |u: f64| {
        let Some(t) = df else { return (u, 1.0) };
        let far = -t.quantile(normal::survival(u.abs()));
        (far.abs().copysign(u), (normal::log_density(u) - t.log_density(far)).exp())
    };
    let one = |&(node, share): &(f64, f64), (number, slope): (f64, f64)| {
        let slope = match df {
            // One centre carries the whole variance of a Student-t, as far as there is one.
            Some(t) if nodes.len() == 1 => (t.df() / (t.df() - 2.0).max(0.5)).sqrt(),
            _ => slope,
        };
        // why at most a quarter: matched by moments, a much wider law would be nearly all zeros.
        let variance = (scale * folded * slope).powi(2).min(0.25);
        let inverse = (1.0 + 1.0 / size.unwrap_or(f64::INFINITY)) * variance.exp() - 1.0;
        let link = Link::NegativeBinomial { size: (inverse > 0.0 && inverse.is_finite()).then(|| 1.0 / inverse) };
        let centre = kernel.location() + scale * number.copysign(node) + 0.5 * variance;
        Component { weight: weight * share, kernel: Kernel::normal(centre, 0.0), link }
    };
    // why by pairs: the nodes are symmetric, and a quantile of Student's law costs more than all the rest.
    let (before, rest) = nodes.split_at(nodes.len() / 2);
    let places: Vec<(f64, f64)> = rest.iter().map(|(node, _)| student(spread * node)).collect();
    let mirrored = places.iter().skip(1).rev();
    before.iter().zip(mirrored).chain(rest.iter().zip(&places)).map(|(node, place)| one(node, *place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Continuous, Distribution, Predictive as _, Support};
    use crate::numeric::rng::Stream;

    fn law(kernel: Kernel, size: Option<f64>) -> Distribution {
        let link = Link::NegativeBinomial { size };
        let components = vec![Component { weight: 1.0, kernel, link }];
        Distribution::from(Continuous::mixture(components, Support::NonNegative)).whole()
    }

    #[test]
    fn a_sure_expectation_gives_the_textbook_law() {
        // By hand: size 1 and mean 1 is geometric, P(k) = 2^-(k + 1).
        let law = law(Kernel::normal(0.0, 0.0), Some(1.0));
        assert!((law.pmf(3.0) - 1.0 / 16.0).abs() < 1e-14 && (law.cdf(2.0) - 0.875).abs() < 1e-14);
        assert_eq!((law.quantile(0.5), law.quantile(0.6), law.quantile(0.875)), (0.0, 1.0, 2.0));
    }

    #[test]
    fn the_laid_out_law_is_that_of_drawing_the_expectation_first() {
        let mut stream = Stream::new(3, "counts");
        for (location, scale, df, size) in [
            (3.0, 0.05, None, Some(8.0)),
            (3.0, 0.1, Some(5.0), Some(8.0)),
            (4.0, 0.2, Some(5.0), Some(5.0)),
            (4.0, 0.3, None, Some(12.0)),
            (5.0, 0.4, None, None),
            (1.0, 0.8, Some(6.0), Some(3.0)),
            (7.0, 0.25, Some(6.0), Some(40.0)),
        ] {
            let kernel = df.map_or(Kernel::normal(location, scale), |df| Kernel::student(location, scale, df));
            let law = law(kernel, size);
            let draws: Vec<f64> = (0..40_000)
                .map(|_| {
                    let stretch = df.map_or(1.0, |df: f64| (df / stream.chi_squared(df)).sqrt());
                    let mean = (location + scale * stretch * stream.normal()).exp();
                    stream.negative_binomial(mean, size.unwrap_or(f64::INFINITY))
                })
                .collect();
            for p in [0.01, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.99] {
                let q = law.quantile(p);
                let share = draws.iter().filter(|d| **d <= q).count() as f64 / draws.len() as f64;
                // why 0.012: four standard errors of a share of 40,000 draws are 0.010 at one half.
                assert!(
                    (share - law.cdf(q)).abs() < 0.012,
                    "{location} {scale} {df:?} {size:?}: {share} for {}",
                    law.cdf(q)
                );
            }
        }
    }
}

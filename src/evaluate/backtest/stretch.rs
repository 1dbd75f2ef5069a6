//! By what factor would an interval have to be wider to just hold the outcome?
//!
//! The half-width is multiplied on the latent scale, where a law is symmetric around its centre: |g(y) - centre| over
//! the distance from the centre to the bound, g the link. A count y stands for y - 1/2 to y + 1/2, so the nearer edge
//! decides. Up to 1 the interval held the outcome.

use crate::dist::{Component, Continuous, Distribution, Link, Predictive as _};

/// The factor for the central interval of `level` per cent; NaN where no factor is large enough.
pub(super) fn stretch(law: &Distribution, y: f64, level: f64) -> f64 {
    let upper = 0.5 + level / 200.0;
    let edges = if law.is_whole() { edges_of_count(y) } else { (y, y) };
    let factor = match law {
        Distribution::Continuous(latent) => of_latent(latent, edges, upper),
        Distribution::Whole(whole) => of_latent(whole.continuous(), edges, upper),
        Distribution::AtLeast(held) => of_latent(held.continuous(), edges, upper),
        Distribution::Moved(_) | Distribution::Empirical(_) => of_quantiles(law, y, upper),
    };
    if factor.is_finite() { factor } else { f64::NAN }
}

/// The latent numbers that are rounded to the count; zero stands for everything below, too.
fn edges_of_count(y: f64) -> (f64, f64) {
    (if y > 0.0 { y - 0.5 } else { f64::NEG_INFINITY }, y + 0.5)
}

fn of_latent(law: &Continuous, (lower, upper): (f64, f64), p: f64) -> f64 {
    let outside =
        |link: Link, centre: f64| ((link.apply(lower) - centre).max(0.0), (centre - link.apply(upper)).max(0.0));
    if let [Component { kernel, link, .. }] = law.components() {
        let centre = kernel.location();
        let (above, below) = outside(*link, centre);
        return above.max(below) / (kernel.quantile(p) - centre);
    }
    // A mixture is measured on the scale of its heaviest member, on each side by the distance of its own quantile.
    let heaviest = law.components().iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
    let link = heaviest.map_or(Link::Identity, |heaviest| heaviest.link);
    let latent = |p: f64| link.apply(law.quantile(p));
    let centre = latent(0.5);
    match outside(link, centre) {
        (above, _) if above > 0.0 => above / (latent(p) - centre),
        (_, below) if below > 0.0 => below / (centre - latent(1.0 - p)),
        _ => 0.0,
    }
}

/// For laws without a latent number: the distance from the median over that of the bound on the same side.
fn of_quantiles(law: &Distribution, y: f64, p: f64) -> f64 {
    let median = law.quantile(0.5);
    let bound = law.quantile(if y > median { p } else { 1.0 - p });
    if y.total_cmp(&median).is_eq() { 0.0 } else { (y - median) / (bound - median) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Empirical, Kernel, Support};

    fn law(location: f64, scale: f64, link: Link) -> Distribution {
        Continuous::new(Kernel::normal(location, scale), link).into()
    }

    #[test]
    fn an_outcome_on_the_bound_has_a_factor_of_one() {
        for law in [law(10.0, 2.0, Link::Identity), law(2.0, 0.5, Link::Log)] {
            for p in [0.1, 0.9] {
                assert!((stretch(&law, law.quantile(p), 80.0) - 1.0).abs() < 1e-12);
            }
        }
        // 20 lies 10 from the centre, the 95% bound 1.96 * 2 = 3.92
        assert!((stretch(&law(10.0, 2.0, Link::Identity), 20.0, 95.0) - 2.551_067).abs() < 1e-6);
    }

    #[test]
    fn a_count_is_held_when_its_nearer_edge_is() {
        let counts = law(10.0, 2.0, Link::Identity).whole();
        // 10.5 to 11.5 begins half a unit from the centre
        assert!((stretch(&counts, 11.0, 95.0) - 0.5 / 3.919_928).abs() < 1e-6);
        assert_eq!(stretch(&counts, 10.0, 95.0), 0.0);
        // zero stands for everything up to one half: a centre far below rounds to it
        assert_eq!(stretch(&law(-7.0, 2.0, Link::Identity).whole(), 0.0, 80.0), 0.0);
        // the same under a logarithm
        let zero = stretch(&law(1.0, 0.5, Link::Log).whole(), 0.0, 95.0);
        assert!((zero - (1.0 - 0.5_f64.ln()) / (0.5 * 1.959_964)).abs() < 1e-6);
    }

    #[test]
    fn no_factor_reaches_an_amount_of_zero_under_a_logarithm() {
        assert!(stretch(&law(1.0, 0.5, Link::Log), 0.0, 95.0).is_nan());
    }

    #[test]
    fn a_mixture_is_measured_from_its_own_median_to_its_own_quantile() {
        let component = |location: f64, scale: f64| Component {
            weight: 0.5,
            kernel: Kernel::normal(location, scale),
            link: Link::Log,
        };
        let law: Distribution =
            Continuous::mixture(vec![component(2.0, 0.3), component(2.0, 0.9)], Support::Real).into();
        for (p, level) in [(0.1, 80.0), (0.9, 80.0), (0.975, 95.0)] {
            assert!((stretch(&law, law.quantile(p), level) - 1.0).abs() < 1e-9);
        }
        // twice as far on the log scale
        let twice = (2.0 * (law.quantile(0.9).ln() - 2.0) + 2.0).exp();
        assert!((stretch(&law, twice, 80.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn sample_values_are_judged_by_their_quantiles() {
        let sample = Distribution::Empirical(Empirical::new(vec![0.0, 4.0, 5.0, 6.0, 14.0]).unwrap());
        // median 5, 0.9 quantile 14: 23 is twice as far away
        assert!((stretch(&sample, 23.0, 80.0) - 2.0).abs() < 1e-12);
        assert_eq!(stretch(&sample, 5.0, 80.0), 0.0);
    }
}

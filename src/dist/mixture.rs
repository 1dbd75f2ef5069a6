//! The quantile of a mixture, quickly.
//!
//! A forecast asks for a dozen quantiles of a mixture of a hundred laws, each quantile takes a few steps of a root finder,
//! and each step needs every law's probability and density at one outcome. Laws of one link and one shape are kept
//! together: the link is applied once for all of them, and for a Student-t of whole degrees of freedom both numbers are
//! read off a table (see [`tabulated`]). Laws of counts have no closed quantile: their bracket begins at zero.

use super::continuous::Component;
use super::kernel::Kernel;
use super::link::Link;
use crate::numeric::special::{NegativeBinomial, StudentT, normal, tabulated};

/// The laws of one link and one shape.
struct Group {
    link: Link,
    df: Option<f64>,
    /// Weight, location, 1 / scale.
    laws: Vec<[f64; 3]>,
}

/// A mixture arranged for solving.
pub(super) struct Mixture {
    groups: Vec<Group>,
    /// Laws of counts with their weights.
    counts: Vec<(f64, NegativeBinomial)>,
}

impl Mixture {
    pub(super) fn new(components: &[Component]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut counts = Vec::new();
        for component in components {
            let Component { weight, kernel, link } = component;
            if let Some(law) = component.counts() {
                counts.push((*weight, law));
                continue;
            }
            let law = [*weight, kernel.location(), 1.0 / kernel.scale()];
            match groups.iter_mut().find(|g| g.link == *link && g.df == kernel.df()) {
                Some(group) => group.laws.push(law),
                None => groups.push(Group { link: *link, df: kernel.df(), laws: vec![law] }),
            }
        }
        Self { groups, counts }
    }

    /// Probability of at most `y`, and density there.
    fn at(&self, y: f64) -> (f64, f64) {
        let (mut mass, mut density) = (0.0, 0.0);
        for Group { link, df, laws } in &self.groups {
            let z = link.apply(y);
            if z == f64::NEG_INFINITY {
                continue;
            }
            let slope = link.slope(y);
            let table = df.and_then(tabulated::student);
            for [weight, location, inverse] in laws {
                let t = (z - location) * inverse;
                let (p, d) = match (&table, df) {
                    (Some(table), _) => table.at(t),
                    (None, Some(df)) => {
                        let student = StudentT::new(*df);
                        (student.cdf(t), student.log_density(t).exp())
                    }
                    (None, None) => (normal::cdf(t), normal::log_density(t).exp()),
                };
                mass += weight * p;
                density += weight * d * inverse * slope;
            }
        }
        for (weight, law) in &self.counts {
            mass += weight * law.cdf(y);
            density += weight * law.log_mass(y).exp();
        }
        (mass, density)
    }

    /// Where to cut a bracket: for counts that may be thousands of times apart, in between their logarithms.
    fn middle(&self, low: f64, high: f64) -> f64 {
        if !self.counts.is_empty() && high > 4.0 * low.max(1.0) {
            return ((low.max(0.0) + 1.0) * (high + 1.0)).sqrt() - 1.0;
        }
        0.5 * (low + high)
    }

    /// The outcome not exceeded with probability `p`. It lies between the least and the greatest of the laws' own
    /// quantiles: Newton's steps inside that bracket, bisection where a step leaves it.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let (mut low, mut high, mut y) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        for Group { link, df, laws } in &self.groups {
            let unit = df.map_or(Kernel::normal(0.0, 1.0), |df| Kernel::student(0.0, 1.0, df)).quantile(p);
            for [weight, location, inverse] in laws {
                let quantile = link.inverse(location + unit / inverse);
                (low, high) = (low.min(quantile), high.max(quantile));
                y += weight * quantile;
            }
        }
        for (weight, law) in &self.counts {
            // why eight deviations beyond the mean to begin with: the bracket is moved out below if that is too few.
            (low, high) = (low.min(-0.5), high.max(law.mean() + 8.0 * law.deviation() + 1.0));
            y += weight * law.mean();
        }
        for _ in 0..if self.counts.is_empty() { 0 } else { 1000 } {
            if self.at(high).0 >= p {
                break;
            }
            (low, high) = (high, 2.0 * high + 1.0);
        }
        y = y.clamp(low, high);
        for _ in 0..100 {
            if high - low <= 1e-14 * low.abs().max(high.abs()) {
                break;
            }
            let (mass, density) = self.at(y);
            let miss = mass - p;
            if miss < 0.0 {
                low = y;
            } else {
                high = y;
            }
            let next = y - miss / density;
            // why the mass too: beside a spike of the density a step is short though the root is far.
            // why before the bracket: an exact hit is its end, from which the next step would bisect away.
            // why less for counts: a Poisson law of large counts is narrower than a millionth of its centre.
            let near = if self.counts.is_empty() { 1e-4 } else { 1e-9 };
            if (next - y).abs() <= 1e-6 * y.abs() && miss.abs() < near {
                return next.clamp(low, high);
            }
            y = if next > low && next < high { next } else { self.middle(low, high) };
        }
        y
    }
}

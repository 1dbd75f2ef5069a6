//! Latent laws carried to the scale of the data.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::kernel::Kernel;
use super::link::Link;
use super::mixture::{Mixture, Wanted};
use super::quantiles::Quantiles;
use super::{Predictive, counts, crps, is_countable, moments};
use crate::numeric::special::NegativeBinomial;

/// Where outcomes can lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// Anywhere.
    #[default]
    Real,
    /// From zero on: the mass below is an atom at zero.
    NonNegative,
}

/// One latent law with its weight in a mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// Weight; the weights of a mixture add up to one.
    pub weight: f64,
    /// The law of the latent number.
    pub kernel: Kernel,
    /// From latent number to outcome.
    pub link: Link,
}

/// The probability above which a heavy tail is capped, and below which its mirror image is.
const CAP: f64 = 0.9995;

impl Component {
    /// The same law around the same centre, `factor` times as wide.
    #[must_use]
    pub(crate) fn widened(self, factor: f64) -> Self {
        let link = self.link.widened(self.kernel.location(), factor);
        Self { kernel: self.kernel.widened(factor), link, ..self }
    }

    /// The law of the count, where the link draws one. Spread laws of such a link have been laid out in
    /// [`Continuous::mixture`]: what is left is the centre.
    pub(super) fn counts(&self) -> Option<NegativeBinomial> {
        self.link.counts(self.kernel.location())
    }

    fn cdf(&self, y: f64) -> f64 {
        if let Some(law) = self.counts() {
            return law.cdf(y);
        }
        let z = self.link.apply(y);
        if z == f64::NEG_INFINITY { 0.0 } else { self.kernel.cdf(z) }
    }

    pub(crate) fn quick_cdf(&self, y: f64) -> f64 {
        if let Some(law) = self.counts() {
            return law.cdf(y);
        }
        let z = self.link.apply(y);
        if z == f64::NEG_INFINITY { 0.0 } else { self.kernel.quick_cdf(z) }
    }

    /// Density of the outcome at `y`.
    pub(crate) fn density(&self, y: f64) -> f64 {
        if let Some(law) = self.counts() {
            return law.log_mass(y).exp();
        }
        let z = self.link.apply(y);
        if z == f64::NEG_INFINITY { 0.0 } else { self.kernel.density(z) * self.link.slope(y) }
    }

    /// Probability of the count `k`: of everything that rounds to it.
    pub(crate) fn whole_mass(&self, k: f64) -> f64 {
        if let Some(law) = self.counts() {
            return law.log_mass(k).exp();
        }
        let below = if k > 0.0 { self.cdf(k - 0.5) } else { 0.0 };
        self.cdf(k + 0.5) - below
    }

    fn quantile(&self, p: f64) -> f64 {
        if self.counts().is_some() {
            return Mixture::new(std::slice::from_ref(self), Support::NonNegative).quantile(p, Wanted::Number);
        }
        self.link.inverse(self.kernel.quantile(p))
    }

    /// Probability of an outcome above `a` and at most `b`, where both lie within the caps.
    fn between(&self, a: f64, b: f64) -> f64 {
        let Some(law) = self.counts() else {
            return self.kernel.between(at_edge(a, self.link), at_edge(b, self.link));
        };
        let one_count = (b - a).total_cmp(&1.0).is_eq() && (a + 0.5).fract() == 0.0;
        if one_count {
            return law.log_mass(a + 0.5).exp();
        }
        if a > law.mean() { law.survival(a) - law.survival(b) } else { law.cdf(b) - law.cdf(a) }
    }

    /// Whether the numbers behind the law are finite and in their ranges.
    fn is_proper(&self) -> bool {
        match self.counts() {
            Some(law) => self.link.is_proper() && law.mean().is_finite() && law.mean() > 0.0,
            None => self.kernel.is_proper() && self.link.is_proper(),
        }
    }
}

/// A bound on the latent scale; infinite bounds stay.
fn at_edge(y: f64, link: Link) -> f64 {
    if y.is_infinite() { y } else { link.apply(y) }
}

/// A real outcome: y = `link`^-1(z) with z normal or Student-t, or a mixture of such laws.
///
/// A Student-t has no variance at two degrees of freedom and its exponential no mean at all, so such laws are capped: the
/// mass beyond the 0.9995 quantile (on the real line also below the 0.0005 quantile) sits on that quantile. Quantiles in
/// between are unchanged; mean and variance are those of the capped law. A single normal law on the real line is not.
#[derive(Clone, Debug)]
pub struct Continuous {
    components: Vec<Component>,
    support: Support,
    /// A law that is no mixture; then there are no components.
    table: Option<Tabulated>,
    // why caches: an interval needs no caps and a draw no arrangement; what is asked for is made once.
    arranged: OnceLock<Mixture>,
    caps: OnceLock<(f64, f64)>,
}

/// A law by its numbers.
#[derive(Clone, Debug, PartialEq)]
enum Tabulated {
    Quantiles(Quantiles),
    Cells(Histogram),
}

impl Tabulated {
    fn ends(&self) -> (f64, f64) {
        match self {
            Self::Quantiles(table) => table.ends(),
            Self::Cells(table) => table.ends(),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        match self {
            Self::Quantiles(table) => table.quantile(p),
            Self::Cells(table) => table.quantile(p),
        }
    }

    fn cdf(&self, y: f64) -> f64 {
        match self {
            Self::Quantiles(table) => table.cdf(y),
            Self::Cells(table) => table.cdf(y),
        }
    }

    fn changed(&self, change: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Quantiles(table) => Self::Quantiles(table.changed(change)),
            Self::Cells(table) => Self::Cells(table.changed(change)),
        }
    }

    fn is_finite(&self) -> bool {
        match self {
            Self::Quantiles(table) => table.is_finite(),
            // why: its edges were checked when it was made.
            Self::Cells(_) => true,
        }
    }
}

/// Laws are equal if what they were made of is, whatever has been asked of them.
impl PartialEq for Continuous {
    fn eq(&self, other: &Self) -> bool {
        self.components == other.components && self.support == other.support && self.table == other.table
    }
}

impl Continuous {
    /// The law of `link`^-1(z) with z from `kernel`, on the real line.
    pub fn new(kernel: Kernel, link: Link) -> Self {
        Self::mixture(vec![Component { weight: 1.0, kernel, link }], Support::Real)
    }

    /// The mixture of laws whose weights add up to one.
    pub fn mixture(components: Vec<Component>, support: Support) -> Self {
        let components = if components.iter().any(|c| c.counts().is_some() && c.kernel.scale() > 0.0) {
            components.iter().flat_map(counts::laid_out).collect()
        } else {
            components
        };
        Self { components, support, table: None, arranged: OnceLock::new(), caps: OnceLock::new() }
    }

    /// Whether counts are among what is mixed.
    pub(super) fn draws_counts(&self) -> bool {
        self.components.iter().any(|c| c.counts().is_some())
    }

    fn arranged(&self) -> &Mixture {
        self.arranged.get_or_init(|| Mixture::new(&self.components, self.support))
    }

    /// The quantile as if there were no caps.
    fn uncapped_quantile(&self, p: f64, wanted: Wanted) -> f64 {
        match self.components.as_slice() {
            [one] => one.quantile(p),
            _ => self.arranged().quantile(p, wanted),
        }
    }

    /// A number that rounds to the count that the quantile rounds to, where no law of the mixture is one of counts.
    pub(super) fn quantile_of_count(&self, p: f64) -> f64 {
        self.quantile_as(p, Wanted::Count)
    }

    fn quantile_as(&self, p: f64, wanted: Wanted) -> f64 {
        if let Some(table) = &self.table {
            return table.quantile(p);
        }
        let y = self.uncapped_quantile(p, wanted);
        // why not always capped: quantiles between the caps are between the caps, and finding those costs two more.
        match self.support {
            _ if !(1.0 - CAP..=CAP).contains(&p) => self.capped(y),
            Support::NonNegative => y.max(0.0),
            Support::Real => y,
        }
    }

    /// Whether every law and every quantile up to the cap is a finite number.
    pub(crate) fn is_proper(&self) -> bool {
        if let Some(table) = &self.table {
            return table.is_finite();
        }
        let (low, high) = match self.components.as_slice() {
            [one] if one.is_proper() => (one.quantile(1.0 - CAP), one.quantile(CAP)),
            many if many.iter().all(Component::is_proper) => self.arranged().reach(CAP),
            _ => return false,
        };
        is_countable(low) && is_countable(high)
    }

    /// The law with these quantiles.
    pub fn of_quantiles(table: Quantiles) -> Self {
        Self::tabulated(Tabulated::Quantiles(table))
    }

    /// The law of these cells.
    pub fn of_cells(cells: Histogram) -> Self {
        Self::tabulated(Tabulated::Cells(cells))
    }

    fn tabulated(table: Tabulated) -> Self {
        let caps = OnceLock::from(table.ends());
        Self { components: Vec::new(), support: Support::Real, table: Some(table), arranged: OnceLock::new(), caps }
    }

    /// The law with its quantiles changed by a function that keeps their order; mixtures are left as they are.
    #[must_use]
    pub(crate) fn changed(self, change: impl Fn(f64) -> f64) -> Self {
        match &self.table {
            Some(table) => Self::tabulated(table.changed(change)),
            None => self,
        }
    }

    /// Probability of at most `y` for an uncapped draw `y`.
    pub(crate) fn uncapped(&self, y: f64) -> f64 {
        self.uncapped_cdf(y)
    }

    /// The laws of the mixture; none for a law given by its quantiles.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The outcome of an uncapped draw.
    pub(crate) fn capped(&self, y: f64) -> f64 {
        let (lower, upper) = self.caps();
        y.max(lower).min(upper)
    }

    /// The law with its latent centres moved so that its median is about `y`.
    #[must_use]
    pub(crate) fn centred_at(&self, y: f64) -> Self {
        if let Some(table) = &self.table {
            let by = y - table.quantile(0.5);
            return Self::tabulated(table.changed(|q| q + by));
        }
        let mut components = self.components.clone();
        for component in &mut components {
            // why: a logarithm has no place for zero; the law of a count of zero is centred just above it.
            let z = component.link.apply(y);
            let z = if z.is_finite() { z } else { component.link.apply(0.5) };
            component.kernel = component.kernel.centred_at(z);
        }
        Self::mixture(components, self.support)
    }

    /// The smallest and the largest outcome; infinite where the law is not capped.
    pub fn caps(&self) -> (f64, f64) {
        *self.caps.get_or_init(|| {
            let heavy = self.components.len() > 1
                || self.components.iter().any(|c| c.kernel.df().is_some() || !c.link.is_linear());
            let upper = if heavy { self.uncapped_quantile(CAP, Wanted::Number) } else { f64::INFINITY };
            match self.support {
                Support::NonNegative => (0.0, upper.max(0.0)),
                Support::Real if heavy => (self.uncapped_quantile(1.0 - CAP, Wanted::Number), upper),
                Support::Real => (f64::NEG_INFINITY, upper),
            }
        })
    }

    /// Probability of an outcome above `a` and at most `b`: what lies beyond the caps sits on them.
    pub(super) fn between(&self, a: f64, b: f64) -> f64 {
        if let Some(table) = &self.table {
            return table.cdf(b) - table.cdf(a);
        }
        let (lower, upper) = self.caps();
        let end = |y: f64| match y {
            y if y >= upper => f64::INFINITY,
            y if y < lower => f64::NEG_INFINITY,
            y => y,
        };
        let (a, b) = (end(a), end(b));
        self.components.iter().map(|c| c.weight * c.between(a, b)).sum()
    }

    /// The distribution function to nine digits: a mixture's from a table, for sums and integrals over many outcomes.
    pub(crate) fn quick_cdf(&self, y: f64) -> f64 {
        let (lower, upper) = self.caps();
        if y >= upper {
            1.0
        } else if y < lower {
            0.0
        } else {
            self.uncapped_cdf(y)
        }
    }

    /// The same as if there were no caps.
    pub(super) fn uncapped_cdf(&self, y: f64) -> f64 {
        if let Some(table) = &self.table {
            return table.cdf(y);
        }
        match self.components.as_slice() {
            [one] => one.cdf(y),
            many => {
                let arranged = if many.first().is_some_and(|one| one.counts().is_some()) {
                    self.arranged().cdf_of_counts(y)
                } else {
                    None
                };
                arranged.unwrap_or_else(|| many.iter().map(|c| c.weight * c.quick_cdf(y)).sum())
            }
        }
    }
}

impl Predictive for Continuous {
    fn cdf(&self, x: f64) -> f64 {
        let (lower, upper) = self.caps();
        if x >= upper {
            1.0
        } else if x < lower {
            0.0
        } else if let Some(table) = &self.table {
            table.cdf(x)
        } else {
            self.components.iter().map(|c| c.weight * c.cdf(x)).sum()
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.quantile_as(p, Wanted::Number)
    }

    fn mean(&self) -> f64 {
        match self.components.as_slice() {
            // why: a law that is symmetric, caps included, has its centre for a mean.
            [one] if one.link.is_linear() && self.support == Support::Real => one.quantile(0.5),
            _ => moments::of(self, |x| self.quick_cdf(x), false).mean,
        }
    }

    fn variance(&self) -> f64 {
        match self.components.as_slice() {
            [Component { kernel, link: Link::Identity, .. }]
                if kernel.df().is_none() && self.support == Support::Real =>
            {
                kernel.scale().powi(2)
            }
            _ => moments::of(self, |x| self.quick_cdf(x), false).variance,
        }
    }

    fn crps(&self, y: f64) -> f64 {
        match self.components.as_slice() {
            [one] if one.link.is_linear() && one.kernel.df().is_none() && self.support == Support::Real => {
                let sd = one.kernel.scale() / one.link.slope(1.0);
                crps::of_normal(one.quantile(0.5), sd, y)
            }
            _ => crps::of_continuous(self, y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_of_a_mixture_has_its_probability_everywhere() {
        let component = |lambda: f64, location: f64| Component {
            weight: 0.5,
            kernel: Kernel::student(location, 0.6, 6.0),
            link: Link::BoxCox { lambda, scale: 30.0 },
        };
        let law = Continuous::mixture(vec![component(0.5, -0.8), component(1.0, 0.2)], Support::NonNegative);
        for i in 1..10_000 {
            let p = f64::from(i) / 10_000.0;
            let q = law.quantile(p);
            // at 0.1185, Newton's third step hits the root exactly
            assert!(q == 0.0 || p >= CAP || (law.cdf(q) - p).abs() < 1e-9, "{p}: {q} has {}", law.cdf(q));
        }
    }
}

//! The joint law of the latent numbers of all forecast years: what a model hands over.

use serde::{Deserialize, Serialize};

use crate::dist::{Component, Kernel, LARGEST, Link};
use crate::numeric::rng::Stream;

/// The latent numbers z of the years i = 1..h:
///
/// ```text
/// z_i = location_i + sum_k shared_ik u_k + sum_{j<i} ripple_j e_{i-j}
/// ```
///
/// with u and e independent standard normals. `shared` is what is unknown once and for all (coefficients, the last state),
/// `ripple_j` what the shock of a year does j years later (`ripple_0` in its own year). With `df` degrees of freedom the
/// sum of deviations is divided by `sqrt(chi^2_df / df)`, the same for all years: a multivariate Student-t.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// Centre of each year.
    pub location: Vec<f64>,
    /// One row a year, one column for each thing unknown.
    pub shared: Vec<Vec<f64>>,
    /// What a shock does in its own year, one year later, and so on.
    pub ripple: Vec<f64>,
    /// Degrees of freedom shared by all years; none for normal shocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub df: Option<f64>,
    /// From latent to observed scale.
    pub link: Link,
}

impl Latent {
    /// The law of each year on its own, with the weight of this member.
    pub(crate) fn marginals(&self, weight: f64) -> impl Iterator<Item = Component> + '_ {
        // why hypot: the squares of numbers near 1e200 would overflow.
        let shocks = self.ripple.iter().scan(0.0_f64, |norm, r| {
            *norm = norm.hypot(*r);
            Some(*norm)
        });
        self.location.iter().zip(&self.shared).zip(shocks).map(move |((&location, row), shocks)| {
            let scale = row.iter().fold(shocks, |norm, r| norm.hypot(*r));
            let kernel =
                self.df.map_or_else(|| Kernel::normal(location, scale), |df| Kernel::student(location, scale, df));
            Component { weight, kernel, link: self.link }
        })
    }

    /// One draw of the latent numbers, written to `z`; `shocks` is room for the draws behind it.
    pub(super) fn draw(&self, stream: &mut Stream, shocks: &mut Vec<f64>, z: &mut [f64]) {
        let columns = self.shared.first().map_or(0, Vec::len);
        shocks.clear();
        shocks.extend((0..columns + z.len()).map(|_| stream.normal()));
        let stretch = self.df.map_or(1.0, |df| (df / stream.chi_squared(df)).sqrt());
        let (unknown, yearly) = shocks.split_at(columns);
        for (i, z) in z.iter_mut().enumerate() {
            let shared: f64 = self.shared[i].iter().zip(unknown).map(|(r, u)| r * u).sum();
            let ripples: f64 = self.ripple.iter().zip(yearly[..=i].iter().rev()).map(|(r, e)| r * e).sum();
            *z = self.location[i] + stretch * (shared + ripples);
        }
    }

    /// Whether the shapes fit `years` years and every number given is finite.
    pub(super) fn is_sound(&self, years: usize) -> bool {
        let columns = self.shared.first().map_or(0, Vec::len);
        let finite = |numbers: &[f64]| numbers.iter().all(|x| x.is_finite());
        years > 0
            && [self.location.len(), self.shared.len(), self.ripple.len()] == [years; 3]
            && self.shared.iter().all(|row| row.len() == columns && finite(row))
            && finite(&self.location)
            && (self.link.counts(0.0).is_none() || self.location.iter().all(|z| *z <= LARGEST))
            && finite(&self.ripple)
    }
}

//! The joint law of the latent numbers of all forecast years: what a model hands over.

use serde::{Deserialize, Serialize};

use crate::dist::{Continuous, Kernel, Link};
use crate::error::{Error, Result};
use crate::numeric::rng::Stream;

/// `z = location + root e`, with e independent standard normals; with `df` degrees of freedom, `e` is divided by
/// `sqrt(chi^2_df / df)`, the same for all years (a multivariate Student-t). The outcome of year i is `link`^-1(z_i),
/// rounded for counts.
///
/// Every model of this crate ends in such a law, so that marginals and joint paths cannot disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latent {
    /// Centre of each year.
    pub location: Vec<f64>,
    /// One row a year: how the independent shocks (columns) enter it.
    pub root: Vec<Vec<f64>>,
    /// Degrees of freedom shared by all years; none for normal shocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub df: Option<f64>,
    /// From latent to observed scale.
    pub link: Link,
}

impl Latent {
    /// The law of each year on its own.
    pub(super) fn marginals(&self) -> impl Iterator<Item = Continuous> + '_ {
        self.location.iter().zip(&self.root).map(|(&location, row)| {
            // why not sqrt of the sum of squares: rows of 1e200 must not overflow.
            let scale = row.iter().fold(0.0_f64, |norm, &r| norm.hypot(r));
            let kernel =
                self.df.map_or_else(|| Kernel::normal(location, scale), |df| Kernel::student(location, scale, df));
            Continuous::new(kernel, self.link)
        })
    }

    /// One draw of the latent numbers, written to `z`.
    pub(super) fn draw(&self, stream: &mut Stream, shocks: &mut Vec<f64>, z: &mut [f64]) {
        let columns = self.root.first().map_or(0, Vec::len);
        shocks.clear();
        shocks.extend((0..columns).map(|_| stream.normal()));
        let stretch = self.df.map_or(1.0, |df| (df / stream.chi_squared(df)).sqrt());
        for ((z, &location), row) in z.iter_mut().zip(&self.location).zip(&self.root) {
            *z = location + stretch * row.iter().zip(&*shocks).map(|(r, e)| r * e).sum::<f64>();
        }
    }

    /// Refuses shapes that do not fit and numbers that are not finite.
    pub(super) fn checked(self, series: &str, model: &str) -> Result<Self> {
        let columns = self.root.first().map_or(0, Vec::len);
        let fits = !self.location.is_empty()
            && self.root.len() == self.location.len()
            && self.root.iter().all(|row| row.len() == columns && row.iter().all(|r| r.is_finite()));
        if fits && self.marginals().all(|law| law.is_proper()) {
            return Ok(self);
        }
        Err(Error::Overflow { series: series.to_owned(), model: model.to_owned() })
    }
}

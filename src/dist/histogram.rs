//! A law given by the probabilities of cells side by side.
//!
//! Within a cell every outcome is as likely as any other. Where a law is known from a likelihood times what was expected,
//! cell by cell, this is the law itself: for counts with one cell a whole number nothing is lost.

#![allow(clippy::indexing_slicing, reason = "one edge more than masses, checked when the cells are made")]

use serde::{Deserialize, Serialize};

use super::is_countable;
use crate::error::{Error, Result};

/// Cells with their probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Cells", into = "Cells")]
pub struct Histogram {
    edges: Vec<f64>,
    /// Probability below each edge: 0 at the first, 1 at the last.
    below: Vec<f64>,
}

/// The stored form: edges, and what lies between them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cells {
    edges: Vec<f64>,
    masses: Vec<f64>,
}

impl Histogram {
    /// Cells between `edges` (ascending, finite, one more than masses) with probabilities in proportion to `masses`.
    ///
    /// ```
    /// use unjuran::dist::{Continuous, Histogram, Predictive as _};
    /// let law = Continuous::of_cells(Histogram::new(vec![0.0, 1.0, 3.0], vec![1.0, 3.0])?);
    /// assert_eq!((law.cdf(1.0), law.quantile(0.625)), (0.25, 2.0));
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] if edges or masses make no law.
    pub fn new(edges: Vec<f64>, masses: Vec<f64>) -> Result<Self> {
        Self::try_from(Cells { edges, masses })
    }

    pub(super) fn ends(&self) -> (f64, f64) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }

    pub(super) fn quantile(&self, p: f64) -> f64 {
        let at = self.below.partition_point(|below| *below < p).clamp(1, self.below.len() - 1);
        let (low, high) = (self.below[at - 1], self.below[at]);
        let share = if high > low { ((p - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        self.edges[at - 1] + share * (self.edges[at] - self.edges[at - 1])
    }

    pub(super) fn cdf(&self, y: f64) -> f64 {
        let above = self.edges.partition_point(|edge| *edge <= y);
        if above == 0 {
            return 0.0;
        }
        if above == self.edges.len() {
            return 1.0;
        }
        let share = (y - self.edges[above - 1]) / (self.edges[above] - self.edges[above - 1]);
        self.below[above - 1] + share * (self.below[above] - self.below[above - 1])
    }

    /// The law with its edges moved by a function that keeps their order.
    #[must_use]
    pub(crate) fn changed(&self, change: impl Fn(f64) -> f64) -> Self {
        Self { edges: self.edges.iter().map(|edge| change(*edge)).collect(), below: self.below.clone() }
    }
}

impl TryFrom<Cells> for Histogram {
    type Error = Error;

    fn try_from(Cells { edges, masses }: Cells) -> Result<Self> {
        let total: f64 = masses.iter().sum();
        let sound = edges.len() == masses.len() + 1
            && edges.len() > 1
            && edges.windows(2).all(|pair| pair[0] < pair[1])
            && edges.iter().all(|edge| is_countable(*edge))
            && masses.iter().all(|mass| *mass >= 0.0)
            && total > 0.0
            && total.is_finite();
        if !sound {
            return Err(Error::bad_parameter("Histogram", "edges", format!("{} of them with {} masses", edges.len(), masses.len()), "finite edges in ascending order, one more than masses, and finite masses from 0 of which one is above it"
                    .to_owned()));
        }
        let mut below = Vec::with_capacity(edges.len());
        let mut sum = 0.0;
        below.push(0.0);
        for mass in masses {
            sum += mass / total;
            below.push(sum.min(1.0));
        }
        // why: rounding may leave the sum beside one.
        if let Some(last) = below.last_mut() {
            *last = 1.0;
        }
        Ok(Self { edges, below })
    }
}

impl From<Histogram> for Cells {
    fn from(Histogram { edges, below }: Histogram) -> Self {
        Self { edges, masses: below.windows(2).map(|pair| pair[1] - pair[0]).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_make_no_law_are_refused_as_settings_not_as_text() {
        for (edges, masses) in
            [(vec![0.0, 1.0], vec![1.0, 2.0]), (vec![1.0, 0.0], vec![1.0]), (vec![0.0, 1.0], vec![-1.0])]
        {
            assert!(matches!(Histogram::new(edges, masses), Err(Error::BadParameter { .. })));
        }
    }
}

//! A joint law that is a table of equally likely paths.

#![allow(clippy::indexing_slicing, reason = "rows are chunks of the same length")]

use serde::{Deserialize, Serialize};

use super::paths::Paths;
use crate::dist::{Distribution, Empirical, is_countable};
use crate::error::{Error, Result};
use crate::numeric::rng::Stream;

/// Equally likely paths of consecutive years: what is left when a law has been changed path by path.
///
/// Tables with one key are joint: the same rows are drawn from each of them, so that parts of a total still add up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sampled {
    key: String,
    years: usize,
    /// Row by row.
    values: Vec<f64>,
}

impl Sampled {
    pub(super) fn new(key: String, paths: &Paths) -> Self {
        Self { key, years: paths.years(), values: paths.as_slice().to_vec() }
    }

    pub(super) fn years(&self) -> usize {
        self.years
    }

    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.years.max(1))
    }

    pub(super) fn is_sound(&self) -> bool {
        self.years > 0
            && !self.values.is_empty()
            && self.values.len().is_multiple_of(self.years)
            && self.values.iter().all(|v| is_countable(*v))
    }

    /// Every value of a year changed.
    #[must_use]
    pub(super) fn changed(mut self, change: impl Fn(usize, f64) -> f64) -> Self {
        for row in self.values.chunks_exact_mut(self.years.max(1)) {
            row.iter_mut().enumerate().for_each(|(i, v)| *v = change(i, *v));
        }
        self
    }

    /// Every year's values drawn away from their median by a factor.
    #[must_use]
    pub(super) fn widened(self, factors: &[f64]) -> Self {
        let medians: Vec<f64> = (0..self.years)
            .map(|i| {
                let mut column: Vec<f64> = self.rows().map(|row| row[i]).collect();
                column.sort_unstable_by(f64::total_cmp);
                column.get(column.len().div_ceil(2).saturating_sub(1)).copied().unwrap_or(0.0)
            })
            .collect();
        self.changed(|i, v| medians[i] + factors.get(i).copied().unwrap_or(1.0) * (v - medians[i]))
    }

    /// The law of each year.
    ///
    /// # Errors
    /// [`Error::Overflow`] unless every value is finite, and so is its square.
    pub(super) fn steps(&self, series: &str, model: &str) -> Result<Vec<Distribution>> {
        if !self.is_sound() {
            return Err(Error::Overflow { series: series.to_owned(), model: model.to_owned() });
        }
        (0..self.years)
            .map(|i| Empirical::new(self.rows().map(|row| row[i]).collect()).map(Distribution::Empirical))
            .collect()
    }

    /// `draws` rows. Seed 0 gives the first ones as they stand, so that what was made path by path from another forecast's
    /// paths of that seed still stands beside them; other seeds, and rows beyond the table, come in a random order without
    /// repetition until the table is used up.
    pub(super) fn paths(&self, draws: usize, seed: u64) -> Paths {
        let rows = self.values.len() / self.years.max(1);
        let mut stream = Stream::new(seed, &self.key);
        let mut values = Vec::with_capacity(draws * self.years);
        let mut order: Vec<usize> = (0..rows).collect();
        let mut as_they_stand = seed == 0;
        while values.len() < draws * self.years {
            if !as_they_stand {
                for last in (1..rows).rev() {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below last + 1")]
                    let other = (stream.uniform() * (last + 1) as f64) as usize;
                    order.swap(last, other.min(last));
                }
            }
            as_they_stand = false;
            let left = draws - values.len() / self.years;
            for &row in order.iter().take(left) {
                values.extend_from_slice(&self.values[row * self.years..(row + 1) * self.years]);
            }
        }
        Paths::new(self.years, values)
    }
}

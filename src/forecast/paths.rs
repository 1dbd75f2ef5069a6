//! Joint sample paths: what the years of one forecast may look like together.

use crate::error::{Error, Result};

/// Sample paths of a forecast: `draws` rows, one column a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    years: usize,
    /// Row by row.
    values: Vec<f64>,
}

impl Paths {
    pub(super) fn new(years: usize, values: Vec<f64>) -> Self {
        Self { years, values }
    }

    /// Paths row by row, `years` values each.
    ///
    /// # Errors
    /// [`Error::BadDraws`] unless the values are finite and make at least one full row.
    pub fn from_rows(years: usize, values: Vec<f64>) -> Result<Self> {
        let full = years > 0 && !values.is_empty() && values.len().is_multiple_of(years);
        if !full || values.iter().any(|v| !v.is_finite()) {
            return Err(Error::BadDraws { draws: 0 });
        }
        Ok(Self { years, values })
    }

    /// Number of paths.
    pub fn draws(&self) -> usize {
        self.values.len() / self.years
    }

    /// Number of years.
    pub fn years(&self) -> usize {
        self.years
    }

    /// The paths one after the other, `years` values each.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.years)
    }

    /// All values, row by row.
    pub fn as_slice(&self) -> &[f64] {
        &self.values
    }
}

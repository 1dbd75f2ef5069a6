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
    /// [`Error::BadDraws`] without values, [`Error::MatrixShape`] unless they make full rows, [`Error::BadSample`] for one that
    /// is not finite.
    pub fn from_rows(years: usize, values: Vec<f64>) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::BadDraws { draws: 0 });
        }
        if years == 0 || !values.len().is_multiple_of(years) {
            let (entries, rows) = (values.len(), values.len() / years.max(1));
            return Err(Error::MatrixShape { series: "paths".to_owned(), entries, columns: years, rows });
        }
        if let Some((i, bad)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::BadSample { place: i + 1, value: bad.to_string() });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_rows_is_said_as_it_is() {
        assert_eq!(Paths::from_rows(2, vec![]).unwrap_err(), Error::BadDraws { draws: 0 });
        let refused = Paths::from_rows(2, vec![1.0, 2.0, 3.0, f64::INFINITY]).unwrap_err();
        assert_eq!(refused, Error::BadSample { place: 4, value: "inf".into() });
        for (years, rows) in [(2, 1), (0, 3)] {
            let refused = Paths::from_rows(years, vec![1.0; 3]).unwrap_err();
            assert_eq!(refused, Error::MatrixShape { series: "paths".into(), entries: 3, columns: years, rows });
        }
    }
}

//! Joint sample paths: what the years of one forecast may look like together.

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

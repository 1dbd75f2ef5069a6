//! A few numbers, one a year: a forecast makes hundreds of such lists and looks at most of them once.
//!
//! Up to eight stand in the list itself, so that lists of a few years need no memory of their own. To its users it is a
//! slice; it is made from a `Vec`, or collected.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// Numbers in order, one a year.
///
/// ```
/// use unjuran::forecast::Numbers;
/// let mut centres: Numbers = (1..=3).map(f64::from).collect();
/// centres[0] = 0.5;
/// assert_eq!((centres.len(), &centres[1..]), (3, &[2.0, 3.0][..]));
/// assert_eq!(Numbers::from(vec![0.5, 2.0, 3.0]), centres);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Numbers(SmallVec<[f64; 8]>);

impl Numbers {
    /// So many zeros.
    pub(crate) fn zeros(years: usize) -> Self {
        Self(SmallVec::from_elem(0.0, years))
    }
}

impl std::ops::Deref for Numbers {
    type Target = [f64];
    fn deref(&self) -> &[f64] {
        &self.0
    }
}

impl std::ops::DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.0
    }
}

impl From<Vec<f64>> for Numbers {
    fn from(numbers: Vec<f64>) -> Self {
        Self(numbers.into())
    }
}

impl FromIterator<f64> for Numbers {
    fn from_iter<T: IntoIterator<Item = f64>>(numbers: T) -> Self {
        Self(numbers.into_iter().collect())
    }
}

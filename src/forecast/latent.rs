//! The joint law of the latent numbers of all forecast years: what a model hands over.

#![allow(clippy::indexing_slicing, reason = "`is_sound` gave every row the same years; this is the innermost loop")]

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::numbers::Numbers;
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
    pub location: Numbers,
    /// One row a year, one column for each thing unknown.
    pub shared: Rows,
    /// What a shock does in its own year, one year later, and so on.
    pub ripple: Numbers,
    /// Degrees of freedom shared by all years; none for normal shocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub df: Option<f64>,
    /// From latent to observed scale.
    pub link: Link,
    /// Years at the start whose own shocks are not among those of `ripple`, because what is known of the years has taken
    /// their place in `shared`.
    #[serde(default, skip_serializing_if = "none")]
    pub quiet: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn none(n: &usize) -> bool {
    *n == 0
}

impl Latent {
    /// The law of normal shocks on the scale of the data, of one centre, one row and one ripple a year.
    pub fn new(location: impl Into<Numbers>, shared: impl Into<Rows>, ripple: impl Into<Numbers>) -> Self {
        let (location, shared, ripple) = (location.into(), shared.into(), ripple.into());
        Self { location, shared, ripple, df: None, link: Link::Identity, quiet: 0 }
    }

    /// The law of each year on its own, with the weight of this member.
    pub(crate) fn marginals(&self, weight: f64) -> impl Iterator<Item = Component> + '_ {
        // the squares of the shocks that have reached the year
        let mut shocks = 0.0;
        (0..self.location.len()).map(move |year| {
            if let Some(ripple) = year.checked_sub(self.quiet).map(|since| self.ripple[since]) {
                shocks += ripple * ripple;
            }
            self.law(year, shocks, weight)
        })
    }

    /// The law of the first year.
    pub(super) fn first(&self, weight: f64) -> Component {
        let shocks = if self.quiet == 0 { self.ripple[0] * self.ripple[0] } else { 0.0 };
        self.law(0, shocks, weight)
    }

    /// The law of a year that shocks with this sum of squares have reached.
    fn law(&self, year: usize, shocks: f64, weight: f64) -> Component {
        let row = self.shared.row(year);
        let square = row.iter().fold(shocks, |sum, r| sum + r * r);
        // why hypot otherwise: squares of numbers near 1e200 overflow, those of numbers near 1e-200 vanish.
        let scale = if (1e-280..1e280).contains(&square) {
            square.sqrt()
        } else {
            let shocks = &self.ripple[..(year + 1).saturating_sub(self.quiet)];
            shocks.iter().chain(row).fold(0.0_f64, |norm, r| norm.hypot(*r))
        };
        let location = self.location[year];
        let kernel = self.df.map_or_else(|| Kernel::normal(location, scale), |df| Kernel::student(location, scale, df));
        Component { weight, kernel, link: self.link }
    }

    /// One draw of the latent numbers, written to `z`; `shocks` is room for the draws behind it.
    pub(super) fn draw(&self, stream: &mut Stream, shocks: &mut Vec<f64>, z: &mut [f64]) {
        let columns = self.shared.columns();
        shocks.clear();
        shocks.extend((0..columns + z.len()).map(|_| stream.normal()));
        let stretch = self.df.map_or(1.0, |df| (df / stream.chi_squared(df)).sqrt());
        let (unknown, yearly) = shocks.split_at(columns);
        for (i, z) in z.iter_mut().enumerate() {
            let shared: f64 = self.shared.row(i).iter().zip(unknown).map(|(r, u)| r * u).sum();
            let own = yearly[..=i].iter().skip(self.quiet).rev();
            let ripples: f64 = self.ripple.iter().zip(own).map(|(r, e)| r * e).sum();
            *z = self.location[i] + stretch * (shared + ripples);
        }
    }

    /// Whether the shapes fit `years` years and every number given is finite.
    pub(super) fn is_sound(&self, years: usize) -> bool {
        // why no `all`: without a way out the compiler looks at several at a time.
        let finite = |numbers: &[f64]| numbers.iter().fold(true, |so_far, x| so_far & x.is_finite());
        years > 0
            && [self.location.len(), self.shared.len(), self.ripple.len()] == [years; 3]
            && finite(&self.location)
            && finite(&self.shared.numbers)
            && (self.link.counts(0.0).is_none() || self.location.iter().all(|z| *z <= LARGEST))
            && finite(&self.ripple)
    }
}

/// Rows of numbers of the same length, one after the other in memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Vec<Vec<f64>>")]
pub struct Rows {
    columns: usize,
    len: usize,
    numbers: SmallVec<[f64; 12]>,
}

impl Rows {
    /// Rows of zeros.
    pub(crate) fn zeros(len: usize, columns: usize) -> Self {
        Self { columns, len, numbers: SmallVec::from_elem(0.0, len * columns) }
    }

    /// The rows in order, to be written.
    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, f64> {
        self.numbers.chunks_exact_mut(self.columns.max(1))
    }

    /// Rows of `N` numbers.
    pub fn of<const N: usize>(rows: impl ExactSizeIterator<Item = [f64; N]>) -> Self {
        let mut found = Self { columns: N, len: rows.len(), numbers: SmallVec::with_capacity(N * rows.len()) };
        rows.for_each(|row| found.numbers.extend(row));
        found
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Numbers in each row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row; none of its numbers if there is no such row.
    pub fn row(&self, i: usize) -> &[f64] {
        self.numbers.get(i * self.columns..(i + 1) * self.columns).unwrap_or_default()
    }
}

impl Rows {
    /// The rows in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.len).map(|i| self.row(i))
    }

    /// The rows, each with more numbers at its end.
    pub(crate) fn extended(self, more: impl IntoIterator<Item = Vec<f64>>) -> Self {
        let mut rows: Vec<Vec<f64>> = self.into();
        rows.iter_mut().zip(more).for_each(|(row, more)| row.extend(more));
        rows.into()
    }
}

/// Whether all rows are as long as the first.
fn even(rows: &[Vec<f64>]) -> bool {
    rows.windows(2).all(|pair| pair[0].len() == pair[1].len())
}

impl From<Vec<Vec<f64>>> for Rows {
    /// Rows of unequal lengths become a NaN, which no forecast accepts.
    fn from(rows: Vec<Vec<f64>>) -> Self {
        let len = rows.len();
        if !even(&rows) {
            // why not filled up to the longest: one long row among thousands would ask for the product of both.
            return Self { columns: 0, len, numbers: SmallVec::from_elem(f64::NAN, 1) };
        }
        Self { columns: rows.first().map_or(0, Vec::len), len, numbers: rows.into_iter().flatten().collect() }
    }
}

/// The stored form.
#[derive(Deserialize)]
#[serde(transparent)]
struct Stored(Vec<Vec<f64>>);

impl TryFrom<Stored> for Rows {
    type Error = String;
    fn try_from(Stored(rows): Stored) -> Result<Self, String> {
        if even(&rows) {
            Ok(rows.into())
        } else {
            Err("rows of unequal lengths: each has one number a column".to_owned())
        }
    }
}

impl From<Rows> for Vec<Vec<f64>> {
    fn from(rows: Rows) -> Self {
        (0..rows.len).map(|i| rows.row(i).to_vec()).collect()
    }
}

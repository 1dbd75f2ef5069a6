//! Householder QR of a small dense matrix, with the columns that add nothing named.
//!
//! Question: which orthogonal basis spans the columns, and is there a column that the ones before it already span? Each
//! column is reflected onto the axes in turn. What is left of a column below the rows already used, relative to its
//! length, is the share of it that the earlier columns do not explain; at the level of rounding it counts as nothing.
//!
//! Reference: Golub, Van Loan (2013), *Matrix Computations*, 4th ed., sections 5.1 and 5.2.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: sizes are its own")]

/// The factorisation of a matrix of full column rank: `A = Q [R; 0]`.
#[derive(Clone, Debug)]
pub(super) struct Qr {
    rows: usize,
    /// Column by column: `R` above the diagonal, the reflectors from the diagonal down.
    entries: Vec<f64>,
    /// The diagonal of `R`.
    diagonal: Vec<f64>,
    /// Reflector `j` is `I - scale_j v_j v_j'`.
    scales: Vec<f64>,
}

impl Qr {
    /// Factorises a matrix given column by column, entries of size about 1.
    ///
    /// The error holds the indices of the columns that are combinations of earlier ones.
    pub(super) fn new(mut entries: Vec<f64>, rows: usize) -> Result<Self, Vec<usize>> {
        let columns = entries.len() / rows;
        // why: a dependent column leaves a remainder of a few roundings, growing with the longer side; a column whose own
        // part is that small has no digit of information.
        let negligible = 16.0 * rows.max(columns) as f64 * f64::EPSILON;
        let mut diagonal = Vec::with_capacity(columns);
        let mut scales = Vec::with_capacity(columns);
        let mut reflectors: Vec<usize> = Vec::with_capacity(columns);
        let mut dependent = Vec::new();
        for j in 0..columns {
            let (before, rest) = entries.split_at_mut(j * rows);
            let column = &mut rest[..rows];
            let length = norm(column);
            for (i, &k) in reflectors.iter().enumerate() {
                reflect(&before[k * rows + i..(k + 1) * rows], scales[i], &mut column[i..]);
            }
            let own = &mut column[reflectors.len()..];
            let left = norm(own);
            let Some(first) = own.first_mut().filter(|_| left > negligible * length) else {
                dependent.push(j);
                continue;
            };
            let target = if *first > 0.0 { -left } else { left };
            scales.push(1.0 / (left * (left + first.abs())));
            *first -= target;
            diagonal.push(target);
            reflectors.push(j);
        }
        if dependent.is_empty() { Ok(Self { rows, entries, diagonal, scales }) } else { Err(dependent) }
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.diagonal.len()
    }

    /// The diagonal of `R`.
    pub(super) fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    fn reflector(&self, j: usize) -> &[f64] {
        &self.entries[j * self.rows + j..(j + 1) * self.rows]
    }

    /// The part of column `j` of `R` above the diagonal.
    fn above(&self, j: usize) -> &[f64] {
        &self.entries[j * self.rows..j * self.rows + j]
    }

    /// `Q' z` in place.
    pub(super) fn apply_transposed(&self, z: &mut [f64]) {
        for j in 0..self.columns() {
            reflect(self.reflector(j), self.scales[j], &mut z[j..]);
        }
    }

    /// `Q z` in place.
    pub(super) fn apply(&self, z: &mut [f64]) {
        for j in (0..self.columns()).rev() {
            reflect(self.reflector(j), self.scales[j], &mut z[j..]);
        }
    }

    /// Solves `R x = z` in place; `z` has one entry a column.
    pub(super) fn solve(&self, z: &mut [f64]) {
        for j in (0..self.columns()).rev() {
            z[j] /= self.diagonal[j];
            let x = z[j];
            for (entry, r) in z.iter_mut().zip(self.above(j)) {
                *entry -= r * x;
            }
        }
    }

    /// Solves `R' x = z` in place; `z` has one entry a column.
    pub(super) fn solve_transposed(&self, z: &mut [f64]) {
        for j in 0..self.columns() {
            z[j] = (z[j] - dot(self.above(j), &z[..j])) / self.diagonal[j];
        }
    }
}

/// `z - scale v (v'z)` in place.
fn reflect(v: &[f64], scale: f64, z: &mut [f64]) {
    let amount = scale * dot(v, z);
    for (entry, direction) in z.iter_mut().zip(v) {
        *entry -= amount * direction;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_times_r_gives_the_matrix_back() {
        let matrix = vec![1.0, 1.0, 1.0, 1.0, 2.0, 4.0];
        let qr = Qr::new(matrix.clone(), 3).unwrap();
        let mut first = [qr.diagonal()[0], 0.0, 0.0];
        let mut second = [qr.above(1)[0], qr.diagonal()[1], 0.0];
        qr.apply(&mut first);
        qr.apply(&mut second);
        for (rebuilt, given) in first.iter().chain(&second).zip(&matrix) {
            assert!((rebuilt - given).abs() < 4e-15);
        }
    }

    #[test]
    fn triangular_solves_undo_r() {
        // By hand: |(3, 4)| = 5, so R = [5 c; 0 d] up to signs.
        let qr = Qr::new(vec![3.0, 4.0, 1.0, 2.0], 2).unwrap();
        let (a, b, d) = (qr.diagonal()[0], qr.above(1)[0], qr.diagonal()[1]);
        assert!((a.abs() - 5.0).abs() < 1e-15);
        let mut x = [a + 2.0 * b, 2.0 * d];
        qr.solve(&mut x);
        assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 2.0).abs() < 1e-15);
        let mut x = [a, b + 2.0 * d];
        qr.solve_transposed(&mut x);
        assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 2.0).abs() < 1e-15);
    }

    #[test]
    fn every_column_that_earlier_ones_span_is_named() {
        let matrix = vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0];
        assert_eq!(Qr::new(matrix, 3).unwrap_err(), [1, 3]);
    }
}

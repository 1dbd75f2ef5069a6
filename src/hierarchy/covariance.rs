//! Covariances from few years: drawn towards no correlation.
//!
//! The correlation `r_ij` of n years is multiplied by 1 - lambda, with the lambda that minimises the expected squared error:
//!
//! ```text
//! lambda = sum_{i != j} Var^(r_ij) / sum_{i != j} r_ij^2,   Var^(r) = n / (n - 1)^3 sum_t (w_t - mean w)^2,   w_t = x_ti x_tj
//! ```
//!
//! with x standardised. Reference: Schäfer and Strimmer (2005), *Statistical Applications in Genetics and Molecular Biology*
//! 4(1), 32.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: sizes are its own")]

/// Correlations of columns, shrunk; columns that never vary, and anything from fewer than three rows, are uncorrelated.
pub(super) fn correlations(rows: &[Vec<f64>], columns: usize) -> Vec<Vec<f64>> {
    let mut found: Vec<Vec<f64>> =
        (0..columns).map(|i| (0..columns).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    let n = rows.len() as f64;
    if rows.len() < 3 {
        return found;
    }
    let standard: Vec<Vec<f64>> = (0..columns)
        .map(|j| {
            let mean = rows.iter().map(|r| r[j]).sum::<f64>() / n;
            let sd = (rows.iter().map(|r| (r[j] - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            rows.iter().map(|r| if sd > 0.0 { (r[j] - mean) / sd } else { 0.0 }).collect()
        })
        .collect();
    let (mut variances, mut squares) = (0.0, 0.0);
    for i in 0..columns {
        for j in 0..i {
            let products: Vec<f64> = standard[i].iter().zip(&standard[j]).map(|(x, y)| x * y).collect();
            let mean = products.iter().sum::<f64>() / n;
            let r = mean * n / (n - 1.0);
            variances += n / (n - 1.0).powi(3) * products.iter().map(|w| (w - mean).powi(2)).sum::<f64>();
            squares += r * r;
            (found[i][j], found[j][i]) = (r, r);
        }
    }
    let kept = if squares > 0.0 { 1.0 - (variances / squares).clamp(0.0, 1.0) } else { 0.0 };
    for (i, row) in found.iter_mut().enumerate() {
        row.iter_mut().enumerate().filter(|(j, _)| *j != i).for_each(|(_, r)| *r *= kept);
    }
    found
}

/// The lower triangle L with L L' = A, for a positive definite A; a pivot that is not above zero is taken for a small one.
pub(super) fn cholesky(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let left: f64 = a[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            l[i][j] =
                if i == j { left.max(1e-12 * a[i][i].abs().max(f64::MIN_POSITIVE)).sqrt() } else { left / l[j][j] };
        }
    }
    l
}

/// The solution of L L' x = b.
pub(super) fn solve(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let n = l.len();
    let mut x = b.to_vec();
    for i in 0..n {
        x[i] = (x[i] - (0..i).map(|k| l[i][k] * x[k]).sum::<f64>()) / l[i][i];
    }
    for i in (0..n).rev() {
        x[i] = (x[i] - (i + 1..n).map(|k| l[k][i] * x[k]).sum::<f64>()) / l[i][i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        let l = cholesky(&[vec![4.0, 2.0], vec![2.0, 5.0]]);
        let x = solve(&l, &[8.0, 12.0]); // 4 + 4, 2 + 10
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12, "{x:?}");
    }

    #[test]
    fn correlations_are_drawn_to_zero_more_the_fewer_the_years() {
        let rows = |n: u32| -> Vec<Vec<f64>> {
            (0..n).map(|t| vec![f64::from(t % 5), f64::from(t % 5 + (t % 5 * 7) % 3)]).collect()
        };
        let (few, many) = (correlations(&rows(5), 2)[0][1], correlations(&rows(50), 2)[0][1]);
        assert!(0.0 < few && few < many && many < 1.0, "{few} {many}");
        assert_eq!(correlations(&rows(2), 2)[0][1], 0.0);
    }
}

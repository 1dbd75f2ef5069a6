//! Is there a trend at all? The test of Mann and Kendall.
//!
//! ```text
//! S = sum_{i<j} sign(y_j - y_i)            tau_b = S / sqrt(m (m - sum of ties' pairs)),  m = n (n - 1) / 2
//! var S = (n (n - 1) (2 n + 5) - sum over ties of g (g - 1) (2 g + 5)) / 18            z = (S - sign S) / sd S
//! ```
//!
//! Without ties and up to 50 years p is exact, from the number of permutations with so many inversions; else it is the
//! normal approximation with the step taken half back. Independent years are assumed: where each year resembles the last,
//! p is too small.
//!
//! References: Mann (1945), *Econometrica* 13(3), 245-259; Kendall (1975), Rank Correlation Methods, 4th ed.

#![allow(clippy::indexing_slicing, reason = "a table of its own making")]

use crate::model::TrendTest;
use crate::numeric::special::normal;

/// Years up to which p is counted out.
const EXACT: usize = 50;

/// The test for values in their order; gaps left out. Fewer than two values, or all equal, are no evidence: p is 1.
///
/// ```
/// use unjuran::regression::mann_kendall;
/// // Three rising values: one of the six orders rises throughout and one falls, so p = 2/6.
/// let test = mann_kendall(&[1.0, 5.0, 6.0]);
/// assert_eq!((test.statistic, test.tau), (3.0, 1.0));
/// assert!((test.p - 1.0 / 3.0).abs() < 1e-15);
/// ```
pub fn mann_kendall(y: &[f64]) -> TrendTest {
    let n = y.len();
    let (mut statistic, mut ties) = (0.0_f64, false);
    for (i, a) in y.iter().enumerate() {
        for b in &y[i + 1..] {
            if b > a {
                statistic += 1.0;
            } else if b < a {
                statistic -= 1.0;
            } else {
                ties = true;
            }
        }
    }
    let nf = n as f64;
    let (pairs, mut tied, mut variance) = (0.5 * nf * (nf - 1.0), 0.0, nf * (nf - 1.0) * (2.0 * nf + 5.0));
    if ties {
        let mut sorted = y.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        #[expect(clippy::float_cmp, reason = "ties are equal numbers")]
        for group in sorted.chunk_by(|a, b| a == b) {
            let g = group.len() as f64;
            tied += 0.5 * g * (g - 1.0);
            variance -= g * (g - 1.0) * (2.0 * g + 5.0);
        }
    }
    let variance = variance / 18.0;
    let tau = if pairs > tied { statistic / (pairs * (pairs - tied)).sqrt() } else { 0.0 };
    if variance <= 0.0 || pairs <= tied {
        return TrendTest { statistic, tau, z: 0.0, p: 1.0 };
    }
    let step = if statistic == 0.0 { 0.0 } else { statistic.signum() };
    let z = (statistic - step) / variance.sqrt();
    let p = if !ties && n <= EXACT { exact(n, statistic) } else { (2.0 * normal::survival(z.abs())).min(1.0) };
    TrendTest { statistic, tau, z, p }
}

/// The share of the orders of n different values with a statistic at least as far from zero.
fn exact(n: usize, statistic: f64) -> f64 {
    let most = n * (n - 1) / 2;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 0 to the pairs")]
    let inversions = ((most as f64 - statistic.abs()) / 2.0) as usize;
    // shares[k]: of the orders of the first values, those with k inversions; the next value adds 0 to i of them.
    let mut shares = vec![0.0; inversions + 1];
    shares[0] = 1.0;
    for i in 1..n {
        let mut next = vec![0.0; inversions + 1];
        let mut window = 0.0;
        for k in 0..=inversions {
            window += shares[k];
            if k > i {
                window -= shares[k - i - 1];
            }
            next[k] = window / (i + 1) as f64;
        }
        shares = next;
    }
    (2.0 * shares.iter().sum::<f64>()).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_values_by_hand() {
        // 1 3 2 4: five pairs rise, one falls, S = 4. Of 24 orders 1 + 3 have at most one inversion, so p = 8/24.
        let test = mann_kendall(&[1.0, 3.0, 2.0, 4.0]);
        assert_eq!(test.statistic, 4.0);
        assert!((test.p - 1.0 / 3.0).abs() < 1e-15);
        assert!((test.z - 3.0 / (4.0 * 3.0 * 13.0 / 18.0_f64).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn ties_take_their_variance_away() {
        // By hand, 1 1 2: S = 2, variance (3 * 2 * 11 - 2 * 1 * 9) / 18 = 48/18; tau_b = 2 / sqrt(3 * 2).
        let test = mann_kendall(&[1.0, 1.0, 2.0]);
        assert!((test.tau - 2.0 / 6.0_f64.sqrt()).abs() < 1e-15);
        assert!((test.z - 1.0 / (48.0 / 18.0_f64).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn nothing_to_compare_is_no_evidence() {
        for y in [&[][..], &[3.0], &[2.0, 2.0, 2.0]] {
            assert_eq!(mann_kendall(y).p, 1.0);
        }
    }
}

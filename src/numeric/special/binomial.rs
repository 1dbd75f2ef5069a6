//! The binomial law and its mixtures.

use statrs::function::beta::checked_beta_reg;

use super::gamma::ln_gamma;
use super::{NegativeBinomial, normal};

/// The regularised incomplete beta function `I_x(a, b)`, continued to its limits: 0 up to x = 0, 1 from x = 1 on.
///
/// ```
/// use unjuran::numeric::special::binomial::beta_cdf;
/// assert!((beta_cdf(1.0, 2.0, 0.5) - 0.75).abs() < 1e-12); // 1 - (1 - x)^2
/// ```
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    checked_beta_reg(a, b, x).unwrap_or(f64::NAN)
}

/// Probability of at most `k` under a law with this mean and variance, whole outcomes from 0: Poisson where they are equal,
/// else binomial (with a number of trials that need not be whole) or negative binomial.
///
/// ```
/// use unjuran::numeric::special::binomial::cdf_of_moments;
/// // two coins: mean 1, variance 1/2
/// assert!((cdf_of_moments(1.0, 0.5, 1.0) - 0.75).abs() < 1e-12);
/// // Poisson with mean 1: 2 / e
/// assert!((cdf_of_moments(1.0, 1.0, 1.0) - 2.0 / std::f64::consts::E).abs() < 1e-12);
/// // geometric with mean 1, variance 2: 1/2 + 1/4
/// assert!((cdf_of_moments(1.0, 2.0, 1.0) - 0.75).abs() < 1e-12);
/// ```
pub fn cdf_of_moments(mean: f64, variance: f64, k: f64) -> f64 {
    let k = k.floor();
    if k < 0.0 {
        return 0.0;
    }
    if mean <= 0.0 {
        return 1.0;
    }
    let failure = variance / mean;
    if failure < 1.0 - 1e-9 {
        let trials = mean / (1.0 - failure);
        if k >= trials { 1.0 } else { beta_cdf(trials - k, k + 1.0, failure) }
    } else if failure > 1.0 + 1e-9 {
        NegativeBinomial::new(mean, mean / (failure - 1.0)).cdf(k + 0.5)
    } else {
        NegativeBinomial::new(mean, f64::INFINITY).cdf(k + 0.5)
    }
}

/// Probability of at most `k` successes among `n` trials whose chance is a beta number with these parameters.
///
/// ```
/// use unjuran::numeric::special::binomial::beta_binomial_cdf;
/// // a uniform chance makes every number of successes as likely
/// assert!((beta_binomial_cdf(4.0, 1.0, 1.0, 1.0) - 0.4).abs() < 1e-12);
/// ```
pub fn beta_binomial_cdf(n: f64, a: f64, b: f64, k: f64) -> f64 {
    const SUMMED: f64 = 2000.0;
    let k = k.floor();
    if k < 0.0 {
        return 0.0;
    }
    if k >= n {
        return 1.0;
    }
    if n > SUMMED {
        // why: with so many trials the share of successes is the chance itself.
        return beta_cdf(a, b, (k + 0.5) / n);
    }
    let mut mass = (ln_gamma(n + b) + ln_gamma(a + b) - ln_gamma(n + a + b) - ln_gamma(b)).exp();
    let (mut sum, mut j) = (mass, 0.0);
    while j < k {
        mass *= (n - j) * (j + a) / ((j + 1.0) * (n - j - 1.0 + b));
        sum += mass;
        j += 1.0;
    }
    sum.min(1.0)
}

/// The smallest number of successes among `n` trials whose distribution function reaches `u`: exact up to 1,000 trials, then
/// by the normal law.
///
/// ```
/// use unjuran::numeric::special::binomial::quantile;
/// assert_eq!([0.2, 0.3, 0.7, 0.8].map(|u| quantile(2.0, 0.5, u)), [0.0, 1.0, 1.0, 2.0]);
/// assert_eq!(quantile(10.0, 1.0, 0.5), 10.0);
/// ```
pub fn quantile(n: f64, p: f64, u: f64) -> f64 {
    const SUMMED: f64 = 1000.0;
    if n <= 0.0 || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return n;
    }
    if n > SUMMED {
        let y = n * p + (n * p * (1.0 - p)).sqrt() * normal::quantile(u);
        return y.round().clamp(0.0, n);
    }
    if p > 0.5 {
        // why: from the nearer end, where the first term does not vanish.
        return n - quantile_from_above(n, 1.0 - p, u);
    }
    let (mut mass, mut k) = ((n * (-p).ln_1p()).exp(), 0.0);
    let (mut sum, odds) = (mass, p / (1.0 - p));
    while sum < u && k < n {
        mass *= (n - k) / (k + 1.0) * odds;
        sum += mass;
        k += 1.0;
    }
    k
}

/// The largest number of failures with which the distribution function of successes still reaches `u`.
fn quantile_from_above(n: f64, q: f64, u: f64) -> f64 {
    let (mut mass, mut k) = ((n * (-q).ln_1p()).exp(), 0.0);
    // `above` is the probability of at least n - k successes.
    let (mut above, odds) = (mass, q / (1.0 - q));
    while above <= 1.0 - u && k < n {
        mass *= (n - k) / (k + 1.0) * odds;
        above += mass;
        k += 1.0;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_from_both_ends_are_those_of_the_distribution_function() {
        for p in [0.03, 0.4, 0.6, 0.97] {
            let cdf = |k: f64| cdf_of_moments(20.0 * p, 20.0 * p * (1.0 - p), k);
            for u in [0.01, 0.2, 0.5, 0.77, 0.99] {
                let k = quantile(20.0, p, u);
                assert!(cdf(k) >= u - 1e-9 && (k == 0.0 || cdf(k - 1.0) < u + 1e-9), "{p} {u}: {k}");
            }
        }
    }
}

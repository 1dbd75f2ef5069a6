//! The binomial law and its mixtures.

use statrs::function::beta::checked_beta_reg;

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
/// The sum of the probabilities, to 1e-12 of itself however small it is, up to 2,000 trials or a standard deviation of 100
/// successes. Beyond that a beta law with the mean and the variance of the number, to 0.001 of all; near an end whose
/// parameter is far below 1, to 0.005.
///
/// ```
/// use unjuran::numeric::special::binomial::beta_binomial_cdf;
/// // a uniform chance makes every number of successes as likely
/// assert!((beta_binomial_cdf(4.0, 1.0, 1.0, 1.0) - 0.4).abs() < 1e-12);
/// ```
pub fn beta_binomial_cdf(n: f64, a: f64, b: f64, k: f64) -> f64 {
    const TRIALS: f64 = 2000.0;
    const DEVIATION: f64 = 100.0;
    let k = k.floor();
    if k < 0.0 {
        return 0.0;
    }
    if k >= n {
        return 1.0;
    }
    let (p, s) = (a / (a + b), a + b);
    let variance = n * p * (1.0 - p) * (n + s) / (s + 1.0);
    if n <= TRIALS || variance <= DEVIATION * DEVIATION { summed(n, a, b, k) } else { by_beta(n, a, b, k) }
}

/// The sum of the beta-binomial probabilities up to k over all of them, each in units of that of k: those beyond the largest
/// number are then 0 or 1 in the end, and none of those that matter vanishes, wherever the law lies.
fn summed(n: f64, a: f64, b: f64, k: f64) -> f64 {
    // P(j + 1) / P(j)
    let up = |j: f64| (n - j) * (j + a) / ((j + 1.0) * (n - j - 1.0 + b));
    // why: with both below 1 the law has a peak at each end, and what has fallen rises again.
    let one_peak = a >= 1.0 || b >= 1.0;
    let lower = 1.0 + outwards(k, one_peak, |i| 1.0 / up(k - 1.0 - i));
    let upper = outwards(n - k, one_peak, |i| up(k + i));
    1.0 / (1.0 + upper / lower)
}

/// The sum of so many terms, each the one before it times the ratio at its place, the first of them 1 times that.
fn outwards(terms: f64, one_peak: bool, ratio: impl Fn(f64) -> f64) -> f64 {
    const NEGLIGIBLE: f64 = 1e-17;
    let (mut term, mut sum, mut i) = (1.0, 0.0, 0.0);
    while i < terms && sum < f64::INFINITY {
        let next = ratio(i);
        term *= next;
        sum += term;
        i += 1.0;
        if one_peak && next < 1.0 && term * (terms - i) <= NEGLIGIBLE * sum {
            break;
        }
    }
    sum
}

/// The beta-binomial distribution function where it is smooth: near an end its probabilities are as
/// `(j + a / 2)^(a - 1)`, so that k is the place `k + (a + 1) / 2` of a beta law over `N = n + (a + b) / 2`, which has the same mean;
/// its parameters are those that give it the same variance.
fn by_beta(n: f64, a: f64, b: f64, k: f64) -> f64 {
    let s = a + b;
    let whole = n + s / 2.0;
    let matched = whole * whole * (s + 1.0) / (n * (n + s)) - 1.0;
    beta_cdf(matched * a / s, matched * b / s, (k + 0.5 * (a + 1.0)) / whole)
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
#[expect(clippy::excessive_precision, reason = "as mpmath prints them")]
mod tests {
    use super::*;

    #[test]
    fn a_beta_binomial_law_is_the_sum_of_its_probabilities_wherever_it_lies() {
        // sums of C(n, j) B(j + a, n - j + b) / B(a, b) in 60 digits (mpmath)
        for (n, a, b, k, expected) in [
            (1.0, 2.0, 3.0, 0.0, 0.6),
            (17.0, 3.25, 0.75, 11.0, 0.215_427_884_601_964_784_25),
            (800.0, 40.0, 400.0, 150.0, 0.999_998_959_969_618_054_54),
            (1000.0, 1e-9, 2.5, 0.0, 0.999_999_993_793_403_337_01),
            (1000.0, 1e-9, 1e-9, 500.0, 0.500_000_000_001),
            (1900.0, 469.0, 43.0, 1500.0, 7.874_787_392_429_315_916e-13),
            (1900.0, 469.0, 43.0, 1745.0, 0.559_684_461_734_322_528_1),
            (1999.0, 900.0, 30.0, 900.0, 6.984_375_821_843_314_358_5e-196),
            (2000.0, 0.5, 0.25, 3.0, 0.016_538_600_595_483_407_145),
            (2000.0, 0.5, 0.25, 1997.0, 0.854_604_636_967_937_782_43),
            (2000.0, 1500.5, 1500.5, 700.0, 4.337_966_843_966_060_628_4e-26),
            (2000.0, 1500.5, 1500.5, 1000.0, 0.506_909_249_612_543_857_04),
        ] {
            let found = beta_binomial_cdf(n, a, b, k);
            assert!((found / expected - 1.0).abs() < 1e-12, "{n} {a} {b} {k}: {found} for {expected}");
        }
        assert_eq!([1899.0, 1900.0, -1.0].map(|k| beta_binomial_cdf(1900.0, 469.0, 43.0, k)), [1.0, 1.0, 0.0]);
    }

    #[test]
    fn a_beta_binomial_law_of_very_many_trials_goes_on_as_that_of_fewer() {
        for (a, b) in
            [(469.0, 43.0), (43.0, 469.0), (5.0, 1.2), (3000.0, 3000.0), (0.3, 0.4), (900.0, 20.0), (1e-9, 12.0)]
        {
            for share in [0.0, 0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.999] {
                let k = (20_000.0_f64 * share).floor();
                let (sum, found) = (summed(20_000.0, a, b, k), beta_binomial_cdf(20_000.0, a, b, k));
                assert!((sum - found).abs() < 1e-3, "{a} {b} {k}: {found} for {sum}");
            }
            // one trial more moves the law by less than its own steps: no jump where the sums end
            for share in [0.0, 0.05, 0.1, 0.5, 0.9, 0.92, 0.95] {
                let k = (2000.0_f64 * share).floor();
                let step = |n: f64| beta_binomial_cdf(n, a, b, k);
                let most = 1e-3 + step(2000.0) - beta_binomial_cdf(2000.0, a, b, k - 1.0);
                assert!((step(2000.0) - step(2001.0)).abs() < most, "{a} {b} {k}");
            }
        }
    }

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

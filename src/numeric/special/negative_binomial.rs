//! The negative binomial law of counts, and the Poisson law at its end.
//!
//! With mean m and size s the probability of k is
//!
//! ```text
//! Gamma(s + k) / (Gamma(s) k!) (s / (s + m))^s (m / (s + m))^k        variance m + m^2 / s
//! ```
//!
//! and that of at most k is `I_p(s, k + 1)` with `p = s / (s + m)`, for an infinite size (Poisson) `Q(k + 1, m)`. Both are
//! smooth in k. The distribution function here is that smooth one at `x = k + 1/2`, and below one half a straight line from
//! no probability at -1/2: a real number with this law, rounded to the nearest whole one, is the count.
//!
//! References: Johnson, Kemp, Kotz (2005), *Univariate Discrete Distributions*, 3rd ed., 4.2 and 5.6; for large arguments
//! Wilson, Hilferty (1931) and Paulson (1942), for a large count of a moderate size DiDonato, Morris (1992), *ACM TOMS* 18.

use super::gamma::{incomplete, ln_gamma, ln_rising_excess};
use super::normal;
use super::student::fraction;

/// Above this the continued fraction takes too many terms.
const LARGE: f64 = 1e5;

/// A negative binomial law; an infinite size is Poisson.
///
/// ```
/// use unjuran::numeric::special::NegativeBinomial;
/// // Size 1 is geometric: with mean 1 the chances are 1/2, 1/4, 1/8, ...
/// let law = NegativeBinomial::new(1.0, 1.0);
/// assert!((law.cdf(2.5) - 0.875).abs() < 1e-15);
/// assert!((law.log_mass(3.0).exp() - 1.0 / 16.0).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeBinomial {
    mean: f64,
    size: f64,
}

impl NegativeBinomial {
    /// The law with this mean (0 or more) and size (above 0, infinite for Poisson).
    pub fn new(mean: f64, size: f64) -> Self {
        // why: beyond this the two laws agree to the last digits and the beta function loses its own.
        let size = if size > 1e9 * (1.0 + mean) { f64::INFINITY } else { size };
        Self { mean, size }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The size; infinite for Poisson.
    pub fn size(&self) -> f64 {
        self.size
    }

    /// The standard deviation.
    pub fn deviation(&self) -> f64 {
        (self.mean * (1.0 + self.mean / self.size)).sqrt()
    }

    /// The smooth distribution function: at k + 1/2 the probability of at most k.
    pub fn cdf(&self, x: f64) -> f64 {
        self.split(x).0
    }

    /// Its complement, with all digits also where it is small.
    pub fn survival(&self, x: f64) -> f64 {
        self.split(x).1
    }

    fn split(&self, x: f64) -> (f64, f64) {
        let at = self.ready().at(x);
        (at.below, at.above)
    }

    /// The law with all that does not depend on the outcome worked out: for many outcomes of one law.
    pub(crate) fn ready(&self) -> Ready {
        let (m, s) = (self.mean, self.size);
        // why: an infinite size has its own formula, which needs none of these.
        let ln_gamma_size = if s.is_finite() { ln_gamma(s) } else { 0.0 };
        Ready {
            law: *self,
            share: 1.0 / (1.0 + m / s),
            rest: 1.0 / (1.0 + s / m),
            ln_front: s * log_share(s, m) - ln_gamma_size,
            ln_rest: log_share(m, s),
        }
    }

    /// The standard normal number with about the same probability below it as `I_p(s, a)` (Paulson 1942).
    fn cube_root(&self, a: f64) -> f64 {
        let (root, ninth_a, ninth_s) = ((a / self.mean).cbrt(), 1.0 / (9.0 * a), 1.0 / (9.0 * self.size));
        ((1.0 - ninth_a) * root - (1.0 - ninth_s)) / (root * root * ninth_a + ninth_s).sqrt()
    }

    /// The logarithm of the probability of `k`; between whole numbers the smooth curve through them.
    pub fn log_mass(&self, k: f64) -> f64 {
        if k < 0.0 {
            return f64::NEG_INFINITY;
        }
        if self.mean <= 0.0 {
            return if k == 0.0 { 0.0 } else { f64::NEG_INFINITY };
        }
        let (m, s) = (self.mean, self.size);
        let powers = if k > 0.0 { k * m.ln() - ln_gamma(k + 1.0) } else { 0.0 };
        if s.is_infinite() {
            return powers - m;
        }
        let shared = (m / s).ln_1p();
        powers + ln_rising_excess(s, k) - (k + s) * shared
    }
}

/// A law with what does not depend on the outcome worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ready {
    law: NegativeBinomial,
    /// s / (s + m)
    share: f64,
    /// m / (s + m)
    rest: f64,
    /// s ln(s / (s + m)) - ln Gamma(s)
    ln_front: f64,
    /// ln(m / (s + m))
    ln_rest: f64,
}

/// What a law says of an outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Split {
    /// The smooth distribution function and its complement.
    pub(crate) below: f64,
    pub(crate) above: f64,
    /// The slope of the distribution function, to about `1 / (24 deviation^2)` of it: for steps of a root finder.
    pub(crate) slope: f64,
}

impl Ready {
    pub(crate) fn law(&self) -> &NegativeBinomial {
        &self.law
    }

    /// Probabilities and slope at `x`.
    ///
    /// With `G(a) = I_p(s, a)` the chances of counts are `G(a) - G(a - 1)` and `G(a + 1) - G(a)`: the slope of G is taken as
    /// their geometric mean, which needs no more logarithms.
    pub(crate) fn at(&self, x: f64) -> Split {
        let (a, m, s) = (x + 0.5, self.law.mean, self.law.size);
        if a <= 0.0 {
            return Split { below: 0.0, above: 1.0, slope: 0.0 };
        }
        if m <= 0.0 || a.is_infinite() {
            return Split { below: 1.0, above: 0.0, slope: 0.0 };
        }
        if a < 1.0 {
            // The chance of a zero, reached in a straight line.
            let zero = if s.is_infinite() { (-m).exp() } else { (s * log_share(s, m)).exp() };
            return Split { below: a * zero, above: 1.0 - a * zero, slope: zero };
        }
        if s.is_infinite() {
            let (above, below) = incomplete(a, m);
            let slope = (a * m.ln() - m - ln_gamma(a) - 0.5 * (a * m).ln()).exp();
            return Split { below, above, slope };
        }
        if a.max(s) <= LARGE {
            let log_front = ln_gamma(s + a) - ln_gamma(a) + self.ln_front + a * self.ln_rest;
            let front = log_front.exp();
            // why the least number: a mean next to nothing makes this 0 / 0.
            let slope = front / (a * (s + a - 1.0) * self.rest).sqrt().max(f64::MIN_POSITIVE);
            if self.share < (s + 1.0) / (s + a + 2.0) {
                let below = (front * fraction(s, a, self.share) / s).min(1.0);
                return Split { below, above: 1.0 - below, slope };
            }
            let above = (front * fraction(a, s, self.rest) / a).min(1.0);
            return Split { below: 1.0 - above, above, slope };
        }
        if s * s < a {
            let rate = (s / m).ln_1p();
            let at = (a + 0.5 * (s - 1.0)) * rate;
            let (below, above) = incomplete(s, at);
            // why not the probability of the count: of counts of 1e15 the logarithms of factorials have lost its digits.
            let slope = rate * ((s - 1.0) * at.ln() - at - ln_gamma(s)).exp();
            return Split { below, above, slope };
        }
        let slope = self.law.log_mass(x.max(0.0)).exp();
        let z = self.law.cube_root(a);
        Split { below: normal::cdf(z), above: normal::survival(z), slope }
    }
}

/// `ln(a / (a + b))`.
fn log_share(a: f64, b: f64) -> f64 {
    -(b / a).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_agree_with_mpmath() {
        for (mean, size, k, below, above, mass, tolerance) in LAWS {
            let law = NegativeBinomial::new(mean, size);
            let near = |got: f64, expected: f64| {
                assert!(
                    (got - expected).abs() <= tolerance * expected.abs(),
                    "{mean} {size} {k}: {got} for {expected}"
                );
            };
            near(law.cdf(k + 0.5), below);
            near(law.survival(k + 0.5), above);
            near(law.log_mass(k), mass);
        }
    }

    #[test]
    fn no_mean_is_a_sure_zero() {
        let law = NegativeBinomial::new(0.0, 3.0);
        assert_eq!((law.cdf(-0.6), law.cdf(0.5), law.log_mass(0.0)), (0.0, 1.0, 0.0));
    }

    /// mean, size, k, P(Y <= k), P(Y > k), ln P(Y = k), tolerance; mpmath (scipy where a size or count is large).
    const LAWS: [(f64, f64, f64, f64, f64, f64, f64); 9] = [
        (3.0, 0.7, 0.0, 0.311_765_045_389_907_3, 0.688_234_954_610_092_7, -1.165_505_434_512_237_8, 1e-12),
        (3.0, 0.7, 20.0, 0.994_102_028_956_376, 0.005_897_971_043_624_031, -6.524_735_030_824_128, 1e-12),
        (150.0, 8.0, 90.0, 0.123_937_509_087_393_22, 0.876_062_490_912_606_8, -5.265_287_375_045_546_4, 1e-11),
        (150.0, 8.0, 400.0, 0.999_609_872_591_456_4, 0.000_390_127_408_543_589_7, -11.164_466_496_142_593, 1e-11),
        (40.0, f64::INFINITY, 25.0, 0.007_566_375_789_866_606, 0.992_433_624_210_133_4, -5.781_618_870_132_112, 1e-11),
        (40.0, f64::INFINITY, 80.0, 0.999_999_991_720_736_7, 8.279_263_223_258_256e-09, -18.562_767_956_578_8, 1e-11),
        (900.0, 5000.0, 1000.0, 0.998_767_155_922_569_7, 0.001_232_844_077_430_306_2, -8.981_868_821_739_939, 1e-09),
        (
            2_000_000.0,
            6.0,
            3_000_000.0,
            0.884_309_296_991_268_5,
            0.115_690_703_008_731_54,
            -15.518_266_625_400_17,
            2e-06,
        ),
        (
            5_000_000.0,
            200_000.0,
            5_020_000.0,
            0.960_166_064_987_040_9,
            0.039_833_935_012_959_09,
            -11.798_826_526_667_568,
            2e-05,
        ),
    ];
}

//! The gamma function's relatives that likelihoods of counts need, without the cancellation of large logarithms.
//!
//! Reference: Abramowitz, Stegun (1964), *Handbook of Mathematical Functions*, 6.1.40, 6.1.47, 6.3.18, 6.4.12, 6.5.29, 6.5.31.

use super::normal;

/// The logarithm of the gamma function of `x > 0`.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// `ln Gamma(x + p) - ln Gamma(x + q)` for `x >= 0` and p, q above 0 and below a thousand, also where x is so large that the
/// logarithms have lost the digits of their difference: at 1e20 they are 4e21, and rounded to half a million.
pub(crate) fn ln_gamma_ratio(x: f64, p: f64, q: f64) -> f64 {
    // why from 1e8 on: there what the expansion (6.1.47) leaves out, p^3 / x^2, is less than what the logarithms round.
    if x < 1e8 { ln_gamma(x + p) - ln_gamma(x + q) } else { (p - q) * (x.ln() + 0.5 * (p + q - 1.0) / x) }
}

/// `ln Gamma(x + n) - ln Gamma(x) - n ln x` for `x > 0` and `n >= 0`: what a rising factorial has beyond a power.
pub fn ln_rising_excess(x: f64, n: f64) -> f64 {
    Rising::new(x).excess(n)
}

/// [`ln_rising_excess`] of one x and many n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rising {
    x: f64,
    ln_gamma: f64,
    ln: f64,
}

impl Rising {
    pub(crate) fn new(x: f64) -> Self {
        Self { x, ln_gamma: libm::lgamma(x), ln: x.ln() }
    }

    pub(crate) fn excess(&self, n: f64) -> f64 {
        let x = self.x;
        if n <= 32.0 && n.fract() == 0.0 {
            let (mut sum, mut j) = (0.0, 1.0);
            while j < n {
                sum += (j / x).ln_1p();
                j += 1.0;
            }
            return sum;
        }
        if x > 1e3 {
            // Stirling's series at both ends, the large parts taken together.
            let (a, b) = (1.0 / (x + n), 1.0 / x);
            let tail = |i: f64| i * (1.0 / 12.0 - i * i / 360.0);
            return (x + n - 0.5) * (n / x).ln_1p() - n + tail(a) - tail(b);
        }
        libm::lgamma(x + n) - self.ln_gamma - n * self.ln
    }
}

/// `psi(x + n) - psi(x)` for `x > 0` and `n >= 0`, psi the derivative of `ln Gamma`.
pub fn digamma_difference(x: f64, n: f64) -> f64 {
    if n <= 32.0 && n.fract() == 0.0 {
        let (mut sum, mut j) = (0.0, 0.0);
        while j < n {
            sum += 1.0 / (x + j);
            j += 1.0;
        }
        return sum;
    }
    let (mut shift, mut low) = (0.0, x);
    while low < 16.0 {
        shift += 1.0 / low;
        low += 1.0;
    }
    // The series of psi at both ends; psi(x) = psi(low) - shift.
    let (mut high, mut above) = (x + n, 0.0);
    while high < 16.0 {
        above += 1.0 / high;
        high += 1.0;
    }
    shift - above + ((high - low) / low).ln_1p() + psi_tail(high) - psi_tail(low)
}

/// `psi(x) - ln x` for large x.
fn psi_tail(x: f64) -> f64 {
    let square = 1.0 / (x * x);
    let series = square
        * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square * (1.0 / 240.0 - square / 132.0))));
    -0.5 / x - series
}

/// The derivative of psi at `x > 0`.
pub fn trigamma(x: f64) -> f64 {
    let (mut sum, mut x) = (0.0, x);
    while x < 16.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let i = 1.0 / x;
    let square = i * i;
    let series = square * (1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square / 30.0)));
    sum + i * (1.0 + 0.5 * i + series)
}

/// Shapes above which the cube-root approximation (Wilson, Hilferty 1931) takes over: its error is then below 1e-7.
const LARGE: f64 = 1e5;
const TERMS: u32 = 20_000;

/// The regularised incomplete gamma functions `(P(a, x), Q(a, x))` for `a > 0`, `x >= 0`; they add up to one.
pub fn incomplete(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    if a > LARGE {
        let ninth = 1.0 / (9.0 * a);
        let z = ((x / a).cbrt() - (1.0 - ninth)) / ninth.sqrt();
        return (normal::cdf(z), normal::survival(z));
    }
    let front = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..TERMS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < f64::EPSILON * sum {
                break;
            }
        }
        let p = (front * sum).min(1.0);
        return (p, 1.0 - p);
    }
    // Lentz's evaluation of the continued fraction.
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / tiny, 1.0 / b);
    let mut value = d;
    for i in 1..TERMS {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / away_from_zero(an * d + b, tiny);
        c = away_from_zero(b + an / c, tiny);
        value *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    let q = (front * value).min(1.0);
    (1.0 - q, q)
}

fn away_from_zero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64, tolerance: f64) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "{got} for {expected}");
    }

    #[test]
    fn differences_of_logarithms_keep_their_digits() {
        // mpmath 1.4.1, 40 digits.
        near(ln_rising_excess(300.0, 40.0), GOLD[0], 1e-12);
        near(ln_rising_excess(1e7, 400.0), GOLD[1], 1e-10);
        near(ln_rising_excess(0.7, 350.0), GOLD[2], 1e-13);
        near(ln_rising_excess(0.7, 3.0), GOLD[3], 1e-15);
        near(digamma_difference(300.0, 40.0), GOLD[4], 1e-13);
        near(digamma_difference(0.7, 350.0), GOLD[5], 1e-14);
        near(digamma_difference(1e7, 400.0), GOLD[6], 1e-10);
        near(trigamma(0.3), GOLD[7], 1e-14);
        near(trigamma(70.5), GOLD[8], 1e-14);
    }

    #[test]
    fn incomplete_gammas_agree_with_mpmath() {
        for (a, x, p, q) in GAMMAS {
            let (got_p, got_q) = incomplete(a, x);
            near(got_p, p, 1e-11);
            near(got_q, q, 1e-11);
        }
        // above 1e5 by the cube root
        let (p, _) = incomplete(4e5, 4.003e5);
        near(p, LARGE_P, 1e-6);
    }

    const GOLD: [f64; 9] = [
        2.492_854_353_178_686,
        0.007_979_893_735_122_63,
        1_826.942_430_517_738_6,
        2.237_229_911_949_919,
        0.125_359_426_434_313_36,
        7.078_528_313_296_862,
        3.999_920_202_125_276e-05,
        12.245_364_546_107_732,
        0.014_285_471_348_740_779,
    ];
    /// a, x, P, Q.
    const GAMMAS: [(f64, f64, f64, f64); 5] = [
        (0.5, 0.2, 0.472_910_743_134_461_9, 0.527_089_256_865_538_1),
        (3.0, 10.0, 0.997_230_604_284_488_4, 0.002_769_395_715_511_576),
        (80.0, 60.0, 0.007_817_918_139_045_303, 0.992_182_081_860_954_7),
        (80.0, 100.0, 0.982_548_677_483_724_5, 0.017_451_322_516_275_43),
        (5000.0, 5100.0, 0.920_671_118_922_381_1, 0.079_328_881_077_618_97),
    ];
    /// By scipy 1.17, gammainc.
    const LARGE_P: f64 = 0.682_517_458_398_031;
}

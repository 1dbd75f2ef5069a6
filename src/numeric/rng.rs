//! The one source of randomness: streams named by a seed and a key.
//!
//! Question: how can draws be the same on every run, for every number of threads and in every order of work? Each piece
//! of work opens its own stream by the user's seed and a key of its own; the two are hashed by SHA-256 to the key of a
//! `ChaCha` generator with 8 rounds, both published algorithms with fixed outputs. Normals come from one uniform each by
//! inversion and chi-squared draws from rejection written here, so that no dependency can change the numbers.
//!
//! References: Bernstein (2008), *`ChaCha`, a variant of Salsa20*; FIPS 180-4 (2015); Marsaglia, Tsang (2000), *ACM TOMS*
//! 26(3), 363-372; Hörmann (1993), *Insurance: Mathematics and Economics* 12, 39-45 (PTRS).

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::special::gamma::ln_gamma;
use super::special::normal;

/// A stream of random numbers.
///
/// ```
/// use unjuran::numeric::rng::Stream;
/// let (mut one, mut same, mut other) = (Stream::new(1, "a"), Stream::new(1, "a"), Stream::new(1, "b"));
/// let first = one.uniform();
/// assert_eq!(first, same.uniform());
/// assert_ne!(first, other.uniform());
/// ```
#[derive(Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The stream of this seed and key. Different keys give unrelated streams.
    pub fn new(seed: u64, key: &str) -> Self {
        let hash = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(key.as_bytes()).finalize();
        Self { generator: ChaCha8Rng::from_seed(hash.into()) }
    }

    /// A uniform draw from (0, 1), never 0 or 1: one of the 2^52 midpoints of equal cells.
    pub fn uniform(&mut self) -> f64 {
        const CELL: f64 = 1.0 / (1_u64 << 52) as f64;
        ((self.generator.next_u64() >> 12) as f64 + 0.5) * CELL
    }

    /// A standard normal draw; uses one uniform.
    pub fn normal(&mut self) -> f64 {
        normal::quantile(self.uniform())
    }

    /// A chi-squared draw with `df` degrees of freedom; NaN unless `df` is finite and above zero.
    pub fn chi_squared(&mut self, df: f64) -> f64 {
        if !(df > 0.0 && df.is_finite()) {
            return f64::NAN;
        }
        2.0 * self.gamma(0.5 * df)
    }

    /// A negative binomial draw with this mean and size: a Poisson draw whose mean is a gamma draw; an infinite size is
    /// Poisson. NaN unless the mean is finite and not below zero and the size above zero.
    pub fn negative_binomial(&mut self, mean: f64, size: f64) -> f64 {
        if !(mean >= 0.0 && mean.is_finite() && size > 0.0) {
            return f64::NAN;
        }
        let rate = if size.is_finite() { mean * self.gamma(size) / size } else { mean };
        self.poisson(rate)
    }

    /// A Poisson draw: by products of uniforms for small means, else by transformed rejection.
    fn poisson(&mut self, mean: f64) -> f64 {
        // why: beyond this a count has no neighbours in binary64, and its scatter is far below rounding.
        if mean.is_nan() || mean > 1e15 {
            return mean.round();
        }
        if mean < 10.0 {
            let (end, mut product, mut count) = ((-mean).exp(), self.uniform(), 0.0);
            while product > end {
                product *= self.uniform();
                count += 1.0;
            }
            return count;
        }
        let log_mean = mean.ln();
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.024_83 * b;
        let inverse = 1.1239 + 1.1328 / (b - 3.4);
        let edge = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + mean + 0.43).floor();
            if us >= 0.07 && v <= edge {
                return k;
            }
            if k < 0.0 || (us < 0.013 && v > us) {
                continue;
            }
            let left = v.ln() + inverse.ln() - (a / (us * us) + b).ln();
            if left <= k * log_mean - mean - ln_gamma(k + 1.0) {
                return k;
            }
        }
    }

    /// A gamma draw of this shape and scale 1: the cube of a shifted normal, accepted or tried again.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            // why: the rejection needs a shape of at least 1; a power of a uniform brings the draw down.
            let boost = self.uniform().powf(1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of so many draws.
    fn moments(draws: u32, mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..draws).map(|_| draw()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(draws);
        (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(draws))
    }

    #[test]
    fn the_numbers_are_those_of_the_published_algorithms() {
        // By Python: hashlib.sha256 of the seed as 8 bytes, lowest first, and "cases"; ChaCha with 8 rounds written out
        // from its definition; draws 1, 2 and 38.
        let mut stream = Stream::new(42, "cases");
        let draws: Vec<f64> = (0..38).map(|_| stream.uniform()).collect();
        for (draw, expected) in
            [(0, 0.122_122_444_728_981_82), (1, 0.804_852_051_409_222_2), (37, 0.962_651_948_649_903_6)]
        {
            assert_eq!(draws[draw].to_bits(), f64::to_bits(expected));
        }
    }

    #[test]
    fn draws_have_the_moments_of_their_laws() {
        // Five standard errors of 100,000 draws; the chi-squared law has mean df and variance 2 df.
        let mut stream = Stream::new(7, "moments");
        let (mean, variance) = moments(100_000, || stream.uniform());
        assert!((mean - 0.5).abs() < 0.0046 && (variance - 1.0 / 12.0).abs() < 0.0012);
        let (mean, variance) = moments(100_000, || stream.normal());
        assert!(mean.abs() < 0.016 && (variance - 1.0).abs() < 0.023);
        for df in [0.5, 1.0, 4.0, 30.0] {
            let (mean, variance) = moments(100_000, || stream.chi_squared(df));
            assert!((mean - df).abs() < 0.0158 * (2.0 * df).sqrt(), "df {df}: {mean}");
            let error = 0.0158 * 2.0 * df * (2.0 + 12.0 / df).sqrt();
            assert!((variance - 2.0 * df).abs() < error, "df {df}: {variance}");
        }
    }

    #[test]
    fn counts_have_the_moments_of_their_laws() {
        // Five standard errors of 100,000 draws; the variance of a negative binomial is m + m^2 / s.
        let mut stream = Stream::new(7, "counts");
        for (mean, size) in [(0.3, f64::INFINITY), (4.0, 2.0), (25.0, f64::INFINITY), (300.0, 5.0)] {
            let (got, variance) = moments(100_000, || stream.negative_binomial(mean, size));
            let expected = mean + mean * mean / size;
            assert!((got - mean).abs() < 0.0158 * expected.sqrt(), "{mean}: {got}");
            assert!((variance / expected - 1.0).abs() < 0.06, "{mean}: {variance}");
        }
        assert!(stream.negative_binomial(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn degrees_of_freedom_that_make_no_sense_give_no_number() {
        let mut stream = Stream::new(7, "");
        for df in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(stream.chi_squared(df).is_nan());
        }
    }
}

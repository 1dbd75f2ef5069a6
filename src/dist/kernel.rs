//! The latent number: a normal or Student-t law with a location and a scale.

use crate::numeric::special::{StudentT, normal, tabulated};

/// A symmetric law of the latent number behind an observation.
///
/// Normal: density `exp(-((z - location) / scale)^2 / 2) / (scale sqrt(2 pi))`. Student: `(z - location) / scale` has a
/// t law with `df` degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kernel {
    location: f64,
    scale: f64,
    /// Degrees of freedom; none for the normal law.
    df: Option<f64>,
}

impl Kernel {
    /// The normal law. `scale` is its standard deviation.
    pub fn normal(location: f64, scale: f64) -> Self {
        Self { location, scale, df: None }
    }

    /// The Student-t law with `df` degrees of freedom.
    pub fn student(location: f64, scale: f64, df: f64) -> Self {
        Self { location, scale, df: Some(df) }
    }

    /// The centre.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// The scale: the standard deviation of the normal law.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Degrees of freedom; none for the normal law.
    pub fn df(&self) -> Option<f64> {
        self.df
    }

    /// Probability of at most `z`.
    pub fn cdf(&self, z: f64) -> f64 {
        let t = (z - self.location) / self.scale;
        self.df.map_or_else(|| normal::cdf(t), |df| StudentT::new(df).cdf(t))
    }

    /// Probability of a value above `a` and at most `b`, with all its digits also where both lie far above the centre.
    pub(crate) fn between(&self, a: f64, b: f64) -> f64 {
        let below = |z: f64| match z {
            f64::NEG_INFINITY => 0.0,
            f64::INFINITY => 1.0,
            z => self.cdf(z),
        };
        // why: above the centre two probabilities near 1 would cancel; their mirror images near 0 do not.
        let mirrored = |z: f64| below(2.0 * self.location - z);
        if a > self.location { mirrored(a) - mirrored(b) } else { below(b) - below(a) }
    }

    /// The same to nine digits, from a table where there is one: for sums over many laws.
    pub(super) fn quick_cdf(&self, z: f64) -> f64 {
        let table = match self.df {
            Some(df) => tabulated::student(df),
            None => Some(tabulated::normal()),
        };
        match table {
            Some(table) => table.at((z - self.location) / self.scale).mass,
            None => self.cdf(z),
        }
    }

    /// Density at `z`.
    pub fn density(&self, z: f64) -> f64 {
        let t = (z - self.location) / self.scale;
        let log = self.df.map_or_else(|| normal::log_density(t), |df| StudentT::new(df).log_density(t));
        log.exp() / self.scale
    }

    /// The value below which `p` of the mass lies.
    pub fn quantile(&self, p: f64) -> f64 {
        let t = self.df.map_or_else(|| normal::quantile(p), |df| StudentT::new(df).quantile(p));
        self.location + self.scale * t
    }

    /// The same law around another centre.
    #[must_use]
    pub(crate) fn centred_at(self, location: f64) -> Self {
        Self { location, ..self }
    }

    /// The same law around the same centre, `factor` times as wide.
    #[must_use]
    pub(crate) fn widened(self, factor: f64) -> Self {
        Self { scale: self.scale * factor, ..self }
    }

    /// Whether the law can be computed with: finite centre, finite positive scale and degrees of freedom.
    pub(crate) fn is_proper(&self) -> bool {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        self.location.is_finite() && positive(self.scale) && self.df.is_none_or(positive)
    }
}

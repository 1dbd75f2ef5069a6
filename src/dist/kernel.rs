//! The latent number: a normal or Student-t law with a location and a scale.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::numeric::special::{StudentT, normal};

/// A symmetric law of the latent number behind an observation.
///
/// Normal: density `exp(-((z - location) / scale)^2 / 2) / (scale sqrt(2 pi))`. Student: `(z - location) / scale` has a
/// t law with `df` degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Kernel {
    location: f64,
    scale: f64,
    /// Degrees of freedom; none for the normal law.
    #[serde(skip_serializing_if = "Option::is_none")]
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
        // why: above the centre two probabilities near 1 would cancel; their mirror images near 0 do not.
        let mirrored = |z: f64| self.cdf(2.0 * self.location - z);
        if a > self.location { mirrored(a) - mirrored(b) } else { self.cdf(b) - self.cdf(a) }
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

    /// Whether the law can be computed with: finite centre, finite positive scale and degrees of freedom.
    pub(crate) fn is_proper(&self) -> bool {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        self.location.is_finite() && positive(self.scale) && self.df.is_none_or(positive)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    location: f64,
    scale: f64,
    df: Option<f64>,
}

impl TryFrom<Stored> for Kernel {
    type Error = Error;
    fn try_from(Stored { location, scale, df }: Stored) -> Result<Self> {
        let kernel = Self { location, scale, df };
        if kernel.is_proper() {
            return Ok(kernel);
        }
        let problem = format!("location {location}, scale {scale}, df {df:?}: scale and df are above 0");
        Err(Error::BadJson { expected: "distribution".into(), problem })
    }
}

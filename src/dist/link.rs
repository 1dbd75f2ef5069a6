//! How a latent number becomes an outcome.

// why powers written out: a forecast applies its links hundreds of times.

use serde::{Deserialize, Serialize};

use crate::numeric::special::NegativeBinomial;

/// The map between the latent number z and the outcome y.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Link {
    /// y = z.
    Identity,
    /// y = exp(z).
    Log,
    /// z = ((y / scale)^lambda - 1) / lambda, and ln(y / scale) for lambda = 0. Below the range of z, y is 0.
    BoxCox {
        /// Power, from 0 (logarithm) to 1 (identity but for location and scale).
        lambda: f64,
        /// Size of the series.
        scale: f64,
    },
    /// y is a count drawn from the negative binomial law with mean exp(z) and variance mean + mean^2 / size.
    NegativeBinomial {
        /// The larger, the nearer to Poisson; none is Poisson.
        size: Option<f64>,
    },
}

/// The logarithm of the largest expected count that is computed with: beyond 2^53 whole numbers have gaps.
pub(crate) const LARGEST: f64 = 36.736_800_569_677_1;

impl Link {
    /// The outcome of a latent number; the expected one where a count is drawn.
    pub fn inverse(self, z: f64) -> f64 {
        match self {
            Self::Identity => z,
            Self::Log | Self::NegativeBinomial { .. } => z.exp(),
            Self::BoxCox { lambda: 1.0, scale } => scale * (1.0 + z),
            Self::BoxCox { lambda: 0.5, scale } => scale * (1.0 + 0.5 * z).max(0.0).powi(2),
            Self::BoxCox { lambda: 0.25, scale } => scale * (1.0 + 0.25 * z).max(0.0).powi(4),
            Self::BoxCox { lambda: 0.0, scale } => scale * z.exp(),
            Self::BoxCox { lambda, scale } => scale * (1.0 + lambda * z).max(0.0).powf(1.0 / lambda),
        }
    }

    /// The latent number of an outcome; minus infinity below the range of the link.
    pub fn apply(self, y: f64) -> f64 {
        let positive = |value: f64, z: fn(f64) -> f64| if value > 0.0 { z(value) } else { f64::NEG_INFINITY };
        match self {
            Self::Identity => y,
            Self::Log | Self::NegativeBinomial { .. } => positive(y, f64::ln),
            Self::BoxCox { lambda: 1.0, scale } => y / scale - 1.0,
            Self::BoxCox { lambda: 0.0, scale } => positive(y / scale, f64::ln),
            // why zero too: it is the edge of the range, and everything below the edge is an outcome of zero.
            Self::BoxCox { .. } if y < 0.0 => f64::NEG_INFINITY,
            Self::BoxCox { lambda: 0.5, scale } => 2.0 * ((y / scale).sqrt() - 1.0),
            Self::BoxCox { lambda: 0.25, scale } => 4.0 * ((y / scale).sqrt().sqrt() - 1.0),
            Self::BoxCox { lambda, scale } => ((y / scale).powf(lambda) - 1.0) / lambda,
        }
    }

    /// dz / dy at an outcome inside the range of the link.
    pub fn slope(self, y: f64) -> f64 {
        match self {
            Self::Identity => 1.0,
            Self::Log | Self::NegativeBinomial { .. } | Self::BoxCox { lambda: 0.0, .. } => 1.0 / y,
            Self::BoxCox { lambda: 1.0, scale } => 1.0 / scale,
            Self::BoxCox { lambda: 0.5, scale } => 1.0 / (scale * (y / scale).sqrt()),
            Self::BoxCox { lambda: 0.25, scale } => {
                let root = (y / scale).sqrt();
                1.0 / (scale * root * root.sqrt())
            }
            Self::BoxCox { lambda, scale } => (y / scale).powf(lambda - 1.0) / scale,
        }
    }

    /// d^2 z / dy^2 at an outcome inside the range of the link.
    pub(super) fn bend(self, y: f64) -> f64 {
        match self {
            Self::Identity | Self::BoxCox { lambda: 1.0, .. } => 0.0,
            Self::Log | Self::NegativeBinomial { .. } => -1.0 / (y * y),
            Self::BoxCox { lambda, .. } => (lambda - 1.0) * self.slope(y) / y,
        }
    }

    /// The law of the count whose expectation has the logarithm `z`, for a link that draws counts.
    pub(crate) fn counts(self, z: f64) -> Option<NegativeBinomial> {
        let Self::NegativeBinomial { size } = self else { return None };
        Some(NegativeBinomial::new(z.min(LARGEST).exp(), size.unwrap_or(f64::INFINITY)))
    }

    /// The link with the deviations of its counts about the mean exp(z) multiplied by `factor`, as far as a count can be
    /// narrowed: below Poisson there is nothing. Other links deviate by their latent number alone and stay.
    #[must_use]
    pub(crate) fn widened(self, z: f64, factor: f64) -> Self {
        let Some(law) = self.counts(z) else { return self };
        let spread = (factor * law.deviation()).powi(2) - law.mean();
        let size = law.mean().powi(2) / spread;
        Self::NegativeBinomial { size: (size.is_finite() && size > 0.0).then_some(size) }
    }

    /// Whether the map is a straight line.
    pub(crate) fn is_linear(self) -> bool {
        matches!(self, Self::Identity | Self::BoxCox { lambda: 1.0, .. })
    }

    /// Whether the map can be computed with: lambda in 0..=1, the scale finite and positive.
    pub(crate) fn is_proper(self) -> bool {
        match self {
            Self::Identity | Self::Log => true,
            Self::NegativeBinomial { size } => size.is_none_or(|size| size.is_finite() && size > 0.0),
            Self::BoxCox { lambda, scale } => (0.0..=1.0).contains(&lambda) && scale.is_finite() && scale > 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_where_one_was() {
        for link in [Link::Identity, Link::Log]
            .into_iter()
            .chain([0.0, 0.25, 0.5, 1.0].map(|lambda| Link::BoxCox { lambda, scale: 40.0 }))
        {
            for y in [0.5, 7.0, 40.0, 1234.5] {
                assert!((link.inverse(link.apply(y)) - y).abs() < 1e-12 * y, "{link:?} {y}");
            }
        }
    }

    #[test]
    fn slopes_and_bends_are_those_of_small_steps() {
        for link in [Link::Identity, Link::Log]
            .into_iter()
            .chain([0.0, 0.1, 0.25, 0.5, 1.0].map(|lambda| Link::BoxCox { lambda, scale: 40.0 }))
        {
            for y in [0.5, 7.0, 40.0, 1234.5] {
                let step = 1e-4 * y;
                let (before, here, after) = (link.apply(y - step), link.apply(y), link.apply(y + step));
                let (slope, bend) = ((after - before) / (2.0 * step), (after - 2.0 * here + before) / (step * step));
                assert!((link.slope(y) / slope - 1.0).abs() < 1e-7, "{link:?} {y}");
                assert!((link.bend(y) - bend).abs() < 1e-4 * link.slope(y) / y + 1e-9 * slope / step, "{link:?} {y}");
            }
        }
    }

    #[test]
    fn below_the_range_lies_zero() {
        assert_eq!(Link::BoxCox { lambda: 0.5, scale: 40.0 }.inverse(-3.0), 0.0);
        assert_eq!(Link::Log.apply(-1.0), f64::NEG_INFINITY);
    }
}

//! A law given by its quantiles.
//!
//! The average of several laws' quantiles is a law too: its quantile at p is the mean, or the median, of theirs (averaging
//! after Vincent), where a mixture would average their probabilities. It is held as a table at the normal scores -3.29, -3.24,
//! ..., 3.29, straight in between, and ends where the caps of heavy laws lie, at probabilities 0.0005 and 0.9995.
//!
//! References: Vincent (1912), *Psychological Monographs* 14(5); Lichtendahl, Grushka-Cockayne and Winkler (2013),
//! *Management Science* 59(7), 1594-1611, for averaging quantiles against averaging probabilities.

#![allow(clippy::indexing_slicing, reason = "the table has KNOTS values, made here only")]

use super::is_countable;
use crate::numeric::special::normal;

/// Knots, and the normal score of the last one: that of probability 0.9995.
const KNOTS: usize = 133;
const END: f64 = 3.290_526_731_491_694;
const STEP: f64 = 2.0 * END / (KNOTS - 1) as f64;

/// Quantiles in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantiles {
    values: Vec<f64>,
}

impl Quantiles {
    /// The law with this quantile function, read off at the knots.
    ///
    /// ```
    /// use unjuran::dist::{Continuous, Predictive as _, Quantiles};
    /// // uniform on 0..1
    /// let law = Continuous::of_quantiles(Quantiles::new(|p| p));
    /// assert!((law.quantile(0.3) - 0.3).abs() < 1e-4 && (law.cdf(0.7) - 0.7).abs() < 1e-4);
    /// ```
    pub fn new(quantile: impl Fn(f64) -> f64) -> Self {
        let mut highest = f64::NEG_INFINITY;
        let knot = |i: usize| {
            // why: rounding may put a quantile below the one before.
            highest = highest.max(quantile(normal::cdf(i as f64 * STEP - END)));
            highest
        };
        Self { values: (0..KNOTS).map(knot).collect() }
    }

    pub(super) fn ends(&self) -> (f64, f64) {
        (self.values[0], self.values[KNOTS - 1])
    }

    pub(super) fn quantile(&self, p: f64) -> f64 {
        let place = ((normal::quantile(p) + END) / STEP).clamp(0.0, (KNOTS - 1) as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the knots")]
        let knot = (place as usize).min(KNOTS - 2);
        let (low, high) = (self.values[knot], self.values[knot + 1]);
        low + (place - knot as f64) * (high - low)
    }

    pub(super) fn cdf(&self, y: f64) -> f64 {
        let above = self.values.partition_point(|v| *v <= y);
        if above == 0 {
            return 0.0;
        }
        if above == KNOTS {
            return 1.0;
        }
        let (low, high) = (self.values[above - 1], self.values[above]);
        normal::cdf((above as f64 - 1.0 + (y - low) / (high - low)) * STEP - END)
    }

    /// Every quantile changed by a function that keeps their order.
    #[must_use]
    pub(crate) fn changed(&self, change: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|v| change(*v)).collect() }
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.values.iter().all(|v| is_countable(*v))
    }
}

//! Numbers of about 32 digits as the unevaluated sum of two binary64.
//!
//! Question: how to take the difference of two nearly equal sums without losing what is left? The rounding error of one
//! addition or one multiplication is itself a binary64 and can be had exactly; a [`DoubleDouble`] carries it along. Only
//! the operations that a residual needs are here.
//!
//! References: Dekker (1971), *Numerische Mathematik* 18, 224-242; Hida, Li, Bailey (2001), ARITH-15.

/// `high + low`, where `low` is at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    /// A binary64, exactly.
    pub(super) fn new(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// The nearest binary64.
    pub(super) fn value(self) -> f64 {
        self.high
    }

    /// `self + other`, relative error below 2^-102.
    pub(super) fn plus(self, other: Self) -> Self {
        let high = two_sum(self.high, other.high);
        let low = two_sum(self.low, other.low);
        let sum = quick_two_sum(high.high, high.low + low.high);
        quick_two_sum(sum.high, sum.low + low.low)
    }

    /// `self * factor`, relative error below 2^-102 unless the product leaves the range of binary64.
    pub(super) fn times(self, factor: f64) -> Self {
        let product = self.high * factor;
        let error = self.high.mul_add(factor, -product);
        quick_two_sum(product, self.low.mul_add(factor, error))
    }

    /// `-self`.
    pub(super) fn negated(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

/// The sum of two numbers and its rounding error.
fn two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    let b_part = high - a;
    DoubleDouble { high, low: (a - (high - b_part)) + (b - b_part) }
}

/// The same when `a` is the larger one in size.
fn quick_two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    DoubleDouble { high, low: b - (high - a) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_keeps_what_binary64_drops() {
        let sum = DoubleDouble::new(1e20).plus(DoubleDouble::new(1.0)).plus(DoubleDouble::new(-1e20));
        assert_eq!(sum.value().to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn a_product_keeps_what_binary64_drops() {
        // By hand: (1 + 2^-30)^2 - (1 + 2^-29) = 2^-60.
        let one = 1.0 + 2_f64.powi(-30);
        let rest = DoubleDouble::new(one).times(one).plus(DoubleDouble::new(1.0 + 2_f64.powi(-29)).negated());
        assert_eq!(rest.value().to_bits(), 2_f64.powi(-60).to_bits());
    }
}

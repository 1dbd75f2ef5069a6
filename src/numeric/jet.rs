//! Numbers that carry their derivatives: a recursion written once gives its values and its gradient.
//!
//! A [`Jet`] is a value with K partial derivatives; sums, products, quotients and powers follow the rules of calculus, exactly
//! and without a step size. [`Real`] is what a recursion may ask of its numbers, so that the same lines run on `f64` where no
//! gradient is wanted.
//!
//! Reference: Griewank and Walther (2008), *Evaluating Derivatives*, chapter 3 (forward mode).

use std::ops::{Add, Div, Mul, Sub};

/// Arithmetic of a recursion.
pub trait Real: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// A number that depends on nothing.
    fn constant(value: f64) -> Self;
    /// The value without its derivatives.
    fn value(self) -> f64;
    /// The square root.
    #[must_use]
    fn root(self) -> Self;
    /// The natural logarithm.
    #[must_use]
    fn log(self) -> Self;
    /// `self` to a power, for a positive `self`.
    #[must_use]
    fn to(self, power: Self) -> Self;
}

impl Real for f64 {
    fn constant(value: f64) -> Self {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn root(self) -> Self {
        self.sqrt()
    }
    fn log(self) -> Self {
        self.ln()
    }
    fn to(self, power: Self) -> Self {
        self.powf(power)
    }
}

/// A value with its derivatives by K variables.
///
/// ```
/// use unjuran::numeric::jet::{Jet, Real as _};
/// let (x, y) = (Jet::<2>::variable(3.0, 0), Jet::<2>::variable(2.0, 1));
/// let f = x * x * y; // 18, by x 12, by y 9
/// assert_eq!((f.value(), f.by), (18.0, [12.0, 9.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jet<const K: usize> {
    /// The value.
    pub at: f64,
    /// Derivative by each variable.
    pub by: [f64; K],
}

impl<const K: usize> Jet<K> {
    /// The variable of this number; beyond K it is a constant.
    pub fn variable(value: f64, number: usize) -> Self {
        let mut by = [0.0; K];
        if let Some(own) = by.get_mut(number) {
            *own = 1.0;
        }
        Self { at: value, by }
    }

    /// f(self), given f and its derivative there.
    #[inline]
    fn through(self, at: f64, slope: f64) -> Self {
        Self { at, by: self.by.map(|d| slope * d) }
    }

    #[inline]
    fn with(self, other: Self, at: f64, own: f64, others: f64) -> Self {
        let mut by = self.by;
        for (a, b) in by.iter_mut().zip(other.by) {
            *a = own * *a + others * b;
        }
        Self { at, by }
    }
}

impl<const K: usize> Add for Jet<K> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        let mut by = self.by;
        by.iter_mut().zip(other.by).for_each(|(a, b)| *a += b);
        Self { at: self.at + other.at, by }
    }
}

impl<const K: usize> Sub for Jet<K> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        let mut by = self.by;
        by.iter_mut().zip(other.by).for_each(|(a, b)| *a -= b);
        Self { at: self.at - other.at, by }
    }
}

impl<const K: usize> Mul for Jet<K> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        self.with(other, self.at * other.at, other.at, self.at)
    }
}

impl<const K: usize> Div for Jet<K> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let inverse = 1.0 / other.at;
        let at = self.at * inverse;
        self.with(other, at, inverse, -at * inverse)
    }
}

impl<const K: usize> Real for Jet<K> {
    fn constant(value: f64) -> Self {
        Self { at: value, by: [0.0; K] }
    }
    fn value(self) -> f64 {
        self.at
    }
    fn root(self) -> Self {
        let root = self.at.sqrt();
        self.through(root, 0.5 / root)
    }
    fn log(self) -> Self {
        self.through(self.at.ln(), 1.0 / self.at)
    }
    fn to(self, power: Self) -> Self {
        let log = self.at.ln();
        let at = (power.at * log).exp();
        self.with(power, at, at * power.at / self.at, at * log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        let f = |x: f64, y: f64| (x / y).ln().root() + x.to(y) - y;
        let jets = |x: f64, y: f64| {
            let (x, y) = (Jet::<2>::variable(x, 0), Jet::<2>::variable(y, 1));
            (x / y).log().root() + x.to(y) - y
        };
        let (x, y, step) = (3.0, 0.7, 1e-6);
        let found = jets(x, y);
        assert!((found.at - f(x, y)).abs() < 1e-14);
        assert!((found.by[0] - (f(x + step, y) - f(x - step, y)) / (2.0 * step)).abs() < 1e-8);
        assert!((found.by[1] - (f(x, y + step) - f(x, y - step)) / (2.0 * step)).abs() < 1e-8);
    }
}

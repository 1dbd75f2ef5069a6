//! A series as the members see it: on each power's scale, a number or an interval a year.
//!
//! A count y is everything that rounds to it, `y - 1/2 < x <= y + 1/2`; a zero reaches down to minus infinity on every
//! scale, which is why zeros are legal under the logarithm. Where the intervals are narrow against sigma the midpoint with
//! the width for a factor is as good; where one is not, the filter of `soft` takes the interval as it is.

use crate::dist::Link;
use crate::series::{Training, Unit};

/// One year on the scale of a power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

impl Cell {
    pub(super) fn width(self) -> f64 {
        self.upper - self.lower
    }
}

/// The series under one power.
#[derive(Clone, Debug)]
pub(super) struct Scaled {
    pub(super) link: Link,
    /// A number for each year, from the first observed one.
    pub(super) z: Vec<Option<f64>>,
    /// The intervals, for counts; empty for amounts.
    pub(super) cells: Vec<Option<Cell>>,
    /// Sum of log |dz/dy| over the observed years after the first.
    pub(super) jacobian: f64,
    /// The widest interval; 0 for amounts.
    pub(super) widest: f64,
}

/// The size that a series is divided by: the mean absolute value, for counts at least 1.
pub(super) fn scale(training: &Training) -> f64 {
    let n = training.observed().max(1) as f64;
    let mean: f64 = training.y.iter().flatten().map(|y| y.abs() / n).sum();
    let least = if training.unit == Unit::Count { 1.0 } else { 0.0 };
    let scale = mean.max(least);
    if scale > 0.0 { scale } else { 1.0 }
}

impl Scaled {
    /// The series under a power; `None` if it has values that the power cannot hold (anything below zero under less than
    /// the identity).
    pub(super) fn new(training: &Training, lambda: f64, scale: f64) -> Option<Self> {
        let link = Link::BoxCox { lambda, scale };
        let counts = training.unit == Unit::Count;
        if lambda < 1.0 && training.y.iter().flatten().any(|&y| y < 0.0) {
            return None;
        }
        // why: an amount of zero is anything that prints as zero.
        let half = if counts { 0.5 } else { 0.5 * training.resolution() };
        let middle = |y: f64| if y == 0.0 && lambda < 1.0 { 0.5 * half } else { y };
        let z: Vec<Option<f64>> = training.y.iter().map(|y| y.map(|y| link.apply(middle(y)))).collect();
        let jacobian = training.y.iter().skip(1).flatten().map(|&y| link.slope(middle(y)).ln()).sum();
        let cell = |y: f64| {
            let lower = if y == 0.0 { f64::NEG_INFINITY } else { link.apply(y - half) };
            Cell { lower, upper: link.apply(y + half) }
        };
        let cells: Vec<Option<Cell>> =
            if counts { training.y.iter().map(|y| y.map(cell)).collect() } else { Vec::new() };
        let widest = cells.iter().flatten().map(|c| c.width()).fold(0.0, f64::max);
        Some(Self { link, z, cells, jacobian, widest })
    }
}

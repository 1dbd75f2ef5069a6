//! A series as the members see it: on each power's scale, a number or an interval a year.
//!
//! A count y is everything that rounds to it, `y - 1/2 < x <= y + 1/2`; a zero reaches down to minus infinity on every
//! scale, which is why zeros are legal under the logarithm. Where the intervals are narrow against sigma the midpoint with
//! the width for a factor is as good; where one is not, the filter of `soft` takes the interval as it is.
//!
//! An amount of zero is whatever lies below zero on the scale of the power, in the series as in the forecast (Tobin 1958):
//! in a series without negative values, that is, where nothing can be less than nothing. The logarithm has no such place,
//! and its members leave series with zeros to the others.
//!
//! Reference: Tobin (1958), Estimation of relationships for limited dependent variables, Econometrica 26, 24-36.

#![allow(clippy::indexing_slicing, reason = "a number a year, and pairs of neighbours")]

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
    /// The intervals, for counts and where cells are masked; else empty.
    pub(super) cells: Vec<Option<Cell>>,
    /// Sum of log |dz/dy| over the observed years after the first.
    pub(super) jacobian: f64,
    /// The widest interval; 0 without.
    pub(super) widest: f64,
    /// Variance of the first year where it is masked: that of the uniform law on its cell.
    pub(super) at_start: f64,
    /// Whether any cell is masked.
    pub(super) masked: bool,
    /// A masked last year in pieces; else empty.
    pub(super) pieces: Vec<Cell>,
}

/// Least count under the logarithm: there the scatter of counting grows as they fall, without bound.
const LEAST_UNDER_LOG: f64 = 10.0;

/// The size that a series is divided by: the mean absolute value, for counts at least 1. `ratios` are those of the exposure,
/// a year each, or none.
pub(super) fn scale(training: &Training, ratios: &[f64]) -> f64 {
    let size = |(i, y): (usize, Option<f64>)| Some((i, y?.abs() / ratio(ratios, i)));
    // why divided first: sums of numbers near 1e150 stay finite either way, means are what is wanted.
    let mean = |sizes: &[f64]| sizes.iter().map(|y| y / sizes.len().max(1) as f64).sum::<f64>();
    let exact: Vec<f64> = training.exact().enumerate().filter_map(size).map(|(_, y)| y).collect();
    let usual = if exact.is_empty() { f64::INFINITY } else { mean(&exact) };
    let each = training.y.iter().copied().enumerate().filter_map(size).map(|(i, y)| match training.masks.get(&i) {
        // why: the midpoint of a cell that may hold anything says nothing of the size of the series.
        Some((lower, _)) => y.min(usual.max(lower.abs() / ratio(ratios, i))),
        None => y,
    });
    let mean = mean(&each.collect::<Vec<_>>());
    let least = if training.unit == Unit::Count { 1.0 } else { 0.0 };
    let scale = mean.max(least);
    if scale > 0.0 { scale } else { 1.0 }
}

/// Exposure of a year over its mean; 1 without exposure.
fn ratio(ratios: &[f64], year: usize) -> f64 {
    ratios.get(year).copied().unwrap_or(1.0)
}

impl Scaled {
    /// Whether a year is known to lie below a bound and no more: that of a zero.
    pub(super) fn is_open(&self, year: usize) -> bool {
        self.cells.get(year).copied().flatten().is_some_and(|cell| cell.lower.is_infinite())
    }

    /// The series under a power; `None` if it has values that the power cannot hold (anything below zero under less than
    /// the identity, an amount of zero under the logarithm).
    pub(super) fn new(training: &Training, ratios: &[f64], lambda: f64, scale: f64) -> Option<Self> {
        let link = Link::BoxCox { lambda, scale };
        let counts = training.unit == Unit::Count;
        let highest = |(i, y): (usize, &Option<f64>)| training.masks.get(&i).map_or(*y, |(_, upper)| Some(*upper));
        let below_zero = training.y.iter().enumerate().filter_map(highest).any(|y| y < 0.0);
        if lambda < 1.0 && below_zero {
            return None;
        }
        let is_zero = |y: f64| y == 0.0 && !counts && !below_zero;
        let zeros = training.exact().flatten().any(is_zero);
        if lambda == 0.0 && (zeros || counts && training.y.iter().flatten().any(|y| *y < LEAST_UNDER_LOG)) {
            return None;
        }
        let half = if counts { 0.5 } else { 0.5 * training.resolution() };
        let middle = |y: f64| if y == 0.0 && lambda < 1.0 { 0.5 * half } else { y };
        let at = |i: usize, y: f64| link.apply(y / ratio(ratios, i));
        let observed = || training.y.iter().enumerate().filter_map(|(i, y)| Some((i, middle((*y)?))));
        let mut z = vec![None; training.y.len()];
        observed().for_each(|(i, y)| z[i] = Some(at(i, y)));
        let slope = |(i, y): (usize, f64)| link.slope(y / ratio(ratios, i)) / ratio(ratios, i);
        let mut jacobian: f64 = observed().skip(1).map(|year| slope(year).ln()).sum();
        let has_cells = counts || zeros || !training.masks.is_empty();
        if has_cells && !counts {
            // why: members that see intervals measure probabilities, the others must too.
            jacobian += (training.observed() as f64 - 1.0) * (2.0 * half).ln();
        }
        let from = |i: usize, lower: f64| {
            if lower <= 0.0 && !below_zero { f64::NEG_INFINITY } else { at(i, lower - half) }
        };
        let cell = |(i, y): (usize, &Option<f64>)| {
            let (lower, upper) = training.masks.get(&i).copied().or_else(|| y.map(|y| (y, y)))?;
            Some(Cell { lower: from(i, lower), upper: at(i, if is_zero(upper) { 0.0 } else { upper + half }) })
        };
        let mut pieces = Vec::new();
        let last = training.y.len() - 1;
        if let Some(&(lower, upper)) = training.masks.get(&last).filter(|_| last > 0) {
            // why thirds: no later year tells where in its cell the last one lies, and one normal law for it is too coarse.
            let third = |i: f64| {
                let cut = lower + i * (upper - lower + 2.0 * half) / 3.0;
                if counts { cut.round() } else { cut }
            };
            let ends = [0.0, 1.0, 2.0, 3.0].map(third);
            pieces = ends
                .windows(2)
                .filter(|pair| pair[1] > pair[0])
                .map(|pair| Cell { lower: from(last, pair[0]), upper: at(last, pair[1] - half) })
                .collect();
        }
        let cells: Vec<Option<Cell>> =
            if has_cells { training.y.iter().enumerate().map(cell).collect() } else { Vec::new() };
        let widest = cells.iter().flatten().map(|c| c.width()).fold(0.0, f64::max);
        let at_start = training.masks.get(&0).map_or(0.0, |&(lower, upper)| {
            let least = if below_zero { lower - half } else { (lower - half).max(0.0) };
            let width = at(0, upper + half) - at(0, least);
            if width.is_finite() { width * width / 12.0 } else { 4.0 }
        });
        Some(Self { link, z, cells, jacobian, widest, at_start, masked: !training.masks.is_empty(), pieces })
    }
}

//! The recursions of the optimised and the dynamic variant.

#![allow(clippy::indexing_slicing, reason = "a grid of its own making")]

use serde::{Deserialize, Serialize};

use super::ThetaVariant;
use crate::numeric::optimise::{Settings, minimise_scalar};
use crate::smoothing::recursion::{Doubt, Smoothing};

/// Where alpha is searched for, and the largest weight of the line (theta = 1e6).
pub(super) const ALPHA: (f64, f64) = (0.1, 0.99);
const MOST_WEIGHT: f64 = 1.0 - 1e-6;
/// Points of the coarse search for alpha.
const GRID: usize = 16;

/// The least-squares line through the years seen so far, updated a year at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Line {
    n: f64,
    mean_t: f64,
    mean_y: f64,
    tt: f64,
    ty: f64,
}

impl Line {
    pub(super) fn of(y: &[Option<f64>]) -> Self {
        let mut line = Self::default();
        for (i, y) in y.iter().enumerate() {
            if let Some(y) = *y {
                line.add((i + 1) as f64, y);
            }
        }
        line
    }

    fn add(&mut self, t: f64, y: f64) {
        self.n += 1.0;
        let (dt, dy) = (t - self.mean_t, y - self.mean_y);
        self.mean_t += dt / self.n;
        self.mean_y += dy / self.n;
        self.tt += dt * (t - self.mean_t);
        self.ty += dt * (y - self.mean_y);
    }

    pub(super) fn slope(&self) -> f64 {
        if self.tt > 0.0 { self.ty / self.tt } else { 0.0 }
    }

    /// What the line adds to the smoothed level in year t, for a weight of one; `tilt` is added to the slope, the mean kept.
    fn part(&self, t: usize, alpha: f64, tilt: f64) -> f64 {
        let slope = self.slope() + tilt;
        let start = self.mean_y - slope * self.mean_t;
        let left = (1.0 - alpha).powi(i32::try_from(t).unwrap_or(i32::MAX) - 1);
        left * start + (1.0 - left * (1.0 - alpha)) / alpha * slope
    }
}

/// Parameters of the two variants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Point {
    pub(super) alpha: f64,
    /// The level before the first year.
    pub(super) level: f64,
    /// w = 1 - 1 / theta
    pub(super) weight: f64,
    /// Added to the slope of the line: 0 but where its doubt is asked for.
    pub(super) tilt: f64,
}

/// What least squares find for an alpha.
pub(super) struct Best {
    pub(super) point: Point,
    pub(super) sse: f64,
    /// Sum of squares of what the line adds, the fading first level taken out of it.
    pub(super) power: f64,
}

/// A series with its variant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines<'a> {
    pub(super) y: &'a [Option<f64>],
    pub(super) dynamic: bool,
}

/// A pass through the series.
pub(super) struct Run {
    pub(super) expected: Vec<f64>,
    /// Standardised innovations of the years that count, and what was expected of them.
    pub(super) e: Vec<f64>,
    pub(super) counted: Vec<f64>,
    level: f64,
    line: Line,
    pub(super) doubt: Doubt,
}

impl<'a> Lines<'a> {
    pub(super) fn new(y: &'a [Option<f64>], variant: ThetaVariant) -> Self {
        Self { y, dynamic: variant == ThetaVariant::Dynamic }
    }

    /// Observed years before the first innovation that counts: the first level explains the first.
    fn skipped(&self) -> f64 {
        if self.dynamic { 1.0 } else { 0.0 }
    }

    fn first_line(&self) -> Line {
        if self.dynamic { Line::default() } else { Line::of(self.y) }
    }

    /// The pass at given parameters.
    pub(super) fn run(&self, p: &Point) -> Run {
        let smoothing = Smoothing { alpha: p.alpha, beta: 0.0, phi: 0.0 };
        let (mut level, mut line, mut doubt) = (p.level, self.first_line(), Doubt::default());
        let room = || Vec::with_capacity(self.y.len());
        let (mut expected, mut e, mut counted) = (room(), room(), room());
        let mut seen = 0.0;
        for (i, y) in self.y.iter().enumerate() {
            let part = p.weight * line.part(i + 1, p.alpha, p.tilt);
            let mu = level + part;
            expected.push(mu);
            let gain = smoothing.gain(doubt);
            level += p.alpha * part;
            if let Some(y) = *y {
                level += gain.level() * (y - mu);
                doubt = gain.seen();
                if seen >= self.skipped() {
                    e.push((y - mu) / gain.variance.sqrt());
                    counted.push(mu);
                }
                seen += 1.0;
                if self.dynamic {
                    line.add((i + 1) as f64, y);
                }
            } else {
                doubt = gain.missed();
            }
        }
        Run { expected, e, counted, level, line, doubt }
    }

    /// The years ahead when each differs from what is expected of it by its shock; `lift` is added to the last level.
    pub(super) fn path(&self, p: &Point, run: &Run, shocks: &[f64], lift: f64) -> Vec<f64> {
        let (mut level, mut line) = (run.level + lift, run.line);
        let mut path = Vec::with_capacity(shocks.len());
        for (i, shock) in shocks.iter().enumerate() {
            let t = self.y.len() + i + 1;
            let y = level + p.weight * line.part(t, p.alpha, p.tilt) + shock;
            level += p.alpha * (y - level);
            if self.dynamic {
                line.add(t as f64, y);
            }
            path.push(y);
        }
        path
    }

    /// The alphas of the coarse search.
    pub(super) fn alphas() -> impl Iterator<Item = f64> {
        (0..=GRID).map(Self::alpha)
    }

    fn alpha(i: usize) -> f64 {
        ALPHA.0 + (ALPHA.1 - ALPHA.0) * i as f64 / GRID as f64
    }

    /// The parameters of least squares.
    pub(super) fn estimate(&self) -> Point {
        let misfit = |alpha: f64| self.best_at(alpha).sse;
        let values: Vec<f64> = Self::alphas().map(misfit).collect();
        let best = (0..=GRID).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
        let range = (Self::alpha(best.saturating_sub(1)), Self::alpha((best + 1).min(GRID)));
        let found = minimise_scalar(misfit, range, &Settings::default());
        self.best_at(found.at).point
    }

    /// The best level and weight at this alpha: linear least squares, the weight in its range.
    pub(super) fn best_at(&self, alpha: f64) -> Best {
        let smoothing = Smoothing { alpha, beta: 0.0, phi: 0.0 };
        let (mut line, mut doubt) = (self.first_line(), Doubt::default());
        // The level is base + l_0 by_level + w by_weight.
        let (mut base, mut by_level, mut by_weight) = (0.0, 1.0, 0.0);
        let mut seen = 0.0;
        let room = || Vec::with_capacity(self.y.len());
        let (mut e, mut x, mut z): (Vec<f64>, Vec<f64>, Vec<f64>) = (room(), room(), room());
        for (i, y) in self.y.iter().enumerate() {
            let part = line.part(i + 1, alpha, 0.0);
            let gain = smoothing.gain(doubt);
            if let Some(y) = *y {
                if seen >= self.skipped() {
                    let sd = gain.variance.sqrt();
                    e.push((y - base) / sd);
                    x.push(by_level / sd);
                    z.push((by_weight + part) / sd);
                }
                seen += 1.0;
                let k = gain.level();
                base += k * (y - base);
                by_weight += alpha * part - k * (by_weight + part);
                by_level -= k * by_level;
                doubt = gain.seen();
                if self.dynamic {
                    line.add((i + 1) as f64, y);
                }
            } else {
                by_weight += alpha * part;
                doubt = gain.missed();
            }
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let xx = dot(&x, &x);
        let along = |v: &[f64]| if xx > 0.0 { dot(v, &x) / xx } else { 0.0 };
        let (e_x, z_x) = (along(&e), along(&z));
        let free: Vec<f64> = z.iter().zip(&x).map(|(z, x)| z - z_x * x).collect();
        let (power, zz) = (dot(&free, &free), dot(&z, &z));
        // why: a line that looks like the fading of the first level tells nothing about its weight.
        let weight = if power > 1e-20 * zz { (dot(&e, &free) / power).clamp(0.0, MOST_WEIGHT) } else { 0.0 };
        let level = e_x - weight * z_x;
        let sse = e.iter().zip(&x).zip(&z).map(|((e, x), z)| (e - level * x - weight * z).powi(2)).sum();
        Best { point: Point { alpha, level, weight, tilt: 0.0 }, sse, power }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_line_is_that_of_the_paper() {
        // B_t = ((t - 2) B_{t-1} + 6 / t (y_t - mean_{t-1})) / (t + 1), A_t = mean_t - (t + 1) / 2 B_t
        let y = [3.0, 8.0, 4.0, 9.0, 12.0];
        let (mut line, mut mean, mut b) = (Line::default(), 0.0, 0.0);
        for (i, y) in y.iter().enumerate() {
            let t = (i + 1) as f64;
            line.add(t, *y);
            b = if i == 0 { 0.0 } else { ((t - 2.0) * b + 6.0 / t * (y - mean)) / (t + 1.0) };
            mean += (y - mean) / t;
            assert!((line.slope() - b).abs() < 1e-12);
            assert!((line.mean_y - line.slope() * line.mean_t - (mean - 0.5 * (t + 1.0) * b)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_years_ahead_of_the_optimised_variant_are_the_closed_form() {
        // l_n + w ((1 - a)^n A + (h - 1 + (1 - (1 - a)^{n+1}) / a) B)
        let y = [3.0, 8.0, 4.0, 9.0, 12.0, 7.0].map(Some);
        let lines = Lines::new(&y, ThetaVariant::Optimised);
        let p = Point { alpha: 0.4, level: 2.0, weight: 0.6, tilt: 0.0 };
        let run = lines.run(&p);
        let (b, left) = (run.line.slope(), 0.6_f64.powi(6));
        let a = run.line.mean_y - b * run.line.mean_t;
        for (i, y) in lines.path(&p, &run, &[0.0; 5], 0.0).iter().enumerate() {
            let expected = run.level + 0.6 * (left * a + (i as f64 + (1.0 - left * 0.6) / 0.4) * b);
            assert!((y - expected).abs() < 1e-12, "{i}: {y} {expected}");
        }
    }

    #[test]
    fn the_concentrated_search_is_not_beaten_by_any_other_point() {
        let y = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0, 201.0].map(Some);
        for variant in [ThetaVariant::Optimised, ThetaVariant::Dynamic] {
            let lines = Lines::new(&y, variant);
            let sse = |p: &Point| lines.run(p).e.iter().map(|e| e * e).sum::<f64>();
            let best = lines.estimate();
            let least = sse(&best);
            for step in [1e-3, 0.03, 0.3] {
                for (da, dl, dw) in [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 1.0, -1.0)] {
                    for sign in [-1.0, 1.0] {
                        let near = Point {
                            alpha: (best.alpha + sign * step * da).clamp(ALPHA.0, ALPHA.1),
                            level: best.level + sign * step * dl * 300.0,
                            weight: (best.weight + sign * step * dw).clamp(0.0, 1.0),
                            tilt: 0.0,
                        };
                        assert!(sse(&near) >= least * (1.0 - 1e-9), "{variant}: {near:?} beats {best:?}");
                    }
                }
            }
        }
    }
}

//! The Gaussian likelihood of given smoothing parameters, the starting states at their best.
//!
//! ```text
//! loglik = -n/2 (ln(2 pi SSE / n) + 1) - 1/2 sum ln S_t        SSE = sum e_t^2 / S_t
//! ```
//!
//! over the n observed years, with sigma^2 = SSE / n put in; `S_t` = 1 unless years were missing. The innovations are linear
//! in (`l_0`, `b_0`): one run from zero and one for each unit vector give `e = e(0) - X (l_0, b_0)`, and weighted least squares
//! the rest.

use super::super::recursion::{Doubt, Gain, Smoothing, State};
use super::Fixed;

/// A pass through the series at given parameters and starting state.
pub(super) struct Pass {
    /// What was expected of each year, seen or not.
    pub(super) expected: Vec<f64>,
    pub(super) end: State,
    pub(super) doubt: Doubt,
    pub(super) sse: f64,
    log_variance: f64,
    n: usize,
}

impl Pass {
    /// The log-likelihood; sigma^2 is held at `least` where the fit is exact, so that it stays finite.
    pub(super) fn loglik(&self, least: f64) -> f64 {
        loglik(self.sse, self.log_variance, self.n, least)
    }
}

fn loglik(sse: f64, log_variance: f64, n: usize, least: f64) -> f64 {
    let n = n as f64;
    let mean_square = (sse / n).max(least);
    -0.5 * n * ((std::f64::consts::TAU * mean_square).ln() + 1.0) - 0.5 * log_variance
}

/// Runs the recursion once from `start`.
pub(super) fn pass(y: &[Option<f64>], smoothing: &Smoothing, start: State) -> Pass {
    let (mut state, mut doubt) = (start, Doubt::default());
    let mut expected = Vec::with_capacity(y.len());
    let (mut sse, mut log_variance, mut n) = (0.0, 0.0, 0);
    for seen in y {
        let mu = smoothing.expected(state);
        let gain = smoothing.gain(doubt);
        let e = seen.map_or(0.0, |y| y - mu);
        if seen.is_some() {
            sse += e * e / gain.variance;
            log_variance += gain.variance.ln();
            n += 1;
        }
        expected.push(mu);
        state = smoothing.advanced(state, gain, e);
        doubt = if seen.is_some() { gain.seen() } else { gain.missed() };
    }
    Pass { expected, end: state, doubt, sse, log_variance, n }
}

/// The likelihood of many parameter values on one series: buffers are kept between calls.
pub(super) struct Concentrated<'a> {
    y: &'a [Option<f64>],
    fixed: Fixed,
    has_slope: bool,
    /// Standardised innovations from the zero (or fixed) start, and how each unit of the start lowers them.
    e: Vec<f64>,
    by_level: Vec<f64>,
    by_slope: Vec<f64>,
    log_variance: f64,
}

impl<'a> Concentrated<'a> {
    pub(super) fn new(y: &'a [Option<f64>], fixed: Fixed, has_slope: bool) -> Self {
        let room = || Vec::with_capacity(y.len());
        Self { y, fixed, has_slope, e: room(), by_level: room(), by_slope: room(), log_variance: 0.0 }
    }

    /// The log-likelihood at `smoothing` with the best start.
    pub(super) fn loglik(&mut self, smoothing: &Smoothing, least: f64) -> f64 {
        self.run(smoothing);
        let n = self.e.len();
        self.solve();
        let sse = self.e.iter().map(|e| e * e).sum();
        loglik(sse, self.log_variance, n, least)
    }

    /// The best start at `smoothing`.
    pub(super) fn start(&mut self, smoothing: &Smoothing) -> State {
        self.run(smoothing);
        let free = self.solve();
        State { level: self.fixed.level.unwrap_or(free.level), slope: self.fixed.slope.unwrap_or(free.slope) }
    }

    fn run(&mut self, smoothing: &Smoothing) {
        self.e.clear();
        self.by_level.clear();
        self.by_slope.clear();
        self.log_variance = 0.0;
        let mut from_zero = State { level: self.fixed.level.unwrap_or(0.0), slope: self.fixed.slope.unwrap_or(0.0) };
        let mut unit_level = State { level: 1.0, slope: 0.0 };
        let mut unit_slope = State { level: 0.0, slope: 1.0 };
        let mut doubt = Doubt::default();
        let step = |state: &mut State, y: f64, gain: Gain| {
            let e = y - smoothing.expected(*state);
            *state = smoothing.advanced(*state, gain, e);
            e
        };
        for seen in self.y {
            let gain = smoothing.gain(doubt);
            doubt = if seen.is_some() { gain.seen() } else { gain.missed() };
            if let Some(y) = *seen {
                let sd = gain.variance.sqrt();
                self.log_variance += gain.variance.ln();
                self.e.push(step(&mut from_zero, y, gain) / sd);
                self.by_level.push(-step(&mut unit_level, 0.0, gain) / sd);
                if self.has_slope {
                    self.by_slope.push(-step(&mut unit_slope, 0.0, gain) / sd);
                }
            } else {
                for state in [&mut from_zero, &mut unit_level, &mut unit_slope] {
                    *state = smoothing.advanced(*state, gain, 0.0);
                }
            }
        }
    }

    /// Least squares of `e` on the free columns by Gram-Schmidt, the second column orthogonalised twice; leaves the
    /// residuals in `e`.
    fn solve(&mut self) -> State {
        let free_level = self.fixed.level.is_none();
        let free_slope = self.has_slope && self.fixed.slope.is_none();
        let (mut level, mut slope, mut cross) = (0.0, 0.0, 0.0);
        let mut norm_level = 0.0;
        if free_level {
            norm_level = normalise(&mut self.by_level);
            level = project_out(&mut self.e, &self.by_level);
        }
        if free_slope {
            let before = norm(&self.by_slope);
            if free_level {
                cross = project_out(&mut self.by_slope, &self.by_level);
                cross += project_out(&mut self.by_slope, &self.by_level);
            }
            // why: a slope that the data cannot tell from the level is left at zero.
            if norm(&self.by_slope) > 1e-12 * before {
                let norm_slope = normalise(&mut self.by_slope);
                slope = project_out(&mut self.e, &self.by_slope) / norm_slope;
            }
        }
        if free_level {
            level = (level - cross * slope) / norm_level;
        }
        State { level, slope }
    }
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Scales to length one; the length before.
fn normalise(x: &mut [f64]) -> f64 {
    let length = norm(x);
    for v in x {
        *v /= length;
    }
    length
}

/// Takes the part along the unit vector `q` out of `x`; the size of that part.
fn project_out(x: &mut [f64], q: &[f64]) -> f64 {
    let along = x.iter().zip(q).map(|(x, q)| x * q).sum::<f64>();
    x.iter_mut().zip(q).for_each(|(x, q)| *x -= along * q);
    along
}

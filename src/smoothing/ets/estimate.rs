//! The search for the parameters of largest likelihood.
//!
//! Every class is a problem of nonlinear least squares (see [`super::likelihood`]), so the search is Levenberg's and
//! Marquardt's with exact derivatives, in a box: beta is searched as a share of its range. Starts come from a grid of
//! smoothing parameters, each with the first level and slope that weighted linear least squares finds for it, on the
//! logarithms where the trend is a factor. Nothing else is started from, so that no start is a matter of luck.
//!
//! References: Marquardt (1963), *SIAM Journal* 11, 431-441; Nielsen (1999), report IMM-REP-1999-05, Technical University of
//! Denmark, for the damping; Hyndman and others (2008), sections 5.2 (bounds) and 10.2
//! (admissible region).

#![allow(clippy::indexing_slicing, reason = "as many coordinates as the class has, in arrays of its own making")]
#![allow(clippy::needless_range_loop, reason = "matrices are read by row and column")]

use super::class::{Class, Trend};
use super::likelihood::{Filter, Params, Reader, Summing, Sums, run};
use super::{Fixed, Region};
use crate::numeric::jet::{Jet, Real};

const LEAST: f64 = 1e-4;
const MOST: f64 = 0.9999;
pub(super) const PHI: (f64, f64) = (0.8, 0.98);

/// Coordinates of the search: first level, alpha, first slope, share of the range of beta, phi.
const LEVEL: usize = 0;
const ALPHA: usize = 1;
const SLOPE: usize = 2;
const SHARE: usize = 3;
const DAMPING: usize = 4;
pub(super) const COORDINATES: usize = 5;
/// Which of them something holds for.
pub(super) type Flags = [bool; COORDINATES];

/// Steps of one search, tries of one step, and the gain of a step that counts for nothing; beside a prior, whose rate is a
/// matter of experience, more counts for nothing.
const STEPS: usize = 200;
const TRIES: usize = 12;
const IDLE: f64 = 1e-11;
const IDLE_BESIDE_PRIOR: f64 = 1e-7;
const IDLE_TO_COMPARE: f64 = 1e-3;

/// What the search looks for, and how hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The largest likelihood: the fine grid, and searches from the best of its points.
    Likelihood,
    /// About the largest likelihood, by the coarse grid and one search that ends early: to compare classes.
    Quick,
    /// The largest product of the likelihood and the prior of rate [`RATE`], by a coarse grid and two searches.
    Penalised,
}

/// Rate of the exponential priors of 1 - alpha and of beta's share of its range under [`Aim::Penalised`]: annual series
/// follow last year's value, and change their slope little. Chosen on years held back, see `docs/decisions.md`.
pub(super) const RATE: f64 = 5.0;

struct Grid {
    alpha: &'static [f64],
    share: &'static [f64],
    phi: &'static [f64],
    starts: usize,
}

const FINE: Grid = Grid {
    alpha: &[1e-4, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.999],
    share: &[0.0, 0.05, 0.2, 0.5, 1.0],
    phi: &[0.8, 0.87, 0.93, 0.98],
    starts: 24,
};
const COARSE: Grid = Grid { alpha: &[0.001, 0.3, 0.7, 0.99], share: &[0.0, 0.3], phi: &[0.9], starts: 1 };
const LIKELY: Grid = Grid { alpha: &[0.05, 0.4, 0.9], share: &[0.01], phi: &[0.9], starts: 2 };

/// A series with a class and what is fixed of its parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem<'a> {
    pub(super) y: &'a [Option<f64>],
    pub(super) class: Class,
    pub(super) fixed: Fixed,
    pub(super) region: Region,
    pub(super) aim: Aim,
    /// What bounds sigma^2 from below, in the units of the class.
    pub(super) least: f64,
    pub(super) n: usize,
    pub(super) gaps: bool,
}

/// A point of the search with its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) at: [f64; COORDINATES],
    /// ln(SSE / n) + sum ln S / n: minus twice the log-likelihood a year, constants left out; the same of the prior added.
    pub(super) value: f64,
}

/// What Marquardt needs at a point.
struct Quadratic {
    /// As of a [`Point`].
    value: f64,
    sse: f64,
    /// Half the gradient of the sum of squares, and the cross products of the derivatives.
    gradient: [f64; COORDINATES],
    hessian: [[f64; COORDINATES]; COORDINATES],
}

impl Problem<'_> {
    pub(super) fn free(&self) -> Flags {
        let Fixed { alpha, beta, phi, level, slope } = self.fixed;
        let trend = self.class.trend;
        let sloped = trend != Trend::None;
        [
            level.is_none(),
            alpha.is_none(),
            sloped && slope.is_none(),
            sloped && beta.is_none(),
            trend.is_damped() && phi.is_none(),
        ]
    }

    fn bounds(&self, k: usize) -> (f64, f64) {
        match (k, self.region) {
            (ALPHA, Region::Usual) => (self.fixed.beta.map_or(LEAST, |beta| beta.clamp(LEAST, MOST)), MOST),
            (ALPHA, Region::Admissible) => (LEAST, 2.0 - LEAST),
            (SHARE, _) => (0.0, 1.0),
            (DAMPING, _) => PHI,
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The parameters at a point, on any numbers.
    pub(super) fn params<R: Real>(&self, at: [R; COORDINATES]) -> Params<R> {
        let Fixed { alpha, beta, phi, level, slope } = self.fixed;
        let given = |fixed: Option<f64>, free: R| fixed.map_or(free, R::constant);
        let trend = self.class.trend;
        let alpha = given(alpha, at[ALPHA]);
        let phi = match trend {
            Trend::None => R::constant(0.0),
            Trend::Damped | Trend::MultiplicativeDamped => given(phi, at[DAMPING]),
            Trend::Additive | Trend::Multiplicative => R::constant(1.0),
        };
        let beta = match (trend, beta, self.region) {
            (Trend::None, ..) => R::constant(0.0),
            (_, Some(beta), _) => R::constant(beta),
            (_, None, Region::Usual) => {
                let low = if alpha.value() < LEAST { alpha } else { R::constant(LEAST) };
                low + at[SHARE] * (alpha - low)
            }
            (_, None, Region::Admissible) => at[SHARE] * (R::constant(1.0) + phi) * (R::constant(2.0) - alpha),
        };
        let slope = if trend == Trend::None { R::constant(0.0) } else { given(slope, at[SLOPE]) };
        Params { alpha, beta, phi, level: given(level, at[LEVEL]), slope }
    }

    fn of(&self, sums: &Sums) -> f64 {
        let n = self.n as f64;
        (sums.sse / n).max(self.least).ln() + sums.log_variance / n
    }

    /// Minus twice the logarithm of the prior a year, its constant left out, and its derivatives by alpha and the share of beta.
    pub(super) fn prior(&self, at: &[f64; COORDINATES]) -> (f64, [f64; COORDINATES]) {
        if self.aim != Aim::Penalised {
            return (0.0, [0.0; COORDINATES]);
        }
        let weight = 2.0 / self.n as f64;
        let (alpha, share) = (weight * RATE, if self.class.trend == Trend::None { 0.0 } else { weight * RATE });
        (alpha * (1.0 - at[ALPHA]) + share * at[SHARE], [0.0, -alpha, 0.0, share, 0.0])
    }

    fn value(&self, at: [f64; COORDINATES]) -> f64 {
        let mut reader = Summing::new(self.class, self.gaps);
        match run(self.y, self.class, &self.params(at), &mut reader) {
            Ok(_) => self.of(&reader.finish()) + self.prior(&at).0,
            Err(_) => f64::INFINITY,
        }
    }

    fn quadratic(&self, at: [f64; COORDINATES]) -> Option<Quadratic> {
        match self.class.trend {
            Trend::None => self.quadratic_of::<2>(at),
            Trend::Additive | Trend::Multiplicative => self.quadratic_of::<4>(at),
            Trend::Damped | Trend::MultiplicativeDamped => self.quadratic_of::<5>(at),
        }
    }

    fn quadratic_of<const K: usize>(&self, at: [f64; COORDINATES]) -> Option<Quadratic> {
        let mut reader = Products::<K> {
            sums: Summing::new(self.class, self.gaps),
            plain: !self.gaps && !self.class.has_multiplicative_shocks(),
            crossed: [[0.0; K]; K],
            along: [0.0; K],
            growth: [0.0; K],
        };
        run(self.y, self.class, &self.params(jets::<K>(at)), &mut reader).ok()?;
        let sums = reader.sums.finish();
        let n = self.n as f64;
        let (prior, slopes) = self.prior(&at);
        // The value is a logarithm of the sum of squares: a slope p of the prior is one of p SSE / 2 here.
        let mut gradient = slopes.map(|slope| 0.5 * slope * sums.sse);
        let mut hessian = [[0.0; COORDINATES]; COORDINATES];
        for i in 0..K {
            let q = reader.growth[i] / n;
            gradient[i] += reader.along[i] + sums.sse * q;
            for j in 0..=i {
                let p = reader.growth[j] / n;
                let cross = reader.crossed[i][j] + q * reader.along[j] + p * reader.along[i] + sums.sse * q * p;
                (hessian[i][j], hessian[j][i]) = (cross, cross);
            }
        }
        Some(Quadratic { value: self.of(&sums) + prior, sse: sums.sse, gradient, hessian })
    }

    /// The parameters that [`Aim`] asks for, the search begun from `also` beside its own starts; none if no start is allowed.
    pub(super) fn solve(&self, also: &[Point]) -> Option<Point> {
        let free = self.free();
        if !free.contains(&true) {
            let at = [0.0; COORDINATES];
            let value = self.value(at);
            return value.is_finite().then_some(Point { at, value });
        }
        let grid = match self.aim {
            Aim::Likelihood => &FINE,
            Aim::Quick => &COARSE,
            Aim::Penalised => &LIKELY,
        };
        let mut starts = super::starts::points(self, grid.alpha, grid.share, grid.phi);
        if self.aim == Aim::Likelihood {
            starts.extend(super::starts::curves(self));
        }
        starts.sort_by(|a, b| a.value.total_cmp(&b.value));
        starts.truncate(grid.starts);
        starts.extend(also);
        let best = starts.into_iter().map(|start| self.polish(start, free)).min_by(|a, b| a.value.total_cmp(&b.value));
        best.map(|best| self.settled(best, free))
    }

    /// Where alpha lies on its lower end beta's range is empty, and no share of it differs from another; but the bands move
    /// alpha, and beta with it. The share is then its mean under the uniform prior, not what a search has left of its start.
    pub(super) fn settled(&self, mut best: Point, free: Flags) -> Point {
        let empty = self.region == Region::Usual && free[ALPHA] && best.at[ALPHA] <= LEAST;
        if empty && free[SHARE] && self.aim != Aim::Penalised {
            best.at[SHARE] = 0.5;
        }
        best
    }

    pub(super) fn point(&self, at: [f64; COORDINATES]) -> Point {
        Point { at, value: self.value(at) }
    }

    /// Marquardt's steps from a point until they gain nothing.
    pub(super) fn polish(&self, start: Point, free: Flags) -> Point {
        let mut best = start;
        let (mut damping, mut growth) = (1e-3, 2.0);
        let bounds: [(f64, f64); COORDINATES] = std::array::from_fn(|k| self.bounds(k));
        let mut idle = 0;
        // why twice: in a bent valley a short step may be followed by a long one.
        let (least, most) = match self.aim {
            Aim::Likelihood => (IDLE, 2),
            Aim::Penalised => (IDLE_BESIDE_PRIOR, 2),
            Aim::Quick => (IDLE_TO_COMPARE, 1),
        };
        let Some(mut here) = self.quadratic(best.at) else { return best };
        for _ in 0..STEPS {
            let mut gained = 0.0;
            for _ in 0..TRIES {
                let step = bounded_step(&here, &best.at, free, &bounds, damping);
                let at: [f64; COORDINATES] = std::array::from_fn(|k| {
                    let (low, high) = bounds[k];
                    if free[k] { (best.at[k] + step[k]).clamp(low, high) } else { best.at[k] }
                });
                // Most tries are steps: with its derivatives at once a place is passed through but once.
                if let Some(there) = self.quadratic(at).filter(|there| there.value < best.value) {
                    gained = best.value - there.value;
                    // Nielsen's rule: the better the quadratic foretold the gain, the less damping next.
                    let ratio = -(-gained).exp_m1() / here.foretold(&step);
                    damping = (damping * (1.0 - (2.0 * ratio - 1.0).powi(3)).max(1.0 / 3.0)).clamp(1e-12, 1e12);
                    growth = 2.0;
                    best = Point { at, value: there.value };
                    here = there;
                    break;
                }
                damping *= growth;
                growth *= 2.0;
            }
            idle = if gained < least { idle + 1 } else { 0 };
            if gained == 0.0 || idle == most || here.sse <= self.least * self.n as f64 {
                break;
            }
        }
        best
    }
}

impl Quadratic {
    /// The share of the sum of squares that a step should take away.
    fn foretold(&self, step: &[f64; COORDINATES]) -> f64 {
        let mut gain = 0.0;
        for i in 0..COORDINATES {
            let bent: f64 = (0..COORDINATES).map(|j| self.hessian[i][j] * step[j]).sum();
            gain -= step[i] * (2.0 * self.gradient[i] + bent);
        }
        (gain / self.sse).max(f64::MIN_POSITIVE)
    }
}

/// The point with its coordinates as variables.
pub(super) fn jets<const K: usize>(at: [f64; COORDINATES]) -> [Jet<K>; COORDINATES] {
    std::array::from_fn(|k| Jet::variable(at[k], k))
}

/// The step to the smallest value of the damped quadratic that stays in the box: coordinates that would leave it are put on
/// its face, and the others solved for again.
fn bounded_step(
    q: &Quadratic,
    at: &[f64; COORDINATES],
    free: Flags,
    bounds: &[(f64, f64); COORDINATES],
    damping: f64,
) -> [f64; COORDINATES] {
    let mut step = [0.0; COORDINATES];
    let mut moving = free;
    for k in 0..COORDINATES {
        let (low, high) = bounds[k];
        let outward = (at[k] <= low && q.gradient[k] > 0.0) || (at[k] >= high && q.gradient[k] < 0.0);
        if outward || q.hessian[k][k] <= 0.0 {
            moving[k] = false;
        }
        // Of what the data say nothing the prior decides alone: it pulls to an end of the range.
        let end = if q.gradient[k] < 0.0 { high } else { low };
        if free[k] && !outward && q.hessian[k][k] <= 0.0 && q.gradient[k] != 0.0 && end.is_finite() {
            step[k] = end - at[k];
        }
    }
    for _ in 0..COORDINATES {
        let Some(found) = damped_solution(q, moving, &step, damping) else { return step };
        let mut left = false;
        for k in 0..COORDINATES {
            if moving[k] {
                let (low, high) = bounds[k];
                let to = at[k] + found[k];
                step[k] = to.clamp(low, high) - at[k];
                if to < low || to > high {
                    moving[k] = false;
                    left = true;
                }
            }
        }
        if !left {
            break;
        }
        // The others begin again at zero, given where the stopped ones stand.
        for k in 0..COORDINATES {
            if moving[k] {
                step[k] = 0.0;
            }
        }
    }
    step
}

/// Solves (H + damping diag H) x = -(gradient + H step) for the moving coordinates.
fn damped_solution(
    q: &Quadratic,
    moving: Flags,
    step: &[f64; COORDINATES],
    damping: f64,
) -> Option<[f64; COORDINATES]> {
    let mut places = [0; COORDINATES];
    let mut size = 0;
    for (k, moves) in moving.iter().enumerate() {
        if *moves {
            places[size] = k;
            size += 1;
        }
    }
    let mut factor = [[0.0_f64; COORDINATES]; COORDINATES];
    let mut x = [0.0; COORDINATES];
    // Scaled to a unit diagonal, so that a level in millions and a share stand side by side.
    let scale: [f64; COORDINATES] = std::array::from_fn(|k| q.hessian[k][k].sqrt());
    for i in 0..size {
        let row = places[i];
        for j in 0..=i {
            let column = places[j];
            let mut sum = q.hessian[row][column] / (scale[row] * scale[column]);
            if i == j {
                sum += damping + 1e-14;
            }
            for k in 0..j {
                sum -= factor[i][k] * factor[j][k];
            }
            factor[i][j] = if i == j { sum.max(1e-15).sqrt() } else { sum / factor[j][j] };
        }
        let fixed: f64 = (0..COORDINATES).filter(|k| !moving[*k]).map(|k| q.hessian[row][k] * step[k]).sum();
        let mut sum = -(q.gradient[row] + fixed) / scale[row];
        for k in 0..i {
            sum -= factor[i][k] * x[k];
        }
        x[i] = sum / factor[i][i];
    }
    let mut found = [0.0; COORDINATES];
    for i in (0..size).rev() {
        let mut sum = x[i];
        for k in i + 1..size {
            sum -= factor[k][i] * x[k];
        }
        x[i] = sum / factor[i][i];
    }
    for i in 0..size {
        found[places[i]] = x[i] / scale[places[i]];
    }
    found.iter().all(|x| x.is_finite()).then_some(found)
}

/// Cross products of the derivatives of the standardised innovations, and of half the logarithm of S.
struct Products<const K: usize> {
    sums: Summing,
    plain: bool,
    crossed: [[f64; K]; K],
    along: [f64; K],
    growth: [f64; K],
}

impl<const K: usize> Reader<Jet<K>> for Products<K> {
    #[inline]
    fn year(&mut self, index: usize, mu: Jet<K>, seen: Option<(Jet<K>, Jet<K>)>, _: &Filter<Jet<K>>) {
        let Some((e, variance)) = seen else { return };
        let nowhere = Filter { level: 0.0, slope: 0.0, doubt: None };
        self.sums.year(index, mu.at, Some((e.at, variance.at)), &nowhere);
        let (r, d) = if self.plain {
            (e.at, e.by)
        } else {
            let (inverse, sd) = (1.0 / variance.at, 1.0 / variance.at.sqrt());
            let r = e.at * sd;
            let mut d = e.by;
            for k in 0..K {
                let growth = 0.5 * variance.by[k] * inverse;
                d[k] = d[k] * sd - r * growth;
                self.growth[k] += growth;
            }
            (r, d)
        };
        for i in 0..K {
            self.along[i] += r * d[i];
            for j in 0..=i {
                self.crossed[i][j] += d[i] * d[j];
            }
        }
    }
}

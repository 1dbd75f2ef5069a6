//! Where the search begins: a grid of smoothing parameters, each with its own best level and slope.

use super::class::Trend;
use super::estimate::{Aim, COORDINATES, Point, Problem};
use super::likelihood::Params;

/// The scale on which level and slope are solved for.
#[derive(Clone, Copy, PartialEq)]
enum Scale {
    /// The data as they are, all years alike.
    Even,
    /// The data as they are, years weighed by 1 / y^2: shocks in proportion.
    Relative,
    /// Logarithms: growth factors are slopes there, and shocks in proportion are even.
    Log,
    /// Logarithms weighed by y^2: shocks of the same size.
    HeavyLog,
}

impl Scale {
    fn is_log(self) -> bool {
        matches!(self, Self::Log | Self::HeavyLog)
    }
}

/// Points of the grid at which the class allows a forecast of every year, with their values.
pub(super) fn points(problem: &Problem<'_>, alphas: &[f64], shares: &[f64], phis: &[f64]) -> Vec<Point> {
    let class = problem.class;
    let sloped = class.trend != Trend::None;
    let positive = problem.y.iter().flatten().all(|&y| y > 0.0);
    let quick = problem.aim == Aim::Quick;
    let scales: &[Scale] = match (class.trend.is_multiplicative() && positive, class.has_multiplicative_shocks()) {
        (true, true) => &[Scale::Log],
        (true, false) if quick => &[Scale::HeavyLog],
        (true, false) => &[Scale::HeavyLog, Scale::Log],
        (false, true) if sloped && quick => &[Scale::Relative, Scale::Log],
        (false, true) if sloped => &[Scale::Relative, Scale::Even, Scale::Log],
        (false, true) => &[Scale::Relative],
        (false, false) => &[Scale::Even],
    };
    let free = problem.free();
    let one: &[f64] = &[0.0];
    let alphas = if free[1] { alphas } else { one };
    let shares = if free[3] { shares } else { one };
    let phis = if free[4] { phis } else { one };
    let mut found = Vec::with_capacity(alphas.len() * shares.len() * phis.len());
    for &scale in scales {
        let z: Vec<Option<f64>> =
            if scale.is_log() { problem.y.iter().map(|y| y.map(f64::ln)).collect() } else { problem.y.to_vec() };
        for &alpha in alphas {
            for &share in shares {
                for &phi in phis {
                    let mut at = [0.0, alpha, 0.0, share, phi];
                    // On logarithms the level is a logarithm as well; a fixed one is put back by `params`.
                    let linear = problem.params(at);
                    let (level, slope) = best_start(&z, problem, &linear, scale, sloped);
                    (at[0], at[2]) = match (scale.is_log(), class.trend.is_multiplicative()) {
                        (true, true) => (level.exp(), slope.exp()),
                        // A growth factor as the change that it makes of the first level.
                        (true, false) => (level.exp(), level.exp() * slope.clamp(-1.0, 2.0).exp_m1()),
                        (false, true) => factor(level, slope),
                        (false, false) => (level, slope),
                    };
                    let point = problem.point(at);
                    if point.value.is_finite() {
                        found.push(point);
                    }
                }
            }
        }
    }
    if found.is_empty() {
        found.extend(flat(problem));
    }
    found
}

/// More points where the likelihood is known to hide maxima: nearly fixed curves, whose damping lies in a narrow valley, and
/// steep first slopes, which cost little where shocks are in proportion to what is expected.
pub(super) fn curves(problem: &Problem<'_>) -> Vec<Point> {
    let trend = problem.class.trend;
    let mut found = Vec::new();
    if trend.is_damped() {
        let phis: Vec<f64> = (0..13).map(|i| 0.8 + 0.015 * f64::from(i)).collect();
        let mut fixed = points(problem, &[1e-4], &[0.0], &phis);
        fixed.sort_by(|a, b| a.value.total_cmp(&b.value));
        // The curve itself at its best first, or the search leaves the valley before it has found the bottom.
        let [level, _, slope, _, phi] = problem.free();
        found.extend(fixed.iter().take(3).map(|point| problem.polish(*point, [level, false, slope, false, phi])));
        found.extend(fixed);
    }
    if problem.class.has_multiplicative_shocks() && trend != Trend::None && !trend.is_multiplicative() {
        let seen = problem.y.iter().flatten();
        let mean = seen.clone().sum::<f64>() / problem.n.max(1) as f64;
        let first = seen.clone().next().copied().unwrap_or(mean);
        for share in [0.1, 0.3, 0.7, 1.2] {
            for level in [first, 0.05 * first] {
                for (alpha, of_beta) in [(0.3, 0.1), (0.999, 0.03)] {
                    found.push(problem.point([level, alpha, share * mean, of_beta, 0.93]));
                }
            }
        }
        found.retain(|point| point.value.is_finite());
    }
    found
}

/// A yearly change as a growth factor.
fn factor(level: f64, slope: f64) -> (f64, f64) {
    let level = if level > 0.0 { level } else { 1.0 };
    (level, ((level + slope) / level).clamp(0.5, 2.0))
}

/// The last resort: no slope, from the mean and the extremes of the series.
fn flat(problem: &Problem<'_>) -> Vec<Point> {
    let seen: Vec<f64> = problem.y.iter().flatten().copied().collect();
    let n = seen.len().max(1) as f64;
    let mean: f64 = seen.iter().map(|y| y / n).sum();
    let still = if problem.class.trend.is_multiplicative() { 1.0 } else { 0.0 };
    let most = seen.iter().copied().fold(mean, f64::max);
    let first = seen.first().copied().unwrap_or(mean);
    [first, mean, most, most.max(1.0)]
        .into_iter()
        .flat_map(|level| [1e-4, 0.05, 0.3, 0.9, 0.999].map(|alpha| problem.point([level, alpha, still, 0.0, 0.8])))
        .filter(|point| point.value.is_finite())
        .collect()
}

/// Level and slope before the first year by weighted least squares. Gaps pass as years without a shock, which is good enough
/// for a start.
fn best_start(z: &[Option<f64>], problem: &Problem<'_>, p: &Params<f64>, scale: Scale, sloped: bool) -> (f64, f64) {
    let on_scale = |fixed: Option<f64>| fixed.map(|x| if scale.is_log() { x.max(1e-300).ln() } else { x });
    let (fixed_level, fixed_slope) = (on_scale(problem.fixed.level), on_scale(problem.fixed.slope));
    // The state from nothing, and what a unit of level and of slope adds to it.
    let mut base = (fixed_level.unwrap_or(0.0), fixed_slope.unwrap_or(0.0));
    let (mut unit_level, mut unit_slope) = ((1.0, 0.0), (0.0, 1.0));
    let (mut ll, mut ls, mut ss, mut le, mut se) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (alpha, beta, phi) = (p.alpha, p.beta, p.phi);
    let step = |state: &mut (f64, f64), seen: Option<f64>| {
        let kept = phi * state.1;
        let mu = state.0 + kept;
        let e = seen.map_or(0.0, |y| y - mu);
        *state = (mu + alpha * e, kept + beta * e);
        e
    };
    for (z, y) in z.iter().zip(problem.y) {
        let (e, x) = (step(&mut base, *z), -step(&mut unit_level, z.map(|_| 0.0)));
        let s = if sloped { -step(&mut unit_slope, z.map(|_| 0.0)) } else { 0.0 };
        let weight = match (scale, y) {
            (Scale::Relative, Some(y)) => 1.0 / (y * y),
            (Scale::HeavyLog, Some(y)) => y * y,
            _ => 1.0,
        };
        ll += weight * x * x;
        ls += weight * x * s;
        ss += weight * s * s;
        le += weight * x * e;
        se += weight * s * e;
    }
    match (fixed_level, fixed_slope.filter(|_| sloped)) {
        (None, None) if sloped => {
            let determinant = ll * ss - ls * ls;
            if determinant > 1e-12 * ll * ss {
                ((le * ss - se * ls) / determinant, (se * ll - le * ls) / determinant)
            } else {
                (le / ll, 0.0)
            }
        }
        (None, slope) => (le / ll, slope.unwrap_or(0.0)),
        (Some(level), None) if sloped && ss > 0.0 => (level, se / ss),
        (Some(level), slope) => (level, slope.unwrap_or(0.0)),
    }
}

/// How many numbers a point of the search has.
const _: () = assert!(COORDINATES == 5);

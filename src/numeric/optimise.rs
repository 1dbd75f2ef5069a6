//! The smallest value of a function of one variable in an interval, without derivatives: Brent's mixture of golden section and
//! parabolas, with the ends of the interval looked at too. It finds a local minimum; a function with several asks for
//! several intervals.
//!
//! Reference: Brent (1973), *Algorithms for Minimization without Derivatives*, chapter 5.

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Most evaluations of the function.
    pub evaluations: usize,
}

impl Default for Settings {
    /// 2,000 evaluations.
    fn default() -> Self {
        Self { evaluations: 2000 }
    }
}

/// The best point found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// Where.
    pub at: f64,
    /// The function there; infinite if it was finite nowhere.
    pub value: f64,
    /// How often the function was evaluated.
    pub evaluations: usize,
    /// Whether the search ended because nothing more was to be gained, not because evaluations ran out.
    pub converged: bool,
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::INFINITY }
}

/// The smallest value of `f` from `lower` to `upper`, both included, a value that is not finite counting as infinite.
///
/// ```
/// use unjuran::numeric::optimise::{Settings, minimise_scalar};
/// let best = minimise_scalar(|x| (x - 0.3).powi(2), (0.0, 1.0), &Settings::default());
/// assert!((best.at - 0.3).abs() < 1e-7);
/// // A function that falls all the way is smallest at the end.
/// assert_eq!(minimise_scalar(|x| -x, (0.0, 1.0), &Settings::default()).at, 1.0);
/// ```
pub fn minimise_scalar(mut f: impl FnMut(f64) -> f64, (lower, upper): (f64, f64), settings: &Settings) -> Minimum {
    let mut evaluations = 0;
    let mut f = |x: f64| {
        evaluations += 1;
        (x, finite(f(x)))
    };
    let mut best = f(lower);
    let mut converged = true;
    if lower < upper {
        let end = f(upper);
        let (inner, settled) = brent(&mut f, lower, upper, settings.evaluations.saturating_sub(2));
        converged = settled;
        for point in [end, inner] {
            if point.1 < best.1 {
                best = point;
            }
        }
    }
    Minimum { at: best.0, value: best.1, evaluations, converged }
}

/// Brent's search in the open interval: the best point with its value, and whether the interval has closed in on it.
fn brent(f: &mut impl FnMut(f64) -> (f64, f64), mut a: f64, mut b: f64, budget: usize) -> ((f64, f64), bool) {
    /// The smaller part of the golden section.
    const GOLDEN: f64 = 0.381_966_011_250_105_1;
    /// Nearer together than this share of the interval, two points of a smooth function can no longer be told apart.
    const NEAR: f64 = 1e-8;
    let near = NEAR * (b - a);
    // The best, second and third best points so far; the last two steps.
    let mut x = f(GOLDEN.mul_add(b - a, a));
    let (mut w, mut v) = (x, x);
    let (mut step, mut before) = (0.0_f64, 0.0_f64);
    for _ in 1..budget {
        let middle = 0.5 * (a + b);
        if (x.0 - middle).abs() <= 2.0 * near - 0.5 * (b - a) {
            return (x, true);
        }
        // The vertex of the parabola through the three points, as a step from x.
        let (to_w, to_v) = ((x.0 - w.0) * (x.1 - v.1), (x.0 - v.0) * (x.1 - w.1));
        let vertex = -0.5 * ((x.0 - v.0) * to_v - (x.0 - w.0) * to_w) / (to_v - to_w);
        let usable = vertex.abs() < 0.5 * before.abs() && x.0 + vertex > a + near && x.0 + vertex < b - near;
        before = step;
        step = if usable {
            vertex
        } else {
            before = if x.0 < middle { b - x.0 } else { a - x.0 };
            GOLDEN * before
        };
        let u = f(x.0 + if step.abs() >= near { step } else { near.copysign(step) });
        if u.1 <= x.1 {
            if u.0 < x.0 {
                b = x.0;
            } else {
                a = x.0;
            }
            (v, w, x) = (w, x, u);
        } else {
            if u.0 < x.0 {
                a = u.0;
            } else {
                b = u.0;
            }
            if u.1 <= w.1 || w.0.total_cmp(&x.0).is_eq() {
                (v, w) = (w, u);
            } else if u.1 <= v.1 || v.0.total_cmp(&x.0).is_eq() || v.0.total_cmp(&w.0).is_eq() {
                v = u;
            }
        }
    }
    (x, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_of_evaluations_is_said() {
        let best = minimise_scalar(|x| x * x.ln(), (0.0, 1.0), &Settings { evaluations: 6 });
        assert!(!best.converged && best.evaluations <= 8, "{best:?}");
        let none = minimise_scalar(|_| f64::NAN, (0.0, 1.0), &Settings::default());
        assert!(none.value.is_infinite());
    }

    #[test]
    fn one_variable_is_searched_to_both_ends() {
        // By hand: x ln x is smallest at 1/e, with the value -1/e.
        let inner = minimise_scalar(|x| x * x.ln(), (0.0, 1.0), &Settings::default());
        assert!((inner.value + (-1.0_f64).exp()).abs() < 1e-15 && inner.converged);
        assert!(inner.evaluations < 40, "{}", inner.evaluations);
        for (sign, end) in [(1.0, 2.0), (-1.0, 5.0)] {
            let best = minimise_scalar(|x| sign * x, (2.0, 5.0), &Settings::default());
            assert_eq!(best.at.to_bits(), f64::to_bits(end));
        }
        assert_eq!(minimise_scalar(|x| x, (3.0, 3.0), &Settings::default()).at.to_bits(), 3.0_f64.to_bits());
    }
}

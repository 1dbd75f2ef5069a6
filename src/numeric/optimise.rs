//! The smallest value of a function of few variables inside a box, without derivatives.
//!
//! Question: where in a box of one to about five dimensions is `f` smallest? [`minimise`] walks a simplex (Nelder, Mead)
//! whose points are pushed back into the box, so that an optimum on a face, an edge or a corner is reached exactly. A
//! simplex that has closed up may have flattened on the way: a fresh one is set up around the best point until that
//! gains nothing. [`minimise_scalar`] is Brent's mixture of golden section and parabolas, with the ends of the interval
//! looked at too. Both find a local minimum; a function with several asks for several starts.
//!
//! References: Nelder, Mead (1965), *Computer Journal* 7, 308-313; Box (1965), *Computer Journal* 8, 42-52; Brent (1973),
//! *Algorithms for Minimization without Derivatives*, chapter 5.

#![allow(clippy::indexing_slicing, reason = "a simplex of n + 1 points of n numbers, made here")]

/// One variable: where to start, and the closed range it may take. A range without width holds the variable fixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variable {
    /// First value tried, moved into the range if outside.
    pub start: f64,
    /// Smallest value allowed.
    pub lower: f64,
    /// Largest value allowed.
    pub upper: f64,
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Differences of the function below `tolerance * (1 + |f|)` do not matter.
    pub tolerance: f64,
    /// Most evaluations of the function.
    pub evaluations: usize,
    /// Most fresh simplexes after the first.
    pub restarts: usize,
}

impl Default for Settings {
    /// A tolerance of 1e-10, 2,000 evaluations, 4 restarts.
    fn default() -> Self {
        Self { tolerance: 1e-10, evaluations: 2000, restarts: 4 }
    }
}

/// The best point found.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Where.
    pub at: Vec<f64>,
    /// The function there; infinite if it was finite nowhere.
    pub value: f64,
    /// How often the function was evaluated.
    pub evaluations: usize,
    /// Whether the search ended because nothing more was to be gained, not because evaluations or restarts ran out.
    pub converged: bool,
}

/// The smallest value of `f` over the box, a value that is not finite counting as infinite.
///
/// ```
/// use unjuran::numeric::optimise::{Settings, Variable, minimise};
/// let unit = |start| Variable { start, lower: 0.0, upper: 1.0 };
/// // The smallest value over the unit square lies on its edge, at (1, 1/4).
/// let f = |x: &[f64]| (x[0] - 2.0).powi(2) + (x[1] - 0.25).powi(2);
/// let best = minimise(f, &[unit(0.5), unit(0.5)], &Settings::default());
/// assert!(best.converged);
/// assert_eq!(best.at[0], 1.0);
/// assert!((best.at[1] - 0.25).abs() < 1e-5);
/// ```
pub fn minimise(f: impl FnMut(&[f64]) -> f64, variables: &[Variable], settings: &Settings) -> Minimum {
    let mut simplex = Simplex::new(f, variables, settings);
    if simplex.free.is_empty() {
        return simplex.finish(true);
    }
    let mut best = f64::INFINITY;
    for round in 0..=settings.restarts {
        simplex.spread(round);
        let closed = simplex.walk();
        // In the first round any finite value is a gain.
        let gained = best - simplex.values[0] > simplex.negligible();
        best = simplex.values[0];
        if !closed || !gained || settings.restarts == 0 {
            return simplex.finish(closed);
        }
    }
    simplex.finish(false)
}

/// Edges of the first simplex and of the fresh ones, as shares of the box.
const WIDTH: f64 = 0.15;
const FRESH_WIDTH: f64 = 0.03;
/// A simplex of this size, as a share of the box, has closed up.
const CLOSED: f64 = 1e-5;

/// A simplex and everything needed to move it.
struct Simplex<'a, F> {
    f: F,
    variables: &'a [Variable],
    settings: &'a Settings,
    /// Indices of the variables with room to move.
    free: Vec<usize>,
    /// One corner more than free variables; between moves in order of their values, best first.
    corners: Vec<Vec<f64>>,
    values: Vec<f64>,
    /// The mean of all corners but the worst, and room for a point to be tried.
    centre: Vec<f64>,
    trial: Vec<f64>,
    evaluations: usize,
}

impl<'a, F: FnMut(&[f64]) -> f64> Simplex<'a, F> {
    fn new(mut f: F, variables: &'a [Variable], settings: &'a Settings) -> Self {
        let free: Vec<usize> = (0..variables.len()).filter(|&k| variables[k].lower < variables[k].upper).collect();
        let start: Vec<f64> = variables.iter().map(|v| v.inside(v.start)).collect();
        let values = vec![finite(f(&start)); free.len() + 1];
        let corners = vec![start.clone(); free.len() + 1];
        Self { f, variables, settings, free, corners, values, centre: start.clone(), trial: start, evaluations: 1 }
    }

    /// Sets up a new simplex around the best corner, edges into the box, in every other round to the other side.
    fn spread(&mut self, round: usize) {
        let width = if round == 0 { WIDTH } else { FRESH_WIDTH };
        let side = if round.is_multiple_of(2) { width } else { -width };
        for i in 0..self.free.len() {
            let variable = self.variables[self.free[i]];
            let from = self.corners[0][self.free[i]];
            let edge = side * variable.span();
            let to = if (variable.lower..=variable.upper).contains(&(from + edge)) { from + edge } else { from - edge };
            self.trial.clone_from(&self.corners[0]);
            self.trial[self.free[i]] = variable.inside(to);
            let value = self.evaluate();
            self.replace(i + 1, value);
        }
    }

    /// Moves until the simplex has closed up; false if evaluations ran out first.
    fn walk(&mut self) -> bool {
        let worst = self.free.len();
        loop {
            self.sort();
            if self.has_closed() {
                return true;
            }
            if self.evaluations >= self.settings.evaluations {
                return false;
            }
            self.find_centre();
            let reflected = self.try_at(-1.0);
            if reflected < self.values[worst] {
                self.replace(worst, reflected);
            }
            if reflected < self.values[0] {
                // From the reflected corner on, as far again.
                let expanded = self.try_at(2.0);
                if expanded < reflected {
                    self.replace(worst, expanded);
                }
            } else if reflected >= self.values[worst - 1] {
                // Back towards the centre, from the reflected corner if that was an improvement.
                let contracted = self.try_at(0.5);
                if contracted < self.values[worst] {
                    self.replace(worst, contracted);
                } else {
                    self.shrink();
                }
            }
        }
    }

    /// Puts the corners in order of their values, equal ones as they were.
    fn sort(&mut self) {
        for i in 1..self.values.len() {
            for j in (1..=i).rev() {
                if self.values[j] < self.values[j - 1] {
                    self.values.swap(j, j - 1);
                    self.corners.swap(j, j - 1);
                } else {
                    break;
                }
            }
        }
    }

    /// Whether the corners differ neither in place nor in value by anything that matters.
    fn has_closed(&self) -> bool {
        let best = &self.corners[0];
        let near = |corner: &Vec<f64>| {
            self.free.iter().all(|&k| (corner[k] - best[k]).abs() <= CLOSED * self.variables[k].span())
        };
        let differ = self.values[self.free.len()] - self.values[0] > self.negligible();
        !differ && self.corners.iter().all(near)
    }

    /// A difference of the function that does not matter at the best corner.
    fn negligible(&self) -> f64 {
        self.settings.tolerance * (1.0 + self.values[0].abs())
    }

    fn find_centre(&mut self) {
        let others = &self.corners[..self.free.len()];
        for &k in &self.free {
            self.centre[k] = others.iter().map(|corner| corner[k]).sum::<f64>() / others.len() as f64;
        }
    }

    /// The value on the line from the centre through the worst corner, this many times as far out, pushed into the box.
    fn try_at(&mut self, distance: f64) -> f64 {
        let worst = &self.corners[self.free.len()];
        for &k in &self.free {
            let to = distance.mul_add(worst[k] - self.centre[k], self.centre[k]);
            self.trial[k] = self.variables[k].inside(to);
        }
        self.evaluate()
    }

    /// Pulls every corner half-way towards the best.
    fn shrink(&mut self) {
        for i in 1..self.corners.len() {
            for &k in &self.free {
                self.trial[k] = 0.5 * (self.corners[0][k] + self.corners[i][k]);
            }
            let value = self.evaluate();
            self.replace(i, value);
        }
    }

    fn evaluate(&mut self) -> f64 {
        self.evaluations += 1;
        finite((self.f)(&self.trial))
    }

    /// Makes the point tried last a corner.
    fn replace(&mut self, corner: usize, value: f64) {
        self.corners[corner].copy_from_slice(&self.trial);
        self.values[corner] = value;
    }

    fn finish(mut self, converged: bool) -> Minimum {
        let (at, value) = (self.corners.swap_remove(0), self.values[0]);
        Minimum { at, value, evaluations: self.evaluations, converged }
    }
}

impl Variable {
    /// The allowed value nearest to `x`; the start of a range that is not one.
    fn inside(&self, x: f64) -> f64 {
        if x < self.lower {
            self.lower
        } else if x > self.upper {
            self.upper
        } else {
            x
        }
    }

    /// The length by which steps are measured.
    fn span(&self) -> f64 {
        let width = self.upper - self.lower;
        if width.is_finite() { width } else { 1.0 + self.start.abs() }
    }
}

/// A value that is not finite counts as infinite.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::INFINITY }
}

/// The smallest value of `f` from `lower` to `upper`, both included, a value that is not finite counting as infinite.
///
/// ```
/// use unjuran::numeric::optimise::{Settings, minimise_scalar};
/// let best = minimise_scalar(|x| (x - 0.3).powi(2), (0.0, 1.0), &Settings::default());
/// assert!((best.at[0] - 0.3).abs() < 1e-7);
/// // A function that falls all the way is smallest at the end.
/// assert_eq!(minimise_scalar(|x| -x, (0.0, 1.0), &Settings::default()).at, [1.0]);
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
    Minimum { at: vec![best.0], value: best.1, evaluations, converged }
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

    fn unit(start: f64) -> Variable {
        Variable { start, lower: 0.0, upper: 1.0 }
    }

    /// Checks value, place and convergence; gives the number of evaluations.
    fn finds(f: impl FnMut(&[f64]) -> f64, variables: &[Variable], at: &[f64], value: f64) -> usize {
        let best = minimise(f, variables, &Settings::default());
        assert!(best.converged, "{best:?}");
        assert!((best.value - value).abs() <= 1e-9 * (1.0 + value.abs()), "{best:?}");
        for (found, wanted) in best.at.iter().zip(at) {
            assert!((found - wanted).abs() < 1e-4, "{best:?}");
        }
        best.evaluations
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        // Rosenbrock's function: 0 at (1, 1).
        let f = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
        let wide = |start| Variable { start, lower: -5.0, upper: 5.0 };
        let evaluations = finds(f, &[wide(-1.2), wide(1.0)], &[1.0, 1.0], 0.0);
        assert!(evaluations < 500, "{evaluations}");
    }

    #[test]
    fn optima_on_faces_edges_and_corners_are_reached_exactly() {
        for target in [[0.4, 0.5, 2.0], [0.4, -1.0, 2.0], [-3.0, -1.0, 2.0]] {
            // By hand: the nearest point of the box.
            let nearest = target.map(|t: f64| t.clamp(0.0, 1.0));
            let f = |x: &[f64]| x.iter().zip(target).map(|(x, t)| (x - t) * (x - t)).sum::<f64>();
            let value = f(&nearest);
            let evaluations = finds(f, &[unit(0.5), unit(0.3), unit(0.7)], &nearest, value);
            let best = minimise(f, &[unit(0.5), unit(0.3), unit(0.7)], &Settings::default());
            for (found, wanted) in best.at.iter().zip(nearest) {
                assert!(wanted > 0.0 && wanted < 1.0 || found.to_bits() == wanted.to_bits(), "{best:?}");
            }
            assert!(evaluations < 300, "{evaluations}");
        }
    }

    #[test]
    fn correlated_variables_of_unlike_scale_are_no_obstacle() {
        // By hand: a quadratic with its vertex at (0.2, 3e-4, -700, 0.9) and the value -250 there.
        let vertex = [0.2, 3e-4, -700.0, 0.9];
        let scale = [1.0, 1e-3, 1e3, 1.0];
        let f = |x: &[f64]| {
            let z: Vec<f64> = (0..4).map(|k| (x[k] - vertex[k]) / scale[k]).collect();
            -250.0 + z.iter().map(|z| z * z).sum::<f64>() + 1.5 * (z[0] * z[1] + z[2] * z[3])
        };
        let variable = |k: usize| Variable { start: 0.0, lower: -2.0 * scale[k], upper: 2.0 * scale[k] };
        let best = minimise(f, &[variable(0), variable(1), variable(2), variable(3)], &Settings::default());
        assert!(best.converged && (best.value + 250.0).abs() < 1e-7, "{best:?}");
    }

    #[test]
    fn values_that_are_not_finite_are_walked_around() {
        let f = |x: &[f64]| if x[0] < 0.25 { f64::NAN } else { (x[0] - 0.2).powi(2) + (x[1] - 0.6).powi(2) };
        finds(f, &[unit(0.9), unit(0.9)], &[0.25, 0.6], 0.0025);
        let none = minimise(|_| f64::NAN, &[unit(0.5)], &Settings::default());
        assert!(none.value.is_infinite() && none.at.len() == 1);
    }

    #[test]
    fn a_variable_without_room_stays_where_it_is() {
        let fixed = Variable { start: 0.7, lower: 0.25, upper: 0.25 };
        let best = minimise(|x| (x[0] - x[1]).powi(2), &[fixed, unit(0.9)], &Settings::default());
        assert_eq!(best.at[0].to_bits(), 0.25_f64.to_bits());
        assert!((best.at[1] - 0.25).abs() < 1e-5);
        let all_fixed = minimise(|x| x[0], &[fixed], &Settings::default());
        assert_eq!((all_fixed.evaluations, all_fixed.converged), (1, true));
    }

    #[test]
    fn running_out_of_evaluations_is_said() {
        let settings = Settings { evaluations: 10, ..Settings::default() };
        let best = minimise(|x| (x[0] - 0.3).powi(2) + (x[1] - 0.6).powi(2), &[unit(0.9), unit(0.1)], &settings);
        assert!(!best.converged && best.evaluations <= 14);
    }

    #[test]
    fn one_variable_is_searched_to_both_ends() {
        // By hand: x ln x is smallest at 1/e, with the value -1/e.
        let inner = minimise_scalar(|x| x * x.ln(), (0.0, 1.0), &Settings::default());
        assert!((inner.value + (-1.0_f64).exp()).abs() < 1e-15 && inner.converged);
        assert!(inner.evaluations < 40, "{}", inner.evaluations);
        for (sign, end) in [(1.0, 2.0), (-1.0, 5.0)] {
            let best = minimise_scalar(|x| sign * x, (2.0, 5.0), &Settings::default());
            assert_eq!(best.at[0].to_bits(), f64::to_bits(end));
        }
        assert_eq!(minimise_scalar(|x| x, (3.0, 3.0), &Settings::default()).at, [3.0]);
    }
}

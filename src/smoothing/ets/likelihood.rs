//! The recursion of all ten classes, and the Gaussian likelihood of given parameters and starting states.
//!
//! ```text
//! additive trend        mu_t = l_{t-1} + phi b_{t-1}     b_t = phi b_{t-1} + beta e_t
//! multiplicative trend  mu_t = l_{t-1} b_{t-1}^phi       b_t = b_{t-1}^phi + beta e_t / l_{t-1}
//! both                  l_t = mu_t + alpha e_t           e_t = y_t - mu_t
//! loglik = -n/2 (ln(2 pi SSE / n) + 1) - 1/2 sum ln S_t        SSE = sum e_t^2 / S_t
//! ```
//!
//! Written with the raw innovation e, additive and multiplicative shocks share their recursion; they differ in the variance
//! `S_t` of e in units of sigma^2 alone, 1 or `mu_t^2`. Where years were missing, the state is uncertain with covariance
//! sigma^2 P, carried along as in [`crate::smoothing::recursion`] with the derivatives of the recursion at the state (exact
//! for additive trends, first order for multiplicative ones), and `S_t` grows by what it adds.
//!
//! With G the geometric mean of the `sqrt(S_t)` the likelihood is largest where `sum (G e_t)^2 / S_t` is smallest: every
//! class is one problem of nonlinear least squares.
//!
//! Reference: Hyndman, Koehler, Ord and Snyder (2008), table 2.3 for the classes, section 5.1 for the likelihood.

use super::class::Class;
use crate::numeric::jet::Real;

/// Parameters and starting states: of `f64` to look, of jets to look around.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Params<R> {
    pub(crate) alpha: R,
    pub(crate) beta: R,
    pub(crate) phi: R,
    pub(crate) level: R,
    pub(crate) slope: R,
}

/// Level and slope at the end of a year, with the covariance P in units of sigma^2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Filter<R> {
    pub(crate) level: R,
    pub(crate) slope: R,
    /// None while every year was seen: then the state is known.
    pub(crate) doubt: Option<Covariance<R>>,
}

/// A symmetric matrix of two rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Covariance<R> {
    pub(crate) level: R,
    pub(crate) cross: R,
    pub(crate) slope: R,
}

/// What the state expects of the next year, and how it moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<R> {
    pub(crate) mu: R,
    /// The slope after a year as expected.
    kept: R,
    /// How much of the innovation the slope takes.
    slope_gain: R,
}

impl<R: Real> Step<R> {
    /// The state after a year as expected.
    pub(crate) fn end(&self) -> Filter<R> {
        Filter { level: self.mu, slope: self.kept, doubt: None }
    }
}

/// The derivatives of a step at its state: mu by level and slope, the kept slope by the slope, and what a shock does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Derivatives<R> {
    pub(crate) mu_level: R,
    pub(crate) mu_slope: R,
    pub(crate) kept_slope: R,
    pub(crate) shock_level: R,
    pub(crate) shock_slope: R,
}

impl<R: Real> Params<R> {
    pub(crate) fn start(&self) -> Filter<R> {
        Filter { level: self.level, slope: self.slope, doubt: None }
    }

    /// The next year. None where a multiplicative class leaves the positive numbers.
    #[inline]
    pub(crate) fn step(&self, class: Class, state: &Filter<R>) -> Option<Step<R>> {
        use super::Trend;
        let Filter { level, slope, .. } = *state;
        let step = match class.trend {
            Trend::None => Step { mu: level, kept: slope, slope_gain: R::constant(0.0) },
            Trend::Additive => Step { mu: level + slope, kept: slope, slope_gain: self.beta },
            Trend::Damped => {
                let kept = self.phi * slope;
                Step { mu: level + kept, kept, slope_gain: self.beta }
            }
            Trend::Multiplicative | Trend::MultiplicativeDamped => {
                if !(level.value() > 0.0 && slope.value() > 0.0) {
                    return None;
                }
                let kept = if class.trend.is_damped() { slope.to(self.phi) } else { slope };
                Step { mu: level * kept, kept, slope_gain: self.beta / level }
            }
        };
        (!class.has_multiplicative_shocks() || step.mu.value() > 0.0).then_some(step)
    }

    pub(crate) fn derivatives(&self, class: Class, state: &Filter<R>, step: &Step<R>) -> Derivatives<R> {
        use super::Trend;
        let one = R::constant(1.0);
        let zero = R::constant(0.0);
        let (mu_level, mu_slope, kept_slope) = match class.trend {
            Trend::None => (one, zero, zero),
            Trend::Additive => (one, one, one),
            Trend::Damped => (one, self.phi, self.phi),
            Trend::Multiplicative => (step.kept, state.level, one),
            Trend::MultiplicativeDamped => {
                let kept_slope = self.phi * step.kept / state.slope;
                (step.kept, state.level * kept_slope, kept_slope)
            }
        };
        Derivatives { mu_level, mu_slope, kept_slope, shock_level: self.alpha, shock_slope: step.slope_gain }
    }
}

/// How a year enters an uncertain state.
struct Update<R> {
    /// S, the variance of the innovation in units of sigma^2.
    variance: R,
    /// What level and slope take of the innovation.
    gain: (R, R),
    after: Covariance<R>,
}

/// The update by a year, seen or missed. `unit` is the variance of a shock in units of sigma^2.
fn uncertain<R: Real>(doubt: Covariance<R>, d: &Derivatives<R>, unit: R, seen: bool) -> Update<R> {
    let Covariance { level, cross, slope } = doubt;
    // P w, for w the derivatives of mu
    let (pw_level, pw_slope) = (level * d.mu_level + cross * d.mu_slope, cross * d.mu_level + slope * d.mu_slope);
    let reach = d.mu_level * pw_level + d.mu_slope * pw_slope;
    let variance = reach + unit;
    // F P w + g unit: covariance of the new state with the year
    let with_level = reach + d.shock_level * unit;
    let with_slope = d.kept_slope * pw_slope + d.shock_slope * unit;
    let gain = (with_level / variance, with_slope / variance);
    let carried = Covariance {
        level: reach + d.shock_level * d.shock_level * unit,
        cross: d.kept_slope * pw_slope + d.shock_level * d.shock_slope * unit,
        slope: d.kept_slope * d.kept_slope * slope + d.shock_slope * d.shock_slope * unit,
    };
    let after = if seen {
        Covariance {
            level: carried.level - gain.0 * with_level,
            cross: carried.cross - gain.0 * with_slope,
            slope: carried.slope - gain.1 * with_slope,
        }
    } else {
        carried
    };
    Update { variance, gain, after }
}

/// What a pass hands to its reader each year: index, what was expected, innovation and its variance S where the year was seen.
pub(crate) trait Reader<R> {
    fn year(&mut self, index: usize, mu: R, seen: Option<(R, R)>, after: &Filter<R>);
}

/// Runs the recursion. None where a multiplicative class leaves the positive numbers; `Err` would be the year.
pub(crate) fn run<R: Real>(
    y: &[Option<f64>],
    class: Class,
    params: &Params<R>,
    reader: &mut impl Reader<R>,
) -> Result<Filter<R>, usize> {
    let mut state = params.start();
    let multiplicative = class.has_multiplicative_shocks();
    for (i, seen) in y.iter().enumerate() {
        let step = params.step(class, &state).ok_or(i)?;
        let unit = if multiplicative { step.mu * step.mu } else { R::constant(1.0) };
        match (*seen, state.doubt) {
            (Some(y), None) => {
                let e = R::constant(y) - step.mu;
                state =
                    Filter { level: step.mu + params.alpha * e, slope: step.kept + step.slope_gain * e, doubt: None };
                reader.year(i, step.mu, Some((e, unit)), &state);
            }
            (seen, doubt) => {
                let nothing = R::constant(0.0);
                let doubt = doubt.unwrap_or(Covariance { level: nothing, cross: nothing, slope: nothing });
                let d = params.derivatives(class, &state, &step);
                let Update { variance, gain, after } = uncertain(doubt, &d, unit, seen.is_some());
                let e = seen.map(|y| R::constant(y) - step.mu);
                state = match e {
                    Some(e) => {
                        Filter { level: step.mu + gain.0 * e, slope: step.kept + gain.1 * e, doubt: Some(after) }
                    }
                    None => Filter { level: step.mu, slope: step.kept, doubt: Some(after) },
                };
                reader.year(i, step.mu, e.map(|e| (e, variance)), &state);
            }
        }
    }
    Ok(state)
}

/// The log-likelihood of a pass; sigma^2 is held at `least` where the fit is exact, so that it stays finite.
pub(crate) fn loglik(sse: f64, log_variance: f64, n: usize, least: f64) -> f64 {
    let n = n as f64;
    let mean_square = (sse / n).max(least);
    -0.5 * n * ((std::f64::consts::TAU * mean_square).ln() + 1.0) - 0.5 * log_variance
}

/// Sums of a pass, nothing kept by year.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) sse: f64,
    pub(crate) log_variance: f64,
}

/// The sums of a pass while it runs: a logarithm only every eight years.
pub(crate) struct Summing {
    sums: Sums,
    product: f64,
    factors: u8,
    multiplicative: bool,
}

impl Summing {
    pub(crate) fn new(class: Class, gaps: bool) -> Self {
        let multiplicative = gaps || class.has_multiplicative_shocks();
        Self { sums: Sums::default(), product: 1.0, factors: 0, multiplicative }
    }

    pub(crate) fn finish(mut self) -> Sums {
        self.fold();
        self.sums
    }

    fn fold(&mut self) {
        if self.factors > 0 {
            self.sums.log_variance += self.product.ln();
            (self.product, self.factors) = (1.0, 0);
        }
    }
}

impl Reader<f64> for Summing {
    #[inline]
    fn year(&mut self, _: usize, _: f64, seen: Option<(f64, f64)>, _: &Filter<f64>) {
        let Some((e, variance)) = seen else { return };
        if self.multiplicative {
            self.sums.sse += e * (e / variance);
            self.product *= variance;
            self.factors += 1;
            // why: products of numbers near 1e150 or 1e-150 leave the range of a double.
            if self.factors == 8 || !(1e-30..1e30).contains(&self.product) {
                self.fold();
            }
        } else {
            self.sums.sse += e * e;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of squares and log determinant of a normal vector with this covariance, row by row, by elimination.
    fn dense(mut v: Vec<Vec<f64>>, mut r: Vec<f64>) -> (f64, f64) {
        let (mut squares, mut log_determinant) = (0.0, 0.0);
        for k in 0..r.len() {
            let (pivot, row) = (v[k][k], v[k].clone());
            squares += r[k] * r[k] / pivot;
            log_determinant += pivot.ln();
            for i in k + 1..r.len() {
                let share = v[i][k] / pivot;
                r[i] -= share * r[k];
                (k..row.len()).for_each(|j| v[i][j] -= share * row[j]);
            }
        }
        (squares, log_determinant)
    }

    #[test]
    fn with_missing_years_the_filter_has_the_likelihood_of_the_years_taken_together() {
        // The observed years are normal about l + (phi + ... + phi^t) b, with shocks that come through by
        // c_j = alpha + beta (phi + ... + phi^j): their covariance is written out and inverted.
        let y = [12.0, 15.0, f64::NAN, 14.0, 19.0, f64::NAN, f64::NAN, 22.0, 18.0, 25.0];
        for (name, phi) in [("AAdN", 0.9_f64), ("AAN", 1.0), ("ANN", 0.0)] {
            let class: Class = name.parse().unwrap();
            let beta = if name == "ANN" { 0.0 } else { 0.2 };
            let slope = if name == "ANN" { 0.0 } else { 1.5 };
            let params = Params { alpha: 0.4, beta, phi, level: 10.0, slope };
            let reach = |j: usize| (1..=j).map(|i| phi.powi(i32::try_from(i).unwrap())).sum::<f64>();
            let through = |t: usize, s: usize| match t.cmp(&s) {
                std::cmp::Ordering::Less => 0.0,
                std::cmp::Ordering::Equal => 1.0,
                std::cmp::Ordering::Greater => 0.4 + beta * reach(t - s),
            };
            let seen: Vec<usize> = (0..y.len()).filter(|&t| !y[t].is_nan()).collect();
            let covariance = |t: usize, u: usize| (0..y.len()).map(|s| through(t, s) * through(u, s)).sum::<f64>();
            let v = seen.iter().map(|&t| seen.iter().map(|&u| covariance(t, u)).collect()).collect();
            let r = seen.iter().map(|&t| y[t] - 10.0 - reach(t + 1) * slope).collect();
            let (squares, log_determinant) = dense(v, r);
            let given: Vec<Option<f64>> = y.iter().map(|v| (!v.is_nan()).then_some(*v)).collect();
            let mut sums = Summing::new(class, true);
            run(&given, class, &params, &mut sums).unwrap();
            let sums = sums.finish();
            assert!((sums.sse - squares).abs() < 1e-9 * squares, "{name}: {} for {squares}", sums.sse);
            assert!((sums.log_variance - log_determinant).abs() < 1e-9, "{name}: {}", sums.log_variance);
        }
    }

    #[test]
    fn the_likelihood_is_that_of_normal_years_with_the_best_sigma() {
        // By hand: innovations of 3 and 4 with variances 1 and 4 have SSE = 9 + 4 = 13, sigma^2 = 13 / 2.
        let normal = |e: f64, s: f64| -0.5 * ((std::f64::consts::TAU * s * 6.5).ln() + e * e / (s * 6.5));
        let expected = normal(3.0, 1.0) + normal(4.0, 4.0);
        assert!((loglik(13.0, 4.0_f64.ln(), 2, 1e-9) - expected).abs() < 1e-12);
    }
}

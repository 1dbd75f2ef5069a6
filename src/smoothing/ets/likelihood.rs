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

//! The one state update of the family.
//!
//! ```text
//! mu_t = l_{t-1} + phi b_{t-1}          e_t = y_t - mu_t
//! l_t  = mu_t + k_1 e_t                 b_t = phi b_{t-1} + k_2 e_t
//! ```
//!
//! While every year is observed, the state is known given the parameters and the gain k is (alpha, beta). In a missing year
//! the shock happens unseen: the state becomes uncertain with covariance sigma^2 P, and the next observed years shrink it
//! again. With F = [1 phi; 0 phi], w = (1, phi), g = (alpha, beta):
//!
//! ```text
//! S = w' P w + 1      k = (F P w + g) / S      P <- F P F' + g g' - (S - v) k k'
//! ```
//!
//! where v is what remains unknown of the year: 0 when it is observed, S when it is missing, and in between for a year known
//! to lie in an interval only.
//!
//! Reference: Hyndman and others (2008), equations 3.2-3.4; West and Harrison (1997), chapter 4, for the filter.

use serde::{Deserialize, Serialize};

/// The smoothing parameters: alpha for the level, beta for the slope, phi for its damping.
///
/// Without a trend beta = phi = 0 and the slope stays zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Smoothing {
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
    pub(crate) phi: f64,
}

/// Level l and slope b at the end of a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) level: f64,
    pub(crate) slope: f64,
}

/// Covariance P of the state in units of sigma^2; zero until a year is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Doubt {
    level: f64,
    cross: f64,
    slope: f64,
}

/// How a year enters the state: the variance S of its innovation in units of sigma^2, and the gain k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gain {
    pub(crate) variance: f64,
    pub(crate) level: f64,
    pub(crate) slope: f64,
    /// F P F' + g g'
    carried: Doubt,
}

impl Smoothing {
    /// What the state expects of the next year.
    pub(crate) fn expected(&self, state: State) -> f64 {
        state.level + self.phi * state.slope
    }

    /// The state after a year with innovation `e`; 0 for a missing year.
    pub(crate) fn advanced(&self, state: State, gain: Gain, e: f64) -> State {
        State { level: self.expected(state) + gain.level * e, slope: self.phi * state.slope + gain.slope * e }
    }

    /// The gain of the next year.
    pub(crate) fn gain(&self, doubt: Doubt) -> Gain {
        let Self { alpha, beta, phi } = *self;
        let Doubt { level, cross, slope } = doubt;
        let reach = level + phi * (2.0 * cross + phi * slope);
        let variance = reach + 1.0;
        Gain {
            variance,
            level: (reach + alpha) / variance,
            slope: (phi * (cross + phi * slope) + beta) / variance,
            carried: Doubt {
                level: reach + alpha * alpha,
                cross: phi * (cross + phi * slope) + alpha * beta,
                slope: phi * phi * slope + beta * beta,
            },
        }
    }
}

/// What may befall one year beside its usual shock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Jolt {
    /// The year alone is out of line: an additive outlier.
    Outlier,
    /// From the year on the level is another.
    Shift,
}

impl Gain {
    /// The gain of a year that a jolt of variance `size` may have befallen, in units of sigma^2.
    ///
    /// An outlier only adds to the variance of what is seen, a shift adds to that of the level as well.
    pub(crate) fn jolted(&self, jolt: Jolt, size: f64) -> Self {
        let variance = self.variance + size;
        let share = self.variance / variance;
        let (moved, carried) = match jolt {
            Jolt::Outlier => (0.0, self.carried),
            Jolt::Shift => (size / variance, Doubt { level: self.carried.level + size, ..self.carried }),
        };
        Self { variance, level: self.level * share + moved, slope: self.slope * share, carried }
    }

    /// What the level takes of the innovation.
    pub(crate) fn level(&self) -> f64 {
        self.level
    }

    /// What the slope takes of the innovation.
    pub(crate) fn slope(&self) -> f64 {
        self.slope
    }

    /// The doubt after a year that was observed.
    pub(crate) fn seen(&self) -> Doubt {
        self.after(0.0)
    }

    /// The doubt after a year that was missed.
    pub(crate) fn missed(&self) -> Doubt {
        self.carried
    }

    /// The doubt after a year of which `remaining` is left unknown, in units of sigma^2.
    pub(crate) fn after(&self, remaining: f64) -> Doubt {
        let known = self.variance - remaining;
        Doubt {
            level: self.carried.level - known * self.level * self.level,
            cross: self.carried.cross - known * self.level * self.slope,
            slope: self.carried.slope - known * self.slope * self.slope,
        }
    }
}

impl Doubt {
    /// Level and slope unknown on their own, with these variances in units of sigma^2.
    pub(crate) fn independent(level: f64, slope: f64) -> Self {
        Self { level, cross: 0.0, slope }
    }

    /// The same with the level less certain by this variance.
    pub(crate) fn with_level(self, more: f64) -> Self {
        Self { level: self.level + more, ..self }
    }

    /// Standard deviations of level and slope in units of sigma.
    #[cfg(test)]
    pub(crate) fn sds(&self) -> (f64, f64) {
        (self.level.max(0.0).sqrt(), self.slope.max(0.0).sqrt())
    }

    /// A lower triangular root: P = R R', as ((r11, 0), (r21, r22)).
    pub(crate) fn root(&self) -> ((f64, f64), (f64, f64)) {
        let r11 = self.level.max(0.0).sqrt();
        let r21 = if r11 > 0.0 { self.cross / r11 } else { 0.0 };
        ((r11, 0.0), (r21, (self.slope - r21 * r21).max(0.0).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_state_has_the_smoothing_parameters_for_gain_and_stays_known() {
        let gain = Smoothing { alpha: 0.3, beta: 0.1, phi: 0.9 }.gain(Doubt::default());
        assert_eq!((gain.variance, gain.level, gain.slope), (1.0, 0.3, 0.1));
        let after = gain.seen();
        assert!(after.level.abs() + after.cross.abs() + after.slope.abs() < 1e-16);
    }

    #[test]
    fn a_year_known_to_nothing_is_a_missing_year() {
        let gain = Smoothing { alpha: 0.3, beta: 0.1, phi: 0.9 }.gain(Doubt::independent(4.0, 1.0));
        assert_eq!(gain.after(gain.variance), gain.missed());
    }
}

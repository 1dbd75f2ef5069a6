//! Exponential smoothing with additive errors: which level, slope and damping fit the series best?
//!
//! The starting level and slope enter every innovation linearly, so for given alpha, beta, phi their best values are a
//! least-squares solution; only the smoothing parameters are searched for. No start can be a bad one, and a parameter
//! that the user fixes simply leaves the search.
//!
//! ```
//! use unjuran::series::{Horizon, Series, Year};
//! use unjuran::smoothing::{Ets, Trend};
//! let cases = Series::new("cases", Year::new(2015)?, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0])?;
//! let fitted = Ets::params().trend(Trend::None).alpha(1.0).fit(&cases)?;
//! let forecast = fitted.forecast(Horizon::years(3)?)?;
//! assert_eq!(forecast.median(), [139.0; 3]); // alpha = 1 is the random walk
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! References: Hyndman, Koehler, Ord and Snyder (2008), chapters 3 (recursion), 5 (likelihood), 10 (admissible region).

mod estimate;
mod fitted;
mod likelihood;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use fitted::FittedEts;

use crate::error::{Error, Result};
use crate::model::{Fitted, Forecaster};
use crate::series::Series;

/// What the model says about the slope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// No slope: ETS(A,N,N), simple exponential smoothing.
    #[default]
    None,
    /// A slope that goes on: ETS(A,A,N), Holt's method.
    Additive,
    /// A slope that dies out: ETS(A,Ad,N), the damped trend.
    Damped,
}

impl Trend {
    /// All classes, the simplest first.
    pub const ALL: [Self; 3] = [Self::None, Self::Additive, Self::Damped];

    /// Smoothing parameters and starting states of the class.
    pub(crate) fn estimated(self) -> usize {
        match self {
            Self::None => 2,
            Self::Additive => 4,
            Self::Damped => 5,
        }
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "ETS(A,N,N)",
            Self::Additive => "ETS(A,A,N)",
            Self::Damped => "ETS(A,Ad,N)",
        })
    }
}

impl std::str::FromStr for Trend {
    type Err = Error;
    /// The class by its short name: "ANN", "AAN", "AAdN".
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "ANN" => Ok(Self::None),
            "AAN" => Ok(Self::Additive),
            "AAdN" => Ok(Self::Damped),
            _ => Err(Error::BadParameter {
                model: "ETS".to_owned(),
                parameter: "class".to_owned(),
                value: format!("{text:?}"),
                allowed: "one of \"ANN\", \"AAN\", \"AAdN\"".to_owned(),
            }),
        }
    }
}

/// Settings of [`Ets`], not yet checked. Each value that is set is fixed; the others are estimated.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `trend` | `Trend::None` | | what the model says about the slope |
/// | `alpha` | estimated in 0.0001..0.9999 | 0 to 2, see below | weight of the last year in the level |
/// | `beta` | estimated in 0.0001..alpha | see below | weight of the last year in the slope |
/// | `phi` | estimated in 0.8..0.98 | above 0, at most 1 | share of the slope that is left a year later |
/// | `level` | estimated | finite | level `l_0` before the first year |
/// | `slope` | estimated | finite | slope `b_0` before the first year |
///
/// Fixed parameters must not lie outside the closure of the admissible region, where forecasts would rest ever more on
/// the distant past: `0 <= alpha <= 2` without a trend, otherwise `alpha >= 0`, `beta >= 0` and
/// `beta <= (1 + phi) (2 - alpha)`, and `alpha <= 1 + 1 / phi` with damping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EtsParams {
    trend: Trend,
    fixed: Fixed,
}

/// Values that the user holds fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixed {
    pub(crate) alpha: Option<f64>,
    pub(crate) beta: Option<f64>,
    pub(crate) phi: Option<f64>,
    pub(crate) level: Option<f64>,
    pub(crate) slope: Option<f64>,
}

impl EtsParams {
    /// What the model says about the slope.
    #[must_use]
    pub fn trend(mut self, trend: Trend) -> Self {
        self.trend = trend;
        self
    }

    /// Fixes alpha.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.fixed.alpha = Some(alpha);
        self
    }

    /// Fixes beta.
    #[must_use]
    pub fn beta(mut self, beta: f64) -> Self {
        self.fixed.beta = Some(beta);
        self
    }

    /// Fixes phi.
    #[must_use]
    pub fn phi(mut self, phi: f64) -> Self {
        self.fixed.phi = Some(phi);
        self
    }

    /// Fixes the level before the first year.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.fixed.level = Some(level);
        self
    }

    /// Fixes the slope before the first year.
    #[must_use]
    pub fn slope(mut self, slope: f64) -> Self {
        self.fixed.slope = Some(slope);
        self
    }

    /// The model, if the settings go together.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a value outside its range, or one that the class does not have.
    pub fn check(self) -> Result<Ets> {
        let Self { trend, fixed } = self;
        let refused = |name: &str, value: f64, allowed: String| -> Result<Ets> {
            let (model, parameter, value) = (trend.to_string(), name.to_owned(), value.to_string());
            Err(Error::BadParameter { model, parameter, value, allowed })
        };
        let absent: &[(&str, Option<f64>)] = match trend {
            Trend::None => &[("beta", fixed.beta), ("phi", fixed.phi), ("b0", fixed.slope)],
            Trend::Additive => &[("phi", fixed.phi)],
            Trend::Damped => &[],
        };
        for &(name, value) in absent {
            if let Some(value) = value {
                return refused(name, value, format!("{trend} has no {name}"));
            }
        }
        for (name, value) in [("l0", fixed.level), ("b0", fixed.slope)] {
            if let Some(value) = value.filter(|v| !v.is_finite()) {
                return refused(name, value, "a finite number".to_owned());
            }
        }
        if let Some(phi) = fixed.phi.filter(|phi| !(*phi > 0.0 && *phi <= 1.0)) {
            return refused("phi", phi, "above 0 and at most 1".to_owned());
        }
        let phi = fixed.phi.unwrap_or(1.0);
        let most = if trend == Trend::Damped { 1.0 + 1.0 / phi } else { 2.0 };
        if let Some(alpha) = fixed.alpha.filter(|alpha| !(0.0..=most).contains(alpha)) {
            return refused("alpha", alpha, format!("0 to {most} (the admissible region)"));
        }
        let most = (1.0 + phi) * (2.0 - fixed.alpha.unwrap_or(0.0));
        if let Some(beta) = fixed.beta.filter(|beta| !(0.0..=most).contains(beta)) {
            return refused("beta", beta, format!("0 to {most} (the admissible region)"));
        }
        Ok(Ets { trend, fixed })
    }

    /// Checks the settings and fits the model.
    ///
    /// # Errors
    /// Those of [`EtsParams::check`] and [`Ets::fit`].
    pub fn fit(self, series: &Series) -> Result<FittedEts> {
        self.check()?.fit(series)
    }
}

/// Exponential smoothing with additive errors, its settings checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ets {
    trend: Trend,
    fixed: Fixed,
}

impl Ets {
    /// Settings to choose from; see [`EtsParams`].
    pub fn params() -> EtsParams {
        EtsParams::default()
    }

    /// What the model says about the slope.
    pub fn trend(&self) -> Trend {
        self.trend
    }

    /// Observed years that the fit needs: one more than there are numbers to estimate.
    pub fn needed(&self) -> usize {
        let Fixed { alpha, beta, phi, level, slope } = self.fixed;
        self.trend.estimated() + 1 - [alpha, beta, phi, level, slope].iter().flatten().count()
    }

    /// Maximum likelihood.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below [`Ets::needed`]; [`Error::Overflow`].
    pub fn fit(&self, series: &Series) -> Result<FittedEts> {
        FittedEts::new(*self, series)
    }
}

impl Forecaster for Ets {
    fn name(&self) -> String {
        self.trend.to_string()
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

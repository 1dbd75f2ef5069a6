//! Exponential smoothing: which level, slope and damping fit the series best?
//!
//! Ten classes ([`Class`]): shocks of the same size or in proportion to what is expected, and no trend, a yearly change or a
//! yearly growth factor that goes on or dies out. All share one recursion and one search (`likelihood`, `estimate`); a
//! parameter that the user fixes simply leaves the search.
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
//! References: Hyndman, Koehler, Ord and Snyder (2008), chapters 2 (classes), 5 (likelihood), 6 (variances), 10 (admissible
//! region).

mod ahead;
mod class;
mod contest;
mod curvature;
mod estimate;
mod fitted;
mod likelihood;
mod renewed;
mod starts;
mod summary;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use class::{Class, Shocks, Trend};
pub(crate) use contest::smallest_aicc;
use estimate::Aim;
pub use fitted::{FittedEts, State};

use super::Bands;
use crate::error::{Error, Result};
use crate::model::{Fitted, Forecaster};
use crate::series::Series;

/// Where free smoothing parameters are searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// 0.0001 <= alpha <= 0.9999 and 0.0001 <= beta <= alpha: weighted means of the past.
    #[default]
    Usual,
    /// 0.0001 <= alpha <= 1.9999 and 0 <= beta <= (1 + phi) (2 - alpha): all in which the distant past loses its weight.
    Admissible,
}

impl std::str::FromStr for Region {
    type Err = Error;
    /// "usual" or "admissible".
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "usual" => Ok(Self::Usual),
            "admissible" => Ok(Self::Admissible),
            _ => Err(Error::bad_parameter("ETS", "region", format!("{text:?}"), "\"usual\" or \"admissible\"")),
        }
    }
}

/// Settings of [`Ets`], not yet checked. Each value that is set is fixed; the others are estimated.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `class` | ETS(A,N,N) | the ten of [`Class`] | how shocks enter, and what the model says about the slope |
/// | `region` | `Region::Usual` | | where free smoothing parameters are searched for |
/// | `bands` | `Bands::Full` | | whether doubt about the parameters is in the bands |
/// | `alpha` | estimated in 0.0001..0.9999 | 0 to 2, see below | weight of the last year in the level |
/// | `beta` | estimated in 0.0001..alpha | see below | weight of the last year in the slope |
/// | `phi` | estimated in 0.8..0.98 | above 0, at most 1 | share of the slope that is left a year later |
/// | `level` | estimated | finite, above 0 with a growth factor | level `l_0` before the first year |
/// | `slope` | estimated | finite, above 0 as a growth factor | slope or growth factor `b_0` before the first year |
///
/// Fixed parameters must not lie outside the closure of the admissible region, where forecasts would rest ever more on
/// the distant past: `0 <= alpha <= 2` without a trend, otherwise `alpha >= 0`, `beta >= 0` and
/// `beta <= (1 + phi) (2 - alpha)`, and `alpha <= 1 + 1 / phi` with damping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EtsParams {
    class: Class,
    fixed: Fixed,
    #[serde(default)]
    region: Region,
    #[serde(default)]
    bands: Bands,
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
    /// How shocks enter, and what the model says about the slope.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }

    /// What the model says about the slope.
    #[must_use]
    pub fn trend(mut self, trend: Trend) -> Self {
        self.class.trend = trend;
        self
    }

    /// How shocks enter.
    #[must_use]
    pub fn shocks(mut self, shocks: Shocks) -> Self {
        self.class.shocks = shocks;
        self
    }

    /// Where free smoothing parameters are searched for.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Whether doubt about the parameters is in the bands.
    #[must_use]
    pub fn bands(mut self, bands: Bands) -> Self {
        self.bands = bands;
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
        let Self { class, fixed, region, bands } = self;
        let trend = class.trend;
        let refused = |name: &str, value: f64, allowed: String| -> Result<Ets> {
            let (model, parameter, value) = (class.to_string(), name.to_owned(), value.to_string());
            Err(Error::bad_parameter(model, parameter, value, allowed))
        };
        let absent: &[(&str, Option<f64>)] = match trend {
            Trend::None => &[("beta", fixed.beta), ("phi", fixed.phi), ("b0", fixed.slope)],
            Trend::Additive | Trend::Multiplicative => &[("phi", fixed.phi)],
            Trend::Damped | Trend::MultiplicativeDamped => &[],
        };
        for &(name, value) in absent {
            if let Some(value) = value {
                return refused(name, value, format!("{class} has no {name}"));
            }
        }
        for (name, value) in [("l0", fixed.level), ("b0", fixed.slope)] {
            if let Some(value) = value.filter(|v| !v.is_finite()) {
                return refused(name, value, "a finite number".to_owned());
            }
            if let Some(value) = value.filter(|v| trend.is_multiplicative() && *v <= 0.0) {
                return refused(name, value, format!("above 0, because the slope of {class} is a factor"));
            }
        }
        if let Some(phi) = fixed.phi.filter(|phi| !(*phi > 0.0 && *phi <= 1.0)) {
            return refused("phi", phi, "above 0 and at most 1".to_owned());
        }
        let phi = fixed.phi.unwrap_or(1.0);
        let most = if trend.is_damped() { 1.0 + 1.0 / phi } else { 2.0 };
        if let Some(alpha) = fixed.alpha.filter(|alpha| !(0.0..=most).contains(alpha)) {
            return refused("alpha", alpha, format!("0 to {most} (the admissible region)"));
        }
        let most = (1.0 + phi) * (2.0 - fixed.alpha.unwrap_or(0.0));
        if let Some(beta) = fixed.beta.filter(|beta| !(0.0..=most).contains(beta)) {
            return refused("beta", beta, format!("0 to {most} (the admissible region)"));
        }
        Ok(Ets { class, fixed, region, bands })
    }

    /// Checks the settings and fits the model.
    ///
    /// # Errors
    /// Those of [`EtsParams::check`] and [`Ets::fit`].
    pub fn fit(self, series: &Series) -> Result<FittedEts> {
        self.check()?.fit(series)
    }
}

/// Exponential smoothing of one class, its settings checked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Ets {
    class: Class,
    fixed: Fixed,
    region: Region,
    bands: Bands,
}

/// The stored form of the checked settings, in the words of the registry and of Python.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    spec: String,
    alpha: Option<f64>,
    beta: Option<f64>,
    phi: Option<f64>,
    l0: Option<f64>,
    b0: Option<f64>,
    region: Region,
    bands: Bands,
}

impl TryFrom<Settings> for Ets {
    type Error = Error;
    fn try_from(settings: Settings) -> Result<Self> {
        let Settings { spec, alpha, beta, phi, l0, b0, region, bands } = settings;
        let fixed = Fixed { alpha, beta, phi, level: l0, slope: b0 };
        EtsParams { class: spec.parse()?, fixed, region, bands }.check()
    }
}

impl From<Ets> for Settings {
    fn from(Ets { class, fixed, region, bands }: Ets) -> Self {
        let Fixed { alpha, beta, phi, level, slope } = fixed;
        Self { spec: class.short(), alpha, beta, phi, l0: level, b0: slope, region, bands }
    }
}

impl Ets {
    /// Settings to choose from; see [`EtsParams`].
    pub fn params() -> EtsParams {
        EtsParams::default()
    }

    /// How shocks enter, and what the model says about the slope.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Where free smoothing parameters are searched for.
    pub fn region(&self) -> Region {
        self.region
    }

    /// Whether doubt about the parameters is in the bands.
    pub fn bands(&self) -> Bands {
        self.bands
    }

    /// The values that are held fixed, by name.
    pub fn given(&self) -> Vec<(&'static str, f64)> {
        let Fixed { alpha, beta, phi, level, slope } = self.fixed;
        let all = [("alpha", alpha), ("beta", beta), ("phi", phi), ("l0", level), ("b0", slope)];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Observed years that the fit needs: one more than there are numbers to estimate.
    pub fn needed(&self) -> usize {
        let Fixed { alpha, beta, phi, level, slope } = self.fixed;
        self.class.trend.estimated() + 1 - [alpha, beta, phi, level, slope].iter().flatten().count()
    }

    /// Maximum likelihood.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below [`Ets::needed`]; [`Error::NeedsPositive`] for a value at or
    /// below zero under a class with shocks in proportion; [`Error::LeavesPositive`] where such a class, or one with a growth
    /// factor, allows no parameters; [`Error::Overflow`].
    pub fn fit(&self, series: &Series) -> Result<FittedEts> {
        FittedEts::new(*self, series, Aim::Likelihood)
    }

    /// The largest product of the likelihood and a prior of the smoothing parameters (alpha near 1, a slope that hardly
    /// changes), for an automatic choice.
    pub(crate) fn fit_penalised(&self, series: &Series) -> Result<FittedEts> {
        FittedEts::new(*self, series, Aim::Penalised)
    }
}

impl Forecaster for Ets {
    fn name(&self) -> String {
        let Fixed { alpha, beta, phi, level, slope } = self.fixed;
        let fixed = [("alpha", alpha), ("beta", beta), ("phi", phi), ("l0", level), ("b0", slope)];
        let fixed = fixed.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?)));
        let region = (self.region == Region::Admissible).then(|| "admissible".to_owned());
        let bands = (self.bands == Bands::Textbook).then(|| self.bands.to_string());
        let settings: Vec<String> = fixed.chain(region).chain(bands).collect();
        let class = self.class.to_string();
        match class.strip_suffix(')') {
            Some(open) if !settings.is_empty() => format!("{open}; {})", settings.join(", ")),
            _ => class,
        }
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

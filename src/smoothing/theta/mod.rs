//! The Theta method: half the slope of the whole series, added to its exponentially smoothed level.
//!
//! A series is split into its straight line and a line of doubled curvature; the first is extrapolated, the second smoothed,
//! and the two are averaged. [`ThetaVariant`] says how much is left to the data:
//!
//! ```text
//! standard    y_{n+h} = l_n + b/2 (h - 1 + (1 - (1 - alpha)^n) / alpha),  b the slope of the least-squares line
//! optimised   mu_t = l_{t-1} + w ((1 - alpha)^{t-1} A + (1 - (1 - alpha)^t) / alpha B),  w = 1 - 1 / theta
//! dynamic     the same with the line A_{t-1}, B_{t-1} of the years before t only
//!             l_t = alpha y_t + (1 - alpha) l_{t-1}
//! ```
//!
//! The report has the parameters of least squares, and textbook bands take them for certain. Full bands of the last two
//! variants are a mixture over alpha and over how shocks scale (`posterior`).
//!
//! For given alpha both `l_0` and w enter linearly, so that only alpha is searched for and no start can be a bad one. Annual
//! data have no season and none is tested for.
//!
//! ```
//! use unjuran::series::{Horizon, Series, Unit, Year};
//! use unjuran::smoothing::{Theta, ThetaVariant};
//! let line: Vec<f64> = (1..=12).map(|t| 50.0 + 4.0 * f64::from(t)).collect();
//! let series = Series::new("cost", Year::new(2010)?, &line)?.with_unit(Unit::Amount)?;
//! let fitted = Theta::variant(ThetaVariant::Optimised).fit(&series)?;
//! assert!((fitted.forecast(Horizon::years(1)?)?.median()[0] - 102.0).abs() < 0.01); // a line goes on
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! References: Assimakopoulos and Nikolopoulos (2000), *International Journal of Forecasting* 16, 521-530; Hyndman and
//! Billah (2003), the same 19, 287-290, for the standard variant as smoothing with drift; Fiorucci, Pellegrini, Louzada,
//! Petropoulos and Koehler (2016), the same 32, 1151-1161, for the other two and their state-space form.

mod fitted;
mod lines;
mod posterior;

use serde::{Deserialize, Serialize};

pub use fitted::FittedTheta;

use super::Bands;
use crate::error::{Error, Result};
use crate::model::{Fitted, Forecaster, with_settings};
use crate::series::Series;

/// How much of the method the data choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThetaVariant {
    /// theta = 2, the level by simple exponential smoothing: the method that won the M3 competition, and R's `thetaf`.
    #[default]
    Standard,
    /// theta from the data, one line for the whole series.
    Optimised,
    /// theta from the data, the line learned anew each year.
    Dynamic,
}

impl ThetaVariant {
    /// All variants.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Optimised, Self::Dynamic];

    /// Observed years that a fit needs.
    fn needed(self) -> usize {
        match self {
            Self::Standard => 4,
            Self::Optimised => 5,
            Self::Dynamic => 6,
        }
    }

    fn model(self) -> &'static str {
        match self {
            Self::Standard => "Theta",
            Self::Optimised => "Theta(optimised)",
            Self::Dynamic => "Theta(dynamic)",
        }
    }
}

impl std::fmt::Display for ThetaVariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Standard => "standard",
            Self::Optimised => "optimised",
            Self::Dynamic => "dynamic",
        })
    }
}

impl std::str::FromStr for ThetaVariant {
    type Err = Error;
    /// The variant by its name: "standard", "optimised", "dynamic".
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|v| v.to_string() == text).ok_or_else(|| {
            Error::bad_parameter(
                "Theta",
                "variant",
                format!("{text:?}"),
                "one of \"standard\", \"optimised\", \"dynamic\"",
            )
        })
    }
}

/// The Theta method.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `variant` | `Standard` | | how much the data choose |
/// | `bands` | `Bands::Full` | | whether doubt about the parameters is in the forecast |
///
/// Estimated: alpha in 0.0001..0.9999 (standard) or 0.1..0.99 (the others, as in Fiorucci and others), theta from 1 on, the
/// first level without bounds. Standard needs four observed years, optimised five, dynamic six (its first level explains the
/// first).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theta {
    variant: ThetaVariant,
    bands: Bands,
}

impl Theta {
    /// The model of this variant.
    pub fn variant(variant: ThetaVariant) -> Self {
        Self { variant, bands: Bands::Full }
    }

    /// The same model with other bands.
    #[must_use]
    pub fn with_bands(self, bands: Bands) -> Self {
        Self { bands, ..self }
    }

    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`]; [`Error::Overflow`].
    pub fn fit(&self, series: &Series) -> Result<FittedTheta> {
        FittedTheta::new(self.variant, self.bands, series)
    }
}

impl Forecaster for Theta {
    fn name(&self) -> String {
        let bands = (self.bands == Bands::Textbook).then(|| self.bands.to_string());
        let variant = match self.variant {
            ThetaVariant::Standard => None,
            ThetaVariant::Optimised => Some("optimised".to_owned()),
            ThetaVariant::Dynamic => Some("dynamic".to_owned()),
        };
        with_settings("Theta", variant.into_iter().chain(bands))
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

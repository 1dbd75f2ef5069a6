//! The default forecaster: a Bayesian average of exponential smoothing members, each solved exactly.
//!
//! No optimiser picks one winner from eight points. A fixed grid of damped-trend members (level weight alpha, slope weight
//! beta, damping phi, power lambda of the scale, size tau of the first slope, size s of the shocks) is weighed by what each
//! member makes of the series, `w_k ~ pi_k ML_k^eta`, starting from weights pi that thousands of other annual series taught.
//! Regression on time (alpha = beta = 0) and the random walk (alpha = 1) are members like others. The forecast is the
//! mixture of the members' Student-t laws, carried back to the scale of the data: the doubt about level, slope, shock size
//! and about the model itself is all in it.
//!
//! ```
//! use unjuran::series::{Horizon, Series, Year};
//! use unjuran::smoothing::BayesEts;
//! let series = Series::new("cases", Year::new(2023)?, &[40.0])?;
//! let forecast = BayesEts::default().fit(&series)?.forecast(Horizon::years(3)?)?;
//! let band = forecast.interval(80.0)?; // one year is enough for an honest answer
//! assert!(band.lower[0] < 40.0 && band.upper[0] > 40.0);
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! References: Hyndman, Koehler, Ord and Snyder (2008) for the recursion; West and Harrison (1997), chapter 12, for
//! multi-process models; Gruenwald and van Ommen (2017) for eta below one.

mod cells;
mod effects;
mod fitted;
mod grid;
mod lattice;
pub mod learn;
mod member;
mod posterior;
mod prior;
mod refine;
#[cfg(test)]
mod sbc;
mod soft;
mod stored;
mod summary;
mod sweep;
#[cfg(test)]
mod tests;
mod tilt;
mod wild;

pub(crate) use fitted::Known;
pub use fitted::{Effect, FittedBayesEts};
pub use member::{Member, Shared};
pub use prior::Prior;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use prior::Prepared;

use crate::design::Inputs;
use crate::error::Result;
use crate::model::{Fitted, Forecaster, with_settings};
use crate::series::Series;

/// A Bayesian average over exponential smoothing members. Needs one observed year.
///
/// Without a prior of its own it takes the shipped one for the series: [`Prior::counts`], [`Prior::annual`], or
/// [`Prior::signed`] where amounts fall below zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Settings", into = "Settings")]
pub struct BayesEts {
    own: Option<Arc<Prepared>>,
}

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    prior: Option<Prior>,
}

impl From<Settings> for BayesEts {
    fn from(Settings { prior }: Settings) -> Self {
        prior.map_or_else(Self::default, Self::with_prior)
    }
}

impl From<BayesEts> for Settings {
    fn from(model: BayesEts) -> Self {
        Self { prior: model.prior().cloned() }
    }
}

impl BayesEts {
    /// The model with a prior of the user's choice.
    pub fn with_prior(prior: Prior) -> Self {
        Self { own: Some(Arc::new(Prepared::new(prior))) }
    }

    /// The prior of its own; none where the series decides.
    pub fn prior(&self) -> Option<&Prior> {
        self.own.as_ref().map(|own| &own.prior)
    }

    /// Weighs the members by the series.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`]; [`crate::Error::Overflow`].
    pub fn fit(&self, series: &Series) -> Result<FittedBayesEts> {
        self.fit_with(series, &Inputs::new())
    }

    /// The same with events, drivers and exposure.
    ///
    /// An event or a driver gets an effect with a proper prior, judged as a share of the level of the series: see
    /// [`FittedBayesEts::effects`] and [`FittedBayesEts::counterfactual`]. An event after the last year changes nothing
    /// before it and widens the fan from its year on.
    ///
    /// # Errors
    /// Those of `fit`; [`crate::Error::MissingDriver`] for an observed year without a driver's value or exposure;
    /// [`crate::Error::InputNotTaken`] for weights.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedBayesEts> {
        match &self.own {
            Some(own) => FittedBayesEts::new(series, own, inputs),
            None => FittedBayesEts::new(series, Prepared::for_series(series)?, inputs),
        }
    }
}

impl Forecaster for BayesEts {
    fn name(&self) -> String {
        with_settings("BayesETS", self.own.iter().map(|own| own.prior.name.clone()))
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
    fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit_with(self, series, inputs)?))
    }
}

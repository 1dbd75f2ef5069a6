//! The contract between models and everything that uses them.
//!
//! A [`Forecaster`] is a model with its settings, not yet fitted; [`Forecaster::fit`] borrows it and gives a [`Fitted`]
//! model, another type: nothing can be asked of a model that has seen no data. Both are objects, so that evaluation,
//! selection and planning need not know a single concrete model.
//!
//! [`checks::battery`] is what every model must pass; it is public, so that a model written elsewhere can run it too.

pub mod checks;
mod floor;
mod regression;
mod report;

use std::any::Any;
use std::fmt::Debug;

pub(crate) use floor::{Spread, spread, spread_of_logs};
pub use regression::{Break, Coefficient, PercentChange, Regression, TrendTest};
pub use report::{Criteria, FitReport};

use crate::design::Inputs;
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::series::{Horizon, Series};

/// "AutoETS(all,textbook)": the name of a model with the settings that are not its defaults.
pub(crate) fn with_settings(name: &str, settings: impl IntoIterator<Item = String>) -> String {
    let settings: Vec<String> = settings.into_iter().collect();
    if settings.is_empty() { name.to_owned() } else { format!("{name}({})", settings.join(",")) }
}

/// A model with its settings, not yet fitted.
///
/// `Any`, so that a level that knows the models can tell which one it holds, as storing asks for.
pub trait Forecaster: Any + Debug + Send + Sync {
    /// The model's name with its settings, as in "ETS(A,Ad,N)".
    fn name(&self) -> String;

    /// The model fitted to a series.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`] and [`crate::Error::TooFewYears`] where the data do not suffice, and what the
    /// model's own page says.
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>>;

    /// The model fitted to a series and what is known beside it: drivers, events, exposure, weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::InputNotTaken`] unless the model takes what is given: regressions do.
    fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<Box<dyn Fitted>> {
        match inputs.first_used() {
            None => self.fit(series),
            Some(input) => Err(Error::InputNotTaken { model: self.name(), input: input.to_owned() }),
        }
    }
}

/// A model that has seen its data.
pub trait Fitted: Any + Debug + Send + Sync {
    /// The distributions of the years that follow. The first is the year under way if the series has one.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`] if the numbers become too large to compute with.
    fn forecast(&self, horizon: Horizon) -> Result<Forecast>;

    /// The same with drivers and exposure of the years that follow.
    ///
    /// # Errors
    /// Those of `forecast`; [`Error::InputNotTaken`] unless the model was fitted with what is given, and
    /// [`Error::MissingDriver`] for a year without a value.
    fn forecast_with(&self, horizon: Horizon, future: &Inputs) -> Result<Forecast> {
        match future.first_used() {
            None => self.forecast(horizon),
            Some(input) => Err(Error::InputNotTaken { model: self.report().model.clone(), input: input.to_owned() }),
        }
    }

    /// What the fit found.
    fn report(&self) -> &FitReport;

    /// What the fit found as a text of several lines.
    fn summary(&self) -> String {
        self.report().to_string()
    }
}

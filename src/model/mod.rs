//! The contract between models and everything that uses them.
//!
//! A [`Forecaster`] is a model with its settings, not yet fitted; [`Forecaster::fit`] borrows it and gives a [`Fitted`]
//! model, another type: nothing can be asked of a model that has seen no data. Both are objects, so that evaluation,
//! selection and planning need not know a single concrete model.
//!
//! [`checks::battery`] is what every model must pass; it is public, so that a model written elsewhere can run it too.

pub mod checks;
mod floor;
mod report;

use std::fmt::Debug;

pub(crate) use floor::{Spread, spread, spread_of_logs};
pub use report::{Criteria, FitReport};

use crate::error::Result;
use crate::forecast::Forecast;
use crate::series::{Horizon, Series};

/// A model with its settings, not yet fitted.
pub trait Forecaster: Debug + Send + Sync {
    /// The model's name with its settings, as in "ETS(A,Ad,N)".
    fn name(&self) -> String;

    /// The model fitted to a series.
    ///
    /// # Errors
    /// [`crate::Error::NoObservedYears`] and [`crate::Error::TooFewYears`] where the data do not suffice, and what the
    /// model's own page says.
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>>;
}

/// A model that has seen its data.
pub trait Fitted: Debug + Send + Sync {
    /// The distributions of the years that follow. The first is the year under way if the series has one.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`] if the numbers become too large to compute with.
    fn forecast(&self, horizon: Horizon) -> Result<Forecast>;

    /// What the fit found.
    fn report(&self) -> &FitReport;

    /// What the fit found as a text of several lines.
    fn summary(&self) -> String {
        self.report().to_string()
    }
}

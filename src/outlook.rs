//! The front door: a forecast without choosing a model.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::model::{Fitted, Forecaster};
use crate::select::AutoEts;
use crate::series::{Horizon, Series};
use crate::smoothing::ShortSeries;

/// The default model: [`AutoEts`] from five observed years on, [`ShortSeries`] below.
///
/// It forecasts every series with at least one full year: one point, a constant and all zeros are data like others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Automatic;

impl Forecaster for Automatic {
    fn name(&self) -> String {
        "Automatic".to_owned()
    }

    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        match AutoEts.fit(series) {
            Ok(fitted) => Ok(Box::new(fitted)),
            Err(Error::TooFewYears { .. }) => Ok(Box::new(ShortSeries.fit(series)?)),
            Err(other) => Err(other),
        }
    }
}

/// The forecast of one series by the default model.
///
/// ```
/// use unjuran::series::{Horizon, Series, Year};
/// let cases = Series::new("cases", Year::new(2015)?, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0])?;
/// let forecast = unjuran::forecast(&cases, Horizon::years(5)?)?;
/// assert_eq!(forecast.years().len(), 5);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoObservedYears`] if no full year carries a number; [`Error::Overflow`] if the numbers are too large.
pub fn forecast(series: &Series, horizon: Horizon) -> Result<Forecast> {
    Automatic.fit(series)?.forecast(horizon)
}

/// The forecast of every series by one model, in the order of the series; a series that is refused stops no other.
///
/// Runs on all threads of the current rayon pool; the result does not depend on how many there are.
pub fn forecast_all(series: &[Series], model: &dyn Forecaster, horizon: Horizon) -> Vec<Result<Forecast>> {
    series.par_iter().map(|one| model.fit(one)?.forecast(horizon)).collect()
}

//! The front door: a forecast without choosing a model.

use rayon::prelude::*;

use crate::error::Result;
use crate::forecast::Forecast;
use crate::model::Forecaster;
use crate::series::{Horizon, Series};
use crate::smoothing::BayesEts;

/// The forecast of one series by the default model, [`BayesEts`] with the shipped prior of the series' unit.
///
/// Every series with at least one full year is forecast: one point, a constant and all zeros are data like others.
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
/// [`crate::Error::NoObservedYears`] if no full year carries a number; [`crate::Error::Overflow`] if the numbers are too
/// large.
pub fn forecast(series: &Series, horizon: Horizon) -> Result<Forecast> {
    BayesEts::default().fit(series)?.forecast(horizon)
}

/// The forecast of every series by one model, in the order of the series; a series that is refused stops no other.
///
/// Runs on all threads of the current rayon pool; the result does not depend on how many there are.
pub fn forecast_all(series: &[Series], model: &dyn Forecaster, horizon: Horizon) -> Vec<Result<Forecast>> {
    series.par_iter().map(|one| model.fit(one)?.forecast(horizon)).collect()
}

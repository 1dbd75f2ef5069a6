//! Scores of point forecasts.
//!
//! With y what happened and f the forecast: MAE is the mean of |y - f|, RMSE the root of the mean of (y - f)^2, sMAPE the
//! mean of 200 |y - f| / (|y| + |f|) with 0/0 counted as 0, MAPE the mean of 100 |y - f| / |y|. MASE divides the MAE by the
//! mean absolute change from one training year to the next: below 1, the forecast is closer than last year's value was,
//! on average and one year ahead, while the model was learning.
//!
//! The median of a law minimises MAE and MASE, its mean minimises RMSE; percentage errors are minimised by neither and
//! favour low forecasts.
//!
//! References: Hyndman and Koehler (2006), *International Journal of Forecasting* 22(4), 679-688 (MASE); Makridakis,
//! Spiliotis and Assimakopoulos (2020), *IJF* 36(1), 54-74 (sMAPE and OWA as in the M4 competition).

#![allow(clippy::indexing_slicing, reason = "pairs of neighbours")]

use super::{Mean, mean_over};
use crate::error::Result;

/// Mean absolute error.
///
/// # Errors
/// [`crate::Error::UnequalLengths`] unless there is one forecast a value.
pub fn mae(actual: &[f64], forecast: &[f64]) -> Result<Mean> {
    mean_over("MAE", actual, forecast, |y, f| (y - f).abs())
}

/// Root mean squared error.
///
/// # Errors
/// [`crate::Error::UnequalLengths`] unless there is one forecast a value.
pub fn rmse(actual: &[f64], forecast: &[f64]) -> Result<Mean> {
    Ok(mean_over("RMSE", actual, forecast, |y, f| (y - f).powi(2))?.map(f64::sqrt))
}

/// Symmetric mean absolute percentage error, 0 to 200.
///
/// # Errors
/// [`crate::Error::UnequalLengths`] unless there is one forecast a value.
pub fn smape(actual: &[f64], forecast: &[f64]) -> Result<Mean> {
    mean_over("sMAPE", actual, forecast, symmetric_percentage)
}

/// Mean absolute percentage error; undefined where the value is 0.
///
/// # Errors
/// [`crate::Error::UnequalLengths`] unless there is one forecast a value.
pub fn mape(actual: &[f64], forecast: &[f64]) -> Result<Mean> {
    mean_over("MAPE", actual, forecast, percentage)
}

/// Mean absolute scaled error; `scale` is the [`naive_scale`] of the training years.
///
/// # Errors
/// [`crate::Error::UnequalLengths`] unless there is one forecast a value.
pub fn mase(actual: &[f64], forecast: &[f64], scale: f64) -> Result<Mean> {
    mean_over("MASE", actual, forecast, |y, f| (y - f).abs() / scale)
}

/// The mean absolute change from one training year to the next, NaN marking years without a number. Only years that
/// follow each other count: a change over a gap says nothing about one year. NaN if there is no change to scale by, none
/// seen or none that differs from 0.
pub fn naive_scale(training: &[f64]) -> f64 {
    let changes: Mean = training.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    if changes.value > 0.0 { changes.value } else { f64::NAN }
}

/// The two averages that OWA is made of, over the same series for both models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Mean of the series' sMAPE.
    pub smape: f64,
    /// Mean of the series' MASE.
    pub mase: f64,
}

/// Overall weighted average: the mean of the ratios of sMAPE and of MASE to those of a reference, here last year's value.
/// It is a ratio of averages over all series, not an average of ratios. NaN where a ratio is undefined.
///
/// ```
/// use unjuran::evaluate::metrics::{Accuracy, owa};
/// let (model, naive) = (Accuracy { smape: 9.0, mase: 2.0 }, Accuracy { smape: 10.0, mase: 2.5 });
/// assert!((owa(&model, &naive) - 0.85).abs() < 1e-15);
/// ```
pub fn owa(model: &Accuracy, reference: &Accuracy) -> f64 {
    let value = 0.5 * (model.smape / reference.smape + model.mase / reference.mase);
    if value.is_finite() { value } else { f64::NAN }
}

pub(in crate::evaluate) fn symmetric_percentage(y: f64, f: f64) -> f64 {
    let size = y.abs() + f.abs();
    if size == 0.0 { 0.0 } else { 200.0 * (y - f).abs() / size }
}

pub(in crate::evaluate) fn percentage(y: f64, f: f64) -> f64 {
    if y == 0.0 { f64::NAN } else { 100.0 * (y - f).abs() / y.abs() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn errors_by_hand() {
        let (y, f) = ([3.0, 5.0], [0.0, 9.0]);
        assert!((mae(&y, &f).unwrap().value - 3.5).abs() < 1e-15);
        assert!((rmse(&y, &f).unwrap().value - 12.5_f64.sqrt()).abs() < 1e-15);
        assert!((mape(&y, &f).unwrap().value - 90.0).abs() < 1e-12); // 100 and 80
        assert!((smape(&y, &f).unwrap().value - 900.0 / 7.0).abs() < 1e-12); // 200 and 400 / 7
    }

    #[test]
    fn zero_forecast_as_zero_is_no_error() {
        let smape = smape(&[0.0], &[0.0]).unwrap();
        assert_eq!((smape.value, smape.used), (0.0, 1));
    }

    #[test]
    fn a_series_that_never_changed_has_no_scale() {
        assert!(naive_scale(&[7.0, 7.0, 7.0]).is_nan());
        assert!(naive_scale(&[7.0]).is_nan());
        let mase = mase(&[7.0, 9.0], &[7.0, 7.0], naive_scale(&[7.0, 7.0])).unwrap();
        assert_eq!((mase.used, mase.undefined), (0, 2));
    }

    #[test]
    fn a_change_over_a_gap_does_not_scale() {
        // 1 -> 3 and 9 -> 10 count, 3 -> 9 over two years does not
        assert!((naive_scale(&[1.0, 3.0, f64::NAN, 9.0, 10.0]) - 1.5).abs() < 1e-15);
    }

    #[test]
    fn one_forecast_too_few_is_refused() {
        let refused = Error::UnequalLengths { metric: "MAE".into(), actual: 2, forecast: 1 };
        assert_eq!(mae(&[1.0, 2.0], &[1.0]), Err(refused));
    }

    #[test]
    fn owa_against_nothing_is_no_number() {
        let nothing = Accuracy { smape: 0.0, mase: f64::NAN };
        assert!(owa(&Accuracy { smape: 1.0, mase: 1.0 }, &nothing).is_nan());
    }
}

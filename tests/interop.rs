//! The bridge to linfa: its regressors as forecasters, our regressions behind its traits.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use linfa::traits::{Fit as _, Predict as _};
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2, array};
use unjuran::design::Inputs;
use unjuran::interop::{Columns, Regressor, linfa, linfa_linear, ndarray};
use unjuran::model::Forecaster as _;
use unjuran::model::checks::battery;
use unjuran::regression::{LinearTrend, Loss, SlopeMedian};
use unjuran::series::{Horizon, Series, Unit, Year};

fn amounts(y: &[f64]) -> Series {
    Series::new("s", Year::new(2015).unwrap(), y).unwrap().with_unit(Unit::Amount).unwrap()
}

#[test]
fn a_linfa_regressor_passes_the_battery() {
    assert_eq!(battery(&Regressor::new("LinearRegression", LinearRegression::default())), vec![]);
}

#[test]
fn linfas_line_with_a_driver_is_ours() {
    let y = [3.0, 5.0, 4.0, 8.0, 7.0, 9.5, 8.0, 11.0];
    let patrols = (2015..).map(|y| Year::new(y).unwrap()).zip([3.0, 4.0, 3.0, 6.0, 5.0, 7.0, 6.0, 8.0, 9.0]);
    let inputs = Inputs::new().driver("patrols", patrols).unwrap();
    let next = Horizon::years(1).unwrap();
    let theirs = Regressor::new("linfa", LinearRegression::default()).fit_with(&amounts(&y), &inputs).unwrap();
    let ours = LinearTrend::new().fit_with(&amounts(&y), &inputs).unwrap();
    let (a, b) = (theirs.forecast(next).unwrap().median()[0], ours.forecast(next).unwrap().median()[0]);
    assert!((a - b).abs() < 1e-9, "{a} {b}");
    let refused = theirs.forecast(Horizon::years(2).unwrap()).unwrap_err();
    assert_eq!(refused.kind(), "MissingDriver");
}

#[test]
fn the_band_comes_from_left_out_years() {
    // By hand: 0, 0, 0, 4 without its years in turn. A mean stands in for the regressor: errors -4/3, -4/3, -4/3, 4.
    #[derive(Debug)]
    struct MeanOnly;
    impl linfa::traits::Fit<Array2<f64>, Array1<f64>, linfa::Error> for MeanOnly {
        type Object = Mean;
        fn fit(&self, dataset: &linfa::DatasetBase<Array2<f64>, Array1<f64>>) -> Result<Mean, linfa::Error> {
            Ok(Mean(dataset.targets().mean().unwrap()))
        }
    }
    #[derive(Debug)]
    struct Mean(f64);
    impl linfa::traits::PredictInplace<Array2<f64>, Array1<f64>> for Mean {
        fn predict_inplace<'a>(&'a self, _: &'a Array2<f64>, y: &mut Array1<f64>) {
            y.fill(self.0);
        }
        fn default_target(&self, x: &Array2<f64>) -> Array1<f64> {
            Array1::zeros(x.nrows())
        }
    }
    let fitted = Regressor::new("mean", MeanOnly).fit(&amounts(&[0.0, 0.0, 0.0, 4.0])).unwrap();
    let expected = ((3.0 * 16.0 / 9.0 + 16.0) / 4.0_f64).sqrt();
    assert!((fitted.report().sigma - expected).abs() < 1e-12);
}

#[test]
fn our_count_regression_stands_in_a_linfa_pipeline() {
    // 3, 6, 12, 24 double: exp(ln 1.5 + t ln 2).
    let dataset = linfa::Dataset::new(array![[1.0], [2.0], [3.0], [4.0]], array![3.0, 6.0, 12.0, 24.0]);
    for columns in [Columns::Poisson, Columns::NegativeBinomial] {
        let fit = columns.fit(&dataset).unwrap();
        assert!((fit.predict(&array![[5.0]])[0] - 48.0).abs() < 1e-9);
    }
    let negative = linfa::Dataset::new(array![[1.0], [2.0], [3.0], [5.0]], array![3.0, -6.0, 12.0, 24.0]);
    assert_eq!(Columns::Poisson.fit(&negative).unwrap_err().kind(), "Regressor");
    assert_eq!(
        Columns::LeastSquares.fit(&dataset.with_records(array![[1.0], [1.0], [1.0], [1.0]])).unwrap_err().kind(),
        "RankDeficient"
    );
}

#[test]
fn our_robust_regressions_stand_in_a_linfa_pipeline_and_leave_one_wild_point_aside() {
    // 1 + 2x but for the last point: slopes 2, 2, 2, 2 and those to the last, whose median is 2.
    let records = array![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]];
    let dataset = linfa::Dataset::new(records, array![3.0, 5.0, 7.0, 9.0, 11.0, 113.0]);
    for columns in [
        Columns::MEstimate(Loss::Bisquare),
        Columns::MedianSlope(SlopeMedian::TheilSen),
        Columns::MedianSlope(SlopeMedian::Siegel),
    ] {
        let fit = columns.fit(&dataset).unwrap();
        assert!((fit.predict(&array![[10.0]])[0] - 21.0).abs() < 1e-9, "{columns:?}: {:?}", fit.coefficients());
    }
    let two = linfa::Dataset::new(array![[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 4.0]], array![1.0, 2.0, 3.0, 4.0]);
    assert_eq!(Columns::MedianSlope(SlopeMedian::TheilSen).fit(&two).unwrap_err().kind(), "Regressor");
}

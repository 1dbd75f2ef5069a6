//! Laws that hold for every series: whatever is put in, the answer is a sound forecast or a typed error.

use proptest::collection::vec;
use proptest::prelude::*;
use unjuran::dist::Predictive as _;
use unjuran::forecast::Forecast;
use unjuran::persist::Persist as _;
use unjuran::plan::{Driver, Effect, Scenario};
use unjuran::select::{MODEL_NAMES, model_by_name};
use unjuran::series::{Coverage, Horizon, Series, Unit, Year};
use unjuran::{Error, Result, forecast_all};

/// Counts of any size with gaps, up to thirty years.
fn counts() -> impl Strategy<Value = Vec<f64>> {
    let count = prop_oneof![
        4 => (0_u32..1000).prop_map(f64::from),
        2 => (0_u32..5).prop_map(f64::from),
        1 => (0_u32..2_000_000_000).prop_map(f64::from),
        1 => Just(f64::NAN),
    ];
    vec(count, 1..30)
}

/// Any numbers at all, the absurd ones included.
fn anything() -> impl Strategy<Value = Vec<f64>> {
    vec(prop_oneof![3 => -1e6..1e6, 1 => any::<f64>()], 0..25)
}

fn series(values: &[f64]) -> Result<Series> {
    Series::new("any", Year::new(2000)?, values)
}

fn outcome(name: &str, series: &Series, h: i64) -> Result<Forecast> {
    model_by_name(name)?.fit(series)?.forecast(Horizon::years(h)?)
}

fn assert_sound(forecast: &Forecast) -> std::result::Result<(), TestCaseError> {
    for law in forecast.steps() {
        let quantiles = [0.01, 0.1, 0.5, 0.9, 0.99].map(|p| law.quantile(p));
        prop_assert!(quantiles.iter().all(|q| q.is_finite()), "{quantiles:?}");
        prop_assert!(quantiles.windows(2).all(|q| q[0] <= q[1]), "{quantiles:?}");
        prop_assert!(quantiles[0] < quantiles[4], "zero width: {quantiles:?}");
        if forecast.series().unit() == Unit::Count {
            prop_assert!(quantiles.iter().all(|q| *q >= 0.0 && q.fract() == 0.0), "{quantiles:?}");
        }
    }
    prop_assert!(forecast.median().iter().chain(&forecast.mean()).all(|x| x.is_finite()));
    Ok(())
}

#[test]
fn a_year_under_way_that_may_end_anywhere_is_cut_into_few_cells() {
    // Found by `make fuzz`: under this line in the logarithms the year may end beyond 1e16, where the likelihood of so many had
    // lost its digits; the memory of the machine was filled with cells.
    let series = series(&[26.0, 732.0, 30112.0, 6252.0, 3.0, 42.0]).unwrap();
    let next = series.last_year().plus(1).unwrap();
    let begun = series.with_partial(next, 42.0, Coverage::Share(0.16)).unwrap();
    let forecast = outcome("LogLinearTrend", &begun, 3).unwrap();
    assert!(forecast.quantile(0.5).unwrap()[0] >= 42.0 && forecast.quantile(0.975).unwrap()[0].is_finite());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_model_answers_counts_with_a_sound_forecast_or_a_typed_error(y in counts(), which in 0..MODEL_NAMES.len()) {
        match outcome(MODEL_NAMES[which], &series(&y).unwrap(), 6) {
            Ok(forecast) => assert_sound(&forecast)?,
            Err(
                Error::TooFewYears { .. }
                | Error::NoObservedYears { .. }
                | Error::NotPositive { .. }
                | Error::NeedsPositive { .. }
                | Error::LeavesPositive { .. }
                | Error::Overflow { .. },
            ) => {}
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn the_front_door_forecasts_every_series_with_one_full_year(y in counts()) {
        let series = series(&y).unwrap();
        match unjuran::forecast(&series, Horizon::years(5).unwrap()) {
            Ok(forecast) => assert_sound(&forecast)?,
            Err(error) => prop_assert!(y.iter().all(|v| v.is_nan()), "{error}"),
        }
    }

    #[test]
    fn nothing_panics_whatever_the_numbers(y in anything(), h in -3_i64..120) {
        let Ok(series) = series(&y) else { return Ok(()) };
        for name in MODEL_NAMES {
            if let Ok(forecast) = outcome(name, &series, h) {
                prop_assert!(forecast.median().iter().all(|x| x.is_finite()), "{name}");
            }
        }
    }

    #[test]
    fn a_year_under_way_never_ends_below_what_was_counted(y in counts(), counted in 0_u32..5000, share in 0.01..0.99) {
        let Ok(series) = series(&y) else { return Ok(()) };
        let next = series.last_year().plus(1).unwrap();
        let series = series.with_partial(next, f64::from(counted), Coverage::Share(share)).unwrap();
        if let Ok(forecast) = unjuran::forecast(&series, Horizon::years(2).unwrap()) {
            prop_assert_eq!(forecast.years()[0], next);
            prop_assert!(forecast.steps()[0].quantile(1e-6) >= f64::from(counted));
            for path in forecast.paths(20, 1).unwrap().rows() {
                prop_assert!(path[0] >= f64::from(counted));
            }
        }
    }

    #[test]
    fn a_forecast_comes_back_from_json_bit_for_bit(y in counts()) {
        let Ok(forecast) = unjuran::forecast(&series(&y).unwrap(), Horizon::years(4).unwrap()) else { return Ok(()) };
        let back = Forecast::from_json(&forecast.to_json().unwrap()).unwrap();
        prop_assert_eq!(back.paths(10, 3).unwrap(), forecast.paths(10, 3).unwrap());
        prop_assert_eq!(back, forecast);
    }

    #[test]
    fn a_panel_gives_what_its_series_give_one_by_one_for_any_number_of_threads(panel in vec(counts(), 1..6)) {
        let series: Vec<Series> = panel.iter().map(|y| series(y).unwrap()).collect();
        let horizon = Horizon::years(3).unwrap();
        let together = forecast_all(&series, &unjuran::smoothing::BayesEts::default(), horizon);
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let alone = one_thread.install(|| forecast_all(&series, &unjuran::smoothing::BayesEts::default(), horizon));
        prop_assert_eq!(&together, &alone);
        for (series, forecast) in series.iter().zip(together) {
            prop_assert_eq!(forecast, unjuran::forecast(series, horizon));
        }
    }
}

proptest! {
    // why few: each is two laws of 10,000 paths.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_scenario_without_doubt_is_the_sure_one_path_by_path(y in counts(), factor in 0.01..5.0, begun in any::<bool>()) {
        let mut series = series(&y).unwrap();
        if begun {
            let next = series.last_year().plus(1).unwrap();
            series = series.with_partial(next, 7.0, Coverage::Share(0.3)).unwrap();
        }
        let Ok(base) = unjuran::forecast(&series, Horizon::years(3).unwrap()) else { return Ok(()) };
        let level = |interval| {
            let effect = Effect { factor, interval };
            Scenario::from(Driver::Level { effect, from: None, over: 2 }).apply(&base).unwrap()
        };
        let (sure, doubtful) = (level(None), level(Some((factor, factor))));
        prop_assert_eq!(sure.paths(500, 0).unwrap(), doubtful.paths(500, 0).unwrap());
    }
}

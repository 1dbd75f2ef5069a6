//! One fit with a six-year forecast and its intervals, so many times over: what `make check-perf` counts.
//! Arguments: the name of a model, or `default`, or `default-soft` for it on small counts, and how many times.
#![allow(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

use std::hint::black_box;

use unjuran::model::Forecaster;
use unjuran::select::model_by_name;
use unjuran::series::{Horizon, Series, Year};
use unjuran::smoothing::BayesEts;

/// Reported cases of a made-up country.
const CASES: [f64; 20] = [
    38.0, 45.0, 41.0, 52.0, 60.0, 57.0, 71.0, 66.0, 80.0, 94.0, 88.0, 103.0, 97.0, 115.0, 131.0, 122.0, 140.0, 129.0,
    151.0, 163.0,
];

/// Counts so small that each is an interval.
const FEW: [f64; 20] =
    [4.0, 6.0, 3.0, 5.0, 8.0, 2.0, 5.0, 7.0, 4.0, 3.0, 6.0, 9.0, 5.0, 4.0, 1.0, 6.0, 5.0, 7.0, 3.0, 5.0];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let name = arguments.get(1).map_or("default", String::as_str);
    let times: usize = arguments.get(2).map_or(1, |text| text.parse().unwrap());
    let (model, cases): (Box<dyn Forecaster>, _) = match name {
        "default" => (Box::new(BayesEts::default()), CASES),
        "default-soft" => (Box::new(BayesEts::default()), FEW),
        _ => (model_by_name(name).unwrap(), CASES),
    };
    let series = Series::new("cases", Year::new(2004).unwrap(), &cases).unwrap();
    for _ in 0..times {
        let forecast = model.fit(black_box(&series)).unwrap().forecast(Horizon::years(6).unwrap()).unwrap();
        black_box((forecast.interval(80.0).unwrap(), forecast.interval(95.0).unwrap()));
    }
}

//! The battery: what every forecaster must survive.
//!
//! Each check is a sentence about behaviour. A model may refuse a series by a typed error where its page says so (too few
//! years, zeros under a logarithm, amounts by a model of counts); what it may not do is answer with a number that is not finite, a band of zero width,
//! a negative or broken count, quantiles out of order, or paths of another law than its marginals.
//!
//! ```
//! use unjuran::model::checks::battery;
//! use unjuran::smoothing::Naive;
//! assert_eq!(battery(&Naive), vec![]);
//! ```

#![allow(clippy::indexing_slicing, reason = "the series are made here, and a forecast has the years it was asked for")]

use super::Forecaster;
use crate::dist::Predictive as _;
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::series::{Coverage, Horizon, Series, Unit, Year};

/// A check that a model did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The sentence that should hold.
    pub check: &'static str,
    /// What happened instead.
    pub instead: String,
}

type Check = fn(&dyn Forecaster) -> std::result::Result<(), String>;

const CHECKS: [(&str, Check); 13] = [
    ("a constant series has a band of honest width", constant),
    ("all zeros have a band of honest width and no negative count", zeros),
    ("an exact line has a band of honest width", exact_line),
    ("a missing year is a gap, not a zero", missing_year),
    ("series of every length from one year on are forecast or refused by a typed error", every_length),
    ("a partial last year is not read as a full one, and the forecast begins with it", partial_year),
    ("amounts a thousand times as large have a fan a thousand times as large", scaling),
    ("shifting all years shifts nothing else", shifting),
    ("one outlier leaves everything finite", outlier),
    ("the same seed gives the same paths, another seed others", seeds),
    ("joint paths have the law of the marginals", paths_agree),
    ("a stored forecast answers as before", stored),
    ("tiny and huge amounts are forecast or refused by a typed error", extreme_sizes),
];

/// Runs every check; an empty list means that the model passed.
pub fn battery(model: &dyn Forecaster) -> Vec<Failure> {
    CHECKS.iter().filter_map(|&(check, run)| run(model).err().map(|instead| Failure { check, instead })).collect()
}

const H: i64 = 5;

/// A short annual series as ministries publish them (Malaysian trafficking cases, 2015-2022).
const CASES: [f64; 8] = [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0];

fn series(values: &[f64]) -> Result<Series> {
    Series::new("battery", Year::new(2015)?, values)
}

/// The forecast, `None` if the model refused by a typed error that it may use for such data.
fn forecast(model: &dyn Forecaster, series: Result<Series>) -> std::result::Result<Option<Forecast>, String> {
    let series = series.map_err(|e| e.to_string())?;
    let horizon = Horizon::years(H).map_err(|e| e.to_string())?;
    match model.fit(&series).and_then(|fitted| fitted.forecast(horizon)) {
        Ok(forecast) => sound(&forecast).map(|()| Some(forecast)),
        Err(
            Error::TooFewYears { .. }
            | Error::NotPositive { .. }
            | Error::NeedsPositive { .. }
            | Error::LeavesPositive { .. }
            | Error::CountsOnly { .. }
            | Error::Overflow { .. },
        ) => Ok(None),
        Err(other) => Err(format!("refused by {other}")),
    }
}

/// What must hold of any forecast at all.
fn sound(forecast: &Forecast) -> std::result::Result<(), String> {
    const PROBABILITIES: [f64; 9] = [0.01, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.99];
    let counts = forecast.series().unit() == Unit::Count;
    for (year, law) in forecast.years().iter().zip(forecast.steps()) {
        let quantiles = PROBABILITIES.map(|p| law.quantile(p));
        let numbers = quantiles.iter().chain([law.mean(), law.variance()].iter()).copied().collect::<Vec<_>>();
        if numbers.iter().any(|x| !x.is_finite()) {
            return Err(format!("{year}: not finite: {numbers:?}"));
        }
        if quantiles.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(format!("{year}: quantiles out of order: {quantiles:?}"));
        }
        if quantiles[0] >= quantiles[8] {
            return Err(format!("{year}: a band of zero width at {}", quantiles[0]));
        }
        if counts && quantiles.iter().any(|q| *q < 0.0 || q.fract() != 0.0) {
            return Err(format!("{year}: a count that is negative or not whole: {quantiles:?}"));
        }
        for (p, q) in PROBABILITIES.iter().zip(quantiles) {
            if law.cdf(q) < p - 1e-9 {
                return Err(format!("{year}: cdf({q}) = {} is below {p}", law.cdf(q)));
            }
        }
    }
    Ok(())
}

fn constant(model: &dyn Forecaster) -> std::result::Result<(), String> {
    forecast(model, series(&[7.0; 10])).map(drop)
}

fn zeros(model: &dyn Forecaster) -> std::result::Result<(), String> {
    forecast(model, series(&[0.0; 8])).map(drop)
}

fn exact_line(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let line: Vec<f64> = (1..=10).map(|t| 10.0 * f64::from(t)).collect();
    forecast(model, series(&line)).map(drop)
}

fn missing_year(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let mut gap = CASES;
    gap[3] = f64::NAN;
    let mut zero = CASES;
    zero[3] = 0.0;
    let (Some(gap), Some(zero)) = (forecast(model, series(&gap))?, forecast(model, series(&zero))?) else {
        return Ok(());
    };
    // why the 0.9 quantile: a model may well ignore all but the last value in its centre, not in its spread.
    let upper = |f: &Forecast| f.quantile(0.9).map_err(|e| e.to_string());
    if upper(&gap)? == upper(&zero)? { Err("the same as with a zero".into()) } else { Ok(()) }
}

fn every_length(model: &dyn Forecaster) -> std::result::Result<(), String> {
    for n in 1..=CASES.len() {
        forecast(model, series(&CASES[..n])).map_err(|e| format!("{n} years: {e}"))?;
    }
    Ok(())
}

fn partial_year(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let counted = 48.0;
    let with = || series(&CASES)?.with_partial(Year::new(2023)?, counted, Coverage::Through("2023-05-31".parse()?));
    let (Some(with), Some(without)) = (forecast(model, with())?, forecast(model, series(&CASES))?) else {
        return Err("refused eight full years".into());
    };
    if with.years() != without.years() {
        return Err(format!("the forecast begins with {:?}", with.years().first()));
    }
    let lowest = with.steps()[0].quantile(1e-6);
    if lowest < counted {
        return Err(format!("{lowest} is possible though {counted} were counted"));
    }
    let (later, expected) = (with.median()[1], without.median()[1]);
    if later < 0.5 * expected { Err(format!("2024 falls from {expected} to {later}")) } else { Ok(()) }
}

fn scaling(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let amounts = |factor: f64| series(&CASES.map(|y| (y + 0.5) * factor)).and_then(|s| s.with_unit(Unit::Amount));
    let (Some(one), Some(thousand)) = (forecast(model, amounts(1.0))?, forecast(model, amounts(1000.0))?) else {
        let for_counts = amounts(1.0).and_then(|s| model.fit(&s)).is_err_and(|e| matches!(e, Error::CountsOnly { .. }));
        return if for_counts { Ok(()) } else { Err("refused eight positive amounts".into()) };
    };
    for p in [0.1, 0.5, 0.9] {
        let pairs = one.quantile(p).and_then(|a| Ok((a, thousand.quantile(p)?))).map_err(|e| e.to_string())?;
        for (a, b) in pairs.0.iter().zip(&pairs.1) {
            if (1000.0 * a - b).abs() > 1e-4 * b.abs().max(1.0) {
                return Err(format!("{a} becomes {b}"));
            }
        }
    }
    Ok(())
}

fn shifting(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let shifted = || Series::new("battery", Year::new(1015)?, &CASES);
    let (Some(now), Some(then)) = (forecast(model, series(&CASES))?, forecast(model, shifted())?) else {
        return Err("refused eight full years".into());
    };
    if now.steps() == then.steps() { Ok(()) } else { Err("the distributions differ".into()) }
}

fn outlier(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let mut spiked = [3.0; 12];
    spiked[6] = 5000.0;
    forecast(model, series(&spiked)).map(drop)
}

fn seeds(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let Some(f) = forecast(model, series(&CASES))? else { return Err("refused eight full years".into()) };
    let draw = |seed| f.paths(50, seed).map_err(|e| e.to_string());
    if draw(1)? != draw(1)? {
        return Err("two runs with one seed differ".into());
    }
    if draw(1)? == draw(2)? { Err("two seeds give the same paths".into()) } else { Ok(()) }
}

fn paths_agree(model: &dyn Forecaster) -> std::result::Result<(), String> {
    const DRAWS: i64 = 20_000;
    let Some(f) = forecast(model, series(&CASES))? else { return Err("refused eight full years".into()) };
    let paths = f.paths(DRAWS, 7).map_err(|e| e.to_string())?;
    for (i, (year, law)) in f.years().iter().zip(f.steps()).enumerate() {
        for p in [0.05, 0.25, 0.5, 0.75, 0.95] {
            let q = law.quantile(p);
            let share = paths.rows().filter(|path| path[i] <= q).count() as f64 / DRAWS as f64;
            // why 0.015: four standard errors of a share from 20,000 draws.
            if (share - law.cdf(q)).abs() > 0.015 {
                return Err(format!("{year}: {share} of the paths are at most {q}, the law says {}", law.cdf(q)));
            }
        }
    }
    Ok(())
}

fn stored(model: &dyn Forecaster) -> std::result::Result<(), String> {
    let Some(f) = forecast(model, series(&CASES))? else { return Err("refused eight full years".into()) };
    let text = serde_json::to_string(&f).map_err(|e| e.to_string())?;
    let back: Forecast = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    if back == f { Ok(()) } else { Err("it does not".into()) }
}

fn extreme_sizes(model: &dyn Forecaster) -> std::result::Result<(), String> {
    for size in [1e-12, 1e12, 1e140] {
        forecast(model, series(&CASES.map(|y| y * size)).and_then(|s| s.with_unit(Unit::Amount)))
            .map_err(|e| format!("size {size:e}: {e}"))?;
    }
    Ok(())
}

//! Fuzz targets: any bytes at all, and what they may do. Each replays the stored inputs of `tests/fuzz/__fuzz__`, then tries
//! random ones.
//!
//! | how long | command |
//! |---|---|
//! | a second or so a target, on every commit | `cargo test --test fuzz` |
//! | as long as one likes | `make fuzz SECONDS=7200` |
//!
//! Random bytes with mutation of shapes, no coverage guidance: that needs a nightly compiler. `cargo bolero test` runs the
//! same targets under libFuzzer where there is one.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use bolero::{TypeGenerator, check};
use unjuran::forecast::Forecast;
use unjuran::persist::Persist as _;
use unjuran::select::{MODEL_NAMES, model_by_name};
use unjuran::series::{
    Coverage, CsvOptions, Date, Horizon, Observation, Panel, Series, Unit, Value, Year, read_csv_text,
};
use unjuran::smoothing::Prior;

/// Counts what a target was given, stored inputs included, and says so at its end: `make fuzz` adds nothing up by hand.
struct Given {
    target: &'static str,
    inputs: AtomicU64,
}

impl Given {
    fn to(target: &'static str) -> Self {
        Self { target, inputs: AtomicU64::new(0) }
    }

    fn one(&self) {
        self.inputs.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        let line = format!("fuzz: {} inputs, {}\n", self.inputs.load(Ordering::Relaxed), self.target);
        // why the result is dropped: a closed pipe is no failure of the target.
        let _ = std::io::stdout().write_all(line.as_bytes());
    }
}

/// A forecast holds numbers only, in order.
fn assert_sound(forecast: &Forecast) {
    for p in [0.025, 0.5, 0.975] {
        assert!(forecast.quantile(p).unwrap().iter().all(|q| q.is_finite()));
    }
    let band = forecast.interval(95.0).unwrap();
    assert!(band.lower.iter().zip(&band.upper).all(|(lower, upper)| lower <= upper));
}

/// Pieces of published tables, so that random bytes get past the first line.
#[derive(Debug, TypeGenerator)]
enum Piece {
    Comma,
    Line,
    Quote,
    Header(u8),
    Year(u16),
    Number(i32),
    Text(String),
    Cell(u8),
}

impl Piece {
    fn write(&self, text: &mut String) {
        const HEADERS: [&str; 8] =
            ["unique_id,ds,y\n", "series,2015,2016,2017*\n", "y_lo", "y_hi", "period_end", "share", "unit", "ds"];
        const CELLS: [&str; 8] = ["<5", "-", "n/a", "2023-05-31", "1 234", "1,234.5", "48*", "count"];
        match self {
            Self::Comma => text.push(','),
            Self::Line => text.push('\n'),
            Self::Quote => text.push('"'),
            Self::Header(i) => text.push_str(HEADERS[usize::from(*i) % HEADERS.len()]),
            Self::Year(year) => text.push_str(&year.to_string()),
            Self::Number(x) => text.push_str(&x.to_string()),
            Self::Text(any) => text.push_str(any),
            Self::Cell(i) => text.push_str(CELLS[usize::from(*i) % CELLS.len()]),
        }
    }
}

#[test]
fn any_bytes_as_csv_are_a_panel_or_a_typed_error() {
    let given = Given::to("any bytes as CSV");
    check!().for_each(|bytes: &[u8]| {
        given.one();
        let _: Result<Panel, _> = read_csv_text(bytes, "fuzz", &CsvOptions::default());
    });
}

#[test]
fn pieces_of_tables_as_csv_are_a_panel_that_forecasts_or_a_typed_error() {
    let given = Given::to("pieces of tables as CSV");
    check!().with_type::<Vec<Piece>>().for_each(|pieces| {
        given.one();
        let mut text = String::new();
        for piece in pieces {
            piece.write(&mut text);
        }
        let Ok(panel) = read_csv_text(&text, "fuzz", &CsvOptions::default()) else { return };
        for series in &panel {
            if let Ok(forecast) = unjuran::forecast(series, Horizon::years(2).unwrap()) {
                assert_sound(&forecast);
            }
        }
    });
}

#[test]
fn any_bytes_as_json_are_a_value_or_a_typed_error() {
    let given = Given::to("any bytes as JSON");
    check!().for_each(|bytes: &[u8]| {
        given.one();
        if let Ok(text) = std::str::from_utf8(bytes) {
            let _ = Series::from_json(text);
            let _ = Forecast::from_json(text);
            let _ = Prior::from_json(text);
        }
    });
}

/// A stored forecast with one stretch overwritten by any bytes.
#[test]
fn a_damaged_forecast_is_refused_or_answers_with_numbers() {
    let given = Given::to("damaged forecasts");
    let series = Series::new("cases", Year::new(2015).unwrap(), &[163.0, 463.0, 429.0, 302.0]).unwrap();
    let stored = unjuran::forecast(&series, Horizon::years(1).unwrap()).unwrap().to_json().unwrap();
    check!().with_type::<(u32, u8, Vec<u8>)>().for_each(|(at, length, bytes)| {
        given.one();
        let mut text = stored.clone().into_bytes();
        let at = *at as usize % text.len();
        let end = (at + usize::from(*length)).min(text.len());
        text.splice(at..end, bytes.iter().map(|b| b"0123456789.eE+-,:{}[]\"nul"[usize::from(*b) % 25]));
        if let Ok(forecast) = Forecast::from_json(&String::from_utf8_lossy(&text)) {
            assert_sound(&forecast);
        }
    });
}

#[test]
fn any_bytes_as_numbers_are_fitted_by_any_model_or_refused_by_a_typed_error() {
    let given = Given::to("any bytes as numbers");
    check!().with_type::<(u8, bool, u8, Vec<[u8; 8]>)>().for_each(|(which, amounts, share, words)| {
        given.one();
        let values: Vec<f64> = words.iter().take(40).map(|word| f64::from_le_bytes(*word)).collect();
        fitted(*which, *amounts, *share, &values);
    });
}

#[test]
fn any_small_numbers_are_fitted_by_any_model_or_refused_by_a_typed_error() {
    let given = Given::to("small numbers");
    check!().with_type::<(u8, bool, u8, Vec<u16>)>().for_each(|(which, amounts, share, numbers)| {
        given.one();
        // why halved at random: small counts, zeros and ties are what ministries publish
        let values: Vec<f64> = numbers.iter().take(40).map(|x| f64::from(x >> (x % 16))).collect();
        fitted(*which, *amounts, *share, &values);
    });
}

/// A row of a frame as the bindings hand it over: a year, a number or the bounds of a mask, and what of the year it covers.
#[derive(Debug, TypeGenerator)]
struct Row {
    year: i16,
    kind: u8,
    y: [u8; 8],
    upper: [u8; 8],
    covers: u8,
    day: u16,
}

impl Row {
    fn observation(&self) -> unjuran::Result<Observation> {
        // why thirty years: any year at all would hardly ever meet a second one.
        let year = if self.kind < 250 { 2000 + i64::from(self.year.rem_euclid(30)) } else { i64::from(self.year) };
        let number = |word: [u8; 8]| match self.kind % 3 {
            0 => f64::from_le_bytes(word),
            _ => f64::from(word[0]),
        };
        let value = match self.kind % 8 {
            0..=4 => Value::Exact(number(self.y)),
            5 | 6 => Value::Censored { lower: number(self.y), upper: number(self.y) + number(self.upper) },
            _ => Value::Missing,
        };
        let coverage = match self.covers {
            0..=239 => Coverage::Full,
            240..=247 => Coverage::Share(f64::from(self.day) / f64::from(u16::MAX)),
            _ => {
                let day: Date = format!("{year:04}-{:02}-{:02}", self.day % 14, self.day % 33).parse()?;
                Coverage::Through(day)
            }
        };
        Ok(Observation { year: Year::new(year)?, value, coverage, source: None })
    }
}

#[test]
fn any_rows_of_a_frame_are_a_series_that_forecasts_or_a_typed_error() {
    let given = Given::to("rows of a frame");
    check!().with_type::<(u8, Vec<Row>)>().for_each(|(unit, rows)| {
        given.one();
        let observations: Result<Vec<_>, _> = rows.iter().take(40).map(Row::observation).collect();
        let Ok(series) = observations.and_then(|rows| Series::from_observations("any", rows)) else { return };
        let unit = [Unit::Count, Unit::Amount, Unit::Rate][usize::from(*unit) % 3];
        let Ok(series) = series.with_unit(unit) else { return };
        assert_eq!(Series::from_json(&series.to_json().unwrap()).unwrap(), series);
        if let Ok(forecast) = unjuran::forecast(&series, Horizon::years(2).unwrap()) {
            assert_sound(&forecast);
        }
    });
}

fn fitted(which: u8, amounts: bool, share: u8, values: &[f64]) {
    let Ok(mut series) = Series::new("any", Year::new(2000).unwrap(), values) else { return };
    if amounts {
        series = series.with_unit(Unit::Amount).unwrap();
    }
    if let (1..=99, Some(last)) = (share, values.last()) {
        let next = series.last_year().plus(1).unwrap();
        if let Ok(begun) = series.clone().with_partial(next, last.abs(), Coverage::Share(f64::from(share) / 100.0)) {
            series = begun;
        }
    }
    let model = model_by_name(MODEL_NAMES[usize::from(which) % MODEL_NAMES.len()]).unwrap();
    if let Ok(forecast) = model.fit(&series).and_then(|fit| fit.forecast(Horizon::years(3).unwrap())) {
        assert_sound(&forecast);
    }
}

/// Found by the target of frames: beside a mask up to 6e-155 a year of 6e-248 is nothing.
#[test]
fn years_a_hundred_orders_of_magnitude_apart_keep_the_order_of_their_quantiles() {
    let row = |year, value| {
        let year = Year::new(year).unwrap();
        Observation { year, value, coverage: Coverage::Full, source: None }
    };
    let rows = vec![
        row(2000, Value::Censored { lower: -3.792_340_655_736_375e-282, upper: 6.132_337_362_793_57e-155 }),
        row(2010, Value::Exact(6.364_748_191_030_712e-248)),
        row(2011, Value::Missing),
    ];
    let series = Series::from_observations("any", rows).unwrap().with_unit(Unit::Amount).unwrap();
    let forecast = unjuran::forecast(&series, Horizon::years(2).unwrap()).unwrap();
    let quantiles = [0.025, 0.1, 0.5, 0.9, 0.975].map(|p| forecast.quantile(p).unwrap());
    for pair in quantiles.windows(2) {
        assert!(pair[0].iter().zip(&pair[1]).all(|(a, b)| a <= b), "{quantiles:?}");
    }
    assert_sound(&forecast);
}

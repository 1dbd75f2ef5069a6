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

use bolero::{TypeGenerator, check};
use unjuran::forecast::Forecast;
use unjuran::persist::Persist as _;
use unjuran::select::{MODEL_NAMES, model_by_name};
use unjuran::series::{Coverage, CsvOptions, Horizon, Panel, Series, Unit, Year, read_csv_text};
use unjuran::smoothing::Prior;

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
    check!().for_each(|bytes: &[u8]| {
        let _: Result<Panel, _> = read_csv_text(bytes, "fuzz", &CsvOptions::default());
    });
}

#[test]
fn pieces_of_tables_as_csv_are_a_panel_that_forecasts_or_a_typed_error() {
    check!().with_type::<Vec<Piece>>().for_each(|pieces| {
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
    check!().for_each(|bytes: &[u8]| {
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
    let series = Series::new("cases", Year::new(2015).unwrap(), &[163.0, 463.0, 429.0, 302.0]).unwrap();
    let stored = unjuran::forecast(&series, Horizon::years(1).unwrap()).unwrap().to_json().unwrap();
    check!().with_type::<(u32, u8, Vec<u8>)>().for_each(|(at, length, bytes)| {
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
    check!().with_type::<(u8, bool, u8, Vec<[u8; 8]>)>().for_each(|(which, amounts, share, words)| {
        let values: Vec<f64> = words.iter().take(40).map(|word| f64::from_le_bytes(*word)).collect();
        fitted(*which, *amounts, *share, &values);
    });
}

#[test]
fn any_small_numbers_are_fitted_by_any_model_or_refused_by_a_typed_error() {
    check!().with_type::<(u8, bool, u8, Vec<u16>)>().for_each(|(which, amounts, share, numbers)| {
        // why halved at random: small counts, zeros and ties are what ministries publish
        let values: Vec<f64> = numbers.iter().take(40).map(|x| f64::from(x >> (x % 16))).collect();
        fitted(*which, *amounts, *share, &values);
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

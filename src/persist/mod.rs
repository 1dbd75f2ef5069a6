//! Values as versioned JSON, and in a compact binary form.
//!
//! As text a value stands in an envelope with format, version and type:
//!
//! ```text
//! {"format": "unjuran", "version": 1, "type": "forecast", "data": {...}}
//! ```
//!
//! The binary form is the same data as CBOR (RFC 8949) behind a header with magic, version, type, length and SHA-256; it is
//! what Python pickles. Both give back the same value, and its forecast bit for bit; `docs/persistence.md` has the details,
//! `docs/schema/v1.json` is a JSON Schema of all types.
//!
//! What is read is checked as strictly as what is built: truncation, duplicate and unknown keys, NaN, numbers beyond
//! binary64, lengths that do not agree. A fit is stored by what was estimated; what follows from that and the series is
//! computed again. Files may come from anywhere: at most [`LARGEST`] bytes are read, at most [`DEEPEST`] levels of nesting,
//! and no length in a file is believed before the bytes are there.

mod binary;
mod cbor;
mod envelope;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::evaluate::backtest::BacktestTable;
use crate::forecast::Forecast;
use crate::hierarchy::{Discrepancy, Merged};
use crate::plan::{
    Alarm, Change, Comparison, Conversion, Converted, Funnel, Impact, Leak, Needs, RequiredChange, Scenario, Target,
};
use crate::select::{AnyModel, SavedFit};
use crate::series::{Event, Panel, Series};
use crate::smoothing::{FittedEts, Prior};

/// The version of the stored forms.
pub const VERSION: u32 = 1;

/// The most bytes that a stored value may have, as text or binary: 32 MiB.
pub const LARGEST: usize = 32 << 20;

/// The most levels of nesting.
pub const DEEPEST: usize = 128;

/// A value that can be stored.
pub trait Persist: Serialize + DeserializeOwned {
    /// The `type` of the envelope.
    const TYPE: &'static str;

    /// The value as JSON.
    ///
    /// ```
    /// use unjuran::persist::Persist as _;
    /// use unjuran::series::{Series, Year};
    /// let series = Series::new("cases", Year::new(2020)?, &[3.0, 5.0])?;
    /// assert_eq!(Series::from_json(&series.to_json()?)?, series);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`]. [`Error::BadJson`] for values that JSON cannot hold; values made by this crate never are, but
    /// combinations with models written elsewhere.
    fn to_json(&self) -> Result<String> {
        envelope::write(self)
    }

    /// The value that [`Persist::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::UnknownVersion`]; [`Error::BadJson`], with what is wrong and where.
    fn from_json(text: &str) -> Result<Self> {
        envelope::read(text)
    }

    /// The value in the binary form.
    ///
    /// ```
    /// use unjuran::persist::Persist as _;
    /// use unjuran::series::{Series, Year};
    /// let series = Series::new("cases", Year::new(2020)?, &[3.0, 5.0])?;
    /// assert_eq!(Series::from_bytes(&series.to_bytes()?)?, series);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooLarge`]. [`Error::BadBytes`] as [`Error::BadJson`] above.
    fn to_bytes(&self) -> Result<Vec<u8>> {
        binary::write(self)
    }

    /// The value that [`Persist::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::UnknownVersion`]; [`Error::BadBytes`], with what is wrong and where.
    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        binary::read(bytes)
    }
}

/// Values with the `type` of their envelope.
macro_rules! persist {
    ($($kind:ty: $name:literal),* $(,)?) => {
        $(impl Persist for $kind {
            const TYPE: &'static str = $name;
        })*

        /// The types that can be stored, as their envelopes name them.
        pub const TYPES: &[&str] = &[$($name),*];
    };
}

persist! {
    Series: "series", Panel: "panel", Event: "event", AnyModel: "model", SavedFit: "fit", FittedEts: "fitted ETS",
    Forecast: "forecast", Prior: "prior", BacktestTable: "backtest",
    Alarm: "alarm", Change: "percent change", Comparison: "comparison", Conversion: "link", Converted: "converted series",
    Discrepancy: "discrepancy", Funnel: "funnel", Impact: "impact", Leak: "leak", Merged: "merged sources", Needs: "capacity",
    RequiredChange: "required change", Scenario: "scenario", Target: "target",
}

/// Refuses what is larger than may be read.
fn small_enough(expected: &str, bytes: usize) -> Result<()> {
    if bytes <= LARGEST {
        return Ok(());
    }
    Err(Error::TooLarge { expected: expected.to_owned(), bytes: bytes as u64, most: LARGEST as u64 })
}

/// Refuses a version that this release does not know.
fn known(expected: &str, version: u64) -> Result<()> {
    let known = u64::from(VERSION);
    if version == known {
        return Ok(());
    }
    Err(Error::UnknownVersion { expected: expected.to_owned(), version, known })
}

/// The beginning of a text that may be as long as the file: names in a file are not always names.
fn brief(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

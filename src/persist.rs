//! Values as text: a JSON envelope with format, version and type around the value.
//!
//! ```text
//! {"format": "unjuran", "version": 1, "type": "forecast", "data": {...}}
//! ```
//!
//! What is read back is checked as strictly as what is built: duplicate keys, unknown keys, NaN and numbers beyond
//! binary64 are refused, and derived quantities are computed again, so that a forecast answers bit for bit as before.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::hierarchy::{Discrepancy, Merged};
use crate::plan::{
    Alarm, Change, Comparison, Conversion, Converted, Funnel, Impact, Leak, Needs, RequiredChange, Scenario, Target,
};
use crate::series::Series;
use crate::smoothing::{FittedEts, Prior};

const FORMAT: &str = "unjuran";
const VERSION: u32 = 1;

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
    /// [`Error::BadJson`] for values that JSON cannot hold; values made by this crate never are.
    fn to_json(&self) -> Result<String> {
        let envelope = Envelope { format: FORMAT.into(), version: VERSION, kind: Self::TYPE.into(), data: self };
        serde_json::to_string(&envelope).map_err(|e| refused(Self::TYPE, &e))
    }

    /// The value that [`Persist::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::BadJson`], with what is wrong and where.
    fn from_json(text: &str) -> Result<Self> {
        let header: Envelope<IgnoredAny> = serde_json::from_str(text).map_err(|e| refused(Self::TYPE, &e))?;
        let problem = if header.format != FORMAT {
            format!("format is {:?}, not {FORMAT:?}", header.format)
        } else if header.version != VERSION {
            format!("version {} is not known, this release reads version {VERSION}", header.version)
        } else if header.kind != Self::TYPE {
            format!("it is a stored {}", header.kind)
        } else {
            let envelope: Envelope<Self> = serde_json::from_str(text).map_err(|e| refused(Self::TYPE, &e))?;
            return Ok(envelope.data);
        };
        Err(Error::BadJson { expected: Self::TYPE.to_owned(), problem })
    }
}

impl Persist for Series {
    const TYPE: &'static str = "series";
}

impl Persist for FittedEts {
    const TYPE: &'static str = "fitted ETS";
}

impl Persist for Forecast {
    const TYPE: &'static str = "forecast";
}

impl Persist for Prior {
    const TYPE: &'static str = "prior";
}

/// Values with the `type` of their envelope.
macro_rules! persist {
    ($($kind:ty: $name:literal),* $(,)?) => {
        $(impl Persist for $kind {
            const TYPE: &'static str = $name;
        })*
    };
}

persist! {
    Alarm: "alarm", Change: "percent change", Comparison: "comparison", Conversion: "link", Converted: "converted series",
    Discrepancy: "discrepancy", Funnel: "funnel", Impact: "impact", Leak: "leak", Merged: "merged sources", Needs: "capacity",
    RequiredChange: "required change", Scenario: "scenario", Target: "target",
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<T> {
    format: String,
    version: u32,
    #[serde(rename = "type")]
    kind: String,
    data: T,
}

fn refused(expected: &str, error: &serde_json::Error) -> Error {
    Error::BadJson { expected: expected.to_owned(), problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Year;

    fn stored() -> String {
        Series::new("cases", Year::new(2020).unwrap(), &[3.0, f64::NAN]).unwrap().to_json().unwrap()
    }

    fn problem(text: &str) -> String {
        match Series::from_json(text) {
            Err(Error::BadJson { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn another_version_or_type_is_refused_by_name() {
        assert!(problem(&stored().replace("\"version\":1", "\"version\":9")).contains("version 9"));
        assert!(problem(&stored().replace("\"type\":\"series\"", "\"type\":\"plan\"")).contains("stored plan"));
    }

    #[test]
    fn duplicate_and_unknown_keys_and_overflow_are_refused() {
        assert!(problem(&stored().replace("\"start\":2020", "\"start\":2020,\"start\":2021")).contains("duplicate"));
        assert!(problem(&stored().replace("\"start\":2020", "\"start\":2020,\"stop\":1")).contains("unknown"));
        assert!(problem(&stored().replace("3.0", "1e999")).contains("range"));
        assert!(!problem("[").is_empty());
    }
}

//! How files of each type are read.

use unjuran::Result;
use unjuran::evaluate::backtest::BacktestTable;
use unjuran::forecast::Forecast;
use unjuran::hierarchy::{Discrepancy, Merged};
use unjuran::persist::Persist;
use unjuran::plan::{
    Alarm, Change, Comparison, Conversion, Converted, Funnel, Impact, Leak, Needs, RequiredChange, Scenario, Target,
};
use unjuran::select::{AnyModel, SavedFit};
use unjuran::series::{Event, Panel, Series};
use unjuran::smoothing::{FittedEts, Prior};

use crate::answers::Answers;

/// Text and bytes of one value.
type Both = (String, Vec<u8>);

/// How files of a type are read: as text and as bytes.
pub(crate) struct Reader {
    pub(crate) kind: &'static str,
    pub(crate) text: fn(&str) -> Result<Vec<f64>>,
    pub(crate) bytes: fn(&[u8]) -> Result<Vec<f64>>,
    /// Reads a text and asks for everything.
    pub(crate) asked: fn(&str) -> Result<Vec<f64>>,
    /// Reads, and stores what was read again.
    pub(crate) again: fn(&str) -> Result<Both>,
}

fn reader<T: Persist + Answers>() -> Reader {
    Reader {
        kind: T::TYPE,
        text: |text| T::from_json(text)?.figures(),
        bytes: |bytes| T::from_bytes(bytes)?.figures(),
        asked: |text| T::from_json(text)?.answers(),
        again: |text| {
            let value = T::from_json(text)?;
            Ok((value.to_json()?, value.to_bytes()?))
        },
    }
}

/// A reader for each type.
pub(crate) fn readers() -> Vec<Reader> {
    vec![
        reader::<Series>(),
        reader::<Panel>(),
        reader::<Event>(),
        reader::<AnyModel>(),
        reader::<SavedFit>(),
        reader::<FittedEts>(),
        reader::<Forecast>(),
        reader::<Prior>(),
        reader::<BacktestTable>(),
        reader::<Alarm>(),
        reader::<Change>(),
        reader::<Comparison>(),
        reader::<Conversion>(),
        reader::<Converted>(),
        reader::<Discrepancy>(),
        reader::<Funnel>(),
        reader::<Impact>(),
        reader::<Leak>(),
        reader::<Merged>(),
        reader::<Needs>(),
        reader::<RequiredChange>(),
        reader::<Scenario>(),
        reader::<Target>(),
    ]
}

//! What was observed: years, values, series, panels.
//!
//! A published annual table holds more than numbers: the last year is often partial, small cells are masked, years are
//! missing. [`Value`] and [`Coverage`] say which, so that no partial year can be read as a full one by accident.
//! The way in is [`Series`] (one measure over consecutive years) and [`Panel`] (many by name); models see a series only
//! through [`Training`], where every ruling on such years is made once and noted. [`read_csv`] reads a panel from a file.

mod annual;
mod csv;
mod event;
mod mask;
mod note;
mod observation;
mod panel;
mod training;
mod unit;
mod year;

pub use self::csv::{CsvOptions, read_csv, read_csv_text};
pub use annual::Series;
pub use event::{Event, EventKind};
pub(crate) use mask::largest_masked;
pub use note::Note;
pub use observation::{Coverage, Observation, Value};
pub use panel::Panel;
pub use training::{EarlierYear, Training, UnderWay};
pub use unit::Unit;
pub(crate) use year::spans;
pub use year::{Date, Horizon, Year};

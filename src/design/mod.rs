//! From years to the columns of a regression.
//!
//! Which numbers stand for a year? One object answers for observed and for future years alike, so that a fit and its
//! forecast can never disagree about a column: what was column 2 in 2015 is column 2 in 2030. A number that only the user
//! can know (a driver, the exposure) and that is missing for a year is an error that names column and year.
//!
//! ```
//! use unjuran::design::Design;
//! use unjuran::series::Year;
//! let design = Design::trend(Year::new(2015)?);
//! assert_eq!(design.names(), ["intercept", "trend"]);
//! assert_eq!(design.row("cases", Year::new(2015)?)?, [1.0, 1.0]);
//! assert_eq!(design.row("cases", Year::new(2030)?)?, [1.0, 16.0]);
//! # Ok::<(), unjuran::Error>(())
//! ```

mod inputs;

use serde::{Deserialize, Serialize};

pub use inputs::{Inputs, Yearly};

use crate::error::{Error, Result};
use crate::series::{Event, EventKind, Year};

/// What one column of a regression holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Column {
    /// 1 in every year.
    Intercept,
    /// 1 in the first year, 2 in the next.
    Trend,
    /// The trend to a power, from 2 on.
    Power(u32),
    /// The logarithm of the trend: change that slows down.
    Log,
    /// What the trend is beyond a break at `t`, 0 before it: a change of slope.
    Hinge(f64),
    /// 0 before an event, then what it does.
    Event(Event),
    /// Numbers of the user's own.
    Driver(String),
}

impl Column {
    /// The name under which its coefficient is reported.
    pub fn name(&self) -> String {
        match self {
            Self::Intercept => "intercept".to_owned(),
            Self::Trend => "trend".to_owned(),
            Self::Power(degree) => format!("trend^{degree}"),
            Self::Log => "trend_log".to_owned(),
            Self::Hinge(t) => format!("trend>{}", (t * 100.0).round() / 100.0),
            Self::Event(event) => event.name.clone(),
            Self::Driver(name) => name.clone(),
        }
    }
}

/// The columns of a regression, and the year from which they count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    first: Year,
    columns: Vec<Column>,
    #[serde(default)]
    inputs: Inputs,
}

impl Design {
    /// Columns for years that count from `first`: t = 1 there.
    pub fn new(first: Year, columns: Vec<Column>) -> Self {
        Self { first, columns, inputs: Inputs::new() }
    }

    /// An intercept and a straight line, t = 1 in the year `first`.
    pub fn trend(first: Year) -> Self {
        Self::new(first, vec![Column::Intercept, Column::Trend])
    }

    /// The design with a column for each driver and for each event that has begun by the year `last`, behind those it has.
    /// An event of a later year has no column: nothing observed could say what it does.
    #[must_use]
    pub fn with_inputs(mut self, inputs: &Inputs, last: Year) -> Self {
        self.columns.extend(inputs.drivers().keys().cloned().map(Column::Driver));
        let begun = inputs.events().iter().filter(|event| event.year <= last);
        self.columns.extend(begun.cloned().map(Column::Event));
        self.inputs = inputs.clone();
        self
    }

    /// The design with the numbers of later years.
    ///
    /// # Errors
    /// [`Error::BadParameter`]; see [`Inputs::with_future`].
    pub fn with_future(&self, future: &Inputs) -> Result<Self> {
        Ok(Self { inputs: self.inputs.with_future(future)?, ..self.clone() })
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the columns in their order.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(Column::name).collect()
    }

    /// What the user knows of the years.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The trend's value in a year: 1 in the first; below 1 before it.
    pub fn t(&self, year: Year) -> f64 {
        f64::from(year.get() - self.first.get() + 1)
    }

    /// The entries of one year, in the order of the columns; `series` is named in errors.
    ///
    /// # Errors
    /// [`Error::MissingDriver`] for a driver without a value for the year.
    pub fn row(&self, series: &str, year: Year) -> Result<Vec<f64>> {
        self.row_at(series, year, self.t(year))
    }

    /// The entries of one year with the trend's clock standing at `t`: a slower clock lets everything that grows level off.
    ///
    /// # Errors
    /// [`Error::MissingDriver`].
    pub fn row_at(&self, series: &str, year: Year, t: f64) -> Result<Vec<f64>> {
        let entry = |column: &Column| {
            Ok(match column {
                Column::Intercept => 1.0,
                Column::Trend => t,
                Column::Power(degree) => t.powi(i32::try_from(*degree).unwrap_or(i32::MAX)),
                Column::Log => t.max(f64::MIN_POSITIVE).ln(),
                Column::Hinge(from) => (t - from).max(0.0),
                Column::Event(event) if event.kind == EventKind::Ramp => event.kind.effect(t - self.t(event.year)),
                Column::Event(event) => event.effect(year),
                Column::Driver(name) => self.known(self.inputs.drivers().get(name), series, name, year)?,
            })
        };
        self.columns.iter().map(entry).collect()
    }

    /// The logarithm of the exposure of a year; none without exposure.
    ///
    /// # Errors
    /// [`Error::MissingDriver`] if other years have one.
    pub fn offset(&self, series: &str, year: Year) -> Result<Option<f64>> {
        let Some(values) = self.inputs.exposures() else { return Ok(None) };
        Ok(Some(self.known(Some(values), series, "exposure", year)?.ln()))
    }

    /// How many times a year counts.
    pub fn weight(&self, year: Year) -> f64 {
        self.inputs.weighting().and_then(|weights| weights.get(&year).copied()).unwrap_or(1.0)
    }

    #[expect(clippy::unused_self, reason = "reads as what the design knows")]
    fn known(&self, values: Option<&Yearly>, series: &str, column: &str, year: Year) -> Result<f64> {
        let known = values.and_then(|values| values.get(&year).copied());
        known.ok_or_else(|| Error::MissingDriver {
            series: series.to_owned(),
            column: column.to_owned(),
            year: year.get(),
        })
    }

    /// The rows of several years, one after the other.
    ///
    /// # Errors
    /// [`Error::MissingDriver`].
    pub fn rows(&self, series: &str, years: impl IntoIterator<Item = Year>) -> Result<Vec<f64>> {
        let mut rows = Vec::new();
        for year in years {
            rows.extend(self.row(series, year)?);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    #[test]
    fn a_gap_in_the_years_is_a_gap_in_the_trend() {
        let design = Design::trend(year(2015));
        let rows = design.rows("s", [year(2015), year(2018), year(2014)]).unwrap();
        assert_eq!(rows, [1.0, 1.0, 1.0, 4.0, 1.0, 0.0]);
    }

    #[test]
    fn every_kind_of_column_by_hand() {
        let event = |kind| Column::Event(Event::new(year(2017), kind, None));
        let columns = vec![
            Column::Power(2),
            Column::Log,
            Column::Hinge(2.5),
            event(EventKind::Step),
            event(EventKind::Pulse),
            event(EventKind::Ramp),
            event(EventKind::Transient),
        ];
        let design = Design::new(year(2015), columns);
        let names = ["trend^2", "trend_log", "trend>2.5", "step 2017", "pulse 2017", "ramp 2017", "transient 2017"];
        assert_eq!(design.names(), names);
        assert_eq!(design.row("s", year(2015)).unwrap(), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(design.row("s", year(2017)).unwrap(), [9.0, 3.0_f64.ln(), 0.5, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(design.row("s", year(2018)).unwrap(), [16.0, 4.0_f64.ln(), 1.5, 1.0, 0.0, 2.0, 0.5]);
        // a slower clock holds back what grows, and nothing else
        assert_eq!(design.row_at("s", year(2018), 3.5).unwrap(), [12.25, 3.5_f64.ln(), 1.0, 1.0, 0.0, 1.5, 0.5]);
    }

    #[test]
    fn a_missing_future_value_is_refused_with_column_and_year() {
        let inputs = Inputs::new().driver("patrols", [(year(2015), 3.0)]).unwrap();
        let inputs = inputs.exposure([(year(2015), 100.0)]).unwrap();
        let design = Design::trend(year(2015)).with_inputs(&inputs, year(2015));
        assert_eq!(design.row("s", year(2015)).unwrap(), [1.0, 1.0, 3.0]);
        let missing = |column: &str| Error::MissingDriver { series: "s".into(), column: column.into(), year: 2016 };
        assert_eq!(design.row("s", year(2016)), Err(missing("patrols")));
        assert_eq!(design.offset("s", year(2016)), Err(missing("exposure")));
        let future = Inputs::new().driver("patrols", [(year(2016), 5.0)]).unwrap();
        assert_eq!(design.with_future(&future).unwrap().row("s", year(2016)).unwrap(), [1.0, 2.0, 5.0]);
        let unknown = Inputs::new().driver("ships", [(year(2016), 5.0)]).unwrap();
        assert!(design.with_future(&unknown).unwrap_err().to_string().contains("\"patrols\""));
    }

    #[test]
    fn an_event_after_the_last_observed_year_has_no_column() {
        let inputs = Inputs::new().event(Event::new(year(2030), EventKind::Step, None)).unwrap();
        assert_eq!(Design::trend(year(2015)).with_inputs(&inputs, year(2020)).names(), ["intercept", "trend"]);
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused_by_year() {
        let refused = Inputs::new().exposure([(year(2015), 0.0)]).unwrap_err();
        assert!(refused.to_string().contains("exposure = 0 in 2015"), "{refused}");
        assert!(Inputs::new().weights([(year(2015), -1.0)]).is_err());
        assert!(Inputs::new().driver("x", [(year(2015), f64::NAN)]).is_err());
        assert!(Inputs::new().driver("trend", []).is_err());
    }
}

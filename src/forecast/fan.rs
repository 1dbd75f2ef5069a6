//! The fan of a forecast: every number of its plot, ready to draw.
//!
//! A plot in a notebook, on a page or in a service must show the same numbers, so all of them are made once and kept in
//! one table: what was observed, the median of each year to come, the bands around it. A [`Fan`] is stored and sent as
//! JSON; drawing it (`Fan::to_svg` with the feature `svg`, or any plotting library) decides nothing about the numbers.

use serde::{Deserialize, Serialize};

use crate::series::{Unit, Year};

/// The plot-ready table of one forecast.
///
/// ```
/// use unjuran::forecast::{Band, Fan, Mark, Past};
/// use unjuran::series::{Unit, Year};
/// let fan = Fan::new("cases", Unit::Count, vec![Year::new(2023)?], vec![145.0])
///     .with_label("Trafficking cases")
///     .with_history(vec![Past { year: Year::new(2022)?, mark: Mark::Full(139.0) }])
///     .with_bands(vec![
///         Band { level: 80.0, lower: vec![67.0], upper: vec![280.0] },
///         Band { level: 95.0, lower: vec![24.0], upper: vec![408.0] },
///     ]);
/// assert_eq!(fan.bands[0].level, 95.0); // the widest band comes first
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fan {
    /// Name of the series.
    pub series: String,
    /// The series' name for readers: the title of a plot.
    pub label: String,
    /// What the numbers are.
    pub unit: Unit,
    /// The model that made the forecast, empty if that is not to be said.
    pub model: String,
    /// The years before the forecast, and the partial year if there is one, in order.
    pub history: Vec<Past>,
    /// The forecast years, in order.
    pub years: Vec<Year>,
    /// The median of each forecast year.
    pub median: Vec<f64>,
    /// The bands, widest first: painted in this order, each lies on top of the wider ones.
    pub bands: Vec<Band>,
    /// What a reader must be told, one sentence each.
    pub notes: Vec<String>,
}

/// One year before the forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The year.
    pub year: Year,
    /// How it is drawn.
    pub mark: Mark,
}

/// How a past year is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mark {
    /// The number of a whole year: a solid point, joined to the years beside it.
    Full(f64),
    /// The number of a part of the year: a hollow point, joined to nothing.
    Partial {
        /// What was counted so far.
        counted: f64,
        /// How far, in words: "to 2023-05-31".
        covered: String,
    },
    /// A masked cell: a bar over the values it may have.
    Masked {
        /// Smallest value the cell may have.
        lower: f64,
        /// Largest value the cell may have.
        upper: f64,
    },
    /// No number: a gap.
    Missing,
}

/// The interval of one level over the forecast years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Level in percent: 80 for the central interval that holds the outcome with probability 0.8.
    pub level: f64,
    /// Lower bound of each forecast year.
    pub lower: Vec<f64>,
    /// Upper bound of each forecast year.
    pub upper: Vec<f64>,
}

impl Fan {
    /// The medians of the forecast years, one a year. The label is the name of the series until another is given.
    pub fn new(series: impl Into<String>, unit: Unit, years: Vec<Year>, median: Vec<f64>) -> Self {
        let series = series.into();
        Self {
            label: series.clone(),
            series,
            unit,
            model: String::new(),
            history: Vec::new(),
            years,
            median,
            bands: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same fan with a name for readers.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same fan with the name of the model.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// The same fan with the years before it.
    #[must_use]
    pub fn with_history(mut self, history: Vec<Past>) -> Self {
        self.history = history;
        self
    }

    /// The same fan with bands, which may come in any order: they are kept widest first.
    #[must_use]
    pub fn with_bands(mut self, mut bands: Vec<Band>) -> Self {
        bands.sort_by(|a, b| b.level.total_cmp(&a.level));
        self.bands = bands;
        self
    }

    /// The same fan with what a reader must be told.
    #[must_use]
    pub fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fan() -> Fan {
        let year = Year::new(2023).unwrap();
        let band = |level| Band { level, lower: vec![67.0], upper: vec![280.0] };
        Fan::new("cases", Unit::Count, vec![year], vec![145.0])
            .with_history(vec![
                Past { year: Year::new(2021).unwrap(), mark: Mark::Masked { lower: 0.0, upper: 4.0 } },
                Past { year: Year::new(2022).unwrap(), mark: Mark::Missing },
                Past { year, mark: Mark::Partial { counted: 48.0, covered: "to 2023-05-31".into() } },
            ])
            .with_bands(vec![band(80.0), band(50.0), band(95.0)])
            .with_notes(vec!["2023 is under way".into()])
    }

    #[test]
    fn bands_come_widest_first_whatever_order_they_were_given_in() {
        let levels: Vec<f64> = fan().bands.iter().map(|b| b.level).collect();
        assert_eq!(levels, [95.0, 80.0, 50.0]);
    }

    #[test]
    fn the_label_is_the_name_until_another_is_given() {
        assert_eq!(fan().label, "cases");
        assert_eq!(fan().with_label("Cases brought").label, "Cases brought");
    }

    #[test]
    fn a_fan_comes_back_from_json_as_it_was() {
        let text = serde_json::to_string(&fan()).unwrap();
        assert!(text.contains(r#"{"year":2021,"mark":{"masked":{"lower":0.0,"upper":4.0}}}"#), "{text}");
        assert!(text.contains(r#"{"year":2022,"mark":"missing"}"#), "{text}");
        assert_eq!(serde_json::from_str::<Fan>(&text).unwrap(), fan());
    }
}

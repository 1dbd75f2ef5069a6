//! Scenarios side by side.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::scenario::Scenario;
use super::{DRAWS, SEED, summary};
use crate::error::{Result, checked_level};
use crate::forecast::{Forecast, Paths};
use crate::language::{figure, signed_figure};
use crate::series::Year;

/// One year, or all of them added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// A year.
    Year(Year),
    /// The sum over all forecast years.
    Total,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => year.fmt(f),
            Self::Total => f.write_str("total"),
        }
    }
}

/// A scenario in one year, beside the forecast without it. Differences are taken path by path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// Name of the scenario.
    pub scenario: String,
    /// When.
    pub span: Span,
    /// Median and central interval under the scenario.
    pub outcome: (f64, f64, f64),
    /// Median and central interval of the difference from the forecast as it is.
    pub difference: (f64, f64, f64),
    /// Mean difference: these add up over years, and over drivers nearly so.
    pub mean_difference: f64,
}

/// Scenarios of one forecast side by side, on the same paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The series.
    pub series: String,
    /// Level of the intervals in percent.
    pub level: f64,
    /// The forecast as it is first, then each scenario; each with its years and the total.
    pub rows: Vec<Row>,
}

/// Puts scenarios beside the forecast as it is, on 10,000 common paths; `level` in percent.
///
/// ```
/// use unjuran::plan::{Driver, Scenario, compare};
/// use unjuran::series::{Horizon, Series, Year};
/// use unjuran::smoothing::Naive;
/// let cases = Series::new("cases", Year::new(2020)?, &[990.0, 1010.0, 1000.0])?;
/// let forecast = Naive.fit(&cases)?.forecast(Horizon::years(2)?)?;
/// let more = Scenario::from(Driver::Add { number: 7.0, from: None, over: 1 });
/// let table = compare(&forecast, &[more], 80.0)?;
/// assert_eq!(table.rows[3].difference, (7.0, 7.0, 7.0)); // sure, however uncertain the forecast is
/// assert_eq!(table.rows[5].difference, (14.0, 14.0, 14.0)); // in two years
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// Those of [`Scenario::apply`]; [`crate::Error::BadLevel`].
pub fn compare(forecast: &Forecast, scenarios: &[Scenario], level: f64) -> Result<Comparison> {
    let level = checked_level(level)?;
    let base = Base { years: forecast.years(), paths: forecast.paths(DRAWS, SEED)?, level };
    let mut rows = base.rows("as it is", &base.paths)?;
    for scenario in scenarios {
        rows.extend(base.rows(scenario.name(), &scenario.apply(forecast)?.paths(DRAWS, SEED)?)?);
    }
    Ok(Comparison { series: forecast.series().name().to_owned(), level, rows })
}

/// What scenarios are held against.
pub(super) struct Base<'a> {
    pub(super) years: &'a [Year],
    pub(super) paths: Paths,
    pub(super) level: f64,
}

impl Base<'_> {
    /// A scenario beside it, year by year and in all.
    pub(super) fn rows(&self, scenario: &str, paths: &Paths) -> Result<Vec<Row>> {
        let spans = self.years.iter().map(|y| Span::Year(*y)).chain([Span::Total]);
        let row = |(i, span)| {
            let of = |paths: &Paths| -> Vec<f64> {
                paths.rows().map(|row| row.get(i).copied().unwrap_or_else(|| row.iter().sum())).collect()
            };
            let (before, after) = (of(&self.paths), of(paths));
            let differences: Vec<f64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
            Ok(Row {
                scenario: scenario.to_owned(),
                span,
                outcome: summary(after, self.level)?,
                mean_difference: differences.iter().sum::<f64>() / differences.len() as f64,
                difference: summary(differences, self.level)?,
            })
        };
        spans.enumerate().map(row).collect()
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: median, {}% interval; difference from the forecast as it is", self.series, self.level)?;
        for Row { scenario, span, outcome, difference, .. } in &self.rows {
            let (median, lower, upper) = *outcome;
            write!(f, "  {scenario}, {span}: {} [{}, {}]", figure(median), figure(lower), figure(upper))?;
            let (median, lower, upper) = *difference;
            if scenario == "as it is" {
                writeln!(f)?;
            } else {
                writeln!(f, "; {} [{}, {}]", signed_figure(median), signed_figure(lower), signed_figure(upper))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Series, Unit};

    #[test]
    fn small_rates_are_told_in_their_decimals() {
        let rate = Series::new("rate", Year::new(2022).unwrap(), &[0.4]).unwrap().with_unit(Unit::Rate).unwrap();
        let paths = Paths::from_rows(1, vec![0.4; 100]).unwrap();
        let forecast = Forecast::from_paths(&rate, "by hand", "rate", &paths, vec![]).unwrap();
        let less = Scenario::yearly_change(-0.25).named("less");
        let said = compare(&forecast, &[less], 80.0).unwrap().to_string();
        assert!(said.contains("\n  as it is, 2023: 0.4 [0.4, 0.4]\n"), "{said}");
        assert!(said.contains("\n  less, 2023: 0.3 [0.3, 0.3]; \u{2212}0.1 [\u{2212}0.1, \u{2212}0.1]\n"), "{said}");
    }
}

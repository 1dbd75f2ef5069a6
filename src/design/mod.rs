//! From years to the columns of a regression.
//!
//! Which numbers stand for a year? One object answers for observed and for future years alike, so that a fit and its
//! forecast can never disagree about a column: what was column 2 in 2015 is column 2 in 2030.
//!
//! ```
//! use unjuran::design::Design;
//! use unjuran::series::Year;
//! let design = Design::trend(Year::new(2015)?);
//! assert_eq!(design.names(), ["intercept", "trend"]);
//! assert_eq!(design.row(Year::new(2015)?), [1.0, 1.0]);
//! assert_eq!(design.row(Year::new(2030)?), [1.0, 16.0]);
//! # Ok::<(), unjuran::Error>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::series::Year;

/// What one column of a regression holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Column {
    /// 1 in every year.
    Intercept,
    /// 1 in the first year, 2 in the next.
    Trend,
}

impl Column {
    /// The name under which its coefficient is reported.
    pub fn name(&self) -> String {
        match self {
            Self::Intercept => "intercept".to_owned(),
            Self::Trend => "trend".to_owned(),
        }
    }

    /// The entry of year `t`, counted from 1 in the first year.
    fn entry(&self, t: f64) -> f64 {
        match self {
            Self::Intercept => 1.0,
            Self::Trend => t,
        }
    }
}

/// The columns of a regression, and the year from which they count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    first: Year,
    columns: Vec<Column>,
}

impl Design {
    /// An intercept and a straight line, t = 1 in the year `first`.
    pub fn trend(first: Year) -> Self {
        Self { first, columns: vec![Column::Intercept, Column::Trend] }
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the columns in their order.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(Column::name).collect()
    }

    /// The entries of one year, in the order of the columns. Years before the first have t below 1.
    pub fn row(&self, year: Year) -> Vec<f64> {
        let t = f64::from(year.get() - self.first.get() + 1);
        self.columns.iter().map(|column| column.entry(t)).collect()
    }

    /// The rows of several years, one after the other.
    pub fn rows(&self, years: impl IntoIterator<Item = Year>) -> Vec<f64> {
        years.into_iter().flat_map(|year| self.row(year)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_the_years_is_a_gap_in_the_trend() {
        let year = |y| Year::new(y).unwrap();
        let design = Design::trend(year(2015));
        assert_eq!(design.rows([year(2015), year(2018), year(2014)]), [1.0, 1.0, 1.0, 4.0, 1.0, 0.0]);
    }
}

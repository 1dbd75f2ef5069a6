//! Calendar years, dates, and how far ahead a forecast looks.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A calendar year from 1 to 9999.
///
/// ```
/// use unjuran::series::Year;
/// let year = Year::new(2023)?;
/// assert_eq!(year.get(), 2023);
/// assert!(Year::new(0).is_err());
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Year(i32);

impl Year {
    const LAST: i64 = 9999;

    /// A year.
    ///
    /// # Errors
    /// [`Error::YearOutOfRange`] outside 1 to 9999.
    pub fn new(year: i64) -> Result<Self> {
        match i32::try_from(year) {
            Ok(value) if (1..=Self::LAST).contains(&year) => Ok(Self(value)),
            _ => Err(Error::YearOutOfRange { year }),
        }
    }

    /// The year as a number.
    pub fn get(self) -> i32 {
        self.0
    }

    /// The year `years` later.
    ///
    /// # Errors
    /// [`Error::YearOutOfRange`] past 9999.
    pub fn plus(self, years: usize) -> Result<Self> {
        let ahead = i64::try_from(years).unwrap_or(i64::MAX);
        Self::new(i64::from(self.0).saturating_add(ahead))
    }

    /// Whole years from `self` to `later`; `None` if `later` is earlier.
    pub fn until(self, later: Self) -> Option<usize> {
        usize::try_from(later.0 - self.0).ok()
    }
}

impl TryFrom<i32> for Year {
    type Error = Error;
    fn try_from(year: i32) -> Result<Self> {
        Self::new(i64::from(year))
    }
}

impl From<Year> for i32 {
    fn from(year: Year) -> i32 {
        year.0
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// "2016, 2019–2021".
pub(crate) fn spans(years: &[Year]) -> String {
    let runs = years.chunk_by(|a, b| a.until(*b) == Some(1));
    let span = |run: &[Year]| match run {
        [only] => only.to_string(),
        [first, .., last] => format!("{first}–{last}"),
        [] => String::new(),
    };
    runs.map(span).collect::<Vec<_>>().join(", ")
}

/// A day of the calendar, written `YYYY-MM-DD`.
///
/// ```
/// use unjuran::series::Date;
/// let date: Date = "2023-05-31".parse()?;
/// assert_eq!(date.year().get(), 2023);
/// assert!((date.share_of_year() - 151.0 / 365.0).abs() < 1e-15);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The year the day lies in.
    pub fn year(self) -> Year {
        Year(i32::from(self.0.year()))
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The share of the year that has passed when the day is over, in (0, 1].
    pub fn share_of_year(self) -> f64 {
        f64::from(self.0.day_of_year()) / f64::from(self.0.days_in_year())
    }
}

impl std::str::FromStr for Date {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let refused = || Error::BadDate { text: text.to_owned() };
        // why: the parser behind also takes 20230531 and times of day; a table with those is better asked about.
        if text.len() != 10 {
            return Err(refused());
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| refused())?;
        Year::new(i64::from(date.year()))?;
        Ok(Self(date))
    }
}

impl TryFrom<String> for Date {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How many years ahead: 1 to 100.
///
/// ```
/// use unjuran::series::Horizon;
/// assert_eq!(Horizon::years(5)?.get(), 5);
/// assert!(Horizon::years(0).is_err());
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Horizon(usize);

impl Horizon {
    /// The longest horizon.
    pub const MAX: usize = 100;

    /// A horizon of so many years.
    ///
    /// # Errors
    /// [`Error::BadHorizon`] outside 1 to 100.
    pub fn years(years: i64) -> Result<Self> {
        match usize::try_from(years) {
            Ok(h) if (1..=Self::MAX).contains(&h) => Ok(Self(h)),
            _ => Err(Error::BadHorizon { horizon: years }),
        }
    }

    /// The number of years.
    pub fn get(self) -> usize {
        self.0
    }
}

impl TryFrom<i64> for Horizon {
    type Error = Error;
    fn try_from(years: i64) -> Result<Self> {
        Self::years(years)
    }
}

impl From<Horizon> for i64 {
    fn from(horizon: Horizon) -> i64 {
        i64::try_from(horizon.0).unwrap_or(i64::MAX)
    }
}

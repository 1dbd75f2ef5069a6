//! Two forecasts of the same years, beside each other: two models, or last year's forecast and this year's.

use crate::error::{Error, Result, one};
use crate::series::Year;

use super::Forecast;

/// One year of two forecasts. Each has its median and its central interval.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Beside {
    /// The year.
    pub year: Year,
    /// Median, lower and upper bound of the first forecast.
    pub first: (f64, f64, f64),
    /// The same of the second.
    pub second: (f64, f64, f64),
    /// Median of the second less that of the first.
    pub difference: f64,
    /// Width of the second interval in units of the first; infinite where only the first has none, 1 where both have none.
    pub width: f64,
}

/// Median, lower and upper bound.
type Points = (f64, f64, f64);

impl Forecast {
    /// This forecast and another in the years that both have; `level` in percent.
    ///
    /// Nothing is said of the law of the difference: how far two models err together is not known. Scenarios of one forecast
    /// are compared path by path, by `plan::compare`.
    ///
    /// ```
    /// use unjuran::series::{Horizon, Series, Year};
    /// use unjuran::smoothing::{Drift, Naive};
    /// let cases = Series::new("cases", Year::new(2019)?, &[100.0, 104.0, 102.0, 106.0])?;
    /// let naive = Naive.fit(&cases)?.forecast(Horizon::years(2)?)?;
    /// let drift = Drift.fit(&cases)?.forecast(Horizon::years(2)?)?;
    /// let both = naive.beside(&drift, 80.0)?;
    /// assert_eq!((both[1].first.0, both[1].second.0, both[1].difference), (106.0, 110.0, 4.0)); // 2 a year
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::YearNotForecast`] if they have no year in common; [`Error::BadParameter`] if their units differ;
    /// [`Error::BadLevel`].
    pub fn beside(&self, other: &Self, level: f64) -> Result<Vec<Beside>> {
        let (unit, theirs) = (self.series().unit(), other.series().unit());
        if unit != theirs {
            return Err(Error::bad_parameter(
                "compare",
                "other",
                format!("a forecast of a {theirs}"),
                format!("a forecast of {}, as the first is", one(&unit.to_string())),
            ));
        }
        let views = |f: &Self| -> Result<Vec<(Year, Points)>> {
            let band = f.interval(level)?;
            let bounds = band.lower.into_iter().zip(band.upper);
            let points = f.median().into_iter().zip(bounds).map(|(m, (low, high))| (m, low, high));
            Ok(f.years().iter().copied().zip(points).collect())
        };
        let second = views(other)?;
        let mut rows = Vec::new();
        for (year, first) in views(self)? {
            if let Some(&(_, second)) = second.iter().find(|(y, _)| *y == year) {
                let wide = |of: Points| of.2 - of.1;
                let same = wide(first) <= 0.0 && wide(second) <= 0.0;
                let width = if same { 1.0 } else { wide(second) / wide(first) };
                rows.push(Beside { year, first, second, difference: second.0 - first.0, width });
            }
        }
        if rows.is_empty() {
            other.at(self.years().first().map_or(0, |y| i64::from(y.get())))?;
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::series::{Horizon, Series, Year};
    use crate::smoothing::Naive;

    fn naive(start: i64, values: &[f64]) -> super::Forecast {
        let series = Series::new("s", Year::new(start).unwrap(), values).unwrap();
        Naive.fit(&series).unwrap().forecast(Horizon::years(2).unwrap()).unwrap()
    }

    #[test]
    fn only_common_years_are_compared_and_without_any_that_is_said() {
        let (early, late) = (naive(2020, &[4.0, 6.0, 5.0]), naive(2021, &[6.0, 5.0, 9.0]));
        let rows = early.beside(&late, 80.0).unwrap();
        assert_eq!(rows.iter().map(|r| r.year.get()).collect::<Vec<_>>(), [2024]);
        assert!((rows[0].difference - 4.0).abs() < 1e-12);
        assert!(matches!(early.beside(&naive(2030, &[4.0, 6.0]), 80.0), Err(Error::YearNotForecast { .. })));
        assert!(matches!(early.beside(&naive(2020, &[4.5, 6.0]), 80.0), Err(Error::BadParameter { .. })));
    }
}

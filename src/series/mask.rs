//! Small cells, masked before they are published: a count of three victims can name three victims.

use super::annual::Series;
use super::observation::Value;
use super::unit::Unit;
use crate::error::{Error, Result};

/// The largest count that is masked where counts below `limit` are.
///
/// # Errors
/// [`Error::BadParameter`] unless `limit` is a whole number from 1 to a million.
pub(crate) fn largest_masked(limit: f64) -> Result<f64> {
    if (1.0..=1e6).contains(&limit) && limit.fract() == 0.0 {
        return Ok(limit - 1.0);
    }
    Err(Error::bad_parameter("mask_below", "mask_below", limit, "a whole number from 1 to 1000000"))
}

impl Value {
    /// Whether this is a count of at most `largest`, or a masked cell that says as much.
    pub(crate) fn is_small(self, largest: f64) -> bool {
        match self {
            Self::Exact(y) => y <= largest,
            Self::Censored { upper, .. } => upper <= largest,
            Self::Missing => false,
        }
    }
}

impl Series {
    /// The series with every count below `limit` masked: it is somewhere from 0 to `limit - 1`, zeros included.
    ///
    /// A partial last year with so small a count is left out, and counts below the limit by the same day of earlier years
    /// are dropped. Amounts and rates count no persons and stay.
    ///
    /// ```
    /// use unjuran::series::{Series, Value, Year};
    /// let victims = Series::new("victims", Year::new(2020)?, &[12.0, 3.0])?.masked_below(5.0)?;
    /// assert_eq!(victims.values(), [Value::Exact(12.0), Value::Censored { lower: 0.0, upper: 4.0 }]);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless `limit` is a whole number from 1 to a million; [`Error::EmptySeries`] if only a small
    /// partial year is there.
    pub fn masked_below(&self, limit: f64) -> Result<Self> {
        let largest = largest_masked(limit)?;
        let small = |counted: &f64| *counted <= largest;
        let none = !self.values().iter().any(|v| v.is_small(largest)) && !self.earlier().values().any(small);
        if none || self.unit() != Unit::Count {
            return Ok(self.clone());
        }
        let small_part = self.last_coverage().is_partial() && self.values().last().is_some_and(|v| v.is_small(largest));
        let kept = match self.values().len().checked_sub(2) {
            Some(whole) if small_part => self.through(self.first_year().plus(whole)?)?,
            None if small_part => return Err(Error::EmptySeries { series: self.name().to_owned() }),
            _ => self.clone(),
        };
        let masked = kept.observations().map(|mut one| {
            if one.value.is_small(largest) {
                one.value = Value::Censored { lower: 0.0, upper: largest };
            }
            one
        });
        let mut made = Self::from_observations(self.name(), masked.collect())?.with_unit(Unit::Count)?;
        if self.label() != self.name() {
            made = made.with_label(self.label());
        }
        let earlier: Vec<_> = kept.earlier().iter().filter(|(_, by_then)| !small(by_then)).collect();
        if earlier.is_empty() { Ok(made) } else { made.with_earlier(earlier.into_iter().map(|(y, c)| (*y, *c))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Coverage, Year};

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    #[test]
    fn a_small_partial_year_is_left_out_and_a_large_one_stays() {
        let series = Series::new("s", year(2020), &[9.0, 8.0]).unwrap();
        let small = series.clone().with_partial(year(2022), 3.0, Coverage::Share(0.5)).unwrap();
        assert_eq!(small.masked_below(5.0).unwrap().last_year(), year(2021));
        let large = series.with_partial(year(2022), 5.0, Coverage::Share(0.5)).unwrap();
        assert_eq!(large.masked_below(5.0).unwrap(), large);
    }

    #[test]
    fn small_counts_by_the_same_day_of_earlier_years_go_too() {
        let series = Series::new("s", year(2020), &[9.0, 8.0]).unwrap();
        let series = series.with_partial(year(2022), 6.0, Coverage::Share(0.5)).unwrap();
        let series = series.with_earlier([(year(2020), 5.0), (year(2021), 4.0)]).unwrap();
        let masked = series.masked_below(5.0).unwrap();
        assert_eq!(masked.earlier().iter().collect::<Vec<_>>(), [(&year(2020), &5.0)]);
    }

    #[test]
    fn amounts_stay_and_limits_that_are_no_counts_are_refused() {
        let money = Series::new("s", year(2020), &[1.5, 2.0]).unwrap();
        assert_eq!(money.masked_below(5.0).unwrap(), money);
        for limit in [0.0, -1.0, 2.5, f64::NAN, f64::INFINITY] {
            assert!(matches!(money.masked_below(limit), Err(Error::BadParameter { .. })), "{limit}");
        }
    }

    #[test]
    fn a_mask_that_says_more_than_the_limit_is_widened_and_a_wider_one_stays() {
        let series = Series::new("s", year(2020), &[9.0]).unwrap();
        let series = series.with_censored(year(2021), 1.0, 2.0).unwrap().with_censored(year(2022), 0.0, 9.0).unwrap();
        let masked = series.masked_below(5.0).unwrap();
        let bounds = |lower, upper| Value::Censored { lower, upper };
        assert_eq!(masked.values(), [Value::Exact(9.0), bounds(0.0, 4.0), bounds(0.0, 9.0)]);
    }
}

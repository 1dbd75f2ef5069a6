//! One measure over consecutive years.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::observation::{Coverage, Observation, Value};
use super::unit::Unit;
use super::year::{Date, Year};
use crate::error::{Error, Result};

/// Numbers beyond this size cannot be squared and summed in binary64.
const LARGEST: f64 = 1e150;
/// Whole numbers beyond this size are not all representable in binary64 (2^53).
const LARGEST_COUNT: f64 = 9_007_199_254_740_992.0;

/// Years that a series may span, observed or not: the models work through every one of them, and a file of two rows could
/// ask for ten thousand.
const MOST_YEARS: usize = 1000;

fn is_count(y: f64) -> bool {
    (0.0..=LARGEST_COUNT).contains(&y) && y.fract() == 0.0
}

/// One measure of one place over consecutive years. A gap between two years is a missing year; only the last year may
/// be partial. A series is a value: every `with_` method gives a new one.
///
/// ```
/// use unjuran::series::{Coverage, Series, Unit, Year};
/// let cases = Series::new("trafficking_cases", Year::new(2015)?, &[163.0, 463.0, 429.0])?
///     .with_partial(Year::new(2018)?, 48.0, Coverage::Through("2018-05-31".parse()?))?;
/// assert_eq!(cases.unit(), Unit::Count);
/// assert_eq!(cases.last_year().get(), 2018);
/// assert!(cases.last_coverage().is_partial());
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Series {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// As the user said it; left out, the numbers decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    start: Year,
    values: Vec<Value>,
    /// Of the last year; every other year is full.
    coverage: Coverage,
    /// One a year, or none at all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<Option<String>>,
    /// What had been counted by the same day of earlier years.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    earlier: BTreeMap<Year, f64>,
}

impl Series {
    /// Values of consecutive years from `start` on; NaN is a missing year.
    ///
    /// # Errors
    /// [`Error::EmptySeries`], [`Error::NotFinite`], [`Error::YearOutOfRange`], [`Error::SpanTooLong`] above 1,000 years.
    pub fn new(name: impl Into<String>, start: Year, values: &[f64]) -> Result<Self> {
        let name = name.into();
        if let Some(steps) = values.len().checked_sub(1) {
            start.plus(steps)?;
        }
        let values = values.iter().map(|&y| if y.is_nan() { Value::Missing } else { Value::Exact(y) }).collect();
        Self { name, start, values, ..Self::empty(start) }.checked()
    }

    /// Observations in any order; years in between that were not observed are missing.
    ///
    /// # Errors
    /// [`Error::EmptySeries`], [`Error::SpanTooLong`] above 1,000 years from the first to the last, [`Error::DuplicateYear`],
    /// [`Error::PartialNotLast`] and those of the values.
    pub fn from_observations(name: impl Into<String>, mut observations: Vec<Observation>) -> Result<Self> {
        let name = name.into();
        observations.sort_by_key(|o| o.year);
        let (Some(first), Some(last)) = (observations.first(), observations.last()) else {
            return Err(Error::EmptySeries { series: name });
        };
        let (start, end, coverage) = (first.year, last.year, last.coverage);
        let span = start.until(end).unwrap_or(0) + 1;
        spans(&name, start, span)?;
        let mut values = vec![Value::Missing; span];
        let with_sources = observations.iter().any(|o| o.source.is_some());
        let mut sources = vec![None; if with_sources { span } else { 0 }];
        let mut previous = None;
        for observation in observations {
            let year = observation.year;
            if previous == Some(year) {
                return Err(Error::DuplicateYear { series: name, year: year.get() });
            }
            previous = Some(year);
            if year != end && observation.coverage.share() < 1.0 {
                return Err(Error::PartialNotLast { series: name, year: year.get(), last: end.get() });
            }
            let at = start.until(year).unwrap_or(0);
            if let Some(place) = values.get_mut(at) {
                *place = observation.value;
            }
            if let Some(place) = sources.get_mut(at) {
                *place = observation.source;
            }
        }
        Self { name, values, coverage, sources, ..Self::empty(start) }.checked()
    }

    fn empty(start: Year) -> Self {
        Self {
            name: String::new(),
            label: None,
            unit: None,
            start,
            values: Vec::new(),
            coverage: Coverage::Full,
            sources: Vec::new(),
            earlier: BTreeMap::new(),
        }
    }

    /// The same series under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same series with a title for people ("Trafficking cases investigated").
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same series, its unit said.
    ///
    /// # Errors
    /// [`Error::NegativeCount`], [`Error::FractionalCount`] or [`Error::PartialRate`] if the numbers do not fit it.
    pub fn with_unit(mut self, unit: Unit) -> Result<Self> {
        self.unit = Some(unit);
        self.checked()
    }

    /// The series with what was counted so far in its last year.
    ///
    /// # Errors
    /// [`Error::PartialNotLast`] if a later year follows, [`Error::PartialValue`], [`Error::PartialRate`],
    /// [`Error::BadShare`], [`Error::DateOutsideYear`].
    pub fn with_partial(self, year: Year, counted: f64, coverage: Coverage) -> Result<Self> {
        if !counted.is_finite() {
            return Err(Error::PartialValue { series: self.name, year: year.get(), value: counted.to_string() });
        }
        self.replaced(Observation::partial(year, counted, coverage))
    }

    /// The series with what had been counted in earlier years by the day up to which the last year is counted: how much of a
    /// year is counted by then is learned from them. Say it last: a year replaced later drops it.
    ///
    /// ```
    /// use unjuran::series::{Coverage, Series, Year};
    /// let year = |y| Year::new(y).unwrap();
    /// let cases = Series::new("cases", year(2020), &[160.0, 115.0, 139.0])?
    ///     .with_partial(year(2023), 48.0, Coverage::Share(0.41))?
    ///     .with_earlier([(year(2021), 40.0), (year(2022), 61.0)])?;
    /// assert_eq!(cases.earlier().len(), 2);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::EarlierCount`] unless the last year is partial, and each year is an earlier one with an exact number that is
    /// not below what was counted then, and nothing is negative.
    pub fn with_earlier(mut self, counted: impl IntoIterator<Item = (Year, f64)>) -> Result<Self> {
        self.earlier = counted.into_iter().collect();
        self.checked()
    }

    /// The series with a masked cell: `lower` to `upper`, both included. Equal bounds are the exact value.
    ///
    /// # Errors
    /// [`Error::BadBounds`], and those of the values.
    pub fn with_censored(self, year: Year, lower: f64, upper: f64) -> Result<Self> {
        self.replaced(Observation::full(year, Value::Censored { lower, upper }))
    }

    /// The series with a year that was not observed.
    ///
    /// # Errors
    /// [`Error::PartialNotLast`] if a partial year would get a follower.
    pub fn with_missing(self, year: Year) -> Result<Self> {
        self.replaced(Observation::full(year, Value::Missing))
    }

    /// The series as it stood when `year` was over: later years are dropped, the unit stays.
    ///
    /// ```
    /// use unjuran::series::{Series, Year};
    /// let series = Series::new("cases", Year::new(2020)?, &[3.0, 5.0, 4.0])?;
    /// assert_eq!(series.through(Year::new(2021)?)?.values().len(), 2);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::EmptySeries`] if `year` lies before the first year.
    pub fn through(&self, year: Year) -> Result<Self> {
        let kept = self.start.until(year).map_or(0, |years| years + 1).min(self.values.len());
        let coverage = if kept == self.values.len() { self.coverage } else { Coverage::Full };
        // why the unit is said: a fraction in a later year must not change what the earlier ones are.
        let unit = Some(self.unit());
        let (values, sources) =
            (self.values.iter().take(kept).copied().collect(), self.sources.iter().take(kept).cloned().collect());
        let earlier = if coverage.is_partial() { self.earlier.clone() } else { BTreeMap::new() };
        let (name, label) = (self.name.clone(), self.label.clone());
        Self { name, label, unit, start: self.start, values, coverage, sources, earlier }.checked()
    }

    fn replaced(self, new: Observation) -> Result<Self> {
        let (name, label, unit) = (self.name.clone(), self.label.clone(), self.unit);
        let year = new.year;
        let mut observations: Vec<Observation> = self.observations().filter(|o| o.year != year).collect();
        observations.push(new);
        let known = self.values.iter().any(|v| *v != Value::Missing);
        let mut series = Self::from_observations(name, observations)?;
        if known && unit.is_none() && self.unit() == Unit::Count {
            // why counts stay counts: one cell must not make amounts of a series that its owner has seen as counts.
            series = series.with_unit(Unit::Count)?;
        }
        Self { label, unit, ..series }.checked()
    }

    /// The one number that makes amounts of a series whose other numbers, three or more, could be counts, where nobody has
    /// said the unit.
    pub(crate) fn odd_one(&self) -> Option<(Year, f64)> {
        if self.unit.is_some() {
            return None;
        }
        let exact = || self.observations().filter_map(|o| Some((o.year, o.value.exact()?)));
        let mut odd = exact().filter(|(_, y)| !is_count(*y));
        let found = odd.next().filter(|_| odd.next().is_none())?;
        (exact().count() > 3).then_some(found)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The title for people: the label, or the name.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// The unit: as said, else whole non-negative numbers mean a count and anything else an amount.
    pub fn unit(&self) -> Unit {
        let all = self.values.iter().all(|v| match *v {
            Value::Exact(y) => is_count(y),
            Value::Censored { lower, upper } => is_count(lower) && is_count(upper),
            Value::Missing => true,
        });
        self.unit.unwrap_or(if all { Unit::Count } else { Unit::Amount })
    }

    /// The first year.
    pub fn first_year(&self) -> Year {
        self.start
    }

    /// The last year, partial or not.
    pub fn last_year(&self) -> Year {
        // why: the constructors checked that the last year is on the calendar.
        self.start.plus(self.values.len() - 1).unwrap_or(self.start)
    }

    /// The first year to forecast: the last one where that is under way, else the year after it.
    pub(crate) fn next_year(&self) -> Result<Year> {
        if self.coverage.is_partial() { Ok(self.last_year()) } else { self.last_year().plus(1) }
    }

    /// Values by year from the first to the last.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// What had been counted in earlier years by the day up to which the last year is counted.
    pub fn earlier(&self) -> &BTreeMap<Year, f64> {
        &self.earlier
    }

    /// How much of the last year is covered.
    pub fn last_coverage(&self) -> Coverage {
        self.coverage
    }

    /// The years with what is known of each.
    pub fn observations(&self) -> impl Iterator<Item = Observation> + '_ {
        let last = self.values.len() - 1;
        self.values.iter().enumerate().map(move |(i, &value)| Observation {
            year: self.start.plus(i).unwrap_or(self.start),
            value,
            coverage: if i == last { self.coverage } else { Coverage::Full },
            source: self.sources.get(i).cloned().flatten(),
        })
    }

    /// The full years with an exact number.
    pub(crate) fn full_years(&self) -> impl Iterator<Item = (Year, f64)> + '_ {
        let full = self.observations().filter(|o| !o.coverage.is_partial());
        full.filter_map(|o| Some((o.year, o.value.exact()?)))
    }

    /// Whether a number could be the series' own in a year.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; for counts [`Error::NegativeCount`] and [`Error::FractionalCount`].
    pub fn could_hold(&self, year: Year, y: f64) -> Result<()> {
        number(&self.name, Some(self.unit()), year.get(), y)
    }

    /// The one place where the numbers of a series are judged.
    fn checked(mut self) -> Result<Self> {
        if self.values.is_empty() {
            return Err(Error::EmptySeries { series: self.name });
        }
        spans(&self.name, self.start, self.values.len())?;
        for (i, value) in self.values.iter_mut().enumerate() {
            let year = self.start.plus(i)?.get();
            let series = || self.name.clone();
            let number = |y: f64| number(&self.name, self.unit, year, y);
            match *value {
                Value::Missing => {}
                Value::Exact(y) => number(y)?,
                Value::Censored { lower, upper } => {
                    if !(lower.is_finite() && upper.is_finite() && lower <= upper) {
                        let (lower, upper) = (lower.to_string(), upper.to_string());
                        return Err(Error::BadBounds { series: series(), year, lower, upper });
                    }
                    number(lower)?;
                    number(upper)?;
                    if lower.total_cmp(&upper).is_eq() {
                        *value = Value::Exact(lower);
                    }
                }
            }
        }
        self.check_last_year()
    }

    fn check_last_year(mut self) -> Result<Self> {
        let year = self.last_year();
        match self.coverage {
            Coverage::Share(share) if !(share > 0.0 && share <= 1.0) => {
                return Err(Error::BadShare { series: self.name, year: year.get(), share });
            }
            Coverage::Through(date) if date.year() != year => {
                let date = Date::to_string(&date);
                return Err(Error::DateOutsideYear { series: self.name, year: year.get(), date });
            }
            _ => {}
        }
        if self.coverage.share() >= 1.0 {
            self.coverage = Coverage::Full;
        }
        if self.coverage.is_partial() {
            match self.values.last() {
                Some(&Value::Exact(counted)) if counted >= 0.0 => {}
                other => {
                    let value = other.map_or_else(String::new, Value::to_string);
                    return Err(Error::PartialValue { series: self.name, year: year.get(), value });
                }
            }
            if self.unit == Some(Unit::Rate) {
                return Err(Error::PartialRate { series: self.name, year: year.get() });
            }
        }
        self.check_earlier()
    }

    fn check_earlier(self) -> Result<Self> {
        for (&year, &counted) in &self.earlier {
            let at = self.start.until(year);
            let became = at.and_then(|at| self.values.get(at)).and_then(|value| value.exact());
            let fits = became.is_some_and(|became| (0.0..=became).contains(&counted));
            if !(self.coverage.is_partial() && year < self.last_year() && fits) {
                let (year, value) = (year.get(), counted.to_string());
                let became = became.map_or_else(|| "no number".to_owned(), |became| became.to_string());
                return Err(Error::EarlierCount { series: self.name, year, value, became });
            }
        }
        Ok(self)
    }
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    name: String,
    label: Option<String>,
    unit: Option<Unit>,
    start: Year,
    values: Vec<Value>,
    coverage: Coverage,
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default)]
    earlier: BTreeMap<Year, f64>,
}

/// Whether a number may stand in a series of this name and unit.
fn number(series: &str, unit: Option<Unit>, year: i32, y: f64) -> Result<()> {
    let series = || series.to_owned();
    if y.is_nan() || y.abs() > LARGEST {
        return Err(Error::NotFinite { series: series(), year, value: y.to_string() });
    }
    if unit == Some(Unit::Count) && y < 0.0 {
        return Err(Error::NegativeCount { series: series(), year, value: y });
    }
    if unit == Some(Unit::Count) && (y.fract() != 0.0 || y > LARGEST_COUNT) {
        return Err(Error::FractionalCount { series: series(), year, value: y });
    }
    Ok(())
}

/// Refuses more years than a series may span.
fn spans(series: &str, start: Year, years: usize) -> Result<()> {
    let last = start.plus(years.saturating_sub(1))?;
    if years <= MOST_YEARS {
        return Ok(());
    }
    Err(Error::SpanTooLong { series: series.to_owned(), first: start.get(), last: last.get(), most: MOST_YEARS })
}

impl TryFrom<Stored> for Series {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        let Stored { name, label, unit, start, values, coverage, sources, earlier } = stored;
        if !sources.is_empty() && sources.len() != values.len() {
            return Err(Error::LengthMismatch { series: name, values: sources.len(), years: values.len() });
        }
        Self { name, label, unit, start, values, coverage, sources, earlier }.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    #[test]
    fn a_gap_between_two_years_is_a_missing_year() {
        let observed =
            vec![Observation::full(year(2018), Value::Exact(3.0)), Observation::full(year(2015), Value::Exact(5.0))];
        let series = Series::from_observations("s", observed).unwrap();
        assert_eq!(series.values(), [Value::Exact(5.0), Value::Missing, Value::Missing, Value::Exact(3.0)]);
    }

    #[test]
    fn more_than_a_thousand_years_are_refused_whichever_way_they_come_in() {
        let refused = Error::SpanTooLong { series: "s".into(), first: 1001, last: 2001, most: 1000 };
        let ends = |last| {
            vec![Observation::full(year(1001), Value::Exact(1.0)), Observation::full(year(last), Value::Missing)]
        };
        assert_eq!(Series::from_observations("s", ends(2000)).unwrap().values().len(), 1000);
        assert_eq!(Series::from_observations("s", ends(2001)).unwrap_err(), refused);
        assert_eq!(Series::new("s", year(1001), &[1.0; 1001]).unwrap_err(), refused);
        let thousand = Series::new("s", year(1001), &[1.0; 1000]).unwrap();
        assert_eq!(thousand.clone().with_missing(year(2001)).unwrap_err(), refused);
        assert_eq!(thousand.clone().with_censored(year(2001), 0.0, 4.0).unwrap_err(), refused);
        let stored = serde_json::to_value(&thousand).unwrap();
        let mut longer = stored.clone();
        longer["values"].as_array_mut().unwrap().push(stored["values"][0].clone());
        let refused = serde_json::from_value::<Series>(longer).unwrap_err().to_string();
        assert!(refused.contains("1001 to 2001 is too long"), "{refused}");
    }

    #[test]
    fn a_year_that_occurs_twice_is_refused_by_name() {
        let twice = vec![Observation::full(year(2018), Value::Exact(3.0)); 2];
        let error = Series::from_observations("s", twice).unwrap_err();
        assert_eq!(error, Error::DuplicateYear { series: "s".into(), year: 2018 });
    }

    #[test]
    fn a_share_of_one_is_the_full_year() {
        let series = Series::new("s", year(2015), &[1.0]).unwrap();
        let full = series.clone().with_partial(year(2016), 4.0, Coverage::Share(1.0)).unwrap();
        assert!(!full.last_coverage().is_partial());
        let by_date = series.with_partial(year(2016), 4.0, Coverage::Through("2016-12-31".parse().unwrap())).unwrap();
        assert_eq!(full, by_date);
    }

    #[test]
    fn a_series_cut_before_its_partial_year_ends_with_a_full_one() {
        let series = Series::new("s", year(2015), &[1.5, 2.0]).unwrap();
        let series = series.with_partial(year(2017), 4.0, Coverage::Share(0.5)).unwrap();
        assert!(series.through(year(2017)).unwrap().last_coverage().is_partial());
        let cut = series.through(year(2016)).unwrap();
        assert_eq!((cut.values().len(), cut.last_coverage(), cut.unit()), (2, Coverage::Full, Unit::Amount));
        assert_eq!(series.through(year(2014)), Err(Error::EmptySeries { series: "s".into() }));
    }

    #[test]
    fn only_the_last_year_may_be_partial() {
        let series = Series::new("s", year(2015), &[1.0, 2.0]).unwrap();
        let error = series.with_partial(year(2015), 4.0, Coverage::Share(0.5)).unwrap_err();
        assert_eq!(error, Error::PartialNotLast { series: "s".into(), year: 2015, last: 2016 });
    }

    #[test]
    fn whole_numbers_are_counts_and_others_are_amounts() {
        assert_eq!(Series::new("s", year(1), &[0.0, 4.0, f64::NAN]).unwrap().unit(), Unit::Count);
        assert_eq!(Series::new("s", year(1), &[0.5]).unwrap().unit(), Unit::Amount);
        assert_eq!(Series::new("s", year(1), &[-1.0]).unwrap().unit(), Unit::Amount);
    }

    #[test]
    fn negative_and_fractional_counts_are_refused_by_year() {
        let series = Series::new("s", year(2000), &[1.0, -2.0]).unwrap();
        let error = series.with_unit(Unit::Count).unwrap_err();
        assert_eq!(error, Error::NegativeCount { series: "s".into(), year: 2001, value: -2.0 });
        let series = Series::new("s", year(2000), &[1.5]).unwrap();
        assert!(matches!(series.with_unit(Unit::Count), Err(Error::FractionalCount { year: 2000, .. })));
    }

    #[test]
    fn equal_bounds_are_the_exact_value() {
        let series = Series::new("s", year(2000), &[1.0]).unwrap();
        let masked = series.clone().with_censored(year(2000), 1.0, 1.0).unwrap();
        assert_eq!(masked, series);
        assert!(matches!(series.with_censored(year(2000), 4.0, 0.0), Err(Error::BadBounds { .. })));
    }

    #[test]
    fn one_cell_makes_no_amounts_of_counts() {
        let counts = || Series::new("cases", year(2015), &[163.0, 463.0, 429.0]).unwrap();
        let refused = counts().with_partial(year(2018), 48.5, Coverage::Share(0.4)).unwrap_err();
        assert!(matches!(refused, Error::FractionalCount { year: 2018, .. }), "{refused}");
        let refused = counts().with_censored(year(2018), -1.0, 4.0).unwrap_err();
        assert!(matches!(refused, Error::NegativeCount { year: 2018, .. }), "{refused}");
        let amounts = counts().with_unit(Unit::Amount).unwrap();
        assert!(amounts.with_partial(year(2018), 48.5, Coverage::Share(0.4)).is_ok());
        // and what stays a count is stored as it was
        assert_eq!(counts().with_missing(year(2017)).unwrap().with_missing(year(2017)).unwrap().unit, None);
    }

    #[test]
    fn a_slip_that_makes_amounts_of_counts_is_said() {
        let typed = Series::new("cases", year(2015), &[163.0, 463.0, -429.0, 302.0]).unwrap();
        assert_eq!((typed.unit(), typed.odd_one()), (Unit::Amount, Some((year(2017), -429.0))));
        assert_eq!(typed.clone().with_unit(Unit::Amount).unwrap().odd_one(), None);
        let money = Series::new("money", year(2015), &[1.5, 2.25, 3.0, 4.0]).unwrap();
        assert_eq!(money.odd_one(), None);
    }

    #[test]
    fn a_stored_series_is_checked_again_on_the_way_in() {
        let series = Series::new("s", year(2000), &[1.0, f64::NAN]).unwrap();
        let text = serde_json::to_string(&series).unwrap();
        assert_eq!(serde_json::from_str::<Series>(&text).unwrap(), series);
        let broken = text.replace("2000", "20000");
        assert!(serde_json::from_str::<Series>(&broken).is_err());
    }
}

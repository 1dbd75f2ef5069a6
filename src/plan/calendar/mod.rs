//! From January-December to April-March and back.
//!
//! A year is cut into a first part (January to March) and a rest; a year of the other calendar is the rest of one and the
//! first part of the next. The share of the first part is not known. Of a series whose months nobody said, it has the law that
//! other places teach, the [`Course`] of a year: a beta law with its mean and scatter drawn once a path, for a series keeps its
//! season, and a share drawn from it for every year, smaller first parts where the series grows. With twelve monthly weights it
//! is a beta number with their mean and a stated scatter. Counts are split into whole numbers, so that what leaves one year enters the next. Of a year under way what
//! was counted stays where it was counted (`splitter`).
//!
//! The default scatter beside monthly weights (a beta law of twelve) is what three and nine months of 167 public monthly border
//! series show: from a tenth to nine tenths of them, three months pro rata are 0.20 to 1.43 of the year, nine months 0.72 to
//! 1.17. It is wide; a table of one's own months gives a narrower one.

#![allow(clippy::indexing_slicing, reason = "twelve months, checked when a shape is made; neighbours of a list")]

mod splitter;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::splitter::{Amid, Counted, Part, Splitter};
use super::{DRAWS, SEED, refused};
use crate::dist::{Empirical, Predictive as _};
use crate::error::{Error, Result, checked_level};
use crate::forecast::under_way::Course;
use crate::forecast::{Forecast, Paths};
use crate::language::figure;
use crate::numeric::rng::Stream;
use crate::series::{Note, Observation, Series, Training, Unit, Value, Year};

/// Sum of the two parameters of the beta law of a share of the year, where the months are known and their scatter is not.
const SCATTER: f64 = 12.0;
const DAYS: [f64; 12] = [31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];

/// How a year is spread over its months: as other places teach, or as somebody said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredShape")]
pub struct Shape {
    months: Option<Vec<f64>>,
    scatter: Option<f64>,
}

/// The stored forms: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredShape {
    months: Option<Vec<f64>>,
    scatter: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCalendar {
    start: u8,
    shape: Shape,
    back: bool,
}

impl TryFrom<StoredShape> for Shape {
    type Error = Error;
    fn try_from(stored: StoredShape) -> Result<Self> {
        Self::of(stored.months.as_deref(), stored.scatter)
    }
}

impl TryFrom<StoredCalendar> for Calendar {
    type Error = Error;
    fn try_from(StoredCalendar { start, shape, back }: StoredCalendar) -> Result<Self> {
        let calendar = Self::to_fiscal(start.into(), shape)?;
        Ok(if back { calendar.reversed() } else { calendar })
    }
}

impl Shape {
    /// Twelve weights, January first, and the sum of the parameters of the beta law: the larger, the more alike are the years.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless there are twelve finite weights above 0 and a finite scatter above 0.
    pub fn new(months: &[f64], scatter: f64) -> Result<Self> {
        Self::of(Some(months), Some(scatter))
    }

    /// What is said of weights and scatter. Weights without a scatter have one of 12, a scatter without weights goes with the
    /// days of the months; with neither, the shape is the one learned from other places.
    ///
    /// # Errors
    /// Those of [`Shape::new`].
    pub fn of(months: Option<&[f64]>, scatter: Option<f64>) -> Result<Self> {
        if let Some(months) = months.filter(|m| m.len() != 12 || !m.iter().all(|m| *m > 0.0 && m.is_finite())) {
            let allowed = "12 finite weights above 0, January first";
            return Err(refused("calendar", "shape", format!("{months:?}"), allowed));
        }
        if let Some(scatter) = scatter.filter(|s| !(*s > 0.0 && s.is_finite())) {
            return Err(refused("calendar", "concentration", scatter, "a finite number above 0"));
        }
        Ok(Self { months: months.map(<[f64]>::to_vec), scatter })
    }

    /// The laws of the share that lies before this month, with their weights.
    fn before(&self, month: u8) -> Result<Vec<Part>> {
        let months = self.months.as_deref().unwrap_or(&DAYS);
        let share = months[..usize::from(month) - 1].iter().sum::<f64>() / months.iter().sum::<f64>();
        if self.months.is_none() && self.scatter.is_none() {
            let learned = Course::shipped()?.shares(share);
            return Ok(learned.iter().map(|s| Part { weight: s.weight(), a: s.a, b: s.b }).collect());
        }
        let scatter = self.scatter.unwrap_or(SCATTER);
        Ok(vec![Part { weight: 1.0, a: scatter * share, b: scatter * (1.0 - share) }])
    }
}

/// The way from one calendar to the other. A year that begins in April has the number of the calendar year it begins in:
/// April 2022 to March 2023 is 2022.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredCalendar")]
pub struct Calendar {
    start: u8,
    shape: Shape,
    back: bool,
}

impl Calendar {
    /// From January-December to years that begin with this month, 2 to 12.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for another month.
    pub fn to_fiscal(start_month: i64, shape: Shape) -> Result<Self> {
        match u8::try_from(start_month) {
            Ok(start) if (2..=12).contains(&start) => Ok(Self { start, shape, back: false }),
            _ => Err(refused("calendar", "start_month", start_month, "a month from 2 to 12 (4 for April to March)")),
        }
    }

    /// The way back.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { back: !self.back, ..self }
    }

    /// The number of the new year that is the rest of an old one and the first part of the next.
    fn named(&self, old: Year) -> Result<Year> {
        if self.back { old.plus(1) } else { Ok(old) }
    }

    fn in_words(&self) -> String {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        if self.back {
            return "January-December".to_owned();
        }
        format!("{}-{}", NAMES[usize::from(self.start) - 1], NAMES[usize::from(self.start) - 2])
    }

    /// The observed years of a series on the other calendar: each the rest of a full year and the first part of the next.
    /// A year under way and years beside a gap are left out.
    ///
    /// ```
    /// use unjuran::plan::{Calendar, Shape};
    /// use unjuran::series::{Series, Year};
    /// let cases = Series::new("cases", Year::new(2020)?, &[120.0, 240.0, 360.0])?;
    /// let even = Shape::new(&[1.0; 12], 1e6)?; // the same in every month, nearly for sure
    /// let fiscal = Calendar::to_fiscal(4, even)?.convert(&cases)?;
    /// assert_eq!(fiscal.years(), [Year::new(2020)?, Year::new(2021)?]);
    /// assert!((fiscal.mean()[0] - 150.0).abs() < 1.0); // 90 of 120 and 60 of 240
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooFewYears`] without two full years in a row; [`Error::BadParameter`] for a rate, whose years cannot be cut.
    pub fn convert(&self, series: &Series) -> Result<Converted> {
        let known: Vec<(Year, f64)> = series.full_years().collect();
        let pairs: Vec<usize> = (1..known.len()).filter(|&i| known[i - 1].0.until(known[i].0) == Some(1)).collect();
        if pairs.is_empty() {
            let (series, model) = (series.name().to_owned(), "calendar".to_owned());
            return Err(Error::TooFewYears { series, model, needed: 2, got: known.len() });
        }
        let beside = |i: usize, j: usize| {
            let next = known.get(i.min(j)).zip(known.get(i.max(j))).is_some_and(|(a, b)| a.0.until(b.0) == Some(1));
            if next { known.get(j).map(|(_, y)| *y) } else { None }
        };
        let years: Vec<Amid> = (0..known.len())
            .map(|i| Amid { before: beside(i, i.wrapping_sub(1)), own: known[i].1, after: beside(i, i + 1) })
            .collect();
        let mut splitter = self.splitter(series)?;
        let mut columns = vec![Vec::new(); pairs.len()];
        for _ in 0..DRAWS {
            splitter.begin();
            let parts: Vec<(f64, f64)> = years.iter().map(|year| splitter.split(*year, None)).collect();
            for (column, &i) in columns.iter_mut().zip(&pairs) {
                column.push(parts[i - 1].1 + parts[i].0);
            }
        }
        let years = pairs.iter().map(|&i| self.named(known[i - 1].0)).collect::<Result<Vec<_>>>()?;
        let laws = columns.into_iter().map(Empirical::new).collect::<Result<Vec<_>>>()?;
        let label = format!("{}, {}", series.label(), self.in_words());
        Ok(Converted { name: series.name().to_owned(), label, unit: series.unit(), years, laws })
    }

    /// A forecast on the other calendar. It begins with the year that the last full observed year runs into, if there is one
    /// just before the forecast, and ends with the last whole year of the other calendar. What was to be told of the forecast
    /// still is, in years of the calendar it was made on; years without a number are told anew.
    ///
    /// # Errors
    /// [`Error::TooFewYears`] if there are not two years in a row to cut; [`Error::BadParameter`] for a rate.
    pub fn forecast(&self, forecast: &Forecast) -> Result<Forecast> {
        let series = forecast.series();
        let first = forecast.years()[0];
        let full: Vec<(Year, f64)> = series.full_years().collect();
        let last_full = full.last().copied().filter(|(year, _)| year.until(first) == Some(1));
        let begun = last_full.map_or(first, |(year, _)| year);
        let before = full.iter().find(|(year, _)| year.until(begun) == Some(1)).map(|(_, y)| *y);
        let mut splitter = self.splitter(series)?;
        let so_far = forecast.under_way().map(|u| Counted { counted: u.counted, share: u.coverage.share() });
        let base = forecast.paths(DRAWS, SEED)?;
        let years = base.years() + usize::from(last_full.is_some()) - 1;
        if years == 0 {
            let (series, model) = (series.name().to_owned(), "calendar".to_owned());
            return Err(Error::TooFewYears { series, model, needed: 2, got: 1 });
        }
        let mut values = Vec::with_capacity(base.draws() * years);
        for path in base.rows() {
            splitter.begin();
            let sequence: Vec<f64> = last_full.iter().map(|(_, y)| *y).chain(path.iter().copied()).collect();
            let under_way = usize::from(last_full.is_some());
            let parts: Vec<(f64, f64)> = Amid::each(before, &sequence)
                .enumerate()
                .map(|(i, year)| splitter.split(year, so_far.filter(|_| i == under_way)))
                .collect();
            values.extend(parts.windows(2).map(|pair| pair[0].1 + pair[1].0));
        }
        let begin = self.named(begun)?;
        let history = self.history(series, begin)?;
        let words = self.in_words();
        let how = format!("years run {words}: each is the rest of one year and the first part of the next");
        // why not the gaps: they are other years on the other calendar, and told anew.
        let notes = forecast.notes().iter().filter(|n| !matches!(n, Note::MissingYears { .. })).cloned();
        let notes = Training::told(&history, true)?.into_iter().chain(notes).chain([Note::Derived { how }]).collect();
        Forecast::of_table(&history, forecast.model(), series.name(), &Paths::from_rows(years, values)?, notes)
    }

    /// The series on the other calendar as far as it is known, ending just before `begin`.
    fn history(&self, series: &Series, begin: Year) -> Result<Series> {
        let label = format!("{}, {}", series.label(), self.in_words());
        let whole = |y: f64| if series.unit() == Unit::Count { y.round() } else { y };
        let last = Year::new(i64::from(begin.get()) - 1)?;
        let known = self.convert(series).ok();
        let known = known.iter().flat_map(|c| c.years.iter().copied().zip(c.mean())).filter(|(year, _)| *year <= last);
        let mut observed: Vec<_> = known.map(|(year, y)| Observation::full(year, Value::Exact(whole(y)))).collect();
        if observed.last().is_none_or(|o| o.year < last) {
            // why a year without a number: a series says where its forecast begins.
            observed.push(Observation::full(last, Value::Missing));
        }
        Series::from_observations(series.name(), observed)?.with_label(label).with_unit(series.unit())
    }

    fn splitter(&self, series: &Series) -> Result<Splitter> {
        if series.unit() == Unit::Rate {
            let allowed = "a count or an amount: a rate of a year cannot be cut in two";
            return Err(refused("calendar", "unit", "rate", allowed));
        }
        let mut laws = self.shape.before(self.start)?;
        let mut cut = DAYS[..usize::from(self.start) - 1].iter().sum::<f64>() / DAYS.iter().sum::<f64>();
        if self.back {
            // why: those months are then the rest of an old year, and the others its first part.
            for law in &mut laws {
                std::mem::swap(&mut law.a, &mut law.b);
            }
            cut = 1.0 - cut;
        }
        let stream = Stream::new(SEED, &format!("{}|calendar", series.name()));
        let none = || refused("calendar", "shape", "none", "a share of the year for every month");
        let learned = self.shape.months.is_none() && self.shape.scatter.is_none();
        Splitter::new(stream, laws, cut, series.unit() == Unit::Count, learned).ok_or_else(none)
    }
}

/// Years on another calendar, each with a law: what was observed does not say how it fell over the months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredYears")]
pub struct Converted {
    name: String,
    label: String,
    unit: Unit,
    years: Vec<Year>,
    laws: Vec<Empirical>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredYears {
    name: String,
    label: String,
    unit: Unit,
    years: Vec<Year>,
    laws: Vec<Empirical>,
}

impl TryFrom<StoredYears> for Converted {
    type Error = Error;
    fn try_from(StoredYears { name, label, unit, years, laws }: StoredYears) -> Result<Self> {
        if years.is_empty() || years.len() != laws.len() || !years.is_sorted_by(|a, b| a < b) {
            let given = format!("{} years with {} laws", years.len(), laws.len());
            return Err(refused("calendar", "years", given, "one year or more, in order, with a law each"));
        }
        Ok(Self { name, label, unit, years, laws })
    }
}

impl Converted {
    /// The series' name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its label, with the months of the calendar.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The years.
    pub fn years(&self) -> &[Year] {
        &self.years
    }

    /// The law of each year.
    pub fn laws(&self) -> &[Empirical] {
        &self.laws
    }

    /// The mean of each year.
    pub fn mean(&self) -> Vec<f64> {
        self.laws.iter().map(Empirical::mean).collect()
    }

    /// The quantile of each year.
    ///
    /// # Errors
    /// [`Error::BadProbability`] unless `p` is in (0, 1).
    pub fn quantile(&self, p: f64) -> Result<Vec<f64>> {
        if p > 0.0 && p < 1.0 {
            return Ok(self.laws.iter().map(|law| law.quantile(p)).collect());
        }
        Err(Error::BadProbability { probability: p })
    }

    /// Lower and upper ends of the central interval of each year; `level` in percent.
    ///
    /// # Errors
    /// [`Error::BadLevel`].
    pub fn interval(&self, level: f64) -> Result<(Vec<f64>, Vec<f64>)> {
        let tail = (100.0 - checked_level(level)?) / 200.0;
        Ok((self.quantile(tail)?, self.quantile(1.0 - tail)?))
    }

    /// The series of the means (rounded, for counts); years in between that are not known are missing.
    ///
    /// # Errors
    /// None for what this crate made.
    pub fn series(&self) -> Result<Series> {
        let whole = |y: f64| if self.unit == Unit::Count { y.round() } else { y };
        let observed =
            self.years.iter().zip(self.mean()).map(|(year, y)| Observation::full(*year, Value::Exact(whole(y))));
        let series = Series::from_observations(self.name.as_str(), observed.collect())?;
        series.with_label(self.label.as_str()).with_unit(self.unit)
    }
}

impl fmt::Display for Converted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (80% interval):", self.label)?;
        for (year, law) in self.years.iter().zip(&self.laws) {
            let [low, middle, high] = [0.1, 0.5, 0.9].map(|p| figure(law.quantile(p)));
            write!(f, " {year}: {middle} [{low}, {high}]")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Horizon;
    use crate::smoothing::Naive;

    fn series() -> Series {
        Series::new("cases", Year::new(2018).unwrap(), &[100.0, 120.0, 90.0, 110.0, 100.0]).unwrap()
    }

    #[test]
    fn a_forecast_loses_its_last_year_and_gains_the_one_under_way() {
        let base = Naive.fit(&series()).unwrap().forecast(Horizon::years(3).unwrap()).unwrap();
        let calendar = Calendar::to_fiscal(4, Shape::default()).unwrap();
        let fiscal = calendar.forecast(&base).unwrap();
        let years: Vec<i32> = fiscal.years().iter().map(|y| y.get()).collect();
        assert_eq!(years, [2022, 2023, 2024]);
        assert_eq!(fiscal.series().last_year().get(), 2021);
        assert!(fiscal.series().label().ends_with("April-March"));
        // nothing is lost between two years: 2023 and 2024 fiscal lie within 2023 to 2025
        let (paths, old) = (fiscal.paths(200, 0).unwrap(), base.paths(200, 0).unwrap());
        assert!(paths.rows().zip(old.rows()).all(|(new, old)| new[1] + new[2] <= old.iter().sum()));
        // there and back are as many years as two cuts leave
        let back = calendar.reversed().forecast(&fiscal).unwrap();
        assert_eq!(back.years().iter().map(|y| y.get()).collect::<Vec<_>>(), [2022, 2023, 2024]);
    }

    #[test]
    fn a_year_that_nobody_observed_has_no_number_in_the_history() {
        // April 2019 to March 2020 needs 2019, which nobody said; April 2020 to March 2021 is forecast.
        let paths = Paths::from_rows(2, vec![100.0, 110.0, 90.0, 120.0]).unwrap();
        let one = Series::new("cases", Year::new(2020).unwrap(), &[100.0]).unwrap();
        let base = Forecast::from_paths(&one, "by hand", "cases", &paths, vec![]).unwrap();
        let calendar = Calendar::to_fiscal(4, Shape::default()).unwrap();
        let fiscal = calendar.forecast(&base).unwrap();
        assert_eq!(fiscal.years().iter().map(|y| y.get()).collect::<Vec<_>>(), [2020, 2021]);
        assert_eq!((fiscal.series().last_year().get(), fiscal.series().values()), (2019, &[Value::Missing][..]));
        assert_eq!(fiscal.series().unit(), Unit::Count);
        assert!(fiscal.notes().contains(&Note::MissingYears { years: vec![Year::new(2019).unwrap()] }));
        // it can be stored, and cut again
        let back: Forecast = serde_json::from_str(&serde_json::to_string(&fiscal).unwrap()).unwrap();
        assert_eq!(back, fiscal);
        assert_eq!(calendar.reversed().forecast(&back).unwrap().years()[0].get(), 2021);
    }

    #[test]
    fn what_was_to_be_told_of_a_forecast_is_told_on_the_other_calendar() {
        let gap = series().with_missing(Year::new(2020).unwrap()).unwrap();
        let base = Naive.fit(&gap).unwrap().forecast(Horizon::years(3).unwrap()).unwrap();
        let base = base.widened(&[2.0; 3], "asked for").unwrap();
        let fiscal = Calendar::to_fiscal(4, Shape::default()).unwrap().forecast(&base).unwrap();
        // April 2019 to March 2020 and the year after both need the months of 2020
        let years = [2019, 2020].map(|y| Year::new(y).unwrap()).to_vec();
        let missing = Note::MissingYears { years };
        let widened = base.notes().last().unwrap().clone();
        assert!(matches!(widened, Note::Widened { .. }));
        assert!(matches!(fiscal.notes(), [a, b, Note::Derived { .. }] if (a, b) == (&missing, &widened)));
    }

    #[test]
    fn a_shape_that_nobody_said_is_the_one_that_other_places_teach() {
        // by hand: of 1,000 a year, always, a fiscal year has the mean of 1,000 whatever the share of the first months is,
        // for what one year loses the next has; and 1,000 times the difference of two shares about it
        let even = Series::new("even", Year::new(2018).unwrap(), &[1000.0; 3]).unwrap();
        let calendar = |shape| Calendar::to_fiscal(4, shape).unwrap().convert(&even).unwrap();
        let learned = calendar(Shape::default());
        assert!((learned.mean()[0] - 1000.0).abs() < 10.0, "{:?}", learned.mean());
        // two beta laws of 3 and 9 differ by a variance of 2 (3 9 / (144 13)) = 0.17^2; and a known shape is not the learned
        let sd = |converted: &Converted| converted.laws()[0].variance().sqrt();
        let stated = sd(&calendar(Shape::of(None, Some(12.0)).unwrap()));
        assert!((stated - 1000.0 * (2.0 * 27.0 / (144.0 * 13.0_f64)).sqrt()).abs() < 10.0, "{stated}");
        assert_ne!(Shape::default(), Shape::of(None, Some(12.0)).unwrap());
        // learned by an independent sum over the file: the variance within a series, for what persists cancels
        let course = Course::shipped().unwrap().shares(90.25 / 365.25);
        let within: f64 =
            course.iter().map(|s| s.weight() * s.a * s.b / ((s.a + s.b).powi(2) * (s.a + s.b + 1.0))).sum();
        assert!((sd(&learned) - 1000.0 * (2.0 * within).sqrt()).abs() < 15.0, "{}", sd(&learned));
    }

    #[test]
    fn what_was_counted_of_a_year_under_way_stays_where_it_was_counted() {
        let calendar = Calendar::to_fiscal(4, Shape::default()).unwrap();
        // April 2022 to March 2023 is some of 2022's 100 and, of 2023, no more than the 48 that were in by May
        for (through, least, most) in
            [("2023-05-31", 0.0, 148.0), ("2023-03-31", 48.0, 148.0), ("2023-02-28", 48.0, f64::MAX)]
        {
            let through = crate::series::Coverage::Through(through.parse().unwrap());
            let so_far = series().with_partial(Year::new(2023).unwrap(), 48.0, through).unwrap();
            let base = Naive.fit(&so_far).unwrap().forecast(Horizon::years(2).unwrap()).unwrap();
            let fiscal = calendar.forecast(&base).unwrap().paths(2000, 0).unwrap();
            let (smallest, largest) =
                fiscal.rows().fold((f64::MAX, 0.0_f64), |(low, high), p| (low.min(p[0]), high.max(p[0])));
            assert!(smallest >= least && largest <= most && largest > 90.0, "{smallest} to {largest}");
        }
    }

    #[test]
    fn small_amounts_are_told_in_their_decimals_with_the_level() {
        let even = Shape::new(&[1.0; 12], 1e12).unwrap();
        let cost = Series::new("cost", Year::new(2020).unwrap(), &[0.4, 0.4]).unwrap().with_unit(Unit::Amount).unwrap();
        let said = Calendar::to_fiscal(4, even).unwrap().convert(&cost).unwrap().to_string();
        assert_eq!(said, "cost, April-March (80% interval): 2020: 0.4 [0.4, 0.4]");
    }

    #[test]
    fn an_unknown_shape_costs_width() {
        let even = |scatter| Calendar::to_fiscal(4, Shape::new(&DAYS, scatter).unwrap()).unwrap();
        let width = |scatter: f64| {
            let (low, high) = even(scatter).convert(&series()).unwrap().interval(80.0).unwrap();
            high[0] - low[0]
        };
        assert!(width(12.0) > 2.0 * width(120.0));
    }
}

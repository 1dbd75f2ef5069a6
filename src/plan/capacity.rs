//! Capacity: how many places, officers or ringgit a service level takes.
//!
//! Arrivals N of a year come one by one (or in groups) after a pattern over its months, stay, and leave. Of the arrivals of
//! day u, a share S(t - u) is still there on day t, so the number present at a time t, given the arrivals of a path, has
//!
//! ```text
//! mean = sum_j N_{y-j} a_jt          variance = g sum_j N_{y-j} a_jt (1 - a_jt)
//! ```
//!
//! with `a_jt` the probability that an arrival of j years before is present at t, and g the size of the group that a person comes
//! in, on average over persons: E[s^2] / E[s] for groups of sizes s. A binomial, Poisson or negative binomial law of these moments
//! is mixed over the joint paths of the forecast; a service level is met at the time of the year with the most people, to half a
//! day, and each month is judged by its middle for the days on which places are short. `tests` below hold it against a simulation
//! of single persons. The paths are 10,000 and keyed by the name of the series, so that scenarios of one series share their
//! chance: a probability is known to 0.3 percentage points (one standard error of a share of nine in ten).
//!
//! Reference: Eick, Massey and Whitt (1993), *Management Science* 39(2), 241-252 (the queue with time-dependent arrivals
//! and enough servers).

#![allow(clippy::indexing_slicing, reason = "months and years of tables that are made here")]

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DRAWS, SEED, refused};
use crate::dist::Predictive as _;
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::language::figure;
use crate::numeric::special::binomial::cdf_of_moments;
use crate::series::{Unit, Year};

const WHAT: &str = "capacity";
/// Groups in a year from which on the number present has about the law that is taken for it.
const GROUPS: f64 = 5.0;
/// Below this probability nobody is there any more.
const NOBODY: f64 = 1e-9;
const DAYS: f64 = 365.0;
/// Times of a year that are looked at: the start of each half of a day.
const HALVES: usize = 730;
const MONTHS: [u16; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// How long people stay, in days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stay {
    /// All as long as each other.
    Fixed(f64),
    /// Most shortly, a few very long: the exponential law with this mean.
    Mean(f64),
    /// As long as these stays were.
    Observed(Vec<f64>),
}

impl Stay {
    /// Days of a stay before its day `days`, on average: the integral of S from 0.
    fn spent(&self, days: f64) -> f64 {
        match self {
            Self::Fixed(stay) => stay.min(days),
            Self::Mean(mean) => -mean * (-days / mean).exp_m1(),
            Self::Observed(stays) => stays.iter().map(|stay| stay.min(days)).sum::<f64>() / stays.len() as f64,
        }
    }

    /// The mean stay in days.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed(stay) | Self::Mean(stay) => *stay,
            Self::Observed(stays) => stays.iter().sum::<f64>() / stays.len() as f64,
        }
    }

    fn checked(self) -> Result<Self> {
        let sound = |stay: f64| stay > 0.0 && stay <= 3650.0;
        let (all, given) = match &self {
            Self::Fixed(stay) | Self::Mean(stay) => (sound(*stay), stay.to_string()),
            Self::Observed(stays) => (!stays.is_empty() && stays.iter().all(|s| sound(*s)), format!("{stays:?}")),
        };
        if all { Ok(self) } else { Err(refused(WHAT, "stay", given, "days above 0 and at most 3650")) }
    }
}

/// What is asked of a capacity.
///
/// | setting | default | range | meaning |
/// |---|---|---|---|
/// | stay | none | days, above 0 to 3650 | how long people stay |
/// | service level | 0.9 | (0, 1) | probability that the places suffice, at the time with the most people |
/// | pattern | even | 12 numbers from 0 | arrivals by month, in proportion |
/// | group | 1 | from 1 | persons in the group that a person arrives in, on average over persons |
/// | persons a unit | 1 | above 0 | how many one unit serves at a time: 1 a bed, 12 an officer |
/// | current | none | from 0 | units there are |
/// | cost | none | from 0 | of one unit a year |
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Capacity {
    stay: Stay,
    service_level: f64,
    /// Twelve shares of the year.
    pattern: Vec<f64>,
    group: f64,
    persons: f64,
    current: Option<f64>,
    cost: Option<f64>,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    stay: Stay,
    service_level: f64,
    pattern: Vec<f64>,
    group: f64,
    persons: f64,
    current: Option<f64>,
    cost: Option<f64>,
}

impl TryFrom<Stored> for Capacity {
    type Error = Error;
    fn try_from(Stored { stay, service_level, pattern, group, persons, current, cost }: Stored) -> Result<Self> {
        let asked = Self::new(stay)?.service_level(service_level)?.pattern(&pattern)?.group(group)?;
        let asked = asked.persons_a_unit(persons)?;
        let asked = current.map_or(Ok(asked.clone()), |units| asked.current(units))?;
        let asked = cost.map_or(Ok(asked.clone()), |cost| asked.cost(cost))?;
        if asked.pattern.iter().zip(&pattern).any(|(share, stored)| (share - stored).abs() > 1e-9) {
            return Err(refused(WHAT, "pattern", format!("{pattern:?}"), "12 shares that add up to 1"));
        }
        // why the stored ones: shares over their own sum may differ in the last digit.
        Ok(Self { pattern, ..asked })
    }
}

impl Capacity {
    /// Units that hold people for this stay, enough with probability 0.9.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a stay out of range.
    pub fn new(stay: Stay) -> Result<Self> {
        let pattern = MONTHS.map(|days| f64::from(days) / DAYS).to_vec();
        let stay = stay.checked()?;
        Ok(Self { stay, service_level: 0.9, pattern, group: 1.0, persons: 1.0, current: None, cost: None })
    }

    /// Another service level.
    ///
    /// # Errors
    /// [`Error::BadProbability`] unless it lies in (0, 1).
    pub fn service_level(self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::BadProbability { probability: level });
        }
        Ok(Self { service_level: level, ..self })
    }

    /// Arrivals by month, in proportion.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless there are 12 finite numbers from 0 with a sum above 0.
    pub fn pattern(self, months: &[f64]) -> Result<Self> {
        let total: f64 = months.iter().sum();
        if months.len() != 12 || !(total > 0.0 && total.is_finite()) || months.iter().any(|m| *m < 0.0) {
            let allowed = "12 finite numbers from 0, January first, not all of them 0";
            return Err(refused(WHAT, "pattern", format!("{months:?}"), allowed));
        }
        Ok(Self { pattern: months.iter().map(|m| m / total).collect(), ..self })
    }

    /// The number of persons in the group that a person arrives in, on average over persons (a raid brings many): the size of
    /// groups that are all alike, and `E(s^2) / E(s)`, which is more than their mean size, of groups of sizes s that differ.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is finite and at least 1.
    pub fn group(self, persons: f64) -> Result<Self> {
        if persons >= 1.0 && persons.is_finite() {
            return Ok(Self { group: persons, ..self });
        }
        Err(refused(WHAT, "group", persons, "a finite number from 1"))
    }

    /// How many persons one unit serves at a time.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is finite and above 0.
    pub fn persons_a_unit(self, persons: f64) -> Result<Self> {
        if persons > 0.0 && persons.is_finite() {
            return Ok(Self { persons, ..self });
        }
        Err(refused(WHAT, "persons_a_unit", persons, "a finite number above 0"))
    }

    /// Units there are.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is finite and at least 0.
    pub fn current(self, units: f64) -> Result<Self> {
        if units >= 0.0 && units.is_finite() {
            return Ok(Self { current: Some(units), ..self });
        }
        Err(refused(WHAT, "current", units, "a finite number from 0"))
    }

    /// What one unit costs a year.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is finite and at least 0.
    pub fn cost(self, cost: f64) -> Result<Self> {
        if cost >= 0.0 && cost.is_finite() {
            return Ok(Self { cost: Some(cost), ..self });
        }
        Err(refused(WHAT, "cost", cost, "a finite number from 0"))
    }

    /// What each year of a forecast of arrivals takes.
    ///
    /// Earlier arrivals who are still there come from the observed years; years before the first known number count as that.
    ///
    /// ```
    /// use unjuran::plan::{Capacity, Stay};
    /// use unjuran::forecast::{Forecast, Paths};
    /// use unjuran::series::{Series, Year};
    /// // 365 a year for sure, each for 20 days: 20 on average (Little's law), Poisson but for who is counted twice
    /// let arrivals = Series::new("victims", Year::new(2021)?, &[365.0, 365.0])?;
    /// let forecast = Forecast::from_paths(&arrivals, "sure", "v", &Paths::from_rows(1, vec![365.0])?, vec![])?;
    /// let need = &Capacity::new(Stay::Fixed(20.0))?.need(&forecast)?.years[0];
    /// assert!((need.present - 20.0).abs() < 1e-9);
    /// assert_eq!(need.units, 26.0); // Binomial(365, 20/365): P(Y <= 25) = 0.896, P(Y <= 26) = 0.931
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::CountsOnly`] if the series does not count.
    pub fn need(&self, forecast: &Forecast) -> Result<Needs> {
        let series = forecast.series();
        if series.unit() != Unit::Count {
            let (series, unit) = (series.name().to_owned(), series.unit().to_string());
            return Err(Error::CountsOnly { series, model: WHAT.to_owned(), unit });
        }
        let present = self.present();
        let paths = forecast.paths(DRAWS, SEED)?;
        let first = forecast.years()[0];
        let earlier: Vec<f64> = (1..present.len()).map(|j| Self::before(forecast, first, j)).collect();
        let column = |i: usize| paths.rows().map(|path| path[i]).sum::<f64>() / paths.draws() as f64;
        let expected: Vec<f64> = (0..forecast.years().len()).map(column).collect();
        let mut needs = Vec::with_capacity(forecast.years().len());
        for (i, (&year, law)) in forecast.years().iter().zip(forecast.steps()).enumerate() {
            let moments = |half: usize| -> Vec<(f64, f64)> {
                let add = |sum: (f64, f64), (n, row): (&f64, &Vec<f64>)| {
                    let a = row[half];
                    (sum.0 + n * a, sum.1 + self.group * n * a * (1.0 - a))
                };
                let from_before = earlier.iter().zip(present.iter().skip(i + 1)).fold((0.0, 0.0), add);
                let of_path = |path: &[f64]| path[..=i].iter().rev().zip(&present).fold(from_before, add);
                paths.rows().map(of_path).collect()
            };
            let crowd = |half: usize| {
                let arrivals = expected[..=i].iter().rev().chain(&earlier);
                arrivals.zip(&present).map(|(n, row)| n * row[half]).sum::<f64>()
            };
            // why more by a little: of times that differ by rounding only the first is told.
            let later =
                |top: (usize, f64), (half, n): (usize, f64)| if n > top.1 * (1.0 + 1e-9) { (half, n) } else { top };
            let (top, _) = (0..HALVES).map(|half| (half, crowd(half))).fold((0, 0.0), later);
            let months: Vec<Vec<(f64, f64)>> = middles().map(moments).to_vec();
            let arrivals = (law.quantile(0.5), law.quantile(0.1), law.quantile(0.9));
            needs.push(self.need_of(year, &months, (top, &moments(top)), arrivals));
        }
        Ok(Needs { series: series.name().to_owned(), asked: self.clone(), years: needs })
    }

    /// `months` at their middles, and the time of the year with the most people.
    fn need_of(
        &self,
        year: Year,
        months: &[Vec<(f64, f64)>],
        (top, peak): (usize, &[(f64, f64)]),
        arrivals: (f64, f64, f64),
    ) -> Need {
        let mean = |month: &Vec<(f64, f64)>| month.iter().map(|(mean, _)| mean).sum::<f64>() / month.len() as f64;
        // Probability, at a time, that so many units are enough.
        let enough = |at: &[(f64, f64)], units: f64| {
            let persons = (units * self.persons + 1e-9).floor();
            let of_path = |(mean, variance): &(f64, f64)| cdf_of_moments(*mean, *variance, persons);
            at.iter().map(of_path).sum::<f64>() / at.len() as f64
        };
        let (mut low, mut high) = (-1.0, 1.0);
        while enough(peak, high) < self.service_level && high < 1e12 {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > 1.0 {
            let middle = f64::midpoint(low, high).floor();
            if enough(peak, middle) >= self.service_level { high = middle } else { low = middle }
        }
        let days_short = |units: f64| {
            months.iter().zip(MONTHS).map(|(month, days)| f64::from(days) * (1.0 - enough(month, units))).sum::<f64>()
        };
        let units = self.current.unwrap_or(high);
        let short = days_short(units);
        let avoided = short - days_short(units + 1.0);
        Need {
            year,
            arrivals,
            present: months.iter().zip(MONTHS).map(|(month, days)| mean(month) * f64::from(days)).sum::<f64>() / DAYS,
            peak_month: month_of(top),
            units: high,
            more: self.current.map(|current| (high - current).max(0.0)),
            overflow: 1.0 - enough(peak, units),
            days_short: short,
            days_avoided: avoided,
            cost: self.cost.map(|cost| cost * high),
            cost_a_day_avoided: self.cost.filter(|_| avoided > 1e-6).map(|cost| cost / avoided),
        }
    }

    /// The probability that an arrival of this year, of the year before, ... is present at the start of each half of a day: of
    /// those who come evenly from day c to day d, the integral of S(t - u) over u.
    fn present(&self) -> Vec<Vec<f64>> {
        let row = |j: usize| -> Vec<f64> {
            let at = |half: usize| {
                let spent_since = |start: f64| self.stay.spent(((half + HALVES * j) as f64 / 2.0 - start).max(0.0));
                let (mut start, mut before, mut sum) = (0.0, spent_since(0.0), 0.0);
                for (days, share) in MONTHS.into_iter().zip(&self.pattern) {
                    start += f64::from(days);
                    let after = spent_since(start);
                    sum += share * (before - after) / f64::from(days);
                    before = after;
                }
                sum
            };
            (0..HALVES).map(at).collect()
        };
        // why no last year: the exponential law has none, and of a mean of ten years a third stays for eleven and more.
        let rest = (1..).map(row).take_while(|row: &Vec<f64>| row.iter().any(|a| *a >= NOBODY));
        std::iter::once(row(0)).chain(rest).collect()
    }

    /// Arrivals of the j-th year before the forecast.
    fn before(forecast: &Forecast, first: Year, j: usize) -> f64 {
        let wanted = i64::from(first.get()) - i64::try_from(j).unwrap_or(0);
        let known = forecast.series().full_years().filter(|(year, _)| *year < first);
        let nearest = known.min_by_key(|(year, _)| (i64::from(year.get()) - wanted).abs());
        nearest.map_or(0.0, |(_, y)| y)
    }
}

/// The half of a day that begins in the middle of each month.
fn middles() -> [usize; 12] {
    let mut start = 0;
    MONTHS.map(|days| {
        let middle = start + usize::from(days);
        start += 2 * usize::from(days);
        middle
    })
}

/// The month of a half of a day, 1 to 12.
fn month_of(half: usize) -> u8 {
    let ends = MONTHS.iter().scan(0, |end, days| {
        *end += 2 * usize::from(*days);
        Some(*end)
    });
    (1..12).zip(ends).find(|(_, end)| half < *end).map_or(12, |(month, _)| month)
}

/// What a forecast of arrivals takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Needs {
    /// The series.
    pub series: String,
    /// What was asked.
    pub asked: Capacity,
    /// What each year takes.
    pub years: Vec<Need>,
}

impl Needs {
    /// The years whose arrivals, at the lower end of their interval, are fewer than five groups: the number present
    /// then depends on single groups, and its law is only nearly the one taken for it. None without such years.
    pub fn note(&self) -> Option<String> {
        let few = |need: &&Need| self.asked.group > 1.0 && GROUPS * self.asked.group > need.arrivals.1;
        let years: Vec<String> = self.years.iter().filter(few).map(|need| need.year.to_string()).collect();
        (!years.is_empty()).then(|| {
            let (group, years) = (figure(self.asked.group), years.join(", "));
            format!(
                "groups of {group} are more than a fifth of the fewest arrivals of {years}: more may be needed there"
            )
        })
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (level, stay) = (figure(100.0 * self.asked.service_level), figure(self.asked.stay.mean()));
        write!(f, "{}: stay of {stay} days, enough with probability {level}%; ", self.series)?;
        write!(f, "arrivals with their 80% interval")?;
        self.years.iter().try_for_each(|need| write!(f, "\n  {need}"))?;
        self.note().map_or(Ok(()), |note| write!(f, "\n  {note}"))
    }
}

/// What one year takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Need {
    /// The year.
    pub year: Year,
    /// Median and 80% interval of the arrivals.
    pub arrivals: (f64, f64, f64),
    /// Persons present, on average over the year.
    pub present: f64,
    /// The month of the time with the most people, 1 to 12.
    pub peak_month: u8,
    /// Units that are enough with the probability of the service level, at that time.
    pub units: f64,
    /// Units to be added to the current ones.
    pub more: Option<f64>,
    /// Probability that the current units (or, without such, those needed) are too few, at that time.
    pub overflow: f64,
    /// Days of the year on which they are too few, on average.
    pub days_short: f64,
    /// Such days that one more unit avoids.
    pub days_avoided: f64,
    /// Cost of the units needed.
    pub cost: Option<f64>,
    /// Cost of one more unit over the days that it avoids.
    pub cost_a_day_avoided: Option<f64>,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, arrivals: (median, lower, upper), units, overflow, days_short, .. } = self;
        write!(
            f,
            "{year}: {median:.0} [{lower:.0}, {upper:.0}] arrivals, {:.1} present, {units:.0} needed",
            self.present
        )?;
        if let Some(more) = self.more {
            write!(f, ", {more:.0} more")?;
        }
        write!(f, "; overflow {:.0}%, {days_short:.0} days a year", 100.0 * overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Paths;
    use crate::numeric::rng::Stream;
    use crate::series::Series;

    /// Two possible numbers of arrivals for a year after a year with 300.
    fn forecast() -> Forecast {
        let series = Series::new("victims", Year::new(2021).unwrap(), &[300.0, 300.0]).unwrap();
        let paths = Paths::from_rows(1, vec![200.0, 500.0]).unwrap();
        Forecast::from_paths(&series, "by hand", "v", &paths, vec![]).unwrap()
    }

    /// Persons present so many days into the year, each person's day and stay drawn on their own.
    fn simulated(pattern: &[f64], now: f64, runs: usize) -> Vec<f64> {
        let mut stream = Stream::new(1, "simulation");
        let total: f64 = pattern.iter().sum();
        let middle = now;
        let day = |stream: &mut Stream| {
            let mut u = stream.uniform() * total;
            let mut start = 0.0;
            for (share, days) in pattern.iter().zip(MONTHS) {
                if u < *share {
                    return start + f64::from(days) * u / share;
                }
                u -= share;
                start += f64::from(days);
            }
            DAYS
        };
        (0..runs)
            .map(|run| {
                let now = if run % 2 == 0 { 200 } else { 500 };
                let arrivals = (0..300).map(|_| 0.0).chain((0..now).map(|_| DAYS)).collect::<Vec<f64>>();
                arrivals
                    .iter()
                    .filter(|year| {
                        let came = **year + day(&mut stream);
                        let stay = -90.0 * stream.uniform().ln();
                        came <= DAYS + middle && came + stay > DAYS + middle
                    })
                    .count() as f64
            })
            .collect()
    }

    #[test]
    fn places_and_overflow_are_those_of_persons_simulated_one_by_one() {
        let pattern = [1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        let ask = Capacity::new(Stay::Mean(90.0)).unwrap().pattern(&pattern).unwrap().current(130.0).unwrap();
        let need = &ask.need(&forecast()).unwrap().years[0];
        // those who came in June and July are all there when August begins, of whose own fewer come than leave
        assert_eq!(need.peak_month, 8);
        let mut present = simulated(&pattern, 212.0, 4000);
        let overflow = present.iter().filter(|n| **n > 130.0).count() as f64 / 4000.0;
        // four standard errors of a share of 4,000
        assert!((need.overflow - overflow).abs() < 4.0 * (0.25_f64 / 4000.0).sqrt(), "{} {overflow}", need.overflow);
        present.sort_unstable_by(f64::total_cmp);
        let places = present[3599];
        assert!((need.units - places).abs() <= 4.0, "{} {places}", need.units);
    }

    #[test]
    fn those_present_are_arrivals_a_day_times_the_stay_however_long_it_is() {
        // Little's law: 1,000 a year, always, each for so many days
        let series = Series::new("victims", Year::new(2021).unwrap(), &[1000.0, 1000.0]).unwrap();
        let sure = Paths::from_rows(3, vec![1000.0; 3]).unwrap();
        let sure = Forecast::from_paths(&series, "sure", "v", &sure, vec![]).unwrap();
        for days in [0.01, 0.1, 0.6, 20.0, 400.0, 1825.0, 3650.0] {
            for stay in [Stay::Mean(days), Stay::Fixed(days), Stay::Observed(vec![0.5 * days, days])] {
                let expected = 1000.0 * stay.mean() / 365.0;
                for need in Capacity::new(stay.clone()).unwrap().need(&sure).unwrap().years {
                    assert!((need.present / expected - 1.0).abs() < 1e-3, "{stay:?}: {} for {expected}", need.present);
                }
            }
        }
    }

    #[test]
    fn a_stay_of_part_of_a_month_is_held_at_its_fullest_day() {
        // 300 come in June, 10 a day, for 20 days: from the 20th on 200 are there, of whom the middle of June has seen 150
        let series = Series::new("victims", Year::new(2021).unwrap(), &[300.0, 300.0]).unwrap();
        let sure =
            Forecast::from_paths(&series, "sure", "v", &Paths::from_rows(1, vec![300.0]).unwrap(), vec![]).unwrap();
        let mut june = [0.0; 12];
        june[5] = 1.0;
        let ask = Capacity::new(Stay::Fixed(20.0)).unwrap().pattern(&june).unwrap().service_level(0.5).unwrap();
        let need = &ask.need(&sure).unwrap().years[0];
        assert_eq!((need.peak_month, need.units), (6, 200.0));
    }

    #[test]
    fn the_interval_of_the_arrivals_is_that_of_their_forecast() {
        let series = Series::new("victims", Year::new(2015).unwrap(), &[40.0, 300.0, 90.0, 800.0, 60.0, 20.0, 410.0]);
        let forecast = crate::forecast(&series.unwrap(), crate::series::Horizon::years(3).unwrap()).unwrap();
        let needs = Capacity::new(Stay::Fixed(30.0)).unwrap().need(&forecast).unwrap();
        let (band, median) = (forecast.interval(80.0).unwrap(), forecast.median());
        for (i, need) in needs.years.iter().enumerate() {
            assert_eq!(need.arrivals, (median[i], band.lower[i], band.upper[i]));
        }
    }

    #[test]
    fn units_that_serve_ten_are_a_tenth_rounded_up() {
        let ask =
            |persons| Capacity::new(Stay::Fixed(30.0)).unwrap().persons_a_unit(persons).unwrap().cost(2.0).unwrap();
        let (beds, officers) = (ask(1.0).need(&forecast()).unwrap().years, ask(10.0).need(&forecast()).unwrap().years);
        assert_eq!(officers[0].units, (beds[0].units / 10.0).ceil());
        assert_eq!(beds[0].cost, Some(2.0 * beds[0].units));
    }

    #[test]
    fn groups_that_are_large_beside_the_arrivals_are_told() {
        let ask = |group| Capacity::new(Stay::Mean(60.0)).unwrap().group(group).unwrap().need(&forecast()).unwrap();
        // the 80% interval of 200 and 500 begins with 200, of which 40 is a fifth
        assert_eq!((ask(1.0).note(), ask(40.0).note()), (None, None));
        let said = ask(41.0).to_string();
        let lines: Vec<&str> = said.lines().collect();
        let first = "victims: stay of 60 days, enough with probability 90%; arrivals with their 80% interval";
        assert_eq!(lines[0], first);
        let note = "  groups of 41 are more than a fifth of the fewest arrivals of 2023: more may be needed there";
        assert_eq!(lines[2], note);
    }

    #[test]
    fn groups_need_more_places_and_a_higher_level_too() {
        let ask = Capacity::new(Stay::Mean(60.0)).unwrap();
        let units = |ask: &Capacity| ask.need(&forecast()).unwrap().years[0].units;
        assert!(units(&ask.clone().group(15.0).unwrap()) > units(&ask));
        assert!(units(&ask.clone().service_level(0.99).unwrap()) > units(&ask));
    }
}

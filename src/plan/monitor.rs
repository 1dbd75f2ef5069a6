//! Alarms: is a new figure outside the fan?
//!
//! The tail probability of the figure under the forecast of its year, and over a whole panel the adjustment of Benjamini and
//! Hochberg: among the alarms raised, at most the stated share is false on average. A year to date is compared with the law
//! of what would be counted so far: given the year's total Y, a beta-binomial number with a share that has the law other
//! places teach, the [`Course`] of a year.
//!
//! Reference: Benjamini and Hochberg (1995), *JRSS B* 57(1), 289-300.

#![allow(clippy::indexing_slicing, reason = "an order of the alarms themselves")]

use std::fmt;

use serde::{Deserialize, Serialize};

use super::refused;
use crate::dist::{Distribution, Predictive as _};
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::forecast::under_way::Course;
use crate::numeric::special::binomial::{beta_binomial_cdf, beta_cdf};
use crate::series::{Coverage, Unit, Year};

/// A new figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Its year.
    pub year: Year,
    /// The figure.
    pub value: f64,
    /// How much of the year it covers.
    pub coverage: Coverage,
}

/// How unusual a figure is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The series.
    pub series: String,
    /// The figure.
    pub observed: Observed,
    /// The median of the forecast for the same part of the year.
    pub expected: f64,
    /// Probability of so little or less.
    pub lower_tail: f64,
    /// Probability of so much or more.
    pub upper_tail: f64,
    /// Twice the smaller of the two, at most 1.
    pub p: f64,
    /// The smallest share of false alarms over the panel at which this figure is one.
    pub q: f64,
    /// The share of false alarms that is allowed.
    pub rate: f64,
    /// Whether the figure is an alarm at that rate.
    pub alarm: bool,
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Observed { year, value, coverage } = self.observed;
        let so_far = if coverage.is_partial() { format!(" {coverage}") } else { String::new() };
        let side = if self.lower_tail < self.upper_tail { "so few or fewer" } else { "so many or more" };
        let tail = self.lower_tail.min(self.upper_tail);
        let word = if self.alarm { "alarm" } else { "no alarm" };
        write!(
            f,
            "{}, {year}{so_far}: {value} against {:.0} expected, {word} ({side}: probability {:.1}%)",
            self.series,
            self.expected,
            100.0 * tail
        )
    }
}

/// Nodes for the law of a year's total, and laws of the share that is in for each.
const NODES: u16 = 199;
const SHARES: u16 = 5;
/// The golden ratio less one: its multiples, less their whole parts, spread evenly however many are taken.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Holds new figures against forecasts made before them; `rate` is the share of the alarms that may be false, in (0, 1).
///
/// ```
/// use unjuran::plan::{Observed, monitor};
/// use unjuran::forecast::{Forecast, Paths};
/// use unjuran::series::{Coverage, Series, Year};
/// let cases = Series::new("cases", Year::new(2022)?, &[5.0])?;
/// let paths = Paths::from_rows(1, (1..=100).map(f64::from).collect())?;
/// let forecast = Forecast::from_paths(&cases, "by hand", "cases", &paths, vec![])?;
/// let new = Observed { year: Year::new(2023)?, value: 2.0, coverage: Coverage::Full };
/// let alarm = &monitor(&[(&forecast, new)], 0.1)?[0];
/// assert_eq!((alarm.lower_tail, alarm.p, alarm.alarm), (0.02, 0.04, true));
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::YearNotForecast`]; [`Error::NotFinite`]; [`Error::BadShare`] or [`Error::DateOutsideYear`] for a coverage that is
/// not part of the year; [`Error::PartialRate`] for part of a year of a rate.
pub fn monitor(figures: &[(&Forecast, Observed)], rate: f64) -> Result<Vec<Alarm>> {
    if !(rate > 0.0 && rate < 1.0) {
        return Err(refused("monitor", "rate", rate, "a share of false alarms above 0 and below 1"));
    }
    let mut alarms =
        figures.iter().map(|(forecast, observed)| alarm(forecast, *observed, rate)).collect::<Result<Vec<_>>>()?;
    // The adjusted p-value: the smallest of n p_(j) / j over the places j from its own on.
    let mut order: Vec<usize> = (0..alarms.len()).collect();
    order.sort_by(|a, b| alarms[*a].p.total_cmp(&alarms[*b].p));
    let n = alarms.len() as f64;
    let mut least = 1.0_f64;
    for (place, i) in order.iter().enumerate().rev() {
        least = least.min(n * alarms[*i].p / (place + 1) as f64);
        alarms[*i].q = least;
        alarms[*i].alarm = least <= rate;
    }
    Ok(alarms)
}

fn alarm(forecast: &Forecast, observed: Observed, rate: f64) -> Result<Alarm> {
    let Observed { year, value, coverage } = observed;
    let law = forecast.at(i64::from(year.get()))?;
    let series = forecast.series();
    let name = || series.name().to_owned();
    if !value.is_finite() {
        return Err(Error::NotFinite { series: name(), year: year.get(), value: value.to_string() });
    }
    match coverage {
        Coverage::Through(date) if date.year() != year => {
            return Err(Error::DateOutsideYear { series: name(), year: year.get(), date: date.to_string() });
        }
        Coverage::Share(share) if !(share > 0.0 && share <= 1.0) => {
            return Err(Error::BadShare { series: name(), year: year.get(), share });
        }
        _ if coverage.is_partial() && series.unit() == Unit::Rate => {
            return Err(Error::PartialRate { series: name(), year: year.get() });
        }
        _ => {}
    }
    let share = coverage.share();
    let (lower_tail, upper_tail, expected) = if share >= 1.0 {
        (law.cdf(value), 1.0 - law.cdf(value.next_down()), law.quantile(0.5))
    } else {
        let so_far = SoFar::new(law, share, series.unit() == Unit::Count)?;
        (so_far.cdf(value), 1.0 - so_far.cdf(value.next_down()), so_far.median())
    };
    let p = (2.0 * lower_tail.min(upper_tail)).min(1.0);
    Ok(Alarm { series: name(), observed, expected, lower_tail, upper_tail, p, q: p, rate, alarm: false })
}

/// The law of what is counted in the first part of a year.
struct SoFar {
    parts: Vec<Part>,
    counts: bool,
}

/// A total of the year, and a beta law of the share that is in.
struct Part {
    total: f64,
    a: f64,
    b: f64,
}

impl SoFar {
    fn new(law: &Distribution, share: f64, counts: bool) -> Result<Self> {
        let shares = Course::shipped()?.shares(share);
        let mut sum = 0.0;
        let ends: Vec<f64> = shares
            .iter()
            .map(|share| {
                sum += share.weight();
                sum
            })
            .collect();
        let totals = (0..NODES).map(|i| law.quantile((f64::from(i) + 0.5) / f64::from(NODES)));
        let parts = totals.zip(0..NODES).flat_map(|(total, i)| {
            // why not every share for every total: what is learned has some eighty, and five well spread ones for each of 199
            // totals are as good.
            let at = move |j: u16| (f64::from(i) * f64::from(SHARES) + f64::from(j) + 0.5) * GOLDEN;
            let (shares, ends) = (&shares, &ends);
            (0..SHARES).filter_map(move |j| {
                let share = shares.get(ends.partition_point(|end| *end < at(j).fract())).or(shares.last())?;
                Some(Part { total, a: share.a, b: share.b })
            })
        });
        Ok(Self { parts: parts.collect(), counts })
    }

    fn cdf(&self, y: f64) -> f64 {
        let below = |part: &Part| match *part {
            Part { total, .. } if total <= 0.0 => f64::from(u8::from(y >= total)),
            Part { total, a, b } if self.counts => beta_binomial_cdf(total, a, b, y),
            Part { total, a, b } => beta_cdf(a, b, y / total),
        };
        self.parts.iter().map(below).sum::<f64>() / self.parts.len() as f64
    }

    fn median(&self) -> f64 {
        let (mut low, mut high) = (-1.0, self.parts.last().map_or(0.0, |part| part.total).max(1.0));
        let step = if self.counts { 1.0 } else { 1e-6 * high };
        while high - low > step {
            let middle = if self.counts { (0.5 * (low + high)).floor() } else { 0.5 * (low + high) };
            if self.cdf(middle) >= 0.5 { high = middle } else { low = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Paths;
    use crate::series::Series;

    fn uniform(to: u16) -> Forecast {
        let cases = Series::new("cases", Year::new(2022).unwrap(), &[5.0]).unwrap();
        let paths = Paths::from_rows(1, (1..=to).map(f64::from).collect()).unwrap();
        Forecast::from_paths(&cases, "by hand", "cases", &paths, vec![]).unwrap()
    }

    fn full(value: f64) -> Observed {
        Observed { year: Year::new(2023).unwrap(), value, coverage: Coverage::Full }
    }

    #[test]
    fn the_step_up_procedure_is_that_of_benjamini_and_hochberg() {
        // p = 0.01, 0.04, 0.05, 0.9 of four: 4p/j = 0.04, 0.08, 0.0667, 0.9; from the end: 0.04, 0.0667, 0.0667, 0.9
        let law = uniform(200);
        let figures = [1.0, 4.0, 5.0, 90.0].map(|y| (&law, full(y)));
        let alarms = monitor(&figures, 0.07).unwrap();
        let q: Vec<f64> = alarms.iter().map(|a| (a.q * 1e4).round() / 1e4).collect();
        assert_eq!(q, [0.04, 0.0667, 0.0667, 0.9]);
        assert_eq!(alarms.iter().filter(|a| a.alarm).count(), 3);
        assert_eq!(monitor(&figures, 0.05).unwrap().iter().filter(|a| a.alarm).count(), 1);
    }

    #[test]
    fn what_is_little_for_a_year_is_not_for_a_quarter_of_it() {
        let cases = Series::new("cases", Year::new(2022).unwrap(), &[100.0]).unwrap();
        let paths = Paths::from_rows(1, vec![100.0]).unwrap();
        let law = Forecast::from_paths(&cases, "sure", "cases", &paths, vec![]).unwrap();
        let part = |share| Observed { coverage: Coverage::Share(share), ..full(25.0) };
        let p = |observed| monitor(&[(&law, observed)], 0.1).unwrap()[0].clone();
        assert!(p(part(0.25)).p > 0.5);
        // the law of 100 split by the learned shares, all of them, summed here: five a total must do as well
        let all = |y: f64| -> f64 {
            let shares = Course::shipped().unwrap().shares(0.25);
            shares.iter().map(|s| s.weight() * beta_binomial_cdf(100.0, s.a, s.b, y)).sum()
        };
        for y in [2.0, 10.0, 25.0, 40.0, 60.0] {
            let observed = Observed { coverage: Coverage::Share(0.25), ..full(y) };
            assert!(
                (p(observed).lower_tail - all(y)).abs() < 0.002,
                "{y}: {} against {}",
                p(observed).lower_tail,
                all(y)
            );
        }
        let median = p(part(0.25)).expected;
        assert!(all(median) > 0.498 && all(median - 1.0) < 0.502, "{median}");
        let late = Observed { coverage: Coverage::Share(0.75), ..full(0.0) };
        assert!(p(late).alarm && p(full(25.0)).alarm);
    }
}

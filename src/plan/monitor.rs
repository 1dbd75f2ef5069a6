//! Alarms: is a new figure outside the fan?
//!
//! The tail probability of the figure under the forecast of its year, and over a whole panel the adjustment of Benjamini and
//! Hochberg: among the alarms raised, at most the stated share is false on average. A year to date is compared with the law
//! of what would be counted so far: given the year's total Y, a beta-binomial number with a share that has the law other
//! places teach, the [`Course`] of a year.
//!
//! Where c of the year were counted already when the forecast was made, with a share s of it gone, only the rest is split. A
//! node of the course with mean share m and concentration k has, at a later share t,
//!
//! ```text
//! y - c | Y ~ BetaBinomial(Y - c, k (m_t - m_s), k (1 - m_t))        weight ~ w P(c | Y, m_s, k)
//! ```
//!
//! as if the parts of the year were Dirichlet with these means. Up to a day before s, or below c, no figure is held against
//! such a forecast; up to the same day all that may be counted is c.
//!
//! Reference: Benjamini and Hochberg (1995), *JRSS B* 57(1), 289-300.

#![allow(clippy::indexing_slicing, reason = "an order of the alarms themselves")]

use std::fmt;

use serde::{Deserialize, Serialize};

use super::refused;
use crate::dist::{Distribution, Predictive as _};
use crate::error::{Error, Result};
use crate::forecast::Forecast;
use crate::forecast::under_way::{Course, course};
use crate::language::{Language, figure};
use crate::numeric::special::binomial::{beta_binomial_cdf, beta_cdf};
use crate::numeric::special::gamma::ln_gamma;
use crate::series::{Coverage, Series, Unit, Year};

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
#[non_exhaustive]
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
            "{}, {year}{so_far}: {} against {} expected, {word} ({side}: probability {})",
            self.series,
            figure(value),
            figure(self.expected),
            Language::English.probability(tail)
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
/// [`Error::YearNotForecast`]; [`Error::NotFinite`], [`Error::NegativeCount`] and [`Error::FractionalCount`] for what is no
/// figure of the series; [`Error::KnownFurther`] for a part of the year under way before the day to which the forecast knows it,
/// [`Error::CountedAlready`] for less than was counted by then; [`Error::BadShare`] or [`Error::DateOutsideYear`] for a coverage that is
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
    series.could_hold(year, value)?;
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
    let known = Known::of(series, &observed)?;
    let (lower_tail, upper_tail, expected) = if share >= 1.0 {
        (law.cdf(value), 1.0 - law.cdf(value.next_down()), law.quantile(0.5))
    } else {
        let so_far = SoFar::new(law, share, known, series.unit() == Unit::Count)?;
        (so_far.cdf(value), 1.0 - so_far.cdf(value.next_down()), so_far.median())
    };
    let p = (2.0 * lower_tail.min(upper_tail)).min(1.0);
    Ok(Alarm { series: name(), observed, expected, lower_tail, upper_tail, p, q: p, rate, alarm: false })
}

/// What a forecast knew of the year of a figure.
#[derive(Clone, Copy)]
struct Known {
    /// How much of the year had gone; nothing of a year that had not begun.
    share: f64,
    counted: f64,
}

impl Known {
    /// What was known, unless the figure is of less of the year, or of less.
    fn of(series: &Series, observed: &Observed) -> Result<Self> {
        let Observed { year, value, coverage } = *observed;
        let counted = series.values().last().and_then(|value| value.exact());
        let known = series.last_coverage();
        let Some(counted) = counted.filter(|_| known.is_partial() && series.last_year() == year) else {
            return Ok(Self { share: 0.0, counted: 0.0 });
        };
        let (name, at) = (series.name().to_owned(), year.get());
        if coverage.share() < known.share() {
            let (given, known) = (coverage.to_string(), known.to_string());
            return Err(Error::KnownFurther { series: name, year: at, given, known });
        }
        if value < counted {
            return Err(Error::CountedAlready { series: name, year: at, counted, value });
        }
        Ok(Self { share: known.share(), counted })
    }
}

/// The law of what is counted in the first part of a year.
struct SoFar {
    /// What was counted when the forecast was made.
    counted: f64,
    parts: Vec<Part>,
    counts: bool,
}

/// What is to come of the year, and a beta law of the share of it that is in.
struct Part {
    rest: f64,
    a: f64,
    b: f64,
}

/// A node of the course: the beta laws of what is in of the rest, and of what was in of the year.
struct Split {
    weight: f64,
    a: f64,
    b: f64,
    before: Option<(f64, f64)>,
}

impl Split {
    /// The node with mean share m at `share` of the year, once what was in at an earlier share is known.
    fn of(node: &course::Share, share: f64, known: Known) -> Self {
        let (weight, concentration, mean) = (node.weight(), node.a + node.b, node.a / (node.a + node.b));
        if known.share <= 0.0 {
            return Self { weight, a: node.a, b: node.b, before: None };
        }
        let odds = |share: f64| share / (1.0 - share);
        // logit m - logit s is the node's own at any share
        let then = node.a / node.b * odds(known.share) / odds(share);
        let then = then / (1.0 + then);
        // why a least: a day later by less than a number's last digit has no beta law.
        let a = (concentration * (mean - then)).max(1e-9);
        let before = Some((concentration * then, concentration * (1.0 - then)));
        Self { weight, a, b: node.b, before }
    }

    /// The logarithm of the weight once `counted` of a year of `total` were in, up to a constant.
    fn log_weight(&self, counted: f64, total: f64, counts: bool) -> f64 {
        let Some((a, b)) = self.before.filter(|_| total > 0.0) else { return self.weight.ln() };
        let beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
        let rest = (total - counted).max(0.0);
        let fits = if counts {
            beta(a + counted, b + rest) - beta(a, b)
        } else {
            // why bounds: the density of a share of exactly 0 or 1 may be infinite.
            let share = (counted / total).clamp(0.001, 0.999);
            (a - 1.0) * share.ln() + (b - 1.0) * (1.0 - share).ln() - beta(a, b)
        };
        self.weight.ln() + fits
    }
}

impl SoFar {
    fn new(law: &Distribution, share: f64, known: Known, counts: bool) -> Result<Self> {
        let nodes = Course::shipped()?.shares(share);
        let splits: Vec<Split> = nodes.iter().map(|node| Split::of(node, share, known)).collect();
        let counted = known.counted;
        let mut parts = Vec::with_capacity(usize::from(NODES * SHARES));
        for i in 0..NODES {
            let total = law.quantile((f64::from(i) + 0.5) / f64::from(NODES));
            let rest = if share > known.share { total - counted } else { 0.0 };
            let logs: Vec<f64> = splits.iter().map(|split| split.log_weight(counted, total, counts)).collect();
            let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            let ends: Vec<f64> = logs
                .iter()
                .map(|log| {
                    sum += (log - most).exp();
                    sum
                })
                .collect();
            // why not every share for every total: what is learned has some eighty, and five well spread ones for each of 199
            // totals are as good.
            let at = |j: u16| ((f64::from(i) * f64::from(SHARES) + f64::from(j) + 0.5) * GOLDEN).fract() * sum;
            parts.extend((0..SHARES).filter_map(|j| {
                let split = splits.get(ends.partition_point(|end| *end < at(j))).or(splits.last())?;
                Some(Part { rest, a: split.a, b: split.b })
            }));
        }
        Ok(Self { counted, parts, counts })
    }

    fn cdf(&self, y: f64) -> f64 {
        let more = y - self.counted;
        let below = |part: &Part| match *part {
            Part { rest, .. } if rest <= 0.0 => f64::from(u8::from(more >= rest)),
            Part { rest, a, b } if self.counts => beta_binomial_cdf(rest, a, b, more),
            Part { rest, a, b } => beta_cdf(a, b, more / rest),
        };
        self.parts.iter().map(below).sum::<f64>() / self.parts.len() as f64
    }

    fn median(&self) -> f64 {
        let most = self.parts.last().map_or(0.0, |part| part.rest).max(1.0);
        let (mut low, mut high) = (self.counted - 1.0, self.counted + most);
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
    use crate::series::Date;

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
    fn a_small_rate_is_told_in_its_decimals_and_a_rare_tail_as_rare() {
        let rate = Series::new("rate", Year::new(2022).unwrap(), &[0.4]).unwrap().with_unit(Unit::Rate).unwrap();
        let paths = Paths::from_rows(1, vec![0.412; 1000]).unwrap();
        let law = Forecast::from_paths(&rate, "by hand", "rate", &paths, vec![]).unwrap();
        let said = monitor(&[(&law, full(0.9))], 0.1).unwrap()[0].to_string();
        let expected = "rate, 2023: 0.9 against 0.412 expected, alarm (so many or more: probability less than 1%)";
        assert_eq!(said, expected);
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

    #[test]
    fn a_figure_late_in_a_large_year_has_the_tails_of_its_law() {
        // of 1,900 for sure, split by the learned shares of eleven months, all of them; the sums are those of the logarithms
        let cases = Series::new("cases", Year::new(2022).unwrap(), &[1900.0]).unwrap();
        let paths = Paths::from_rows(1, vec![1900.0]).unwrap();
        let law = Forecast::from_paths(&cases, "sure", "cases", &paths, vec![]).unwrap();
        let (share, n) = (11.0 / 12.0, 1900.0);
        let shares = Course::shipped().unwrap().shares(share);
        let beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
        let all = |y: f64| -> f64 {
            let below = |s: &course::Share| -> f64 {
                let log = |j: f64| -beta(j + 1.0, n - j + 1.0) - (n + 1.0).ln() + beta(j + s.a, n - j + s.b);
                (0..=1900).map(f64::from).filter(|j| *j <= y).map(|j| (log(j) - beta(s.a, s.b)).exp()).sum()
            };
            shares.iter().map(|s| s.weight() * below(s)).sum()
        };
        for value in [1500.0, 1700.0, 1745.0, 1800.0, 1880.0] {
            let observed = Observed { coverage: Coverage::Share(share), ..full(value) };
            let found = monitor(&[(&law, observed)], 0.1).unwrap()[0].lower_tail;
            assert!((found - all(value)).abs() < 0.002, "{value}: {found} against {}", all(value));
        }
    }

    /// A year of 101 to 200, of which 48 were counted by the end of May.
    fn under_way() -> Forecast {
        let year = Year::new(2023).unwrap();
        let cases = Series::new("cases", Year::new(2022).unwrap(), &[139.0]).unwrap();
        let cases = cases.with_partial(year, 48.0, through("2023-05-31")).unwrap();
        let paths = Paths::from_rows(1, (101..=200).map(f64::from).collect()).unwrap();
        Forecast::from_paths(&cases, "by hand", "cases", &paths, vec![]).unwrap()
    }

    fn through(day: &str) -> Coverage {
        Coverage::Through(day.parse::<Date>().unwrap())
    }

    #[test]
    fn what_was_counted_already_is_in_every_later_figure() {
        let law = under_way();
        let of = |value: f64, coverage| monitor(&[(&law, Observed { coverage, ..full(value) })], 0.1);
        let by = |value: f64, day: &str| of(value, through(day)).unwrap().swap_remove(0);
        // to the same day: 48, and any more is an alarm
        let same = by(48.0, "2023-05-31");
        assert_eq!((same.expected, same.p, same.alarm), (48.0, 1.0, false));
        assert_eq!((by(49.0, "2023-05-31").upper_tail, by(49.0, "2023-05-31").alarm), (0.0, true));
        // a third of the seven months to come, or somewhat less, brings about a third of 53 to 152
        let september = by(80.0, "2023-09-30");
        assert!((90.0..110.0).contains(&september.expected), "{september}");
        assert!(by(48.0, "2023-09-30").alarm && by(190.0, "2023-09-30").alarm);
        // the nearer the day, the nearer the number
        let [june, november] = ["2023-06-01", "2023-11-30"].map(|day| by(60.0, day).expected);
        assert!(june < 52.0 && november > september.expected && november < 150.0, "{june} {november}");
        // at the end of the year it is the law of the year: 101 to 200
        assert_eq!(by(150.0, "2023-12-31").lower_tail, 0.5);
    }

    #[test]
    fn figures_that_know_less_than_the_forecast_are_refused() {
        let law = under_way();
        let of = |value: f64, coverage| monitor(&[(&law, Observed { coverage, ..full(value) })], 0.1).unwrap_err();
        let earlier = of(30.0, through("2023-03-31"));
        assert!(matches!(&earlier, Error::KnownFurther { year: 2023, .. }), "{earlier}");
        assert_eq!(
            earlier.to_string(),
            "series \"cases\", 2023: a figure to 2023-03-31 is refused: the forecast knows the year to 2023-05-31 already; \
             give a later day, or an earlier forecast"
        );
        for coverage in [through("2023-05-31"), through("2023-09-30"), Coverage::Full] {
            assert!(matches!(of(30.0, coverage), Error::CountedAlready { counted: 48.0, value: 30.0, .. }));
        }
    }

    #[test]
    fn what_is_no_count_is_refused_for_a_series_of_counts() {
        let law = uniform(200);
        let of = |value| monitor(&[(&law, full(value))], 0.1).unwrap_err();
        assert!(matches!(of(-4.0), Error::NegativeCount { year: 2023, .. }));
        assert!(matches!(of(4.5), Error::FractionalCount { year: 2023, .. }));
        assert!(matches!(of(f64::NAN), Error::NotFinite { year: 2023, .. }));
    }
}

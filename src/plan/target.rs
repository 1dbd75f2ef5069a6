//! Targets: how likely they are met, and what it would take.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::scenario::Scenario;
use super::{DRAWS, SEED, checked_probability, position, refused};
use crate::dist::Predictive as _;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Move, moved};
use crate::language::{Language, figure};
use crate::series::{Unit, Year};

/// Which side of the number is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    AtMost,
    AtLeast,
}

/// Which years must meet the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// That year alone.
    #[default]
    Year,
    /// Every forecast year up to it.
    Every,
    /// Some forecast year up to it.
    By,
    /// The sum of the forecast years up to it.
    Total,
}

impl FromStr for Scope {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "year" => Ok(Self::Year),
            "every" => Ok(Self::Every),
            "by" => Ok(Self::By),
            "total" => Ok(Self::Total),
            _ => {
                let allowed = "\"year\", \"every\" (year up to it), \"by\" (some year up to it) or \"total\"";
                Err(refused("target", "scope", format!("{text:?}"), allowed))
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Year => "year",
            Self::Every => "every",
            Self::By => "by",
            Self::Total => "total",
        })
    }
}

/// A target: a number that is not to be passed, or to be reached, and when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    side: Side,
    value: f64,
    year: Year,
    scope: Scope,
    since: Option<Year>,
}

impl Goal {
    /// At most `value` in `year`.
    pub fn at_most(value: f64, year: Year) -> Self {
        Self { side: Side::AtMost, value, year, scope: Scope::Year, since: None }
    }

    /// At least `value` in `year`.
    pub fn at_least(value: f64, year: Year) -> Self {
        Self { side: Side::AtLeast, ..Self::at_most(value, year) }
    }

    /// The same number for other years.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The sum begins with this year, which may lie in the past; observed years are added as they are.
    #[must_use]
    pub fn since(self, since: Year) -> Self {
        Self { scope: Scope::Total, since: Some(since), ..self }
    }

    fn met(&self, y: f64) -> bool {
        match self.side {
            Side::AtMost => y <= self.value,
            Side::AtLeast => y >= self.value,
        }
    }

    /// Whether a path of the forecast meets it; `before` is the sum of the observed years that count.
    fn met_by(&self, path: &[f64], before: f64) -> bool {
        match self.scope {
            Scope::Year => path.last().is_some_and(|y| self.met(*y)),
            Scope::Every => path.iter().all(|y| self.met(*y)),
            Scope::By => path.iter().any(|y| self.met(*y)),
            Scope::Total => self.met(before + path.iter().sum::<f64>()),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { side, value, year, scope, since } = self;
        let side = if *side == Side::AtMost { "at most" } else { "at least" };
        match (scope, since) {
            (Scope::Year, _) => write!(f, "{side} {value} in {year}"),
            (Scope::Every, _) => write!(f, "{side} {value} in every year to {year}"),
            (Scope::By, _) => write!(f, "{side} {value} in some year to {year}"),
            (Scope::Total, Some(since)) => write!(f, "{side} {value} in all from {since} to {year}"),
            (Scope::Total, None) => write!(f, "{side} {value} in all to {year}"),
        }
    }
}

/// From which probability on a target is on track, and below which it is off track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// On track from here.
    pub on: f64,
    /// Off track below this.
    pub off: f64,
}

impl Default for Thresholds {
    /// On track from four in five, off track below an even chance.
    fn default() -> Self {
        Self { on: 0.8, off: 0.5 }
    }
}

/// How a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Met with at least the upper threshold's probability.
    OnTrack,
    /// In between.
    AtRisk,
    /// Met with less than the lower threshold's probability.
    OffTrack,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnTrack => "on track",
            Self::AtRisk => "at risk",
            Self::OffTrack => "off track",
        })
    }
}

/// How likely a target is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct Target {
    /// The series.
    pub series: String,
    /// The target.
    pub goal: Goal,
    /// Probability that it is met.
    pub probability: f64,
    /// What simulation leaves open of it; 0 where none was needed.
    pub standard_error: f64,
    /// What the status goes by.
    pub thresholds: Thresholds,
}

/// The stored form: checked on the way in.
#[derive(Deserialize)]
struct Stored {
    series: String,
    goal: Goal,
    probability: f64,
    standard_error: f64,
    thresholds: Thresholds,
}

impl TryFrom<Stored> for Target {
    type Error = Error;
    fn try_from(Stored { series, goal, probability, standard_error, thresholds }: Stored) -> Result<Self> {
        checked_probability("target", "probability", probability)?;
        checked_probability("target", "standard_error", standard_error)?;
        Self { series, goal, probability, standard_error, thresholds }.with_thresholds(thresholds)
    }
}

impl Target {
    /// On track, at risk or off track.
    pub fn status(&self) -> Status {
        match self.probability {
            p if p >= self.thresholds.on => Status::OnTrack,
            p if p < self.thresholds.off => Status::OffTrack,
            _ => Status::AtRisk,
        }
    }

    /// The same with other thresholds.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless 0 <= off <= on <= 1.
    pub fn with_thresholds(self, thresholds: Thresholds) -> Result<Self> {
        let Thresholds { on, off } = thresholds;
        if !(0.0 <= off && off <= on && on <= 1.0) {
            let allowed = "two probabilities, on track from the first and off track below the second";
            return Err(refused("target", "thresholds", format!("({on}, {off})"), allowed));
        }
        Ok(Self { thresholds, ..self })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Thresholds { on, off } = self.thresholds;
        write!(
            f,
            "{}, {}: probability {}, {} (on track from {:.0}%, off track below {:.0}%)",
            self.series,
            self.goal,
            Language::English.probability(self.probability),
            self.status(),
            100.0 * on,
            100.0 * off
        )
    }
}

/// How likely a forecast meets a target: in one year by its law, over several years by 10,000 joint paths.
///
/// ```
/// use unjuran::plan::{Goal, Scope, target};
/// use unjuran::forecast::{Forecast, Paths};
/// use unjuran::series::{Series, Year};
/// let cases = Series::new("cases", Year::new(2022)?, &[5.0])?;
/// let paths = Paths::from_rows(2, vec![4.0, 9.0, 6.0, 3.0, 7.0, 8.0, 2.0, 1.0])?;
/// let forecast = Forecast::from_paths(&cases, "by hand", "cases", &paths, vec![])?;
/// let goal = Goal::at_most(5.0, Year::new(2024)?);
/// let chance = |goal: Goal| Ok::<f64, unjuran::Error>(target(&forecast, &goal)?.probability);
/// assert_eq!(chance(goal)?, 0.5); // 3 and 1 of 9, 3, 8, 1
/// assert_eq!(chance(goal.scope(Scope::Every))?, 0.25); // 2 and 1
/// assert_eq!(chance(goal.scope(Scope::By))?, 0.75); // not 7 and 8
/// assert_eq!(chance(Goal::at_most(9.0, Year::new(2024)?).scope(Scope::Total))?, 0.5); // 6 + 3, 2 + 1
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::YearNotForecast`]; [`Error::ImpossibleTarget`] for one that no outcome can meet (a count of at most -1, less
/// than was counted already); [`Error::NotObserved`] if the sum reaches back to a year without a number.
pub fn target(forecast: &Forecast, goal: &Goal) -> Result<Target> {
    let last = position(forecast, i64::from(goal.year.get()))?;
    let before = summed_before(forecast, goal)?;
    possible(forecast, goal, before)?;
    let (probability, standard_error) = if goal.scope == Scope::Year {
        (in_year(forecast, goal, last, Move::NONE)?, 0.0)
    } else {
        let first = first_of(forecast, goal)?;
        let paths = forecast.paths(DRAWS, SEED)?;
        let met =
            paths.rows().filter(|path| path.get(first..=last).is_some_and(|years| goal.met_by(years, before))).count();
        let p = met as f64 / paths.draws() as f64;
        (p, (p * (1.0 - p) / paths.draws() as f64).sqrt())
    };
    let (series, goal, thresholds) = (forecast.series().name().to_owned(), *goal, Thresholds::default());
    Ok(Target { series, goal, probability, standard_error, thresholds })
}

/// The probability that the outcome of a year meets the goal once it is moved.
fn in_year(forecast: &Forecast, goal: &Goal, i: usize, by: Move) -> Result<f64> {
    let own = forecast.at(i64::from(goal.year.get()))?.clone();
    let law = if by == Move::NONE { own } else { moved(own, by, forecast.counted(i)) };
    Ok(match goal.side {
        Side::AtMost => law.cdf(goal.value),
        // why: the probability of what is strictly below, atoms included.
        Side::AtLeast => 1.0 - law.cdf(goal.value.next_down()),
    })
}

/// The first forecast year that counts for the goal.
fn first_of(forecast: &Forecast, goal: &Goal) -> Result<usize> {
    let first = forecast.first_year().get();
    match goal.since {
        Some(since) if since > goal.year => {
            Err(refused("target", "since", since, &format!("a year up to that of the target, {}", goal.year)))
        }
        Some(since) => Ok(usize::try_from(since.get() - first).unwrap_or(0)),
        None => Ok(0),
    }
}

/// The sum of the observed years that count.
fn summed_before(forecast: &Forecast, goal: &Goal) -> Result<f64> {
    let Some(since) = goal.since else { return Ok(0.0) };
    let series = forecast.series();
    let mut sum = 0.0;
    for year in since.get()..forecast.first_year().get() {
        let known = series.full_years().find(|(full, _)| full.get() == year);
        sum += known.map(|(_, y)| y).ok_or_else(|| Error::NotObserved {
            series: series.name().to_owned(),
            year,
            needed_for: format!("a sum since {since}"),
        })?;
    }
    Ok(sum)
}

/// Refuses a goal that no outcome can meet.
fn possible(forecast: &Forecast, goal: &Goal, before: f64) -> Result<()> {
    let series = forecast.series();
    let refuse = |reason: String| Error::ImpossibleTarget {
        series: series.name().to_owned(),
        year: goal.year.get(),
        target: goal.value,
        reason,
    };
    if !goal.value.is_finite() {
        return Err(refused("target", "value", goal.value, "a finite number"));
    }
    if goal.side == Side::AtLeast {
        return Ok(());
    }
    let counts = series.unit() == Unit::Count;
    if counts && goal.value < before {
        let reason = if before > 0.0 {
            format!("{before} were counted in earlier years")
        } else {
            "counts are never below 0".into()
        };
        return Err(refuse(reason));
    }
    if let Some(under_way) = forecast.under_way() {
        let first = forecast.first_year();
        let sure = under_way.counted + before;
        let touches = match goal.scope {
            Scope::Year | Scope::By => goal.year == first,
            Scope::Every => true,
            Scope::Total => goal.since.is_none_or(|since| since <= first),
        };
        if touches && goal.value < sure {
            return Err(refuse(format!("{sure} are already counted")));
        }
    }
    Ok(())
}

/// The yearly change that reaches a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredChange")]
#[non_exhaustive]
pub struct RequiredChange {
    /// The series.
    pub series: String,
    /// The target.
    pub goal: Goal,
    /// The probability with which it is to be met.
    pub asked: f64,
    /// The change a year, against the forecast as it is: the k-th year is multiplied by (1 + r)^k. -0.05 is 5% less each year.
    /// Where the target is met as things are nothing is needed, and this is the room there is: the change up to which it
    /// still is met; 0 where no change could miss it.
    pub yearly_change: f64,
    /// The probability with which it is met under that change.
    pub probability: f64,
    /// The probability as things are.
    pub as_it_is: f64,
    /// Medians of the years as things are.
    pub median_as_it_is: Vec<f64>,
    /// Medians of the years under the change.
    pub median: Vec<f64>,
}

#[derive(Deserialize)]
struct StoredChange {
    series: String,
    goal: Goal,
    asked: f64,
    yearly_change: f64,
    probability: f64,
    as_it_is: f64,
    median_as_it_is: Vec<f64>,
    median: Vec<f64>,
}

impl TryFrom<StoredChange> for RequiredChange {
    type Error = Error;
    fn try_from(stored: StoredChange) -> Result<Self> {
        let StoredChange { series, goal, asked, yearly_change, probability, as_it_is, median_as_it_is, median } =
            stored;
        for (parameter, p) in [("asked", asked), ("probability", probability), ("as_it_is", as_it_is)] {
            checked_probability("target", parameter, p)?;
        }
        Ok(Self { series, goal, asked, yearly_change, probability, as_it_is, median_as_it_is, median })
    }
}

impl fmt::Display for RequiredChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (series, goal, asked) = (&self.series, &self.goal, figure(100.0 * self.asked));
        let change = format!("{:+.1}% a year against the forecast", 100.0 * self.yearly_change);
        let as_it_is = format!("(as it is: probability {})", Language::English.probability(self.as_it_is));
        write!(f, "{series}, {goal} with probability {asked}%: ")?;
        if self.as_it_is < self.asked {
            return write!(f, "{change} {as_it_is}");
        }
        write!(f, "no change needed {as_it_is}")?;
        if self.yearly_change == 0.0 { Ok(()) } else { write!(f, ", and room for up to {change}") }
    }
}

/// Changes looked for: from a 1/1000 of the forecast a year to 1000 times as much.
const LIMIT: f64 = 6.907_755_278_982_137;

/// The yearly change, against the forecast as it is, under which a target is met with a probability: what
/// [`Scenario::yearly_change`] applies and [`target`] then finds.
///
/// In one year it comes from the law of that year, and the probability is met to 1e-9. Over several years, where 10,000 paths
/// are counted, and where the law of the year is itself a table of paths, the change is the one nearest to none under which at
/// least that share of the paths meets the target. Where it is met already nothing is needed, and the change is the room there
/// is: the farthest one in the harmful direction under which it still is met.
///
/// Below zero more is less: at most -30 is met by a change upwards. A total of years that may lie on either side of zero is
/// refused, for there is no telling which change helps.
///
/// # Errors
/// Those of [`target`]; [`Error::BadProbability`]; [`Error::ImpossibleTarget`] if no change between a thousandth and a
/// thousandfold a year reaches the probability. One that all of them reach asks for no change: 0. [`Error::BadParameter`] for
/// a total of amounts or rates that may be below zero.
pub fn required_change(forecast: &Forecast, goal: &Goal, probability: f64) -> Result<RequiredChange> {
    if !(probability > 0.0 && probability < 1.0) {
        return Err(Error::BadProbability { probability });
    }
    let as_it_is = target(forecast, goal)?.probability;
    let (last, first) = (position(forecast, i64::from(goal.year.get()))?, first_of(forecast, goal)?);
    let before = summed_before(forecast, goal)?;
    if goal.scope == Scope::Total && may_be_negative(forecast) {
        let allowed = format!("year, every or by: {:?} may be below zero", forecast.series().name());
        return Err(refused("required_change", "scope", goal.scope, &allowed));
    }
    let by_law = goal.scope == Scope::Year;
    let paths = if by_law { None } else { Some(forecast.paths_before_rounding(DRAWS, SEED)?) };
    let counts = forecast.series().unit() == Unit::Count;
    let mut changed = vec![0.0; forecast.years().len()];
    let mut chance = |log: f64| -> Result<f64> {
        let factor = |i: usize| (log * (i + 1) as f64).exp();
        let Some(paths) = &paths else {
            return in_year(forecast, goal, last, Move { factor: factor(last), add: 0.0 });
        };
        let met = paths.rows().filter(|path| {
            for (i, (y, new)) in path.iter().zip(&mut changed).enumerate() {
                *new = Move { factor: factor(i), add: 0.0 }.outcome(*y, forecast.counted(i), counts);
            }
            changed.get(first..=last).is_some_and(|years| goal.met_by(years, before))
        });
        Ok(met.count() as f64 / paths.draws() as f64)
    };
    // `met` is the end of the bracket under which the target is met often enough.
    let ends = if goal.side == Side::AtMost { (-LIMIT, LIMIT) } else { (LIMIT, -LIMIT) };
    let (best, worst) = (chance(ends.0)?, chance(ends.1)?);
    // why: a number below zero grows downwards.
    let ((mut met, mut unmet), (best, worst)) =
        if worst > best { ((ends.1, ends.0), (worst, best)) } else { (ends, (best, worst)) };
    let impossible = |reason: &str| Error::ImpossibleTarget {
        series: forecast.series().name().to_owned(),
        year: goal.year.get(),
        target: goal.value,
        reason: reason.to_owned(),
    };
    if best < probability {
        let known = forecast.counted(0).map_or(String::new(), |c| format!(", with {c} already counted"));
        let reason = format!("its probability stays below {best:.4} under any yearly change{known}");
        return Err(impossible(&reason));
    }
    if worst >= probability {
        // why none: whatever is done it is met, and there is nothing to be found in between.
        (met, unmet) = (0.0, 0.0);
    }
    for _ in 0..if by_law { 90 } else { 40 } {
        let middle = 0.5 * (met + unmet);
        if chance(middle)? >= probability {
            met = middle;
        } else {
            unmet = middle;
        }
    }
    let yearly_change = met.exp_m1();
    let changed = Scenario::yearly_change(yearly_change).apply(forecast)?;
    Ok(RequiredChange {
        series: forecast.series().name().to_owned(),
        goal: *goal,
        asked: probability,
        yearly_change,
        probability: target(&changed, goal)?.probability,
        as_it_is,
        median_as_it_is: forecast.median(),
        median: changed.median(),
    })
}

/// Whether a year may come out below zero.
fn may_be_negative(forecast: &Forecast) -> bool {
    forecast.series().unit() != Unit::Count && forecast.floors().iter().any(Option::is_none)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Paths;
    use crate::series::{Horizon, Series};

    fn below_zero() -> Forecast {
        let start = Year::new(2016).unwrap();
        let net = Series::new("net", start, &[-10.0, -20.0, -5.0, -30.0, -25.0, -18.0, -22.0]).unwrap();
        crate::forecast(&net.with_unit(Unit::Amount).unwrap(), Horizon::years(3).unwrap()).unwrap()
    }

    #[test]
    fn a_number_below_zero_falls_as_it_grows() {
        let (forecast, year) = (below_zero(), Year::new(2023).unwrap());
        for (goal, p) in [(Goal::at_most(-30.0, year), 0.6), (Goal::at_least(-10.0, year), 0.8)] {
            for goal in [goal, goal.scope(Scope::Every), goal.scope(Scope::By)] {
                let found = required_change(&forecast, &goal, p).unwrap();
                assert!((found.probability - p).abs() < 1e-3, "{found}");
                // at most -30 wants more of what is below zero, at least -10 less
                assert_eq!(found.yearly_change > 0.0, goal.side == Side::AtMost, "{found}");
            }
        }
        let total = required_change(&forecast, &Goal::at_most(-60.0, year).scope(Scope::Total), 0.5).unwrap_err();
        assert!(total.to_string().contains("\"net\" may be below zero"), "{total}");
    }

    #[test]
    fn what_is_nearly_sure_is_not_told_as_sure() {
        let series = Series::new("cases", Year::new(2022).unwrap(), &[5.0]).unwrap();
        // 2 of 1,000 paths lie above 5
        let paths = (0..1000).map(|i| if i < 2 { 9.0 } else { 5.0 }).collect();
        let paths = Paths::from_rows(1, paths).unwrap();
        let forecast = Forecast::from_paths(&series, "by hand", "cases", &paths, vec![]).unwrap();
        let found = required_change(&forecast, &Goal::at_most(5.0, Year::new(2023).unwrap()), 0.999).unwrap();
        let said = found.to_string();
        assert!(said.contains("with probability 99.9%:") && said.ends_with("probability more than 99%)"), "{said}");
    }

    #[test]
    fn a_target_that_is_met_as_things_are_needs_nothing_and_has_room() {
        let series = Series::new("cases", Year::new(2022).unwrap(), &[100.0]).unwrap();
        // 51, 52, ..., 150 with the same probability: at most 160 is sure, and 80 of the paths stay there up to 160.5 / 130
        let paths = Paths::from_rows(1, (51..=150).map(f64::from).collect()).unwrap();
        let forecast = Forecast::from_paths(&series, "by hand", "cases", &paths, vec![]).unwrap();
        let year = Year::new(2023).unwrap();
        let found = required_change(&forecast, &Goal::at_most(160.0, year), 0.8).unwrap();
        assert!((found.yearly_change - (160.5 / 130.0 - 1.0)).abs() < 0.01, "{found}");
        let said = found.to_string();
        let start = "cases, at most 160 in 2023 with probability 80%: no change needed (as it is: probability";
        assert!(said.starts_with(start) && said.contains("and room for up to +23"), "{said}");
        // at least 40: 20 of them may fall below, and 71 is the number that stays up to 39.5 / 71
        let found = required_change(&forecast, &Goal::at_least(40.0, year), 0.8).unwrap();
        assert!(found.to_string().contains("and room for up to -44"), "{found}");
        let short = required_change(&forecast, &Goal::at_most(80.0, year), 0.8).unwrap();
        assert!(!short.to_string().contains("room") && short.yearly_change < 0.0, "{short}");
    }

    #[test]
    fn a_target_that_is_met_whatever_is_done_asks_for_no_change() {
        let start = Year::new(2015).unwrap();
        let cases = Series::new("cases", start, &[163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0]).unwrap();
        let forecast = crate::forecast(&cases, Horizon::years(3).unwrap()).unwrap();
        let last = Year::new(2025).unwrap();
        for goal in [Goal::at_least(0.0, last), Goal::at_least(0.0, last).scope(Scope::Every)] {
            let found = required_change(&forecast, &goal, 0.9).unwrap();
            assert_eq!((found.yearly_change, found.probability, found.as_it_is), (0.0, 1.0, 1.0), "{goal}");
            assert_eq!(found.median, forecast.median());
            let line =
                format!("cases, {goal} with probability 90%: no change needed (as it is: probability more than 99%)");
            assert_eq!(found.to_string(), line);
        }
        let none = required_change(&forecast, &Goal::at_most(-1.0, last), 0.9).unwrap_err();
        assert!(matches!(none, Error::ImpossibleTarget { .. }));
    }
}

//! What if: drivers that act on a forecast.
//!
//! A scenario multiplies each year of every path by a factor and adds a number. In a year under way it acts on what is still to
//! come: of y, with c counted so far, it makes c + factor (y - c) + number, and not less than c. Paths are keyed by seed and series, so the
//! scenarios of one series share their chance: their differences are those of the drivers alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DRAWS, SEED, position, refused};
use crate::dist::Predictive as _;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Move, Paths};
use crate::numeric::rng::Stream;
use crate::numeric::special::normal;
use crate::series::{Event, EventKind, Note, Series, Unit, Year};

const WHAT: &str = "Scenario";
/// The largest count, and the quantile of a forecast that may not be beyond it: that of a 95% interval.
const MOST_COUNT: f64 = 9_007_199_254_740_992.0;
const LARGE: f64 = 0.975;

/// A factor, sure or with a 95% interval. Then it is drawn once a path, from a log-normal law of two pieces: half of the mass
/// below the factor and half above, each piece with its own spread, so that median and interval are those that were given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The factor, or its median.
    pub factor: f64,
    /// Its 95% interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
}

impl From<f64> for Effect {
    fn from(factor: f64) -> Self {
        Self { factor, interval: None }
    }
}

/// One thing that happens. Years are forecast years; without `from` it begins with the first of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Driver {
    /// The level is multiplied by a factor, reached in equal steps over so many years.
    Level {
        /// The factor.
        effect: Effect,
        /// First year.
        from: Option<Year>,
        /// Years until the whole factor is reached, at least 1.
        over: u32,
    },
    /// So many more (or fewer) a year, reached in equal steps over so many years. Of a year under way the whole number is still
    /// to come, however much of the year has gone: begin with the next year, or say what falls into the rest of this one.
    Add {
        /// How many.
        number: f64,
        /// First year.
        from: Option<Year>,
        /// Years until all of it is reached, at least 1.
        over: u32,
    },
    /// The forecast grows by a share more each year than it would: the k-th year is multiplied by (1 + r)^k.
    Trend {
        /// r, above -1: -0.05 is five per cent less each year.
        yearly_change: f64,
        /// First year.
        from: Option<Year>,
    },
    /// A year is multiplied by a factor, alone or with what follows from it.
    Shock {
        /// The factor.
        effect: Effect,
        /// The year.
        from: Option<Year>,
        /// How it acts from then on.
        kind: EventKind,
    },
    /// A past year comes again: the change that it brought against the year before it.
    Again {
        /// The past year.
        of: Year,
        /// When it comes again.
        from: Option<Year>,
        /// How it acts from then on.
        kind: EventKind,
    },
    /// An event multiplies what it acts on: factor^(effect of the event in the year).
    Event {
        /// When and how it acts.
        event: Event,
        /// The factor of its first year.
        effect: Effect,
    },
    /// A rate that counts depend on (of convictions, of detection) moves in a straight line from its present value to
    /// another, and stays there.
    Rate {
        /// The rate in the year before the forecast, above 0.
        now: f64,
        /// The rate to be reached, from 0.
        to: f64,
        /// The year in which it is reached.
        by: Year,
    },
}

/// Drivers with a name. In a year under way they act on what is still to come: of y, with c counted so far, they make
/// c + factor (y - c) + number, and not less than c.
///
/// ```
/// use unjuran::plan::Scenario;
/// use unjuran::series::{Horizon, Series, Year};
/// use unjuran::smoothing::Naive;
/// let cases = Series::new("cases", Year::new(2020)?, &[90.0, 110.0, 100.0])?;
/// let forecast = Naive.fit(&cases)?.forecast(Horizon::years(3)?)?;
/// let fewer = Scenario::yearly_change(-0.1).named("ten per cent less each year");
/// assert_eq!(fewer.apply(&forecast)?.median(), [90.0, 81.0, 73.0]); // 72.9 cases
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    name: String,
    drivers: Vec<Driver>,
}

impl From<Driver> for Scenario {
    /// Named after what the driver does.
    fn from(driver: Driver) -> Self {
        Self { name: driver.to_string(), drivers: vec![driver] }
    }
}

impl Scenario {
    /// So much more each year than the forecast: -0.05 is five per cent less.
    pub fn yearly_change(r: f64) -> Self {
        Driver::Trend { yearly_change: r, from: None }.into()
    }

    /// The same drivers under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Both, one after the other; factors multiply, and what the first adds is multiplied by the second.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.name = format!("{} + {}", self.name, other.name);
        self.drivers.extend(other.drivers);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The drivers, in the order in which they act.
    pub fn drivers(&self) -> &[Driver] {
        &self.drivers
    }

    /// The forecast under this scenario. Counts stay whole, amounts and rates that are never below zero stay so, and a year
    /// under way stays at or above what was counted: in it, factors act on what is still to come.
    ///
    /// Sure drivers give a closed law; with an uncertain one, the law is that of 10,000 paths.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a factor below 0 and the like; [`Error::YearNotForecast`] for a driver that begins
    /// outside the forecast; [`Error::NotObserved`] or [`Error::NoPercentage`] for a past year whose change is not known;
    /// [`Error::Overflow`] for counts beyond 2^53, which are not whole numbers any more.
    pub fn apply(&self, forecast: &Forecast) -> Result<Forecast> {
        let applied = self.applied(forecast)?;
        let series = applied.series();
        if series.unit() == Unit::Count && applied.steps().iter().any(|law| law.quantile(LARGE) > MOST_COUNT) {
            let (series, model) = (series.name().to_owned(), format!("scenario {:?}", self.name));
            return Err(Error::Overflow { series, model });
        }
        Ok(applied)
    }

    fn applied(&self, forecast: &Forecast) -> Result<Forecast> {
        let note = Note::Derived { how: format!("scenario \"{}\": {}", self.name, self.in_words()) };
        let sure = self.drivers.iter().all(|driver| driver.doubt().is_none());
        if sure {
            return forecast.moved(&self.moves(forecast, |factor| factor)?, vec![note]);
        }
        let series = forecast.series();
        let counts = series.unit() == Unit::Count;
        let mut streams: Vec<Stream> =
            self.keys().into_iter().map(|key| Stream::new(SEED, &format!("{}|{key}", series.name()))).collect();
        let floors = forecast.floors();
        // why before rounding: a count that is halved twice would be rounded twice, and one that is tripled would have gaps.
        let base = forecast.paths_before_rounding(DRAWS, SEED)?;
        let mut values = Vec::with_capacity(base.as_slice().len());
        for path in base.rows() {
            let mut each = self.drivers.iter().zip(&mut streams);
            let moves = self.moves(forecast, |factor| match each.next().map(|(d, stream)| (d.doubt(), stream)) {
                Some((Some([below, above]), stream)) => {
                    let z = stream.normal();
                    factor * (z * if z < 0.0 { below } else { above }).exp()
                }
                _ => factor,
            })?;
            let moved = path.iter().zip(moves).zip(&floors);
            values.extend(moved.map(|((y, by), floor)| by.outcome(*y, *floor, counts)));
        }
        forecast.with_paths(series.name(), &Paths::from_rows(base.years(), values)?, [note])
    }

    /// What happens to each year, with the factor of each driver, in order, replaced by another.
    fn moves(&self, forecast: &Forecast, mut factor: impl FnMut(f64) -> f64) -> Result<Vec<Move>> {
        let mut all = vec![Move::NONE; forecast.years().len()];
        for driver in &self.drivers {
            driver.check()?;
            if let Some(year) = driver.from() {
                position(forecast, i64::from(year.get()))?;
            }
            let central = factor(driver.factor(forecast.series())?);
            for (year, total) in forecast.years().iter().zip(&mut all) {
                *total = total.then(driver.in_year(*year, forecast.first_year(), central));
            }
        }
        Ok(all)
    }

    /// What the doubts of the drivers are drawn by: two that print alike are two all the same.
    fn keys(&self) -> Vec<String> {
        let words: Vec<String> = self.drivers.iter().map(Driver::to_string).collect();
        let key = |(i, own): (usize, &String)| match words.iter().take(i).filter(|earlier| *earlier == own).count() {
            0 => own.clone(),
            earlier => format!("{own}|{earlier}"),
        };
        words.iter().enumerate().map(key).collect()
    }

    fn in_words(&self) -> String {
        self.drivers.iter().map(Driver::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.in_words();
        if words == self.name { f.write_str(&words) } else { write!(f, "{}: {words}", self.name) }
    }
}

impl Driver {
    fn from(&self) -> Option<Year> {
        match self {
            Self::Level { from, .. }
            | Self::Add { from, .. }
            | Self::Trend { from, .. }
            | Self::Shock { from, .. }
            | Self::Again { from, .. } => *from,
            Self::Event { event, .. } => Some(event.year),
            Self::Rate { by, .. } => Some(*by),
        }
    }

    fn effect(&self) -> Option<Effect> {
        match self {
            Self::Level { effect, .. } | Self::Shock { effect, .. } | Self::Event { effect, .. } => Some(*effect),
            _ => None,
        }
    }

    /// Standard deviations of the logarithm of an uncertain factor: below its median, and above.
    fn doubt(&self) -> Option<[f64; 2]> {
        let Effect { factor, interval } = self.effect()?;
        let (lower, upper) = interval?;
        Some([factor / lower, upper / factor].map(|ratio| ratio.ln() / normal::quantile(0.975)))
    }

    /// Refuses numbers that no forecast can be moved by.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for a factor below 0, a yearly change at or below -1, and the like.
    pub fn check(&self) -> Result<()> {
        let factor = |name: &str, factor: f64| -> Result<()> {
            let sound = factor >= 0.0 && factor.is_finite();
            if sound {
                Ok(())
            } else {
                Err(refused(WHAT, name, factor, "a finite number from 0 (0.5 is half as many)"))
            }
        };
        if let Some(Effect { factor: central, interval }) = self.effect() {
            factor(if matches!(self, Self::Shock { .. }) { "shock" } else { "factor" }, central)?;
            if let Some((lower, upper)) = interval
                && !(lower > 0.0 && lower <= central && central <= upper && upper.is_finite())
            {
                let allowed = "two factors above 0 with the factor itself between them";
                return Err(refused(WHAT, "interval", format!("({lower}, {upper})"), allowed));
            }
        }
        match *self {
            Self::Level { over: 0, .. } | Self::Add { over: 0, .. } => {
                Err(refused(WHAT, "over", 0, "a whole number of years from 1"))
            }
            Self::Add { number, .. } if !number.is_finite() => Err(refused(WHAT, "add", number, "a finite number")),
            Self::Trend { yearly_change: r, .. } if !(r > -1.0 && r.is_finite()) => {
                Err(refused(WHAT, "yearly_change", r, "a finite number above -1 (-0.05 is 5% less each year)"))
            }
            Self::Rate { now, .. } if !(now > 0.0 && now.is_finite()) => {
                Err(refused(WHAT, "rate", now, "for what it is now a finite number above 0"))
            }
            Self::Rate { to, .. } => factor("rate", to),
            _ => Ok(()),
        }
    }

    /// The factor that the driver works with.
    fn factor(&self, series: &Series) -> Result<f64> {
        match self {
            Self::Level { effect, .. } | Self::Shock { effect, .. } | Self::Event { effect, .. } => Ok(effect.factor),
            Self::Trend { yearly_change, .. } => Ok(1.0 + yearly_change),
            Self::Rate { now, to, .. } => Ok(to / now),
            Self::Add { .. } => Ok(1.0),
            Self::Again { of, .. } => {
                let known = |year: i32| {
                    let known = series.full_years().find(|(full, _)| full.get() == year);
                    known.map(|(_, y)| y).ok_or_else(|| Error::NotObserved {
                        series: series.name().to_owned(),
                        year,
                        needed_for: format!("a scenario with {of} again"),
                    })
                };
                let (before, after) = (known(of.get() - 1)?, known(of.get())?);
                if before > 0.0 && after >= 0.0 {
                    Ok(after / before)
                } else {
                    Err(Error::NoPercentage { before, after })
                }
            }
        }
    }

    /// What the driver does to a year, with its factor as given.
    fn in_year(&self, year: Year, first: Year, factor: f64) -> Move {
        let since = |from: Option<Year>| f64::from(year.get() - from.unwrap_or(first).get());
        let phased = |years: f64, over: u32| ((years + 1.0) / f64::from(over)).clamp(0.0, 1.0);
        let times = |factor: f64| Move { factor, add: 0.0 };
        match self {
            Self::Level { from, over, .. } => times(1.0 + (factor - 1.0) * phased(since(*from), *over)),
            Self::Add { number, from, over } => Move { factor: 1.0, add: number * phased(since(*from), *over) },
            Self::Trend { from, .. } => times(factor.powf((since(*from) + 1.0).max(0.0))),
            Self::Shock { from, kind, .. } | Self::Again { from, kind, .. } => {
                times(power(factor, kind.effect(since(*from))))
            }
            Self::Event { event, .. } => times(power(factor, event.effect(year))),
            Self::Rate { by, .. } => {
                let steps = f64::from(by.get() - first.get() + 1);
                times(1.0 + (factor - 1.0) * ((since(None) + 1.0) / steps).min(1.0))
            }
        }
    }
}

/// A power that leaves alone what an event does not touch, even for a factor of zero.
fn power(factor: f64, effect: f64) -> f64 {
    if effect > 0.0 { factor.powf(effect) } else { 1.0 }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let doubt = |effect: &Effect| effect.interval.map_or(String::new(), |(l, u)| format!(" (95% {l} to {u})"));
        let from = |from: &Option<Year>| from.map_or(String::new(), |year| format!(" from {year}"));
        let over = |over: u32| if over > 1 { format!(" over {over} years") } else { String::new() };
        match self {
            Self::Level { effect, from: year, over: years } => {
                write!(f, "level times {}{}{}{}", effect.factor, doubt(effect), from(year), over(*years))
            }
            Self::Add { number, from: year, over: years } => {
                write!(f, "{number:+} a year{}{}", from(year), over(*years))
            }
            Self::Trend { yearly_change, from: year } => {
                let percent = format!("{:+.2}", 100.0 * yearly_change);
                let percent = percent.trim_end_matches('0').trim_end_matches('.');
                write!(f, "{percent}% a year against the forecast{}", from(year))
            }
            Self::Shock { effect, from: year, kind } => {
                write!(f, "{kind} times {}{}{}", effect.factor, doubt(effect), from(year))
            }
            Self::Again { of, from: year, kind } => write!(f, "{of} again ({kind}){}", from(year)),
            Self::Event { event, effect } => {
                write!(f, "{} ({} {}) times {}{}", event.name, event.kind, event.year, effect.factor, doubt(effect))
            }
            Self::Rate { now, to, by } => write!(f, "rate from {now} to {to} by {by}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Horizon;
    use crate::smoothing::Naive;

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    fn forecast() -> Forecast {
        let series = Series::new("cases", year(2018), &[80.0, 100.0, 50.0, 90.0, 100.0]).unwrap();
        Naive.fit(&series).unwrap().forecast(Horizon::years(4).unwrap()).unwrap()
    }

    fn median(driver: Driver) -> Vec<f64> {
        Scenario::from(driver).apply(&forecast()).unwrap().median()
    }

    #[test]
    fn each_driver_does_what_its_name_says() {
        let level = Driver::Level { effect: 1.5.into(), from: Some(year(2024)), over: 2 };
        assert_eq!(median(level), [100.0, 125.0, 150.0, 150.0]);
        assert_eq!(median(Driver::Add { number: 40.0, from: None, over: 4 }), [110.0, 120.0, 130.0, 140.0]);
        assert_eq!(median(Driver::Trend { yearly_change: 0.1, from: Some(year(2025)) }), [100.0, 100.0, 110.0, 121.0]);
        // 2020 halved 2019
        let again = |kind| Driver::Again { of: year(2020), from: Some(year(2024)), kind };
        assert_eq!(median(again(EventKind::Pulse)), [100.0, 50.0, 100.0, 100.0]);
        assert_eq!(median(again(EventKind::Transient)), [100.0, 50.0, 71.0, 84.0]); // 0.5^(1/2), 0.5^(1/4)
        let event = Event::new(year(2025), EventKind::Step, Some("law"));
        assert_eq!(median(Driver::Event { event, effect: 0.5.into() }), [100.0, 100.0, 50.0, 50.0]);
        // from 0.2 to 0.3 in two steps: times 1.25, 1.5
        assert_eq!(median(Driver::Rate { now: 0.2, to: 0.3, by: year(2024) }), [125.0, 150.0, 150.0, 150.0]);
    }

    #[test]
    fn scenarios_of_one_series_share_their_draws() {
        let base = forecast();
        let raids = Scenario::from(Driver::Add { number: 7.0, from: None, over: 1 }).apply(&base).unwrap();
        let (before, after) = (base.paths(50, 3).unwrap(), raids.paths(50, 3).unwrap());
        for (x, y) in before.as_slice().iter().zip(after.as_slice()) {
            assert!(*x == 0.0 || y - x == 7.0, "{x} {y}"); // a zero may hide a number below it
        }
    }

    #[test]
    fn an_uncertain_factor_widens_and_keeps_the_centre() {
        let base = forecast();
        let effect = |interval| Driver::Level { effect: Effect { factor: 0.5, interval }, from: None, over: 1 };
        let sure = Scenario::from(effect(None)).apply(&base).unwrap();
        let doubtful = Scenario::from(effect(Some((0.2, 1.25)))).apply(&base).unwrap();
        assert!((sure.median()[0] - doubtful.median()[0]).abs() <= 2.0);
        assert!(doubtful.variance()[0] > 1.2 * sure.variance()[0]);
    }

    #[test]
    fn two_uncertain_drivers_that_print_alike_are_two() {
        let walk = Naive.fit(&Series::new("x", year(2018), &[1e6; 5]).unwrap()).unwrap();
        let base = walk.forecast(Horizon::years(1).unwrap()).unwrap();
        let effect = Effect { factor: 1.0, interval: Some((0.5, 2.0)) };
        let one = || Scenario::from(Driver::Level { effect, from: None, over: 1 });
        let spread = |scenario: Scenario| {
            let band = scenario.apply(&base).unwrap().interval(95.0).unwrap();
            (band.upper[0] / band.lower[0]).ln()
        };
        // ln 4 for one; the variances of two add up, so root 2 of that and not twice, root 3 for three
        for (scenario, drivers) in [(one(), 1.0), (one().and(one()), 2.0), (one().and(one()).and(one()), 3.0_f64)] {
            let found = spread(scenario);
            assert!((found / (4.0_f64.ln() * drivers.sqrt()) - 1.0).abs() < 0.06, "{drivers}: {found}");
        }
    }

    #[test]
    fn amounts_that_are_never_below_zero_stay_so() {
        let cost =
            Series::new("cost", year(2020), &[100.5, 120.0, 90.0, 110.0]).unwrap().with_unit(Unit::Amount).unwrap();
        let base = crate::forecast(&cost, Horizon::years(2).unwrap()).unwrap();
        let less = |number| Scenario::from(Driver::Add { number, from: None, over: 1 });
        let effect = Effect { factor: 1.0, interval: Some((0.9, 1.1)) };
        let doubt = || Scenario::from(Driver::Level { effect, from: None, over: 1 });
        for scenario in [less(-500.0), doubt().and(less(-500.0))] {
            let none = scenario.apply(&base).unwrap();
            assert_eq!(none.median(), [0.0, 0.0], "{scenario}");
            assert!(none.paths(500, 1).unwrap().as_slice().iter().all(|y| *y >= 0.0));
            assert_eq!(less(-10.0).apply(&none).unwrap().median(), [0.0, 0.0], "and of that forecast again");
        }
        // a series that goes below zero may go further
        let balance = Series::new("balance", year(2020), &[100.5, -20.0, 90.0, 10.0]).unwrap();
        let balance = balance.with_unit(Unit::Amount).unwrap();
        let base = crate::forecast(&balance, Horizon::years(2).unwrap()).unwrap();
        assert!(less(-500.0).apply(&base).unwrap().median()[0] < -300.0);
    }

    #[test]
    fn an_interval_without_width_is_no_doubt_at_all() {
        // 1, 2 and 3 times three leave gaps where a law that is tripled has none
        let counts = Series::new("few", year(2015), &[2.0, 1.0, 3.0, 2.0, 1.0, 2.0, 3.0, 1.0, 2.0, 2.0]).unwrap();
        let begun = counts.clone().with_partial(year(2025), 2.0, crate::series::Coverage::Share(0.4)).unwrap();
        let masked = counts.clone().with_censored(year(2018), 0.0, 4.0).unwrap();
        for series in [counts, begun, masked] {
            let base = crate::forecast(&series, Horizon::years(2).unwrap()).unwrap();
            for factor in [0.3, 0.5, 1.7, 3.0] {
                let level = |interval| {
                    let effect = Effect { factor, interval };
                    Scenario::from(Driver::Level { effect, from: None, over: 2 }).apply(&base).unwrap()
                };
                let (sure, doubtful) = (level(None), level(Some((factor, factor))));
                assert_eq!(doubtful.paths(2000, 0).unwrap(), sure.paths(2000, 0).unwrap());
                let told = |f: &Forecast| f.notes()[..f.notes().len() - 1].to_vec();
                assert_eq!(told(&doubtful), told(&sure), "the notes of the forecast, once");
                for (sure, doubtful) in sure.steps().iter().zip(doubtful.steps()) {
                    // four standard errors of a share of 10,000
                    let apart = |k: i32| (sure.cdf(f64::from(k)) - doubtful.cdf(f64::from(k))).abs();
                    assert!((0..30).map(apart).fold(0.0, f64::max) < 0.02);
                }
            }
        }
    }

    #[test]
    fn an_uncertain_factor_has_the_interval_that_was_given() {
        let walk = Naive.fit(&Series::new("x", year(2018), &[1e6; 5]).unwrap()).unwrap();
        let base = walk.forecast(Horizon::years(1).unwrap()).unwrap();
        for (factor, lower, upper) in [(1.0, 1.0, 4.0), (0.9, 0.89, 1.5), (0.5, 0.2, 1.25)] {
            let effect = Effect { factor, interval: Some((lower, upper)) };
            let moved = Scenario::from(Driver::Level { effect, from: None, over: 1 }).apply(&base).unwrap();
            let band = moved.interval(95.0).unwrap();
            let of_base = |y: f64| y / 1e6;
            for (found, given) in [(band.lower[0], lower), (moved.median()[0], factor), (band.upper[0], upper)] {
                assert!((of_base(found) / given).ln().abs() < 0.06, "{} for {given}", of_base(found));
            }
        }
    }

    #[test]
    fn what_is_outside_the_forecast_or_unknown_is_refused() {
        let apply = |driver: Driver| Scenario::from(driver).apply(&forecast()).unwrap_err();
        let late = Driver::Add { number: 1.0, from: Some(year(2030)), over: 1 };
        assert!(matches!(apply(late), Error::YearNotForecast { year: 2030, .. }));
        let again = Driver::Again { of: year(2018), from: None, kind: EventKind::Pulse };
        assert!(matches!(apply(again), Error::NotObserved { year: 2017, .. }));
        assert!(matches!(apply(Driver::Trend { yearly_change: -1.0, from: None }), Error::BadParameter { .. }));
    }

    #[test]
    fn counts_that_are_no_whole_numbers_any_more_are_refused() {
        let times = |factor: f64| Driver::Level { effect: factor.into(), from: None, over: 1 };
        let error = Scenario::from(times(1e300)).named("more").apply(&forecast()).unwrap_err();
        assert!(
            matches!(&error, Error::Overflow { series, model } if series == "cases" && model == "scenario \"more\"")
        );
        assert!(Scenario::from(times(1e9)).apply(&forecast()).is_ok());
    }

    #[test]
    fn what_is_added_to_a_year_under_way_is_all_still_to_come() {
        let so_far = forecast().series().clone().with_partial(year(2023), 60.0, crate::series::Coverage::Share(0.9));
        let base = Naive.fit(&so_far.unwrap()).unwrap().forecast(Horizon::years(1).unwrap()).unwrap();
        let more = Scenario::from(Driver::Add { number: 100.0, from: None, over: 1 }).apply(&base).unwrap();
        assert_eq!(more.median()[0], base.median()[0] + 100.0);
    }

    #[test]
    fn what_was_counted_this_year_stays() {
        let series = forecast().series().clone().with_partial(year(2023), 60.0, crate::series::Coverage::Share(0.5));
        let base = Naive.fit(&series.unwrap()).unwrap().forecast(Horizon::years(2).unwrap()).unwrap();
        let none = Scenario::from(Driver::Level { effect: 0.0.into(), from: None, over: 1 }).apply(&base).unwrap();
        assert_eq!(none.median(), [60.0, 0.0]);
        assert!(none.paths(100, 0).unwrap().rows().all(|row| row[0] == 60.0));
    }
}

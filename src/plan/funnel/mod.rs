//! Stages that follow each other: cases, arrests, prosecutions, convictions.
//!
//! The link between two stages is a share (both count the same thing, and none can have more than the stage before) or a
//! ratio (persons a case, charges a person; it may exceed 1). The yearly links, on the scale of log odds or logarithms, vary
//! around a mean by tau and by chance of the later count y, given the earlier one x, with the variance `v_t`: for a share
//! y is binomial among x, `1 / y + 1 / (x - y)`, and for a ratio Poisson with the mean x times the rate, `1 / y`.
//!
//! ```text
//! z_t ~ N(m, tau^2 + v_t)      m^ = sum w_t z_t / sum w_t,   w_t = 1 / (tau^2 + v_t)
//! ```
//!
//! tau^2 is the estimate of `DerSimonian` and Laird, drawn towards 0.5^2 with the weight of two years, and a link of a year to
//! come is a Student-t around m^ with scale sqrt(tau^2 + 1 / sum w) and n + 1 degrees of freedom. On each joint path one draw
//! of m holds for all years, with a deviation for each. The chance that was taken out of the links then comes back: a share
//! thins the stage before binomially, so no path convicts more than were brought, and of a ratio a Poisson count is drawn.
//!
//! What was counted so far of a later stage speaks for the paths that agree with it, as it does in the forecast of a series
//! ([`crate::forecast`]): a path on which the year becomes Y has the weight P(y | Y), the product over the stages under way,
//! and as many paths are drawn again in proportion (systematic resampling). A stage keeps m on a path, and so its later years
//! follow, and those of the stages after it. A moved rate acts on what is still to come of such a year.
//!
//! References: `DerSimonian` and Laird (1986), *Controlled Clinical Trials* 7, 177-188; Higgins, Thompson and Spiegelhalter
//! (2009), *JRSS A* 172, 137-159 (prediction intervals); Smith and Gelfand (1992), *American Statistician* 46, 84-88, and
//! Kitagawa (1996), *JCGS* 5, 1-25 (weighing draws by a likelihood).

#![allow(clippy::indexing_slicing, reason = "two stages or more, and a plan and a table for each, made here")]

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::compare::Base;
use super::{Comparison, DRAWS, SEED, refused};
use crate::dist::rounded;
use crate::error::{Error, Result, checked_level};
use crate::forecast::under_way::{Course, Measured, Seen};
use crate::forecast::{Forecast, Move, Paths};
use crate::numeric::rng::Stream;
use crate::numeric::special::{StudentT, binomial, normal};
use crate::series::{Note, Series, Training, UnderWay, Unit, Year};

const WHAT: &str = "Funnel";
/// What links vary by where they cannot say, and the years that this is worth.
const TAU: f64 = 0.5;
const WORTH: f64 = 2.0;

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its counts.
    pub series: Series,
    /// What they count: "cases", "persons", "charges".
    pub unit: String,
    /// Years from the stage before to this one.
    pub lag: usize,
    /// Whether the link from the stage before is a ratio, which may exceed 1.
    pub ratio: bool,
}

impl Stage {
    /// A stage in the year of the stage before it, linked by a share.
    pub fn new(series: Series, unit: impl Into<String>) -> Self {
        Self { series, unit: unit.into(), lag: 0, ratio: false }
    }
}

/// The link between two stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Conversion {
    /// The earlier stage.
    pub from: String,
    /// The later stage.
    pub to: String,
    /// Whether it is a ratio (persons a case) rather than a share.
    pub ratio: bool,
    /// Years in between.
    pub lag: usize,
    /// The years of the later stage that were compared, with their links.
    pub yearly: Vec<(Year, f64)>,
    /// What all these years have together.
    pub pooled: f64,
    /// The link of an ordinary year to come: median.
    pub rate: f64,
    /// Lower end of its interval.
    pub lower: f64,
    /// Upper end of its interval.
    pub upper: f64,
    /// Level of the interval in percent.
    pub level: f64,
    /// Years in which a share came out above 1: it was taken for 1, and the lag or the units deserve a look.
    pub above_one: Vec<Year>,
}

impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, rate, lower, upper, level, yearly, .. } = self;
        let shown = |r: &f64| if self.ratio { format!("{r:.2}") } else { format!("{:.0}%", 100.0 * r) };
        let (rate, lower, upper) = (shown(rate), shown(lower), shown(upper));
        write!(
            f,
            "{from} > {to}: {rate} [{lower}, {upper}] ({level}% of ordinary years, from {} years)",
            yearly.len()
        )?;
        if !self.above_one.is_empty() {
            let years = self.above_one.iter().map(Year::to_string).collect::<Vec<_>>().join(", ");
            write!(f, "; above 1 in {years}, taken for 1: look at the lag and the units")?;
        }
        Ok(())
    }
}

/// What a link loses over the years of a forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leak {
    /// The earlier stage.
    pub from: String,
    /// The later stage.
    pub to: String,
    /// Of a hundred at the earlier stage in an ordinary year, how many do not reach the later one: what [`Conversion::rate`]
    /// leaves of them.
    pub of_hundred: f64,
    /// How many do not over the years of the forecast at the later stage: a mean, with what was counted so far.
    pub lost: f64,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} > {}: {:.0} of a hundred do not get there in an ordinary year; {:.0} in all over the years forecast, on average",
            self.from, self.to, self.of_hundred, self.lost
        )
    }
}

/// Stages with their links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Funnel {
    stages: Vec<Stage>,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    stages: Vec<Stage>,
}

impl TryFrom<Stored> for Funnel {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        Self::new(stored.stages)
    }
}

impl fmt::Display for Funnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Stage { series, unit, lag, .. }) in self.stages.iter().enumerate() {
            let later = if *lag > 0 { format!(", {lag} years later") } else { String::new() };
            write!(f, "{}{} ({unit}{later})", if i > 0 { " > " } else { "" }, series.name())?;
        }
        Ok(())
    }
}

/// A link as it is drawn: mean and spread on its scale.
struct Link {
    ratio: bool,
    mean: f64,
    /// Of the mean.
    error: f64,
    /// Between years.
    tau: f64,
    df: f64,
}

impl Link {
    fn scale(&self, rate: f64) -> f64 {
        if self.ratio { rate.ln() } else { (rate / (1.0 - rate)).ln() }
    }

    fn rate(&self, z: f64) -> f64 {
        if self.ratio { z.exp() } else { 1.0 / (1.0 + (-z).exp()) }
    }

    /// Of an ordinary year.
    fn median(&self) -> f64 {
        self.rate(self.mean)
    }

    /// The quantile of the count of the later stage.
    fn count(&self, x: f64, rate: f64, u: f64) -> f64 {
        if self.ratio { poisson_quantile(x * rate, u) } else { binomial::quantile(x, rate, u) }
    }
}

impl Funnel {
    /// A funnel of these stages, in order.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for fewer than two; [`Error::StageUnits`] for neighbours with different units whose link is not
    /// said to be a ratio; [`Error::CountsOnly`]; [`Error::DuplicateSeries`].
    pub fn new(stages: Vec<Stage>) -> Result<Self> {
        if stages.len() < 2 {
            return Err(refused(WHAT, "stages", stages.len(), "at least two stages"));
        }
        for (i, Stage { series, .. }) in stages.iter().enumerate() {
            check_counts(series)?;
            if stages[..i].iter().any(|earlier| earlier.series.name() == series.name()) {
                return Err(Error::DuplicateSeries { series: series.name().to_owned() });
            }
        }
        for pair in stages.windows(2) {
            if !pair[1].ratio && pair[0].unit != pair[1].unit {
                return Err(Error::StageUnits {
                    stage: pair[0].series.name().to_owned(),
                    unit: pair[0].unit.clone(),
                    next: pair[1].series.name().to_owned(),
                    next_unit: pair[1].unit.clone(),
                });
            }
        }
        Ok(Self { stages })
    }

    /// The stages.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The links, each with the interval of an ordinary year to come; `level` in percent.
    ///
    /// ```
    /// use unjuran::plan::{Funnel, Stage};
    /// use unjuran::series::{Series, Year};
    /// let start = Year::new(2020)?;
    /// let brought = Series::new("brought", start, &[100.0, 200.0, 100.0])?;
    /// let convicted = Series::new("convicted", start, &[20.0, 60.0, 20.0])?;
    /// let funnel = Funnel::new(vec![Stage::new(brought, "charges"), Stage::new(convicted, "charges")])?;
    /// let link = &funnel.conversions(80.0)?[0];
    /// assert_eq!((link.pooled, link.yearly[1].1), (0.25, 0.3)); // 100 of 400, 60 of 200
    /// assert!(link.lower < 0.2 && link.upper > 0.3);
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooFewYears`] for a link without two years in common; [`Error::SharesAboveOne`] for a share that is above 1 in
    /// most of them; [`Error::BadLevel`].
    pub fn conversions(&self, level: f64) -> Result<Vec<Conversion>> {
        let level = checked_level(level)?;
        (1..self.stages.len())
            .map(|i| {
                let (from, to) = (&self.stages[i - 1], &self.stages[i]);
                let pairs = self.pairs(i)?;
                let link = Self::link(&pairs, to.ratio);
                let reach = StudentT::new(link.df).quantile(0.5 + level / 200.0) * link.tau.hypot(link.error);
                let (xs, ys) = pairs.iter().fold((0.0, 0.0), |(xs, ys), (_, x, y)| (xs + x, ys + y));
                let yearly: Vec<(Year, f64)> = pairs.iter().map(|(year, x, y)| (*year, y / x)).collect();
                let above = yearly.iter().filter(|(_, r)| !to.ratio && *r > 1.0).map(|(year, _)| *year).collect();
                Ok(Conversion {
                    from: from.series.name().to_owned(),
                    to: to.series.name().to_owned(),
                    ratio: to.ratio,
                    lag: to.lag,
                    yearly,
                    pooled: ys / xs,
                    rate: link.median(),
                    lower: link.rate(link.mean - reach),
                    upper: link.rate(link.mean + reach),
                    level,
                    above_one: above,
                })
            })
            .collect()
    }

    /// Year of the later stage, count of the earlier one, count of the later one.
    fn pairs(&self, i: usize) -> Result<Vec<(Year, f64, f64)>> {
        let (from, to) = (&self.stages[i - 1], &self.stages[i]);
        let lag = i32::try_from(to.lag).unwrap_or(i32::MAX);
        let known = by_year(&from.series);
        let pairs: Vec<(Year, f64, f64)> = to
            .series
            .full_years()
            .filter_map(|(year, y)| {
                let x = *known.get(&year.get().checked_sub(lag)?)?;
                (x > 0.0).then_some((year, x, y))
            })
            .collect();
        if pairs.len() < 2 {
            let (series, model) = (to.series.name().to_owned(), format!("the link from {:?}", from.series.name()));
            return Err(Error::TooFewYears { series, model, needed: 2, got: pairs.len() });
        }
        let above = pairs.iter().filter(|(_, x, y)| !to.ratio && y > x);
        let (years, shares): (Vec<i32>, Vec<f64>) = above.map(|(year, x, y)| (year.get(), y / x)).unzip();
        // why most: a late entry may lift one year above the stage before, but what mostly exceeds it is no part of it.
        if 2 * years.len() > pairs.len() {
            return Err(Error::SharesAboveOne {
                stage: from.series.name().to_owned(),
                next: to.series.name().to_owned(),
                years,
                shares,
                compared: pairs.len(),
            });
        }
        Ok(pairs)
    }

    fn link(pairs: &[(Year, f64, f64)], ratio: bool) -> Link {
        let seen: Vec<(f64, f64)> = pairs
            .iter()
            .map(|&(_, x, y)| {
                if ratio {
                    // why x without a half, and no chance of its own: the next stage is drawn given x, which is above 0.
                    return (((y + 0.5) / x).ln(), 1.0 / (y + 0.5));
                }
                let (won, lost) = (y.min(x) + 0.5, (x - y).max(0.0) + 0.5);
                ((won / lost).ln(), 1.0 / won + 1.0 / lost)
            })
            .collect();
        let mean = |tau: f64| {
            let weights = || seen.iter().map(|(_, v)| 1.0 / (tau * tau + v));
            let total: f64 = weights().sum();
            (
                seen.iter().zip(weights()).map(|((z, _), w)| w * z).sum::<f64>() / total,
                total,
                weights().map(|w| w * w).sum::<f64>(),
            )
        };
        let (fixed, total, squares) = mean(0.0);
        let q: f64 = seen.iter().map(|(z, v)| (z - fixed).powi(2) / v).sum();
        let free = seen.len() as f64 - 1.0;
        let between = ((q - free) / (total - squares / total)).max(0.0);
        let tau = ((WORTH * TAU * TAU + free * between) / (WORTH + free)).sqrt();
        let (mean, total, _) = mean(tau);
        Link { ratio, mean, error: (1.0 / total).sqrt(), tau, df: free + WORTH }
    }

    /// Forecasts of all stages from one of the first, joint: one row of `paths` is one course of things. The forecast may have
    /// been made with fewer or more years of the first stage than the funnel has: its years, and its numbers where the funnel
    /// has none, are those of the first stage. The rate of a link may be moved on the way: see [`Funnel::with_rate`].
    ///
    /// # Errors
    /// [`Error::Unlike`] if the forecast is of another series than the first stage, or of one with other numbers in the same
    /// years (on another calendar, a rate, revised); [`Error::YearNotForecast`] if it ends before a stage begins;
    /// [`Error::TooFewYears`]; [`Error::SharesAboveOne`];
    /// [`Error::NotObserved`] if a lag reaches back to a year without a number.
    pub fn forecast(&self, first: &Forecast) -> Result<Vec<Forecast>> {
        self.drawn(first, None)
    }

    /// The same with the link to the stage `to` moving in equal steps to `rate`, reached in the year `by`, on the same draws. Of
    /// a year under way it moves what is still to come.
    ///
    /// # Errors
    /// As for [`Funnel::forecast`]; [`Error::UnknownSeries`] for a stage that no link leads to; [`Error::BadParameter`] for a
    /// rate that is not above 0 (and, for a share, below 1); [`Error::YearNotForecast`].
    pub fn with_rate(&self, first: &Forecast, to: &str, rate: f64, by: Year) -> Result<Vec<Forecast>> {
        let i = self.stages.iter().skip(1).position(|s| s.series.name() == to).ok_or_else(|| Error::UnknownSeries {
            series: to.to_owned(),
            known: self.stages.iter().skip(1).map(|s| s.series.name().to_owned()).collect(),
        })?;
        let ratio = self.stages[i + 1].ratio;
        if !(rate > 0.0 && rate.is_finite() && (ratio || rate < 1.0)) {
            let allowed = if ratio { "a finite ratio above 0" } else { "a share above 0 and below 1" };
            return Err(refused(WHAT, "rate", rate, allowed));
        }
        first.at(i64::from(by.get()))?;
        self.drawn(first, Some(&Moving { link: i, rate, by }))
    }

    /// What moving a rate does to the last stage, beside leaving it; on common draws, in the years of the forecast. `level` in
    /// percent.
    ///
    /// # Errors
    /// As for [`Funnel::with_rate`]; [`Error::BadLevel`].
    pub fn effect(&self, first: &Forecast, to: &str, rate: f64, by: Year, level: f64) -> Result<Comparison> {
        let level = checked_level(level)?;
        let (before, after) = (self.forecast(first)?, self.with_rate(first, to, rate, by)?);
        let (Some(before), Some(after)) = (before.last(), after.last()) else {
            return Err(refused(WHAT, "stages", 0, "at least two stages"));
        };
        // why not the years before: a stage whose record ends earlier is forecast for them too, and no rate moves in them.
        let skipped = years_before(before, first);
        let paths = |of: &Forecast| {
            let paths = of.paths(DRAWS, SEED)?;
            let values = paths.rows().flat_map(|row| &row[skipped..]).copied().collect();
            Paths::from_rows(paths.years() - skipped, values)
        };
        let base = Base { years: &before.years()[skipped..], paths: paths(before)?, level };
        let mut rows = base.rows("as it is", &base.paths)?;
        rows.extend(base.rows(&format!("{to} at {rate} by {by}"), &paths(after)?)?);
        Ok(Comparison { series: before.series().name().to_owned(), level, rows })
    }

    /// What each share loses over the years of a forecast, the largest loss first; ratios lose nothing that can be counted.
    /// Each year of the later stage is held against the year of the earlier one that it comes from, forecast or known.
    ///
    /// # Errors
    /// As for [`Funnel::forecast`].
    pub fn leaks(&self, first: &Forecast) -> Result<Vec<Leak>> {
        let stages = self.forecast(first)?;
        let mut leaks = Vec::new();
        for (i, stage) in self.stages.iter().enumerate().skip(1).filter(|(_, stage)| !stage.ratio) {
            let (before, after) = (&stages[i - 1], &stages[i]);
            let (ahead, known) = (before.mean(), by_year(before.series()));
            let pairs = after.years().iter().zip(after.mean()).skip(years_before(after, first));
            let (mut x, mut y) = (0.0, 0.0);
            for (year, mean) in pairs {
                x += self.earlier(i, *year, before.years(), &known, &ahead)?;
                y += mean;
            }
            let (from, to) = (before.series().name().to_owned(), stage.series.name().to_owned());
            let link = Self::link(&self.pairs(i)?, stage.ratio);
            leaks.push(Leak { from, to, of_hundred: 100.0 * (1.0 - link.median()), lost: (x - y).max(0.0) });
        }
        leaks.sort_by(|a, b| b.lost.total_cmp(&a.lost));
        Ok(leaks)
    }

    fn drawn(&self, first: &Forecast, moving: Option<&Moving>) -> Result<Vec<Forecast>> {
        let head = first.series();
        self.check_first(head)?;
        let links: Vec<Link> = (1..self.stages.len())
            .map(|i| Ok(Self::link(&self.pairs(i)?, self.stages[i].ratio)))
            .collect::<Result<_>>()?;
        // why not the funnel's own first stage: the forecast may know a year more of it, or a year less.
        let series: Vec<&Series> = std::iter::once(head).chain(self.stages.iter().skip(1).map(|s| &s.series)).collect();
        let plans = series.iter().map(|series| Plan::new(series, first)).collect::<Result<Vec<_>>>()?;
        let floors = self.floors(&plans);
        let base = first.paths(DRAWS, SEED)?;
        let mut tables: Vec<Vec<f64>> =
            plans.iter().map(|p| Vec::with_capacity(p.years.len() * base.draws())).collect();
        let key = |stage: &Stage| format!("{}|{}|funnel", head.name(), stage.series.name());
        let streams = self.stages.iter().map(|stage| Stream::new(SEED, &key(stage))).collect();
        let mut draws = Draws { funnel: self, links, plans, floors, moving, first: first.years()[0], streams };
        let mut weights = Vec::with_capacity(base.draws());
        for path in base.rows() {
            let start: Vec<f64> = path.iter().map(|y| y.max(0.0)).collect();
            let (mut before, mut weight) = (Both { plain: start.clone(), moved: start }, 1.0);
            tables[0].extend_from_slice(&before.moved);
            for (i, table) in tables.iter_mut().enumerate().skip(1) {
                let (now, likelihood) = draws.next(i, &before)?;
                table.extend_from_slice(&now.moved);
                (before, weight) = (now, weight * likelihood);
            }
            weights.push(weight);
        }
        let Draws { plans, floors, .. } = draws;
        let kept = if plans.iter().skip(1).any(|plan| plan.seen.is_some()) {
            resampled(&weights, Stream::new(SEED, &format!("{}|funnel", head.name())).uniform())
        } else {
            (0..weights.len()).collect()
        };
        let note = Note::Derived { how: format!("a stage of the funnel that begins with {}", head.name()) };
        let named = series.into_iter().zip(&plans).zip(tables.iter().zip(floors)).enumerate();
        named
            .map(|(i, ((series, plan), (table, floor)))| {
                let years = plan.years.len();
                let mut values: Vec<f64> =
                    kept.iter().flat_map(|row| &table[row * years..(row + 1) * years]).copied().collect();
                // why: where no path agrees with what was counted, none is likelier than another.
                values.iter_mut().step_by(years).for_each(|y| *y = y.max(floor));
                let paths = Paths::from_rows(years, values)?;
                if i > 0 {
                    return Forecast::from_paths(series, first.model(), head.name(), &paths, vec![note.clone()]);
                }
                let notes = first.notes().iter().chain([&note]).cloned().collect();
                Forecast::of_table(series, first.model(), head.name(), &paths, notes)
            })
            .collect()
    }

    /// Whether a series is the first stage: of its name, and with its numbers in the years that both have.
    fn check_first(&self, given: &Series) -> Result<()> {
        let own = &self.stages[0].series;
        let unlike = |has: String, other_has: String, needed: &str| Error::Unlike {
            series: given.name().to_owned(),
            has,
            other: own.name().to_owned(),
            other_has,
            needed: needed.to_owned(),
        };
        if given.name() != own.name() {
            let needed = "the forecast must be of the first stage";
            return Err(unlike("the forecast".to_owned(), "the first stage".to_owned(), needed));
        }
        check_counts(given)?;
        let known = by_year(own);
        let mut both = given.full_years().filter_map(|(year, y)| Some((year, y, *known.get(&year.get())?)));
        let Some((year, y, known)) = both.find(|(_, y, known)| (y - known).abs() > 0.0) else { return Ok(()) };
        let needed =
            "the forecast must be of the numbers of the first stage, on its calendar (make the funnel of revised ones)";
        Err(unlike(format!("{y} in {year} in the forecast"), format!("{known} in the first stage"), needed))
    }

    /// What each stage has at least in its first year: what was counted, and what the stages after it have counted of it.
    fn floors(&self, plans: &[Plan]) -> Vec<f64> {
        let mut floors: Vec<f64> =
            plans.iter().map(|plan| plan.seen.as_ref().map_or(0.0, |seen| seen.counted)).collect();
        for i in (1..self.stages.len()).rev() {
            let Stage { lag, ratio, .. } = self.stages[i];
            if lag == 0 && !ratio && plans[i].years.first() == plans[i - 1].years.first() {
                floors[i - 1] = floors[i - 1].max(floors[i]);
            }
        }
        floors
    }

    /// What the stage before had in the year from which a year's count comes: on a path of its years ahead, or known.
    fn earlier(&self, i: usize, year: Year, ahead: &[Year], known: &BTreeMap<i32, f64>, path: &[f64]) -> Result<f64> {
        let wanted = year.get() - i32::try_from(self.stages[i].lag).unwrap_or(i32::MAX);
        if let Some(place) = ahead.iter().position(|y| y.get() == wanted) {
            return Ok(path[place]);
        }
        known.get(&wanted).copied().ok_or_else(|| Error::NotObserved {
            series: self.stages[i - 1].series.name().to_owned(),
            year: wanted,
            needed_for: format!("stage {:?} in {year}", self.stages[i].series.name()),
        })
    }
}

/// A stage on one path: as it is, and with a rate moved.
#[derive(Default)]
struct Both {
    plain: Vec<f64>,
    moved: Vec<f64>,
}

/// What the paths are drawn from.
struct Draws<'a> {
    funnel: &'a Funnel,
    links: Vec<Link>,
    plans: Vec<Plan>,
    floors: Vec<f64>,
    moving: Option<&'a Moving>,
    /// Of the years forecast.
    first: Year,
    streams: Vec<Stream>,
}

impl Draws<'_> {
    /// A stage on a path of the one before it, with the likelihood of what was counted of its first year.
    fn next(&mut self, i: usize, before: &Both) -> Result<(Both, f64)> {
        let (link, plan, stream) = (&self.links[i - 1], &self.plans[i], &mut self.streams[i]);
        let (funnel, from) = (self.funnel, &self.plans[i - 1]);
        let stretch = (link.df / stream.chi_squared(link.df)).sqrt();
        let mean = link.mean + stretch * link.error * stream.normal();
        let (mut now, mut likelihood) = (Both::default(), 1.0);
        for (t, year) in plan.years.iter().enumerate() {
            let (z, u) = (mean + stretch * link.tau * stream.normal(), stream.uniform());
            let x_on = |path: &[f64]| funnel.earlier(i, *year, &from.years, &from.known, path);
            let (x, rate) = (x_on(&before.plain)?, link.rate(z));
            let y = link.count(x, rate, u);
            let seen = plan.seen.as_ref().filter(|_| t == 0);
            likelihood *= seen.map_or(1.0, |seen| seen.likelihood(y));
            now.plain.push(y);
            let Some(moving) = self.moving else {
                now.moved.push(y);
                continue;
            };
            let shift = if moving.link == i - 1 { moving.shift(link, *year, self.first) } else { 0.0 };
            let (then, moved) = (x_on(&before.moved)?, link.rate(z + shift));
            let Some(seen) = seen else {
                now.moved.push(link.count(then, moved, u));
                continue;
            };
            // why the same equation as of a scenario: what was counted stays, and the rest grows with what is expected of it.
            let factor = if x * rate > 0.0 { then * moved / (x * rate) } else { 1.0 };
            let y = Move { factor, add: 0.0 }.outcome(y, Some(seen.counted), true);
            now.moved.push(if link.ratio { y } else { y.min(then) }.max(self.floors[i]));
        }
        Ok((now, likelihood))
    }
}

/// As many rows as there are weights, each about as often as its weight says; all once if none has any.
fn resampled(weights: &[f64], u: f64) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return (0..weights.len()).collect();
    }
    let (mut row, mut sum) = (0, weights[0]);
    (0..weights.len())
        .map(|k| {
            let wanted = total * (k as f64 + u) / weights.len() as f64;
            while sum < wanted && row + 1 < weights.len() {
                row += 1;
                sum += weights[row];
            }
            row
        })
        .collect()
}

/// A rate on its way to another.
struct Moving {
    link: usize,
    rate: f64,
    by: Year,
}

impl Moving {
    fn shift(&self, link: &Link, year: Year, first: Year) -> f64 {
        let steps = f64::from(self.by.get() - first.get() + 1);
        let gone = (f64::from(year.get() - first.get() + 1) / steps).clamp(0.0, 1.0);
        let now = link.median();
        link.scale(now + gone * (self.rate - now)) - link.mean
    }
}

/// The years of a stage that are forecast, and those that are known.
struct Plan {
    years: Vec<Year>,
    known: BTreeMap<i32, f64>,
    /// What was counted of the first, if that is under way.
    seen: Option<Seen>,
}

impl Plan {
    /// The years of a stage to the last of the forecast of the first one.
    fn new(series: &Series, first: &Forecast) -> Result<Self> {
        let training = Training::new(series)?;
        let last = first.years()[first.years().len() - 1];
        let span = training.next.until(last).ok_or_else(|| Error::YearNotForecast {
            series: first.series().name().to_owned(),
            year: i64::from(training.next.get()),
            first: first.first_year().get(),
            last: last.get(),
        })?;
        let years = (0..=span).map(|i| training.next.plus(i)).collect::<Result<_>>()?;
        let course = Course::shipped()?;
        let seen = |u: UnderWay| course.seen(u.counted, u.coverage.share(), Measured::Count, &u.earlier);
        Ok(Self { years, known: by_year(series), seen: training.under_way.map(seen) })
    }
}

/// The smallest count whose Poisson distribution function reaches `u`: exact up to a mean of 500, then by the normal law with
/// the first term for its skewness (Cornish and Fisher 1938).
fn poisson_quantile(mean: f64, u: f64) -> f64 {
    const SUMMED: f64 = 500.0;
    if mean > SUMMED {
        let z = normal::quantile(u);
        return rounded(mean + mean.sqrt() * z + (z * z - 1.0) / 6.0);
    }
    // why the bound: at a probability next to 1 the sum may stop short of it.
    let (mut mass, mut k, most) = ((-mean).exp(), 0.0, mean + 40.0 * mean.sqrt() + 40.0);
    let mut sum = mass;
    while sum < u && k < most {
        k += 1.0;
        mass *= mean / k;
        sum += mass;
    }
    k
}

fn check_counts(series: &Series) -> Result<()> {
    if series.unit() == Unit::Count {
        return Ok(());
    }
    let (series, unit) = (series.name().to_owned(), series.unit().to_string());
    Err(Error::CountsOnly { series, model: WHAT.to_owned(), unit })
}

/// How many years of a stage come before those of the forecast of the first one.
fn years_before(stage: &Forecast, first: &Forecast) -> usize {
    stage.years().iter().filter(|year| **year < first.first_year()).count()
}

fn by_year(series: &Series) -> BTreeMap<i32, f64> {
    series.full_years().map(|(year, y)| (year.get(), y)).collect()
}

#[cfg(test)]
mod tests;

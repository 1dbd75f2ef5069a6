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
//! References: `DerSimonian` and Laird (1986), *Controlled Clinical Trials* 7, 177-188; Higgins, Thompson and Spiegelhalter
//! (2009), *JRSS A* 172, 137-159 (prediction intervals).

#![allow(clippy::indexing_slicing, reason = "two stages or more, and a plan and a table for each, made here")]

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::compare::Base;
use super::{Comparison, DRAWS, SEED, checked_level, refused};
use crate::dist::rounded;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Paths};
use crate::numeric::rng::Stream;
use crate::numeric::special::{StudentT, binomial, normal};
use crate::series::{Note, Series, Training, Unit, Year};

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
    /// Of a hundred at the earlier stage, how many do not reach the later one.
    pub of_hundred: f64,
    /// How many that are over the years of the forecast, on average.
    pub lost: f64,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} > {}: {:.0} of a hundred do not get there, {:.0} in all",
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
            if series.unit() != Unit::Count {
                let (series, unit) = (series.name().to_owned(), series.unit().to_string());
                return Err(Error::CountsOnly { series, model: WHAT.to_owned(), unit });
            }
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
                    rate: link.rate(link.mean),
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

    /// Forecasts of all stages from one of the first, joint: one row of `paths` is one course of things. The rate of a link may
    /// be moved on the way: see [`Funnel::with_rate`].
    ///
    /// # Errors
    /// [`Error::Unlike`] if the forecast is of another series than the first stage; [`Error::TooFewYears`];
    /// [`Error::SharesAboveOne`];
    /// [`Error::NotObserved`] if a lag reaches back to a year without a number.
    pub fn forecast(&self, first: &Forecast) -> Result<Vec<Forecast>> {
        self.drawn(first, None)
    }

    /// The same with the link to the stage `to` moving in equal steps to `rate`, reached in the year `by`, on the same draws.
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

    /// What moving a rate does to the last stage, beside leaving it; on common draws. `level` in percent.
    ///
    /// # Errors
    /// As for [`Funnel::with_rate`]; [`Error::BadLevel`].
    pub fn effect(&self, first: &Forecast, to: &str, rate: f64, by: Year, level: f64) -> Result<Comparison> {
        let level = checked_level(level)?;
        let (before, after) = (self.forecast(first)?, self.with_rate(first, to, rate, by)?);
        let (Some(before), Some(after)) = (before.last(), after.last()) else {
            return Err(refused(WHAT, "stages", 0, "at least two stages"));
        };
        let base = Base { years: before.years(), paths: before.paths(DRAWS, SEED)?, level };
        let mut rows = base.rows("as it is", &base.paths)?;
        rows.extend(base.rows(&format!("{to} at {rate} by {by}"), &after.paths(DRAWS, SEED)?)?);
        Ok(Comparison { series: before.series().name().to_owned(), level, rows })
    }

    /// What each share loses over the years of a forecast, the largest loss first; ratios lose nothing that can be counted.
    ///
    /// # Errors
    /// As for [`Funnel::forecast`].
    pub fn leaks(&self, first: &Forecast) -> Result<Vec<Leak>> {
        let stages = self.forecast(first)?;
        let mut leaks = Vec::new();
        for (i, stage) in self.stages.iter().enumerate().skip(1).filter(|(_, stage)| !stage.ratio) {
            let (before, after) = (&stages[i - 1], &stages[i]);
            let (x, y): (f64, f64) = (before.mean().iter().sum(), after.mean().iter().sum());
            let (from, to) = (before.series().name().to_owned(), stage.series.name().to_owned());
            let lost = (x - y).max(0.0);
            leaks.push(Leak { from, to, of_hundred: if x > 0.0 { 100.0 * lost / x } else { 0.0 }, lost });
        }
        leaks.sort_by(|a, b| b.lost.total_cmp(&a.lost));
        Ok(leaks)
    }

    fn drawn(&self, first: &Forecast, moving: Option<&Moving>) -> Result<Vec<Forecast>> {
        let head = &self.stages[0].series;
        if first.series().name() != head.name() {
            return Err(Error::Unlike {
                series: first.series().name().to_owned(),
                has: "the forecast".to_owned(),
                other: head.name().to_owned(),
                other_has: "the first stage".to_owned(),
                needed: "the forecast must be of the first stage".to_owned(),
            });
        }
        let links: Vec<Link> = (1..self.stages.len())
            .map(|i| Ok(Self::link(&self.pairs(i)?, self.stages[i].ratio)))
            .collect::<Result<_>>()?;
        let last = first.years()[first.years().len() - 1];
        let plans = self.stages.iter().map(|stage| Plan::new(&stage.series, last)).collect::<Result<Vec<_>>>()?;
        let floors = self.floors(&plans);
        let base = first.paths(DRAWS, SEED)?;
        let mut tables: Vec<Vec<f64>> =
            plans.iter().map(|p| Vec::with_capacity(p.years.len() * base.draws())).collect();
        let mut streams: Vec<Stream> = self
            .stages
            .iter()
            .map(|s| Stream::new(SEED, &format!("{}|{}|funnel", head.name(), s.series.name())))
            .collect();
        for path in base.rows() {
            let mut before: Vec<f64> = path.iter().map(|y| y.max(0.0)).collect();
            if let Some(y) = before.first_mut() {
                *y = y.max(floors[0]);
            }
            tables[0].extend_from_slice(&before);
            for i in 1..self.stages.len() {
                let link = &links[i - 1];
                let stream = &mut streams[i];
                let stretch = (link.df / stream.chi_squared(link.df)).sqrt();
                let mean = link.mean + stretch * link.error * stream.normal();
                let mut now = Vec::with_capacity(plans[i].years.len());
                for (t, year) in plans[i].years.iter().enumerate() {
                    let (deviation, u) = (stretch * link.tau * stream.normal(), stream.uniform());
                    let shift =
                        moving.filter(|m| m.link == i - 1).map_or(0.0, |m| m.shift(link, *year, first.years()[0]));
                    let rate = link.rate(mean + deviation + shift);
                    let x = self.earlier(i, *year, &plans[i - 1], &before)?;
                    let y = if link.ratio { poisson_quantile(x * rate, u) } else { binomial::quantile(x, rate, u) };
                    now.push(if t == 0 { y.max(floors[i]) } else { y });
                }
                tables[i].extend_from_slice(&now);
                before = now;
            }
        }
        let note = Note::Derived { how: format!("a stage of the funnel that begins with {}", head.name()) };
        let named = self.stages.iter().zip(&plans).zip(tables);
        named
            .map(|((stage, plan), values)| {
                let paths = Paths::from_rows(plan.years.len(), values)?;
                Forecast::from_paths(&stage.series, first.model(), head.name(), &paths, vec![note.clone()])
            })
            .collect()
    }

    /// What each stage has at least in its first year: what was counted, and what the stages after it have counted of it.
    fn floors(&self, plans: &[Plan]) -> Vec<f64> {
        let mut floors: Vec<f64> = plans.iter().map(|plan| plan.counted).collect();
        for i in (1..self.stages.len()).rev() {
            let Stage { lag, ratio, .. } = self.stages[i];
            if lag == 0 && !ratio && plans[i].years.first() == plans[i - 1].years.first() {
                floors[i - 1] = floors[i - 1].max(floors[i]);
            }
        }
        floors
    }

    /// What the stage before had in the year from which a year's count comes.
    fn earlier(&self, i: usize, year: Year, plan: &Plan, path: &[f64]) -> Result<f64> {
        let wanted = year.get() - i32::try_from(self.stages[i].lag).unwrap_or(i32::MAX);
        if let Some(place) = plan.years.iter().position(|y| y.get() == wanted) {
            return Ok(path[place]);
        }
        plan.known.get(&wanted).copied().ok_or_else(|| Error::NotObserved {
            series: self.stages[i - 1].series.name().to_owned(),
            year: wanted,
            needed_for: format!("stage {:?} in {year}", self.stages[i].series.name()),
        })
    }
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
        let now = link.rate(link.mean);
        link.scale(now + gone * (self.rate - now)) - link.mean
    }
}

/// The years of a stage that are forecast, and those that are known.
struct Plan {
    years: Vec<Year>,
    known: BTreeMap<i32, f64>,
    counted: f64,
}

impl Plan {
    fn new(series: &Series, last: Year) -> Result<Self> {
        let training = Training::new(series)?;
        let span = training.next.until(last).ok_or_else(|| Error::YearNotForecast {
            series: series.name().to_owned(),
            year: i64::from(training.next.get()),
            first: training.next.get(),
            last: last.get(),
        })?;
        let years = (0..=span).map(|i| training.next.plus(i)).collect::<Result<_>>()?;
        Ok(Self { years, known: by_year(series), counted: training.under_way.map_or(0.0, |u| u.counted) })
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

fn by_year(series: &Series) -> BTreeMap<i32, f64> {
    series.full_years().map(|(year, y)| (year.get(), y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::special::NegativeBinomial;
    use crate::series::{Coverage, Horizon};
    use crate::smoothing::BayesEts;

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    fn series(name: &str, values: &[f64]) -> Series {
        Series::new(name, year(2016), values).unwrap()
    }

    fn funnel(lag: usize) -> Funnel {
        let cases = Stage::new(series("cases", &[40.0, 50.0, 44.0, 61.0, 52.0, 47.0]), "cases");
        let charged =
            Stage { ratio: true, ..Stage::new(series("charged", &[90.0, 80.0, 100.0, 120.0, 99.0, 101.0]), "persons") };
        let convicted = series("convicted", &[20.0, 17.0, 31.0, 22.0, 30.0, 14.0]);
        let convicted = convicted.with_partial(year(2022), 9.0, Coverage::Share(0.4)).unwrap();
        Funnel::new(vec![cases, charged, Stage { lag, ..Stage::new(convicted, "persons") }]).unwrap()
    }

    fn ahead(funnel: &Funnel) -> Forecast {
        BayesEts::default().fit(&funnel.stages[0].series).unwrap().forecast(Horizon::years(4).unwrap()).unwrap()
    }

    #[test]
    fn no_path_convicts_more_than_were_charged() {
        for lag in [0, 1] {
            let stages = funnel(lag).forecast(&ahead(&funnel(lag))).unwrap();
            let (charged, convicted) = (stages[1].paths(5000, 4).unwrap(), stages[2].paths(5000, 4).unwrap());
            for (charged, convicted) in charged.rows().zip(convicted.rows()) {
                let brought = |t: usize| if t < lag { 101.0 } else { charged[t - lag] };
                assert!(convicted.iter().enumerate().all(|(t, y)| *y <= brought(t)), "{charged:?} {convicted:?}");
                assert!(convicted[0] >= 9.0);
            }
            assert!(stages[1].mean()[0] > 1.5 * stages[0].mean()[0], "two persons a case");
        }
    }

    #[test]
    fn a_higher_rate_convicts_more_on_every_path_and_leaks_less() {
        let (funnel, first) = (funnel(0), ahead(&funnel(0)));
        let effect = funnel.effect(&first, "convicted", 0.5, year(2023), 80.0).unwrap();
        assert!(effect.rows.iter().all(|row| row.difference.1 >= 0.0));
        assert!(effect.rows[7].mean_difference > 10.0);
        let leaks = funnel.leaks(&first).unwrap();
        assert_eq!(leaks.len(), 1, "a ratio loses nothing that can be counted");
        assert!((70.0..90.0).contains(&leaks[0].of_hundred), "134 of 590 were convicted: {}", leaks[0].of_hundred);
    }

    #[test]
    fn stages_of_different_units_need_a_ratio() {
        let stages = vec![
            Stage::new(series("cases", &[4.0, 5.0]), "cases"),
            Stage::new(series("persons", &[4.0, 5.0]), "persons"),
        ];
        let error = Funnel::new(stages).unwrap_err();
        assert!(matches!(&error, Error::StageUnits { next_unit, .. } if next_unit == "persons"), "{error}");
    }

    #[test]
    fn what_mostly_exceeds_the_stage_before_is_no_share_of_it() {
        let held = |values: &[f64], ratio| {
            let cases = Stage::new(series("cases", &[50.0, 60.0, 40.0, 45.0]), "persons");
            Funnel::new(vec![cases, Stage { ratio, ..Stage::new(series("held", values), "persons") }]).unwrap()
        };
        let most = [150.0, 30.0, 140.0, 160.0];
        let refused = held(&most, false).conversions(80.0).unwrap_err();
        let Error::SharesAboveOne { years, shares, compared, .. } = &refused else { panic!("{refused}") };
        assert_eq!((years.as_slice(), shares[0], *compared), ([2016, 2018, 2019].as_slice(), 3.0, 4));
        assert!(refused.to_string().contains("in 3 of 4 years it is more (2016: 3.00, 2018: 3.50, 2019: 3.56)"));
        assert!((held(&most, true).conversions(80.0).unwrap()[0].pooled - 480.0 / 195.0).abs() < 1e-12);
        // half of the years are not most: late entries may do that, and the line says what was made of them
        let link = held(&[55.0, 30.0, 41.0, 20.0], false).conversions(80.0).unwrap().swap_remove(0);
        assert!(
            link.to_string().ends_with("; above 1 in 2016, 2018, taken for 1: look at the lag and the units"),
            "{link}"
        );
    }

    /// What the last year of the first stage was, on every path of its forecast.
    fn certain(series: &Series, x: f64) -> Forecast {
        let paths = Paths::from_rows(1, vec![x; 100]).unwrap();
        Forecast::from_paths(series, "given", "given", &paths, Vec::new()).unwrap()
    }

    #[test]
    fn persons_of_the_cases_of_a_year_scatter_as_they_did() {
        // persons are Poisson with 1.2 a case, the same in all years or by a factor exp(N(0, 0.3^2)) a year; how much of
        // that law an interval of 80% holds, on average over histories. Where rates never change, what they are taken to
        // vary by beforehand makes the intervals of eight years too wide.
        for (vary, most, cases) in [(0.0, 0.955, 10.0), (0.3, 0.90, 10.0), (0.3, 0.90, 4.0)] {
            for years in [8, 20, 40] {
                let (mut held, mut scatter, tried) = (0.0, 0.0, 40);
                for i in 0..tried {
                    let mut stream = Stream::new(7, &format!("persons {vary} {cases} {years} {i}"));
                    let mut poisson = |mean: f64| stream.negative_binomial(mean, f64::INFINITY);
                    let xs: Vec<f64> = (0..years).map(|_| poisson(cases)).collect();
                    let mut rates = Stream::new(7, &format!("rates {vary} {cases} {years} {i}"));
                    let ys = xs.iter().map(|x| poisson(1.2 * x * (vary * rates.normal()).exp())).collect::<Vec<_>>();
                    let first = Stage::new(series("cases", &xs), "cases");
                    let persons = Stage { ratio: true, ..Stage::new(series("persons", &ys), "persons") };
                    let given = certain(&first.series, cases);
                    let stages = Funnel::new(vec![first, persons]).unwrap().forecast(&given).unwrap();
                    let band = stages[1].interval(80.0).unwrap();
                    // the law of a year, over 99 equally probable rates
                    let in_band = |k: i32| {
                        let rate = 1.2 * cases * (vary * normal::quantile(0.01 * f64::from(k))).exp();
                        let law = NegativeBinomial::new(rate, f64::INFINITY);
                        law.cdf(band.upper[0] + 0.5) - law.cdf(band.lower[0] - 0.5)
                    };
                    held += (1..100).map(in_band).sum::<f64>() / 99.0;
                    let paths = stages[1].paths(2000, 3).unwrap();
                    let moment = |p: i32| paths.rows().map(|path| path[0].powi(p)).sum::<f64>() / 2000.0;
                    scatter += moment(2) - moment(1).powi(2);
                }
                let (held, scatter) = (held / f64::from(tried), scatter / f64::from(tried));
                assert!((0.74..most).contains(&held), "{vary} {cases} {years}: {held}");
                assert!(scatter > 1.2 * cases, "as Poisson at least: {vary} {cases} {years}: {scatter}");
                assert!(vary > 0.0 || years < 40 || scatter < 16.0, "Poisson has 12: {scatter}");
            }
        }
    }

    #[test]
    fn a_poisson_quantile_is_the_smallest_count_that_reaches_its_probability() {
        for mean in [0.0, 0.3, 12.0, 499.0, 501.0, 1e5] {
            let cdf = |k: f64| NegativeBinomial::new(mean, f64::INFINITY).cdf(k + 0.5);
            for u in [0.001, 0.1, 0.5, 0.9, 0.999] {
                let k = poisson_quantile(mean, u);
                // beyond 500 it may be one count off
                let off = f64::from(u8::from(mean > 500.0));
                assert!(cdf(k + off) >= u && (k == 0.0 || cdf(k - 1.0 - off) < u), "{mean} {u}: {k}");
            }
        }
        assert!(poisson_quantile(3.0, 1.0 - 1e-16).is_finite());
    }

    #[test]
    fn a_year_without_a_number_is_named() {
        let lagged = funnel(9);
        assert!(matches!(lagged.conversions(80.0), Err(Error::TooFewYears { got: 0, .. })));
    }
}

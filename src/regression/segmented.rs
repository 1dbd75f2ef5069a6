//! A trend whose slope changes in a few years: joinpoint regression.
//!
//! ```text
//! g(E y_t) = a + b t + sum_k d_k max(0, t - c_k) + drivers and events        g the identity, the logarithm, or a count's
//! ```
//!
//! The line has no jumps. For every number of breaks k from 0 to `max_breaks` their best places are found by exhaustion: at
//! every set of whole years, and then between the years next to the best of them, where the fit may be better still. Two
//! breaks lie at least two years apart and none before the second or after the last year but one.
//!
//! The number of breaks is chosen by the weighted BIC of Kim and others (2022), with the charge for short series,
//!
//! ```text
//! WBIC(k) = ln(rss_k / n) + m_k ln n / (n - m_k)        m_k = (2 + R^2_max) k + p
//! ```
//!
//! with p the columns without breaks (2 for a line alone) and `R^2_max` the largest partial R^2 of a break in the data of the
//! two segments beside it, so that large changes pay the charge of BIC3 and small ones that of BIC. Kim and others divide by n,
//! which suits long series and gave a break to 40% of straight lines of 8 years with normal noise and to 25% of those of 12;
//! the years that are left, as corrected criteria have them, give one to less than 3% at any length and find almost as many
//! (`docs/decisions.md`). Or by permutation tests as in cancer-rate practice (Kim and others 2000): k against k + 1, 999
//! shuffles of the residuals with a fixed seed, at 5% over the number of tests; of a few years they too find more breaks than
//! there are (8 to 12% of straight lines of 8 to 12 years). Support of a break is its share of `exp(-n / 2 ln rss)` over all
//! places of that break, the others held.
//!
//! A place that was searched for is one more estimated number: it takes a degree of freedom and counts in AIC, AICc and BIC,
//! as a given one does not. Beyond that, standard errors and bands hold the places as given: the doubt about them is in
//! `lower`, `upper` and `support`, and that about their number nowhere.
//!
//! References: Hinkley (1971), *JASA* 66(336), 736-743, and Muggeo (2003), *Statistics in Medicine* 22, 3055-3071 (a place is
//! a parameter); Hurvich and Tsai (1989), *Biometrika* 76, 297-307, and `McQuarrie` (1999), *Statistics & Probability Letters*
//! 44, 79-86 (criteria for short series, the latter's dividing by two years less still); Kim, Fay, Feuer and Midthune (2000),
//! *Statistics in Medicine* 19, 335-351; Kim, Chen and others (2022), *Journal of Applied Statistics* 50(9), 1992-2013; Clegg
//! and others (2009), *Statistics in Medicine* 28, 3670-3682 (average change).

#![allow(clippy::indexing_slicing, reason = "places of breaks come from the years that are searched")]

use serde::{Deserialize, Serialize};

use super::breaks::{MOST, Search, SegmentScale};
use super::count_laws::Family;
use super::counts;
use super::fitted::{FittedTrend, forecaster};
use super::projection::Projection;
use super::setup::{Setup, without};
use super::trend::{SPARE_OF_LOGS, gaussian};
use crate::design::{Column, Inputs};
use crate::dist::Link;
use crate::error::{Error, Result};
use crate::model::with_settings;
use crate::series::{Note, Series, Training, Year};

/// How many breaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Breaks {
    /// As many as the data call for.
    Auto(Choice),
    /// So many, in the best places.
    Number(usize),
    /// In these years.
    Given(Vec<Year>),
}

/// How the number of breaks is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Weighted Bayesian information criterion, with the charge for short series.
    #[default]
    WeightedBic,
    /// Permutation tests.
    Permutation,
}

/// A trend whose slope changes in a few years. Needs `2 k + 4` observed years for k breaks, on the log scale `2 k + 6` (of
/// given ones `k + 6`, if that is more than `2 k + 4`), and one more for each driver or event.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | breaks | Auto(WeightedBic) | Auto, Number, Given | how many, or which |
/// | max_breaks | 3 | 0 to 3 | the most that Auto considers |
/// | scale | Linear | Linear, Log, Counts | where segments are straight |
/// | projection | line | line, damped | how the last segment goes on |
///
/// ```
/// use unjuran::regression::{Breaks, SegmentedTrend};
/// use unjuran::series::{Series, Unit, Year};
/// // Up by 2 a year until the fifth, then down by 1: the break is found where it is.
/// let y = [2.0, 4.0, 6.0, 8.0, 10.0, 9.0, 8.0, 7.0, 6.0];
/// let series = Series::new("cost", Year::new(2015)?, &y)?.with_unit(Unit::Amount)?;
/// let fitted = SegmentedTrend::new().breaks(Breaks::Number(1)).fit(&series)?;
/// assert_eq!(fitted.regression().breaks[0].year.get(), 2019);
/// assert!((fitted.regression().coefficients[2].estimate + 3.0).abs() < 1e-9);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct SegmentedTrend {
    breaks: Breaks,
    max_breaks: usize,
    scale: SegmentScale,
    projection: Projection,
}

/// The stored form, in the words of the registry and of Python.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// None where the years are given.
    n_breaks: Option<HowMany>,
    breaks: Option<Vec<Year>>,
    max_breaks: usize,
    scale: SegmentScale,
    projection: Projection,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum HowMany {
    Number(usize),
    By(ChoiceWord),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChoiceWord {
    Auto,
    Permutation,
}

impl TryFrom<Settings> for SegmentedTrend {
    type Error = Error;
    fn try_from(settings: Settings) -> Result<Self> {
        let Settings { n_breaks, breaks, max_breaks, scale, projection } = settings;
        let breaks = match (n_breaks, breaks) {
            (None, Some(years)) => Breaks::Given(years),
            (Some(HowMany::Number(number)), None) if number <= MOST => Breaks::Number(number),
            (Some(HowMany::By(ChoiceWord::Auto)), None) => Breaks::Auto(Choice::WeightedBic),
            (Some(HowMany::By(ChoiceWord::Permutation)), None) => Breaks::Auto(Choice::Permutation),
            (Some(HowMany::Number(number)), None) => return Err(refused("n_breaks", &number.to_string())),
            (Some(_), Some(_)) => return Err(refused("n_breaks", "a number beside the years of the breaks")),
            (None, None) => return Err(refused("n_breaks", "null without the years of the breaks")),
        };
        Ok(Self::new().breaks(breaks).max_breaks(max_breaks)?.scale(scale).projection(projection))
    }
}

impl From<SegmentedTrend> for Settings {
    fn from(model: SegmentedTrend) -> Self {
        let SegmentedTrend { breaks, max_breaks, scale, projection } = model;
        let (n_breaks, breaks) = match breaks {
            Breaks::Given(years) => (None, Some(years)),
            Breaks::Number(number) => (Some(HowMany::Number(number)), None),
            Breaks::Auto(Choice::WeightedBic) => (Some(HowMany::By(ChoiceWord::Auto)), None),
            Breaks::Auto(Choice::Permutation) => (Some(HowMany::By(ChoiceWord::Permutation)), None),
        };
        Self { n_breaks, breaks, max_breaks, scale, projection }
    }
}

impl Default for SegmentedTrend {
    fn default() -> Self {
        Self {
            breaks: Breaks::Auto(Choice::WeightedBic),
            max_breaks: MOST,
            scale: SegmentScale::Linear,
            projection: Projection::Line,
        }
    }
}

const NAME: &str = "SegmentedTrend";

impl SegmentedTrend {
    /// Breaks chosen by weighted BIC.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many breaks, or which.
    #[must_use]
    pub fn breaks(self, breaks: Breaks) -> Self {
        Self { breaks, ..self }
    }

    /// The most breaks that are considered.
    ///
    /// # Errors
    /// [`Error::BadParameter`] above 3.
    pub fn max_breaks(self, max_breaks: usize) -> Result<Self> {
        if max_breaks > MOST {
            return Err(refused("max_breaks", &max_breaks.to_string()));
        }
        Ok(Self { max_breaks, ..self })
    }

    /// On which scale segments are straight.
    #[must_use]
    pub fn scale(self, scale: SegmentScale) -> Self {
        Self { scale, ..self }
    }

    /// How the last segment goes on.
    #[must_use]
    pub fn projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }

    /// The name, with the settings that are not the default.
    pub fn name(&self) -> String {
        let mut settings: Vec<String> = match &self.breaks {
            Breaks::Auto(Choice::WeightedBic) if self.max_breaks == MOST => Vec::new(),
            Breaks::Auto(Choice::WeightedBic) => vec![format!("to {}", self.max_breaks)],
            Breaks::Auto(Choice::Permutation) => vec!["permutation".to_owned()],
            Breaks::Number(k) => vec![k.to_string()],
            Breaks::Given(years) => years.iter().map(ToString::to_string).collect(),
        };
        match self.scale {
            SegmentScale::Linear => {}
            SegmentScale::Log => settings.push("log".to_owned()),
            SegmentScale::Counts => settings.push("counts".to_owned()),
        }
        settings.extend(self.projection.setting(Projection::Line));
        with_settings(NAME, settings)
    }

    /// Fits the segments.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::TooFewYears`] below 2 k + 4 observed years for k breaks asked for, and on the
    /// log scale below 2 k + 6, of given ones k + 6;
    /// [`Error::BadParameter`] for more than 3 breaks and for years that are no break inside the series;
    /// [`Error::NotPositive`] on the log scale, [`Error::CountsOnly`] for counts.
    pub fn fit(&self, series: &Series) -> Result<FittedTrend> {
        self.fit_with(series, &Inputs::new())
    }

    /// Fits the segments with drivers, events and weights.
    ///
    /// # Errors
    /// Those of `fit`; [`Error::MissingDriver`], [`Error::RankDeficient`]; [`Error::InputNotTaken`] for exposure on the
    /// linear scale.
    pub fn fit_with(&self, series: &Series, inputs: &Inputs) -> Result<FittedTrend> {
        let name = self.name();
        if self.scale == SegmentScale::Linear {
            without(inputs, &name, &["exposure"])?;
        }
        let straight = |_: &Training| vec![Column::Intercept, Column::Trend];
        // why: as many years as two breaks' ends need, and on the log scale as its bands need.
        let spare = if self.scale == SegmentScale::Log { SPARE_OF_LOGS } else { 1 };
        let given = matches!(self.breaks, Breaks::Given(_));
        let numbers = |k: usize| if given { k } else { 2 * k };
        let needed = |columns: usize, k: usize| columns + (2 + 2 * k).max(spare + numbers(k));
        let setup = Setup::new(series, inputs, straight, (&name, spare.max(2)))?;
        let search = Search::new(&setup, self.scale, &name)?;
        let room = (0..=MOST).rev().find(|&k| setup.y.len() >= needed(setup.columns(), k)).unwrap_or(0);
        let need = |k: usize| setup.training.need(needed(setup.columns(), k), &name);
        let found = match &self.breaks {
            Breaks::Number(k) if *k > MOST => return Err(refused("n_breaks", &k.to_string())),
            Breaks::Number(k) => {
                need(*k)?;
                search.best(*k)
            }
            Breaks::Given(years) => {
                need(years.len())?;
                Self::given(&setup, years)?
            }
            Breaks::Auto(choice) => {
                let most = self.max_breaks.min(room);
                match choice {
                    Choice::WeightedBic => search.by_weighted_bic(most),
                    Choice::Permutation => search.by_permutation(most),
                }
            }
        };
        let columns = |_: &Training| {
            [Column::Intercept, Column::Trend].into_iter().chain(found.iter().map(|&c| Column::Hinge(c))).collect()
        };
        let placed = if given { 0 } else { found.len() };
        let mut segments = Setup { placed, ..Setup::new(series, inputs, columns, (&name, spare))? };
        if placed > 0 {
            segments.notes.push(Note::PlacedBreaks { breaks: placed, observed: segments.y.len() });
        }
        let mut fitted = match self.scale {
            SegmentScale::Linear => gaussian(segments, Link::Identity, self.projection, name),
            SegmentScale::Log => gaussian(segments, Link::Log, self.projection, name),
            SegmentScale::Counts => counts::fitted(segments, Family::NegativeBinomial, self.projection, name),
        }?;
        let breaks = search.dated(&setup, &found)?;
        if let Some(regression) = fitted.report.regression.as_mut() {
            regression.breaks = breaks;
        }
        Ok(fitted)
    }

    /// Given years as places, inside the series and each once.
    fn given(setup: &Setup, years: &[Year]) -> Result<Vec<f64>> {
        let mut places: Vec<f64> = years.iter().map(|&year| setup.design.t(year)).collect();
        places.sort_unstable_by(f64::total_cmp);
        let last = setup.design.t(setup.last());
        let apart = places.windows(2).all(|pair| pair[1] - pair[0] >= 1.0);
        let inside = places.iter().all(|t| *t > 1.0 && *t < last);
        if places.len() > MOST || !apart || !inside {
            let shown = years.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(refused("breaks", &shown));
        }
        Ok(places)
    }
}

forecaster!(SegmentedTrend);

fn refused(parameter: &str, value: &str) -> Error {
    Error::bad_parameter(
        NAME,
        parameter,
        value,
        "0 to 3 breaks, different years after the first and before the last observed one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checks::battery;
    use crate::series::Unit;

    fn amounts(y: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), y).unwrap().with_unit(Unit::Amount).unwrap()
    }

    #[test]
    fn the_battery_passes() {
        assert_eq!(battery(&SegmentedTrend::new()), vec![]);
        assert_eq!(battery(&SegmentedTrend::new().scale(SegmentScale::Log)), vec![]);
        assert_eq!(battery(&SegmentedTrend::new().scale(SegmentScale::Counts).projection(Projection::Damped)), vec![]);
        assert_eq!(battery(&SegmentedTrend::new().breaks(Breaks::Number(1))), vec![]);
    }

    #[test]
    fn two_breaks_are_found_where_they_are_and_none_where_there_is_none() {
        let bent = |t: f64| 3.0 * t - 5.0 * (t - 8.0).max(0.0) + 6.0 * (t - 15.0).max(0.0);
        let wobble = |t: u32| f64::from((t * 7) % 5) * 0.1;
        let y: Vec<f64> = (1..=22).map(|t| bent(f64::from(t)) + wobble(t)).collect();
        for choice in [Choice::WeightedBic, Choice::Permutation] {
            let fitted =
                SegmentedTrend::new().max_breaks(2).unwrap().breaks(Breaks::Auto(choice)).fit(&amounts(&y)).unwrap();
            let years: Vec<i32> = fitted.regression().breaks.iter().map(|b| b.year.get()).collect();
            assert_eq!(years.len(), 2, "{choice:?} {years:?}");
            assert!((years[0] - 2007).abs() <= 1 && (years[1] - 2014).abs() <= 1, "{years:?}");
            assert!(fitted.regression().breaks.iter().all(|b| b.support > 0.9));
            let straight: Vec<f64> = (1..=22).map(|t| f64::from(t) + wobble(t)).collect();
            let straight = SegmentedTrend::new().breaks(Breaks::Auto(choice)).fit(&amounts(&straight)).unwrap();
            assert!(straight.regression().breaks.is_empty(), "{choice:?}");
        }
    }

    #[test]
    fn each_stretch_has_its_percent_change_and_the_average_lies_between() {
        // By hand: 20% up for five years, then 10% down for five; the mean slope is (ln 1.2 + ln 0.9) / 2.
        let y: Vec<f64> = (0..11).map(|i| 100.0 * 1.2_f64.powi(i.min(5)) * 0.9_f64.powi((i - 5).max(0))).collect();
        let model =
            SegmentedTrend::new().scale(SegmentScale::Log).breaks(Breaks::Given(vec![Year::new(2005).unwrap()]));
        let fitted = model.fit(&amounts(&y)).unwrap();
        let changes = fitted.report().annual_percent_change().unwrap();
        assert!((changes[0].percent - 20.0).abs() < 1e-9 && (changes[1].percent + 10.0).abs() < 1e-9);
        let average = fitted.regression().average_change.unwrap();
        assert!((average.percent - 100.0 * (1.08_f64.sqrt() - 1.0)).abs() < 1e-9);
        assert_eq!((changes[0].to.get(), average.to.get()), (2005, 2010));
    }

    #[test]
    fn the_weighted_criterion_finds_a_change_of_slope_and_seldom_one_too_many() {
        let mut stream = crate::numeric::rng::Stream::new(11, "segments");
        let mut right = [0_u32; 2];
        for _ in 0..100 {
            for (truth, right) in [0.0, 3.0].into_iter().zip(&mut right) {
                let line = |t: f64| 50.0 + t + truth * (t - 9.0).max(0.0);
                let y: Vec<f64> = (0..20).map(|t| line(f64::from(t)) + stream.normal()).collect();
                let fitted = SegmentedTrend::new().max_breaks(2).unwrap().fit(&amounts(&y)).unwrap();
                let found = fitted.report().regression.as_ref().unwrap().breaks.len();
                *right += u32::from(found == usize::from(truth > 0.0));
            }
        }
        // Of Kim's charge, not for short series: the light charge for large changes, the wrong way round, found the one break alone in 72 of 100, BIC3 in 88.
        assert!(right[0] >= 80 && right[1] >= 80, "{right:?}");
    }

    #[test]
    fn a_few_years_about_a_straight_line_have_no_break_and_a_clear_one_is_found() {
        let mut stream = crate::numeric::rng::Stream::new(12, "segments");
        for n in [8, 12, 20] {
            let middle = f64::from(n / 2);
            let mut found = [0; 2];
            for _ in 0..200 {
                // The bend moves the last year by sixteen standard deviations.
                for (bend, found) in [0.0, 16.0 / middle].into_iter().zip(&mut found) {
                    let line = |t: f64| 100.0 + 2.0 * t + bend * (t - middle).max(0.0);
                    let y: Vec<f64> = (0..n).map(|t| line(f64::from(t)) + stream.normal()).collect();
                    let fitted = SegmentedTrend::new().fit(&amounts(&y)).unwrap();
                    *found += i32::from(!fitted.regression().breaks.is_empty());
                }
            }
            let [wrongly, rightly] = found;
            assert!(wrongly <= 10 && rightly >= if n == 8 { 60 } else { 180 }, "{n} years: {found:?}");
        }
    }

    #[test]
    fn a_place_that_was_searched_for_counts_as_an_estimated_number_and_a_given_one_does_not() {
        let bent = |t: u32| 3.0 * f64::from(t) - 5.0 * (f64::from(t) - 7.0).max(0.0) + f64::from((t * 7) % 5);
        let series = amounts(&(1..=12).map(bent).collect::<Vec<_>>());
        let fit = |breaks| SegmentedTrend::new().breaks(breaks).fit(&series).unwrap();
        // two coefficients of the line, one of the change; the place; the variance
        for (breaks, df, k) in
            [(Breaks::Number(1), 8.0, 5.0), (Breaks::Given(vec![Year::new(2006).unwrap()]), 9.0, 4.0)]
        {
            let searched = matches!(breaks, Breaks::Number(_));
            let fitted = fit(breaks);
            let (report, rss) = (fitted.report(), fitted.regression().rss);
            assert_eq!(fitted.regression().df, Some(df));
            assert!((report.sigma.powi(2) * df / rss - 1.0).abs() < 1e-12);
            let loglik = -6.0 * ((std::f64::consts::TAU * rss / 12.0).ln() + 1.0);
            let criteria = report.criteria.unwrap();
            assert!((criteria.loglik - loglik).abs() < 1e-9);
            assert!((criteria.aic - (2.0 * k - 2.0 * loglik)).abs() < 1e-9);
            assert!((criteria.bic - (k * 12.0_f64.ln() - 2.0 * loglik)).abs() < 1e-9);
            let note = Note::PlacedBreaks { breaks: 1, observed: 12 };
            assert_eq!(report.notes.contains(&note), searched);
        }
        let counts =
            Series::new("s", Year::new(2000).unwrap(), &[9.0, 14.0, 17.0, 26.0, 30.0, 41.0, 35.0, 28.0, 25.0, 18.0]);
        let fitted = SegmentedTrend::new().scale(SegmentScale::Counts).breaks(Breaks::Number(1)).fit(&counts.unwrap());
        let criteria = fitted.unwrap().report().criteria.unwrap();
        // the dispersion in place of the variance
        assert!((criteria.aic + 2.0 * criteria.loglik - 10.0).abs() < 1e-9);
    }

    #[test]
    fn too_short_a_series_is_refused_with_the_years_it_needs() {
        let refused =
            SegmentedTrend::new().breaks(Breaks::Number(2)).fit(&amounts(&[1.0, 2.0, 4.0, 3.0, 5.0, 2.0])).unwrap_err();
        assert!(matches!(refused, Error::TooFewYears { needed: 8, got: 6, .. }), "{refused}");
        let outside = Breaks::Given(vec![Year::new(2030).unwrap()]);
        let refused = SegmentedTrend::new().breaks(outside).fit(&amounts(&[1.0, 2.0, 4.0, 3.0, 5.0, 2.0])).unwrap_err();
        assert_eq!(refused.kind(), "BadParameter");
        assert!(SegmentedTrend::new().max_breaks(4).is_err());
    }
}

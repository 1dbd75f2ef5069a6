//! Exponential smoothing whose class the data choose, or weigh, by information criteria.
//!
//! With textbook bands this is the choice of the books: each class that the series admits is fitted by maximum likelihood;
//! the smallest AICc wins, and of equals the simpler. The criterion charges for every parameter, the more the shorter the
//! series: with eight years a damped trend has to earn 23 units of AIC over the level alone, and below n = k + 2 years a
//! class with k numbers to estimate has no criterion at all and is not considered.
//!
//! From eight to twenty years the likelihood alone takes noise for slopes, and no one class can be told from the others. Full
//! bands, the default, therefore fit by the likelihood times a prior of the smoothing parameters,
//!
//! ```text
//! exp(-5 (1 - alpha)) exp(-5 beta*),    beta* the share of its range that beta takes, 0 to 1
//! ```
//!
//! and forecast with a mixture of all classes by Akaike's weights `exp(-AIC / 2)`, this prior multiplied in. Annual series
//! follow last year's value, and their slope changes little, the prior says; on years held back it took a twentieth of the
//! error off (`docs/decisions.md`). The class with the largest weight, with its parameters, is what is reported. Shocks in
//! proportion of more than half of what they are in proportion to are left out: a normal law would make negative years of
//! them, and growth without end. Steady growth by a fifth a year or more is denied by this prior for longer than by the
//! likelihood alone.
//!
//! Below five observed years no class has a criterion. The answer is then the random walk, ETS(A,N,N) with alpha = 1, with
//! the size of its shocks estimated from the changes there are and one of general experience (see [`AutoEts::fit`]).
//!
//! References: Hyndman and others (2008), section 7; Hyndman and Khandakar (2008), *Journal of Statistical Software* 27(3),
//! for leaving out growth factors by default; Akaike (1979), *Biometrika* 66, 237-242, and Burnham and Anderson (2002), *Model
//! Selection and Multimodel Inference*, section 4.1, for the weights.

#![allow(clippy::indexing_slicing, reason = "the best so far is one of the fits")]

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Fitted, Forecaster, with_settings};
use crate::series::{Note, Series, Training};
use crate::smoothing::{Bands, Class, Ets, FittedEts, smallest_aicc};

/// The largest size of shocks in proportion.
const MOST_SHARE: f64 = 0.5;
/// A class of less weight is left out of the bands.
const NEGLIGIBLE: f64 = 0.01;

/// The classes that are considered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// All ten.
    All,
    /// The six without growth factors, which go on rising as no count can: the default of R's `ets`, and more accurate than
    /// all ten on years held back (see `docs/decisions.md`).
    #[default]
    NoGrowthFactors,
    /// The three with additive shocks and without growth factors.
    Additive,
}

impl Pool {
    /// The classes, the simplest first.
    pub fn classes(self) -> Vec<Class> {
        let mut classes = Class::ALL.to_vec();
        classes.retain(|class| match self {
            Self::All => true,
            Self::NoGrowthFactors => !class.trend.is_multiplicative(),
            Self::Additive => !class.trend.is_multiplicative() && !class.has_multiplicative_shocks(),
        });
        classes.sort_by_key(|class| class.estimated());
        classes
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::NoGrowthFactors => "no-growth-factors",
            Self::Additive => "additive",
        })
    }
}

impl std::str::FromStr for Pool {
    type Err = Error;
    /// "all", "no-growth-factors" or "additive".
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "all" => Ok(Self::All),
            "no-growth-factors" => Ok(Self::NoGrowthFactors),
            "additive" => Ok(Self::Additive),
            _ => Err(Error::bad_parameter(
                "AutoETS",
                "classes",
                format!("{text:?}"),
                "\"all\", \"no-growth-factors\" or \"additive\"",
            )),
        }
    }
}

/// Exponential smoothing whose class the data choose. Needs one observed year; a choice begins with five, a trend is
/// considered from seven, a damped one from eight.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `pool` | `Pool::NoGrowthFactors` | | the classes that are considered |
/// | `bands` | `Bands::Full` | | whether doubt about parameters and class is in the forecast, or the books' choice alone |
///
/// Classes with shocks in proportion, or with growth factors, are considered where every value is above zero.
///
/// ```
/// use unjuran::select::AutoEts;
/// use unjuran::series::{Series, Year};
/// use unjuran::smoothing::Trend;
/// let rising: Vec<f64> = (0..20).map(|t| f64::from(100 + 10 * t + (t * 7) % 5)).collect();
/// let fitted = AutoEts::default().fit(&Series::new("rising", Year::new(2000)?, &rising)?)?;
/// assert_eq!(fitted.trend(), Trend::Additive);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoEts {
    #[serde(rename = "classes")]
    pool: Pool,
    bands: Bands,
}

impl AutoEts {
    /// Observed years from which the criterion of the simplest class is defined.
    pub const NEEDED: usize = 5;

    /// The classes that are considered.
    pub fn pool(&self) -> Pool {
        self.pool
    }

    /// The same choice among other classes.
    #[must_use]
    pub fn with_pool(self, pool: Pool) -> Self {
        Self { pool, ..self }
    }

    /// The same choice with other bands.
    #[must_use]
    pub fn with_bands(self, bands: Bands) -> Self {
        Self { bands, ..self }
    }

    /// Fits every class that the series admits; the best is reported, and with full bands the others stay in the forecast.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`]; [`Error::Overflow`].
    pub fn fit(&self, series: &Series) -> Result<FittedEts> {
        let training = Training::new(series)?;
        let n = training.observed();
        if n < Self::NEEDED {
            return FittedEts::walk(series, training, self.bands);
        }
        let positive = training.y.iter().flatten().all(|&y| y > 0.0);
        let admitted = |class: &Class| {
            let factors = class.has_multiplicative_shocks() || class.trend.is_multiplicative();
            n > class.estimated() + 2 && (positive || !factors)
        };
        let models = self.pool.classes().into_iter().filter(admitted).map(|class| self.model(class));
        let models: Vec<Ets> = models.collect::<Result<_>>()?;
        let found = match self.bands {
            Bands::Full => Self::mixed(&models, series)?,
            Bands::Textbook => smallest_aicc(&models, series, &training),
        };
        found.map_or_else(|| self.model(Class::default())?.fit(series), Ok)
    }

    /// The class of the largest weight, with the others that are not negligible beside it.
    fn mixed(models: &[Ets], series: &Series) -> Result<Option<FittedEts>> {
        let mut fits: Vec<FittedEts> = models.iter().filter_map(|model| model.fit_penalised(series).ok()).collect();
        fits.retain(|fit| !fit.class().has_multiplicative_shocks() || fit.report().sigma <= MOST_SHARE);
        let criterion = |fit: &FittedEts| fit.penalised_aic().unwrap_or(f64::INFINITY);
        let mut best = 0;
        for (i, fit) in fits.iter().enumerate().skip(1) {
            // why a margin: on an exact line or a constant the classes differ by rounding only.
            if criterion(fit) < criterion(&fits[best]) - 1e-9 {
                best = i;
            }
        }
        if fits.is_empty() {
            return Ok(None);
        }
        let weights: Vec<f64> =
            fits.iter().map(|fit| (0.5 * (criterion(&fits[best]) - criterion(fit))).exp()).collect();
        let chosen = fits.remove(best);
        let exact = chosen.report().notes.iter().any(|note| matches!(note, Note::ExactFit { .. }));
        let total: f64 = weights.iter().sum();
        let shares = weights.iter().enumerate().filter(|(i, _)| *i != best).map(|(_, w)| w / total);
        // why: where a class passes through every year, likelihoods are as large as rounding lets them be.
        let rivals = shares.zip(fits).filter(|(share, _)| *share >= NEGLIGIBLE && !exact).collect();
        chosen.among(rivals).map(Some)
    }

    fn model(self, class: Class) -> Result<Ets> {
        Ets::params().class(class).bands(self.bands).check()
    }
}

impl Forecaster for AutoEts {
    fn name(&self) -> String {
        let usual = Self::default();
        let pool = (self.pool != usual.pool).then(|| self.pool.to_string());
        let bands = (self.bands != usual.bands).then(|| self.bands.to_string());
        with_settings("AutoETS", pool.into_iter().chain(bands))
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Horizon, Unit, Year};
    use crate::smoothing::Trend;

    fn series(values: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), values).unwrap()
    }

    fn amounts(values: &[f64]) -> Series {
        series(values).with_unit(Unit::Amount).unwrap()
    }

    fn loglik(fitted: &FittedEts) -> f64 {
        fitted.report().criteria.unwrap().loglik
    }

    #[test]
    fn a_constant_needs_no_trend() {
        assert_eq!(AutoEts::default().fit(&series(&[7.0; 12])).unwrap().trend(), Trend::None);
    }

    #[test]
    fn the_class_that_is_reported_is_the_one_of_most_weight() {
        let y = [163.0, 201.0, 229.0, 212.0, 286.0, 265.0, 315.0, 339.0, 320.0, 371.0, 402.0, 398.0];
        let fitted = AutoEts::default().fit(&series(&y)).unwrap();
        let weights = fitted.weights();
        assert!(weights.len() > 1 && weights.iter().all(|(_, weight)| *weight <= weights[0].1), "{weights:?}");
        assert!((weights.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
        let textbook = AutoEts::default().with_bands(Bands::Textbook).fit(&series(&y)).unwrap();
        assert_eq!(textbook.weights().len(), 1);
        // The choice of the books maximises the likelihood alone.
        let penalised = AutoEts::default().model(textbook.class()).unwrap().fit_penalised(&series(&y)).unwrap();
        assert!(loglik(&textbook) >= loglik(&penalised));
    }

    #[test]
    fn the_choice_of_the_books_is_that_of_a_thorough_search_of_every_class() {
        let aicc = |fit: &FittedEts| fit.report().criteria.and_then(|c| c.aicc).unwrap_or(f64::INFINITY);
        let (mut agreed, mut lost) = (0, 0.0);
        for seed in 0..60 {
            let y = simulated(seed, 12 + usize::try_from(seed % 3).unwrap() * 6);
            let ours = AutoEts::default().with_pool(Pool::All).with_bands(Bands::Textbook).fit(&amounts(&y)).unwrap();
            let thorough = Class::ALL.map(|class| Ets::params().class(class).fit(&amounts(&y)).unwrap());
            let best = thorough.iter().min_by(|a, b| aicc(a).total_cmp(&aicc(b))).unwrap();
            agreed += usize::from(best.class() == ours.class());
            lost += (aicc(&ours) - aicc(best)) / 60.0;
        }
        assert!(agreed >= 57 && lost < 0.1, "{agreed} of 60, {lost} lost");
    }

    /// A random walk of logarithms with a drift and noise of its own.
    fn simulated(seed: u64, n: usize) -> Vec<f64> {
        let mut stream = crate::numeric::rng::Stream::new(seed, "choice");
        let (mut level, drift) = (5.0, 0.04 * stream.normal());
        let mut year = || {
            level += drift + 0.1 * stream.normal();
            (level + 0.05 * stream.normal()).exp()
        };
        (0..n).map(|_| year()).collect()
    }

    #[test]
    fn shocks_in_proportion_take_over_where_the_series_has_them() {
        // A fifth above and below a steady growth in turn: the same shocks in proportion, ever larger ones in size.
        let mut growing: Vec<f64> =
            (0..24_i32).map(|t| 10.0 * 1.25_f64.powi(t) * if t % 2 == 0 { 1.2 } else { 0.8 }).collect();
        let share = |values: &[f64]| {
            let fitted = AutoEts::default().fit(&series(values)).unwrap();
            fitted.weights().iter().filter(|(class, _)| class.has_multiplicative_shocks()).map(|(_, w)| w).sum::<f64>()
        };
        assert!(share(&growing) > 0.9, "{}", share(&growing));
        // Shifted far from zero the same numbers have nothing to be in proportion to.
        growing
            .iter_mut()
            .enumerate()
            .for_each(|(t, y)| *y = 1e4 + 10.0 * t as f64 + if t % 2 == 0 { 30.0 } else { -30.0 });
        assert!((0.2..0.8).contains(&share(&growing)), "{}", share(&growing));
    }

    #[test]
    fn the_battery_passes() {
        for pool in [Pool::All, Pool::NoGrowthFactors, Pool::Additive] {
            assert_eq!(crate::model::checks::battery(&AutoEts::default().with_pool(pool)), vec![]);
        }
    }

    #[test]
    fn zeros_leave_the_classes_that_can_bear_them() {
        let fitted = AutoEts::default().fit(&series(&[3.0, 0.0, 4.0, 1.0, 2.0, 0.0, 5.0, 1.0, 3.0, 2.0])).unwrap();
        assert!(!fitted.class().has_multiplicative_shocks());
    }

    #[test]
    fn a_refit_to_the_same_series_is_the_same_fit() {
        let mut spiked = [10.0; 26];
        spiked[5] = 1000.0;
        let mut early = [10.0; 12];
        early[1] = 1000.0;
        for y in [&spiked[..], &early[..]] {
            let fitted = AutoEts::default().fit(&amounts(y)).unwrap();
            let again = fitted.refit(&amounts(y)).unwrap();
            assert!(loglik(&again) >= loglik(&fitted) - 1e-6, "{} for {}", loglik(&again), loglik(&fitted));
            let median = |fit: &FittedEts| fit.forecast(Horizon::years(1).unwrap()).unwrap().median()[0];
            assert!(
                (median(&again) / median(&fitted) - 1.0).abs() < 1e-3,
                "{} for {}",
                median(&again),
                median(&fitted)
            );
        }
    }

    #[test]
    fn an_update_that_one_class_cannot_bear_is_left_to_the_others() {
        let y = [2.844, 2.979, 1.731, 1.683, 0.589, 0.377, 0.225, 0.105];
        let fitted = AutoEts::default().fit(&amounts(&y)).unwrap();
        let longer: Vec<f64> = y.iter().copied().chain([0.2]).collect();
        let later = fitted.update(&amounts(&longer)).unwrap();
        // The reported class expects less than nothing of that year, and of the others the heaviest that bears it takes over.
        let weights = later.weights();
        assert_ne!(later.class(), fitted.class());
        assert!(weights.len() < fitted.weights().len());
        assert!((weights.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn of_what_the_data_say_nothing_the_prior_decides_in_every_unit() {
        let mut y = [10.0; 21];
        y[20] = 16.0;
        let median = |k: f64| {
            let fitted = AutoEts::default().fit(&amounts(&y.map(|y| k * y))).unwrap();
            assert!(fitted.report().params["alpha"] > 0.99, "{fitted:?}");
            fitted.forecast(Horizon::years(5).unwrap()).unwrap().median()[4] / k
        };
        let plain = median(1.0);
        for k in [1.1, 0.3, 1e-6, 1e6] {
            assert!((median(k) / plain - 1.0).abs() < 1e-6, "{k}: {} for {plain}", median(k));
        }
    }

    #[test]
    fn a_few_years_of_nothing_are_the_same_once_stored() {
        let fitted = AutoEts::default().fit(&series(&[0.0, 0.0, 0.0])).unwrap();
        let stored = serde_json::to_string(&fitted).unwrap();
        assert_eq!(serde_json::from_str::<FittedEts>(&stored).unwrap(), fitted);
    }

    #[test]
    fn fewer_than_five_years_are_a_random_walk_and_say_so() {
        for n in 1..=4 {
            let fitted = AutoEts::default().fit(&series(&[12.0, 15.0, 11.0, 18.0][..n])).unwrap();
            let forecast = fitted.forecast(Horizon::years(5).unwrap()).unwrap();
            assert_eq!(forecast.median()[0], [12.0, 15.0, 11.0, 18.0][n - 1]);
            let band = forecast.interval(80.0).unwrap();
            assert!(band.upper[0] - band.lower[0] >= 2.0 && band.upper[4] < 100.0, "{n}: {band:?}");
            assert!(forecast.notes().iter().any(|note| matches!(note, Note::FellBack { .. })));
        }
    }
}

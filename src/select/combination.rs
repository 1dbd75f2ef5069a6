//! Several models made one forecast: not their points are mixed but their distributions.
//!
//! Weights come from nowhere (all equal), from how well each model forecast the last years of the series from the years
//! before them (rolling origins inside the series; nothing later is seen), or from what the pool of all of them would have
//! scored there. What is pooled is either probabilities or quantiles ([`Pooling`]); left open, the better in those years.
//!
//! ```text
//! inverse error   w_k in proportion to 1 / e_k^2, e_k the mean absolute error of the medians
//! stacked         w on the simplex, least mean CRPS of the linear pool:
//!                 sum_k w_k E|X_k - y| - 1/2 sum_jk w_j w_k E|X_j - X_k|
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use unjuran::forecast::Pooling;
//! use unjuran::select::Combination;
//! use unjuran::series::{Horizon, Series, Unit, Year};
//! use unjuran::smoothing::{Drift, Naive};
//! let cost = Series::new("cost", Year::new(2020)?, &[10.0, 13.0, 12.0, 16.0])?.with_unit(Unit::Amount)?;
//! let model = Combination::new(vec![Arc::new(Naive), Arc::new(Drift)])?.with_pooling(Some(Pooling::Quantile));
//! let forecast = model.fit(&cost)?.forecast(Horizon::years(1)?)?;
//! assert!((forecast.median()[0] - 17.0).abs() < 1e-9); // half-way between 16 and 18
//! # Ok::<(), unjuran::Error>(())
//! ```
//!
//! References: Bates and Granger (1969), *Operational Research Quarterly* 20(4), 451-468; Gneiting and Raftery (2007),
//! *JASA* 102, 359-378, section 4.2; Yao, Vehtari, Simpson and Gelman (2018), *Bayesian Analysis* 13(3), for stacking
//! distributions.

#![allow(clippy::indexing_slicing, reason = "as many weights as models, and a score a model and a year, made here")]

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::dist::Predictive as _;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Joint, Pooling};
use crate::model::{FitReport, Fitted, Forecaster, with_settings};
use crate::series::{Horizon, Note, Series, Training};
use crate::smoothing::{Drift, Theta, ThetaVariant};

use super::AutoEts;
use super::shipped::{AnyFitted, AnyModel};

const NAME: &str = "Combination";
/// Origins inside the series, and years ahead of each.
const ORIGINS: usize = 6;
const LEADS: usize = 3;
/// Quantiles that stand for a law in the scores: at (i + 1/2) / 25.
const LEVELS: usize = 25;
/// Steps of the search for stacked weights.
const STEPS: usize = 400;

/// Where the weights come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// All alike.
    #[default]
    Mean,
    /// All alike, and the middle law year by year and quantile by quantile instead of the mean.
    Median,
    /// In proportion to 1 / error^2 in the last years of the series.
    InverseError,
    /// The best pool of the last years of the series.
    Stacked,
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
            Self::Median => "median",
            Self::InverseError => "inverse-error",
            Self::Stacked => "stacked",
        })
    }
}

impl std::str::FromStr for Weights {
    type Err = Error;
    /// "mean", "median", "inverse-error" or "stacked".
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "mean" => Ok(Self::Mean),
            "median" => Ok(Self::Median),
            "inverse-error" => Ok(Self::InverseError),
            "stacked" => Ok(Self::Stacked),
            _ => Err(refused("weights", format!("{text:?}"), "\"mean\", \"median\", \"inverse-error\" or \"stacked\"")),
        }
    }
}

fn refused(parameter: &str, value: String, allowed: &str) -> Error {
    Error::bad_parameter(NAME, parameter, value, allowed)
}

/// A combination of models.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `models` | `AutoEts`, dynamic `Theta`, `Drift` | one or more | what is combined |
/// | `weights` | `Weights::Mean` | | where the weights come from |
/// | `pooling` | chosen by CRPS | linear, quantile, median | whether probabilities or quantiles are averaged, or quantiles' medians by weight |
///
/// `Weights::Median` is the median pool of equal weights: it goes with no pooling or `Pooling::Median`, not with another.
/// A model that refuses the series is left out, and a note says so; if all refuse, so does the combination. Series too short
/// for origins inside them have equal weights and the linear pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Settings")]
pub struct Combination {
    #[serde(serialize_with = "models_by_kind")]
    models: Vec<Arc<dyn Forecaster>>,
    weights: Weights,
    /// None: the better one.
    pooling: Option<Pooling>,
}

/// The stored form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    models: Vec<AnyModel>,
    weights: Weights,
    pooling: Option<Pooling>,
}

impl TryFrom<Settings> for Combination {
    type Error = Error;
    fn try_from(Settings { models, weights, pooling }: Settings) -> Result<Self> {
        let models = models.into_iter().map(AnyModel::shared).collect();
        let combination = Self::new(models)?.with_weights(weights).with_pooling(pooling);
        combination.check()?;
        Ok(combination)
    }
}

fn models_by_kind<S: Serializer>(
    models: &[Arc<dyn Forecaster>],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let known = models.iter().map(|model| AnyModel::of(&**model)).collect::<Result<Vec<_>>>();
    known.map_err(serde::ser::Error::custom)?.serialize(serializer)
}

impl Default for Combination {
    fn default() -> Self {
        let dynamic = Theta::variant(ThetaVariant::Dynamic);
        let models: Vec<Arc<dyn Forecaster>> = vec![Arc::new(AutoEts::default()), Arc::new(dynamic), Arc::new(Drift)];
        Self { models, weights: Weights::default(), pooling: None }
    }
}

impl Combination {
    /// The combination of these models.
    ///
    /// # Errors
    /// [`Error::BadParameter`] without a model.
    pub fn new(models: Vec<Arc<dyn Forecaster>>) -> Result<Self> {
        if models.is_empty() {
            return Err(refused("models", "an empty list".to_owned(), "one model or more"));
        }
        Ok(Self { models, ..Self::default() })
    }

    /// What is combined.
    pub fn models(&self) -> &[Arc<dyn Forecaster>] {
        &self.models
    }

    /// The same models with weights from elsewhere.
    #[must_use]
    pub fn with_weights(self, weights: Weights) -> Self {
        Self { weights, ..self }
    }

    /// The same models pooled otherwise; none for the better of linear and quantile.
    #[must_use]
    pub fn with_pooling(self, pooling: Option<Pooling>) -> Self {
        Self { pooling, ..self }
    }

    /// Whether weights and pooling go together; a fit asks first.
    ///
    /// # Errors
    /// [`Error::BadParameter`] for [`Weights::Median`] with a pooling that is not [`Pooling::Median`].
    pub fn check(&self) -> Result<()> {
        match (self.weights, self.pooling) {
            (Weights::Median, Some(other)) if other != Pooling::Median => {
                let value = format!("\"{other}\" with weights=\"median\"");
                Err(refused("pooling", value, "left out with weights=\"median\", which pools by the median"))
            }
            _ => Ok(()),
        }
    }

    /// Fits every model, and finds weights and pool.
    ///
    /// # Errors
    /// What the models refuse, if all of them do: the error of the first. [`Combination::check`].
    pub fn fit(&self, series: &Series) -> Result<FittedCombination> {
        self.check()?;
        let training = Training::new(series)?;
        let mut report = FitReport::new(&training, NAME.to_owned(), f64::NAN);
        let mut kept: Vec<&Arc<dyn Forecaster>> = Vec::new();
        let mut parts: Vec<Arc<dyn Fitted>> = Vec::new();
        let mut first_refusal = None;
        for model in &self.models {
            match model.fit(series) {
                Ok(fitted) => {
                    kept.push(model);
                    parts.push(Arc::from(fitted));
                }
                Err(error) => {
                    let to = format!("the combination without {}", model.name());
                    report.notes.push(Note::FellBack { to, because: error.to_string() });
                    first_refusal.get_or_insert(error);
                }
            }
        }
        if let (true, Some(error)) = (parts.is_empty(), first_refusal) {
            return Err(error);
        }
        let needs_past = self.pooling.is_none() || matches!(self.weights, Weights::InverseError | Weights::Stacked);
        let past = if parts.len() > 1 && needs_past { Past::new(&kept, series, &training)? } else { Past::default() };
        let weights = match self.weights {
            Weights::Mean | Weights::Median => vec![1.0 / parts.len() as f64; parts.len()],
            Weights::InverseError => past.by_error(parts.len()),
            Weights::Stacked => past.stacked(parts.len()),
        };
        let pooling = match (self.weights, self.pooling) {
            (Weights::Median, _) => Pooling::Median,
            (_, Some(pooling)) => pooling,
            (_, None) if past.score(&weights, Pooling::Quantile) < past.score(&weights, Pooling::Linear) => {
                Pooling::Quantile
            }
            (_, None) => Pooling::Linear,
        };
        for (i, (part, weight)) in parts.iter().zip(&weights).enumerate() {
            report.params.insert(format!("weight_{}_{}", i + 1, part.report().model), *weight);
        }
        describe(&mut report, &training, &parts, &weights);
        let parts = weights.into_iter().zip(parts).filter(|(weight, _)| *weight > 1e-6).collect();
        Ok(FittedCombination { series: series.clone(), training, parts, pooling, report })
    }
}

/// What the models expected of each year, averaged, and what is left.
fn describe(report: &mut FitReport, training: &Training, parts: &[Arc<dyn Fitted>], weights: &[f64]) {
    report.fitted = (0..training.y.len())
        .map(|i| {
            let known = parts.iter().zip(weights).filter_map(|(part, w)| Some((w, (*part.report().fitted.get(i)?)?)));
            let (total, sum) = known.fold((0.0, 0.0), |(total, sum), (w, y)| (total + w, sum + w * y));
            (total > 0.0).then(|| sum / total)
        })
        .collect();
    report.residuals = training.y.iter().zip(&report.fitted).map(|(y, f)| Some((*y)? - (*f)?)).collect();
    let squares: Vec<f64> = report.residuals.iter().flatten().map(|e| e * e).collect();
    let mean = (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt();
    report.sigma = crate::model::spread(training, mean).sigma;
}

/// What each model made of the last years of the series.
#[derive(Default)]
struct Past {
    /// By year forecast: the outcome, and the quantiles of each model.
    cases: Vec<(f64, Vec<Vec<f64>>)>,
}

impl Past {
    fn new(models: &[&Arc<dyn Forecaster>], series: &Series, training: &Training) -> Result<Self> {
        let mut cases = Vec::new();
        let years = training.y.len();
        for back in 1..=ORIGINS.min(years.saturating_sub(1)) {
            let origin = years - back;
            let Ok(before) = series.through(training.first.plus(origin - 1)?) else { continue };
            let leads = LEADS.min(back);
            let horizon = Horizon::years(i64::try_from(leads).unwrap_or(1))?;
            let forecasts = models.iter().map(|model| model.fit(&before)?.forecast(horizon));
            // A year counts only if all models could forecast it: they are compared on the same ones.
            let Ok(forecasts) = forecasts.collect::<Result<Vec<Forecast>>>() else { continue };
            for lead in 0..leads {
                let Some(Some(y)) = training.y.get(origin + lead) else { continue };
                let quantiles = forecasts.iter().map(|f| {
                    let law = &f.steps()[lead];
                    (0..LEVELS).map(|i| law.quantile((i as f64 + 0.5) / LEVELS as f64)).collect()
                });
                cases.push((*y, quantiles.collect()));
            }
        }
        Ok(Self { cases })
    }

    fn by_error(&self, models: usize) -> Vec<f64> {
        let error = |k: usize| self.cases.iter().map(|(y, q)| (y - q[k][LEVELS / 2]).abs()).sum::<f64>();
        let errors: Vec<f64> = (0..models).map(error).collect();
        let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
        if self.cases.is_empty() || least <= 0.0 {
            // Nothing to tell them apart by, or some without an error at all: those share.
            let best = errors.iter().filter(|e| **e <= 0.0).count();
            let all = self.cases.is_empty() || best == 0;
            let share = |e: &f64| {
                if all {
                    1.0 / models as f64
                } else if *e <= 0.0 {
                    1.0 / best as f64
                } else {
                    0.0
                }
            };
            return errors.iter().map(share).collect();
        }
        let raw: Vec<f64> = errors.iter().map(|e| (least / e).powi(2)).collect();
        let total: f64 = raw.iter().sum();
        raw.iter().map(|w| w / total).collect()
    }

    /// Weights of the least CRPS of the linear pool by exponentiated gradient; it is convex in them.
    fn stacked(&self, models: usize) -> Vec<f64> {
        let mut weights = vec![1.0 / models as f64; models];
        if self.cases.is_empty() {
            return weights;
        }
        let mean_distance = |a: &[f64], b: &[f64]| {
            a.iter().flat_map(|x| b.iter().map(move |z| (x - z).abs())).sum::<f64>() / (a.len() * b.len()) as f64
        };
        let (mut miss, mut apart) = (vec![0.0; models], vec![vec![0.0; models]; models]);
        for (y, q) in &self.cases {
            for j in 0..models {
                miss[j] += mean_distance(&q[j], &[*y]);
                for k in 0..models {
                    apart[j][k] += mean_distance(&q[j], &q[k]);
                }
            }
        }
        let scale = miss.iter().copied().fold(0.0, f64::max);
        if scale <= 0.0 {
            return weights;
        }
        for _ in 0..STEPS {
            let slope = |j: usize| (miss[j] - apart[j].iter().zip(&weights).map(|(d, w)| d * w).sum::<f64>()) / scale;
            let stepped: Vec<f64> = (0..models).map(|j| weights[j] * (-slope(j)).exp()).collect();
            let total: f64 = stepped.iter().sum();
            weights = stepped.iter().map(|w| w / total).collect();
        }
        weights
    }

    /// The mean CRPS of the pool in the years past; 0 if there are none.
    fn score(&self, weights: &[f64], how: Pooling) -> f64 {
        let n = self.cases.len().max(1) as f64;
        self.cases.iter().map(|(y, q)| sample_crps(&pooled(q, weights, how), *y) / n).sum()
    }
}

/// The pool as sample values with weights.
fn pooled(quantiles: &[Vec<f64>], weights: &[f64], how: Pooling) -> Vec<(f64, f64)> {
    let level = 1.0 / LEVELS as f64;
    if how == Pooling::Linear {
        return quantiles.iter().zip(weights).flat_map(|(q, w)| q.iter().map(move |x| (*x, w * level))).collect();
    }
    (0..LEVELS).map(|i| (quantiles.iter().zip(weights).map(|(q, w)| w * q[i]).sum(), level)).collect()
}

/// E|X - y| - 1/2 E|X - X'| of weighted sample values.
fn sample_crps(sample: &[(f64, f64)], y: f64) -> f64 {
    let miss: f64 = sample.iter().map(|(x, w)| w * (x - y).abs()).sum();
    let spread: f64 = sample.iter().flat_map(|(x, w)| sample.iter().map(move |(z, v)| w * v * (x - z).abs())).sum();
    miss - 0.5 * spread
}

/// A combination whose models have seen their data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct FittedCombination {
    series: Series,
    #[serde(skip)]
    training: Training,
    #[serde(serialize_with = "parts_by_kind")]
    parts: Vec<(f64, Arc<dyn Fitted>)>,
    pooling: Pooling,
    report: FitReport,
}

/// The stored form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    series: Series,
    parts: Vec<(f64, AnyFitted)>,
    pooling: Pooling,
    report: FitReport,
}

impl TryFrom<Stored> for FittedCombination {
    type Error = String;
    fn try_from(Stored { series, parts, pooling, report }: Stored) -> std::result::Result<Self, String> {
        let training = Training::new(&series).map_err(|e| e.to_string())?;
        report.check(&training)?;
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        // why a thousandth: parts that weigh next to nothing are left out of a fit.
        if !parts.iter().all(|(weight, _)| *weight > 0.0) || (total - 1.0).abs() > 1e-3 {
            return Err(format!("{} parts of weight {total}: weights are above 0 and add up to 1", parts.len()));
        }
        if let Some((_, other)) = parts.iter().find(|(_, part)| *part.series() != series) {
            return Err(format!(
                "a part fitted to {:?}, which is not the series {:?}",
                other.series().name(),
                series.name()
            ));
        }
        let parts = parts.into_iter().map(|(weight, part)| (weight, part.shared())).collect();
        Ok(Self { series, training, parts, pooling, report })
    }
}

fn parts_by_kind<S: Serializer>(
    parts: &[(f64, Arc<dyn Fitted>)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let known = parts.iter().map(|(weight, part)| Ok((weight, AnyFitted::of(&**part)?))).collect::<Result<Vec<_>>>();
    known.map_err(serde::ser::Error::custom)?.serialize(serializer)
}

impl FittedCombination {
    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// The fits with their weights.
    pub fn parts(&self) -> &[(f64, Arc<dyn Fitted>)] {
        &self.parts
    }

    /// Name and weight of each model.
    pub fn weights(&self) -> Vec<(String, f64)> {
        self.parts.iter().map(|(weight, part)| (part.report().model.clone(), *weight)).collect()
    }

    /// What is averaged.
    pub fn pooling(&self) -> Pooling {
        self.pooling
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        let parts = self.parts.iter().map(|(weight, part)| Ok((*weight, part.forecast(horizon)?.joint().clone())));
        let joint = Joint::pooled(parts.collect::<Result<_>>()?, self.pooling);
        self.report.project(&self.series, &self.training, joint)
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }
}

impl Fitted for FittedCombination {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}

impl Forecaster for Combination {
    fn name(&self) -> String {
        let (usual, names) = (Self::default(), |models: &[Arc<dyn Forecaster>]| -> Vec<String> {
            models.iter().map(|model| model.name()).collect()
        });
        let mut settings = names(&self.models);
        if settings == names(&usual.models) {
            settings.clear();
        }
        settings.extend((self.weights != usual.weights).then(|| self.weights.to_string()));
        settings.extend(self.pooling.map(|pooling| pooling.to_string()));
        with_settings(NAME, settings)
    }
    fn fit(&self, series: &Series) -> Result<Box<dyn Fitted>> {
        Ok(Box::new(Self::fit(self, series)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::checks::battery;
    use crate::series::{Unit, Year};
    use crate::smoothing::{Bands, BayesEts, Ets};
    use crate::smoothing::{Mean, Naive};

    const Y: [f64; 12] = [163.0, 201.0, 229.0, 212.0, 286.0, 265.0, 315.0, 339.0, 320.0, 371.0, 402.0, 398.0];

    fn amounts(values: &[f64]) -> Series {
        Series::new("s", Year::new(2000).unwrap(), values).unwrap().with_unit(Unit::Amount).unwrap()
    }

    fn three() -> Combination {
        Combination::new(vec![Arc::new(Naive), Arc::new(Drift), Arc::new(Mean)]).unwrap()
    }

    #[test]
    fn the_battery_passes_whatever_the_weights_and_the_pool() {
        assert_eq!(battery(&Combination::default()), vec![]);
        for weights in [Weights::Mean, Weights::Median, Weights::InverseError, Weights::Stacked] {
            for pooling in [None, Some(Pooling::Linear), Some(Pooling::Quantile), Some(Pooling::Median)] {
                let model = three().with_weights(weights).with_pooling(pooling);
                if model.check().is_err() {
                    continue;
                }
                assert_eq!(battery(&model), vec![], "{weights:?} {pooling:?}");
            }
        }
    }

    #[test]
    fn the_linear_pool_is_the_mean_of_the_probabilities() {
        let h = Horizon::years(3).unwrap();
        let series = amounts(&Y);
        let pool = three().with_pooling(Some(Pooling::Linear)).fit(&series).unwrap().forecast(h).unwrap();
        let parts = [
            Naive.fit(&series).unwrap().forecast(h).unwrap(),
            Drift.fit(&series).unwrap().forecast(h).unwrap(),
            Mean.fit(&series).unwrap().forecast(h).unwrap(),
        ];
        for x in [250.0, 300.0, 400.0, 450.0] {
            let mean = parts.iter().map(|f| f.steps()[2].cdf(x) / 3.0).sum::<f64>();
            assert!((pool.steps()[2].cdf(x) - mean).abs() < 1e-12);
        }
    }

    #[test]
    fn the_quantile_pool_is_the_mean_of_the_quantiles_and_the_median_the_middle_one() {
        let h = Horizon::years(2).unwrap();
        let series = amounts(&Y);
        let parts = [
            Naive.fit(&series).unwrap().forecast(h).unwrap(),
            Drift.fit(&series).unwrap().forecast(h).unwrap(),
            Mean.fit(&series).unwrap().forecast(h).unwrap(),
        ];
        let mean = three().with_pooling(Some(Pooling::Quantile)).fit(&series).unwrap().forecast(h).unwrap();
        let middle = three().with_weights(Weights::Median).fit(&series).unwrap().forecast(h).unwrap();
        for p in [0.025, 0.1, 0.5, 0.9, 0.975] {
            let mut q = parts.each_ref().map(|f| f.quantile(p).unwrap()[1]);
            let width = q[0].abs() * 1e-3;
            assert!((mean.quantile(p).unwrap()[1] - q.iter().sum::<f64>() / 3.0).abs() < width);
            q.sort_unstable_by(f64::total_cmp);
            assert!((middle.quantile(p).unwrap()[1] - q[1]).abs() < width);
        }
    }

    #[test]
    fn the_median_of_laws_is_pooled_by_no_other_rule() {
        for pooling in [Pooling::Linear, Pooling::Quantile] {
            let both = three().with_weights(Weights::Median).with_pooling(Some(pooling));
            let refused = both.fit(&amounts(&Y)).unwrap_err();
            assert!(matches!(&refused, Error::BadParameter { parameter, .. } if parameter == "pooling"), "{refused}");
            assert!(refused.to_string().contains(&format!("{:?} with weights", pooling.to_string())), "{refused}");
            let stored = serde_json::to_string(&both).unwrap();
            assert!(serde_json::from_str::<Combination>(&stored).is_err());
        }
        let h = Horizon::years(2).unwrap();
        let said = three().with_weights(Weights::Median).with_pooling(Some(Pooling::Median));
        let unsaid = three().with_weights(Weights::Median);
        let [said, unsaid] = [said, unsaid].map(|m| m.fit(&amounts(&Y)).unwrap().forecast(h).unwrap());
        assert_eq!(said.steps(), unsaid.steps());
    }

    #[test]
    fn a_model_that_was_better_weighs_more() {
        for weights in [Weights::InverseError, Weights::Stacked] {
            let fitted = three().with_weights(weights).fit(&amounts(&Y)).unwrap();
            let of = |name: &str| fitted.weights().iter().find(|(n, _)| n == name).map_or(0.0, |(_, w)| *w);
            assert!(of("Drift") > of("Mean"), "{weights:?}: {:?}", fitted.weights());
        }
    }

    #[test]
    fn a_model_that_refuses_is_left_out_with_a_note() {
        let fitted = three().fit(&amounts(&[3.0, 5.0])).unwrap();
        assert_eq!(fitted.weights().len(), 2);
        assert!(fitted.report().notes[0].to_string().contains("Drift needs 3 observed full years"));
        assert!(three().fit(&amounts(&[3.0])).is_err());
    }

    #[test]
    fn settings_that_are_not_the_usual_ones_are_in_a_models_name() {
        let naive: Vec<Arc<dyn Forecaster>> = vec![Arc::new(Naive), Arc::new(Drift)];
        let two = Combination::new(naive).unwrap().with_pooling(Some(Pooling::Quantile));
        let fixed = Ets::params().alpha(0.3).bands(Bands::Textbook).check().unwrap();
        let auto = AutoEts::default().with_pool(super::super::Pool::All);
        let theta = Theta::variant(ThetaVariant::Dynamic).with_bands(Bands::Textbook);
        let models: [(&dyn Forecaster, &str); 8] = [
            (&two, "Combination(Naive,Drift,quantile)"),
            (&Combination::default(), "Combination"),
            (&fixed, "ETS(A,N,N; alpha=0.3, textbook)"),
            (&Ets::params().check().unwrap(), "ETS(A,N,N)"),
            (&auto, "AutoETS(all)"),
            (&AutoEts::default(), "AutoETS"),
            (&theta, "Theta(dynamic,textbook)"),
            (&BayesEts::default(), "BayesETS"),
        ];
        for (model, name) in models {
            assert_eq!(model.name(), name);
        }
    }

    #[test]
    fn any_forecaster_may_take_part_another_combination_too() {
        let inner: Arc<dyn Forecaster> = Arc::new(three().with_weights(Weights::Median));
        let outer = Combination::new(vec![inner, Arc::new(Theta::default())]).unwrap();
        for pooling in [Pooling::Linear, Pooling::Quantile] {
            assert_eq!(battery(&outer.clone().with_pooling(Some(pooling))), vec![], "{pooling:?}");
        }
    }
}

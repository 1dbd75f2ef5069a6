//! Names with settings, read back: "LinearTrend(damped)", "ETS(A,Ad,N; alpha=0.5)", "Combination(Naive,Drift,quantile)".
//!
//! A name tells the settings that are not the usual ones. They are put into the stored form of the usual model, which is then
//! judged as any stored model is.

use serde_json::{Map, Value};

use super::registry::listed;
use super::shipped::AnyModel;
use crate::json;
use crate::model::Forecaster;

/// Combinations inside of combinations that a name may tell.
const DEEPEST: usize = 8;

/// The model that tells itself by this name; none if there is none, or if the name does not tell it all, as that of a model
/// with a prior of its own.
pub(super) fn model(name: &str) -> Option<Box<dyn Forecaster>> {
    // why as text: from a value every model would be read by a second copy of its reader.
    let found: AnyModel = json::from_str(&stored(name, DEEPEST)?.to_string()).ok()?;
    (found.get().name() == name).then(|| found.boxed())
}

/// The stored form of a model.
fn stored(name: &str, depth: usize) -> Option<Value> {
    if let Some(model) = listed(name) {
        return serde_json::from_str(&serde_json::to_string(&AnyModel::of(&*model.ok()?).ok()?).ok()?).ok();
    }
    let depth = depth.checked_sub(1)?;
    let (usual, words) = parts(name)?;
    let mut model = stored(&usual, depth)?;
    let kind = model.get("name")?.as_str()?.to_owned();
    let settings = model.get_mut("settings")?.as_object_mut()?;
    let mut models = Vec::new();
    for word in words {
        if kind == "Combination" && word.starts_with(|c: char| c.is_ascii_uppercase()) {
            models.push(stored(word, depth)?);
        } else {
            set(settings, &kind, word)?;
        }
    }
    if !models.is_empty() {
        settings.insert("models".to_owned(), models.into());
    }
    Some(model)
}

/// The name without settings, and the settings one by one.
fn parts(name: &str) -> Option<(String, Vec<&str>)> {
    let inner = name.strip_suffix(')')?;
    if let Some((class, settings)) = inner.split_once("; ").filter(|(class, _)| class.starts_with("ETS(")) {
        return Some((format!("{class})"), settings.split(", ").collect()));
    }
    let (kind, settings) = inner.split_once('(')?;
    let mut open = 0_i32;
    let outside = |c: char| {
        open += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && open == 0
    };
    Some((kind.to_owned(), settings.split(outside).collect()))
}

/// Puts one setting where it belongs.
fn set(settings: &mut Map<String, Value>, kind: &str, word: &str) -> Option<()> {
    let (key, value) = match (kind, word) {
        // why twice: weights "median" are equal ones under the median pool, and a name may tell both.
        ("Combination", "median") if settings.get("pooling")?.is_null() => ("pooling", word.into()),
        ("Combination", "median" | "inverse-error" | "stacked") => ("weights", word.into()),
        ("Combination", _) => ("pooling", word.into()),
        (_, "line" | "damped") => ("projection", word.into()),
        (_, "textbook") => ("bands", word.into()),
        (_, "optimised" | "dynamic") => ("variant", word.into()),
        (_, "all" | "additive") => ("classes", word.into()),
        (_, "admissible") => ("region", word.into()),
        (_, "siegel") => ("method", word.into()),
        (_, "bisquare") => ("loss", word.into()),
        (_, "quasi") => ("dispersion", "estimate".into()),
        (_, "log" | "counts") => ("scale", word.into()),
        ("SegmentedTrend", _) => return set_breaks(settings, word),
        ("PolynomialTrend", _) => ("degree", word.parse::<u64>().ok()?.into()),
        _ => {
            let (key, number) = word.split_once('=').unwrap_or(("penalty", word));
            (key, number.parse::<f64>().ok()?.into())
        }
    };
    *settings.get_mut(key)? = value;
    Some(())
}

/// "permutation", "to 2", a number of breaks, or a year with one.
fn set_breaks(settings: &mut Map<String, Value>, word: &str) -> Option<()> {
    if let Some(most) = word.strip_prefix("to ") {
        *settings.get_mut("max_breaks")? = most.parse::<u64>().ok()?.into();
        return Some(());
    }
    let years = settings.get("breaks")?.as_array().cloned();
    match (word.parse::<u64>().ok(), years) {
        (None, None) => *settings.get_mut("n_breaks")? = word.into(),
        // why at 3: more breaks are none that could be asked for, and no series has such years.
        (Some(number @ 0..=3), None) => *settings.get_mut("n_breaks")? = number.into(),
        (Some(year), years) => {
            *settings.get_mut("n_breaks")? = Value::Null;
            let years = years.unwrap_or_default().into_iter().chain([year.into()]);
            *settings.get_mut("breaks")? = years.collect();
        }
        (None, Some(_)) => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::error::Result;
    use crate::forecast::Pooling;
    use crate::regression::{
        Breaks, Choice, Dispersion, ElasticNetTrend, HuberTrend, LinearTrend, LogLinearTrend, Loss,
        NegativeBinomialTrend, PoissonTrend, PolynomialTrend, Projection, RidgeTrend, SegmentScale, SegmentedTrend,
        SlopeMedian, TheilSenTrend,
    };
    use crate::select::{AutoEts, Combination, MODEL_NAMES, Pool, Weights, model_by_name};
    use crate::series::Year;
    use crate::smoothing::{Bands, BayesEts, Class, Drift, Ets, Naive, Prior, Region, Theta, ThetaVariant};

    fn smoothing() -> Result<Vec<Arc<dyn Forecaster>>> {
        let mut models: Vec<Arc<dyn Forecaster>> = Vec::new();
        for variant in [ThetaVariant::Standard, ThetaVariant::Optimised, ThetaVariant::Dynamic] {
            models.push(Arc::new(Theta::variant(variant).with_bands(Bands::Textbook)));
        }
        for pool in [Pool::All, Pool::NoGrowthFactors, Pool::Additive] {
            models.push(Arc::new(AutoEts::default().with_pool(pool)));
            models.push(Arc::new(AutoEts::default().with_pool(pool).with_bands(Bands::Textbook)));
        }
        for class in Class::ALL {
            models.push(Arc::new(Ets::params().class(class).bands(Bands::Textbook).check()?));
            models.push(Arc::new(Ets::params().class(class).alpha(1.0 / 3.0).level(2e-7).check()?));
        }
        let damped = Class::ALL.into_iter().find(|class| class.to_string() == "ETS(A,Ad,N)").unwrap_or_default();
        let all = Ets::params().class(damped).alpha(0.5).beta(0.1).phi(0.9).level(3.0).slope(1.0);
        models.push(Arc::new(all.region(Region::Admissible).bands(Bands::Textbook).check()?));
        Ok(models)
    }

    fn trends() -> Result<Vec<Arc<dyn Forecaster>>> {
        let mut models: Vec<Arc<dyn Forecaster>> = Vec::new();
        let years = [2015, 2019].map(Year::new).into_iter().collect::<Result<Vec<_>>>()?;
        let breaks = [
            Breaks::Auto(Choice::WeightedBic),
            Breaks::Auto(Choice::Permutation),
            Breaks::Number(0),
            Breaks::Number(3),
            Breaks::Given(years),
        ];
        for projection in [Projection::Line, Projection::Damped] {
            models.push(Arc::new(LinearTrend::new().projection(projection)));
            models.push(Arc::new(LogLinearTrend::new().projection(projection)));
            models.push(Arc::new(PolynomialTrend::new(3)?.projection(projection)));
            models.push(Arc::new(TheilSenTrend::new().method(SlopeMedian::Siegel).projection(projection)));
            models.push(Arc::new(HuberTrend::new().loss(Loss::Bisquare).projection(projection)));
            models.push(Arc::new(RidgeTrend::new().penalty(0.1)?.projection(projection)));
            models.push(Arc::new(ElasticNetTrend::new().penalty(2.0)?.projection(projection)));
            models.push(Arc::new(ElasticNetTrend::new().l1_ratio(0.25)?.projection(projection)));
            models.push(Arc::new(PoissonTrend::new().dispersion(Dispersion::Estimate).projection(projection)));
            models.push(Arc::new(NegativeBinomialTrend::new().projection(projection)));
            for scale in [SegmentScale::Linear, SegmentScale::Log, SegmentScale::Counts] {
                let of = |breaks: &Breaks| SegmentedTrend::new().breaks(breaks.clone()).scale(scale);
                models.push(Arc::new(SegmentedTrend::new().max_breaks(2)?.scale(scale).projection(projection)));
                for breaks in &breaks {
                    models.push(Arc::new(of(breaks).projection(projection)));
                }
            }
        }
        Ok(models)
    }

    fn combinations(parts: &[Arc<dyn Forecaster>]) -> Result<Vec<Arc<dyn Forecaster>>> {
        let mut models: Vec<Arc<dyn Forecaster>> = Vec::new();
        for weights in [Weights::Mean, Weights::InverseError, Weights::Stacked] {
            for pooling in [None, Some(Pooling::Linear), Some(Pooling::Quantile), Some(Pooling::Median)] {
                models.push(Arc::new(Combination::default().with_weights(weights).with_pooling(pooling)));
                let own = Combination::new(parts.to_vec())?.with_weights(weights).with_pooling(pooling);
                models.push(Arc::new(Combination::new(vec![Arc::new(own), Arc::new(Naive)])?));
            }
        }
        Ok(models)
    }

    #[test]
    fn every_name_is_read_back_as_the_model_that_tells_it() {
        let (smoothing, trends) = (smoothing().unwrap(), trends().unwrap());
        let parts = [smoothing.clone(), trends.clone()].concat();
        let form = |model: &dyn Forecaster| serde_json::to_value(AnyModel::of(model).unwrap()).unwrap();
        for model in [smoothing, trends, combinations(&parts).unwrap()].concat() {
            let name = model.name();
            assert_eq!(form(&*model_by_name(&name).unwrap()), form(&*model), "{name}");
        }
        assert!(MODEL_NAMES.iter().all(|name| model_by_name(name).is_ok()));
    }

    #[test]
    fn the_median_pool_of_equal_weights_is_one_model_however_it_was_said() {
        let two = || Combination::new(vec![Arc::new(Naive), Arc::new(Drift)]).unwrap();
        let both = two().with_weights(Weights::Median).with_pooling(Some(Pooling::Median));
        for model in [two().with_weights(Weights::Median), two().with_pooling(Some(Pooling::Median)), both] {
            assert_eq!(model_by_name(&model.name()).unwrap().name(), model.name());
        }
    }

    #[test]
    fn a_name_that_no_model_tells_or_that_does_not_tell_it_all_is_unknown() {
        let own = BayesEts::with_prior(Prior::counts().unwrap().clone()).name();
        let deep = format!("{}Naive{}", "Combination(".repeat(100_000), ")".repeat(100_000));
        for name in [
            "",
            "()",
            "Prophet(damped)",
            "LinearTrend()",
            "LinearTrend(line)",
            "LinearTrend(damped,damped)",
            "LinearTrend(damped",
            "LinearTrend( damped)",
            "LinearTrend(textbook)",
            "Naive(damped)",
            "PolynomialTrend(2)",
            "PolynomialTrend(99)",
            "RidgeTrend(-1)",
            "RidgeTrend(NaN)",
            "SegmentedTrend(4)x",
            "ETS(A,Ad,N; alpha=5)",
            "ETS(A,Ad,N; )",
            "Theta(standard)",
            "Combination(Naive,Drift,)",
            "Combination(Prophet,Naive)",
            own.as_str(),
            deep.as_str(),
        ] {
            let error = model_by_name(name).unwrap_err();
            assert!(matches!(&error, crate::Error::UnknownModel { name: said, .. } if said == name), "{error}");
        }
    }
}

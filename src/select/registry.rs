//! From names to models: for the command line, Python, and files.

#![allow(clippy::indexing_slicing, reason = "a constant is made by places below its length")]

use super::{AutoEts, Combination, named};
use crate::error::{Error, Result};
use crate::model::Forecaster;

use crate::regression::{
    ElasticNetTrend, HuberTrend, LinearTrend, LogLinearTrend, NegativeBinomialTrend, PoissonTrend, PolynomialTrend,
    RidgeTrend, SegmentedTrend, TheilSenTrend,
};
use crate::smoothing::{BayesEts, Class, Drift, Ets, Mean, Naive, Theta, ThetaVariant};

type Make = fn(&str) -> Result<Box<dyn Forecaster>>;

/// Every model with its name, which what makes it is told.
const MODELS: [(&str, Make); 29] = [
    ("BayesETS", |_| made(BayesEts::default())),
    ("AutoETS", |_| made(AutoEts::default())),
    ("ETS(A,N,N)", ets),
    ("ETS(A,A,N)", ets),
    ("ETS(A,Ad,N)", ets),
    ("ETS(A,M,N)", ets),
    ("ETS(A,Md,N)", ets),
    ("ETS(M,N,N)", ets),
    ("ETS(M,A,N)", ets),
    ("ETS(M,Ad,N)", ets),
    ("ETS(M,M,N)", ets),
    ("ETS(M,Md,N)", ets),
    ("Theta", |_| made(Theta::default())),
    ("Theta(optimised)", |_| made(Theta::variant(ThetaVariant::Optimised))),
    ("Theta(dynamic)", |_| made(Theta::variant(ThetaVariant::Dynamic))),
    ("Naive", |_| made(Naive)),
    ("Drift", |_| made(Drift)),
    ("Mean", |_| made(Mean)),
    ("LinearTrend", |_| made(LinearTrend::new())),
    ("LogLinearTrend", |_| made(LogLinearTrend::new())),
    ("PolynomialTrend", |_| made(PolynomialTrend::default())),
    ("SegmentedTrend", |_| made(SegmentedTrend::new())),
    ("TheilSenTrend", |_| made(TheilSenTrend::new())),
    ("HuberTrend", |_| made(HuberTrend::new())),
    ("RidgeTrend", |_| made(RidgeTrend::new())),
    ("ElasticNetTrend", |_| made(ElasticNetTrend::new())),
    ("PoissonTrend", |_| made(PoissonTrend::new())),
    ("NegativeBinomialTrend", |_| made(NegativeBinomialTrend::new())),
    ("Combination", |_| made(Combination::default())),
];

/// The names of models with the settings that are usual. [`model_by_name`] knows those with other settings too.
pub const MODEL_NAMES: [&str; MODELS.len()] = {
    let mut names = [""; MODELS.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = MODELS[i].0;
        i += 1;
    }
    names
};

#[expect(clippy::unnecessary_wraps, reason = "a class of ETS is checked, and all are made alike")]
fn made(model: impl Forecaster) -> Result<Box<dyn Forecaster>> {
    Ok(Box::new(model))
}

fn ets(name: &str) -> Result<Box<dyn Forecaster>> {
    let class = Class::ALL.into_iter().find(|class| class.to_string() == name).ok_or_else(|| unknown(name))?;
    made(Ets::params().class(class).check()?)
}

fn unknown(name: &str) -> Error {
    Error::UnknownModel { name: name.to_owned(), known: MODEL_NAMES.map(str::to_owned).to_vec() }
}

/// The model of one of these names, made with the settings that are usual.
pub(super) fn listed(name: &str) -> Option<Result<Box<dyn Forecaster>>> {
    MODELS.iter().find(|(known, _)| *known == name).map(|(name, make)| make(name))
}

/// The model that tells itself by this name, as [`Forecaster::name`] and forecasts write it, with the settings that stand in
/// it. A prior of one's own does not.
///
/// ```
/// use unjuran::select::model_by_name;
/// for name in ["Drift", "LinearTrend(damped)", "ETS(A,Ad,N; alpha=0.5)", "Combination(Naive,Theta(dynamic),quantile)"] {
///     assert_eq!(model_by_name(name)?.name(), name);
/// }
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownModel`], with the names of the models with usual settings.
pub fn model_by_name(name: &str) -> Result<Box<dyn Forecaster>> {
    listed(name).unwrap_or_else(|| named::model(name).ok_or_else(|| unknown(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_a_model_of_that_name() {
        for name in MODEL_NAMES {
            assert_eq!(model_by_name(name).unwrap().name(), name);
        }
    }
}

//! From names to models: for the command line, Python, and files.

use super::{AutoEts, Combination};
use crate::error::{Error, Result};
use crate::model::Forecaster;

use crate::regression::{
    ElasticNetTrend, HuberTrend, LinearTrend, LogLinearTrend, NegativeBinomialTrend, PoissonTrend, PolynomialTrend,
    RidgeTrend, SegmentedTrend, TheilSenTrend,
};
use crate::smoothing::{BayesEts, Class, Drift, Ets, Mean, Naive, Theta, ThetaVariant};

/// The names that [`model_by_name`] knows.
pub const MODEL_NAMES: [&str; 29] = [
    "BayesETS",
    "AutoETS",
    "ETS(A,N,N)",
    "ETS(A,A,N)",
    "ETS(A,Ad,N)",
    "ETS(A,M,N)",
    "ETS(A,Md,N)",
    "ETS(M,N,N)",
    "ETS(M,A,N)",
    "ETS(M,Ad,N)",
    "ETS(M,M,N)",
    "ETS(M,Md,N)",
    "Theta",
    "Theta(optimised)",
    "Theta(dynamic)",
    "Naive",
    "Drift",
    "Mean",
    "LinearTrend",
    "LogLinearTrend",
    "PolynomialTrend",
    "SegmentedTrend",
    "TheilSenTrend",
    "HuberTrend",
    "RidgeTrend",
    "ElasticNetTrend",
    "PoissonTrend",
    "NegativeBinomialTrend",
    "Combination",
];

/// The model of this name with default settings.
///
/// ```
/// assert_eq!(unjuran::select::model_by_name("Drift")?.name(), "Drift");
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownModel`], with the names there are.
pub fn model_by_name(name: &str) -> Result<Box<dyn Forecaster>> {
    if let Some(class) = Class::ALL.into_iter().find(|class| class.to_string() == name) {
        return Ok(Box::new(Ets::params().class(class).check()?));
    }
    match name {
        "BayesETS" => Ok(Box::new(BayesEts::default())),
        "AutoETS" => Ok(Box::new(AutoEts::default())),
        "Theta" => Ok(Box::new(Theta::default())),
        "Theta(optimised)" => Ok(Box::new(Theta::variant(ThetaVariant::Optimised))),
        "Theta(dynamic)" => Ok(Box::new(Theta::variant(ThetaVariant::Dynamic))),
        "Naive" => Ok(Box::new(Naive)),
        "Drift" => Ok(Box::new(Drift)),
        "Mean" => Ok(Box::new(Mean)),
        "Combination" => Ok(Box::new(Combination::default())),
        "LinearTrend" => Ok(Box::new(LinearTrend::new())),
        "LogLinearTrend" => Ok(Box::new(LogLinearTrend::new())),
        "PolynomialTrend" => Ok(Box::new(PolynomialTrend::default())),
        "SegmentedTrend" => Ok(Box::new(SegmentedTrend::new())),
        "TheilSenTrend" => Ok(Box::new(TheilSenTrend::new())),
        "HuberTrend" => Ok(Box::new(HuberTrend::new())),
        "RidgeTrend" => Ok(Box::new(RidgeTrend::new())),
        "ElasticNetTrend" => Ok(Box::new(ElasticNetTrend::new())),
        "PoissonTrend" => Ok(Box::new(PoissonTrend::new())),
        "NegativeBinomialTrend" => Ok(Box::new(NegativeBinomialTrend::new())),
        _ => {
            let known = MODEL_NAMES.map(str::to_owned).to_vec();
            Err(Error::UnknownModel { name: name.to_owned(), known })
        }
    }
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

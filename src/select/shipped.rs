//! The models of this crate, and their fits, as values whose kind is known: what can be stored.
//!
//! A forecast needs the contract only; a file needs to say which model it holds. [`AnyModel`] and [`AnyFitted`] name them,
//! [`SavedFit`] is a fit beside the model that made it. Settings are stored in the words of Python: one file is read on both
//! sides.
//!
//! ```
//! use unjuran::persist::Persist as _;
//! use unjuran::select::{AnyModel, SavedFit};
//! use unjuran::series::{Horizon, Series, Year};
//! use unjuran::smoothing::{Drift, Theta};
//! let cases = Series::new("cases", Year::new(2020)?, &[10.0, 13.0, 12.0])?;
//! let fitted = Drift.fit(&cases)?;
//! let text = SavedFit::of(&Drift, &fitted)?.to_json()?;
//! let h = Horizon::years(2)?;
//! assert_eq!(SavedFit::from_json(&text)?.fitted().forecast(h)?, fitted.forecast(h)?);
//! let settings = r#"{"name":"Theta","settings":{"variant":"standard","bands":"full"}}"#;
//! assert!(AnyModel::of(&Theta::default())?.to_json()?.contains(settings));
//! # Ok::<(), unjuran::Error>(())
//! ```

use std::any::Any;
use std::sync::Arc;

use serde::de::{Deserializer, Error as _, MapAccess};
use serde::{Deserialize, Serialize};

use super::tagged::{self, Tagged};
use super::{AutoEts, Combination, FittedCombination};
use crate::error::{Error, Result};
use crate::json;
use crate::model::{Fitted, Forecaster};
use crate::regression::{
    ElasticNetTrend, FittedTrend, HuberTrend, LinearTrend, LogLinearTrend, NegativeBinomialTrend, PoissonTrend,
    PolynomialTrend, RidgeTrend, SegmentedTrend, TheilSenTrend,
};
use crate::series::Series;
use crate::smoothing::{
    BayesEts, Drift, Ets, FittedBayesEts, FittedEts, FittedMean, FittedRandomWalk, FittedTheta, Mean, Naive, Theta,
};

/// An enum over the types of one contract, found by looking into the object.
macro_rules! kinds {
    (
        $(#[$about:meta])* $any:ident: $contract:ident, $words:literal, $content:literal;
        $($(#[$each:meta])* $kind:ident($held:ty) = $name:literal,)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Serialize)]
        #[serde(tag = $words, content = $content)]
        #[non_exhaustive]
        pub enum $any {
            $($(#[$each])* #[serde(rename = $name)] $kind($held),)*
        }

        impl $any {
            fn find(one: &(dyn $contract + 'static)) -> Option<Self> {
                let one: &dyn Any = one;
                None$(.or_else(|| one.downcast_ref::<$held>().cloned().map(Self::$kind)))*
            }

            /// The object behind its contract.
            pub fn get(&self) -> &(dyn $contract + 'static) {
                match self {
                    $(Self::$kind(held) => held,)*
                }
            }

            /// The same, to be shared.
            pub fn shared(self) -> Arc<dyn $contract> {
                Arc::from(self.boxed())
            }

            pub(super) fn boxed(self) -> Box<dyn $contract> {
                match self {
                    $(Self::$kind(held) => Box::new(held),)*
                }
            }

            /// The name of its kind in a file.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $name,)*
                }
            }
        }

        impl Tagged for $any {
            const FIELDS: &[&str; 2] = &[$words, $content];
            const KINDS: &[&str] = &[$($name),*];

            fn next<'de, A: MapAccess<'de>>(kind: &str, map: &mut A) -> std::result::Result<Self, A::Error> {
                match kind {
                    $($name => map.next_value().map(Self::$kind),)*
                    other => Err(A::Error::unknown_variant(other, Self::KINDS)),
                }
            }

            fn parsed(kind: &str, text: &str) -> serde_json::Result<Self> {
                match kind {
                    $($name => json::from_str(text).map(Self::$kind),)*
                    other => Err(serde_json::Error::unknown_variant(other, Self::KINDS)),
                }
            }
        }

        impl<'de> Deserialize<'de> for $any {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                tagged::read(deserializer)
            }
        }
    };
}

kinds! {
    /// A model of this crate with its settings. Its kind is the name of its class in Python.
    AnyModel: Forecaster, "name", "settings";
    /// The default.
    BayesEts(BayesEts) = "BayesETS",
    /// One class of exponential smoothing.
    Ets(Ets) = "ETS",
    /// The class that the data choose.
    AutoEts(AutoEts) = "AutoETS",
    /// The Theta method.
    Theta(Theta) = "Theta",
    /// Last year's value.
    Naive(Naive) = "Naive",
    /// The same plus the mean change.
    Drift(Drift) = "Drift",
    /// The mean of all years.
    Mean(Mean) = "Mean",
    /// A straight line.
    LinearTrend(LinearTrend) = "LinearTrend",
    /// A straight line through the logarithms.
    LogLinearTrend(LogLinearTrend) = "LogLinearTrend",
    /// A polynomial.
    PolynomialTrend(PolynomialTrend) = "PolynomialTrend",
    /// A trend with breaks.
    SegmentedTrend(SegmentedTrend) = "SegmentedTrend",
    /// A line by medians.
    TheilSenTrend(TheilSenTrend) = "TheilSenTrend",
    /// A line by M-estimation.
    HuberTrend(HuberTrend) = "HuberTrend",
    /// A line with shrunk drivers.
    RidgeTrend(RidgeTrend) = "RidgeTrend",
    /// A line that leaves drivers out.
    ElasticNetTrend(ElasticNetTrend) = "ElasticNetTrend",
    /// Counts by Poisson regression.
    PoissonTrend(PoissonTrend) = "PoissonTrend",
    /// Counts by negative binomial regression.
    NegativeBinomialTrend(NegativeBinomialTrend) = "NegativeBinomialTrend",
    /// Several models in one.
    Combination(Combination) = "Combination",
}

kinds! {
    /// A fit of a model of this crate.
    AnyFitted: Fitted, "kind", "fit";
    /// Of [`BayesEts`].
    BayesEts(FittedBayesEts) = "BayesETS",
    /// Of [`Ets`] and [`AutoEts`].
    Ets(FittedEts) = "ETS",
    /// Of [`Theta`].
    Theta(FittedTheta) = "Theta",
    /// Of [`Naive`] and [`Drift`].
    RandomWalk(FittedRandomWalk) = "random walk",
    /// Of [`Mean`].
    Mean(FittedMean) = "mean",
    /// Of the regressions.
    Trend(FittedTrend) = "trend",
    /// Of [`Combination`].
    Combination(FittedCombination) = "combination",
}

impl AnyModel {
    /// The model as one of this crate's.
    ///
    /// # Errors
    /// [`Error::NotStorable`] for a model written elsewhere, also inside a combination.
    pub fn of(model: &(dyn Forecaster + 'static)) -> Result<Self> {
        let found = Self::find(model).ok_or_else(|| Error::NotStorable { model: model.name() })?;
        if let Self::Combination(combination) = &found {
            combination.models().iter().try_for_each(|part| Self::of(&**part).map(drop))?;
        }
        Ok(found)
    }
}

impl AnyFitted {
    /// The fit as one of this crate's models.
    ///
    /// # Errors
    /// [`Error::NotStorable`] for that of a model written elsewhere, also inside a combination.
    pub fn of(fitted: &(dyn Fitted + 'static)) -> Result<Self> {
        let found = Self::find(fitted).ok_or_else(|| Error::NotStorable { model: fitted.report().model.clone() })?;
        if let Self::Combination(combination) = &found {
            combination.parts().iter().try_for_each(|(_, part)| Self::of(&**part).map(drop))?;
        }
        Ok(found)
    }

    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        match self {
            Self::BayesEts(fitted) => fitted.series(),
            Self::Ets(fitted) => fitted.series(),
            Self::Theta(fitted) => fitted.series(),
            Self::RandomWalk(fitted) => fitted.series(),
            Self::Mean(fitted) => fitted.series(),
            Self::Trend(fitted) => fitted.series(),
            Self::Combination(fitted) => fitted.series(),
        }
    }
}

impl AnyFitted {
    /// Whether this model can have made the fit.
    fn is_of(&self, model: &AnyModel) -> bool {
        match (model, self) {
            (AnyModel::BayesEts(_), Self::BayesEts(_))
            | (AnyModel::Theta(_), Self::Theta(_))
            | (AnyModel::Mean(_), Self::Mean(_))
            | (AnyModel::Combination(_), Self::Combination(_)) => true,
            (AnyModel::Ets(model), Self::Ets(fitted)) => model.class() == fitted.class(),
            (AnyModel::AutoEts(model), Self::Ets(fitted)) => model.pool().classes().contains(&fitted.class()),
            (AnyModel::Naive(_) | AnyModel::Drift(_), Self::RandomWalk(_)) | (_, Self::Trend(_)) => {
                self.get().report().model == model.get().name()
            }
            _ => false,
        }
    }
}

/// A fit beside the model that made it: all there is to store.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct SavedFit {
    model: AnyModel,
    fitted: AnyFitted,
}

/// The stored form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    model: AnyModel,
    fitted: AnyFitted,
}

impl TryFrom<Stored> for SavedFit {
    type Error = Error;
    fn try_from(Stored { model, fitted }: Stored) -> Result<Self> {
        Self { model, fitted }.checked()
    }
}

impl SavedFit {
    /// Model and fit, to be stored.
    ///
    /// # Errors
    /// [`Error::NotStorable`] for a model written elsewhere; [`Error::BadParameter`] for the fit of another model.
    pub fn of(model: &(dyn Forecaster + 'static), fitted: &(dyn Fitted + 'static)) -> Result<Self> {
        Self { model: AnyModel::of(model)?, fitted: AnyFitted::of(fitted)? }.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.fitted.is_of(&self.model) {
            return Ok(self);
        }
        Err(Error::bad_parameter(
            self.model().name(),
            "fitted",
            format!("a fit of {}", self.fitted().report().model),
            "a fit of this model",
        ))
    }

    /// The model.
    pub fn model(&self) -> &(dyn Forecaster + 'static) {
        self.model.get()
    }

    /// The fit.
    pub fn fitted(&self) -> &(dyn Fitted + 'static) {
        self.fitted.get()
    }

    /// Both, their kinds known.
    pub fn into_parts(self) -> (AnyModel, AnyFitted) {
        (self.model, self.fitted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::select::{MODEL_NAMES, model_by_name};

    #[test]
    fn every_model_of_the_registry_is_one_that_can_be_stored() {
        for name in MODEL_NAMES {
            let model = model_by_name(name).unwrap();
            let any = AnyModel::of(&*model).unwrap();
            assert!(name.starts_with(any.kind()), "{name} is stored as {}", any.kind());
            let text = serde_json::to_string(&any).unwrap();
            let back: AnyModel = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
            assert_eq!(back.get().name(), name);
        }
    }

    #[test]
    fn settings_may_stand_before_the_name() {
        for (first, second) in [
            (r#""settings":{"degree":3,"projection":"line"}"#, r#""name":"PolynomialTrend""#),
            (r#""settings":null"#, r#""name":"Drift""#),
        ] {
            let [early, late] = [format!("{{{first},{second}}}"), format!("{{{second},{first}}}")]
                .map(|text| serde_json::from_str::<AnyModel>(&text).unwrap());
            assert_eq!(serde_json::to_string(&early).unwrap(), serde_json::to_string(&late).unwrap());
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_as_in_the_constructor() {
        for (text, because) in [
            (
                r#"{"name":"ETS","settings":{"spec":"ANN","alpha":3.0,"beta":null,"phi":null,"l0":null,"b0":null,"region":"usual","bands":"full"}}"#,
                "0 to 2",
            ),
            (r#"{"name":"PolynomialTrend","settings":{"degree":11,"projection":"line"}}"#, "1 to 10"),
            (r#"{"name":"RidgeTrend","settings":{"penalty":-1.0,"projection":"line"}}"#, "from 0"),
            (r#"{"name":"ElasticNetTrend","settings":{"penalty":null,"l1_ratio":2.0,"projection":"line"}}"#, "0 to 1"),
            (
                r#"{"name":"SegmentedTrend","settings":{"n_breaks":9,"breaks":null,"max_breaks":3,"scale":"log","projection":"line"}}"#,
                "0 to 3",
            ),
            (r#"{"name":"Combination","settings":{"models":[],"weights":"mean","pooling":null}}"#, "one model or more"),
            (r#"{"name":"Prophet","settings":null}"#, "expected one of"),
            (r#"{"settings":null,"name":"Prophet"}"#, "expected one of"),
            (r#"{"name":"Naive"}"#, "missing field `settings`"),
            (r#"{"settings":null}"#, "missing field `name`"),
            (r#"{"name":"Naive","name":"Naive","settings":null}"#, "duplicate field `name`"),
            (r#"{"settings":null,"name":"Naive","settings":null}"#, "duplicate field `settings`"),
            (r#"{"settings":{"degree":2,"degree":2,"projection":"line"},"name":"PolynomialTrend"}"#, "duplicate field"),
            (r#"{"name":"Naive","settings":null,"prior":1}"#, "unknown field `prior`"),
            (r#"["Naive",null]"#, "an object of name and settings"),
        ] {
            let refused = serde_json::from_str::<AnyModel>(text).unwrap_err().to_string();
            assert!(refused.contains(because), "{refused}");
        }
    }
}

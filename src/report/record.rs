//! What a report was made with.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::model::Forecaster as _;
use crate::plan::{DRAWS, SEED};
use crate::series::{Horizon, Panel, Unit};
use crate::smoothing::{BayesEts, Prior};

/// What the default model knew before it saw the series of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorRecord {
    /// The unit.
    pub unit: Unit,
    /// Name of the prior.
    pub name: String,
    /// How many models it weighs.
    pub members: usize,
    /// Collections it was learned from, one a line.
    pub sources: Vec<String>,
}

/// What a report was made with: the same figures, version and settings give the same report, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// The version of this crate.
    pub version: String,
    /// The model.
    pub model: String,
    /// The first 16 hexadecimal digits of the SHA-256 of the figures as shown: masked cells are masked in it.
    pub fingerprint: String,
    /// Years projected.
    pub horizon: usize,
    /// Simulated courses behind a sum.
    pub draws: i64,
    /// Their seed.
    pub seed: u64,
    /// Counts below it are masked.
    pub mask_below: Option<f64>,
    /// What the model knew beforehand, by unit.
    pub priors: Vec<PriorRecord>,
}

impl RunRecord {
    pub(super) fn new(shown: &Panel, horizon: Horizon, mask_below: Option<f64>) -> Result<Self> {
        let mut priors: Vec<PriorRecord> = Vec::new();
        for series in shown {
            let prior = Prior::for_series(series)?;
            let unit = series.unit();
            if priors.iter().all(|known| (known.unit, known.name.as_str()) != (unit, prior.name())) {
                let (name, sources) = (prior.name().to_owned(), prior.sources().to_vec());
                priors.push(PriorRecord { unit, name, members: prior.members().len(), sources });
            }
        }
        let stored = serde_json::to_vec(shown.as_slice()).unwrap_or_default();
        let head = Sha256::digest(&stored).iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: BayesEts::default().name(),
            fingerprint: format!("{head:016x}"),
            horizon: horizon.get(),
            draws: DRAWS,
            seed: SEED,
            mask_below,
            priors,
        })
    }
}

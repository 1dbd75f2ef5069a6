//! What the counts are in proportion to: the members see counts per mean exposure.
//!
//! With `r_t = E_t / mean E` a year of the series is `y_t / r_t` on every scale. The years ahead go back by
//! `y = r_h inverse(z)`, which for a power lambda is the change `z -> r^lambda z + (r^lambda - 1) / lambda` of the latent
//! number (`z + ln r` for the logarithm): the law of a year stays of its kind.

#![allow(clippy::indexing_slicing, reason = "a ratio a year")]

use crate::design::Inputs;
use crate::dist::Link;
use crate::error::{Error, Result};
use crate::forecast::{Latent, Rows};
use crate::series::{Training, Year};

/// Exposure of the observed years over its mean.
#[derive(Clone, Debug)]
pub(in super::super) struct Exposure {
    mean: f64,
    /// A ratio a year from the first; 1 in years without a number.
    pub(in super::super) ratios: Vec<f64>,
}

impl Exposure {
    pub(in super::super) fn new(training: &Training, inputs: &Inputs) -> Result<Option<Self>> {
        let Some(values) = inputs.exposures() else { return Ok(None) };
        let of = |year: Year| {
            values.get(&year).copied().ok_or_else(|| Error::MissingDriver {
                series: training.name.clone(),
                column: "exposure".to_owned(),
                year: year.get(),
            })
        };
        let known = training.points().map(|(year, _)| of(year)).collect::<Result<Vec<f64>>>()?;
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let ratio = |i: usize| -> Result<f64> {
            if training.y[i].is_some() { Ok(of(training.first.plus(i)?)? / mean) } else { Ok(1.0) }
        };
        let ratios = (0..training.y.len()).map(ratio).collect::<Result<Vec<f64>>>()?;
        Ok(Some(Self { mean, ratios }))
    }

    /// The ratios of the years from `next` on.
    pub(in super::super) fn ahead(&self, training: &Training, h: usize, inputs: &Inputs) -> Result<Vec<f64>> {
        let ratio = |i: usize| {
            let year = training.next.plus(i)?;
            let known = inputs.exposures().and_then(|values| values.get(&year));
            known.map(|e| e / self.mean).ok_or_else(|| Error::MissingDriver {
                series: training.name.clone(),
                column: "exposure".to_owned(),
                year: year.get(),
            })
        };
        (0..h).map(ratio).collect()
    }
}

/// The law of years with these ratios, from that of years of mean exposure.
pub(in super::super) fn exposed(latent: &Latent, ratios: &[f64]) -> Latent {
    // why 1 otherwise: every other link of a member is that of the data as they are.
    let lambda = if let Link::BoxCox { lambda, .. } = latent.link { lambda } else { 1.0 };
    let h = ratios.len();
    let mut location = Vec::with_capacity(h);
    let mut shared = Vec::with_capacity(h);
    for (i, ratio) in ratios.iter().enumerate() {
        let stretch = ratio.powf(lambda);
        let shift = if lambda == 0.0 { ratio.ln() } else { (stretch - 1.0) / lambda };
        location.push(stretch * latent.location[i] + shift);
        // why in rows: a shock's weight depends on its year and on that in which it is felt.
        let shocks = (0..h).map(|j| if j <= i && j >= latent.quiet { latent.ripple[i - j] } else { 0.0 });
        shared.push(latent.shared.row(i).iter().copied().chain(shocks).map(|x| stretch * x).collect::<Vec<f64>>());
    }
    Latent { location: location.into(), shared: Rows::from(shared), quiet: h, ..latent.clone() }
}

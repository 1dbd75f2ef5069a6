//! Several joint laws made one.

#![allow(clippy::indexing_slicing, reason = "`is_sound` gave every part the same years")]

use std::fmt;

use serde::{Deserialize, Serialize};

use super::joint::{Joint, Law, Widths};
use super::mixture::Mixture;
use crate::dist::{Continuous, Histogram, Predictive as _, Quantiles};
use crate::numeric::rng::Stream;

/// What is averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Probabilities: one of the laws holds, each with its weight (the linear pool, a mixture). Where the laws disagree, it is
    /// wide.
    Linear,
    /// Quantiles: the pool's is the weighted mean of theirs. It is as wide as they are on average.
    Quantile,
    /// Quantiles: the pool's is the weighted median of theirs.
    Median,
}

impl fmt::Display for Pooling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linear => "linear",
            Self::Quantile => "quantile",
            Self::Median => "median",
        })
    }
}

/// Laws whose quantiles are averaged, year by year.
///
/// A path is drawn from one of the laws, each with its weight, and every year of it is carried to the same probability in the
/// pool: marginals are those of the pool, and years depend on each other as in the laws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Averaged {
    pub(super) how: Pooling,
    pub(super) parts: Vec<(f64, Joint)>,
}

impl Averaged {
    pub(super) fn years(&self) -> usize {
        self.parts.first().map_or(0, |(_, part)| part.years())
    }

    /// Every part changed.
    pub(super) fn change(&mut self, to: impl Fn(Joint) -> Joint) {
        let parts = std::mem::take(&mut self.parts);
        self.parts = parts.into_iter().map(|(weight, part)| (weight, to(part))).collect();
    }

    /// The law of each year, its quantiles drawn away from the median by a factor.
    pub(super) fn marginals(&self, widths: &Widths) -> Vec<Continuous> {
        let parts: Vec<(f64, Vec<Continuous>)> = self.parts.iter().map(|(w, part)| (*w, part.marginals())).collect();
        (0..self.years())
            .map(|i| {
                let pooled = Quantiles::new(|p| {
                    let quantiles = parts.iter().map(|(w, laws)| (laws[i].quantile(p), *w));
                    match self.how {
                        Pooling::Median => median(quantiles.collect()),
                        Pooling::Quantile => quantiles.map(|(q, w)| w * q).sum(),
                        Pooling::Linear => {
                            let laws = parts.iter().map(|(w, laws)| (*w, &laws[i]));
                            mixed(&laws.collect::<Vec<_>>(), &quantiles.map(|(q, _)| q).collect::<Vec<_>>(), p)
                        }
                    }
                });
                let law = Continuous::of_quantiles(pooled);
                let (centre, factor) = (law.quantile(0.5), widths.of(i));
                // why the test: centre + (q - centre) is not q to the last bit.
                if (factor - 1.0).abs() < f64::EPSILON { law } else { law.changed(|q| centre + factor * (q - centre)) }
            })
            .collect()
    }
}

/// The quantile of a mixture between the least and the greatest of the laws' own.
fn mixed(laws: &[(f64, &Continuous)], own: &[f64], p: f64) -> f64 {
    let (mut low, mut high) = own.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), q| (l.min(*q), h.max(*q)));
    for _ in 0..45 {
        let middle = 0.5 * (low + high);
        let mass: f64 = laws.iter().map(|(w, law)| w * law.cdf(middle)).sum();
        if mass < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The weighted median: the mean of the two middle ones where the weights are even there.
fn median(mut quantiles: Vec<(f64, f64)>) -> f64 {
    quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * quantiles.iter().map(|(_, w)| w).sum::<f64>();
    let mut sum = 0.0;
    for (i, (q, w)) in quantiles.iter().enumerate() {
        sum += w;
        if (sum - half).abs() < 1e-12 {
            return 0.5 * (q + quantiles.get(i + 1).map_or(*q, |next| next.0));
        }
        if sum > half {
            return *q;
        }
    }
    f64::NAN
}

/// What it takes to draw from a joint law, computed once for all paths.
pub(super) enum Sampler<'a> {
    Mixture {
        mixture: &'a Mixture,
        widths: &'a Widths,
        /// The law of a first year under way, and the one that it replaces.
        first: Option<Box<(Continuous, Continuous)>>,
    },
    /// With the pool's law of each year.
    Averaged { parts: Vec<Part<'a>>, pool: Vec<Continuous> },
    /// Rows are drawn from a table by [`super::sampled::Sampled::paths`].
    Table,
}

pub(super) struct Part<'a> {
    weight: f64,
    sampler: Sampler<'a>,
    laws: Vec<Continuous>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(joint: &'a Joint) -> Self {
        match joint.law() {
            Law::Mixture(mixture) => {
                let widths = joint.widths();
                let both = |first: &Histogram| (Continuous::of_cells(first.clone()), mixture.first_expected(widths));
                Self::Mixture { mixture, widths, first: mixture.first.as_ref().map(both).map(Box::new) }
            }
            Law::Averaged(averaged, _) => {
                let part = |(weight, part): &'a (f64, Joint)| Part {
                    weight: *weight,
                    sampler: Sampler::new(part),
                    laws: part.marginals(),
                };
                Self::Averaged { parts: averaged.parts.iter().map(part).collect(), pool: joint.marginals() }
            }
            Law::Sampled(_) => Self::Table,
        }
    }

    /// One draw of the years on the scale of the data, before rounding and caps.
    pub(super) fn draw(&self, stream: &mut Stream, shocks: &mut Vec<f64>, path: &mut [f64]) {
        match self {
            Self::Mixture { mixture, widths, first } => {
                mixture.draw(widths, stream, shocks, path);
                if let (Some(first), Some(y)) = (first, path.first_mut()) {
                    *y = carried(*y, &first.1, &first.0);
                }
            }
            Self::Averaged { parts, pool } => {
                let mut left = stream.uniform();
                let last = parts.len().saturating_sub(1);
                for (i, Part { weight, sampler, laws }) in parts.iter().enumerate() {
                    left -= weight;
                    if left < 0.0 || i == last {
                        sampler.draw(stream, shocks, path);
                        for ((y, law), pool) in path.iter_mut().zip(laws).zip(pool) {
                            *y = carried(*y, law, pool);
                        }
                        return;
                    }
                }
            }
            Self::Table => {}
        }
    }
}

/// The outcome that has the probability in one law that `y` has in another.
fn carried(y: f64, from: &Continuous, to: &Continuous) -> f64 {
    to.quantile(from.uncapped(y).clamp(1e-9, 1.0 - 1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Latent, Rows};

    /// A normal law of one year.
    fn normal(mean: f64, sd: f64) -> Joint {
        Latent::new(vec![mean], Rows::of([[sd]].into_iter()), vec![1e-6]).into()
    }

    #[test]
    fn a_pool_of_counts_averages_counts_and_no_numbers_below_zero() {
        // last year's value is zero, give or take 40; the other model says 55, give or take 1
        let parts = || vec![(0.5, normal(0.0, 40.0)), (0.5, normal(55.0, 1.0))];
        let z = 1.281_551_565_544_6; // the 90% quantile of a normal law
        let pool = |joint: &Joint, p: f64| joint.marginals()[0].quantile(p);
        let counts = Joint::pooled(parts(), Pooling::Quantile).held_at_zero();
        // at 10% the first forecasts no case and the other 55 - z
        assert!((pool(&counts, 0.1) - 0.5 * (55.0 - z)).abs() < 0.01, "{}", pool(&counts, 0.1));
        assert!((pool(&counts, 0.9) - 0.5 * (40.0 * z + 55.0 + z)).abs() < 0.01);
        let amounts = Joint::pooled(parts(), Pooling::Quantile);
        assert!((pool(&amounts, 0.1) - 0.5 * (-40.0 * z + 55.0 - z)).abs() < 0.01, "amounts may fall below zero");
        // paths are those of the pool: one in ten lies below its 10% quantile
        let (sampler, mut stream) = (Sampler::new(&counts), Stream::new(1, "pool"));
        let mut path = [0.0];
        let mut below = 0;
        for _ in 0..4000 {
            sampler.draw(&mut stream, &mut Vec::new(), &mut path);
            assert!(path[0] > 20.0, "{path:?}");
            below += u32::from(path[0] < pool(&counts, 0.9));
        }
        assert!((f64::from(below) / 4000.0 - 0.9).abs() < 0.02, "{below}");
    }
}

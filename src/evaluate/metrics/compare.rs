//! Is one model better than another, beyond the luck of the draw?
//!
//! Two models are scored on the same series; the differences of their scores are paired. Their mean is judged by drawing
//! series with replacement, again and again: the spread of the drawn means is its uncertainty. Series of one country or
//! source rise and fall together, so whole clusters can be drawn instead; then ten countries count as ten, however many
//! series each has.
//!
//! It is the question of Diebold and Mariano, answered over series instead of over time: with five to ten years there is no
//! long-run variance to estimate.
//!
//! References: Diebold and Mariano (1995), *Journal of Business and Economic Statistics* 13(3), 253-263; Efron and
//! Tibshirani (1993), *An Introduction to the Bootstrap*; Field and Welsh (2007), *JRSS B* 69(3), 369-390 (clusters).

#![allow(clippy::indexing_slicing, reason = "places are held inside the list")]

use std::collections::BTreeMap;

use serde::Serialize;

use super::paired;
use crate::error::{Error, Result};
use crate::numeric::rng::Stream;

/// A paired comparison by bootstrap.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `draws` | 2000 | 100 to 1,000,000 | samples of series, or of clusters |
/// | `seed` | 0 | | names the random stream |
///
/// ```
/// use unjuran::evaluate::metrics::PairedBootstrap;
/// let ours = [1.0, 1.1, 0.7, 0.9, 0.8, 1.2];
/// let theirs = [1.4, 1.3, 1.2, 1.1, 0.9, 1.5];
/// let comparison = PairedBootstrap::default().compare(&ours, &theirs)?;
/// assert!((comparison.difference + 17.0 / 60.0).abs() < 1e-12); // ours is smaller, by 0.283 on average
/// assert!(comparison.upper < 0.0 && comparison.probability > 0.99);
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairedBootstrap {
    draws: u32,
    seed: u64,
}

/// What a paired comparison found. Scores are losses: smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Mean of ours less theirs: below 0, ours is better.
    pub difference: f64,
    /// Standard deviation of the bootstrap means.
    pub standard_error: f64,
    /// 2.5% quantile of the bootstrap means.
    pub lower: f64,
    /// 97.5% quantile of the bootstrap means.
    pub upper: f64,
    /// Share of the bootstrap means below 0, exact zeros counted half: near 1, ours is better beyond luck.
    pub probability: f64,
    /// Pairs of scores used.
    pub pairs: usize,
    /// Pairs left out because one of the scores is not a finite number.
    pub undefined: usize,
    /// Clusters drawn; the number of pairs if none were given.
    pub clusters: usize,
}

impl Default for PairedBootstrap {
    fn default() -> Self {
        Self { draws: 2000, seed: 0 }
    }
}

impl PairedBootstrap {
    /// How many samples are drawn.
    #[must_use]
    pub fn draws(mut self, draws: u32) -> Self {
        self.draws = draws;
        self
    }

    /// The seed of the random stream.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Compares two models by their scores on the same series, in the same order.
    ///
    /// Fewer than two defined pairs give NaN for all but the difference.
    ///
    /// # Errors
    /// [`Error::UnequalLengths`]; [`Error::BadParameter`] for a number of draws out of range.
    pub fn compare(&self, ours: &[f64], theirs: &[f64]) -> Result<Comparison> {
        let own: Vec<usize> = (0..ours.len()).collect();
        self.compare_clustered(ours, theirs, &own)
    }

    /// The same, drawing whole clusters: `clusters` names the cluster of each series.
    ///
    /// # Errors
    /// [`Error::UnequalLengths`]; [`Error::BadParameter`] for a number of draws out of range.
    pub fn compare_clustered<C: Ord>(&self, ours: &[f64], theirs: &[f64], clusters: &[C]) -> Result<Comparison> {
        paired("paired comparison", ours, theirs)?;
        if clusters.len() != ours.len() {
            let metric = "clusters of a paired comparison".to_owned();
            return Err(Error::UnequalLengths { metric, actual: ours.len(), forecast: clusters.len() });
        }
        if !(100..=1_000_000).contains(&self.draws) {
            return Err(Error::BadParameter {
                model: "PairedBootstrap".to_owned(),
                parameter: "draws".to_owned(),
                value: self.draws.to_string(),
                allowed: "100 to 1,000,000".to_owned(),
            });
        }
        let mut sums: BTreeMap<&C, (f64, f64)> = BTreeMap::new();
        let (mut pairs, mut total) = (0_usize, 0.0);
        for ((a, b), cluster) in ours.iter().zip(theirs).zip(clusters) {
            if a.is_finite() && b.is_finite() {
                let sum = sums.entry(cluster).or_insert((0.0, 0.0));
                *sum = (sum.0 + (a - b), sum.1 + 1.0);
                total += a - b;
                pairs += 1;
            }
        }
        let sums: Vec<(f64, f64)> = sums.into_values().collect();
        let none = Comparison {
            difference: if pairs == 0 { f64::NAN } else { total / pairs as f64 },
            standard_error: f64::NAN,
            lower: f64::NAN,
            upper: f64::NAN,
            probability: f64::NAN,
            pairs,
            undefined: ours.len() - pairs,
            clusters: sums.len(),
        };
        Ok(if sums.len() < 2 { none } else { self.judged(&sums, none) })
    }

    /// The uncertainty of the mean difference: `sums` has the sum and the number of differences of each cluster.
    fn judged(&self, sums: &[(f64, f64)], found: Comparison) -> Comparison {
        let mut stream = Stream::new(self.seed, "paired bootstrap");
        let mut means: Vec<f64> = (0..self.draws)
            .map(|_| {
                let (mut sum, mut count) = (0.0, 0.0);
                for _ in sums {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the length")]
                    let drawn = (stream.uniform() * sums.len() as f64) as usize;
                    let (s, n) = sums[drawn.min(sums.len() - 1)];
                    sum += s;
                    count += n;
                }
                sum / count
            })
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        let n = means.len() as f64;
        let centre = means.iter().sum::<f64>() / n;
        let variance = means.iter().map(|m| (m - centre).powi(2)).sum::<f64>() / (n - 1.0);
        let below = means.partition_point(|&m| m < 0.0) as f64;
        let not_above = means.partition_point(|&m| m <= 0.0) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the sample")]
        let quantile = |p: f64| means[((p * n).ceil() as usize).clamp(1, means.len()) - 1];
        Comparison {
            standard_error: variance.sqrt(),
            lower: quantile(0.025),
            upper: quantile(0.975),
            probability: 0.5 * (below + not_above) / n,
            ..found
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_is_that_of_a_mean() {
        // differences 1 and -1, 200 of each: standard deviation 1, of the mean 1 / 20
        let ours: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let comparison = PairedBootstrap::default().compare(&ours, &[0.0; 400]).unwrap();
        assert!((comparison.standard_error - 0.05).abs() < 0.003, "{comparison:?}");
        assert!((comparison.upper - 1.96 * 0.05).abs() < 0.015, "{comparison:?}");
        assert!((comparison.probability - 0.5).abs() < 0.05, "{comparison:?}");
    }

    #[test]
    fn a_country_with_many_series_counts_once() {
        // the same difference a hundred times in each of four countries is four differences
        let ours: Vec<f64> = (0..400).map(|i| f64::from(i / 100) - 1.5).collect();
        let countries: Vec<i32> = (0..400).map(|i| i / 100).collect();
        let bootstrap = PairedBootstrap::default();
        let clustered = bootstrap.compare_clustered(&ours, &[0.0; 400], &countries).unwrap();
        let alone = bootstrap.compare(&ours, &[0.0; 400]).unwrap();
        // standard deviation of -1.5, -0.5, 0.5, 1.5 is sqrt(1.25); of a mean of four sqrt(1.25) / 2 = 0.559
        assert!((clustered.standard_error - 0.559).abs() < 0.03, "{clustered:?}");
        assert!((alone.standard_error - 0.0559).abs() < 0.003, "{alone:?}");
        assert_eq!((clustered.clusters, alone.clusters), (4, 400));
    }

    #[test]
    fn undefined_scores_are_counted_and_one_pair_is_no_comparison() {
        let comparison = PairedBootstrap::default().compare(&[1.0, f64::NAN], &[2.0, 1.0]).unwrap();
        assert_eq!((comparison.difference, comparison.pairs, comparison.undefined), (-1.0, 1, 1));
        assert!(comparison.standard_error.is_nan() && comparison.probability.is_nan());
    }

    #[test]
    fn the_same_seed_gives_the_same_comparison() {
        let bootstrap = PairedBootstrap::default().seed(3);
        let compare = |b: PairedBootstrap| b.compare(&[1.0, 2.0, 5.0], &[2.0, 1.0, 1.0]).unwrap();
        assert_eq!(compare(bootstrap), compare(bootstrap));
        assert_ne!(compare(bootstrap), compare(bootstrap.seed(4)));
    }

    #[test]
    fn bad_settings_are_refused() {
        let refused = PairedBootstrap::default().draws(5).compare(&[1.0], &[1.0]);
        assert!(matches!(refused, Err(Error::BadParameter { .. })));
        let clusters = PairedBootstrap::default().compare_clustered(&[1.0], &[1.0], &["a", "b"]);
        assert!(matches!(clusters, Err(Error::UnequalLengths { actual: 1, forecast: 2, .. })));
    }
}

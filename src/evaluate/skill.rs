//! Does a model beat last year's value on this series?
//!
//! A backtest of one annual series has a handful of origins. The mean of so few score differences says little, so the
//! statement is a probability, shrunk towards "no difference", and may be that nothing can be said.
//!
//! Let `d_1` to `d_n` be the reference's score less the model's at n origins (above 0: the model was better), each normal with
//! mean mu and variance sigma^2, and the prior `p(sigma^2) ~ 1 / sigma^2`, `mu ~ N(0, sigma^2 / 4)`: as much as four origins
//! at which nothing differed. Then mu has a Student-t posterior with n degrees of freedom around S / (n + 4), S the sum of the
//! differences, and
//!
//! ```text
//! P(mu > 0) = T_n(t),   t = S sqrt(n) / sqrt((n + 4) sum d_i^2 - S^2)
//! ```
//!
//! Origins whose windows overlap repeat each other's errors: with windows of h years every `step` years, n origins count
//! as `n / ceil(h / step)` independent ones, what triangular autocorrelations amount to.
//!
//! "Better" is said from a probability of 0.9 on, "worse" up to 0.1, and neither below four independent origins. Where two
//! models are equally good and the differences symmetric, normal or with tails as heavy as a t law's with 3 degrees of
//! freedom, "better" is said in less than 10% of series, and of 3% at four origins; a rare large loss against many small
//! gains (differences as skew as an exponential law) can raise it to 17%. A test simulates all of these.
//!
//! References: Diebold and Mariano (1995), *Journal of Business and Economic Statistics* 13(3), 253-263 (score differences
//! and their overlap); Gelman and others (2013), *Bayesian Data Analysis*, section 3.3 (the conjugate normal).

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::backtest::BacktestTable;
use crate::error::Result;
use crate::numeric::special::StudentT;
use crate::series::Year;

/// How many origins without a difference the prior is worth.
pub const PRIOR_ORIGINS: f64 = 4.0;
/// Below so many independent origins nothing is said.
pub const LEAST_ORIGINS: f64 = 4.0;
/// From this probability on "better" is said, up to its complement "worse".
pub const CLAIM: f64 = 0.9;

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The model beats the reference.
    Better,
    /// The reference beats the model.
    Worse,
    /// Neither can be said.
    CannotTell,
}

/// How a model compares with a reference on one series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Skill {
    /// Probability that the model's mean score is better, given the origins and the prior.
    pub probability: f64,
    /// Mean of the reference's score less the model's: above 0 the model was better. NaN without origins.
    pub difference: f64,
    /// Origins with a score of both.
    pub origins: usize,
    /// What they are worth as independent ones.
    pub independent: f64,
    /// Differences left out because they are not finite numbers.
    pub undefined: usize,
}

impl Skill {
    /// The statement of score differences (reference less model, one an origin); `overlap` is how many consecutive windows
    /// share a year: the horizon over the step, rounded up.
    ///
    /// ```
    /// use unjuran::evaluate::skill::{Skill, Verdict};
    /// let clear = Skill::new(&[3.0, 4.0, 2.0, 5.0, 3.0, 4.0], 1);
    /// assert_eq!((clear.verdict(), clear.to_string().as_str()), (Verdict::Better, "better with probability 0.98 (6 origins)"));
    /// // the same gains where three windows in a row share a year are worth two origins
    /// assert_eq!(Skill::new(&[3.0, 4.0, 2.0, 5.0, 3.0, 4.0], 3).verdict(), Verdict::CannotTell);
    /// ```
    pub fn new(differences: &[f64], overlap: usize) -> Self {
        let defined: Vec<f64> = differences.iter().copied().filter(|d| d.is_finite()).collect();
        let independent = defined.len() as f64 / overlap.max(1) as f64;
        let largest = defined.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        let n = defined.len() as f64;
        // why scaled: differences of counts in the billions are squared.
        let mean = defined.iter().map(|d| d / largest).sum::<f64>() / n;
        let square = defined.iter().map(|d| (d / largest).powi(2)).sum::<f64>() / n;
        let sum = independent * mean;
        let t = sum * independent.sqrt() / ((independent + PRIOR_ORIGINS) * independent * square - sum * sum).sqrt();
        Self {
            // no origins, or nothing but exact ties: the prior
            probability: if largest > 0.0 { StudentT::new(independent).cdf(t) } else { 0.5 },
            difference: if largest > 0.0 || defined.is_empty() { mean * largest } else { 0.0 },
            origins: defined.len(),
            independent,
            undefined: differences.len() - defined.len(),
        }
    }

    /// The statement of one series of a backtest, by the CRPS, averaged over the leads at each origin that both models have.
    /// For one year ahead, where origins a year apart do not overlap, take `table.at_lead(1)`.
    ///
    /// # Errors
    /// [`crate::Error::UnknownModel`] and [`crate::Error::UnknownSeries`], with the names there are.
    pub fn of(table: &BacktestTable, series: &str, (model, reference): (&str, &str)) -> Result<Self> {
        table.of_series(series)?;
        let pairs = table.pairs(model, reference)?;
        let mut origins: BTreeMap<Year, (f64, f64)> = BTreeMap::new();
        let mut longest = 1;
        for (ours, theirs) in pairs.into_iter().filter(|(ours, _)| ours.series == series) {
            let origin = origins.entry(ours.cutoff).or_insert((0.0, 0.0));
            *origin = (origin.0 + (theirs.crps - ours.crps), origin.1 + 1.0);
            longest = longest.max(ours.lead);
        }
        let differences: Vec<f64> = origins.into_values().map(|(sum, leads)| sum / leads).collect();
        // why: at one lead, forecasts h years ahead from origins a year apart share h - 1 of their yearly shocks too.
        Ok(Self::new(&differences, longest.div_ceil(table.step())))
    }

    /// Better, worse, or that neither can be said.
    pub fn verdict(&self) -> Verdict {
        match self.probability {
            _ if self.independent < LEAST_ORIGINS => Verdict::CannotTell,
            p if p >= CLAIM => Verdict::Better,
            p if p <= 1.0 - CLAIM => Verdict::Worse,
            _ => Verdict::CannotTell,
        }
    }
}

impl fmt::Display for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { probability, origins, .. } = self;
        match self.verdict() {
            Verdict::Better => write!(f, "better with probability {probability:.2} ({origins} origins)"),
            Verdict::Worse => write!(f, "worse with probability {:.2} ({origins} origins)", 1.0 - probability),
            Verdict::CannotTell => {
                write!(f, "cannot tell from {origins} origins (better with probability {probability:.2})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::rng::Stream;

    const RUNS: usize = 10_000;

    /// The share of simulated series of which "better" and "worse" are said.
    fn claims(n: usize, overlap: usize, mut draw: impl FnMut(&mut Stream) -> f64) -> (f64, f64) {
        let mut stream = Stream::new(11, &format!("skill {n} {overlap}"));
        let mut said = (0, 0);
        for _ in 0..RUNS {
            // neighbours that share `overlap - 1` of their shocks
            let shocks: Vec<f64> = (0..n + overlap - 1).map(|_| draw(&mut stream)).collect();
            let differences: Vec<f64> = shocks.windows(overlap).map(|w| w.iter().sum()).collect();
            match Skill::new(&differences, overlap).verdict() {
                Verdict::Better => said.0 += 1,
                Verdict::Worse => said.1 += 1,
                Verdict::CannotTell => {}
            }
        }
        (f64::from(said.0) / RUNS as f64, f64::from(said.1) / RUNS as f64)
    }

    // why 0.009: three standard errors of a share of 0.1 from 10,000 series.
    const ERROR: f64 = 0.009;

    #[test]
    fn of_two_equally_good_models_neither_is_called_better_more_often_than_stated() {
        let student = |s: &mut Stream| s.normal() / (s.chi_squared(3.0) / 3.0).sqrt();
        for n in [4, 6, 10, 20] {
            for (better, worse) in [claims(n, 1, Stream::normal), claims(n, 1, student)] {
                let most = if n == 4 { 0.035 } else { 0.1 };
                assert!(better <= most + ERROR && worse <= most + ERROR, "{n}: {better} {worse}");
            }
            let (better, worse) = claims(n, 1, |s| 1.0 + s.uniform().ln());
            assert!(better <= 0.17 + ERROR && worse <= 0.1 + ERROR, "{n}, skew: {better} {worse}");
        }
    }

    #[test]
    fn overlapping_windows_do_not_pass_for_independent_ones() {
        for n in [8, 12, 20] {
            let (better, worse) = claims(n, 3, Stream::normal);
            assert!(better <= 0.1 + ERROR && worse <= 0.1 + ERROR, "{n}: {better} {worse}");
        }
    }

    #[test]
    fn where_the_prior_holds_a_probability_of_p_is_right_p_of_the_time() {
        let mut stream = Stream::new(3, "calibrated");
        let (mut said, mut right, mut promised) = (0.0, 0.0, 0.0);
        for _ in 0..RUNS {
            let mu = stream.normal() / PRIOR_ORIGINS.sqrt();
            let differences: Vec<f64> = (0..8).map(|_| mu + stream.normal()).collect();
            let skill = Skill::new(&differences, 1);
            if skill.verdict() == Verdict::Better {
                said += 1.0;
                promised += skill.probability;
                right += if mu > 0.0 { 1.0 } else { 0.0 };
            }
        }
        // about 1,800 claims: three standard errors of a share near 0.95 are 0.016
        assert!(said > 1000.0 && f64::abs(right / said - promised / said) < 0.016, "{said} {right} {promised}");
    }

    #[test]
    fn the_probability_by_hand() {
        // four origins, each better by 1: S = 4, t = 4 * 2 / sqrt(8 * 4 - 16) = 2; T_4(2) = 0.941942 (scipy 1.17)
        let skill = Skill::new(&[1.0; 4], 1);
        assert!((skill.probability - 0.941_941_738_2).abs() < 1e-9, "{skill:?}");
        assert_eq!((skill.verdict(), skill.difference), (Verdict::Better, 1.0));
        assert_eq!(Skill::new(&[-1.0; 4], 1).verdict(), Verdict::Worse);
    }

    #[test]
    fn few_origins_ties_and_nothing_at_all_say_nothing() {
        assert_eq!(Skill::new(&[5.0, 5.1, 4.9], 1).verdict(), Verdict::CannotTell);
        let ties = Skill::new(&[0.0; 10], 1);
        assert_eq!((ties.probability, ties.verdict(), ties.difference), (0.5, Verdict::CannotTell, 0.0));
        let nothing = Skill::new(&[f64::NAN], 1);
        assert_eq!((nothing.origins, nothing.undefined, nothing.probability), (0, 1, 0.5));
        assert!(nothing.difference.is_nan());
    }

    #[test]
    fn the_unit_of_the_scores_does_not_matter() {
        let differences = [3.0, -1.0, 4.0, 2.0, 0.5];
        let huge = differences.map(|d| d * 1e200);
        assert_eq!(Skill::new(&differences, 1).probability, Skill::new(&huge, 1).probability);
    }
}

//! Years and sources by least squares.
//!
//! In `x_ts = a_t + b_s + e_ts`, `x = ln(y + 1/2)`, the years are eliminated, and what is left tells of the sources, with `m_t` of
//! them in year t:
//!
//! ```text
//! L b = r,   L_ss = sum_{t of s} (1 - 1/m_t),   L_su = - sum_{t of s and u} 1/m_t,   r_s = sum_{t of s} (x_ts - mean x_t)
//! ```
//!
//! L is the Laplacian of the graph in which years link sources. Without the row and the column of the source followed, whose
//! effect is 0, it has an inverse C, and `sigma^2 C` are the variances of the effects and how they go together: two sources
//! with n years in common give 2 / n, and one that is linked by another is known less well than that one. Sources that no
//! years link to the one followed have no effect.

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: sources and years are counted here")]

use super::covariance::{cholesky, solve};
use crate::series::Year;

/// What sources differ by from year to year where they cannot say, and the numbers that this is worth.
pub(super) const SIGMA: f64 = 0.2;
const WORTH: f64 = 2.0;

pub(super) const HALF: f64 = 0.5;

/// A full year's number.
pub(super) struct Cell {
    pub(super) year: Year,
    pub(super) source: usize,
    pub(super) y: f64,
}

impl Cell {
    pub(super) fn log(&self) -> f64 {
        (self.y + HALF).ln()
    }
}

/// The effects of sources beside those of years.
pub(super) struct TwoWay {
    /// The sources that years link to the one followed.
    pub(super) linked: Vec<bool>,
    pub(super) effects: Vec<f64>,
    /// Variances and covariances of the effects, in squares of sigma.
    covariance: Vec<Vec<f64>>,
    pub(super) sigma: f64,
    pub(super) df: f64,
}

impl TwoWay {
    pub(super) fn new(cells: &[Cell], sources: usize, followed: usize) -> Self {
        let linked = linked(cells, sources, followed);
        let mut used: Vec<&Cell> = cells.iter().filter(|c| linked[c.source]).collect();
        used.sort_by_key(|c| c.year);
        let years: Vec<&[&Cell]> = used.chunk_by(|one, other| one.year == other.year).collect();
        let (mut information, mut excess) = (vec![vec![0.0; sources]; sources], vec![0.0; sources]);
        for year in &years {
            let m = year.len() as f64;
            let mean = year.iter().map(|c| c.log()).sum::<f64>() / m;
            for one in *year {
                excess[one.source] += one.log() - mean;
                information[one.source][one.source] += 1.0;
                year.iter().for_each(|other| information[one.source][other.source] -= 1.0 / m);
            }
        }
        let free: Vec<usize> = (0..sources).filter(|&s| linked[s] && s != followed).collect();
        let grounded: Vec<Vec<f64>> =
            free.iter().map(|&s| free.iter().map(|&other| information[s][other]).collect()).collect();
        let l = cholesky(&grounded);
        let (mut effects, mut covariance) = (vec![0.0; sources], vec![vec![0.0; sources]; sources]);
        let told = solve(&l, &free.iter().map(|&s| excess[s]).collect::<Vec<f64>>());
        for (i, &s) in free.iter().enumerate() {
            effects[s] = told[i];
            let unit: Vec<f64> = (0..free.len()).map(|j| f64::from(u8::from(i == j))).collect();
            free.iter().zip(solve(&l, &unit)).for_each(|(&other, c)| covariance[s][other] = c);
        }
        let rest = |year: &&[&Cell]| {
            let left: Vec<f64> = year.iter().map(|c| c.log() - effects[c.source]).collect();
            let level = left.iter().sum::<f64>() / left.len() as f64;
            left.iter().map(|x| (x - level).powi(2)).sum::<f64>()
        };
        let squares: f64 = years.iter().map(rest).sum();
        let df = (used.len() as f64 - years.len() as f64 - free.len() as f64).max(0.0) + WORTH;
        let sigma = ((squares + WORTH * SIGMA * SIGMA) / df).sqrt();
        Self { linked, effects, covariance, sigma, df }
    }

    /// Variance of the mean effect of some sources.
    pub(super) fn variance(&self, sources: &[usize]) -> f64 {
        let sum: f64 = sources.iter().flat_map(|&s| sources.iter().map(move |&other| self.covariance[s][other])).sum();
        self.sigma.powi(2) * sum / (sources.len() as f64).powi(2)
    }
}

/// The sources that shared years link to the one followed.
fn linked(cells: &[Cell], sources: usize, followed: usize) -> Vec<bool> {
    let mut linked = vec![false; sources];
    linked[followed] = true;
    for _ in 0..sources {
        for one in cells {
            if linked[one.source] {
                for other in cells.iter().filter(|c| c.year == one.year) {
                    linked[other.source] = true;
                }
            }
        }
    }
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sources by the years they have a number of; what they say is of no matter for the covariance.
    fn covariance(years: &[std::ops::RangeInclusive<i64>]) -> Vec<Vec<f64>> {
        let cells = years.iter().enumerate().flat_map(|(source, years)| {
            years.clone().map(move |y| Cell { year: Year::new(y).unwrap(), source, y: 1.0 })
        });
        TwoWay::new(&cells.collect::<Vec<_>>(), years.len(), 0).covariance
    }

    fn same(ours: &[Vec<f64>], by_hand: &[[f64; 3]]) {
        for (ours, by_hand) in ours.iter().flatten().zip(by_hand.iter().flatten()) {
            assert!((ours - by_hand).abs() < 1e-12, "{ours} {by_hand}");
        }
    }

    #[test]
    fn along_a_chain_variances_add_up() {
        // a and b meet in one year, b and c in ten: 2, and 2 + 2/10; c knows of a what b does
        let found = covariance(&[2010..=2015, 2015..=2025, 2016..=2025]);
        same(&found, &[[0.0, 0.0, 0.0], [0.0, 2.0, 2.0], [0.0, 2.0, 2.2]]);
    }

    #[test]
    fn two_that_meet_the_followed_one_apart_know_nothing_of_each_other() {
        // 2/2 and 2/4
        let found = covariance(&[2010..=2015, 2009..=2011, 2012..=2018]);
        same(&found, &[[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.5]]);
    }

    #[test]
    fn three_in_the_same_years_share_what_the_followed_one_errs_by() {
        // differences of means of five: 2/5, of which the followed one's 1/5 is in both
        let found = covariance(&[2010..=2014, 2010..=2014, 2010..=2014]);
        same(&found, &[[0.0, 0.0, 0.0], [0.0, 0.4, 0.2], [0.0, 0.2, 0.4]]);
    }

    #[test]
    fn who_meets_nobody_has_no_effect() {
        let found = covariance(&[2010..=2015, 2020..=2022, 2015..=2016]);
        same(&found, &[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 2.0]]);
    }
}

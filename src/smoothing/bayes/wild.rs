//! Wild years: one year out of line, or the first of another level, averaged over all places where it may have been.
//!
//! A count of 463 among 160s is no news of the years to come, or it is: nobody knows which. A member therefore allows, with a
//! small probability, one jolt `d ~ N(0, jolt^2 sigma^2)` in one year of the series, that year alone (an outlier) or from
//! then on (a shift), at every place with the same probability. One sweep backwards over the innovations gives for every
//! place the score u and the information M of its jolt (`sweep`), and with them what the jolt makes of the evidence: `b_n`
//! falls by `u^2 / (2 (M + 1 / jolt^2))`, and the evidence is divided by `sqrt(1 + jolt^2 M)`. Places that explain nothing
//! are left to the member without a jolt.
//!
//! References: de Jong and Penzer (1998), Diagnosing shocks in time series, JASA 93, 796-806, for the sweep; West and
//! Harrison (1997), section 12.4, for multi-process models with outliers and shifts.

#![allow(clippy::indexing_slicing, reason = "rows of one number a recursion, made here")]

use serde::{Deserialize, Serialize};

use super::super::recursion::Jolt;
use super::grid::{Gains, Grid, Runs};
use super::member::{Shared, Solved};
use super::sweep::{Passed, Row, Sweep};

/// Places with a smaller share in a member are left to the member without a jolt: a thousandth of a member would cost as much
/// as a half of it.
const SMALL: f64 = 0.003;
/// Least share in a member, and number, of the places that are filtered where cells are wide.
const LEAST_SHARE: f64 = 0.05;
const MOST: usize = 4;

/// A place where a jolt may have been.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) year: usize,
    pub(super) jolt: Jolt,
    /// What it takes from `b_n`.
    drop: f64,
    /// `1/2 ln(1 + jolt^2 M)`
    log_cost: f64,
}

/// A place with its share in the member.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wild {
    pub(super) share: f64,
    pub(super) year: usize,
    pub(super) jolt: Jolt,
}

/// What in the evidence of a jolt does not depend on the data: for every year and recursion, outlier and shift.
#[derive(Clone, Debug)]
pub(super) struct Leverages {
    width: usize,
    /// `1 / (M + 1 / jolt^2)`, rows of one number a recursion; zero in a year that says nothing.
    outlier: Vec<f64>,
    shift: Vec<f64>,
    /// `1/2 ln(1 + jolt^2 M)` of both; infinite in a year that says nothing.
    costs: Vec<[f64; 2]>,
    /// The least of a recursion's costs.
    least: Vec<f64>,
}

impl Leverages {
    /// The table for series of so many years.
    pub(super) fn new(grid: &Grid, gains: &Gains, years: usize) -> Self {
        let width = grid.recursions.len();
        let size = grid.shared.jolt * grid.shared.jolt;
        let zeros = || vec![0.0; width * years];
        let mut table = Self {
            width,
            outlier: zeros(),
            shift: zeros(),
            costs: vec![[f64::INFINITY; 2]; width * years],
            least: vec![f64::INFINITY; width],
        };
        for (recursion, member) in grid.recursions.iter().enumerate() {
            let mut sweep = Sweep::new(member.phi);
            for year in (1..years).rev() {
                let [k1, k2, precision] = gains.of(year, recursion);
                let found = sweep.back(Passed { weighed: 0.0, precision, gain: [k1, k2] });
                if precision == 0.0 {
                    continue;
                }
                let at = year * width + recursion;
                let [outlier, shift] = found.map(|leverage| 1.0 / (leverage.information + 1.0 / size));
                (table.outlier[at], table.shift[at]) = (outlier, shift);
                table.costs[at] = found.map(|leverage| 0.5 * (size * leverage.information).ln_1p());
                table.least[recursion] = table.costs[at].into_iter().fold(table.least[recursion], f64::min);
            }
        }
        table
    }

    /// What a jolt in each place takes from `b_n`, for all recursions in one sweep.
    pub(super) fn drops(&self, grid: &Grid, gains: &Gains, runs: &Runs, years: usize) -> Drops {
        let n = self.width;
        let zeros = |years: usize| vec![0.0; n * years];
        let mut drops = Drops { outlier: zeros(years), shift: zeros(years), most: zeros(1) };
        let (mut level, mut slope) = (zeros(1), zeros(1));
        for year in (1..years).rev() {
            let row = year * n..(year + 1) * n;
            let seen = Row { phi: grid.phi(), weighed: &runs.innovations[row.clone()], gain: gains.row(row.clone()) };
            let (outlier, shift) = (&mut drops.outlier[row.clone()], &mut drops.shift[row.clone()]);
            seen.back(&mut level, &mut slope, [outlier, shift]);
            let by = [&self.outlier[row.clone()], &self.shift[row]];
            take(by, [outlier, shift], &mut drops.most);
        }
        drops
    }
}

/// What a jolt in each place takes from `b_n`: rows of one number a recursion, like the gains.
#[derive(Clone, Debug)]
pub(super) struct Drops {
    outlier: Vec<f64>,
    shift: Vec<f64>,
    /// The most that any place of a recursion takes.
    most: Vec<f64>,
}

/// Scores become what their jolts take from `b_n`: `u^2 / (2 (M + 1 / jolt^2))`.
fn take(by: [&[f64]; 2], scores: [&mut [f64]; 2], most: &mut [f64]) {
    // why slices of one length: as in `grid::year`.
    let n = most.len();
    let ([alone_by, since_by], [alone, since]) = (by.map(|by| &by[..n]), scores.map(|u| &mut u[..n]));
    for i in 0..n {
        let (one, all) = (0.5 * alone[i] * alone[i] * alone_by[i], 0.5 * since[i] * since[i] * since_by[i]);
        (alone[i], since[i]) = (one, all);
        // why no `max`: it looks for NaN first.
        let larger = if one > all { one } else { all };
        most[i] = if larger > most[i] { larger } else { most[i] };
    }
}

/// Logarithms of the odds of jolts in a series: one number for all members.
#[derive(Clone, Copy, Debug)]
pub(super) struct Odds {
    /// Of no jolt.
    calm: f64,
    /// Of one in a given place.
    each: f64,
    /// What the log of a place's Bayes factor must be above to make a share of the member worth the trouble.
    least: f64,
}

impl Odds {
    /// The odds after `n` observed years beside the first.
    pub(super) fn new(shared: &Shared, n: usize) -> Self {
        let places = 2.0 * n as f64;
        Self {
            calm: (-shared.wild).ln_1p(),
            each: (shared.wild / places).ln(),
            least: (SMALL * places / shared.wild).ln().max(0.0),
        }
    }
}

/// What a place that takes so much from `b_n` adds to the log evidence, its cost aside: `-a_n ln(1 - drop / b_n)`, where it is
/// above `least`.
fn gain_above(drop: f64, solved: &Solved, least: f64) -> Option<f64> {
    // why first without a logarithm: -ln(1 - x) is at most x / (1 - x), and most places explain nothing.
    if solved.shape * drop <= least * (solved.rate - drop) {
        return None;
    }
    // why a floor: beside a year a million times as large as the rest, what is left of b_n is lost in rounding.
    let gain = -solved.shape * (1.0 - drop / solved.rate).max(1e-14).ln();
    (gain > least).then_some(gain)
}

/// All that is known of jolts in a series.
pub(super) struct Jolts<'a> {
    pub(super) leverages: &'a Leverages,
    pub(super) drops: &'a Drops,
    pub(super) odds: Odds,
}

impl Jolts<'_> {
    /// The places of a recursion, the last year first; years that say nothing are none.
    pub(super) fn places(&self, recursion: usize) -> impl Iterator<Item = Place> {
        let Leverages { width, costs, .. } = self.leverages;
        let years = costs.len() / width.max(&1);
        (1..years).rev().flat_map(move |year| {
            let at = year * width + recursion;
            let drops = [self.drops.outlier[at], self.drops.shift[at]];
            let each = [Jolt::Outlier, Jolt::Shift].into_iter().zip(drops).zip(costs[at]);
            each.map(move |((jolt, drop), log_cost)| Place { year, jolt, drop, log_cost })
                .filter(|place| place.log_cost.is_finite())
        })
    }

    /// What the places of its recursion make of a solved member: its evidence with them, and their shares in it.
    pub(super) fn averaged(&self, recursion: usize, solved: &Solved) -> (f64, Vec<Wild>) {
        let Odds { calm, each, least } = self.odds;
        // why first the place that takes most from `b_n`, at the least of costs: most series have no wild year.
        if gain_above(self.drops.most[recursion], solved, least + self.leverages.least[recursion]).is_none() {
            return (solved.log_evidence, Vec::new());
        }
        let mut most = calm;
        let mut found = Vec::new();
        for place in self.places(recursion) {
            let Some(gain) = gain_above(place.drop, solved, least + place.log_cost) else { continue };
            let log_mass = each + gain - place.log_cost;
            most = most.max(log_mass);
            found.push(Wild { share: log_mass, year: place.year, jolt: place.jolt });
        }
        if found.is_empty() {
            return (solved.log_evidence, found);
        }
        // why relative to the most: in a series of a thousand years one place may add e^1000.
        for wild in &mut found {
            wild.share = (wild.share - most).exp();
        }
        let total = (calm - most).exp() + found.iter().map(|wild| wild.share).sum::<f64>();
        for wild in &mut found {
            wild.share /= total;
        }
        found.retain(|wild| wild.share > SMALL);
        (solved.log_evidence + most + total.ln(), found)
    }

    /// The places that matter where each costs a filter of its own: at most [`MOST`], each with a share worth the trouble.
    pub(super) fn likeliest(&self, recursion: usize, solved: &Solved) -> Vec<(usize, Jolt)> {
        let (_, mut found) = self.averaged(recursion, solved);
        found.retain(|wild| wild.share > LEAST_SHARE);
        found.sort_by(|a, b| b.share.total_cmp(&a.share));
        found.iter().take(MOST).map(|wild| (wild.year, wild.jolt)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::member::Member;
    use super::super::posterior::{Evidence, Seen};
    use super::*;
    use crate::series::{Series, Training, Unit, Year};

    const SHARED: Shared = Shared { shape: 3.0, level: 4.0, poisson: 0.0, wild: 0.02, jolt: 5.0 };

    fn evidence(members: &[Member], values: &[f64]) -> Evidence {
        let series = Series::new("s", Year::new(2010).unwrap(), values).unwrap().with_unit(Unit::Amount).unwrap();
        Evidence::of(&Arc::new(Grid::new(members, &SHARED)), &Training::new(&series).unwrap())
    }

    #[test]
    fn the_sweep_backwards_has_the_evidence_of_a_filter_run_for_each_place() {
        let member = |alpha, beta, phi, tau| Member { alpha, beta, phi, lambda: 0.5, tau, s: 0.1, drift: 0.0 };
        let members = [member(1.0, 0.0, 0.0, 0.2), member(0.3, 0.1, 0.9, 1.0), member(0.0, 0.0, 1.0, 0.2)];
        let values = [163.0, 463.0, 429.0, f64::NAN, 302.0, 286.0, 165.0, 115.0, 139.0];
        let evidence = evidence(&members, &values);
        for member in &members {
            let place = evidence.place(member).unwrap();
            let Some(Seen::Closed { solved, .. }) = evidence.see(place, member) else { panic!("closed") };
            for found in evidence.every_place(place) {
                let by_sweep = solved.log_evidence + solved.shape * (solved.rate / (solved.rate - found.drop)).ln()
                    - found.log_cost;
                let wild = Wild { share: 1.0, year: found.year, jolt: found.jolt };
                let by_filter = evidence.disturbed(place, member, &wild).unwrap().log_evidence;
                assert!((by_sweep - by_filter).abs() < 1e-9, "{found:?}: {by_sweep} and {by_filter}");
            }
        }
    }

    #[test]
    fn one_wild_year_among_steady_ones_is_found_where_it_is() {
        let walk = Member { alpha: 0.3, beta: 0.0, phi: 0.0, lambda: 1.0, tau: 0.2, s: 0.1, drift: 0.0 };
        let evidence = evidence(&[walk], &[100.0, 103.0, 99.0, 101.0, 460.0, 98.0, 102.0, 100.0, 101.0, 99.0]);
        let Some(Seen::Closed { wild, .. }) = evidence.see(0, &walk) else { panic!("closed") };
        let likeliest = wild.iter().max_by(|a, b| a.share.total_cmp(&b.share)).unwrap();
        assert_eq!((likeliest.year, likeliest.jolt), (4, Jolt::Outlier));
        assert!(likeliest.share > 0.9, "{wild:?}");
    }

    #[test]
    fn a_new_level_is_a_shift_and_no_outlier() {
        let walk = Member { alpha: 0.1, beta: 0.0, phi: 0.0, lambda: 1.0, tau: 0.2, s: 0.1, drift: 0.0 };
        let evidence = evidence(&[walk], &[100.0, 103.0, 99.0, 101.0, 100.0, 250.0, 252.0, 249.0, 251.0, 250.0]);
        let Some(Seen::Closed { wild, .. }) = evidence.see(0, &walk) else { panic!("closed") };
        let likeliest = wild.iter().max_by(|a, b| a.share.total_cmp(&b.share)).unwrap();
        assert_eq!((likeliest.year, likeliest.jolt), (5, Jolt::Shift));
    }
}

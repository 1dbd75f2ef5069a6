//! Masked cells, refined: expectation propagation over a series, given sigma.
//!
//! The filter meets each cell knowing the years before it only. A cell of "<5" between two years of 40 is not what it was
//! when it was met: the years after it speak too. Every cell is held as a site, a normal measurement `c ~ N(z_t, v)` that
//! does to the state what the cell did. A sweep backwards takes one site out at a time; the cell tilts what the others then
//! expect of its year (the cavity), and the site becomes what gives the same mean and variance. After a few rounds
//!
//! ```text
//! log ML = sum ln N(e_t; 0, S_t + v_t) + sum [ ln Z_t - ln N(c_t; m_t, s_t + v_t) ]
//! ```
//!
//! with the first sum over the innovations of a filter that sees the sites, `N(m_t, s_t)` the cavities, and `Z_t` the mass
//! that a cavity gives its cell.
//!
//! Reference: Minka (2001), *A Family of Algorithms for Approximate Bayesian Inference*, chapter 3.

#![allow(clippy::indexing_slicing, reason = "a site a year")]

use super::super::recursion::{Doubt, Jolt, State};
use super::cells::Cell;
use super::soft::{Filter, Node};
use super::sweep::{Passed, Sweep};
use super::tilt::tilt;

/// Rounds over the series.
const ROUNDS: usize = 4;
/// A cell that leaves more than this share of its year's variance says nothing.
const NOTHING: f64 = 1.0 - 1e-9;

/// What a cell amounts to: a measurement of its year with a variance, both on the scale of the member.
#[derive(Clone, Copy, Debug)]
struct Site {
    centre: f64,
    variance: f64,
}

impl Site {
    /// The measurement that gives a law of this mean and variance the mean and the variance that the tilt gives it.
    fn of(shift: f64, remaining: f64, mean: f64, variance: f64) -> Option<Self> {
        let taken = 1.0 - remaining;
        (remaining < NOTHING)
            .then(|| Self { centre: mean + shift * variance.sqrt() / taken, variance: variance * remaining / taken })
    }
}

/// A filter that has seen the sites.
struct Pass {
    years: Vec<Passed>,
    state: State,
    doubt: Doubt,
    log_likelihood: f64,
}

impl Filter<'_> {
    /// The node at a value of sigma, refined.
    pub(super) fn refined(&self, node: Node) -> Node {
        let cells: Vec<Option<Cell>> = self.cells().map(|(_, cell)| cell).collect();
        let mut sites: Vec<Option<Site>> = vec![None; cells.len()];
        let mut pass = self.pass(&node, &mut sites, true);
        let mut gap = 0.0;
        for round in 0..=ROUNDS {
            let mut sweep = Sweep::new(self.recursion.phi);
            gap = 0.0;
            for (t, year) in pass.years.iter().enumerate().skip(1).rev() {
                let [alone, _] = sweep.back(*year);
                let Some((cell, site)) = cells[t].zip(sites[t]) else { continue };
                let mean = site.centre - alone.score / alone.information;
                let variance = (1.0 / alone.information - site.variance).max(1e-12 * site.variance);
                let tilted = tilt(cell, mean, variance.sqrt());
                gap += tilted.mass.ln() + tilted.log_rest - log_normal(site.centre - mean, variance + site.variance);
                if round < ROUNDS {
                    sites[t] = Site::of(tilted.shift, tilted.remaining, mean, variance).or(sites[t]);
                }
            }
            if round < ROUNDS {
                pass = self.pass(&node, &mut sites, false);
            }
        }
        Node { log_likelihood: pass.log_likelihood + gap, state: pass.state, doubt: pass.doubt, ..node }
    }

    /// The filter over the sites; the first time it makes them on its way.
    fn pass(&self, node: &Node, sites: &mut [Option<Site>], make: bool) -> Pass {
        let (smoothing, variance) = (self.recursion.smoothing(), node.sigma * node.sigma);
        let (mut state, mut doubt) = self.begin();
        let mut log_likelihood = 0.0;
        let mut years = Vec::with_capacity(sites.len());
        for (t, cell) in self.cells() {
            let gain = self.gain(t, doubt);
            let expected = smoothing.expected(state);
            let informative = cell.filter(|_| t > 0);
            if let Some(cell) = informative.filter(|_| make) {
                let before = gain.variance * variance;
                let tilted = tilt(cell, expected, before.sqrt());
                sites[t] = Site::of(tilted.shift, tilted.remaining, expected, before);
            }
            let Some(site) = sites[t].filter(|_| informative.is_some()) else {
                (state, doubt) = self.passed_over(t, state, doubt, node.sigma);
                years.push(Passed::default());
                continue;
            };
            let gain = gain.jolted(Jolt::Outlier, site.variance / variance);
            let e = site.centre - expected;
            log_likelihood += log_normal(e, gain.variance * variance);
            state = smoothing.advanced(state, gain, e);
            doubt = gain.seen();
            let precision = 1.0 / (gain.variance * variance);
            years.push(Passed { weighed: e * precision, precision, gain: [gain.level(), gain.slope()] });
        }
        Pass { years, state, doubt, log_likelihood }
    }
}

fn log_normal(x: f64, variance: f64) -> f64 {
    -0.5 * ((std::f64::consts::TAU * variance).ln() + x * x / variance)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::grid::Grid;
    use super::super::member::{Member, Shared};
    use super::super::posterior::{Evidence, own_gains};
    use crate::dist::{Component, Continuous, Predictive as _, Support};
    use crate::series::{Series, Training, Year};

    const SHARED: Shared = Shared { shape: 3.0, level: 4.0, poisson: 1.0, wild: 0.0, jolt: 0.0 };
    const SCALE: f64 = 20.0;
    const MEMBERS: [Member; 4] = [
        Member { alpha: 1.0, beta: 0.0, phi: 0.0, lambda: 1.0, tau: 0.2, s: 0.3, drift: 0.0 },
        Member { alpha: 0.4, beta: 0.1, phi: 0.9, lambda: 0.5, tau: 0.2, s: 0.3, drift: 0.0 },
        Member { alpha: 0.0, beta: 0.0, phi: 1.0, lambda: 0.25, tau: 0.2, s: 0.4, drift: 0.0 },
        Member { alpha: 0.8, beta: 0.0, phi: 0.0, lambda: 0.25, tau: 0.2, s: 0.5, drift: 0.0 },
    ];

    /// Log evidence and the law of the year after next.
    fn seen(member: &Member, series: &Series) -> (f64, Vec<Component>) {
        let training = Training::with_masks(series).unwrap();
        let grid = Arc::new(Grid::new(&[*member], &SHARED));
        let own = own_gains(&grid, &training);
        let evidence = Evidence::over(grid, &training, &[], Some(own), SCALE);
        let seen = evidence.see(0, member).unwrap();
        let laws = evidence.ahead(0, member, &seen, 2);
        (seen.log_evidence(), laws.iter().map(|(w, law)| law.marginals(*w).nth(1).unwrap()).collect())
    }

    fn series(values: &[f64]) -> Series {
        Series::new("s", Year::new(2015).unwrap(), values).unwrap()
    }

    /// Every way to fill the masked cells with counts.
    fn filled(values: &[f64], masks: &[(usize, f64, f64)]) -> Vec<Vec<f64>> {
        let Some(((at, lower, upper), rest)) = masks.split_first() else { return vec![values.to_vec()] };
        let mut all = Vec::new();
        let mut k = *lower;
        while k <= *upper {
            let mut one = values.to_vec();
            one[*at] = k;
            all.extend(filled(&one, rest));
            k += 1.0;
        }
        all
    }

    fn masked(values: &[f64], masks: &[(usize, f64, f64)]) -> Series {
        let year = |i: usize| Year::new(2015 + i64::try_from(i).unwrap()).unwrap();
        masks.iter().fold(series(values), |s, &(i, lower, upper)| s.with_censored(year(i), lower, upper).unwrap())
    }

    #[test]
    fn a_masked_cell_is_all_the_counts_it_may_hold_taken_together() {
        for member in &MEMBERS {
            for masks in [
                vec![(3, 0.0, 4.0)],
                vec![(2, 0.0, 4.0), (4, 0.0, 4.0)],
                vec![(5, 10.0, 30.0)],
                vec![(1, 1.0, 9.0), (2, 0.0, 4.0), (5, 0.0, 4.0)],
            ] {
                let values = [12.0, 9.0, 14.0, 8.0, 6.0, 9.0];
                let (ours, law) = seen(member, &masked(&values, &masks));
                let each: Vec<(f64, Vec<Component>)> =
                    filled(&values, &masks).iter().map(|v| seen(member, &series(v))).collect();
                let total = each.iter().map(|(log, _)| log.exp()).sum::<f64>();
                assert!((ours - total.ln()).abs() < 0.01, "{ours} against {} with {masks:?} by {member:?}", total.ln());
                let parts = each.into_iter().flat_map(|(log, laws)| {
                    let share = log.exp() / total;
                    laws.into_iter().map(move |c| Component { weight: share * c.weight, ..c })
                });
                let brute = Continuous::mixture(parts.collect(), Support::NonNegative);
                let ours = Continuous::mixture(law, Support::NonNegative);
                let width = brute.quantile(0.975) - brute.quantile(0.025);
                for p in [0.025, 0.1, 0.5, 0.9, 0.975] {
                    let miss = ours.quantile(p) - brute.quantile(p);
                    assert!(miss.abs() < 0.01 * width, "{p}: {miss} of {width} with {masks:?} by {member:?}");
                }
            }
        }
    }

    #[test]
    fn a_masked_first_year_leaves_the_level_in_doubt() {
        // The first year sets the level and is no evidence itself, so its counts are averaged, not summed. A normal law of the
        // variance of its cell must bring the evidence four fifths of the way from a sure first year to that average.
        let values = [12.0, 9.0, 14.0, 8.0, 6.0, 9.0];
        let masks = [(0, 2.0, 22.0)];
        for member in &MEMBERS {
            let (ours, _) = seen(member, &masked(&values, &masks));
            let (sure, _) = seen(member, &series(&values));
            let each: Vec<f64> = filled(&values, &masks).iter().map(|v| seen(member, &series(v)).0.exp()).collect();
            let averaged = (each.iter().sum::<f64>() / each.len() as f64).ln();
            assert!((ours - averaged).abs() < 0.2 * (sure - averaged).abs(), "{ours} for {averaged}, {sure} if sure");
        }
    }
}

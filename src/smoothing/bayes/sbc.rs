//! Simulation-based calibration: is the closed form the posterior of what it says it is?
//!
//! Draw the unknowns from their prior, a series given them, and ask the posterior for the probability of no more than what
//! was drawn: over many draws these probabilities are uniform. The first year and the scale are fixed in advance, as the
//! theory asks; eta is 1. Reference: Talts and others (2018), Validating Bayesian inference algorithms with
//! simulation-based calibration.

use std::sync::Arc;

use statrs::distribution::{ChiSquared, ContinuousCDF as _, Gamma};

use super::grid::Grid;
use super::member::{Member, Shared};
use super::posterior::{Evidence, Seen, log_sum};
use crate::numeric::rng::Stream;
use crate::numeric::special::{StudentT, normal};
use crate::series::{Series, Training, Unit, Year};

const DRAWS: usize = 4000;
const BINS: usize = 20;
const SHARED: Shared = Shared { shape: 3.0, level: 4.0, poisson: 0.0, wild: 0.0, jolt: 0.0 };

const MEMBERS: [Member; 5] = [
    Member { alpha: 1.0, beta: 0.0, phi: 0.0, lambda: 1.0, tau: 0.2, s: 0.1, drift: 0.0 },
    Member { alpha: 0.3, beta: 0.1, phi: 0.9, lambda: 1.0, tau: 1.0, s: 0.1, drift: 0.0 },
    Member { alpha: 0.0, beta: 0.0, phi: 1.0, lambda: 1.0, tau: 0.2, s: 0.1, drift: 0.0 },
    Member { alpha: 1.2, beta: 0.5, phi: 1.0, lambda: 1.0, tau: 1.0, s: 0.02, drift: 0.0 },
    Member { alpha: 0.5, beta: 0.3, phi: 0.8, lambda: 0.0, tau: 1.0, s: 0.1, drift: 0.0 },
];

/// What was drawn, and the series that came of it; the first year is the scale, 1.
struct Truth {
    variance: f64,
    level: f64,
    slope: f64,
    next: f64,
    training: Training,
}

/// Draws sigma^2, level and slope before the first year given that it came out as 1, then the years that follow.
fn drawn(member: &Member, years: usize, missing: &[usize], stream: &mut Stream) -> Truth {
    let variance = 2.0 * SHARED.shape * member.s * member.s / stream.chi_squared(2.0 * SHARED.shape);
    let sigma = variance.sqrt();
    let smoothing = member.smoothing();
    // l ~ N(0, V), b ~ N(0, tau^2), shock ~ N(0, 1), and their sum l + phi b + shock is 0: Matheron's rule
    let (v, t2) = (SHARED.level, member.tau * member.tau);
    let (l, b, e) = (v.sqrt() * stream.normal(), member.tau * stream.normal(), stream.normal());
    let miss = (l + member.phi * b + e) / (v + member.phi * member.phi * t2 + 1.0);
    let (l, b, e) = (l - v * miss, b - member.phi * t2 * miss, e - miss);
    let (mut level, mut slope) = (0.0 + member.alpha * e - e, member.phi * b + member.beta * e);
    assert!((l + member.phi * b + e).abs() < 1e-9);
    (level, slope) = (level * sigma, slope * sigma);
    let link = member.link(1.0);
    let mut values = vec![1.0];
    let mut year = |level: &mut f64, slope: &mut f64| {
        let e = sigma * stream.normal();
        let expected = *level + smoothing.phi * *slope;
        *slope = smoothing.phi * *slope + smoothing.beta * e;
        *level = expected + smoothing.alpha * e;
        expected + e
    };
    for t in 1..years {
        let z = year(&mut level, &mut slope);
        values.push(if missing.contains(&t) { f64::NAN } else { link.inverse(z) });
    }
    let (at_level, at_slope) = (level, slope);
    let next = year(&mut level, &mut slope);
    let series = Series::new("s", Year::new(2000).unwrap(), &values).unwrap().with_unit(Unit::Amount).unwrap();
    Truth { variance, level: at_level, slope: at_slope, next, training: Training::new(&series).unwrap() }
}

fn evidence(members: &[Member], training: &Training) -> Evidence {
    let grid = Arc::new(Grid::new(members, &SHARED));
    let own = super::posterior::own_gains(&grid, training);
    Evidence::over(grid, training, &[], Some(own), 1.0)
}

/// The p-value of Pearson's test that probabilities are uniform.
fn uniform(probabilities: &[f64]) -> f64 {
    let mut counts = [0.0; BINS];
    for p in probabilities {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability times twenty")]
        let bin = ((p * BINS as f64) as usize).min(BINS - 1);
        counts[bin] += 1.0;
    }
    let expected = probabilities.len() as f64 / BINS as f64;
    let statistic: f64 = counts.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
    ChiSquared::new(BINS as f64 - 1.0).unwrap().sf(statistic)
}

#[test]
fn what_the_posterior_says_of_each_unknown_is_true_as_often_as_it_says() {
    let cases: [(usize, &[usize]); 3] = [(2, &[]), (9, &[]), (12, &[3, 4, 11])];
    let tests = (MEMBERS.len() * cases.len() * 4) as f64;
    for (k, member) in MEMBERS.iter().enumerate() {
        for (years, missing) in cases {
            let mut found: [Vec<f64>; 4] = Default::default();
            let mut stream = Stream::new(7, &format!("sbc {k} {years}"));
            for _ in 0..DRAWS {
                let truth = drawn(member, years, missing, &mut stream);
                let Some(Seen::Closed { solved, .. }) = evidence(&[*member], &truth.training).see(0, member) else {
                    panic!("an amount has a closed form")
                };
                let student = StudentT::new(2.0 * solved.shape);
                let law = super::posterior::closed_ahead(&solved, member, 1.0, 1);
                let next = law.marginals(1.0).next().unwrap().kernel;
                let (level_sd, slope_sd) = solved.doubt.sds();
                let sigma = solved.sigma();
                // 1 / sigma^2 is gamma with shape a_n and rate b_n
                found[0].push(Gamma::new(solved.shape, solved.rate).unwrap().cdf(1.0 / truth.variance));
                if level_sd > 1e-9 {
                    found[1].push(student.cdf((truth.level - solved.state.level) / (sigma * level_sd)));
                }
                if slope_sd > 1e-9 {
                    found[2].push(student.cdf((truth.slope - solved.state.slope) / (sigma * slope_sd)));
                }
                found[3].push(next.cdf(truth.next));
            }
            for (what, probabilities) in ["sigma", "level", "slope", "next year"].iter().zip(&found) {
                let p = if probabilities.is_empty() { 1.0 } else { uniform(probabilities) };
                assert!(p > 0.01 / tests, "{what} of member {k} after {years} years: p = {p}");
            }
        }
    }
}

#[test]
fn the_weights_after_the_series_are_the_probabilities_of_the_members() {
    // the member is drawn with these probabilities, among them one on the logarithmic scale
    let pi = [0.3, 0.2, 0.2, 0.2, 0.1];
    let mut stream = Stream::new(7, "which member");
    let places = Grid::new(&MEMBERS, &SHARED).place;
    let (mut excess, mut variance) = ([0.0; 5], [0.0; 5]);
    for _ in 0..DRAWS {
        let mut left = stream.uniform();
        let drawn_from = pi.iter().position(|p| {
            left -= p;
            left < 0.0
        });
        let k = drawn_from.unwrap_or(4);
        let truth = drawn(&MEMBERS[k], 9, &[4], &mut stream);
        let evidence = evidence(&MEMBERS, &truth.training);
        let log = |i: usize| {
            evidence.see(places[i], &MEMBERS[i]).map_or(f64::NEG_INFINITY, |s| s.log_evidence() + pi[i].ln())
        };
        let logs: Vec<f64> = (0..5).map(log).collect();
        let total = log_sum(logs.iter().copied());
        for i in 0..5 {
            let w = (logs[i] - total).exp();
            excess[i] += f64::from(i == k) - w;
            variance[i] += w * (1.0 - w);
        }
    }
    for i in 0..5 {
        let p = 2.0 * normal::survival((excess[i] / variance[i].sqrt()).abs());
        assert!(p > 0.01 / 5.0, "member {i}: p = {p}");
    }
}

//! The year under way: what the count so far says about the whole year, and about the years after it.
//!
//! A model expects `P(Y)` of the year before it began. With y counted so far, whose likelihood the [`Course`] of a year
//! gives, Bayes' theorem has the law of the year on cells of outcomes,
//!
//! ```text
//! P(Y in cell | y) ~ P(Y in cell) P(y | Y)          Y >= y always
//! ```
//!
//! and it holds for each member of a mixture, whose weight is multiplied by what it expected of y, `Z_k = sum P_k P(y | Y)`.
//! The member's later years follow the first through its joint law: with mean m* and variance v* of the latent first year
//! after y, `E[z_i | y] = mu_i + C_i1 / C_11 (m* - mu_1)`, and the covariance of the rest likewise. This is done for every
//! model of the crate alike.
//!
//! What is expected is open to a year like no other, `P(Y) = (1 - q) P_model(Y) + q T(Y)` with ln Y about a wide Student-t
//! under T: where nothing that the model held possible agrees with y, because more is counted by May than it expected of the
//! year, the course alone speaks, and a note says so.

#![allow(clippy::indexing_slicing, reason = "one edge more than cells, and shapes that `is_sound` has checked")]

pub mod course;

pub use course::{Course, Measured, Seen};

use super::joint::{Joint, Law};
use super::latent::{Latent, Rows};
use super::mixture::{Member, Mixture};
use crate::dist::{Component, Continuous, Histogram, Predictive as _, Support};
use crate::error::Result;

/// Cells of the first look at where the year may end, and of those that follow, finer where it is likely.
const LOOKS: [usize; 3] = [48, 48, 128];
/// Quantiles of the expected law that are edges from the first look on.
const QUANTILES: [f64; 7] = [0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999];
/// The law ends at so many times what is counted pro rata, or what is expected where that is less.
const FAR: f64 = 30.0;
/// The chance of a year like no other, and the scale of its logarithm. Both were chosen on the three years before those that
/// the benchmark forecasts.
const CHANCE: f64 = 0.15;
const SPREAD: f64 = 1.0;
/// Above this share of such years the count so far has refuted what was expected.
const REFUTED: f64 = 0.9;
/// Members whose weight falls below this are dropped.
const NEGLIGIBLE: f64 = 1e-5;

/// The law of all years once the first is partly counted.
pub(super) struct Begun {
    pub(super) joint: Joint,
    /// Whether the count so far refuted what was expected.
    pub(super) refuted: bool,
}

/// The joint law after the count so far; `whole` for counts.
pub(super) fn begun(joint: &Joint, seen: &Seen, share: f64, whole: bool) -> Result<Begun> {
    match joint.law() {
        Law::Mixture(mixture) => mixture_begun(mixture, &mixture.first_expected(joint.widths()), seen, share, whole),
        Law::Averaged(averaged, _) => {
            let begun = |(weight, part): &(f64, Joint)| Ok((*weight, begun(part, seen, share, whole)?));
            let parts = averaged.parts.iter().map(begun).collect::<Result<Vec<_>>>()?;
            let refuted = parts.iter().all(|(_, part)| part.refuted);
            let parts = parts.into_iter().map(|(weight, part)| (weight, part.joint)).collect();
            Ok(Begun { joint: Joint::pooled(parts, averaged.how), refuted })
        }
        Law::Sampled(_) => Ok(Begun { joint: joint.clone(), refuted: false }),
    }
}

fn mixture_begun(mixture: &Mixture, expected: &Continuous, seen: &Seen, share: f64, whole: bool) -> Result<Begun> {
    let surprise = Surprise::about(expected, share);
    let cells = Cells::about(expected, seen, share, whole);
    let likelihood: Vec<f64> = cells.middles().map(|y| seen.likelihood(y)).collect();
    let mut found = Vec::new();
    let mut masses = vec![0.0; likelihood.len()];
    for Member { weight, latent } in &mixture.members {
        let law = FirstYear::of(latent.first(1.0), mixture.support);
        let mut own: Vec<f64> =
            cells.bounds(seen).map(|(from, pair)| surprise.open(law.between(from, pair[1]), pair)).collect();
        own.iter_mut().zip(&likelihood).for_each(|(mass, l)| *mass *= l);
        let total: f64 = own.iter().sum();
        masses.iter_mut().zip(&own).for_each(|(sum, mass)| *sum += weight * mass);
        found.push((weight * total, latent, own));
    }
    let total: f64 = found.iter().map(|(weight, ..)| weight).sum();
    let surprising: f64 =
        cells.edges.windows(2).zip(&likelihood).map(|(cell, l)| surprise.chance * surprise.between(cell) * l).sum();
    let members = found
        .into_iter()
        .filter(|(weight, ..)| *weight >= NEGLIGIBLE * total)
        .map(|(weight, latent, own)| {
            let (mean, variance) = cells.moments(&own, latent);
            (weight, after_first(latent, mean, variance))
        })
        .collect();
    // why the side: so little counted is as far from what was expected, but its later years are not too low.
    let refuted = surprising > REFUTED * total && seen.counted > share * expected.quantile(0.5);
    let first = Histogram::new(cells.edges.clone(), masses)?;
    Ok(Begun { joint: Joint::mixture(members, mixture.support).with_first(first), refuted })
}

/// A year like no other: the logarithm of its outcome is a Student-t of two degrees of freedom about that of the median
/// expected.
#[derive(Clone, Copy)]
struct Surprise {
    /// ln (median + 1/2)
    centre: f64,
    chance: f64,
}

impl Surprise {
    /// About the median expected of a year of which a share is over: the chance is full from three months on, since a year
    /// that has not begun is a year like those to come.
    fn about(expected: &Continuous, share: f64) -> Self {
        Self { centre: (expected.quantile(0.5).max(0.0) + 0.5).ln(), chance: CHANCE * (4.0 * share).min(1.0) }
    }

    /// The probability that such a year puts between two edges.
    fn between(self, cell: &[f64]) -> f64 {
        let below = |y: f64| {
            // the distribution function of Student's t with 2 degrees of freedom
            let t = ((y + 0.5).max(1e-9).ln() - self.centre) / SPREAD;
            0.5 + 0.5 * t / (2.0 + t * t).sqrt()
        };
        (below(cell[1]) - below(cell[0])).max(0.0)
    }

    /// The probability of a cell, the chance of such a year included.
    fn open(self, expected: f64, cell: &[f64]) -> f64 {
        (1.0 - self.chance) * expected + self.chance * self.between(cell)
    }
}

/// The law of the first year of one member.
enum FirstYear {
    Plain(Component),
    /// Drawn counts, whose law is laid out over the doubt in their mean.
    Counts(Continuous),
}

impl FirstYear {
    fn of(component: Component, support: Support) -> Self {
        match component.link.counts(0.0) {
            Some(_) => Self::Counts(Continuous::mixture(vec![component], support)),
            None => Self::Plain(component),
        }
    }

    fn between(&self, a: f64, b: f64) -> f64 {
        match self {
            Self::Plain(component) => component.quick_cdf(b) - if a.is_finite() { component.quick_cdf(a) } else { 0.0 },
            Self::Counts(law) => law.uncapped(b) - law.uncapped(a),
        }
        .max(0.0)
    }
}

/// The outcomes of the year, cell by cell.
struct Cells {
    edges: Vec<f64>,
    whole: bool,
}

impl Cells {
    /// Cells where the year may end after what was counted.
    fn about(expected: &Continuous, seen: &Seen, share: f64, whole: bool) -> Self {
        let least = seen.counted;
        // why an end: nothing that is seen speaks against a year a thousand times as large, and some mean would not exist.
        let top = expected.quantile(0.999);
        let far = top.max(FAR * ((least + 1.0) / share).min(top.max(least + 1.0)));
        let mass = |from: f64, to: f64| {
            let below = if from.is_finite() { expected.uncapped(from) } else { 0.0 };
            (expected.uncapped(to) - below).max(0.0)
        };
        let surprise = Surprise::about(expected, share);
        let mut cells = Self::between(least, far, LOOKS[0], whole);
        // why its quantiles too: early in a year `far` is so far that all that is expected lies in the first cell.
        cells.cut(QUANTILES.map(|p| expected.quantile(p)));
        for more in &LOOKS[1..] {
            let masses = cells.bounds(seen).zip(cells.middles());
            let opened = |from, cell: &[f64]| surprise.open(mass(from, cell[1]), cell);
            let masses = masses.map(|((from, cell), y)| seen.likelihood(y) * opened(from, cell)).collect();
            cells = cells.finer(masses, *more);
        }
        cells
    }

    /// The cells, each with the least outcome that falls into it: with nothing counted all below zero is zero.
    fn bounds(&self, seen: &Seen) -> impl Iterator<Item = (f64, &[f64])> + '_ {
        let least = if seen.counted > 0.0 { self.edges[0] } else { f64::NEG_INFINITY };
        self.edges.windows(2).enumerate().map(move |(i, cell)| (if i == 0 { least } else { cell[0] }, cell))
    }

    /// The cells cut where these outcomes fall between two edges.
    fn cut(&mut self, outcomes: [f64; QUANTILES.len()]) {
        let (least, most) = (self.edges[0], self.edges[self.edges.len() - 1]);
        let edge = |y: f64| if self.whole { (y + 0.5).round() - 0.5 } else { y };
        self.edges.extend(outcomes.map(edge).into_iter().filter(|y| *y > least && *y < most));
        self.edges.sort_unstable_by(f64::total_cmp);
        self.edges.dedup();
    }

    /// The cells cut into smaller ones, `more` in all, most where the law is.
    fn finer(&self, masses: Vec<f64>, more: usize) -> Self {
        // why the root: tails need cells too, and the shape of the law within a cell is not known yet.
        let roots: Vec<f64> = masses.into_iter().map(f64::sqrt).collect();
        let total: f64 = roots.iter().sum();
        let mut edges = vec![self.edges[0]];
        for (cell, root) in self.edges.windows(2).zip(roots) {
            // why finite: infinity over infinity would ask for as many cells as there are numbers.
            let share = if total > 0.0 && total.is_finite() { root / total } else { 0.0 };
            let most = if self.whole { cell[1] - cell[0] } else { f64::INFINITY };
            let pieces = (1.0 + share * more as f64).floor().min(most);
            let mut piece = 1.0;
            while piece < pieces {
                let edge = cell[0] + piece / pieces * (cell[1] - cell[0]);
                edges.push(if self.whole { (edge + 0.5).round() - 0.5 } else { edge });
                piece += 1.0;
            }
            edges.push(cell[1]);
        }
        edges.dedup();
        Self { edges, whole: self.whole }
    }

    /// So many cells from `least` on, each a little wider than the one before; for counts at least one whole number each.
    fn between(least: f64, most: f64, cells: usize, whole: bool) -> Self {
        let span = (most - least).max(if whole { 2.0 } else { 1e-9 * least.abs().max(1e-9) });
        let growth = 1.0 + 4.0 / cells as f64;
        let unit = span * (growth - 1.0) / (growth.powi(i32::try_from(cells).unwrap_or(i32::MAX)) - 1.0);
        let mut edges = vec![if whole { least - 0.5 } else { least }];
        let mut at = least;
        for i in 0..cells {
            let width = unit * growth.powi(i32::try_from(i).unwrap_or(i32::MAX));
            at = if whole { (at + width.max(1.0)).round().max(at + 1.0) } else { at + width };
            edges.push(if whole { at - 0.5 } else { at });
            if at > most {
                break;
            }
        }
        Self { edges, whole }
    }

    fn middles(&self) -> impl Iterator<Item = f64> + '_ {
        self.edges.windows(2).map(|pair| {
            let middle = 0.5 * (pair[0] + pair[1]);
            if self.whole { middle.round().max(pair[0] + 0.5) } else { middle }
        })
    }

    /// Mean and variance of the latent first year.
    fn moments(&self, masses: &[f64], latent: &Latent) -> (f64, f64) {
        let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
        let centre = latent.location[0];
        for (y, mass) in self.middles().zip(masses) {
            // why a quarter: zero has no place on a logarithm, and a count of zero is anything below a half.
            let z = latent.link.apply(if y == 0.0 { 0.25 } else { y }) - centre;
            (total, first, second) = (total + mass, first + mass * z, second + mass * z * z);
        }
        let mean = first / total;
        (centre + mean, (second / total - mean * mean).max(0.0))
    }
}

/// The law of all years when the latent first year has this mean and variance.
fn after_first(latent: &Latent, mean: f64, variance: f64) -> Latent {
    let h = latent.location.len();
    // the first year's own shock, as one more thing unknown
    let row = |i: usize| -> Vec<f64> {
        let shared = latent.shared.row(i).iter().copied();
        shared.chain(std::iter::once(latent.ripple[i])).collect()
    };
    let first = row(0);
    let size: f64 = first.iter().map(|c| c * c).sum();
    // why not for drawn counts: their latent number is the mean, of which one count says little.
    if latent.link.counts(0.0).is_some() || !(mean.is_finite() && variance.is_finite() && size > 0.0) {
        return latent.clone();
    }
    let deviation = variance.sqrt();
    let mut location = Vec::with_capacity(h);
    let mut shared: Vec<Vec<f64>> = Vec::with_capacity(h);
    for i in 0..h {
        let mut own = row(i);
        let along = own.iter().zip(&first).map(|(a, b)| a * b).sum::<f64>() / size;
        own.iter_mut().zip(&first).for_each(|(own, first)| *own -= along * first);
        own.push(along * deviation);
        location.push(latent.location[i] + along * (mean - latent.location[0]));
        shared.push(own);
    }
    Latent { location: location.into(), shared: Rows::from(shared), quiet: latent.quiet.max(1), ..latent.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three years of a random walk with shocks of 10 from 100.
    fn walk() -> Latent {
        Latent::new(vec![100.0; 3], Rows::of(std::iter::repeat_n([0.0; 1], 3)), vec![10.0; 3])
    }

    #[test]
    fn a_first_year_known_exactly_is_where_the_later_ones_start() {
        let after = after_first(&walk(), 130.0, 0.0);
        let sds: Vec<f64> = after.marginals(1.0).map(|law| law.kernel.scale()).collect();
        assert!(after.location.iter().all(|z| (z - 130.0).abs() < 1e-9));
        // a year later one shock, two years later two
        assert!(sds[0] < 1e-9 && (sds[1] - 10.0).abs() < 1e-9 && (sds[2] - 200.0_f64.sqrt()).abs() < 1e-9, "{sds:?}");
    }

    #[test]
    fn a_first_year_that_nothing_is_known_of_changes_nothing() {
        let after = after_first(&walk(), 100.0, 100.0);
        for (before, after) in walk().marginals(1.0).zip(after.marginals(1.0)) {
            let (before, after) = (before.kernel, after.kernel);
            assert!(
                (before.scale() - after.scale()).abs() < 1e-9 && (before.location() - after.location()).abs() < 1e-9
            );
        }
    }

    #[test]
    fn the_law_of_the_year_is_the_product_of_what_was_expected_and_what_is_seen() {
        let seen = Course::shipped().unwrap().seen(40.0, 0.5, Measured::Count, &[]);
        let joint = Joint::mixture(vec![(1.0, walk())], Support::NonNegative);
        let begun = begun(&joint, &seen, 0.5, true).unwrap();
        let law = &begun.joint.marginals()[0];
        let normal = |k: f64| {
            let cdf = |x: f64| crate::numeric::special::normal::cdf((x - 100.0) / 10.0);
            cdf(k + 0.5) - cdf(k - 0.5)
        };
        // a year like no other, by hand: t = ln(y + 1/2) - ln(100 + 1/2) under Student's t with 2 degrees of freedom
        let surprise = |k: f64| {
            let below = |y: f64| {
                let t = ((y + 0.5) / 100.5).ln();
                0.5 + 0.5 * t / (2.0 + t * t).sqrt()
            };
            below(k + 0.5) - below(k - 0.5)
        };
        let mass = |k: i32| {
            let k = f64::from(k);
            (0.85 * normal(k) + 0.15 * surprise(k)) * seen.likelihood(k)
        };
        // the law ends at thirty times pro rata: 30 (40 + 1) / 0.5
        let total: f64 = (40..2460).map(mass).sum();
        for k in [60, 70, 90, 100, 110, 130] {
            let (direct, ours) = ((40..=k).map(mass).sum::<f64>() / total, law.cdf(f64::from(k) + 0.5));
            assert!((direct - ours).abs() < 1e-3, "{k}: {ours} against {direct}");
        }
        assert!(!begun.refuted && law.cdf(39.5) == 0.0);
    }

    #[test]
    fn a_count_beyond_anything_expected_leaves_the_course_to_speak() {
        let seen = Course::shipped().unwrap().seen(4000.0, 0.5, Measured::Count, &[]);
        let joint = Joint::mixture(vec![(1.0, walk())], Support::NonNegative);
        let begun = begun(&joint, &seen, 0.5, true).unwrap();
        let law = &begun.joint.marginals()[0];
        assert!(begun.refuted && law.quantile(0.05) > 3999.0 && law.quantile(0.5) > 4500.0);
        assert!(begun.joint.marginals()[1].quantile(0.5) > 4500.0);
    }
}

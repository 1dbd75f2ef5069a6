//! The course of a year: what share of its count is in by a given day.
//!
//! Of a year's count Y, `y` are in when a share s of the year has gone. Counts come late: some cases are entered months
//! after, some years begin slowly. With a mean share m and a concentration c,
//!
//! ```text
//! y | Y ~ BetaBinomial(Y, c m, c (1 - m))           amounts: y / Y ~ Beta(c m, c (1 - m))
//! ```
//!
//! m and c differ from series to series, and nobody knows them for a new one: they have a law of their own, a weight for each
//! node of a grid in `logit m - logit s` and c, a grid for each month, learned from monthly counts of other places and
//! embedded (`course.json`). What had been counted by the same day in earlier years of the series itself adds to the weights
//! as in a Polya urn: the year runs as one of them did, a recent one rather, or as the law of other places has it,
//!
//! ```text
//! weight of node k ~ 4 pi_k + sum over earlier years of 0.8^(age - 1) P(k | that year)      P(k | y of Y) ~ pi_k P(y | Y, k)
//! ```
//!
//! A hundredth of pi lies beyond what was learned, for registers that are filled in December, or in January. And some years
//! run like no other: with the chance 0.4 (1 - s) the concentration is 2 about the same mean share.
//!
//! References: Johnson, Kemp and Kotz (2005), section 6.2.2, for the beta-binomial law; Kiefer and Wolfowitz (1956) for a
//! law of parameters learned as weights; Blackwell and `MacQueen` (1973) for the urn.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::json;
use crate::numeric::special::binomial::beta_cdf;
use crate::numeric::special::gamma::{ln_gamma, ln_gamma_ratio};
use crate::series::EarlierYear;

/// Nodes of less than this share of the greatest weight, once a series has spoken, are left out.
const NEGLIGIBLE: f64 = 0.002;

/// The weight of other places beside a series' earlier years, and what is left of the weight of such a year a year later. Both,
/// and the next two, were chosen on the three years before those that the benchmark forecasts.
const OTHERS: f64 = 4.0;
const FADING: f64 = 0.8;
/// The chance of a year that runs like no other, times the share of it that is to come, and the concentration of such a year.
const UNLIKE: f64 = 0.4;
const LOOSE: f64 = 2.0;

/// What other places teach about the course of a year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Where it was learned: a line a source.
    pub sources: Vec<String>,
    /// After 1, 2, ..., 11 months.
    pub months: Vec<Vec<Node>>,
    /// The same in every month: registers that run as none of those learned from, beside the weight of one of the month's.
    pub beyond: Vec<Node>,
}

/// One possibility, with its weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(f64, f64, f64)", into = "(f64, f64, f64)")]
pub struct Node {
    /// Weight; those of a month add up to one.
    pub weight: f64,
    /// `logit m - logit s`: below zero where counts come late.
    pub offset: f64,
    /// Concentration c: the larger, the more alike the years.
    pub concentration: f64,
}

impl From<(f64, f64, f64)> for Node {
    fn from((weight, offset, concentration): (f64, f64, f64)) -> Self {
        Self { weight, offset, concentration }
    }
}

impl From<Node> for (f64, f64, f64) {
    fn from(node: Node) -> Self {
        (node.weight, node.offset, node.concentration)
    }
}

static SHIPPED: LazyLock<Result<Course>> = LazyLock::new(|| {
    json::from_str(include_str!("course.json"))
        .map_err(|e| Error::BadJson { expected: "course".to_owned(), problem: e.to_string() })
});

impl Course {
    /// The shipped course.
    ///
    /// # Errors
    /// None: the file is part of the crate and tested.
    pub fn shipped() -> Result<&'static Self> {
        SHIPPED.as_ref().map_err(Clone::clone)
    }

    /// What share of its count is in when `share` of a year has gone, for a series of which nothing else is known: beta laws
    /// with weights that add up to one.
    pub fn shares(&self, share: f64) -> Vec<Share> {
        self.weighed(share, &[], Measured::Count)
    }

    /// What `counted` says of the count of the whole year, in a series with these earlier years.
    pub fn seen(&self, counted: f64, share: f64, measured: Measured, earlier: &[EarlierYear]) -> Seen {
        let mut nodes = self.weighed(share, earlier, measured);
        let unlike = UNLIKE * (1.0 - share);
        let mean: f64 = nodes.iter().map(|node| node.weight() * node.a / (node.a + node.b)).sum();
        for node in &mut nodes {
            node.log_weight += (-unlike).ln_1p();
        }
        nodes.push(Share::new(unlike.ln(), mean, LOOSE));
        Seen::new(counted, measured, nodes)
    }

    /// The nodes for a share of the year, with what earlier years of the series add to their weights.
    fn weighed(&self, share: f64, earlier: &[EarlierYear], measured: Measured) -> Vec<Share> {
        let logit = (share / (1.0 - share)).ln();
        let mut nodes: Vec<Share> = self
            .at(share)
            .iter()
            .chain(&self.beyond)
            .map(|&Node { weight, offset, concentration }| {
                let mean = 1.0 / (1.0 + (-(logit + offset)).exp());
                Share::new(weight.ln(), mean, concentration)
            })
            .collect();
        normalise(&mut nodes);
        let mut weights: Vec<f64> = nodes.iter().map(|node| OTHERS * node.weight()).collect();
        for year in earlier {
            let mut of_year = nodes.clone();
            for node in &mut of_year {
                node.log_weight += node.log_likelihood(year.by_then, year.became, measured);
            }
            // why the question: a year of nothing, or beyond all counting, may be possible under no node.
            if normalise(&mut of_year) {
                let urn = FADING.powi(i32::try_from(year.age).unwrap_or(i32::MAX) - 1);
                weights.iter_mut().zip(&of_year).for_each(|(weight, node)| *weight += urn * node.weight());
            }
        }
        nodes.iter_mut().zip(&weights).for_each(|(node, weight)| node.log_weight = weight.ln());
        let most = nodes.iter().map(|node| node.log_weight).fold(f64::NEG_INFINITY, f64::max);
        nodes.retain(|node| node.log_weight > most + NEGLIGIBLE.ln());
        normalise(&mut nodes);
        nodes
    }

    /// The nodes for a share of the year: those of the months on either side, by concentration.
    fn at(&self, share: f64) -> Vec<Node> {
        let last = self.months.len().saturating_sub(1);
        let month = (12.0 * share - 1.0).clamp(0.0, last as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the months")]
        let before = (month as usize).min(last);
        let after = month - before as f64;
        let of = |i: usize, part: f64| {
            let nodes = self.months.get(i).into_iter().flatten();
            nodes.map(move |node| Node { weight: part * node.weight, ..*node })
        };
        let mut nodes: Vec<Node> =
            of(before, 1.0 - after).chain(of(before + 1, after)).filter(|node| node.weight > 0.0).collect();
        nodes.sort_by(|a, b| a.concentration.total_cmp(&b.concentration).then_with(|| a.offset.total_cmp(&b.offset)));
        nodes.dedup_by(|next, node| {
            let same = (next.offset, next.concentration) == (node.offset, node.concentration);
            if same {
                node.weight += next.weight;
            }
            same
        });
        nodes
    }
}

/// Makes the weights add up to one; false, and nothing done, if none is a number above zero.
fn normalise(nodes: &mut [Share]) -> bool {
    let most = nodes.iter().map(|node| node.log_weight).fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return false;
    }
    let total = most + nodes.iter().map(|node| (node.log_weight - most).exp()).sum::<f64>().ln();
    for node in nodes {
        node.log_weight -= total;
    }
    true
}

/// What a year is measured in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measured {
    /// Whole numbers.
    Count,
    /// Real numbers, of which those below half of `resolution` print as zero.
    Amount {
        /// The unit of the last decimal place in use.
        resolution: f64,
    },
}

/// What was counted so far, as evidence on the count of the whole year.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The count so far.
    pub counted: f64,
    measured: Measured,
    nodes: Vec<Share>,
    /// Weight and [`Share::of_counted`] of each node, as a logarithm.
    of_counted: Vec<f64>,
}

/// From such counts on the logarithms of factorials have lost the digits of their differences.
const LARGE: f64 = 1e8;

/// A beta law of the share, with its weight.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    log_weight: f64,
    concentration: f64,
    /// First parameter: of what is in.
    pub a: f64,
    /// Second parameter: of what is to come.
    pub b: f64,
    /// lnG(a + b) - lnG(a) - lnG(b)
    constant: f64,
}

impl Share {
    fn new(log_weight: f64, mean: f64, concentration: f64) -> Self {
        // why: a mean of exactly 0 or 1, as of a year of which less than a number's last digit is left, has no beta law.
        let mean = mean.clamp(1e-12, 1.0 - 1e-12);
        let (a, b) = (concentration * mean, concentration * (1.0 - mean));
        Self { log_weight, concentration, a, b, constant: ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) }
    }

    /// Its weight.
    pub fn weight(&self) -> f64 {
        self.log_weight.exp()
    }

    /// What of ln P(y | Y) a count of the whole year does not change.
    fn of_counted(&self, y: f64) -> f64 {
        self.constant + ln_gamma(y + self.a)
    }

    /// ln P(y | Y), or the density of an amount.
    fn log_likelihood(&self, y: f64, total: f64, measured: Measured) -> f64 {
        let Self { a, b, constant, .. } = *self;
        if total < y {
            return f64::NEG_INFINITY;
        }
        if let Measured::Amount { resolution } = measured
            && y < 0.5 * resolution
        {
            // why a probability: an amount of zero is anything that prints as zero.
            return beta_cdf(a, b, (0.5 * resolution / total).min(1.0)).ln();
        }
        let rest = total - y;
        if measured == Measured::Count {
            if total >= LARGE {
                let counted = ln_gamma_ratio(y, a, 1.0) + ln_gamma_ratio(rest, b, 1.0);
                return constant + counted + ln_gamma_ratio(total, 1.0, a + b);
            }
            return ln_ways(y, total) + self.of_counted(y) + ln_gamma(rest + b) - ln_gamma(total + self.concentration);
        }
        // why a thousandth: the density of a share of exactly 1 may be infinite.
        let share = (y / total).min(0.999);
        constant + (a - 1.0) * share.ln() + (b - 1.0) * (1.0 - share).ln() - total.ln()
    }
}

/// ln of the number of ways to choose y of a total.
fn ln_ways(y: f64, total: f64) -> f64 {
    ln_gamma(total + 1.0) - ln_gamma(y + 1.0) - ln_gamma(total - y + 1.0)
}

impl Seen {
    fn new(counted: f64, measured: Measured, nodes: Vec<Share>) -> Self {
        let of_counted = nodes.iter().map(|node| node.log_weight + node.of_counted(counted)).collect();
        Self { counted, measured, nodes, of_counted }
    }

    /// The likelihood of a count of the whole year, up to a factor.
    pub fn likelihood(&self, total: f64) -> f64 {
        if self.measured == Measured::Count && total >= self.counted && total < LARGE {
            return self.of_small(total);
        }
        let one = |node: &Share| (node.log_weight + node.log_likelihood(self.counted, total, self.measured)).exp();
        self.nodes.iter().map(one).sum()
    }

    /// The same for counts that leave the digits of their factorials: what many nodes share is computed once.
    fn of_small(&self, total: f64) -> f64 {
        let (ways, rest) = (ln_ways(self.counted, total), total - self.counted);
        let (mut of_total, mut sum, mut negligible) = ((f64::NAN, 0.0), 0.0, f64::NEG_INFINITY);
        for (node, of_counted) in self.nodes.iter().zip(&self.of_counted) {
            if !node.concentration.total_cmp(&of_total.0).is_eq() {
                of_total = (node.concentration, ln_gamma(total + node.concentration));
            }
            let log = of_counted + ln_gamma(rest + node.b) - of_total.1 + ways;
            if log > negligible {
                sum += log.exp();
                negligible = negligible.max(log - 40.0);
            }
        }
        sum
    }
}

/// One full year of a series by month, for learning.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Weight of the year.
    pub weight: f64,
    /// Counts of the twelve months.
    pub months: [f64; 12],
}

/// Learns the course of a year: the weights of a grid, for each month by expectation and maximisation of
/// `sum_i omega_i ln sum_k pi_k P(y_i | Y_i, k)`; a share of each step's weights is spread evenly.
pub fn learn(lessons: &[Lesson], sources: Vec<String>) -> Course {
    const STEPS: usize = 300;
    const SPREAD: f64 = 0.02;
    const LEAST: f64 = 0.002;
    let offsets = (-12..=6).map(|i| 0.25 * f64::from(i));
    let concentrations = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0];
    let grid: Vec<(f64, f64)> = offsets.flat_map(|o| concentrations.map(|c| (o, c))).collect();
    let months = (1..12).map(|month| {
        let share = f64::from(month) / 12.0;
        let logit = (share / (1.0 - share)).ln();
        let like: Vec<(f64, Vec<f64>)> = lessons
            .iter()
            .filter_map(|lesson| {
                let total: f64 = lesson.months.iter().sum();
                let by_then: f64 = lesson.months.iter().take(usize::try_from(month).ok()?).sum();
                let one = |&(offset, c): &(f64, f64)| {
                    let mean = 1.0 / (1.0 + (-(logit + offset)).exp());
                    let node = Share::new(0.0, mean, c);
                    node.log_likelihood(by_then, total, Measured::Count).exp()
                };
                (total > 0.0).then(|| (lesson.weight, grid.iter().map(one).collect()))
            })
            .collect();
        let all: f64 = like.iter().map(|(weight, _)| weight).sum();
        let mut pi = vec![1.0 / grid.len() as f64; grid.len()];
        for _ in 0..STEPS {
            let mut next = vec![SPREAD / grid.len() as f64; grid.len()];
            for (weight, of) in &like {
                let sum: f64 = pi.iter().zip(of).map(|(p, l)| p * l).sum();
                let factor = (1.0 - SPREAD) * weight / all / sum.max(f64::MIN_POSITIVE);
                next.iter_mut().zip(&pi).zip(of).for_each(|((n, p), l)| *n += factor * p * l);
            }
            let sum: f64 = next.iter().sum();
            pi = next.iter().map(|p| p / sum).collect();
        }
        let kept: Vec<(f64, f64, f64)> =
            grid.iter().zip(&pi).filter(|(_, p)| **p >= LEAST).map(|(&(o, c), &p)| (p, o, c)).collect();
        let left: f64 = kept.iter().map(|(p, ..)| p).sum();
        kept.into_iter().map(|(p, o, c)| Node::from(((p / left * 1e6).round() / 1e6, o, c))).collect()
    });
    Course { sources, months: months.collect(), beyond: beyond() }
}

/// Offsets that no place learned from has: from registers entered in the last days of a year to those all but closed in its
/// first. Their weight, chosen like [`UNLIKE`], costs a fifth of a per cent of the score.
fn beyond() -> Vec<Node> {
    const WEIGHT: f64 = 0.01;
    const OFFSETS: [f64; 10] = [-8.0, -7.0, -6.0, -5.0, -4.25, -3.5, 2.0, 3.0, 4.0, 5.0];
    let weight = WEIGHT / OFFSETS.len() as f64;
    OFFSETS.into_iter().map(|offset| Node { weight, offset, concentration: 8.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likelihood_of_counts_adds_up_to_one_over_what_may_be_counted() {
        let node = Share::new(0.0, 2.5 / 6.5, 6.5);
        let total: f64 = (0..=30).map(|y| node.log_likelihood(f64::from(y), 30.0, Measured::Count).exp()).sum();
        assert!((total - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_share_of_one_half_by_hand() {
        // a = b = 1: y of Y is uniform on 0..Y, so the likelihood is 1 / (Y + 1)
        let flat = vec![Node { weight: 1.0, offset: 0.0, concentration: 2.0 }];
        let course = Course { sources: vec![], months: vec![flat; 11], beyond: vec![] };
        let seen = course.seen(3.0, 0.5, Measured::Count, &[]);
        assert!((seen.likelihood(9.0) - 0.1).abs() < 1e-12 && seen.likelihood(2.0) == 0.0);
    }

    #[test]
    fn totals_beyond_all_counting_keep_their_likelihood() {
        // by hand as above: 1 / (Y + 1), whatever y
        let flat = Share::new(0.0, 0.5, 2.0);
        for total in [10.0, 1e6, 0.99e8, 1.01e8, 1e12, 1e20, 1e200] {
            for y in [0.0, 7.0, 0.5 * total] {
                let error = flat.log_likelihood(y, total, Measured::Count) + f64::ln_1p(total);
                assert!(error.abs() < 1e-6, "{y} of {total}: {error}");
            }
        }
        // and where shares are sure, the two ways of computing meet
        let sure = Share::new(0.0, 0.4, 500.0);
        let [below, above] = [0.999_999e8, 1.000_001e8].map(|total| sure.log_likelihood(30.0, total, Measured::Count));
        assert!((below - above).abs() < 0.01, "{below} {above}");
    }

    fn by_node(course: &Course, earlier: &[EarlierYear]) -> Vec<f64> {
        course.seen(10.0, 0.5, Measured::Count, earlier).nodes.iter().map(Share::weight).collect()
    }

    #[test]
    fn earlier_years_of_the_series_add_to_the_weights() {
        let node = |weight, offset| Node { weight, offset, concentration: 100.0 };
        let course =
            Course { sources: vec![], months: vec![vec![node(0.5, -2.0), node(0.5, 0.0)]; 11], beyond: vec![] };
        // half of the year gone and a tenth counted: the late node, m = 1 / (1 + e^2) = 0.12, for certain
        let late = |age| EarlierYear { age, by_then: 10.0, became: 100.0 };
        let told = by_node(&course, &[late(2), late(1)]);
        // by hand: 4 / 2 + 0.8 + 1 of the late node, 4 / 2 of the other, and of all this what 0.4 / 2 leaves
        let expected = [0.8 * 3.8 / 5.8, 0.8 * 2.0 / 5.8, 0.2];
        assert!(told.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{told:?}");
    }

    #[test]
    fn a_single_earlier_year_of_nothing_says_nothing() {
        let course = Course::shipped().unwrap();
        let nothing = EarlierYear { age: 1, by_then: 0.0, became: 0.0 };
        let (told, untold) = (by_node(course, &[nothing]), by_node(course, &[]));
        assert!(told.iter().zip(&untold).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn so_much_may_be_counted_early_or_late_because_some_years_run_like_no_other() {
        // a year sure to be half over at half-time, of which 10 are counted: 200 is ruled out but for the loose node
        let sure = Node { weight: 1.0, offset: 0.0, concentration: 512.0 };
        let course = Course { sources: vec![], months: vec![vec![sure]; 11], beyond: vec![] };
        let seen = course.seen(10.0, 0.5, Measured::Count, &[]);
        // by hand: its concentration of 2 about a half is the uniform law, 1 / 201
        assert!((seen.likelihood(200.0) - 0.2 / 201.0).abs() < 1e-9);
    }

    #[test]
    fn a_register_filled_in_december_is_believed_once_told_of() {
        let course = Course::shipped().unwrap();
        let december = |age| EarlierYear { age, by_then: 4.0, became: 200.0 };
        // 3 of it in by the end of November: how much likelier 150 is than 4
        let odds = |earlier: &[EarlierYear]| {
            let seen = course.seen(3.0, 11.0 / 12.0, Measured::Count, earlier);
            seen.likelihood(150.0) / seen.likelihood(4.0)
        };
        let told: Vec<EarlierYear> = (1..=6).map(december).collect();
        assert!(odds(&told) > 0.1 && odds(&[]) < 0.01, "{} {}", odds(&told), odds(&[]));
    }

    #[test]
    fn the_share_that_is_in_is_a_mixture_of_beta_laws() {
        // m = 1 / (1 + e^0.5) = 0.3775 and c = 10: a beta law of 3.775 and 6.225
        let node = Node { weight: 1.0, offset: -0.5, concentration: 10.0 };
        let course = Course { sources: vec![], months: vec![vec![node]; 11], beyond: vec![] };
        let shares = course.shares(0.5);
        assert!((shares[0].a - 3.775).abs() < 1e-3 && (shares[0].b - 6.225).abs() < 1e-3);
        let shipped = Course::shipped().unwrap().shares(0.3);
        assert!((shipped.iter().map(Share::weight).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_shipped_course_has_weights_for_every_month() {
        let course = Course::shipped().unwrap();
        assert_eq!(course.months.len(), 11);
        for month in &course.months {
            assert!((month.iter().map(|n| n.weight).sum::<f64>() - 1.0).abs() < 1e-3);
        }
        assert!(!course.sources.is_empty());
    }
}

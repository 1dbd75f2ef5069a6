//! The quantile of a mixture, quickly.
//!
//! A forecast asks for a dozen quantiles of a mixture of a hundred laws, each quantile takes a few steps of a root finder,
//! and each step needs every law's probability and density at one outcome. Laws of one link and one shape are kept
//! together: the link is applied once for all of them, and for the normal law and a Student-t of whole degrees of freedom
//! the numbers are read off a table (see [`tabulated`]). The steps start from the quantile of a sketch, in which one law
//! stands for all that have about its centre and its width; from there one or two of Halley's steps do. Laws of counts have no
//! density: with one of them in the mixture, Newton's steps go from the normal score of the probability to the logarithm of
//! the count, where a law of counts is nearly a straight line, inside a bracket that begins at zero.

#![allow(clippy::indexing_slicing, reason = "places come from a search in the same list")]

use super::continuous::{Component, Support};
use super::link::Link;
use crate::numeric::special::tabulated::{self, At, Table};
use crate::numeric::special::{Ready, StudentT, normal};

/// How far from `p` the probability may be, as a share of the smaller tail, for Halley's step to be the last: its error is
/// a tenth of the cube of that, below 1e-9.
const NEAR: f64 = 0.001;
/// The same where only the count is wanted: the step's error is far below a fiftieth of it.
const NEAR_COUNT: f64 = 0.03;
/// The same for a sketch, which is a start and no answer.
const ROUGH: f64 = 0.05;
/// Bins of a sketch for the centres of the laws of a group, and for their widths.
const BINS: usize = 3;

/// How exactly a quantile is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The number itself.
    Number,
    /// The count that it rounds to.
    Count,
}

/// The laws of one link and one shape.
#[derive(Clone, Debug)]
struct Group {
    link: Link,
    /// None for normal laws.
    df: Option<f64>,
    unit: Unit,
    laws: Vec<Law>,
}

/// The law of location 0 and scale 1.
#[derive(Clone, Debug)]
enum Unit {
    Tabulated(&'static Table),
    Exact(StudentT),
}

/// A law with its weight in the mixture.
#[derive(Clone, Copy, Debug)]
struct Law {
    weight: f64,
    location: f64,
    scale: f64,
    /// 1 / scale
    inverse: f64,
}

impl Unit {
    fn new(df: Option<f64>) -> Self {
        match df {
            None => Self::Tabulated(tabulated::normal()),
            Some(df) => tabulated::student(df).map_or_else(|| Self::Exact(StudentT::new(df)), Self::Tabulated),
        }
    }

    /// The quantile, to six digits at least.
    fn quantile(&self, p: f64) -> f64 {
        match self {
            Self::Tabulated(table) => table.quantile(p),
            Self::Exact(student) => student.quantile(p),
        }
    }
}

/// The least and the greatest of some numbers.
#[derive(Clone, Copy, Debug)]
struct Span {
    least: f64,
    most: f64,
}

impl Span {
    const NOTHING: Self = Self { least: f64::INFINITY, most: f64::NEG_INFINITY };

    // why no `min` and `max`: they look for NaN first, and this is asked of every law.
    #[inline]
    fn with(self, x: f64) -> Self {
        Self { least: if x < self.least { x } else { self.least }, most: if x > self.most { x } else { self.most } }
    }

    /// Bins per unit, for `N` bins.
    fn bins<const N: usize>(self) -> f64 {
        // why a little room: the greatest falls into the last bin, not beyond it.
        N as f64 * (1.0 - 1e-9) / (self.most - self.least).max(f64::MIN_POSITIVE)
    }
}

impl Law {
    fn new(weight: f64, location: f64, scale: f64) -> Self {
        Self { weight, location, scale, inverse: 1.0 / scale }
    }
}

impl Group {
    /// Fewer laws: those of about the same centre and width stand together, as one law of their weight, centre and spread.
    fn sketch<const N: usize>(&self) -> Self {
        let (mut location, mut scale) = (Span::NOTHING, Span::NOTHING);
        for law in &self.laws {
            location = location.with(law.location);
            scale = scale.with(law.scale);
        }
        let (along, across) = (location.bins::<N>(), scale.bins::<N>());
        // weight, and sums of location, its square and squared scale; locations from the least
        let mut sums = [[[0.0; 4]; N]; N];
        for law in &self.laws {
            let from_least = law.location - location.least;
            let bin = |steps: f64| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to N")]
                let bin = steps as u32 as usize;
                bin.min(N - 1)
            };
            let sum = &mut sums[bin(from_least * along)][bin((law.scale - scale.least) * across)];
            let more = [1.0, from_least, from_least * from_least, law.scale * law.scale];
            sum.iter_mut().zip(more).for_each(|(sum, x)| *sum += law.weight * x);
        }
        // the variance of a Student-t is df / (df - 2) times its squared scale
        let share = self.df.map_or(1.0, |df| ((df - 2.0) / df).max(0.2));
        let mut laws = Vec::with_capacity(N * N);
        for &[weight, first, second, square] in sums.as_flattened().iter().filter(|sums| sums[0] > 0.0) {
            let mean = first / weight;
            let variance = square / weight + share * (second / weight - mean * mean).max(0.0);
            laws.push(Law::new(weight, location.least + mean, variance.sqrt()));
        }
        Self { laws, unit: self.unit.clone(), ..*self }
    }

    /// The latent laws at `z`.
    fn at(&self, z: f64) -> At {
        match &self.unit {
            Unit::Tabulated(table) => self.sum(z, |t| table.at(t)),
            Unit::Exact(student) => self.sum(z, |t| At::exact(Some(student), t)),
        }
    }

    #[inline]
    fn sum(&self, z: f64, unit: impl Fn(f64) -> At) -> At {
        let mut sum = At { mass: 0.0, density: 0.0, bend: 0.0 };
        for law in &self.laws {
            let at = unit((z - law.location) * law.inverse);
            let share = law.weight * law.inverse;
            sum.mass += law.weight * at.mass;
            sum.density += share * at.density;
            sum.bend += share * law.inverse * at.bend;
        }
        sum
    }
}

/// A mixture arranged for solving.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    groups: Vec<Group>,
    /// A law for each bin of each group, and a law for each group.
    sketch: Vec<Group>,
    outline: Vec<Group>,
    /// The least outcome.
    least: f64,
    /// Laws of counts with their weights.
    counts: Vec<(f64, Ready)>,
}

impl Mixture {
    pub(super) fn new(components: &[Component], support: Support) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut last = 0;
        let mut counts = Vec::new();
        for component in components {
            let Component { weight, kernel, link } = component;
            if let Some(law) = component.counts() {
                counts.push((*weight, law.ready()));
                continue;
            }
            let law = Law::new(*weight, kernel.location(), kernel.scale());
            let fits = |g: &Group| g.link == *link && g.df == kernel.df();
            if !groups.get(last).is_some_and(fits) {
                last = groups.iter().position(fits).unwrap_or(groups.len());
            }
            if let Some(group) = groups.get_mut(last) {
                group.laws.push(law);
            } else {
                let mut laws = Vec::with_capacity(components.len());
                laws.push(law);
                groups.push(Group { link: *link, df: kernel.df(), unit: Unit::new(kernel.df()), laws });
            }
        }
        let sketch: Vec<Group> = groups.iter().map(Group::sketch::<BINS>).collect();
        let outline = sketch.iter().map(Group::sketch::<1>).collect();
        let least = if support == Support::NonNegative { 0.0 } else { f64::NEG_INFINITY };
        Self { groups, sketch, outline, least, counts }
    }

    /// The outcome not exceeded with probability `p`, the least outcome at least.
    pub(super) fn quantile(&self, p: f64, wanted: Wanted) -> f64 {
        if !self.counts.is_empty() {
            return self.quantile_of_counts(p).max(self.least);
        }
        let (low, high) = bracket(&self.outline, p);
        // why asked first: steps that look for an outcome below the least one find nothing, and are many.
        let start = if low <= self.least && at(&self.sketch, self.least).mass >= p {
            self.least
        } else {
            let start = solve(&self.outline, p, 0.5 * (low + high), Near::within(10.0 * ROUGH), || (low, high));
            solve(&self.sketch, p, start, Near::within(ROUGH), || bracket(&self.sketch, p))
        };
        if start <= self.least && at(&self.groups, self.least).mass >= p {
            return self.least;
        }
        let bracket = || {
            let (low, high) = bracket(&self.groups, p);
            (low.max(self.least), high.max(self.least))
        };
        solve(&self.groups, p, start.max(self.least), Near { share: NEAR, wanted }, bracket)
    }

    /// Probability of at most `y` where some laws are of counts; none otherwise.
    pub(super) fn cdf_of_counts(&self, y: f64) -> Option<f64> {
        (!self.counts.is_empty()).then(|| self.with_counts(y).0)
    }

    /// The least of the laws' own quantiles at 1 - p and the greatest at p, those of counts aside.
    pub(super) fn reach(&self, p: f64) -> (f64, f64) {
        if self.groups.is_empty() { (0.0, 0.0) } else { (bracket(&self.groups, 1.0 - p).0, bracket(&self.groups, p).1) }
    }

    /// The quantile where some laws are of counts: Newton's steps for the normal score as a function of ln(y + 1/2) inside
    /// a bracket, with bisection where a step leaves it.
    fn quantile_of_counts(&self, p: f64) -> f64 {
        let (mut low, mut high) =
            if self.groups.is_empty() { (f64::INFINITY, f64::NEG_INFINITY) } else { bracket(&self.groups, p) };
        let centre = if self.groups.is_empty() { 0.0 } else { low.midpoint(high) };
        let (mut mean, mut square, mut share) = (0.0, 0.0, 0.0);
        for (weight, ready) in &self.counts {
            let law = ready.law();
            // why eight deviations beyond the mean to begin with: the bracket is moved out below if that is too few.
            (low, high) = (low.min(-0.5), high.max(law.mean() + 8.0 * law.deviation() + 1.0));
            share += weight;
            mean += weight * law.mean();
            square += weight * (law.deviation().powi(2) + law.mean().powi(2));
        }
        // The log-normal law of the same mean and variance is the start.
        let score = normal::quantile(p);
        (mean, square) = (mean / share + 0.5, (square + mean) / share + 0.25);
        let variance = (square / (mean * mean)).ln().max(0.0);
        let start = (mean.ln() - 0.5 * variance + score * variance.sqrt()).exp() - 0.5;
        let mut y = (share * start + centre).max(low).min(high);
        for _ in 0..1000 {
            // why 0.98: no law has more than 1/65 of its mass eight deviations above its mean (Cantelli).
            if p < 0.98 || self.with_counts(high).0 >= p {
                break;
            }
            (low, high) = (high, 2.0 * high + 1.0);
        }
        let mut farthest = f64::INFINITY;
        for _ in 0..1000 {
            if high - low <= 1e-14 * low.abs().max(high.abs()) {
                break;
            }
            let (mass, slope) = self.with_counts(y);
            let miss = mass - p;
            if miss < 0.0 {
                low = y;
            } else {
                high = y;
            }
            let (at, room) = (normal::quantile(mass), y + 0.5);
            let steepness = slope / normal::log_density(at).exp();
            let step = (score - at) / (steepness * room);
            let next = room * step.exp() - 0.5;
            // What is left of a step: its square, and the share by which the slope is not known.
            let size = (score - at).abs().max(step.abs());
            if size * size.max(0.05 * steepness * steepness) < 1e-11 && next.is_finite() {
                return next.max(low).min(high);
            }
            // why half: between laws far apart the steps may creep.
            let creeps = (score - at).abs() > 0.5 * farthest;
            farthest = (score - at).abs();
            y = if next > low && next < high && !creeps { next } else { middle(low, high) };
        }
        y
    }

    /// Probability of at most `y`, and the slope of that.
    fn with_counts(&self, y: f64) -> (f64, f64) {
        let At { mut mass, mut density, .. } = at(&self.groups, y);
        for (weight, law) in &self.counts {
            let at = law.at(y);
            mass += weight * at.below;
            density += weight * at.slope;
        }
        (mass, density)
    }
}

/// Where to cut a bracket: for outcomes that may be thousands of times apart, in between their logarithms.
fn middle(low: f64, high: f64) -> f64 {
    if high > 4.0 * low.max(1.0) { ((low.max(0.0) + 1.0) * (high + 1.0)).sqrt() - 1.0 } else { 0.5 * (low + high) }
}

/// Probability of at most `y`, density there and its slope.
fn at(groups: &[Group], y: f64) -> At {
    let mut sum = At { mass: 0.0, density: 0.0, bend: 0.0 };
    for group in groups {
        let z = group.link.apply(y);
        if z == f64::NEG_INFINITY {
            continue;
        }
        let At { mass, density, bend } = group.at(z);
        // by the chain rule for y = link^-1(z)
        let slope = group.link.slope(y);
        sum.mass += mass;
        sum.density += density * slope;
        sum.bend += bend * slope * slope + density * group.link.bend(y);
    }
    sum
}

/// The least and the greatest of the laws' own quantiles: the mixture's lies between.
fn bracket(groups: &[Group], p: f64) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut last: Option<(&Group, f64)> = None;
    for group in groups {
        // why looked up: the groups of a forecast differ in their links, not in their degrees of freedom.
        let unit = last
            .filter(|(group_before, _)| group_before.df == group.df)
            .map_or_else(|| group.unit.quantile(p), |(_, unit)| unit);
        last = Some((group, unit));
        let own = group.laws.iter().fold(Span::NOTHING, |span, law| span.with(law.location + law.scale * unit));
        low = low.min(group.link.inverse(own.least));
        high = high.max(group.link.inverse(own.most));
    }
    // why: the unit law's quantile is good to six digits.
    let room = 1e-5 * (high - low) + 1e-5 * low.abs().max(high.abs());
    (low - room, high + room)
}

/// Halley's steps from `start`; where the second does not end there, inside the bracket and with bisection where a step
/// leaves it. The bracket's lower end is the answer where the mass up to it is enough.
fn solve(groups: &[Group], p: f64, start: f64, near: Near, bracket: impl Fn() -> (f64, f64)) -> f64 {
    let first = Step::new(groups, p, start, near);
    if first.is_last {
        return first.next;
    }
    // why once more without: a bracket costs as much as two steps, and the second is mostly the last.
    let second = Step::new(groups, p, first.next, near);
    if second.is_last {
        return second.next;
    }
    let (mut low, mut high) = bracket();
    let (least, mut tried) = (low, false);
    let mut y = second.next.max(low).min(high);
    for _ in 0..200 {
        let step = Step::new(groups, p, y, near);
        // why: below the least outcome there is nothing to find, its mass sits on it.
        if step.miss >= 0.0 && y <= least {
            return least;
        }
        if step.is_last {
            return step.next.max(low).min(high);
        }
        if step.miss < 0.0 {
            (low, tried) = (y, true);
        } else {
            high = y;
        }
        if high - low <= 1e-14 * low.abs().max(high.abs()) {
            return y;
        }
        y = match step.next {
            inside if inside > low && inside < high => inside,
            // why without a number too: where the density vanishes the least outcome is as good a guess as any.
            below if (below <= low || below.is_nan()) && !tried => least,
            _ => middle(low, high),
        };
    }
    // why by logarithms at last: halving does not reach outcomes sixty orders of magnitude below the others.
    let mut below = low.max(f64::MIN_POSITIVE);
    for _ in 0..64 {
        if below >= high {
            break;
        }
        let between = (0.5 * (below.ln() + high.ln())).exp();
        if at(groups, between).mass >= p {
            high = between;
        } else {
            below = between;
        }
    }
    high
}

/// When a step is the last.
#[derive(Clone, Copy)]
struct Near {
    /// How far from `p` the probability before it may be, as a share of the smaller tail.
    share: f64,
    wanted: Wanted,
}

impl Near {
    fn within(share: f64) -> Self {
        Self { share, wanted: Wanted::Number }
    }
}

/// Whether what is left of a step from `y` to `next`, a fiftieth of it at most, cannot lead to another count.
fn is_one_count(y: f64, next: f64) -> bool {
    let from_border = (next - next.floor() - 0.5).abs();
    from_border > 0.02 * (next - y).abs() + 1e-9 * next.abs()
}

/// One of Halley's steps.
struct Step {
    /// Probability of at most the outcome, less that wanted.
    miss: f64,
    next: f64,
    /// Whether the next outcome is near enough.
    is_last: bool,
}

impl Step {
    fn new(groups: &[Group], p: f64, y: f64, near: Near) -> Self {
        let At { mass, density, bend } = at(groups, y);
        let miss = mass - p;
        let newton = miss / density;
        let curl = 0.5 * newton * bend / density;
        let next = y - newton / (1.0 - curl.clamp(-0.5, 0.5));
        // why the curl too: beside a spike of the density the mass is near though the root is far.
        let within = |share: f64| miss.abs() <= share * p.min(1.0 - p) && curl.abs() < 2.0 * share && next.is_finite();
        // why a look: between laws far apart the mass hardly rises, and a step across may land beyond the next of them.
        let far = (next - y).abs() > 0.01 * (y.abs() + next.abs());
        let is_near = within(near.share) && (!far || (at(groups, next).mass - p).abs() <= miss.abs());
        let is_last = is_near || near.wanted == Wanted::Count && !far && within(NEAR_COUNT) && is_one_count(y, next);
        Self { miss, next, is_last }
    }
}

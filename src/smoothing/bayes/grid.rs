//! The members of a prior arranged for weighing: what does not depend on the data is computed once, the rest in one sweep.
//!
//! How much does each of some hundred members make of a series, in microseconds? Two things help.
//!
//! - Members that differ in the expected size of the shocks only run through the same innovations: each recursion (alpha,
//!   beta, phi, lambda, tau, drift) is run once.
//! - The innovation variances `S_t`, the gains `k_t` and the doubt `P_t` follow from the recursion and from which years were
//!   observed, not from what was observed. They stand in a table with a row a year and a column a recursion; for series
//!   without gaps it is made once for a prior. What is left of the filter is
//!
//! ```text
//! e = z_t - l - phi b      l <- l + phi b + k_1 e      b <- phi b + k_2 e      squares <- squares + e^2 / S
//! ```
//!
//! which runs along the rows of the table, recursion beside recursion.
//!
//! Reference: West and Harrison (1997), section 4.3, for the filter and what in it depends on the data.

#![allow(
    clippy::indexing_slicing,
    reason = "rows of one number a recursion, made here; places are those that `find` gave out"
)]

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::super::recursion::{Doubt, State};
use super::cells::Scaled;
use super::member::{Member, Shared};
use super::wild::Leverages;

/// Series without gaps up to this many years are read off one table.
const TABULATED: usize = 64;

/// Members arranged for weighing.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) shared: Shared,
    /// The recursions in the order of [`by_recursion`]: each the first member that runs it, whatever its `s`.
    pub(super) recursions: Vec<Member>,
    /// The recursion of each member.
    pub(super) place: Vec<usize>,
    /// The sizes `s` with which each recursion occurs.
    pub(super) sizes: Vec<Vec<f64>>,
    /// The powers with their recursions.
    pub(super) powers: Vec<(f64, Range<usize>)>,
    /// The power of each recursion, as a place in `powers`.
    pub(super) power: Vec<usize>,
    phi: Vec<f64>,
    gains: OnceLock<Gains>,
    /// By the number of years, for series without gaps.
    leverages: Arc<[OnceLock<Leverages>]>,
}

/// Orders members by recursion, by power first.
fn by_recursion(a: &Member, b: &Member) -> std::cmp::Ordering {
    let key = |m: &Member| [m.lambda, m.alpha, m.beta, m.phi, m.tau, m.drift];
    let differ = key(a).into_iter().zip(key(b)).map(|(a, b)| a.total_cmp(&b));
    differ.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

impl Grid {
    pub(super) fn new(members: &[Member], shared: &Shared) -> Self {
        let mut recursions = members.to_vec();
        recursions.sort_by(by_recursion);
        recursions.dedup_by(|a, b| by_recursion(a, b).is_eq());
        let mut grid = Self {
            shared: *shared,
            phi: recursions.iter().map(|m| m.phi).collect(),
            place: Vec::new(),
            sizes: vec![Vec::new(); recursions.len()],
            powers: Vec::new(),
            power: Vec::new(),
            recursions,
            gains: OnceLock::new(),
            leverages: (0..=TABULATED).map(|_| OnceLock::new()).collect(),
        };
        for member in members {
            // why always: the recursions are those of the members.
            if let Some(place) = grid.find(member) {
                grid.place.push(place);
                grid.sizes[place].push(member.s);
            }
        }
        for (i, Member { lambda, .. }) in grid.recursions.iter().enumerate() {
            match grid.powers.last_mut() {
                Some((last, range)) if last.total_cmp(lambda).is_eq() => range.end = i + 1,
                _ => grid.powers.push((*lambda, i..i + 1)),
            }
            grid.power.push(grid.powers.len() - 1);
        }
        grid
    }

    /// The same for series whose wild years are looked for by name.
    pub(super) fn calm(&self) -> Self {
        Self { shared: Shared { wild: 0.0, ..self.shared }, ..self.clone() }
    }

    /// The place of a member's recursion.
    pub(super) fn find(&self, member: &Member) -> Option<usize> {
        self.recursions.binary_search_by(|probe| by_recursion(probe, member)).ok()
    }

    /// The table for series of so many years without a gap, if they are not too many.
    pub(super) fn without_gaps(&self, years: usize) -> Option<&Gains> {
        (years <= TABULATED).then(|| self.gains.get_or_init(|| self.table()))
    }

    /// What jolts are judged by in series of so many years without a gap, if they are not too many.
    pub(super) fn leverages(&self, years: usize) -> Option<&Leverages> {
        let table = |gains| Leverages::new(self, gains, years);
        Some(self.leverages.get(years)?.get_or_init(|| table(self.gains.get_or_init(|| self.table()))))
    }

    /// The damping of each recursion.
    pub(super) fn phi(&self) -> &[f64] {
        &self.phi
    }

    fn table(&self) -> Gains {
        Gains::new(&self.recursions, &self.shared, &[true; TABULATED])
    }

    /// All recursions over a series, given on the scale of each power; those of a power that cannot hold it stay at zero.
    pub(super) fn run(&self, gains: &Gains, series: &[Option<Scaled>]) -> Runs {
        let zeros = || vec![0.0; self.recursions.len()];
        let years = series.iter().flatten().map(|scaled| scaled.z.len()).max().unwrap_or(0);
        let innovations = vec![0.0; years * self.recursions.len()];
        let mut runs = Runs { level: zeros(), slope: zeros(), squares: zeros(), innovations };
        for ((_, range), scaled) in self.powers.iter().zip(series) {
            let Some(scaled) = scaled else { continue };
            let phi = &self.phi[range.clone()];
            let Runs { level, slope, squares, innovations } = &mut runs;
            let (level, slope) = (&mut level[range.clone()], &mut slope[range.clone()]);
            let first = scaled.z.first().copied().flatten().unwrap_or(0.0);
            for ((level, slope), member) in level.iter_mut().zip(slope.iter_mut()).zip(&self.recursions[range.clone()])
            {
                State { level: *level, slope: *slope } = member.begin(first);
            }
            for (t, z) in scaled.z.iter().enumerate() {
                let at = t * gains.width + range.start..t * gains.width + range.end;
                let row = [&gains.level, &gains.slope, &gains.precision].map(|numbers| &numbers[at.clone()]);
                let found = [&mut squares[range.clone()], &mut innovations[at.clone()]];
                year(z.unwrap_or(0.0), phi, row, level, slope, found);
            }
        }
        runs
    }
}

/// One year of neighbouring recursions. In a missing year, and in the first, gains and precision are zero.
fn year(z: f64, phi: &[f64], gains: [&[f64]; 3], level: &mut [f64], slope: &mut [f64], found: [&mut [f64]; 2]) {
    // why slices of one length: the compiler then needs no check of bounds and takes several recursions at a time.
    let n = phi.len();
    let [k1, k2, precision] = gains.map(|numbers| &numbers[..n]);
    let (level, slope) = (&mut level[..n], &mut slope[..n]);
    let [squares, innovations] = found.map(|numbers| &mut numbers[..n]);
    for i in 0..n {
        let damped = phi[i] * slope[i];
        let expected = level[i] + damped;
        let e = z - expected;
        level[i] = expected + k1[i] * e;
        slope[i] = damped + k2[i] * e;
        let weighed = e * precision[i];
        innovations[i] = weighed;
        squares[i] += e * weighed;
    }
}

/// Every recursion after the series.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    level: Vec<f64>,
    slope: Vec<f64>,
    /// Sum of `e_t^2 / S_t` over the observed years after the first.
    pub(super) squares: Vec<f64>,
    /// `e_t / S_t`: rows of one number a recursion, like the gains.
    pub(super) innovations: Vec<f64>,
}

impl Runs {
    pub(super) fn state(&self, place: usize) -> State {
        State { level: self.level[place], slope: self.slope[place] }
    }
}

/// What of the filter does not depend on the data, year by year: rows of one number a recursion.
#[derive(Clone, Debug)]
pub(super) struct Gains {
    width: usize,
    /// Gains of level and slope, and 1 / S; all zero in the first year, which sets the level, and in missing years.
    level: Vec<f64>,
    slope: Vec<f64>,
    precision: Vec<f64>,
    /// Sum of `ln S_t` up to the year.
    log_variance: Vec<f64>,
    /// The doubt at the end of the year.
    doubt: Vec<Doubt>,
}

impl Gains {
    /// The table of years that were observed or not.
    pub(super) fn new(recursions: &[Member], shared: &Shared, observed: &[bool]) -> Self {
        let width = recursions.len();
        let zeros = || vec![0.0; width * observed.len()];
        let mut gains = Self {
            width,
            level: zeros(),
            slope: zeros(),
            precision: zeros(),
            log_variance: zeros(),
            doubt: vec![Doubt::default(); width * observed.len()],
        };
        for (column, member) in recursions.iter().enumerate() {
            let smoothing = member.smoothing();
            let mut doubt = Doubt::independent(shared.level, member.tau * member.tau);
            let mut log_variance = 0.0;
            for (t, &seen) in observed.iter().enumerate() {
                let gain = smoothing.gain(doubt);
                let at = t * width + column;
                if seen && t > 0 {
                    (gains.level[at], gains.slope[at]) = (gain.level, gain.slope);
                    gains.precision[at] = 1.0 / gain.variance;
                    log_variance += gain.variance.ln();
                }
                doubt = if seen { gain.seen() } else { gain.missed() };
                (gains.log_variance[at], gains.doubt[at]) = (log_variance, doubt);
            }
        }
        gains
    }

    /// Gains of level and slope, and 1 / S, of a recursion in a year.
    pub(super) fn of(&self, year: usize, place: usize) -> [f64; 3] {
        let at = year * self.width + place;
        [self.level[at], self.slope[at], self.precision[at]]
    }

    /// Gains of level and slope of neighbouring recursions in one year.
    pub(super) fn row(&self, range: Range<usize>) -> [&[f64]; 2] {
        [&self.level[range.clone()], &self.slope[range]]
    }

    /// Sum of ln S and doubt of a recursion after so many years.
    pub(super) fn after(&self, years: usize, place: usize) -> (f64, Doubt) {
        let at = years.saturating_sub(1) * self.width + place;
        (self.log_variance[at], self.doubt[at])
    }
}

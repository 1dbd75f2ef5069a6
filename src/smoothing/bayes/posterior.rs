//! Every member after the series: evidence, state, and what it expects of the years ahead.

#![allow(clippy::indexing_slicing, reason = "places are those that the grid gave out")]

use std::cell::OnceCell;
use std::sync::Arc;

use super::super::recursion::{Doubt, State};
use super::super::variance::ahead;
use super::cells::{Scaled, scale};
use super::effects::{EffectFilter, EffectNode, Effects};
use super::grid::{Gains, Grid, Runs};
use super::lattice::{self, Sigma};
use super::member::{Member, Solved, log_constant};
use super::soft::{Lattice, Node};
#[cfg(test)]
use super::wild::Place;
use super::wild::{Drops, Jolts, Leverages, Odds, Wild};
use crate::forecast::Latent;
use crate::series::{Training, Unit};

/// A cell wider than this share of sigma is taken as the interval it is.
const WIDE: f64 = 0.3;

/// How many times s^2 counting or rounding may add. With s = 0.003: counts of a hundred and more are calm enough.
const DROWNED: f64 = 1000.0;

/// The most that rounding adds to s.
const COARSE: f64 = 0.003;

/// A member that has seen the series.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// sigma integrated out; beside the undisturbed series the wild years that may be in it, with their shares.
    Closed { log_evidence: f64, solved: Solved, wild: Vec<Wild> },
    /// sigma on a lattice, because cells are wide: each node with its share in the member.
    Soft { log_evidence: f64, lattice: Arc<Lattice>, shares: Vec<f64> },
    /// The same with effects of events and drivers.
    Moved { log_evidence: f64, nodes: Arc<Vec<EffectNode>>, shares: Vec<f64> },
}

impl Seen {
    /// The log evidence in units of the data, so that powers compare.
    pub(super) fn log_evidence(&self) -> f64 {
        match self {
            Self::Closed { log_evidence, .. } | Self::Soft { log_evidence, .. } | Self::Moved { log_evidence, .. } => {
                *log_evidence
            }
        }
    }
}

/// The law of the next `h` years, sigma integrated out.
pub(super) fn closed_ahead(solved: &Solved, member: &Member, scale: f64, h: usize) -> Latent {
    let latent = ahead(&member.smoothing(), solved.state, solved.doubt, solved.sigma(), h);
    Latent { df: Some(2.0 * solved.shape), link: member.link(scale), ..latent }
}

/// The law of the next `h` years at one value of sigma.
pub(super) fn node_ahead(node: &Node, member: &Member, scale: f64, h: usize) -> Latent {
    Latent { link: member.link(scale), ..ahead(&member.smoothing(), node.state, node.doubt, node.sigma, h) }
}

/// ln sum exp.
pub(super) fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY { most } else { most + logs.map(|l| (l - most).exp()).sum::<f64>().ln() }
}

/// A series as every member sees it.
pub(super) struct Evidence {
    grid: Arc<Grid>,
    pub(super) scale: f64,
    /// The series under each power of the grid; none where the power cannot hold it.
    powers: Vec<Option<Scaled>>,
    /// What counting, or rounding, adds to s^2.
    floor: f64,
    /// Observed years after the first.
    n: usize,
    years: usize,
    constant: f64,
    odds: Odds,
    /// For series with gaps, or too long for the table of the grid.
    own: Option<Gains>,
    runs: Runs,
    /// The recursions on the lattice of sigma, as far as they were asked for.
    lattices: Vec<OnceCell<Arc<Lattice>>>,
    /// What jolts take from `b_n`, once asked for.
    drops: OnceCell<Drops>,
    /// For series with gaps, or too long for the table of the grid; once asked for.
    leverages: OnceCell<Leverages>,
    /// The recursions with effects, likewise.
    moved: Vec<OnceCell<Arc<Vec<EffectNode>>>>,
}

impl Evidence {
    /// The evidence for the members of a grid.
    pub(super) fn of(grid: &Arc<Grid>, training: &Training) -> Self {
        Self::with_exposure(grid, training, &[])
    }

    /// The same with the ratios of an exposure, one a year; none without.
    pub(super) fn with_exposure(grid: &Arc<Grid>, training: &Training, ratios: &[f64]) -> Self {
        let tabulated = training.y.iter().all(Option::is_some) && grid.without_gaps(training.y.len()).is_some();
        let own = (!tabulated).then(|| own_gains(grid, training));
        Self::over(Arc::clone(grid), training, ratios, own, scale(training, ratios))
    }

    /// The evidence of a series divided by `scale`.
    pub(super) fn over(grid: Arc<Grid>, training: &Training, ratios: &[f64], own: Option<Gains>, scale: f64) -> Self {
        let powers: Vec<Option<Scaled>> =
            grid.powers.iter().map(|(lambda, _)| Scaled::new(training, ratios, *lambda, scale)).collect();
        let (n, years) = (training.observed() - 1, training.y.len());
        let constant = log_constant(grid.shared.shape, n);
        let odds = Odds::new(&grid.shared, n);
        let floor = if training.unit == Unit::Count { grid.shared.poisson / scale } else { rounding(training, scale) };
        let runs = own.as_ref().or_else(|| grid.without_gaps(years)).map(|gains| grid.run(gains, &powers));
        let runs = runs.unwrap_or_default();
        let lattices = vec![OnceCell::new(); grid.recursions.len()];
        let moved = vec![OnceCell::new(); grid.recursions.len()];
        let (drops, leverages) = (OnceCell::new(), OnceCell::new());
        Self { grid, scale, powers, floor, n, years, constant, odds, own, runs, lattices, drops, leverages, moved }
    }

    /// The laws of the next `h` years with their shares in the member.
    pub(super) fn ahead(&self, place: usize, member: &Member, seen: &Seen, h: usize) -> Vec<(f64, Latent)> {
        match seen {
            Seen::Closed { solved, wild, .. } => {
                let calm = 1.0 - wild.iter().map(|w| w.share).sum::<f64>();
                let law = |solved: &Solved| closed_ahead(solved, member, self.scale, h);
                let mut laws = vec![(calm, law(solved))];
                laws.extend(wild.iter().filter_map(|w| Some((w.share, law(&self.disturbed(place, member, w)?)))));
                laws
            }
            Seen::Soft { lattice, shares, .. } => {
                let laws = lattice.nodes.iter().map(|node| node_ahead(node, member, self.scale, h));
                shares.iter().copied().zip(laws).collect()
            }
            Seen::Moved { nodes, shares, .. } => {
                let still = vec![Vec::new(); h];
                let laws = nodes.iter().map(|node| node.ahead(member, self.scale, &still));
                shares.iter().copied().zip(laws).collect()
            }
        }
    }

    /// The member after the series with effects; `without` is the same without them.
    pub(super) fn moved(&self, place: usize, member: &Member, effects: &Effects, without: &Seen) -> Option<Seen> {
        let series = self.powers[self.grid.power[place]].as_ref()?;
        let Grid { shared, recursions, sizes, .. } = &*self.grid;
        let near = match without {
            Seen::Closed { solved, .. } => solved.sigma(),
            _ => self.mean_square(member.s).sqrt(),
        };
        let step = lattice::step(shared.shape, self.n);
        let nodes = self.moved[place].get_or_init(|| {
            let laws: Vec<Sigma> = sizes[place].iter().map(|s| self.sigma(*s)).collect();
            let recursion = &recursions[place];
            let nodes = effects.kinds().into_iter().flat_map(|kind| {
                let filter = EffectFilter { recursion, shared, series, effects, scale: self.scale, kind };
                lattice::nodes(&filter, &laws, step, near)
            });
            Arc::new(nodes.collect())
        });
        let law = self.sigma(member.s);
        let logs: Vec<f64> = nodes.iter().map(|node| law.log_weight(node) + step.ln()).collect();
        let log_evidence = log_sum(logs.iter().copied());
        let shares = logs.iter().map(|log| (log - log_evidence).exp()).collect();
        Some(Seen::Moved { log_evidence, nodes: Arc::clone(nodes), shares })
    }

    /// The member after a series with a jolt in one year.
    pub(super) fn disturbed(&self, place: usize, member: &Member, wild: &Wild) -> Option<Solved> {
        let series = self.powers[self.grid.power[place]].as_ref()?;
        let shared = &self.grid.shared;
        let smoothing = member.smoothing();
        let mut state = member.begin(series.z.first().copied().flatten().unwrap_or(0.0));
        let mut doubt = Doubt::independent(shared.level, member.tau * member.tau);
        let (mut squares, mut log_variance) = (0.0, 0.0);
        for (t, z) in series.z.iter().enumerate() {
            let mut gain = smoothing.gain(doubt);
            if t == wild.year {
                gain = gain.jolted(wild.jolt, shared.jolt * shared.jolt);
            }
            // why none in the first year: it sets the level.
            let e = z.filter(|_| t > 0).map_or(0.0, |z| z - smoothing.expected(state));
            state = smoothing.advanced(state, gain, e);
            doubt = if z.is_some() { gain.seen() } else { gain.missed() };
            if z.is_some() && t > 0 {
                squares += e * e / gain.variance;
                log_variance += gain.variance.ln();
            }
        }
        Some(self.solved(member, series, state, doubt, squares, log_variance))
    }

    fn solved(
        &self,
        member: &Member,
        series: &Scaled,
        state: State,
        doubt: Doubt,
        squares: f64,
        log_variance: f64,
    ) -> Solved {
        let before = self.grid.shared.shape;
        let prior_rate = before * self.mean_square(member.s);
        let (shape, rate) = (before + 0.5 * self.n as f64, prior_rate + 0.5 * squares);
        let log_evidence =
            self.constant - 0.5 * log_variance + before * prior_rate.ln() - shape * rate.ln() + series.jacobian;
        Solved { log_evidence, state, doubt, shape, rate }
    }

    /// The expected sigma^2 of members of size `s`.
    fn mean_square(&self, s: f64) -> f64 {
        s * s + self.floor
    }

    /// The series under a member that runs the recursion at `place`; `None` if its power cannot hold the values, or if its
    /// own shocks are nothing beside those of counting or rounding: it is for calm series.
    pub(super) fn see(&self, place: usize, member: &Member) -> Option<Seen> {
        let series = self.powers[self.grid.power[place]].as_ref()?;
        if self.floor > DROWNED * member.s * member.s {
            return None;
        }
        let gains = self.own.as_ref().or_else(|| self.grid.without_gaps(self.years))?;
        let (log_variance, doubt) = gains.after(self.years, place);
        let solved = self.solved(member, series, self.runs.state(place), doubt, self.runs.squares[place], log_variance);
        if self.n > 0 && series.widest > WIDE * solved.sigma() {
            return Some(self.soft(place, series, self.sigma(member.s), &solved, gains));
        }
        if self.grid.shared.wild == 0.0 || self.n < 2 {
            return Some(Seen::Closed { log_evidence: solved.log_evidence, solved, wild: Vec::new() });
        }
        let (log_evidence, wild) = self.jolts(gains).averaged(place, &solved);
        Some(Seen::Closed { log_evidence, solved, wild })
    }

    /// The law of sigma^2 of members of size `s`.
    fn sigma(&self, s: f64) -> Sigma {
        let shape = self.grid.shared.shape;
        Sigma::new(shape, shape * self.mean_square(s))
    }

    /// The place of a member's recursion in the grid.
    #[cfg(test)]
    pub(super) fn place(&self, member: &Member) -> Option<usize> {
        self.grid.find(member)
    }

    /// Every place of a jolt in a recursion.
    #[cfg(test)]
    pub(super) fn every_place(&self, place: usize) -> Vec<Place> {
        let gains = self.own.as_ref().or_else(|| self.grid.without_gaps(self.years));
        gains.map(|gains| self.jolts(gains).places(place).collect()).unwrap_or_default()
    }

    fn jolts(&self, gains: &Gains) -> Jolts<'_> {
        let tabulated = if self.own.is_none() { self.grid.leverages(self.years) } else { None };
        let own = || self.leverages.get_or_init(|| Leverages::new(&self.grid, gains, self.years));
        let leverages = tabulated.unwrap_or_else(own);
        let drops = self.drops.get_or_init(|| leverages.drops(&self.grid, gains, &self.runs, self.years));
        Jolts { leverages, drops, odds: self.odds }
    }

    fn soft(&self, place: usize, series: &Scaled, law: Sigma, midpoints: &Solved, gains: &Gains) -> Seen {
        let Grid { shared, recursions, sizes, .. } = &*self.grid;
        let lattice = self.lattices[place].get_or_init(|| {
            let laws: Vec<Sigma> = sizes[place].iter().map(|s| self.sigma(*s)).collect();
            let near = midpoints.sigma();
            // why by the midpoints: a filter for every place would take n times as long, and most explain nothing.
            let may = shared.wild > 0.0 && self.n > 1;
            let wild = if may { self.jolts(gains).likeliest(place, midpoints) } else { Vec::new() };
            Arc::new(Lattice::new(&recursions[place], shared, series, &laws, self.n, near, &wild))
        });
        let log_evidence = log_sum(lattice.log_weights(law));
        let shares = lattice.log_weights(law).map(|weight| (weight - log_evidence).exp()).collect();
        Seen::Soft { log_evidence, lattice: Arc::clone(lattice), shares }
    }
}

/// What rounding adds to s^2, on the scale of the data: nothing is foreseen more exactly than to its last place, however long
/// it has stood still. Numbers of few digits may be so for other reasons than rounding; they take [`COARSE`] for their last place.
fn rounding(training: &Training, scale: f64) -> f64 {
    training.last_place().map_or(0.0, |place| (place / scale).min(COARSE).powi(2))
}

pub(super) fn own_gains(grid: &Grid, training: &Training) -> Gains {
    let observed: Vec<bool> = training.y.iter().map(Option::is_some).collect();
    Gains::new(&grid.recursions, &grid.shared, &observed)
}

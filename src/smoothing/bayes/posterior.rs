//! Every member after the series: evidence, state, and what it expects of the years ahead.

use std::cell::OnceCell;
use std::sync::Arc;

use super::super::variance::ahead;
use super::cells::{Scaled, scale};
use super::grid::{Gains, Grid, Runs};
use super::member::{Member, Solved, log_constant};
use super::soft::{Lattice, Node, Sigma};
use crate::forecast::Latent;
use crate::series::{Training, Unit};

/// A cell wider than this share of sigma is taken as the interval it is.
const WIDE: f64 = 0.3;

/// A member that has seen the series.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// sigma integrated out.
    Closed(Solved),
    /// sigma on a lattice, because cells are wide: each node with its share in the member.
    Soft { log_evidence: f64, lattice: Arc<Lattice>, shares: Vec<f64> },
}

impl Seen {
    /// The log evidence in units of the data, so that powers compare.
    pub(super) fn log_evidence(&self) -> f64 {
        match self {
            Self::Closed(solved) => solved.log_evidence,
            Self::Soft { log_evidence, .. } => *log_evidence,
        }
    }

    /// The laws of the next `h` years with their shares in the member.
    pub(super) fn ahead(&self, member: &Member, scale: f64, h: usize) -> Vec<(f64, Latent)> {
        match self {
            Self::Closed(solved) => vec![(1.0, closed_ahead(solved, member, scale, h))],
            Self::Soft { lattice, shares, .. } => {
                let laws = lattice.nodes.iter().map(|node| node_ahead(node, member, scale, h));
                shares.iter().copied().zip(laws).collect()
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
    /// What counting adds to s^2.
    floor: f64,
    /// Observed years after the first.
    n: usize,
    years: usize,
    constant: f64,
    /// For series with gaps, or too long for the table of the grid.
    own: Option<Gains>,
    runs: Runs,
    /// The recursions on the lattice of sigma, as far as they were asked for.
    lattices: Vec<OnceCell<Arc<Lattice>>>,
}

impl Evidence {
    /// The evidence for the members of a grid.
    pub(super) fn of(grid: &Arc<Grid>, training: &Training) -> Self {
        let tabulated = training.y.iter().all(Option::is_some) && grid.without_gaps(training.y.len()).is_some();
        let own = (!tabulated).then(|| own_gains(grid, training));
        Self::over(Arc::clone(grid), training, own, scale(training))
    }

    /// The evidence of a series divided by `scale`.
    pub(super) fn over(grid: Arc<Grid>, training: &Training, own: Option<Gains>, scale: f64) -> Self {
        let powers: Vec<Option<Scaled>> =
            grid.powers.iter().map(|(lambda, _)| Scaled::new(training, *lambda, scale)).collect();
        let (n, years) = (training.observed() - 1, training.y.len());
        let constant = log_constant(grid.shared.shape, n);
        let floor = if training.unit == Unit::Count { grid.shared.poisson / scale } else { 0.0 };
        let runs = own.as_ref().or_else(|| grid.without_gaps(years)).map(|gains| grid.run(gains, &powers));
        let runs = runs.unwrap_or_default();
        let lattices = vec![OnceCell::new(); grid.recursions.len()];
        Self { grid, scale, powers, floor, n, years, constant, own, runs, lattices }
    }

    /// The series under a member that runs the recursion at `place`; `None` if its power cannot hold the values.
    pub(super) fn see(&self, place: usize, member: &Member) -> Option<Seen> {
        let series = self.powers[self.grid.power[place]].as_ref()?;
        let gains = self.own.as_ref().or_else(|| self.grid.without_gaps(self.years))?;
        let s2 = member.s * member.s + self.floor;
        let (log_variance, doubt) = gains.after(self.years, place);
        let before = self.grid.shared.shape;
        let prior_rate = before * s2;
        let (shape, rate) = (before + 0.5 * self.n as f64, prior_rate + 0.5 * self.runs.squares[place]);
        let log_evidence =
            self.constant - 0.5 * log_variance + before * prior_rate.ln() - shape * rate.ln() + series.jacobian;
        let solved = Solved { log_evidence, state: self.runs.state(place), doubt, shape, rate };
        if self.n > 0 && series.widest > WIDE * solved.sigma() {
            return Some(self.soft(place, series, self.sigma(s2), solved.sigma()));
        }
        Some(Seen::Closed(solved))
    }

    /// The law of sigma^2 with mean square `s2`.
    fn sigma(&self, s2: f64) -> Sigma {
        let shape = self.grid.shared.shape;
        Sigma::new(shape, shape * s2)
    }

    fn soft(&self, place: usize, series: &Scaled, law: Sigma, near: f64) -> Seen {
        let Grid { shared, recursions, sizes, .. } = &*self.grid;
        let lattice = self.lattices[place].get_or_init(|| {
            let law = |s: &f64| self.sigma(s * s + self.floor);
            let laws: Vec<Sigma> = sizes[place].iter().map(law).collect();
            Arc::new(Lattice::new(&recursions[place], shared, series, &laws, self.n, near))
        });
        let log_evidence = log_sum(lattice.log_weights(law));
        let shares = lattice.log_weights(law).map(|weight| (weight - log_evidence).exp()).collect();
        Seen::Soft { log_evidence, lattice: Arc::clone(lattice), shares }
    }
}

pub(super) fn own_gains(grid: &Grid, training: &Training) -> Gains {
    let observed: Vec<bool> = training.y.iter().map(Option::is_some).collect();
    Gains::new(&grid.recursions, &grid.shared, &observed)
}

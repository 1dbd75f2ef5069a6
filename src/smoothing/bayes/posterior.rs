//! Every member after the series: evidence, state, and what it expects of the years ahead.

use super::super::variance::ahead;
use super::cells::{Scaled, scale};
use super::member::{Member, Shared, Solved, log_constant, solve};
use super::soft::{NODES, Node, nodes};
use crate::forecast::Latent;
use crate::series::{Training, Unit};

/// A cell wider than this share of sigma is taken as the interval it is.
const WIDE: f64 = 0.3;

/// A member that has seen the series.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// sigma integrated out.
    Closed(Solved),
    /// sigma on nodes, because cells are wide.
    Soft(Box<[Node; NODES]>),
}

impl Seen {
    /// The log evidence in units of the data, so that powers compare.
    pub(super) fn log_evidence(&self) -> f64 {
        match self {
            Self::Closed(solved) => solved.log_evidence,
            Self::Soft(nodes) => log_sum(nodes.iter().map(|node| node.log_evidence)),
        }
    }

    /// The laws of the next `h` years with their shares in the member.
    pub(super) fn ahead(&self, member: &Member, scale: f64, h: usize) -> Vec<(f64, Latent)> {
        let smoothing = member.smoothing();
        let link = member.link(scale);
        match self {
            Self::Closed(solved) => {
                let latent = ahead(&smoothing, solved.state, solved.doubt, solved.sigma(), h);
                vec![(1.0, Latent { df: Some(2.0 * solved.shape), link, ..latent })]
            }
            Self::Soft(nodes) => {
                let total = self.log_evidence();
                let law = |node: &Node| ahead(&smoothing, node.state, node.doubt, node.sigma, h);
                nodes.iter().map(|node| ((node.log_evidence - total).exp(), Latent { link, ..law(node) })).collect()
            }
        }
    }
}

/// ln sum exp.
pub(super) fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY { most } else { most + logs.map(|l| (l - most).exp()).sum::<f64>().ln() }
}

/// The series on every scale that the members use.
pub(super) struct Evidence<'a> {
    shared: &'a Shared,
    counts: bool,
    pub(super) scale: f64,
    scaled: Vec<Scaled>,
    /// Observed years after the first.
    n: usize,
    constant: f64,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(training: &Training, members: &[Member], shared: &'a Shared) -> Self {
        let scale = scale(training);
        let mut lambdas: Vec<f64> = members.iter().map(|m| m.lambda).collect();
        lambdas.sort_by(f64::total_cmp);
        lambdas.dedup();
        let scaled = lambdas.into_iter().filter_map(|lambda| Scaled::new(training, lambda, scale)).collect();
        let n = training.observed() - 1;
        let constant = log_constant(shared.shape, n);
        Self { shared, counts: training.unit == Unit::Count, scale, scaled, n, constant }
    }

    /// The series under a member; `None` if its power cannot hold the values.
    pub(super) fn see(&self, member: &Member) -> Option<Seen> {
        let series = self.scaled.iter().find(|s| s.lambda.total_cmp(&member.lambda).is_eq())?;
        let floor = if self.counts { self.shared.poisson / self.scale } else { 0.0 };
        let s2 = member.s * member.s + floor;
        let solved = solve(member, self.shared, &series.z, s2, self.constant, series.jacobian);
        if self.n > 0 && series.widest > WIDE * solved.sigma() {
            return Some(Seen::Soft(Box::new(nodes(member, self.shared, series, s2, &solved))));
        }
        Some(Seen::Closed(solved))
    }
}

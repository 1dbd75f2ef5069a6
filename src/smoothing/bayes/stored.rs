//! A fitted average in its stored form: what each member made of the series, so that a later release with a better prior or
//! filter answers as this one did.
//!
//! Members that share a recursion share its nodes on the lattice of sigma; these are stored once, by the recursion's place
//! in the grid. The columns of events, drivers and exposure follow from series and inputs, and are made again.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::effects::{EffectNode, Effects, Exposure};
use super::fitted::{FittedBayesEts, Weighted};
use super::member::{Member, Shared, Solved};
use super::posterior::Seen;
use super::soft::Lattice;
use super::wild::Wild;
use crate::design::Inputs;
use crate::series::{Series, Training};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    series: Series,
    prior: String,
    scale: f64,
    shared: Shared,
    inputs: Inputs,
    log_bayes_factor: Option<f64>,
    members: Vec<Kept>,
    /// Nodes by place, for members whose cells are wide.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lattices: BTreeMap<usize, Lattice>,
    /// Nodes by place, for members with effects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    moved: BTreeMap<usize, Vec<EffectNode>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    weight: f64,
    member: Member,
    place: usize,
    log_evidence: f64,
    after: After,
}

/// What is known of a member after the series: as [`Seen`], nodes apart.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum After {
    Closed {
        solved: Solved,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wild: Vec<(Wild, Solved)>,
    },
    /// Shares of the nodes.
    Soft(Vec<f64>),
    Moved(Vec<f64>),
}

impl From<FittedBayesEts> for Stored {
    fn from(fitted: FittedBayesEts) -> Self {
        let FittedBayesEts { series, prior, scale, shared, members, inputs, log_bayes_factor, .. } = fitted;
        let (mut lattices, mut moved) = (BTreeMap::new(), BTreeMap::new());
        let kept = |Weighted { weight, member, place, seen, wild }| {
            let log_evidence = seen.log_evidence();
            let after = match seen {
                Seen::Closed { solved, .. } => After::Closed { solved, wild },
                Seen::Soft { lattice, shares, .. } => {
                    lattices.entry(place).or_insert_with(|| Lattice::clone(&lattice));
                    After::Soft(shares)
                }
                Seen::Moved { nodes, shares, .. } => {
                    moved.entry(place).or_insert_with(|| Vec::clone(&nodes));
                    After::Moved(shares)
                }
            };
            Kept { weight, member, place, log_evidence, after }
        };
        let members = members.into_iter().map(kept).collect();
        Self { series, prior, scale, shared, inputs, log_bayes_factor, members, lattices, moved }
    }
}

impl TryFrom<Stored> for FittedBayesEts {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { series, prior, scale, shared, inputs, log_bayes_factor, members, lattices, moved } = stored;
        let training = Training::with_masks(&series).map_err(|e| e.to_string())?;
        let effects = Effects::new(&training, &inputs).map_err(|e| e.to_string())?;
        let exposure = Exposure::new(&training, &inputs).map_err(|e| e.to_string())?;
        shared.check().map_err(|e| e.to_string())?;
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(format!("scale = {scale}: a finite number above 0 is allowed"));
        }
        let total: f64 = members.iter().map(|kept| kept.weight).sum();
        if !members.iter().all(|kept| kept.weight > 0.0) || (total - 1.0).abs() > 1e-6 {
            return Err(format!("weights of members that add up to {total}: they are above 0 and add up to 1"));
        }
        if !lattices.values().all(|lattice| lattice.nodes.iter().all(|node| node.sigma > 0.0)) {
            return Err("a node with sigma that is not above 0".to_owned());
        }
        let columns = effects.as_ref().map_or(0, Effects::len);
        if !moved.values().all(|nodes| !nodes.is_empty() && nodes.iter().all(|node| node.is_sound(columns))) {
            return Err(format!("a node that is not one of {columns} effects"));
        }
        let nodes = Nodes {
            lattices: lattices.into_iter().map(|(place, lattice)| (place, Arc::new(lattice))).collect(),
            moved: moved.into_iter().map(|(place, nodes)| (place, Arc::new(nodes))).collect(),
        };
        let members = members.into_iter().map(|kept| nodes.weighted(kept)).collect::<Result<_, _>>()?;
        let report = OnceLock::new();
        Ok(Self {
            series,
            training,
            prior,
            scale,
            shared,
            members,
            inputs,
            effects,
            exposure,
            log_bayes_factor,
            report,
        })
    }
}

/// Nodes by place, to be shared by members again.
struct Nodes {
    lattices: BTreeMap<usize, Arc<Lattice>>,
    moved: BTreeMap<usize, Arc<Vec<EffectNode>>>,
}

impl Nodes {
    fn weighted(&self, Kept { weight, member, place, log_evidence, after }: Kept) -> Result<Weighted, String> {
        member.check().map_err(|e| e.to_string())?;
        let fits = |shares: &[f64], nodes: Option<usize>| match nodes {
            Some(nodes) if nodes == shares.len() && shares.iter().all(|s| (0.0..=1.0 + 1e-9).contains(s)) => Ok(()),
            nodes => Err(format!(
                "{} shares of {} nodes of the recursion {place}: each node has a share from 0 to 1",
                shares.len(),
                nodes.unwrap_or(0)
            )),
        };
        let (seen, wild) = match after {
            After::Closed { solved, wild } => {
                let all = || std::iter::once(&solved).chain(wild.iter().map(|(_, solved)| solved));
                if let Some(bad) = all().find(|s| !(s.shape > 0.0 && s.rate >= 0.0)) {
                    let Solved { shape, rate, .. } = bad;
                    return Err(format!("shape = {shape} and rate = {rate}: above 0, and from 0, are allowed"));
                }
                let shares: f64 = wild.iter().map(|(w, _)| w.share).sum();
                if !wild.iter().all(|(w, _)| w.share > 0.0) || shares > 1.0 + 1e-9 {
                    return Err(format!("shares of wild years that add up to {shares}: at most 1 is allowed"));
                }
                (Seen::Closed { log_evidence, solved, wild: Vec::new() }, wild)
            }
            After::Soft(shares) => {
                fits(&shares, self.lattices.get(&place).map(|lattice| lattice.nodes.len()))?;
                let lattice = self.lattices.get(&place).map(Arc::clone).ok_or("no nodes")?;
                (Seen::Soft { log_evidence, lattice, shares }, Vec::new())
            }
            After::Moved(shares) => {
                fits(&shares, self.moved.get(&place).map(|nodes| nodes.len()))?;
                let nodes = self.moved.get(&place).map(Arc::clone).ok_or("no nodes")?;
                (Seen::Moved { log_evidence, nodes, shares }, Vec::new())
            }
        };
        Ok(Weighted { weight, member, place, seen, wild })
    }
}

//! The joint law of all forecast years, whatever kind of law it is.

use serde::{Deserialize, Serialize};

use super::latent::Latent;
use super::mixture::{Member, Mixture};
use super::pool::{Averaged, Pooling};
use super::sampled::Sampled;
use crate::dist::{Continuous, Histogram, Support};
use crate::error::{Error, Result};

/// The joint law of consecutive years.
///
/// Every model of this crate ends in such a law, so that marginals and joint paths cannot disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Joint {
    law: Law,
    widths: Widths,
}

/// What the years follow.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Law {
    /// One of several latent laws, each with its weight.
    Mixture(Mixture),
    /// Whole joint laws whose probabilities or quantiles are averaged.
    Averaged(Averaged, Support),
    /// One of these paths, each as likely as the others.
    Sampled(Sampled),
}

/// What the deviations from the centres are multiplied by, one factor a year; empty if they were never widened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Widths(Vec<f64>);

impl Widths {
    pub(super) fn of(&self, year: usize) -> f64 {
        self.0.get(year).copied().unwrap_or(1.0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Law> for Joint {
    fn from(law: Law) -> Self {
        Self { law, widths: Widths::default() }
    }
}

impl From<Latent> for Joint {
    /// One latent law, outcomes anywhere on the real line.
    fn from(latent: Latent) -> Self {
        Self::mixture(vec![(1.0, latent)], Support::Real)
    }
}

impl Joint {
    /// The mixture of these laws with weights in proportion to those given; `support` is where outcomes can lie.
    pub fn mixture(members: Vec<(f64, Latent)>, support: Support) -> Self {
        let total: f64 = members.iter().map(|(weight, _)| weight).sum();
        let members = members.into_iter().map(|(weight, latent)| Member { weight: weight / total, latent }).collect();
        Law::Mixture(Mixture { members, support, first: None }).into()
    }

    /// Joint laws of the same years made one, with weights in proportion to those given.
    ///
    /// The linear pool of mixtures is a mixture; it lives from zero on if one of them does, since then the data do.
    pub fn pooled(parts: Vec<(f64, Self)>, how: Pooling) -> Self {
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        let parts: Vec<(f64, Self)> = parts.into_iter().map(|(weight, part)| (weight / total, part)).collect();
        let nowhere_negative = parts.iter().any(|(_, part)| part.support() == Support::NonNegative);
        let support = if nowhere_negative { Support::NonNegative } else { Support::Real };
        let averaged = |parts| Law::Averaged(Averaged { how, parts }, support).into();
        if how != Pooling::Linear || !parts.iter().all(|(_, part)| part.is_plain()) {
            return averaged(parts);
        }
        let mut members = Vec::new();
        for (share, Self { law, .. }) in parts {
            if let Law::Mixture(mixture) = law {
                let weighed = |member: Member| Member { weight: share * member.weight, ..member };
                members.extend(mixture.members.into_iter().map(weighed));
            }
        }
        Law::Mixture(Mixture { members, support, first: None }).into()
    }

    /// Whether it is nothing but a mixture of its members.
    fn is_plain(&self) -> bool {
        self.widths.is_empty() && matches!(&self.law, Law::Mixture(mixture) if mixture.first.is_none())
    }

    /// The law that gives each of these paths the same weight.
    pub(super) fn of_paths(sampled: Sampled) -> Self {
        Law::Sampled(sampled).into()
    }

    pub(super) fn law(&self) -> &Law {
        &self.law
    }

    pub(super) fn widths(&self) -> &Widths {
        &self.widths
    }

    pub(super) fn sampled(&self) -> Option<&Sampled> {
        if let Law::Sampled(sampled) = &self.law { Some(sampled) } else { None }
    }

    pub(super) fn support(&self) -> Support {
        match &self.law {
            Law::Mixture(mixture) => mixture.support,
            Law::Averaged(_, support) => *support,
            Law::Sampled(_) => Support::Real,
        }
    }

    /// The law without that of a year under way, whose lower bound is what was counted: the members' own remain.
    pub(super) fn without_first(mut self) -> Self {
        match &mut self.law {
            Law::Mixture(mixture) => mixture.first = None,
            Law::Averaged(averaged, _) => averaged.change(Self::without_first),
            Law::Sampled(_) => {}
        }
        self
    }

    /// The law with that of the first year replaced, if it is a mixture: paths carry their first year to the same probability.
    #[must_use]
    pub(super) fn with_first(mut self, first: Histogram) -> Self {
        if let Law::Mixture(mixture) = &mut self.law {
            mixture.first = Some(first);
        }
        self
    }

    /// The law for counts: no centre below zero.
    ///
    /// A falling line goes on below zero, a count does not. Left where it is, such a centre would put all mass on zero: a
    /// band of no width around the one outcome the data never showed.
    #[must_use]
    pub(super) fn held_at_zero(mut self) -> Self {
        match &mut self.law {
            Law::Mixture(mixture) => mixture.held_at_zero(),
            // why cut: a pool is chosen by quantiles of counts, and one below zero is a count that none of its parts forecasts.
            Law::Averaged(averaged, _) => averaged.change(|part| part.held_at_zero().nowhere_negative()),
            Law::Sampled(_) => {}
        }
        self
    }

    fn nowhere_negative(mut self) -> Self {
        match &mut self.law {
            Law::Mixture(Mixture { support, .. }) | Law::Averaged(_, support) => *support = Support::NonNegative,
            Law::Sampled(_) => {}
        }
        self
    }

    /// The law with the latent numbers of each year drawn away from their median by a factor: deviations of every member
    /// are multiplied, and so are the distances of the members' centres from the median of the mixture.
    #[must_use]
    pub(super) fn widened(mut self, factors: &[f64]) -> Self {
        match self.law {
            Law::Sampled(sampled) => return Self::of_paths(sampled.widened(factors)),
            Law::Mixture(ref mut mixture) => mixture.spread(&self.widths, factors),
            Law::Averaged(..) => {}
        }
        self.widths = Widths(factors.iter().enumerate().map(|(i, factor)| self.widths.of(i) * factor).collect());
        self
    }

    /// Number of years.
    pub fn years(&self) -> usize {
        match &self.law {
            Law::Mixture(mixture) => mixture.years(),
            Law::Averaged(averaged, _) => averaged.years(),
            Law::Sampled(sampled) => sampled.years(),
        }
    }

    /// The law of each year on its own, before rounding; none of a table of paths, whose years are those of its columns.
    pub(super) fn marginals(&self) -> Vec<Continuous> {
        match &self.law {
            Law::Mixture(mixture) => mixture.marginals(&self.widths),
            Law::Averaged(averaged, _) => averaged.marginals(&self.widths),
            Law::Sampled(_) => Vec::new(),
        }
    }

    /// The most things unknown that one of its laws shares between the years.
    pub(super) fn unknown(&self) -> usize {
        match &self.law {
            Law::Mixture(mixture) => mixture.unknown(),
            Law::Averaged(averaged, _) => averaged.parts.iter().map(|(_, part)| part.unknown()).max().unwrap_or(0),
            Law::Sampled(_) => 0,
        }
    }

    /// The marginals, unless weights, shapes or numbers make no law.
    pub(super) fn checked_marginals(&self, series: &str, model: &str) -> Result<Vec<Continuous>> {
        if self.is_sound(self.years()) {
            let marginals = self.marginals();
            if marginals.iter().all(Continuous::is_proper) {
                return Ok(marginals);
            }
        }
        Err(Error::Overflow { series: series.to_owned(), model: model.to_owned() })
    }

    /// Whether weights add up, shapes fit `years` years, and every number given is finite.
    fn is_sound(&self, years: usize) -> bool {
        let whole = match &self.law {
            Law::Mixture(mixture) => {
                add_up(mixture.members.iter().map(|member| member.weight)) && mixture.is_sound(years)
            }
            Law::Averaged(averaged, _) => {
                let fits = |part: &Self| part.years() == years && part.is_sound(years);
                add_up(averaged.parts.iter().map(|(weight, _)| *weight))
                    && averaged.parts.iter().all(|(_, part)| fits(part))
            }
            Law::Sampled(_) => false,
        };
        years > 0 && whole && (self.widths.is_empty() || self.widths.0.len() == years)
    }
}

/// Whether these are the weights of a mixture.
fn add_up(weights: impl Iterator<Item = f64> + Clone) -> bool {
    let total: f64 = weights.clone().sum();
    (total - 1.0).abs() < 1e-9 && weights.into_iter().all(|weight| weight > 0.0 && weight <= 1.0)
}

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    members: Vec<Member>,
    support: Support,
    #[serde(default, skip_serializing_if = "Widths::is_empty")]
    widths: Widths,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    averaged: Option<Averaged>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Histogram>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sampled: Option<Sampled>,
}

impl From<Joint> for Stored {
    fn from(Joint { law, widths }: Joint) -> Self {
        let none =
            Self { members: Vec::new(), support: Support::Real, widths, averaged: None, first: None, sampled: None };
        match law {
            Law::Mixture(Mixture { members, support, first }) => Self { members, support, first, ..none },
            Law::Averaged(averaged, support) => Self { averaged: Some(averaged), support, ..none },
            Law::Sampled(sampled) => Self { sampled: Some(sampled), ..none },
        }
    }
}

impl TryFrom<Stored> for Joint {
    type Error = String;
    fn try_from(stored: Stored) -> std::result::Result<Self, String> {
        let Stored { members, support, widths, averaged, first, sampled } = stored;
        let law = match (averaged, sampled) {
            (None, None) => Law::Mixture(Mixture { members, support, first }),
            (Some(averaged), None) if members.is_empty() && first.is_none() => Law::Averaged(averaged, support),
            (None, Some(sampled)) if members.is_empty() && first.is_none() => Law::Sampled(sampled),
            _ => return Err("a joint law of two kinds: it has members, or laws that are averaged, or paths".to_owned()),
        };
        Ok(Self { law, widths })
    }
}

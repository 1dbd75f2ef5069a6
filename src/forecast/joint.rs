//! The joint law of all forecast years: one latent law, or a mixture of them.

#![allow(clippy::indexing_slicing, reason = "`is_sound` gave every member the same years before a law is asked")]

use serde::{Deserialize, Serialize};

use super::latent::Latent;
use super::pool::{Averaged, Pooling};
use super::sampled::Sampled;
use crate::dist::{Component, Continuous, Histogram, Predictive as _, Support};
use crate::error::{Error, Result};
use crate::numeric::rng::Stream;

/// A mixture of latent laws: with probability `weight` the years follow the member.
///
/// Every model of this crate ends in such a law, so that marginals and joint paths cannot disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    members: Vec<Member>,
    support: Support,
    /// What the deviations from the centres are multiplied by, one factor a year; none if they were never widened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    widths: Vec<f64>,
    /// Whole joint laws that are averaged; then there are no members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    averaged: Option<Box<Averaged>>,
    /// The law of the first year, where it is under way and what was counted says more than the members' laws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Histogram>,
    /// A table of paths; then there are no members either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sampled: Option<Box<Sampled>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    weight: f64,
    latent: Latent,
}

impl Joint {
    /// The mixture of these laws with weights in proportion to those given; `support` is where outcomes can lie.
    pub fn mixture(members: Vec<(f64, Latent)>, support: Support) -> Self {
        let total: f64 = members.iter().map(|(weight, _)| weight).sum();
        let members = members.into_iter().map(|(weight, latent)| Member { weight: weight / total, latent }).collect();
        Self { members, support, widths: Vec::new(), averaged: None, first: None, sampled: None }
    }

    /// Joint laws of the same years made one, with weights in proportion to those given.
    ///
    /// The linear pool of mixtures is a mixture; it lives from zero on if one of them does, since then the data do.
    pub fn pooled(parts: Vec<(f64, Self)>, how: Pooling) -> Self {
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        let parts: Vec<(f64, Self)> = parts.into_iter().map(|(weight, part)| (weight / total, part)).collect();
        let plain = |part: &Self| part.averaged.is_none() && part.widths.is_empty() && part.first.is_none();
        let nowhere_negative = parts.iter().any(|(_, part)| part.support == Support::NonNegative);
        let support = if nowhere_negative { Support::NonNegative } else { Support::Real };
        if how == Pooling::Linear && parts.iter().all(|(_, part)| plain(part)) {
            let members = parts.into_iter().flat_map(|(share, part)| {
                part.members.into_iter().map(move |m| Member { weight: share * m.weight, ..m })
            });
            return Self {
                members: members.collect(),
                support,
                widths: Vec::new(),
                averaged: None,
                first: None,
                sampled: None,
            };
        }
        let averaged = Some(Box::new(Averaged { how, parts }));
        Self { members: Vec::new(), support, widths: Vec::new(), averaged, first: None, sampled: None }
    }

    /// The law with the first year's replaced: paths carry their first year to the same probability in it.
    #[must_use]
    pub(super) fn with_first(self, first: Histogram) -> Self {
        Self { first: Some(first), ..self }
    }

    /// The law without that of a year under way, whose lower bound is what was counted: the members' own remain.
    pub(super) fn without_first(mut self) -> Self {
        self.first = None;
        if let Some(averaged) = &mut self.averaged {
            let parts = std::mem::take(&mut averaged.parts);
            averaged.parts = parts.into_iter().map(|(weight, part)| (weight, part.without_first())).collect();
        }
        self
    }

    /// The law that takes the place of the first year's own, and that one.
    pub(super) fn first(&self) -> Option<(Continuous, Continuous)> {
        self.first.as_ref().map(|first| (Continuous::of_cells(first.clone()), self.first_expected()))
    }

    /// What the members, or the parts, expect of the first year.
    pub(super) fn first_expected(&self) -> Continuous {
        match &self.averaged {
            Some(averaged) => averaged.marginals(|i| self.width(i)).swap_remove(0),
            None => Continuous::mixture(self.members.iter().map(|m| self.component(m, 0)).collect(), self.support),
        }
    }

    /// The members with their weights.
    pub(super) fn members(&self) -> impl Iterator<Item = (f64, &Latent)> {
        self.members.iter().map(|member| (member.weight, &member.latent))
    }

    pub(super) fn support(&self) -> Support {
        self.support
    }

    fn component(&self, Member { weight, latent }: &Member, year: usize) -> Component {
        let component = latent.marginal(year, *weight);
        let width = self.width(year);
        let link = latent.link.widened(latent.location[year], width);
        Component { kernel: component.kernel.widened(width), link, ..component }
    }

    /// The law that gives each of these paths the same weight.
    pub(super) fn of_paths(sampled: Sampled) -> Self {
        let sampled = Some(Box::new(sampled));
        Self { members: Vec::new(), support: Support::Real, widths: Vec::new(), averaged: None, first: None, sampled }
    }

    pub(super) fn sampled(&self) -> Option<&Sampled> {
        self.sampled.as_deref()
    }

    pub(super) fn averaged(&self) -> Option<&Averaged> {
        self.averaged.as_deref()
    }

    /// The law for counts: no centre below zero.
    ///
    /// A falling line goes on below zero, a count does not. Left where it is, such a centre would put all mass on zero: a
    /// band of no width around the one outcome the data never showed.
    #[must_use]
    pub(super) fn held_at_zero(mut self) -> Self {
        if let Some(averaged) = &mut self.averaged {
            // why cut: a pool is chosen by quantiles of counts, and one below zero is a count that none of its parts forecasts.
            for (_, part) in &mut averaged.parts {
                *part = Self { support: Support::NonNegative, ..part.clone().held_at_zero() };
            }
        }
        for Member { latent, .. } in &mut self.members {
            // why a tenth for drawn counts: an expectation of nothing would leave nothing but zeros.
            let least = if latent.link.counts(0.0).is_some() { 0.1_f64.ln() } else { latent.link.apply(0.0) };
            latent.location.iter_mut().for_each(|z| *z = z.max(least));
        }
        self
    }

    /// The law with the latent numbers of each year drawn away from their median by a factor: deviations of every member
    /// are multiplied, and so are the distances of the members' centres from the median of the mixture.
    #[must_use]
    pub(super) fn widened(mut self, factors: &[f64]) -> Self {
        if let Some(sampled) = self.sampled {
            return Self::of_paths(sampled.widened(factors));
        }
        if self.members.len() > 1 {
            let medians: Vec<f64> = self.marginals().iter().map(|law| law.quantile(0.5)).collect();
            for Member { latent, .. } in &mut self.members {
                for ((z, &median), factor) in latent.location.iter_mut().zip(&medians).zip(factors) {
                    let centre = latent.link.apply(median);
                    // why: a logarithm has no place for a median of zero; such a member keeps its centre.
                    if centre.is_finite() {
                        *z = centre + factor * (*z - centre);
                    }
                }
            }
        }
        if let (Some(first), Some(factor)) = (&self.first, factors.first()) {
            let law = Continuous::of_cells(first.clone());
            let (centre, least) = (law.quantile(0.5), law.caps().0);
            // why: edges that would fall below what was counted close up just above it.
            let moved = |edge: f64| {
                let wide = centre + factor * (edge - centre);
                if wide > least { wide } else { least + 1e-9 * (edge - least) }
            };
            self.first = Some(first.changed(moved));
        }
        self.widths = factors.iter().enumerate().map(|(i, factor)| self.width(i) * factor).collect();
        self
    }

    fn width(&self, year: usize) -> f64 {
        self.widths.get(year).copied().unwrap_or(1.0)
    }

    /// Number of years.
    pub fn years(&self) -> usize {
        match (&self.sampled, &self.averaged) {
            (Some(sampled), _) => sampled.years(),
            (None, Some(averaged)) => averaged.parts.first().map_or(0, |(_, part)| part.years()),
            (None, None) => self.members.first().map_or(0, |member| member.latent.location.len()),
        }
    }

    /// The law of each year on its own, before rounding.
    pub(super) fn marginals(&self) -> Vec<Continuous> {
        if let Some(averaged) = &self.averaged {
            return averaged.marginals(|i| self.width(i));
        }
        let own = |year| {
            let parts = self.members.iter().map(|member| self.component(member, year)).collect();
            Continuous::mixture(parts, self.support)
        };
        let first = |year| self.first.clone().filter(|_| year == 0).map(Continuous::of_cells);
        (0..self.years()).map(|year| first(year).unwrap_or_else(|| own(year))).collect()
    }

    /// One draw of the years of a law with members, on the scale of the data, before rounding and caps.
    pub(super) fn draw(&self, stream: &mut Stream, shocks: &mut Vec<f64>, path: &mut [f64]) {
        let mut left = if self.members.len() > 1 { stream.uniform() } else { 0.0 };
        let last = self.members.len().saturating_sub(1);
        for (i, Member { weight, latent }) in self.members.iter().enumerate() {
            left -= weight;
            if left < 0.0 || i == last {
                latent.draw(stream, shocks, path);
                for (i, z) in path.iter_mut().enumerate() {
                    let centre = latent.location[i];
                    // why the test: centre + (z - centre) is not z to the last bit.
                    let wide = if self.widths.is_empty() { *z } else { centre + self.width(i) * (*z - centre) };
                    let link =
                        if self.widths.is_empty() { latent.link } else { latent.link.widened(centre, self.width(i)) };
                    *z = match link.counts(wide) {
                        // why spread over its cell: what cuts or moves the law later takes a real number and rounds it.
                        Some(law) => stream.negative_binomial(law.mean(), law.size()) - stream.uniform() + 0.5,
                        None => link.inverse(wide),
                    };
                }
                return;
            }
        }
    }

    /// The most things unknown that one of its laws shares between the years.
    pub(super) fn unknown(&self) -> usize {
        let own = self.members.iter().map(|member| member.latent.shared.columns());
        let parts = self.averaged.iter().flat_map(|averaged| &averaged.parts).map(|(_, part)| part.unknown());
        own.chain(parts).max().unwrap_or(0)
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
        let parts = self.averaged.iter().flat_map(|averaged| &averaged.parts);
        let weights = self.members.iter().map(|m| m.weight).chain(parts.clone().map(|(weight, _)| *weight));
        let total: f64 = weights.clone().sum();
        years > 0
            && (total - 1.0).abs() < 1e-9
            && weights.clone().all(|weight| weight > 0.0 && weight <= 1.0)
            && (self.widths.is_empty() || self.widths.len() == years)
            && (self.members.is_empty() || self.averaged.is_none())
            && self.members.iter().all(|m| m.latent.is_sound(years))
            && parts.clone().all(|(_, part)| part.years() == years && part.is_sound(years))
    }
}

impl From<Latent> for Joint {
    /// One latent law, outcomes anywhere on the real line.
    fn from(latent: Latent) -> Self {
        Self {
            members: vec![Member { weight: 1.0, latent }],
            support: Support::Real,
            widths: Vec::new(),
            averaged: None,
            first: None,
            sampled: None,
        }
    }
}

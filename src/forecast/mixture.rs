//! A joint law that is one of several latent laws, nobody knows which.

#![allow(clippy::indexing_slicing, reason = "`is_sound` gave every member the same years before a law is asked")]

use serde::{Deserialize, Serialize};

use super::joint::Widths;
use super::latent::Latent;
use crate::dist::{Component, Continuous, Histogram, Predictive as _, Support};
use crate::numeric::rng::Stream;

/// With probability `weight` the years follow the member.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mixture {
    pub(super) members: Vec<Member>,
    /// Where outcomes can lie.
    pub(super) support: Support,
    /// The law of the first year, where it is under way and what was counted says more than the members' laws.
    pub(super) first: Option<Histogram>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub(super) weight: f64,
    pub(super) latent: Latent,
}

impl Mixture {
    pub(super) fn years(&self) -> usize {
        self.members.first().map_or(0, |member| member.latent.location.len())
    }

    /// The law of each year on its own, before rounding.
    pub(super) fn marginals(&self, widths: &Widths) -> Vec<Continuous> {
        let room = || Vec::with_capacity(self.members.len());
        let mut years: Vec<Vec<Component>> = std::iter::repeat_with(room).take(self.years()).collect();
        for Member { weight, latent } in &self.members {
            for (year, (laws, law)) in years.iter_mut().zip(latent.marginals(*weight)).enumerate() {
                laws.push(law.widened(widths.of(year)));
            }
        }
        let mut first = self.first.clone().map(Continuous::of_cells);
        years.into_iter().map(|laws| first.take().unwrap_or_else(|| Continuous::mixture(laws, self.support))).collect()
    }

    /// What the members expect of the first year.
    pub(super) fn first_expected(&self, widths: &Widths) -> Continuous {
        let law = |Member { weight, latent }: &Member| latent.first(*weight).widened(widths.of(0));
        Continuous::mixture(self.members.iter().map(law).collect(), self.support)
    }

    /// No centre below zero: see [`super::Joint::held_at_zero`].
    pub(super) fn held_at_zero(&mut self) {
        for Member { latent, .. } in &mut self.members {
            // why a tenth for drawn counts: an expectation of nothing would leave nothing but zeros.
            let least = if latent.link.counts(0.0).is_some() { 0.1_f64.ln() } else { latent.link.apply(0.0) };
            latent.location.iter_mut().for_each(|z| *z = z.max(least));
        }
    }

    /// What widening moves beside the deviations: the members' centres, away from the median of the mixture, and the cells of
    /// a first year under way.
    pub(super) fn spread(&mut self, widths: &Widths, factors: &[f64]) {
        if self.members.len() > 1 {
            let medians: Vec<f64> = self.marginals(widths).iter().map(|law| law.quantile(0.5)).collect();
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
    }

    /// One draw of the years, on the scale of the data, before rounding and caps.
    pub(super) fn draw(&self, widths: &Widths, stream: &mut Stream, shocks: &mut Vec<f64>, path: &mut [f64]) {
        let mut left = if self.members.len() > 1 { stream.uniform() } else { 0.0 };
        let last = self.members.len().saturating_sub(1);
        for (i, Member { weight, latent }) in self.members.iter().enumerate() {
            left -= weight;
            if left < 0.0 || i == last {
                latent.draw(stream, shocks, path);
                for (i, z) in path.iter_mut().enumerate() {
                    let centre = latent.location[i];
                    // why the test: centre + (z - centre) is not z to the last bit.
                    let (wide, link) = if widths.is_empty() {
                        (*z, latent.link)
                    } else {
                        let width = widths.of(i);
                        (centre + width * (*z - centre), latent.link.widened(centre, width))
                    };
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
        self.members.iter().map(|member| member.latent.shared.columns()).max().unwrap_or(0)
    }

    /// Whether shapes fit `years` years, and every number given is finite.
    pub(super) fn is_sound(&self, years: usize) -> bool {
        self.members.iter().all(|member| member.latent.is_sound(years))
    }
}

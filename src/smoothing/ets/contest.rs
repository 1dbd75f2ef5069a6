//! Which class has the smallest AICc?
//!
//! Most classes lose by far. So each is searched only until a step gains next to nothing, and those that have come close to
//! the best are searched to the end; what else a fit holds is worked out for the winner alone.
//!
//! Reference: Hyndman and others (2008), section 7.2, for the criterion.

#![allow(clippy::indexing_slicing, reason = "the best so far is one of the field")]

use super::Ets;
use super::estimate::{Aim, Point, Problem};
use super::fitted::{FittedEts, problem};
use crate::series::{Series, Training};

/// How near to the best AICc a rough search must have come for the class to be searched to the end (`docs/decisions.md`).
const CLOSE: f64 = 1.0;

/// A class with the parameters that its search has come to.
struct Candidate<'a> {
    model: Ets,
    problem: Problem<'a>,
    point: Point,
}

impl<'a> Candidate<'a> {
    fn new(model: Ets, training: &'a Training) -> Option<Self> {
        let problem = problem(&model, training, Aim::Quick);
        Some(Self { model, problem, point: problem.solve(&[])? })
    }

    /// AICc less what it is for every class; infinite where the years are too few for it.
    fn aicc(&self) -> f64 {
        let (n, k) = (self.problem.n as f64, self.model.needed() as f64);
        let charge = if n > k + 1.0 { 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0) } else { f64::INFINITY };
        n * self.point.value + charge
    }

    fn search_to_the_end(&mut self) {
        let whole = Problem { aim: Aim::Likelihood, ..self.problem };
        self.point = whole.settled(whole.polish(self.point, whole.free()), whole.free());
    }
}

/// The class of the smallest AICc, of equals the first; none where no class allows parameters.
pub(crate) fn smallest_aicc(models: &[Ets], series: &Series, training: &Training) -> Option<FittedEts> {
    let mut field: Vec<Candidate<'_>> = models.iter().filter_map(|model| Candidate::new(*model, training)).collect();
    let least = field.iter().map(Candidate::aicc).fold(f64::INFINITY, f64::min);
    field.retain(|candidate| candidate.aicc() <= least + CLOSE);
    field.iter_mut().for_each(Candidate::search_to_the_end);
    while !field.is_empty() {
        let mut best = 0;
        for (i, candidate) in field.iter().enumerate().skip(1) {
            // why a margin: on an exact line or a constant the classes differ by rounding only.
            if candidate.aicc() < field[best].aicc() - 1e-9 {
                best = i;
            }
        }
        let Candidate { model, point, .. } = field.remove(best);
        // why on: parameters near the end of what numbers can hold may leave them once the states are worked out.
        if let Ok(fitted) = FittedEts::at(model, series, training.clone(), point.at) {
            return Some(fitted);
        }
    }
    None
}

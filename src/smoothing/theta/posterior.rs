//! What the data leave unknown of the optimised and the dynamic variant.
//!
//! Theta's least squares pick one alpha where eight to twenty years leave many possible, and say nothing of whether shocks
//! are of the same size every year or grow with what is expected. Full bands are a mixture over both: each alpha of a grid,
//! with the first level and weight of the line that least squares find for it, weighs
//!
//! ```text
//! exp(-12 (1 - alpha)) (|Z|^2 / s^2 + 12)^(-1/2) L  L the largest likelihood over sigma, s^2 = SSE / df
//! L = SSE^(-n/2)                                    shocks of the same size
//! L = (sum (e_t / mu_t)^2)^(-n/2) / prod mu_t       shocks in proportion, where all y and mu are above zero
//! ```
//!
//! with |Z| the length of what the line adds beside the fading first level: the second factor is the width that the weight of
//! the line has under the likelihood and the variance 1/12 of a number from 0 to 1, over which it is summed. Shocks in
//! proportion are left out where they are more than half of what they are in proportion to, since a normal law would then
//! make negative years of them, and growth without end. The rate 12 says that annual series follow last year's
//! value; it was chosen on years held back (`docs/decisions.md`). Given alpha the model is linear in its other numbers, so
//! that a component is one Student-t law.

use super::fitted::UNIFORM;
use super::lines::{Lines, Point};

/// Rate of the exponential prior of 1 - alpha.
const RATE: f64 = 12.0;
/// The largest size of shocks in proportion.
const MOST_SHARE: f64 = 0.5;
/// A component of less weight, in proportion to the heaviest, is left out.
const NEGLIGIBLE: f64 = 0.01;

/// How large shocks are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shocks {
    /// The standard deviation of every year's shock.
    Even(f64),
    /// The same as a share of what is expected of the year.
    InProportion(f64),
}

/// One of the laws that the data leave possible.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Component {
    pub(super) weight: f64,
    pub(super) point: Point,
    pub(super) shocks: Shocks,
}

impl Shocks {
    /// The standard deviation of a shock of a year of which this is expected.
    pub(super) fn size(self, mu: f64) -> f64 {
        match self {
            Self::Even(sigma) => sigma,
            Self::InProportion(share) => share * mu.abs(),
        }
    }
}

/// The components with their weights, which sum to one; `df` divides the sums of squares.
pub(super) fn components(lines: &Lines<'_>, df: usize) -> Vec<Component> {
    let positive = lines.y.iter().flatten().all(|y| *y > 0.0);
    let mut found = Vec::new();
    for alpha in Lines::alphas() {
        let best = lines.best_at(alpha);
        let run = lines.run(&best.point);
        let n = run.e.len() as f64;
        let sse = best.sse.max(f64::MIN_POSITIVE);
        let width = 0.5 * (best.power * df as f64 / sse + 1.0 / UNIFORM).ln();
        let shared = RATE * (1.0 - alpha) + width;
        let mut add = |squares: f64, log_size: f64, shocks: fn(f64) -> Shocks| {
            let value = 0.5 * n * squares.ln() + log_size + shared;
            let shocks = shocks((squares / df as f64).sqrt());
            found.push(Component { weight: value, point: best.point, shocks });
        };
        add(sse, 0.0, Shocks::Even);
        if positive && run.counted.iter().all(|mu| *mu > 0.0) {
            let squares: f64 = run.e.iter().zip(&run.counted).map(|(e, mu)| (e / mu).powi(2)).sum();
            if squares <= MOST_SHARE * MOST_SHARE * df as f64 {
                add(squares, run.counted.iter().map(|mu| mu.ln()).sum(), Shocks::InProportion);
            }
        }
    }
    let least = found.iter().map(|c| c.weight).fold(f64::INFINITY, f64::min);
    found.retain_mut(|component| {
        component.weight = (least - component.weight).exp();
        component.weight >= NEGLIGIBLE
    });
    let total: f64 = found.iter().map(|c| c.weight).sum();
    for component in &mut found {
        component.weight /= total;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::ThetaVariant;
    use super::*;

    fn shares(y: &[f64]) -> (f64, f64) {
        let given: Vec<Option<f64>> = y.iter().copied().map(Some).collect();
        let found = components(&Lines::new(&given, ThetaVariant::Dynamic), y.len() - 3);
        assert!((found.iter().map(|c| c.weight).sum::<f64>() - 1.0).abs() < 1e-12);
        let in_proportion = found.iter().filter(|c| matches!(c.shocks, Shocks::InProportion(_)));
        (in_proportion.map(|c| c.weight).sum(), found.iter().map(|c| c.weight * c.point.alpha).sum())
    }

    #[test]
    fn shocks_in_proportion_take_over_where_the_series_has_them() {
        let growing: Vec<f64> =
            (0..24_i32).map(|t| 10.0 * 1.25_f64.powi(t) * if t % 2 == 0 { 1.05 } else { 0.95 }).collect();
        assert!(shares(&growing).0 > 0.9, "{:?}", shares(&growing));
        let below_zero: Vec<f64> = growing.iter().map(|y| y - 20.0).collect();
        assert_eq!(shares(&below_zero).0, 0.0);
    }

    #[test]
    fn a_long_noisy_level_overcomes_the_prior_of_alpha() {
        let walk: Vec<f64> = [0.0, 3.0, 2.0, 5.0, 9.0, 8.0, 12.0, 10.0, 15.0, 14.0].iter().map(|y| 50.0 + y).collect();
        let noise: Vec<f64> = (0..60).map(|t| 50.0 + f64::from((t * 37 + t * t * 11) % 19)).collect();
        assert!(shares(&walk).1 > 0.7, "{:?}", shares(&walk));
        assert!(shares(&noise).1 < 0.3, "{:?}", shares(&noise));
    }
}

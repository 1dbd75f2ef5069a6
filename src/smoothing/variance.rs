//! The one variance rule of the family.
//!
//! The year h after the last state is `y = l + (phi + ... + phi^h) b + sum_{j<h} c_j e_{h-j} + e_h` with
//! `c_j = alpha + beta (phi + ... + phi^j)`, so its variance is `sigma^2 (1 + sum_{j<h} c_j^2)`, plus that of the state
//! where years were missing. Classes differ in their numbers only, never in a branch.
//!
//! Reference: Hyndman and others (2008), section 6.1 (class 1).

use super::recursion::{Doubt, Smoothing, State};
use crate::dist::Link;
use crate::forecast::{Latent, Numbers, Rows};

/// The joint law of the next `h` years: normal, on the scale of the recursion, `sigma` the standard deviation of a shock.
pub(crate) fn ahead(smoothing: &Smoothing, state: State, doubt: Doubt, sigma: f64, h: usize) -> Latent {
    let Smoothing { alpha, beta, phi } = *smoothing;
    let (level, slope) = doubt.root();
    let mut law = Latent {
        location: Numbers::zeros(h),
        shared: Rows::zeros(h, 2),
        ripple: Numbers::zeros(h),
        df: None,
        link: Link::Identity,
        quiet: 0,
    };
    // phi^j, and phi + ... + phi^j, the weight of the slope j years ahead
    let (mut power, mut reach) = (1.0, 0.0);
    let mut shock = sigma;
    let years = law.location.iter_mut().zip(law.ripple.iter_mut()).zip(law.shared.rows_mut());
    for ((centre, ripple), row) in years {
        *ripple = shock;
        power *= phi;
        reach += power;
        shock = sigma * (alpha + beta * reach);
        *centre = state.level + reach * state.slope;
        row.copy_from_slice(&[sigma * (level.0 + reach * slope.0), sigma * (level.1 + reach * slope.1)]);
    }
    law
}

/// Where a model expects next to nothing, shocks in proportion to it are smaller than the rounding of a count: such years get
/// the Poisson standard deviation of their level, at least 1, as an exact fit does.
pub(crate) fn steadied(latent: &mut Latent) {
    let rounding = 1.0 / 12.0_f64.sqrt();
    let mut shocks = 0.0_f64;
    let mut more = Vec::with_capacity(latent.location.len());
    for ((row, ripple), centre) in latent.shared.iter().zip(latent.ripple.iter()).zip(latent.location.iter()) {
        shocks = shocks.hypot(*ripple);
        let scale = row.iter().fold(shocks, |norm, r| norm.hypot(*r));
        more.push(if scale < rounding { centre.max(1.0).sqrt() } else { 0.0 });
    }
    if more.iter().any(|extra| *extra > 0.0) {
        latent.shared = std::mem::take(&mut latent.shared).extended(more.into_iter().map(|extra| vec![extra]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variances(smoothing: Smoothing, h: usize) -> Vec<f64> {
        let state = State { level: 10.0, slope: 1.0 };
        (0..h).map(|i| variance(&ahead(&smoothing, state, Doubt::default(), 1.0, h), i)).collect()
    }

    fn variance(latent: &Latent, i: usize) -> f64 {
        latent.shared.row(i).iter().chain(&latent.ripple[..=i]).map(|r| r * r).sum()
    }

    #[test]
    fn a_level_model_widens_by_alpha_squared_a_year() {
        let v = variances(Smoothing { alpha: 0.5, beta: 0.0, phi: 0.0 }, 3);
        assert_eq!(v, [1.0, 1.25, 1.5]);
    }

    #[test]
    fn a_trend_model_agrees_with_the_sum_written_out() {
        // c_1 = 0.5 + 0.2 = 0.7, c_2 = 0.5 + 0.4 = 0.9
        let v = variances(Smoothing { alpha: 0.5, beta: 0.2, phi: 1.0 }, 3);
        assert!((v[1] - 1.49).abs() < 1e-15 && (v[2] - 2.30).abs() < 1e-15);
    }

    #[test]
    fn damping_near_one_agrees_with_none() {
        let near = variances(Smoothing { alpha: 0.5, beta: 0.2, phi: 1.0 - 1e-9 }, 10);
        let none = variances(Smoothing { alpha: 0.5, beta: 0.2, phi: 1.0 }, 10);
        for (a, b) in near.iter().zip(&none) {
            assert!((a - b).abs() < 1e-6 * b);
        }
    }

    #[test]
    fn a_missing_last_year_is_one_more_lead() {
        let smoothing = Smoothing { alpha: 0.4, beta: 0.1, phi: 0.9 };
        let state = State { level: 10.0, slope: 2.0 };
        let gain = smoothing.gain(Doubt::default());
        let doubt = gain.missed();
        let after = smoothing.advanced(state, gain, 0.0);
        let direct = ahead(&smoothing, state, Doubt::default(), 1.0, 3);
        let through_gap = ahead(&smoothing, after, doubt, 1.0, 2);
        for i in 0..2 {
            assert!((variance(&direct, i + 1) - variance(&through_gap, i)).abs() < 1e-14);
            assert!((direct.location[i + 1] - through_gap.location[i]).abs() < 1e-14);
        }
    }
}

//! The years ahead: where they are expected, what shocks do to them, and what is unknown of the parameters.
//!
//! With w the derivatives of mu at the state, F those of the next state and g what a shock does to it, the year h ahead is
//!
//! ```text
//! y_h = mu_h + sum_{i<h} c_hi v_i + v_h      c_hi = w_h' F_{h-1} ... F_{i+1} g_i
//! Var v_i = sigma^2                          additive shocks
//! Var v_i = sigma^2 (mu_i^2 + Var mu_i)      shocks in proportion
//! ```
//!
//! For additive trends the sum is exact and the v are uncorrelated, so that means, variances and covariances are those of
//! the textbook, for both kinds of shocks by one rule. For growth factors it is the first-order term. The law is the
//! normal one, or Student's, with these moments.
//!
//! Reference: Hyndman and others (2008), sections 6.3 and 6.4 (classes 1 and 2).

#![allow(clippy::indexing_slicing, reason = "one number a year ahead, made here")]

use super::class::{Class, Trend};
use super::likelihood::{Derivatives, Filter, Params};
use crate::forecast::Latent;
use crate::numeric::jet::Real;

/// The expected path, and the derivatives along it. None where a growth factor leaves the positive numbers.
fn path(class: Class, params: &Params<f64>, end: &Filter<f64>, h: usize) -> Option<(Vec<f64>, Vec<Derivatives<f64>>)> {
    let (mut centres, mut along) = (Vec::with_capacity(h), Vec::with_capacity(h));
    still(class, params, end, h, |mu, d| {
        centres.push(mu);
        along.push(d);
    })?;
    Some((centres, along))
}

/// Walks h years without a shock. Shocks in proportion are no reason to stop at a negative mean here: what is forecast may
/// fall below zero where what was seen did not.
fn still<R: Real>(
    class: Class,
    params: &Params<R>,
    end: &Filter<R>,
    h: usize,
    mut each: impl FnMut(R, Derivatives<R>),
) -> Option<()> {
    let additive = Class { shocks: super::Shocks::Additive, ..class };
    let mut state = *end;
    for _ in 0..h {
        let step = params.step(additive, &state)?;
        each(step.mu, params.derivatives(additive, &state, &step));
        state = step.end();
    }
    Some(())
}

/// The expected path alone, on any numbers.
pub(super) fn centres<R: Real>(class: Class, params: &Params<R>, end: &Filter<R>, h: usize) -> Vec<R> {
    let mut centres = Vec::with_capacity(h);
    let _ = still(class, params, end, h, |mu, _| centres.push(mu));
    centres
}

/// The joint law with the parameters taken as known; `sigma` is the standard deviation of a shock.
pub(super) fn latent(class: Class, params: &Params<f64>, end: &Filter<f64>, sigma: f64, h: usize) -> Option<Latent> {
    let (location, along) = path(class, params, end, h)?;
    let constant = !class.has_multiplicative_shocks() && !class.trend.is_multiplicative();
    // What one unit of each thing unknown does to each year: the state left by missing years, then the shocks.
    let mut columns: Vec<Vec<f64>> = Vec::new();
    if let Some(doubt) = end.doubt {
        let r11 = doubt.level.max(0.0).sqrt();
        let r21 = if r11 > 0.0 { doubt.cross / r11 } else { 0.0 };
        let r22 = (doubt.slope - r21 * r21).max(0.0).sqrt();
        columns.push(carried(&along, 0, (sigma * r11, sigma * r21)));
        if class.trend != Trend::None {
            columns.push(carried(&along, 0, (0.0, sigma * r22)));
        }
    }
    let ripple = if constant {
        let first = along.first()?;
        let mut ripple = carried(&along, 1, (sigma * first.shock_level, sigma * first.shock_slope));
        ripple[0] = sigma;
        ripple
    } else {
        for i in 0..h {
            let known: f64 = columns.iter().map(|column| column[i] * column[i]).sum();
            let size = if class.has_multiplicative_shocks() { (location[i].powi(2) + known).sqrt() } else { 1.0 };
            let mut column =
                carried(&along, i + 1, (sigma * size * along[i].shock_level, sigma * size * along[i].shock_slope));
            column[i] = sigma * size;
            columns.push(column);
        }
        vec![0.0; h]
    };
    let shared: Vec<Vec<f64>> = (0..h).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
    Some(Latent::new(location, shared, ripple))
}

/// What a deviation of the state before year `from` does to the years from there on; zero before.
fn carried(along: &[Derivatives<f64>], from: usize, state: (f64, f64)) -> Vec<f64> {
    let (mut level, mut slope) = state;
    let mut column = vec![0.0; along.len()];
    for (i, d) in along.iter().enumerate().skip(from) {
        let mu = d.mu_level * level + d.mu_slope * slope;
        column[i] = mu;
        (level, slope) = (mu, d.kept_slope * slope);
    }
    column
}

//! How narrow a band may be when a model passes through every observed year.
//!
//! A constant, all zeros or an exact line leave residuals of zero, and a textbook interval of width zero around them: a
//! claim to know next year exactly. Numbers printed to a last decimal place r carry a rounding error of standard
//! deviation r / sqrt(12); residuals below that say that the fit is exact as far as the print can tell. The band then
//! uses what a steady process of that size would show: for counts the Poisson standard deviation of the mean level (at
//! least 1), otherwise one per cent of the mean size.

use crate::series::{Note, Training, Unit};

/// Share of the mean size used for amounts and rates that fit exactly.
const RELATIVE: f64 = 0.01;

/// A residual standard deviation that may be used, and a note if it had to be raised.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) sigma: f64,
    pub(crate) note: Option<Note>,
}

/// The residual standard deviation `sigma` on the scale of the data, or the floor where the fit is exact.
pub(crate) fn spread(training: &Training, sigma: f64) -> Spread {
    let resolution = training.resolution();
    if sigma > resolution / 12.0_f64.sqrt() {
        return Spread { sigma, note: None };
    }
    let mean = mean_size(training);
    let sigma = match training.unit {
        Unit::Count => mean.max(1.0).sqrt(),
        Unit::Amount | Unit::Rate => (RELATIVE * mean).max(resolution),
    };
    Spread { sigma, note: Some(Note::ExactFit { sigma }) }
}

/// The same for a residual standard deviation on the log scale, where a small deviation is one relative to the size.
pub(crate) fn spread_of_logs(training: &Training, sigma: f64) -> Spread {
    let mean = mean_size(training).max(f64::MIN_POSITIVE);
    let Spread { sigma: absolute, note } = spread(training, sigma * mean);
    match note {
        None => Spread { sigma, note: None },
        // why the note as it is: it speaks in the unit of the data.
        note => Spread { sigma: absolute / mean, note },
    }
}

fn mean_size(training: &Training) -> f64 {
    // why divide first: sums of numbers near 1e150 stay finite either way, means are what is wanted.
    let n = training.observed().max(1) as f64;
    training.y.iter().flatten().map(|y| y.abs() / n).sum()
}

//! The years at which a series is cut, and what happened after each.

#![allow(clippy::indexing_slicing, reason = "places are those of the series itself, and a draw a lead")]

use super::{Backtest, NotScored};
use crate::error::{Error, Result};
use crate::evaluate::metrics::naive_scale;
use crate::numeric::rng::Stream;
use crate::series::{Series, Value, Year};

/// Everything that is the same for all models at one origin.
pub(super) struct Origin {
    /// The last year that models may see.
    pub(super) cutoff: Year,
    /// The series up to it.
    pub(super) train: Series,
    /// Mean absolute yearly change up to it, NaN if undefined.
    pub(super) scale: f64,
    pub(super) outcomes: Vec<Outcome>,
}

/// A year of the test window that was observed.
pub(super) struct Outcome {
    pub(super) year: Year,
    pub(super) lead: usize,
    pub(super) actual: f64,
    /// A uniform draw for the PIT.
    pub(super) draw: f64,
}

/// The origins of one series, in order of time.
pub(super) struct Windows {
    pub(super) origins: Vec<Origin>,
    pub(super) not_scored: NotScored,
}

impl Windows {
    pub(super) fn new(series: &Series, settings: &Backtest) -> Result<Self> {
        let Backtest { windows, step, min_train, seed, .. } = *settings;
        let h = settings.horizon.get();
        let full = match series.values().split_last() {
            Some((_, before)) if series.last_coverage().is_partial() => before,
            _ => series.values(),
        };
        let seen: Vec<usize> = (0..full.len()).filter(|&i| full[i].exact().is_some()).collect();
        let name = series.name();
        let Some(&last) = seen.last() else {
            return Err(Error::NoObservedYears { series: name.to_owned(), years: series.values().len() });
        };
        // the cutoffs as positions in the series, latest first
        let cutoffs = (0..windows).map_while(|i| last.checked_sub(h.saturating_add(i.saturating_mul(step))));
        let mut cutoffs: Vec<usize> =
            cutoffs.take_while(|&cutoff| seen.partition_point(|&i| i <= cutoff) >= min_train).collect();
        cutoffs.reverse();
        if cutoffs.is_empty() {
            let model = format!("a backtest {h} {} ahead", if h == 1 { "year" } else { "years" });
            let (needed, got) = (min_train.saturating_add(h), seen.len());
            return Err(Error::TooFewYears { series: name.to_owned(), model, needed, got });
        }
        let not_scored =
            NotScored { partial: usize::from(full.len() < series.values().len()), ..unobserved(full, &cutoffs, h) };
        let origin = |at: usize| -> Result<Origin> {
            let cutoff = series.first_year().plus(at)?;
            let mut stream = Stream::new(seed, &format!("{name}, {cutoff}"));
            let draws: Vec<f64> = (0..h).map(|_| stream.uniform()).collect();
            let outcomes = (1..=h).filter_map(|lead| {
                let actual = full.get(at + lead)?.exact()?;
                Some(cutoff.plus(lead).map(|year| Outcome { year, lead, actual, draw: draws[lead - 1] }))
            });
            let numbers: Vec<f64> = full[..=at].iter().map(|v| v.exact().unwrap_or(f64::NAN)).collect();
            Ok(Origin {
                cutoff,
                train: series.through(cutoff)?,
                scale: naive_scale(&numbers),
                outcomes: outcomes.collect::<Result<_>>()?,
            })
        };
        Ok(Self { origins: cutoffs.into_iter().map(origin).collect::<Result<_>>()?, not_scored })
    }
}

/// The years of any test window that carry no number, each counted once.
fn unobserved(full: &[Value], cutoffs: &[usize], h: usize) -> NotScored {
    let mut counts = NotScored::default();
    for (i, value) in full.iter().enumerate() {
        if cutoffs.iter().any(|&cutoff| i > cutoff && i <= cutoff + h) {
            match value {
                Value::Missing => counts.missing += 1,
                Value::Censored { .. } => counts.masked += 1,
                Value::Exact(_) => {}
            }
        }
    }
    counts
}

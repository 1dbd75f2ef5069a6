//! What is known beside the series as columns: events and drivers, with the prior of their effects.
//!
//! An effect is judged as a share of the level: `gamma ~ N(0, s_g^2)` in the logarithm, carried to the scale of each power at
//! the level L of the series before the event, where `dz / d ln y = (L / scale)^lambda`. The prior is proper, and wide: with a
//! diffuse one every event would be refuted by its own vagueness (Lindley 1957). For an event that has acted it is a mixture of
//! two normal laws, since the tail of one is thinner than that of the shocks, whose size is unknown: a break of fifty times the
//! level would be taken for a shock, and the surer the larger it is (`O'Hagan` 1979). The wider of the two is carried as a whole:
//! its standard deviation s is `(e^(lambda s) - 1) / lambda` on the scale of a power, for a level of one.

#![allow(clippy::indexing_slicing, reason = "a row a year and a column an effect, made here")]

use crate::design::{Column, Design, Inputs};
use crate::error::Result;
use crate::series::{EventKind, Horizon, Training, Unit, Year};

/// Standard deviation of the effect of an event in log units: two of them are a factor of four.
const EVENT: f64 = 0.7;
/// An event may be out of the ordinary: so many times as wide, with this probability beforehand.
const FAR: f64 = 6.0;
const FAR_SHARE: f64 = 0.05;
/// The same a year of a ramp.
const RAMP: f64 = 0.2;
/// The same for a driver that moves by its own standard deviation.
const DRIVER: f64 = 0.35;

/// One column.
#[derive(Clone, Debug)]
pub(in super::super) struct Effect {
    pub(in super::super) name: String,
    /// Whether it is an event, which can be thought away.
    pub(in super::super) event: bool,
    /// Standard deviation of its coefficient in log units, if it is an ordinary one.
    sd: f64,
    /// Whether a year observed can tell that it is out of the ordinary.
    acted: bool,
    /// The level it is judged against.
    pub(in super::super) level: f64,
    /// What is taken from a driver's values, and what they are divided by.
    centre: f64,
    unit: f64,
}

impl Effect {
    /// dz / d ln y at its level: what a share of the level is on the scale of a power.
    pub(in super::super) fn on_scale(&self, lambda: f64, scale: f64) -> f64 {
        (self.level / scale).powf(lambda)
    }

    /// Standard deviation of its coefficient under a power, as a share of the level, among ordinary effects or far ones. On the
    /// logarithm it is that in log units.
    pub(in super::super) fn sd(&self, far: bool, lambda: f64) -> f64 {
        if !(far && self.acted) {
            return self.sd;
        }
        // why not dz / d ln y here: a factor of 50 is far from straight, and under no power may it be out of reach.
        let sd = FAR * self.sd;
        if lambda == 0.0 { sd } else { (lambda * sd).exp_m1() / lambda }
    }
}

/// The columns of a series, a row a year.
#[derive(Clone, Debug)]
pub(in super::super) struct Effects {
    pub(in super::super) each: Vec<Effect>,
    design: Design,
    series: String,
    /// From the first year of the training view; nothing in years that were not observed.
    pub(super) rows: Vec<Vec<f64>>,
}

impl Effects {
    /// The columns of the inputs; none without events and drivers.
    pub(in super::super) fn new(training: &Training, inputs: &Inputs) -> Result<Option<Self>> {
        if inputs.events().is_empty() && inputs.drivers().is_empty() {
            return Ok(None);
        }
        // why the last year of the calendar: events to come have columns too, of zeros so far.
        let design = Design::new(training.first, Vec::new()).with_inputs(inputs, Year::new(9999)?);
        let years = (0..training.y.len()).map(|i| training.first.plus(i)).collect::<Result<Vec<_>>>()?;
        let observed = |i: usize| training.y[i].is_some();
        let mut rows = Vec::with_capacity(years.len());
        for (i, &year) in years.iter().enumerate() {
            let p = design.columns().len();
            rows.push(if observed(i) { design.row(&training.name, year)? } else { vec![0.0; p] });
        }
        let known = || training.y.iter().zip(&years).filter_map(|(y, year)| Some(((*y)?, *year)));
        let level = |before: Year| {
            let of = |all: bool| known().filter(move |(_, year)| all || *year < before).map(|(y, _)| y.abs());
            let (sum, n) = of(of(false).next().is_none()).fold((0.0, 0.0), |(sum, n), y| (sum + y, n + 1.0));
            // why: a level of nothing has no shares.
            let least = if training.unit == Unit::Count { 0.5 } else { 0.0 };
            let level = f64::max(sum / n, least);
            if level > 0.0 { level } else { 1.0 }
        };
        let mut each = Vec::new();
        for (j, column) in design.columns().iter().enumerate() {
            each.push(match column {
                Column::Event(event) => Effect {
                    name: event.name.clone(),
                    event: true,
                    sd: if event.kind == EventKind::Ramp { RAMP } else { EVENT },
                    // why not those to come: no year would speak against a factor of a thousand.
                    acted: rows.iter().any(|row| row[j] != 0.0),
                    level: level(event.year),
                    centre: 0.0,
                    unit: 1.0,
                },
                column => {
                    let values: Vec<f64> = (0..rows.len()).filter(|i| observed(*i)).map(|i| rows[i][j]).collect();
                    let n = values.len() as f64;
                    let mean = values.iter().sum::<f64>() / n;
                    let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
                    Effect {
                        name: column.name(),
                        event: false,
                        sd: DRIVER,
                        acted: false,
                        level: level(training.next),
                        // why the first: the first year sets the level, with its driver as it was.
                        centre: values.first().copied().unwrap_or(0.0),
                        unit: if sd > 0.0 { sd } else { 1.0 },
                    }
                }
            });
        }
        for (i, row) in rows.iter_mut().enumerate().filter(|(i, _)| observed(*i)) {
            debug_assert!(i < years.len());
            row.iter_mut().zip(&each).for_each(|(x, effect)| *x = (*x - effect.centre) / effect.unit);
        }
        Ok(Some(Self { each, design, series: training.name.clone(), rows }))
    }

    /// What the effects may be beforehand, with the logarithm of its probability: all ordinary, or those of events far.
    pub(in super::super) fn kinds(&self) -> Vec<(bool, f64)> {
        if self.each.iter().any(|effect| effect.acted) {
            vec![(false, (1.0 - FAR_SHARE).ln()), (true, FAR_SHARE.ln())]
        } else {
            vec![(false, 0.0)]
        }
    }

    /// Number of columns.
    pub(in super::super) fn len(&self) -> usize {
        self.each.len()
    }

    /// The row of an observed year.
    pub(in super::super) fn row(&self, t: usize) -> &[f64] {
        &self.rows[t]
    }

    /// The rows of the years from `next` on.
    pub(in super::super) fn ahead(&self, next: Year, horizon: Horizon, future: &Inputs) -> Result<Vec<Vec<f64>>> {
        let design = self.design.with_future(future)?;
        let row = |i: usize| -> Result<Vec<f64>> {
            let mut row = design.row(&self.series, next.plus(i)?)?;
            row.iter_mut().zip(&self.each).for_each(|(x, effect)| *x = (*x - effect.centre) / effect.unit);
            Ok(row)
        };
        (0..horizon.get()).map(row).collect()
    }
}

//! What every trend regression begins with: the observed years as rows, and what the user knows beside.

use crate::design::{Column, Design, Inputs};
use crate::error::{Error, Result};
use crate::series::{Event, Note, Series, Training, Year};

/// The data of a trend regression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setup {
    pub(super) series: Series,
    pub(super) training: Training,
    pub(super) design: Design,
    pub(super) years: Vec<Year>,
    pub(super) y: Vec<f64>,
    /// Row by row.
    pub(super) rows: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
    /// Logarithms of the exposure.
    pub(super) offset: Option<Vec<f64>>,
    /// Numbers beside those of the columns that were estimated from the same years: places of breaks that were searched for.
    pub(super) placed: usize,
    /// Events of which no year has been observed.
    pub(super) ahead: Vec<Event>,
    pub(super) notes: Vec<Note>,
}

impl Setup {
    /// The data of `model` with these columns and those of the inputs. At least `spare` observed years more than there are
    /// columns are needed.
    pub(super) fn new(
        series: &Series,
        inputs: &Inputs,
        columns: impl FnOnce(&Training) -> Vec<Column>,
        (model, spare): (&str, usize),
    ) -> Result<Self> {
        let training = Training::new(series)?;
        let last = training.points().last().map_or(training.first, |(year, _)| year);
        let design = Design::new(training.first, columns(&training)).with_inputs(inputs, last);
        let needed = design.columns().len() + spare;
        training.need(needed, model)?;
        let setup = Self::of(series, training, design)?;
        let counted = setup.weights.as_ref().map_or(setup.years.len(), |w| w.iter().filter(|w| **w > 0.0).count());
        if counted < needed {
            let (series, model) = (setup.training.name.clone(), model.to_owned());
            return Err(Error::TooFewYears { series, model, needed, got: counted });
        }
        Ok(setup)
    }

    /// The data of a design: what follows from series and columns.
    pub(super) fn of(series: &Series, mut training: Training, design: Design) -> Result<Self> {
        // why missing: shocks, degrees of freedom and the last year must not come from a year that counts for nothing.
        let first = training.first;
        for (i, y) in training.y.iter_mut().enumerate() {
            if y.is_some() && design.weight(first.plus(i)?) <= 0.0 {
                *y = None;
            }
        }
        let (years, y): (Vec<Year>, Vec<f64>) = training.points().unzip();
        let (last, inputs) = (years.last().copied().unwrap_or(training.first), design.inputs());
        let p = design.columns().len();
        let rows = design.rows(&training.name, years.iter().copied())?;
        let weights = inputs.weighting().map(|_| years.iter().map(|&year| design.weight(year)).collect::<Vec<f64>>());
        let each = || years.iter().map(|&year| Ok(design.offset(&training.name, year)?.unwrap_or(0.0)));
        let offset = inputs.exposures().map(|_| each().collect::<Result<Vec<f64>>>()).transpose()?;
        let ahead: Vec<Event> = inputs.events().iter().filter(|event| event.year > last).cloned().collect();
        let mut notes: Vec<Note> =
            ahead.iter().map(|e| Note::EventAhead { event: e.name.clone(), year: e.year }).collect();
        notes.extend(inputs.crowding(p, years.len()));
        Ok(Self { series: series.clone(), training, design, years, y, rows, weights, offset, placed: 0, ahead, notes })
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.design.columns().len()
    }

    /// Degrees of freedom: observed years less the numbers that were estimated from them.
    pub(super) fn df(&self) -> f64 {
        (self.y.len() - self.columns() - self.placed) as f64
    }

    /// The last observed year.
    pub(super) fn last(&self) -> Year {
        self.years.last().copied().unwrap_or(self.training.first)
    }
}

/// Refuses what a model cannot use.
pub(super) fn without(inputs: &Inputs, model: &str, refused: &[&str]) -> Result<()> {
    let given = [
        ("exog", !inputs.drivers().is_empty()),
        ("events", !inputs.events().is_empty()),
        ("exposure", inputs.exposures().is_some()),
        ("weights", inputs.weighting().is_some()),
    ];
    match given.iter().find(|(name, is_given)| *is_given && refused.contains(name)) {
        Some((name, _)) => Err(Error::InputNotTaken { model: model.to_owned(), input: (*name).to_owned() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::design::Inputs;
    use crate::model::Forecaster;
    use crate::regression::{LinearTrend, LogLinearTrend, NegativeBinomialTrend, PoissonTrend, Projection};
    use crate::series::{Horizon, Series, Year};

    #[test]
    fn a_year_of_weight_zero_is_a_year_that_was_not_observed() {
        let year = |y| Year::new(y).unwrap();
        let y = [30.0, 41.0, 35.0, 44.0, 52.0, 47.0, 61.0, 58.0, 66.0, 300.0];
        let all = Series::new("cases", year(2010), &y).unwrap();
        let without = all.clone().with_missing(year(2019)).unwrap();
        let models: [Box<dyn Forecaster>; 5] = [
            Box::new(PoissonTrend::new()),
            Box::new(NegativeBinomialTrend::new()),
            Box::new(LinearTrend::new()),
            Box::new(LinearTrend::new().projection(Projection::Damped)),
            Box::new(LogLinearTrend::new().projection(Projection::Damped)),
        ];
        for model in models {
            let weights = Inputs::new().weights([(year(2019), 0.0)]).unwrap();
            let horizon = Horizon::years(2).unwrap();
            let weighed = model.fit_with(&all, &weights).unwrap().forecast(horizon).unwrap();
            let left_out = model.fit(&without).unwrap().forecast(horizon).unwrap();
            assert_eq!(weighed.median(), left_out.median(), "{}", model.name());
            assert_eq!(weighed.interval(80.0).unwrap(), left_out.interval(80.0).unwrap(), "{}", model.name());
        }
    }
}

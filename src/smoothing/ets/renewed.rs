//! A fitted model after the series has changed: the same parameters on other years, or on more of them.

use super::estimate::Aim;
use super::fitted::{FittedEts, admitted, left, problem};
use crate::error::{Error, Result};
use crate::series::{Series, Training};
use crate::smoothing::Trend;

impl FittedEts {
    /// The same smoothing parameters on another series, its first level and slope estimated anew unless they were fixed.
    ///
    /// # Errors
    /// Those of [`super::Ets::fit`].
    pub fn refit(&self, series: &Series) -> Result<Self> {
        self.each(|fit| fit.refit_alone(series))
    }

    fn refit_alone(&self, series: &Series) -> Result<Self> {
        let training = Training::new(series)?;
        let mut held = self.model;
        let params = problem(&self.model, &self.training, Aim::Likelihood).params(self.at);
        held.fixed.alpha = Some(params.alpha);
        if self.trend() != Trend::None {
            held.fixed.beta = Some(params.beta);
        }
        if self.trend().is_damped() {
            held.fixed.phi = Some(params.phi);
        }
        training.need(held.needed().max(1), &held.class.to_string())?;
        admitted(&held, &training)?;
        let held_problem = problem(&held, &training, Aim::Likelihood);
        // As the fit began, and the same in the size of the new series.
        let size = |training: &Training| {
            training.y.iter().flatten().map(|y| y.abs()).sum::<f64>() / training.observed() as f64
        };
        let ratio = size(&training) / size(&self.training).max(f64::MIN_POSITIVE);
        let grows = self.trend().is_multiplicative();
        let begun = [1.0, ratio].map(|ratio| {
            let mut at = self.at;
            (at[0], at[2]) = (ratio * at[0], if grows { at[2] } else { ratio * at[2] });
            held_problem.point(at)
        });
        let begun: Vec<_> = begun.into_iter().filter(|point| point.value.is_finite()).collect();
        let found = held_problem.solve(&begun).ok_or_else(|| left(&held, &training, 0))?;
        let mut at = self.at;
        (at[0], at[2]) = (found.at[0], found.at[2]);
        Ok(Self { penalised: self.penalised, ..Self::at(self.model, series, training, at)? })
    }

    /// The same parameters and first states on the same series with more years: what comes in is only passed through.
    ///
    /// ```
    /// use unjuran::series::{Series, Year};
    /// use unjuran::smoothing::Ets;
    /// let start = Year::new(2015)?;
    /// let fitted = Ets::params().alpha(0.5).level(10.0).fit(&Series::new("s", start, &[10.0, 12.0, 11.0])?)?;
    /// let later = fitted.update(&Series::new("s", start, &[10.0, 12.0, 11.0, 15.0])?)?;
    /// assert_eq!((fitted.level(), later.level()), (11.0, 13.0)); // half-way to what came
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`super::Ets::fit`]; [`Error::CountedAlready`] for less than was counted in a year that was under way.
    pub fn update(&self, series: &Series) -> Result<Self> {
        let known = self.series.last_coverage().is_partial().then(|| self.series.observations().last()).flatten();
        if let Some((year, counted)) = known.and_then(|known| Some((known.year, known.value.exact()?)))
            && let Some(value) = series.observations().find(|o| o.year == year).and_then(|o| o.value.exact())
            && value < counted
        {
            return Err(Error::CountedAlready { series: series.name().to_owned(), year: year.get(), counted, value });
        }
        self.each(|fit| {
            let again = Self::at(fit.model, series, Training::new(series)?, fit.at)?;
            Ok(Self { penalised: fit.penalised, ..again })
        })
    }

    /// The fit and its rivals after a change; those that do not bear it are left out, and the others share their weight. Of
    /// the rest the one of most weight is what is reported.
    fn each(&self, change: impl Fn(&Self) -> Result<Self>) -> Result<Self> {
        let own = 1.0 - self.rivals.iter().map(|(weight, _)| weight).sum::<f64>();
        let first = change(self);
        let others = self.rivals.iter().filter_map(|(weight, rival)| Some((*weight, change(rival).ok()?)));
        let mut borne: Vec<(f64, Self)> = others.collect();
        let total = borne.iter().map(|(weight, _)| weight).sum::<f64>() + if first.is_ok() { own } else { 0.0 };
        let reported = match first {
            Ok(fitted) => fitted,
            Err(error) => {
                let heaviest = borne.iter().enumerate().max_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
                let heaviest = heaviest.map(|(i, _)| i).ok_or(error)?;
                borne.swap_remove(heaviest).1
            }
        };
        for (weight, _) in &mut borne {
            *weight /= total;
        }
        reported.among(borne)
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::series::{Coverage, Series, Year};
    use crate::smoothing::Ets;

    #[test]
    fn a_year_that_was_under_way_does_not_end_below_what_was_counted() {
        let start = Year::new(2016).unwrap();
        let year = start.plus(5).unwrap();
        let series = |y: &[f64]| Series::new("cases", start, y).unwrap();
        let begun = series(&[9.0, 8.0, 7.0, 12.0, 10.0]).with_partial(year, 5.0, Coverage::Share(0.4)).unwrap();
        let fitted = Ets::params().fit(&begun).unwrap();
        let ended = |value| fitted.update(&series(&[9.0, 8.0, 7.0, 12.0, 10.0, value]));
        assert_eq!(
            ended(3.0).unwrap_err(),
            Error::CountedAlready { series: "cases".to_owned(), year: 2021, counted: 5.0, value: 3.0 }
        );
        assert!(ended(5.0).is_ok());
    }
}

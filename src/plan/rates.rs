//! Rates by population, and back to counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DRAWS, SEED, refused};
use crate::dist::rounded;
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Paths};
use crate::numeric::rng::Stream;
use crate::series::{Note, Observation, Series, Unit, Value, Year};

/// Populations by year, and how well they are known.
///
/// An uncertain population is off by the same factor in every year of a path, log-normal with mean 1 and the relative standard
/// deviation d: exp(s z - s^2 / 2), s^2 = ln(1 + d^2). Censuses are wrong for decades, not for years.
///
/// ```
/// use unjuran::plan::Population;
/// use unjuran::series::{Series, Year};
/// let (first, second) = (Year::new(2021)?, Year::new(2022)?);
/// let people = Population::new([(first, 32_500_000.0), (second, 32_600_000.0)], 100_000.0)?;
/// let victims = Series::new("victims", first, &[650.0, 326.0])?;
/// let rates = people.rates(&victims)?;
/// assert_eq!(rates.values()[1].exact(), Some(1.0)); // 326 of 32.6 million is 1 in 100,000
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Population {
    by_year: BTreeMap<Year, f64>,
    per: f64,
    relative_sd: f64,
}

/// The stored form: checked again on the way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    by_year: BTreeMap<Year, f64>,
    per: f64,
    relative_sd: f64,
}

impl TryFrom<Stored> for Population {
    type Error = Error;
    fn try_from(Stored { by_year, per, relative_sd }: Stored) -> Result<Self> {
        Self::new(by_year, per)?.uncertain(relative_sd)
    }
}

impl Population {
    /// Populations by year; rates are for so many of them.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless `per` is finite and above 0. Populations are judged where they are used.
    pub fn new(by_year: impl IntoIterator<Item = (Year, f64)>, per: f64) -> Result<Self> {
        if per > 0.0 && per.is_finite() {
            return Ok(Self { by_year: by_year.into_iter().collect(), per, relative_sd: 0.0 });
        }
        Err(refused("rates", "per", per, "a finite number above 0"))
    }

    /// The same, known only with this relative standard deviation: 0.01 is one per cent. It goes into forecasts; a series has
    /// no place for a doubt.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is from 0 to 0.5.
    pub fn uncertain(self, relative_sd: f64) -> Result<Self> {
        if (0.0..=0.5).contains(&relative_sd) {
            return Ok(Self { relative_sd, ..self });
        }
        Err(refused("rates", "relative_sd", relative_sd, "a number from 0 to 0.5"))
    }

    fn of(&self, series: &Series, year: Year) -> Result<f64> {
        let found = self.by_year.get(&year).copied().ok_or_else(|| Error::MissingDriver {
            series: series.name().to_owned(),
            column: "population".to_owned(),
            year: year.get(),
        })?;
        if found > 0.0 && found.is_finite() {
            return Ok(found);
        }
        let (series, year) = (series.name().to_owned(), year.get());
        Err(Error::BadPopulation { series, year, population: found.to_string() })
    }

    /// A series of counts or amounts as rates. Bounds of masked cells become bounds of rates; a year under way is left out,
    /// since a rate of part of a year says nothing.
    ///
    /// # Errors
    /// [`Error::MissingDriver`] for a year without a population, [`Error::BadPopulation`];
    /// [`Error::BadParameter`] for a series of rates, and for an uncertain population.
    pub fn rates(&self, series: &Series) -> Result<Series> {
        self.check_sure()?;
        self.converted(series, true)
    }

    /// A series of rates as counts, rounded.
    ///
    /// # Errors
    /// As for [`Population::rates`]; [`Error::BadParameter`] for a series that is no rate.
    pub fn counts(&self, series: &Series) -> Result<Series> {
        self.check_sure()?;
        self.converted(series, false)
    }

    fn check_sure(&self) -> Result<()> {
        if self.relative_sd == 0.0 {
            return Ok(());
        }
        let allowed = "0 for a series: its numbers have no place for a doubt, which goes into a forecast";
        Err(refused("rates", "relative_sd", self.relative_sd, allowed))
    }

    fn converted(&self, series: &Series, to_rates: bool) -> Result<Series> {
        check_unit(series, to_rates)?;
        let mut observed = Vec::new();
        for observation in series.observations().filter(|o| !o.coverage.is_partial()) {
            let Observation { year, value, .. } = observation;
            let value = match value {
                Value::Missing => Value::Missing,
                Value::Exact(y) => Value::Exact(self.changed(series, year, y, to_rates)?),
                Value::Censored { lower, upper } => Value::Censored {
                    lower: self.changed(series, year, lower, to_rates)?,
                    upper: self.changed(series, year, upper, to_rates)?,
                },
            };
            observed.push(Observation { value, ..observation });
        }
        let found = Series::from_observations(series.name(), observed)?.with_label(self.label(series, to_rates));
        found.with_unit(if to_rates { Unit::Rate } else { Unit::Count })
    }

    fn changed(&self, series: &Series, year: Year, y: f64, to_rates: bool) -> Result<f64> {
        let people = self.of(series, year)? / self.per;
        Ok(if to_rates { y / people } else { rounded(y * people) })
    }

    fn label(&self, series: &Series, to_rates: bool) -> String {
        if to_rates { format!("{} per {}", series.label(), self.per) } else { series.label().to_owned() }
    }

    /// A forecast of counts as one of rates, path by path, with the doubt about the population; what was to be told of it
    /// still is.
    ///
    /// # Errors
    /// As for [`Population::rates`]; [`Error::EmptySeries`] if no full year is left.
    pub fn rate_forecast(&self, forecast: &Forecast) -> Result<Forecast> {
        self.forecast(forecast, true)
    }

    /// A forecast of rates as one of counts.
    ///
    /// # Errors
    /// As for [`Population::counts`].
    pub fn count_forecast(&self, forecast: &Forecast) -> Result<Forecast> {
        self.forecast(forecast, false)
    }

    fn forecast(&self, forecast: &Forecast, to_rates: bool) -> Result<Forecast> {
        let series = self.converted(forecast.series(), to_rates)?;
        let people =
            forecast.years().iter().map(|y| Ok(self.of(&series, *y)? / self.per)).collect::<Result<Vec<f64>>>()?;
        let mut stream = Stream::new(SEED, &format!("{}|population", series.name()));
        let sigma = (self.relative_sd * self.relative_sd).ln_1p().sqrt();
        let base = forecast.paths(DRAWS, SEED)?;
        let mut values = Vec::with_capacity(base.as_slice().len());
        for path in base.rows() {
            let factor = if sigma > 0.0 { (sigma * stream.normal() - 0.5 * sigma * sigma).exp() } else { 1.0 };
            let one = |(y, people): (&f64, &f64)| {
                if to_rates { y / (people * factor) } else { rounded(y * people * factor) }
            };
            values.extend(path.iter().zip(&people).map(one));
        }
        let how =
            if to_rates { format!("per {} of the population", self.per) } else { "rates turned into counts".into() };
        let notes = forecast.notes().iter().cloned().chain([Note::Derived { how }]).collect();
        Forecast::of_table(&series, forecast.model(), series.name(), &Paths::from_rows(base.years(), values)?, notes)
    }
}

fn check_unit(series: &Series, to_rates: bool) -> Result<()> {
    match (series.unit(), to_rates) {
        (Unit::Rate, true) => Err(refused("rates", "unit", "rate", "a series of counts or amounts")),
        (Unit::Count | Unit::Amount, false) => {
            Err(refused("rates", "unit", series.unit(), "a series of rates (unit \"rate\")"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Calendar, Shape};
    use crate::series::{Coverage, Horizon};
    use crate::smoothing::{Drift, Naive};

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    fn people(sd: f64) -> Population {
        let by_year = (2019..2026).map(|y| (year(y), 2_000_000.0));
        Population::new(by_year, 100_000.0).unwrap().uncertain(sd).unwrap()
    }

    fn forecast() -> Forecast {
        let series = Series::new("cases", year(2019), &[80.0, 100.0, 90.0, 100.0]).unwrap();
        Naive.fit(&series).unwrap().forecast(Horizon::years(3).unwrap()).unwrap()
    }

    #[test]
    fn rates_of_a_forecast_are_its_paths_over_the_population_and_back_again() {
        let rates = people(0.0).rate_forecast(&forecast()).unwrap();
        assert_eq!(rates.series().unit(), Unit::Rate);
        let (old, new) = (forecast().paths(100, 0).unwrap(), rates.paths(100, 0).unwrap());
        assert!(old.as_slice().iter().zip(new.as_slice()).all(|(y, r)| (y / 20.0 - r).abs() < 1e-12));
        let back = people(0.0).count_forecast(&rates).unwrap();
        assert_eq!(back.paths(100, 0).unwrap(), old);
    }

    #[test]
    fn what_was_to_be_told_of_a_forecast_is_told_of_its_rates_and_of_what_they_become_again() {
        let masked = forecast().series().clone().with_censored(year(2020), 0.0, 4.0).unwrap();
        let so_far = masked.with_partial(year(2023), 48.0, Coverage::Share(0.4)).unwrap();
        let base = Drift.fit(&so_far).unwrap().forecast(Horizon::years(2).unwrap()).unwrap();
        let base = base.widened(&[2.0, 2.0], "asked for").unwrap();
        // Drift leaves the masked cell out; a rate series has no year under way, and yet 48 were counted
        let [Note::YearUnderWay { .. }, Note::MaskedYears { .. }, Note::Widened { .. }] = base.notes() else {
            panic!("{:?}", base.notes());
        };
        let derived = |how: &str| Note::Derived { how: how.to_owned() };
        let rates = people(0.0).rate_forecast(&base).unwrap();
        assert_eq!(rates.notes(), [base.notes(), &[derived("per 100000 of the population")]].concat());
        let back = people(0.0).count_forecast(&rates).unwrap();
        assert_eq!(back.notes(), [rates.notes(), &[derived("rates turned into counts")]].concat());
    }

    #[test]
    fn what_is_masked_of_a_forecast_is_not_told_of_its_rates_or_of_another_calendar() {
        let so_far =
            |counted| forecast().series().clone().with_partial(year(2023), counted, Coverage::Share(0.4)).unwrap();
        for (counted, told) in [(3.0, false), (5.0, true)] {
            let base = Naive.fit(&so_far(counted)).unwrap().forecast(Horizon::years(3).unwrap()).unwrap();
            let fiscal = Calendar::to_fiscal(4, Shape::default()).unwrap().forecast(&base).unwrap();
            for made in [people(0.0).rate_forecast(&base).unwrap(), fiscal] {
                let tells = |forecast: &Forecast| {
                    forecast.notes().iter().any(|note| note.to_string().contains(&format!("{counted} counted")))
                };
                assert!(tells(&made), "{:?}", made.notes());
                assert_eq!(tells(&made.masked_below(5.0).unwrap()), told);
            }
        }
    }

    #[test]
    fn doubt_about_the_population_widens_the_rates() {
        let variance = |sd| people(sd).rate_forecast(&forecast()).unwrap().variance()[0];
        assert!(variance(0.1) > variance(0.0));
    }

    #[test]
    fn an_uncertain_population_has_the_mean_and_the_deviation_that_were_given() {
        let rate = Series::new("rate", year(2019), &[1e6; 4]).unwrap().with_unit(Unit::Rate).unwrap();
        let sure = Paths::from_rows(1, vec![1e6; 10_000]).unwrap();
        let sure = Forecast::from_paths(&rate, "sure", "rate", &sure, vec![]).unwrap();
        for sd in [0.1, 0.5] {
            // 20 times the rate, times the factor of the path
            let counts = people(sd).count_forecast(&sure).unwrap();
            let (mean, own) = (counts.mean()[0] / 2e7, counts.variance()[0].sqrt() / 2e7);
            // four standard errors of 10,000 draws, of a deviation with a heavier tail than the normal law
            assert!((mean - 1.0).abs() < 0.04 * sd && (own / sd - 1.0).abs() < 0.08, "{sd}: {mean} {own}");
        }
    }

    #[test]
    fn a_series_has_no_place_for_a_doubt() {
        let error = people(0.3).rates(forecast().series()).unwrap_err();
        assert!(
            matches!(&error, Error::BadParameter { parameter, value, .. } if parameter == "relative_sd" && value == "0.3")
        );
        assert!(people(0.3).counts(&people(0.0).rates(forecast().series()).unwrap()).is_err());
    }

    #[test]
    fn what_is_read_back_is_judged_as_what_is_given() {
        let stored = serde_json::to_string(&people(0.1)).unwrap();
        assert_eq!(serde_json::from_str::<Population>(&stored).unwrap(), people(0.1));
        for (from, to) in [("\"per\":100000.0", "\"per\":-3.0"), ("\"relative_sd\":0.1", "\"relative_sd\":7.5")] {
            assert!(stored.contains(from), "{stored}");
            let refused = serde_json::from_str::<Population>(&stored.replace(from, to)).unwrap_err();
            assert!(refused.to_string().contains("rates"), "{refused}");
        }
    }

    #[test]
    fn a_population_that_is_zero_or_not_there_is_named() {
        let none = Population::new([(year(2019), 0.0)], 1e5).unwrap();
        let error = none.rates(forecast().series()).unwrap_err();
        assert!(matches!(error, Error::BadPopulation { year: 2019, .. }), "{error}");
        let some = Population::new([(year(2019), 1e6)], 1e5).unwrap();
        assert!(matches!(some.rates(forecast().series()), Err(Error::MissingDriver { year: 2020, .. })));
    }
}

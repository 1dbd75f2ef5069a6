//! The view of a series that a model may fit: full years only, and what was decided on the way.

use std::collections::BTreeMap;

use super::annual::Series;
use super::note::Note;
use super::observation::{Coverage, Value};
use super::unit::Unit;
use super::year::Year;
use crate::error::{Error, Result};

/// What was counted so far in the year under way.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderWay {
    /// The year.
    pub year: Year,
    /// The count so far.
    pub counted: f64,
    /// How far.
    pub coverage: Coverage,
    /// What was counted by the same day of earlier years, with what those years became.
    pub earlier: Vec<EarlierYear>,
}

impl UnderWay {
    /// What is known of the last year of a series, if that is under way.
    pub(crate) fn of(series: &Series) -> Option<Self> {
        let (year, coverage) = (series.last_year(), series.last_coverage());
        let counted = series.values().last().and_then(|v| v.exact()).filter(|_| coverage.is_partial())?;
        let pair = |(earlier, by_then): (&Year, &f64)| {
            let at = series.first_year().until(*earlier)?;
            let became = series.values().get(at)?.exact()?;
            Some(EarlierYear { age: earlier.until(year)?, by_then: *by_then, became })
        };
        Some(Self { year, counted, coverage, earlier: series.earlier().iter().filter_map(pair).collect() })
    }
}

/// An earlier year of which it is known what was counted by the same day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlierYear {
    /// Years from it to the year under way: 1 for last year.
    pub age: usize,
    /// The count by the same day.
    pub by_then: f64,
    /// The count of the whole year.
    pub became: f64,
}

/// A series as a model sees it. Every ruling on years that are not plain numbers is made here and written to `notes`.
///
/// A partial last year is left out and becomes the first year to forecast; masked cells count as missing, unless the model
/// takes them as intervals; missing years before the first number are dropped, later ones stay as gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Name of the series, for messages.
    pub name: String,
    /// What the numbers are.
    pub unit: Unit,
    /// The year of the first number.
    pub first: Year,
    /// A number or a gap for each year from `first` to the year before `next`; the first is a number.
    pub y: Vec<Option<f64>>,
    /// The first year to forecast.
    pub next: Year,
    /// The year under way, if the series has one: then it is `next`.
    pub under_way: Option<UnderWay>,
    /// What a reader must be told.
    pub notes: Vec<Note>,
    /// Bounds of the masked cells, by place in `y`, where they were asked for ([`Training::with_masks`]): `y` holds their
    /// midpoints then.
    pub masks: BTreeMap<usize, (f64, f64)>,
}

impl Training {
    /// The training view of a series.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`] if no full year carries a number; [`Error::YearOutOfRange`] if nothing can follow.
    pub fn new(series: &Series) -> Result<Self> {
        Self::of(series, false)
    }

    /// The view of a model that takes masked cells as the intervals they are.
    ///
    /// # Errors
    /// [`Error::NoObservedYears`] if no full year carries a number or a masked cell; [`Error::YearOutOfRange`].
    pub fn with_masks(series: &Series) -> Result<Self> {
        Self::of(series, true)
    }

    fn of(series: &Series, with_masks: bool) -> Result<Self> {
        let (next, under_way) = (series.next_year()?, UnderWay::of(series));
        let values = full(series);
        let nothing = || Error::NoObservedYears { series: series.name().to_owned(), years: series.values().len() };
        let known = |v: &Value| match *v {
            Value::Exact(y) => Some(y),
            Value::Censored { lower, upper } => with_masks.then_some(0.5 * (lower + upper)),
            Value::Missing => None,
        };
        let skipped = values.iter().position(|v| known(v).is_some()).ok_or_else(nothing)?;
        let first = series.first_year().plus(skipped)?;
        let notes = Self::told(series, with_masks)?;
        let values = values.get(skipped..).unwrap_or_default();
        let y = values.iter().map(known).collect();
        let bounds = |(i, v): (usize, &Value)| match *v {
            Value::Censored { lower, upper } if with_masks => Some((i, (lower, upper))),
            _ => None,
        };
        let masks = values.iter().enumerate().filter_map(bounds).collect();
        Ok(Self { name: series.name().to_owned(), unit: series.unit(), first, y, next, under_way, notes, masks })
    }

    /// What a reader must be told of the years that are not plain numbers.
    pub(crate) fn told(series: &Series, with_masks: bool) -> Result<Vec<Note>> {
        let odd = series.odd_one().map(|(year, value)| Note::TakenAsAmounts { year, value });
        let mut notes: Vec<Note> = odd.into_iter().collect();
        if let Some(UnderWay { year, counted, coverage, .. }) = UnderWay::of(series) {
            notes.push(Note::YearUnderWay { year, counted, covered: coverage.to_string() });
        }
        let years_where = |wanted: fn(&Value) -> bool| -> Result<Vec<Year>> {
            let places = full(series).iter().enumerate().filter(|(_, v)| wanted(v));
            places.map(|(i, _)| series.first_year().plus(i)).collect()
        };
        let missing = years_where(|v| matches!(v, Value::Missing))?;
        if !missing.is_empty() {
            notes.push(Note::MissingYears { years: missing });
        }
        let years = years_where(|v| matches!(v, Value::Censored { .. }))?;
        if !years.is_empty() {
            notes.push(if with_masks { Note::MaskedIntervals { years } } else { Note::MaskedYears { years } });
        }
        Ok(notes)
    }

    /// The exact number of each year.
    pub fn exact(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        self.y.iter().enumerate().map(|(i, y)| y.filter(|_| !self.masks.contains_key(&i)))
    }

    /// Number of observed years, masked ones among them where they were asked for.
    pub fn observed(&self) -> usize {
        self.y.iter().flatten().count()
    }

    /// The observed years with their numbers.
    pub fn points(&self) -> impl Iterator<Item = (Year, f64)> + '_ {
        self.y.iter().enumerate().filter_map(|(i, y)| Some((self.first.plus(i).ok()?, (*y)?)))
    }

    /// The unit of the last decimal place in use: 1 for counts, 0.01 for money in cents; at most 1, at least 1e-9 of the
    /// largest value.
    pub fn resolution(&self) -> f64 {
        self.last_place().unwrap_or(1.0).min(1.0)
    }

    /// The largest power of ten that every value is a multiple of, at least 1e-9 of the largest value: the same place in
    /// whatever unit the values are. None if all are zero.
    pub(crate) fn last_place(&self) -> Option<f64> {
        let largest = self.exact().flatten().fold(0.0_f64, |m, y| m.max(y.abs()));
        if largest == 0.0 {
            return None;
        }
        let finest = largest * 1e-9;
        let mut step = 10_f64.powf(largest.log10().floor());
        let whole = |y: f64, step: f64| ((y / step).round() * step - y).abs() <= 1e-3 * finest;
        while step > finest && !self.exact().flatten().all(|y| whole(y, step)) {
            step /= 10.0;
        }
        Some(step.max(finest))
    }

    /// An error unless the series has so many observed years.
    ///
    /// # Errors
    /// [`Error::TooFewYears`].
    pub fn need(&self, needed: usize, model: &str) -> Result<()> {
        let got = self.observed();
        if got >= needed {
            return Ok(());
        }
        Err(Error::TooFewYears { series: self.name.clone(), model: model.to_owned(), needed, got })
    }
}

/// The values of the full years.
fn full(series: &Series) -> &[Value] {
    let values = series.values();
    let begun = usize::from(series.last_coverage().is_partial());
    values.get(..values.len() - begun).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(y: i64) -> Year {
        Year::new(y).unwrap()
    }

    #[test]
    fn a_partial_last_year_is_left_out_and_forecast_first() {
        let series = Series::new("s", year(2020), &[7.0, 9.0]).unwrap();
        let series = series.with_partial(year(2022), 3.0, Coverage::Share(0.25)).unwrap();
        let training = Training::new(&series).unwrap();
        assert_eq!(training.y, [Some(7.0), Some(9.0)]);
        assert_eq!(training.next, year(2022));
        assert!(training.notes[0].to_string().starts_with("2022 is under way: 3 counted 25% of the year"));
    }

    #[test]
    fn gaps_stay_gaps_and_leading_ones_go() {
        let series = Series::new("s", year(2020), &[f64::NAN, 9.0, f64::NAN]).unwrap();
        let training = Training::new(&series).unwrap();
        assert_eq!((training.first, training.next), (year(2021), year(2023)));
        assert_eq!(training.y, [Some(9.0), None]);
        assert_eq!(training.notes[0].to_string(), "no number for 2020, 2022");
    }

    #[test]
    fn nothing_but_missing_years_is_an_error_that_says_so() {
        let series = Series::new("s", year(2020), &[f64::NAN, f64::NAN]).unwrap();
        assert_eq!(Training::new(&series), Err(Error::NoObservedYears { series: "s".into(), years: 2 }));
    }

    #[test]
    fn the_resolution_is_the_last_decimal_place_in_use() {
        let of = |values: &[f64]| Training::new(&Series::new("s", year(2020), values).unwrap()).unwrap().resolution();
        assert!((of(&[12.0, 163.0]) - 1.0).abs() < 1e-12);
        assert!((of(&[12.5, 163.25]) - 0.01).abs() < 1e-12);
        assert!((of(&[1e-12, 3e-12]) / 1e-12 - 1.0).abs() < 1e-9);
    }
}

//! A forecast in lines of text, and what may be shown of it where small counts are masked.

use std::fmt::Write as _;

use super::{Fan, Forecast, Interval, Parts, past};
use crate::error::Result;
use crate::series::{Note, Series, Unit};

impl Fan {
    /// A picture of a series alone: what was observed, and no forecast.
    pub fn of_series(series: &Series) -> Self {
        Self::new(series.name(), series.unit(), Vec::new(), Vec::new())
            .with_label(series.label())
            .with_history(series.observations().map(|o| past(&o)).collect())
    }
}

impl Forecast {
    /// The forecast as a text of several lines: median and intervals of each year and of their sum, and the notes.
    ///
    /// ```
    /// use unjuran::series::{Horizon, Series, Year};
    /// use unjuran::smoothing::Naive;
    /// let cases = Series::new("cases", Year::new(2020)?, &[90.0, 110.0, 100.0])?;
    /// let text = Naive.fit(&cases)?.forecast(Horizon::years(2)?)?.summary()?;
    /// assert!(text.starts_with("Naive of \"cases\", counts, 2020-2022\n"));
    /// assert_eq!(text.lines().nth(2).map(|line| &line[..17]), Some("  2023        100"));
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Forecast::total`].
    pub fn summary(&self) -> Result<String> {
        let series = self.series();
        let shown = |y: f64| shown(y, series.unit());
        let mut text = String::new();
        let (first, last) = (series.first_year(), series.last_year());
        let _ = writeln!(text, "{} of {:?}, {}s, {first}-{last}", self.model(), series.name(), series.unit());
        let row = |text: &mut String, label: &str, cells: [String; 3]| {
            let [median, inner, outer] = cells;
            let _ = writeln!(text, "  {label:<6} {median:>8}  {inner:>20}  {outer:>20}");
        };
        row(&mut text, "", ["median".to_owned(), "80% interval".to_owned(), "95% interval".to_owned()]);
        let bounds = |low: f64, high: f64| format!("{} to {}", shown(low), shown(high));
        let (inner, outer) = (self.interval(80.0)?, self.interval(95.0)?);
        let shown_of = |band: &Interval| -> Vec<String> {
            band.lower.iter().zip(&band.upper).map(|(low, high)| bounds(*low, *high)).collect()
        };
        let bands = shown_of(&inner).into_iter().zip(shown_of(&outer));
        for ((year, median), (inner, outer)) in self.years().iter().zip(self.median()).zip(bands) {
            row(&mut text, &year.to_string(), [shown(median), inner, outer]);
        }
        if self.years().len() > 1 && series.unit() != Unit::Rate {
            let total = self.total()?;
            let [a, b, c, d, e] = [0.5, 0.1, 0.9, 0.025, 0.975].map(|p| crate::dist::Predictive::quantile(&total, p));
            row(&mut text, "total", [shown(a), bounds(b, c), bounds(d, e)]);
        }
        for note in self.notes() {
            let _ = writeln!(text, "  note: {note}");
        }
        Ok(text)
    }

    /// The forecast as it may be published where counts below `limit` are masked: the observed series is
    /// [`Series::masked_below`], notes no longer name the count of a year under way that is so small, and that year is no
    /// longer held above it.
    ///
    /// The distributions ahead stay: they were learned from the exact numbers, and a model that repeats the last year
    /// (`Naive`) says what it was. Publish a model that averages over years.
    ///
    /// # Errors
    /// Those of [`Series::masked_below`].
    pub fn masked_below(&self, limit: f64) -> Result<Self> {
        let series = self.series().masked_below(limit)?;
        let gone = !series.last_coverage().is_partial();
        // why by its size: rates and years of another calendar tell of a year under way that their series does not have.
        let tells = |note: &Note| match note {
            Note::YearUnderWay { counted, .. } | Note::CountedAboveForecast { counted, .. } => gone && *counted < limit,
            _ => false,
        };
        if series == *self.series() && !self.notes().iter().any(tells) {
            return Ok(self.clone());
        }
        let whole = series.last_coverage().is_partial() || !self.series().last_coverage().is_partial();
        let mut parts = Parts::from(self.clone());
        parts.series = series;
        if !whole {
            parts.joint = parts.joint.without_first();
        }
        parts.notes.retain(|note| !tells(note));
        parts.notes.push(Note::Derived { how: format!("observed counts below {limit} are masked") });
        Self::assemble(parts)
    }
}

/// A number in a table: counts whole, others to six digits.
fn shown(y: f64, unit: Unit) -> String {
    if unit == Unit::Count || y.abs() >= 1e6 {
        return format!("{y:.0}");
    }
    // the decimals of six digits: 0.5 has up to 6, 1234.5 has 2
    let digits = (0..9).find(|d| y.abs() * 10_f64.powi(*d) >= 1e5).unwrap_or(9);
    let digits = usize::try_from(digits).unwrap_or(0);
    let text = format!("{y:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persist::Persist as _;
    use crate::series::{Coverage, Horizon, Value, Year};
    use crate::smoothing::{BayesEts, Naive};

    #[test]
    fn amounts_are_shown_to_six_digits_and_counts_whole() {
        assert_eq!(shown(1234.56789, Unit::Amount), "1234.57");
        assert_eq!(shown(0.5, Unit::Rate), "0.5");
        assert_eq!(shown(1200.0, Unit::Amount), "1200");
        assert_eq!(shown(139.0, Unit::Count), "139");
    }

    #[test]
    fn a_masked_forecast_names_no_small_count_and_can_be_stored() {
        let year = |y| Year::new(y).unwrap();
        let series = Series::new("s", year(2019), &[9.0, 3.0, 12.0, 8.0]).unwrap();
        let series = series.with_partial(year(2023), 2.0, Coverage::Share(0.5)).unwrap();
        let forecast = BayesEts::default().fit(&series).unwrap().forecast(Horizon::years(2).unwrap()).unwrap();
        let masked = forecast.masked_below(5.0).unwrap();
        assert_eq!(masked.years(), forecast.years());
        assert_eq!(masked.series().values()[1], Value::Censored { lower: 0.0, upper: 4.0 });
        assert_eq!(masked.series().last_year(), year(2022));
        assert!(masked.notes().iter().all(|note| !note.to_string().contains("2 counted")));
        assert!(masked.interval(99.0).unwrap().lower[0] < 2.0, "no bound at what was counted");
        assert_eq!(Forecast::from_json(&masked.to_json().unwrap()).unwrap(), masked);
    }

    #[test]
    fn without_small_counts_masking_changes_nothing() {
        let series = Series::new("s", Year::new(2019).unwrap(), &[9.0, 13.0, 12.0]).unwrap();
        let forecast = Naive.fit(&series).unwrap().forecast(Horizon::years(2).unwrap()).unwrap();
        assert_eq!(forecast.masked_below(5.0).unwrap(), forecast);
    }
}

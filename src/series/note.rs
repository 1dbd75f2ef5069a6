//! What a reader of a forecast must be told about the data behind it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::year::Year;

/// A remark that travels with a fit and a forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// The last year is only partly counted: it is forecast first.
    YearUnderWay {
        /// The year.
        year: Year,
        /// What was counted so far.
        counted: f64,
        /// How far: "to 2023-05-31".
        covered: String,
    },
    /// One number that is no count makes amounts of a series whose unit nobody said.
    TakenAsAmounts {
        /// Its year.
        year: Year,
        /// The number.
        value: f64,
    },
    /// Years without a number.
    MissingYears {
        /// The years.
        years: Vec<Year>,
    },
    /// Masked cells: left out of the fit.
    MaskedYears {
        /// The years.
        years: Vec<Year>,
    },
    /// Masked cells: taken as the intervals they are.
    MaskedIntervals {
        /// The years.
        years: Vec<Year>,
    },
    /// So few years that the width of the bands rests on general experience.
    ShortSeries {
        /// Observed years.
        observed: usize,
    },
    /// The model passes through every observed year.
    ExactFit {
        /// The standard deviation that was used instead of zero.
        sigma: f64,
    },
    /// More was counted in the year under way than the model held possible.
    CountedAboveForecast {
        /// The year.
        year: Year,
        /// What was counted so far.
        counted: f64,
    },
    /// The width of the bands was multiplied after the fit.
    Widened {
        /// One factor a forecast year, on the latent scale.
        factors: Vec<f64>,
        /// Where the factors come from.
        because: String,
    },
    /// A fitted line is drawn on as it is.
    LineDrawnOn,
    /// Columns that tell years with no count at all from the others: the likelihood has no maximum.
    Separated,
    /// Counts that scatter no more than chance alone would have it.
    NoOverdispersion,
    /// Counts that scatter more than the Poisson law that was asked for.
    Overdispersed {
        /// Pearson's chi-squared over its degrees of freedom; 1 for Poisson.
        ratio: f64,
    },
    /// More columns than so few years can bear.
    ManyColumns {
        /// Columns of the regression.
        columns: usize,
        /// Observed years.
        observed: usize,
    },
    /// Breaks of a trend that were searched for in the years that it is fitted to.
    PlacedBreaks {
        /// How many.
        breaks: usize,
        /// Observed years.
        observed: usize,
    },
    /// An event of which no year has been observed.
    EventAhead {
        /// Its name.
        event: String,
        /// Its year.
        year: Year,
    },
    /// The forecast was made from another one.
    Derived {
        /// How: "scenario \"more raids\": level times 1.5 from 2025".
        how: String,
    },
    /// The automatic choice fell back to a simpler model.
    FellBack {
        /// The model that was used.
        to: String,
        /// Why.
        because: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YearUnderWay { year, counted, covered } => write!(
                f,
                "{year} is under way: {counted} counted {covered}; the year is forecast from what was counted and from the years before, never below what was counted"
            ),
            Self::TakenAsAmounts { year, value } => write!(
                f,
                "taken as amounts, which may be fractions and below zero, because of {value} in {year}: the others could be counts (say the unit)"
            ),
            Self::MissingYears { years } => write!(f, "no number for {}", years_in_words(years)),
            Self::MaskedYears { years } => {
                write!(f, "masked cells were left out of the fit: {}", years_in_words(years))
            }
            Self::MaskedIntervals { years } => {
                write!(f, "masked cells were taken as the intervals they are: {}", years_in_words(years))
            }
            Self::ShortSeries { observed: 1 } => {
                write!(f, "one observed year: the width of the bands rests on general experience, not on this series")
            }
            Self::ShortSeries { observed } => {
                write!(f, "{observed} observed years: the width of the bands rests mostly on general experience")
            }
            Self::ExactFit { sigma } => write!(
                f,
                "the model passes through every observed year: the bands use a standard deviation of {sigma:.3} instead of zero"
            ),
            Self::CountedAboveForecast { year, counted } => write!(
                f,
                "the {counted} already counted in {year} are more than the model held possible: its band for {year} starts from them, and its later years may be too low"
            ),
            Self::Widened { factors, because } => {
                let factors = factors.iter().map(|f| format!("{f:.2}")).collect::<Vec<_>>().join(", ");
                write!(f, "the width of the bands was multiplied by {factors}, one factor a year: {because}")
            }
            Self::LineDrawnOn => write!(
                f,
                "the fitted line is drawn on as it is, a strong claim about years to come: projection \"damped\" lets it level off"
            ),
            Self::Separated => write!(
                f,
                "the counts give no finite estimate (every count but those that a column singles out is zero): a penalised one was used"
            ),
            Self::NoOverdispersion => write!(
                f,
                "the counts scatter around the trend no more than chance alone would have it: the estimated dispersion is that of Poisson"
            ),
            Self::Overdispersed { ratio } => write!(
                f,
                "the counts scatter {ratio:.1} times as much as a Poisson law has it: its bands and standard errors are too narrow, its p-values too small (the dispersion can be estimated, and the negative binomial trend has one)"
            ),
            Self::ManyColumns { columns, observed } => write!(
                f,
                "{columns} column{} on {observed} observed years: fewer than 3 years a column and 5 more invite chance findings",
                if *columns == 1 { "" } else { "s" }
            ),
            Self::PlacedBreaks { breaks, observed } => write!(
                f,
                "bands and tests hold the {} as certain, though {} found in these {observed} years: bands are too narrow and p-values too small where years are few",
                if *breaks == 1 { "break".to_owned() } else { format!("{breaks} breaks") },
                if *breaks == 1 { "it was" } else { "they were" },
            ),
            Self::EventAhead { event, year } => write!(
                f,
                "{event:?} begins in {year}, after the last observed year: its effect is unknown and widens the bands from then on"
            ),
            Self::Derived { how } => f.write_str(how),
            Self::FellBack { to, because } => write!(f, "{to} was used: {because}"),
        }
    }
}

/// "2016, 2019-2021".
fn years_in_words(years: &[Year]) -> String {
    let mut runs: Vec<(Year, Year)> = Vec::new();
    for &year in years {
        match runs.last_mut() {
            Some((_, last)) if last.until(year) == Some(1) => *last = year,
            _ => runs.push((year, year)),
        }
    }
    runs.iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") })
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_years_are_written_as_spans() {
        let years: Vec<Year> = [2016, 2019, 2020, 2021].iter().map(|&y| Year::new(y).unwrap()).collect();
        assert_eq!(Note::MissingYears { years }.to_string(), "no number for 2016, 2019-2021");
    }
}

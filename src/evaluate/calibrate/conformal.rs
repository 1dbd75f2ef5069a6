//! Factors that make bands as wide as past errors ask for.
//!
//! Each past forecast says by what factor its interval would have had to be wider to just hold the outcome
//! ([`crate::evaluate::backtest::ScoredInterval::stretch`]: the distance from the centre over the half-width, on the latent
//! scale). Of n such factors at one lead, the one of rank `ceil((n + 1) level / 100)` in ascending order would have held the
//! next outcome with probability `level` at least, if errors to come are exchangeable with those past. Origins of one
//! series overlap and drift, so that the promise is approximate; it is the more so the fewer series are pooled.
//!
//! Bands are never made narrower: a factor below 1 becomes 1. Leads with fewer than 12 residuals, or with too few for their
//! level (95% needs 19), take the factor of a pooled table that the caller passes in with its origin; without one, the factor of
//! the longest shorter lead that has its own; without any, 1, and the note says so.
//!
//! References: Vovk, Gammerman and Shafer (2005), *Algorithmic Learning in a Random World*; Lei and others (2018), *JASA*
//! 113(523), 1094-1111 (residuals in units of their spread); Romano, Patterson and Candes (2019), *`NeurIPS`* 32 (intervals).

#![allow(clippy::indexing_slicing, reason = "a list a lead, from 1 to the longest")]

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::evaluate::backtest::Row;
use crate::forecast::Forecast;
use crate::series::Horizon;

/// Fewer residuals than this do not make a factor.
const LEAST_RESIDUALS: usize = 12;

/// Factors learned elsewhere, for series with too few errors of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PooledFactors {
    /// Where the factors come from, in words that a reader of the forecast can check.
    pub origin: String,
    /// One a lead from 1 on, each finite and above 0; the last is used for longer leads.
    pub factors: Vec<f64>,
}

/// Settings of the calibration.
///
/// | name | default | range | meaning |
/// |---|---|---|---|
/// | `level` | 80 | a level of the backtest | the interval that is made to hold what it promises, in per cent |
/// | `pooled` | none | | factors for leads with too few residuals |
#[derive(Clone, Debug, PartialEq)]
pub struct Conformal {
    level: f64,
    pooled: Option<PooledFactors>,
}

/// Where the factor of a lead comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Past errors at this lead.
    Errors {
        /// How many.
        residuals: usize,
    },
    /// A table passed in.
    Pooled {
        /// Its stated origin.
        origin: String,
        /// Past errors there were, too few.
        residuals: usize,
    },
    /// The factor of a shorter lead.
    Carried {
        /// That lead.
        from: usize,
    },
    /// Nothing: the factor is 1.
    Nothing {
        /// Past errors there were, too few.
        residuals: usize,
    },
}

/// The factor of one lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadFactor {
    /// What the width is multiplied by, at least 1 if it was learned.
    pub factor: f64,
    /// Where it comes from.
    pub basis: Basis,
}

/// What a calibration learned: one factor a lead from 1 on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Widening {
    /// The level it was learned at, in per cent.
    pub level: f64,
    /// One a lead; the last is used for longer leads.
    pub leads: Vec<LeadFactor>,
}

impl Default for Conformal {
    fn default() -> Self {
        Self::new()
    }
}

impl Conformal {
    /// Calibration at the 80% level, without a pooled table.
    pub fn new() -> Self {
        Self { level: 80.0, pooled: None }
    }

    /// The interval that is made to hold what it promises, in per cent.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Factors for leads with too few residuals.
    #[must_use]
    pub fn pooled(mut self, pooled: PooledFactors) -> Self {
        self.pooled = Some(pooled);
        self
    }

    /// Learns the factors from rows of a backtest, which should be those of one model: of one series, or of many.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the rows have no interval of the level, or a lead that no forecast has, or the pooled table
    /// no usable factor.
    pub fn learn(&self, rows: &[&Row]) -> Result<Widening> {
        let usable = |f: &[f64]| !f.is_empty() && f.iter().all(|f| f.is_finite() && *f > 0.0);
        if let Some(PooledFactors { factors, .. }) = self.pooled.as_ref().filter(|pooled| !usable(&pooled.factors)) {
            let allowed = "at least one factor, each finite and above 0".to_owned();
            return Err(refused("pooled", format!("{factors:?}"), allowed));
        }
        // why: a row may be written by hand, and a list is made for each lead.
        if let Some(row) = rows.iter().find(|row| !(1..=Horizon::MAX).contains(&row.lead)) {
            let allowed = format!("a lead from 1 to {} years, as in {} of {:?}", Horizon::MAX, row.year, row.series);
            return Err(refused("lead", row.lead.to_string(), allowed));
        }
        let longest = rows.iter().map(|row| row.lead).max().unwrap_or(1);
        let mut residuals: Vec<Vec<f64>> = vec![Vec::new(); longest];
        for row in rows {
            let interval = row.intervals.iter().find(|i| i.level.total_cmp(&self.level).is_eq()).ok_or_else(|| {
                let known: Vec<String> = row.intervals.iter().map(|i| i.level.to_string()).collect();
                let allowed = format!("a level that the backtest scored ({})", known.join(", "));
                refused("level", self.level.to_string(), allowed)
            })?;
            // why infinite: an outcome that no factor reaches is larger than every other, not left out.
            let stretch = if interval.stretch.is_finite() { interval.stretch } else { f64::INFINITY };
            residuals[row.lead - 1].push(stretch);
        }
        let mut leads: Vec<LeadFactor> = Vec::with_capacity(longest);
        for (i, residuals) in residuals.into_iter().enumerate() {
            let count = residuals.len();
            let learned = self.quantile(residuals).map(|factor| factor.max(1.0));
            let own = |lead: usize| matches!(leads.get(lead), Some(LeadFactor { basis: Basis::Errors { .. }, .. }));
            let lead = match (learned, &self.pooled, (0..i).rev().find(|&lead| own(lead))) {
                (Some(factor), ..) => LeadFactor { factor, basis: Basis::Errors { residuals: count } },
                (None, Some(pooled), _) => {
                    let factor = pooled.factors[i.min(pooled.factors.len() - 1)];
                    LeadFactor { factor, basis: Basis::Pooled { origin: pooled.origin.clone(), residuals: count } }
                }
                (None, None, Some(lead)) => {
                    LeadFactor { factor: leads[lead].factor, basis: Basis::Carried { from: lead + 1 } }
                }
                (None, None, None) => LeadFactor { factor: 1.0, basis: Basis::Nothing { residuals: count } },
            };
            leads.push(lead);
        }
        Ok(Widening { level: self.level, leads })
    }

    /// The conformal quantile of the residuals, if there are enough.
    fn quantile(&self, mut residuals: Vec<f64>) -> Option<f64> {
        let n = residuals.len();
        if n < LEAST_RESIDUALS {
            return None;
        }
        residuals.sort_unstable_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and n + 1")]
        let rank = ((n + 1) as f64 * self.level / 100.0).ceil() as usize;
        residuals.get(rank.checked_sub(1)?).copied().filter(|factor| factor.is_finite())
    }
}

impl Widening {
    /// The factors of so many years ahead; longer leads than were learned take the last.
    ///
    /// # Errors
    /// [`Error::BadHorizon`] outside 1 to 100.
    pub fn factors(&self, years: usize) -> Result<Vec<f64>> {
        Ok(self.ahead(Horizon::years(i64::try_from(years).unwrap_or(i64::MAX))?.get()))
    }

    fn ahead(&self, years: usize) -> Vec<f64> {
        let last = self.leads.last().map_or(1.0, |lead| lead.factor);
        (0..years).map(|i| self.leads.get(i).map_or(last, |lead| lead.factor)).collect()
    }

    /// The forecast with its width multiplied year by year, marginals and joint paths alike.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the numbers become too large to compute with; [`Error::BadParameter`] if a factor was set to
    /// something that is not a finite number above 0.
    pub fn apply(&self, forecast: &Forecast) -> Result<Forecast> {
        let years = forecast.years().len();
        forecast.widened(&self.ahead(years), &self.because(years))
    }

    /// Where the factors come from: "conformal at the 80% level; year 1-2 from 20 past errors each".
    fn because(&self, years: usize) -> String {
        let learned = self.leads.len();
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for lead in 1..=years {
            let text = match self.leads.get(lead - 1).map(|l| &l.basis) {
                Some(Basis::Errors { residuals }) => format!("from {residuals} past errors"),
                Some(Basis::Pooled { origin, residuals }) => {
                    format!("from {origin}, as {residuals} past errors are too few")
                }
                Some(Basis::Carried { from }) => format!("as in year {from}"),
                Some(Basis::Nothing { residuals }) => {
                    format!("not calibrated, as {residuals} past errors are too few")
                }
                None => format!("as in year {learned}"),
            };
            match runs.last_mut() {
                Some((_, last, same)) if *same == text => *last = lead,
                _ => runs.push((lead, lead, text)),
            }
        }
        let runs: Vec<String> = runs
            .iter()
            .map(
                |(from, to, text)| {
                    if from == to { format!("year {from} {text}") } else { format!("years {from}-{to} {text}") }
                },
            )
            .collect();
        format!("conformal at the {}% level; {}", self.level, runs.join("; "))
    }
}

fn refused(parameter: &str, value: String, allowed: String) -> Error {
    Error::bad_parameter("Conformal", parameter, value, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::backtest::ScoredInterval;
    use crate::series::Year;

    fn row(lead: usize, stretch: f64) -> Row {
        let year = Year::new(2000).unwrap();
        Row {
            series: "s".into(),
            model: "m".into(),
            cutoff: year,
            lead,
            year: year.plus(lead).unwrap(),
            actual: 0.0,
            median: 0.0,
            mean: 0.0,
            intervals: vec![ScoredInterval { level: 80.0, lower: -1.0, upper: 1.0, stretch }],
            crps: 0.0,
            log_score: f64::NAN,
            pit: 0.5,
            scale: 1.0,
        }
    }

    fn learn(conformal: &Conformal, stretches: &[(usize, f64)]) -> Widening {
        let rows: Vec<Row> = stretches.iter().map(|&(lead, stretch)| row(lead, stretch)).collect();
        conformal.learn(&rows.iter().collect::<Vec<_>>()).unwrap()
    }

    /// 0.2, 0.4, ..., 0.2 n at one lead.
    fn steps(lead: usize, n: u32) -> Vec<(usize, f64)> {
        (1..=n).rev().map(|i| (lead, 0.2 * f64::from(i))).collect()
    }

    #[test]
    fn the_factor_is_the_residual_of_the_conformal_rank() {
        // n = 14: ceil(15 * 0.8) = 12, the twelfth smallest is 2.4
        let widening = learn(&Conformal::new(), &steps(1, 14));
        assert!((widening.leads[0].factor - 2.4).abs() < 1e-12);
        assert_eq!(widening.leads[0].basis, Basis::Errors { residuals: 14 });
    }

    #[test]
    fn bands_are_never_made_narrower() {
        assert_eq!(learn(&Conformal::new(), &[(1, 0.3); 20]).ahead(2), [1.0, 1.0]);
    }

    #[test]
    fn fewer_than_twelve_residuals_take_the_pooled_table_or_nothing() {
        let few = steps(1, 11);
        assert_eq!(learn(&Conformal::new(), &few).leads[0].basis, Basis::Nothing { residuals: 11 });
        let pooled = PooledFactors { origin: "the annual counts, 2020".into(), factors: vec![1.3, 1.5] };
        let widening = learn(&Conformal::new().pooled(pooled), &few);
        assert_eq!(widening.ahead(1), [1.3]);
        let because = "conformal at the 80% level; year 1 from the annual counts, 2020, as 11 past errors are too few";
        assert_eq!(widening.because(1), because);
    }

    #[test]
    fn longer_leads_take_the_factor_of_the_last_that_has_one() {
        let mut stretches = steps(1, 14);
        stretches.extend(steps(2, 5));
        let widening = learn(&Conformal::new(), &stretches);
        assert_eq!(widening.leads[1].basis, Basis::Carried { from: 1 });
        assert_eq!(widening.ahead(4), vec![widening.leads[0].factor; 4]);
    }

    #[test]
    fn a_lead_that_no_forecast_has_is_refused() {
        let widening = learn(&Conformal::new(), &steps(1, 14));
        assert_eq!(widening.factors(100).unwrap().len(), 100);
        for years in [0, 101, usize::MAX] {
            assert!(matches!(widening.factors(years), Err(Error::BadHorizon { .. })), "{years}");
        }
        for lead in [0, 101, usize::MAX] {
            let row = Row { lead, ..row(1, 1.0) };
            let refused = Conformal::new().learn(&[&row]).unwrap_err().to_string();
            let said = "is not allowed: a lead from 1 to 100 years, as in 2001 of \"s\"";
            assert_eq!(refused, format!("Conformal: lead = {lead} {said}"));
        }
    }

    #[test]
    fn an_outcome_that_no_factor_reaches_is_the_largest_residual() {
        let mut stretches = steps(1, 11);
        stretches.extend([(1, f64::NAN); 3]);
        // rank 12 of 14 is one of those
        assert_eq!(learn(&Conformal::new(), &stretches).leads[0].basis, Basis::Nothing { residuals: 14 });
        stretches.extend(steps(1, 11));
        // rank ceil(26 * 0.8) = 21 of 25: 22 are finite, the twenty-first is 2.2
        assert!((learn(&Conformal::new(), &stretches).leads[0].factor - 2.2).abs() < 1e-12);
    }

    #[test]
    fn a_level_that_was_not_scored_is_refused_with_those_that_were() {
        let row = row(1, 1.0);
        let error = Conformal::new().level(90.0).learn(&[&row]).unwrap_err();
        assert_eq!(error.to_string(), "Conformal: level = 90 is not allowed: a level that the backtest scored (80)");
        let empty = PooledFactors { origin: "nowhere".into(), factors: vec![] };
        assert!(matches!(Conformal::new().pooled(empty).learn(&[&row]), Err(Error::BadParameter { .. })));
    }
}

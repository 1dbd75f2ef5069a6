//! A trend regression that has seen its data: coefficients, and the way on from them.

#![allow(
    clippy::indexing_slicing,
    reason = "as many rows as years and columns as coefficients, checked when a fit is read"
)]

use serde::{Deserialize, Serialize};

use super::kendall::mann_kendall;
use super::ols::Ols;
use super::projection::Projection;
use super::setup::Setup;
use super::stored::Stored;
use crate::design::{Column, Design, Inputs};
use crate::dist::{Link, Support};
use crate::error::Result;
use crate::forecast::{Forecast, Joint, Latent, Numbers};
use crate::model::PercentChange;
use crate::model::{FitReport, Fitted, Regression, TrendTest};
use crate::numeric::polynomial::Orthogonal;
use crate::numeric::special::StudentT;
use crate::numeric::special::normal;
use crate::series::{Horizon, Series, Year};

/// One law of the coefficients and what the years add, with its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Law {
    pub(super) weight: f64,
    /// Coefficients of the columns (of the basis, where there is one).
    pub(super) coefficients: Vec<f64>,
    /// A root of their covariance, row by row.
    pub(super) root: Vec<f64>,
    /// Degrees of freedom; none for normal.
    pub(super) df: Option<f64>,
    /// Standard deviation of a year on the latent scale: on top of the line for the real line's links, of what the next
    /// year remembers for counts.
    pub(super) sigma: f64,
    pub(super) link: Link,
}

/// A trend that has seen its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FittedTrend {
    pub(super) setup: Setup,
    pub(super) projection: Projection,
    pub(super) basis: Option<Orthogonal>,
    pub(super) laws: Vec<Law>,
    /// The distance of the last year from the line, on the latent scale.
    pub(super) deviation: f64,
    pub(super) ols: Option<Ols>,
    pub(super) report: FitReport,
}

/// A year ahead: its row, the same with the trend's clock stopped in the last observed year, and its offset.
struct Ahead {
    row: Vec<f64>,
    stopped: Vec<f64>,
    offset: f64,
}

/// How uncertain the effect of an event is that nothing observed speaks of: the standard deviation of its logarithm.
const EFFECT: f64 = 0.3;

impl FittedTrend {
    /// The series it was fitted to.
    pub fn series(&self) -> &Series {
        &self.setup.series
    }

    /// The ordinary regression behind the trend, where there is one: of the values on the columns, or of their logarithms.
    pub fn ols(&self) -> Option<&Ols> {
        self.ols.as_ref()
    }

    /// What the fit found.
    pub fn report(&self) -> &FitReport {
        &self.report
    }

    /// What the regression found.
    pub fn regression(&self) -> &Regression {
        const NOTHING: &Regression = &Regression::NOTHING;
        self.report.regression.as_deref().unwrap_or(NOTHING)
    }

    /// The columns.
    pub fn design(&self) -> &Design {
        &self.setup.design
    }

    /// Whether the values rise or fall over the years at all, by Mann and Kendall.
    pub fn trend_test(&self) -> TrendTest {
        mann_kendall(&self.setup.y)
    }

    /// The distributions of the years that follow.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`] if the numbers become too large to compute with. [`crate::Error::MissingDriver`] for a
    /// driver without a value for a year ahead.
    pub fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        self.ahead(horizon, &self.setup.design)
    }

    /// The same with drivers and exposure of the years that follow.
    ///
    /// # Errors
    /// As [`FittedTrend::forecast`]; [`crate::Error::BadParameter`] for a driver that the fit did not have.
    pub fn forecast_with(&self, horizon: Horizon, future: &Inputs) -> Result<Forecast> {
        self.ahead(horizon, &self.setup.design.with_future(future)?)
    }

    fn ahead(&self, horizon: Horizon, design: &Design) -> Result<Forecast> {
        let (training, name) = (&self.setup.training, &self.setup.training.name);
        let (last, h) = (self.setup.last(), horizon.get());
        let before = self.transformed(design.row(name, last)?, design.t(last));
        let of_logs = self.laws.iter().any(|law| law.link != Link::Identity);
        let (mut rows, mut leads, mut years) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..h {
            let year = training.next.plus(i)?;
            let lead = f64::from(year.get() - last.get());
            let t = design.t(last) + self.projection.clock(lead, of_logs);
            let row = self.transformed(design.row_at(name, year, t)?, t);
            let stopped = self.transformed(design.row_at(name, year, design.t(last))?, design.t(last));
            rows.push(Ahead { row, stopped, offset: design.offset(name, year)?.unwrap_or(0.0) });
            leads.push(lead);
            years.push(year);
        }
        let members = self.laws.iter().map(|law| (law.weight, self.latent(law, &before, &rows, &leads, &years)));
        let counts = matches!(self.laws.first().map(|law| law.link), Some(Link::NegativeBinomial { .. }));
        let support = if counts { Support::NonNegative } else { Support::Real };
        self.report.project(&self.setup.series, training, Joint::mixture(members.collect(), support))
    }

    fn latent(&self, law: &Law, before: &[f64], rows: &[Ahead], leads: &[f64], years: &[Year]) -> Latent {
        let p = law.coefficients.len();
        let memory = |lead: f64| self.projection.memory(lead);
        let (mut location, mut shared) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        // Years without a number between the last one and the first ahead: their shocks are shared by all years ahead.
        let gap = leads.first().map_or(0.0, |lead| lead - 1.0);
        let (mut stale, mut years_back) = (0.0, 1.0);
        while years_back <= gap {
            stale += memory(2.0 * (years_back - 1.0));
            years_back += 1.0;
        }
        for ((Ahead { row, stopped, offset }, &lead), year) in rows.iter().zip(leads).zip(years) {
            let kept = memory(lead);
            let height = |row: &[f64]| row.iter().zip(&law.coefficients).map(|(x, b)| x * b).sum::<f64>();
            // What the trend adds to where it stands, and how much of a change in that goes through.
            let added = height(row) - height(stopped);
            let (added, share) = match law.link {
                Link::Identity => (added, 1.0),
                _ => self.projection.bounded(added),
            };
            let line = height(stopped) + added;
            // why less the last row: what the line missed there is known, whatever the coefficients are.
            let x: Vec<f64> = row
                .iter()
                .zip(stopped)
                .zip(before)
                .map(|((x, stopped), before)| stopped + share * (x - stopped) - kept * before)
                .collect();
            let mut root: Vec<f64> = (0..p).map(|j| (0..p).map(|i| x[i] * law.root[i * p + j]).sum::<f64>()).collect();
            if stale > 0.0 {
                root.push(memory(lead - gap) * law.sigma * stale.sqrt());
            }
            let size = match law.link {
                Link::Identity => line.abs(),
                _ => 1.0,
            };
            root.extend(self.setup.ahead.iter().map(|event| EFFECT * size * event.effect(*year)));
            location.push(line + offset + kept * self.deviation);
            shared.push(root);
        }
        let draws_counts = matches!(law.link, Link::NegativeBinomial { .. });
        let ripple: Numbers = (0..rows.len())
            .map(|i| match i {
                0 if draws_counts => 0.0,
                0 => law.sigma,
                i => law.sigma * memory(i as f64),
            })
            .collect();
        Latent { df: law.df, link: law.link, ..Latent::new(location, shared, ripple) }
    }

    /// A row of the design in the basis of the fit.
    fn transformed(&self, row: Vec<f64>, t: f64) -> Vec<f64> {
        match &self.basis {
            Some(basis) => in_basis(basis, &self.setup.design, &row, t),
            None => row,
        }
    }
}

/// A row with the powers of the trend replaced by orthogonal polynomials; those columns come first.
pub(super) fn in_basis(basis: &Orthogonal, design: &Design, row: &[f64], t: f64) -> Vec<f64> {
    let values = basis.values(t);
    let others = design.columns().iter().zip(row).filter(|(column, _)| !is_power(column)).map(|(_, x)| *x);
    values.into_iter().chain(others).collect()
}

pub(super) fn is_power(column: &Column) -> bool {
    matches!(column, Column::Intercept | Column::Trend | Column::Power(_))
}

/// Residuals of consecutive rows as an autoregression leaves them: the standard deviation of its shocks with `df` degrees
/// of freedom. `years` are places in time.
pub(super) fn shocks(residuals: &[f64], years: &[Year], projection: Projection, df: f64) -> f64 {
    let mut sum = 0.0;
    for i in 1..residuals.len() {
        let gap = f64::from(years[i].get() - years[i - 1].get());
        let shock = residuals[i] - projection.memory(gap) * residuals[i - 1];
        let mut weight = 0.0;
        let mut back = 0.0;
        while back < gap {
            weight += projection.memory(2.0 * back);
            back += 1.0;
        }
        sum += shock * shock / weight.max(1.0);
    }
    (sum / df).sqrt()
}

/// The change in per cent a year that slopes of a logarithm amount to, with 95% intervals, and their average weighted by
/// the years of each stretch: with slope b and standard error s `100 (exp(b) - 1)`, bounds at b -+ t s.
///
/// `slopes` holds, for each stretch, its first and last year and the combination of the coefficients that is its slope.
pub(super) fn percent_changes(regression: &mut Regression, slopes: &[(Year, Year, Vec<f64>)]) {
    let quantile = regression.df.map_or_else(|| normal::quantile(0.975), |df| StudentT::new(df).quantile(0.975));
    let p = regression.coefficients.len();
    let estimates: Vec<f64> = regression.coefficients.iter().map(|c| c.estimate).collect();
    let covariance = regression.covariance.clone();
    let change = |from: Year, to: Year, weights: &[f64]| {
        let slope: f64 = weights.iter().zip(&estimates).map(|(w, b)| w * b).sum();
        let variance: f64 = (0..p * p).map(|k| weights[k / p] * covariance[k] * weights[k % p]).sum();
        let half = quantile * variance.max(0.0).sqrt();
        let percent = |slope: f64| (100.0 * slope.exp_m1()).min(f64::MAX);
        PercentChange { from, to, percent: percent(slope), lower: percent(slope - half), upper: percent(slope + half) }
    };
    regression.changes = slopes.iter().map(|(from, to, weights)| change(*from, *to, weights)).collect();
    let (Some(first), Some(last)) = (slopes.first(), slopes.last()) else { return };
    let mut average = vec![0.0; p];
    let years = |(from, to, _): &(Year, Year, Vec<f64>)| f64::from(to.get() - from.get());
    let all: f64 = slopes.iter().map(years).sum();
    for stretch in slopes {
        for (sum, weight) in average.iter_mut().zip(&stretch.2) {
            *sum += weight * years(stretch) / all;
        }
    }
    regression.average_change = Some(change(first.0, last.1, &average));
}

impl Fitted for FittedTrend {
    fn forecast(&self, horizon: Horizon) -> Result<Forecast> {
        Self::forecast(self, horizon)
    }
    fn forecast_with(&self, horizon: Horizon, future: &Inputs) -> Result<Forecast> {
        Self::forecast_with(self, horizon, future)
    }
    fn report(&self) -> &FitReport {
        &self.report
    }
}

/// A model of this module as a [`crate::model::Forecaster`].
macro_rules! forecaster {
    ($($model:ty),*) => {$(
        impl crate::model::Forecaster for $model {
            fn name(&self) -> String {
                Self::name(self)
            }
            fn fit(&self, series: &crate::series::Series) -> crate::error::Result<Box<dyn crate::model::Fitted>> {
                Ok(Box::new(Self::fit(self, series)?))
            }
            fn fit_with(
                &self,
                series: &crate::series::Series,
                inputs: &crate::design::Inputs,
            ) -> crate::error::Result<Box<dyn crate::model::Fitted>> {
                Ok(Box::new(Self::fit_with(self, series, inputs)?))
            }
        }
    )*};
}
pub(super) use forecaster;

//! Regression on the years: models that draw a line through the series and follow it.
//!
//! | model | what it says |
//! |---|---|
//! | [`LinearTrend`] | so many more, or fewer, every year |
//! | [`LogLinearTrend`] | so many per cent more, or fewer, every year |
//! | [`PolynomialTrend`] | a curve |
//! | [`TheilSenTrend`], [`HuberTrend`] | a line that a few wild years cannot bend |
//! | [`RidgeTrend`], [`ElasticNetTrend`] | a line with many drivers, drawn towards no effect |
//! | [`SegmentedTrend`] | a trend whose slope changes in a few years |
//! | [`PoissonTrend`], [`NegativeBinomialTrend`] | counts, so many per cent more, or fewer, every year |
//!
//! Drivers, events, exposure and weights come in by `fit_with` ([`crate::design::Inputs`]). A line fitted to a handful of
//! years and drawn on is a strong claim; the bands here hold the uncertainty of the line itself, not the doubt whether
//! there is a line at all: [`Projection::Damped`] lets it level off.
//!
//! References: Seber and Lee (2003), Linear Regression Analysis; Hyndman and Athanasopoulos (2021), Forecasting:
//! Principles and Practice, chapter 7.

mod breaks;
mod count_laws;
mod counts;
mod fitted;
mod inference;
mod kendall;
mod ols;
mod penalised;
mod polynomial;
mod projection;
mod robust;
mod segmented;
mod setup;
mod stored;
mod trend;

pub use crate::model::{Break, Coefficient, PercentChange, Regression, TrendTest};
pub use breaks::SegmentScale;
pub use counts::{Dispersion, NegativeBinomialTrend, PoissonTrend};
pub use fitted::FittedTrend;
pub use inference::{Bounds, Robust};
pub use kendall::mann_kendall;
pub use ols::{Line, Ols, Sample};
pub use penalised::{ElasticNetTrend, RidgeTrend};
pub use polynomial::{PolynomialFit, polynomial};
pub use projection::Projection;
pub use robust::{HuberTrend, Loss, MEstimate, MedianLine, SlopeMedian, TheilSenTrend, m_estimate, slope_median};
pub use segmented::{Breaks, Choice, SegmentedTrend};
pub use trend::{LinearTrend, LogLinearTrend, PolynomialTrend};

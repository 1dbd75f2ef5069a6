//! Do the bands hold what they promise, and if not, how wide should they be?
//!
//! [`coverage_by_lead`] answers the first from a backtest. [`Conformal`] answers the second: it learns by what factor a
//! model's bands would have had to be wider, and [`Widening::apply`] makes them so, in marginals and joint paths at once.
//!
//! ```
//! use unjuran::evaluate::backtest::Backtest;
//! use unjuran::evaluate::calibrate::{Conformal, coverage_by_lead};
//! use unjuran::series::{Horizon, Series, Unit, Year};
//! use unjuran::smoothing::Naive;
//! // jumps grow, so that past changes promise too little
//! let y: Vec<f64> = (0..30).map(|t| f64::from(t * t * (t % 2))).collect();
//! let series = Series::new("wild", Year::new(1990)?, &y)?.with_unit(Unit::Amount)?;
//! let table = Backtest::new(Horizon::years(1)?).windows(20).run(&[series.clone()], &[&Naive])?;
//! let pooled = &coverage_by_lead(&table)[0];
//! assert_eq!((pooled.level, pooled.coverage.value), (80.0, 0.0));
//! let widening = Conformal::new().learn(&table.of_model("Naive")?)?;
//! let forecast = Naive.fit(&series)?.forecast(Horizon::years(2)?)?;
//! let wider = widening.apply(&forecast)?;
//! assert!(wider.interval(80.0)?.upper[0] > forecast.interval(80.0)?.upper[0]);
//! # Ok::<(), unjuran::Error>(())
//! ```

mod conformal;
mod coverage;

pub use conformal::{Basis, Conformal, LeadFactor, PooledFactors, Widening};
pub use coverage::{CoverageAt, coverage_by_lead};

//! Python bindings of `unjuran`: conversions and calls, nothing else.
#![deny(clippy::indexing_slicing)]
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands arguments over by value")]
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes, reason = "docstrings are for Python's readers")]
#![allow(clippy::single_match_else, reason = "a refusal reads best as the other case of a match")]

mod arrays;
mod backtest;
mod bayes;
mod columns;
mod convert;
mod errors;
mod ets;
mod fit;
mod forecast;
mod forecasts;
mod front;
mod given;
mod guard;
mod hierarchy;
mod html;
mod input;
mod metrics;
mod models;
mod ols;
mod panel;
mod plan;
mod progress;
mod record;
mod report;
mod run;
mod series;
mod smoothing;
mod stored;
mod tidy;
mod trends;

use pyo3::prelude::*;

/// The compiled half of `unjuran`. Use the names of the package itself.
#[pymodule(gil_used = false)]
mod _core {
    use pyo3::prelude::*;
    use pyo3::types::PyDict;

    #[pymodule_export]
    use crate::backtest::{PyBacktest, backtest, backtest_columns};
    #[pymodule_export]
    use crate::bayes::{PyBayesEts, PyFittedBayesEts, PyPrior};
    #[pymodule_export]
    use crate::columns::{forecast_columns, panel_columns, panel_from_columns, unknown_series, y_address};
    #[pymodule_export]
    use crate::convert::{PyConverted, from_fiscal, from_rates, rates, to_fiscal};
    #[pymodule_export]
    use crate::ets::{PyAutoEts, PyEts, PyFittedEts};
    #[pymodule_export]
    use crate::forecast::{PyDistribution, PyForecast};
    #[pymodule_export]
    use crate::forecasts::PyForecasts;
    #[pymodule_export]
    use crate::front::{forecast, read_csv};
    #[pymodule_export]
    use crate::given::PyEvent;
    #[pymodule_export]
    use crate::hierarchy::{PyDiscrepancy, PyMerged, check_totals, comparisons, merge_sources, reconcile};
    #[pymodule_export]
    use crate::metrics::{
        compare, coverage, crps, interval_score, log_score, mae, mape, mase, msis, naive_scale, owa, pinball, pit,
        quantile_crps, rmse, scaled_crps, smape,
    };
    #[pymodule_export]
    use crate::models::{PyDrift, PyFitted, PyModel, PyNaive};
    #[pymodule_export]
    use crate::ols::{PyColumnsFit, ols, polynomial};
    #[pymodule_export]
    use crate::panel::PyPanel;
    #[pymodule_export]
    use crate::plan::PyAnswer;
    #[pymodule_export]
    use crate::plan::capacity::{PyCapacity, capacity};
    #[pymodule_export]
    use crate::plan::change::{PyChange, percent_change};
    #[pymodule_export]
    use crate::plan::funnel::{PyFunnel, PyLeak, PyLink};
    #[pymodule_export]
    use crate::plan::impact::{PyImpact, impact};
    #[pymodule_export]
    use crate::plan::monitor::{PyAlarm, monitor};
    #[pymodule_export]
    use crate::plan::scenario::{PyComparison, PyScenario, compare_scenarios};
    #[pymodule_export]
    use crate::plan::target::{PyRequiredChange, PyTarget, required_change, target};
    #[pymodule_export]
    use crate::report::{PyReport, figure, probability, report, words};
    #[pymodule_export]
    use crate::run::panic;
    #[pymodule_export]
    use crate::series::PySeries;
    #[pymodule_export]
    use crate::smoothing::{PyCombination, PyMean, PyTheta};
    #[pymodule_export]
    use crate::trends::{
        PyElasticNetTrend, PyFittedTrend, PyHuberTrend, PyLinearTrend, PyLogLinearTrend, PyNegativeBinomialTrend,
        PyPoissonTrend, PyPolynomialTrend, PyRidgeTrend, PySegmentedTrend, PyTheilSenTrend,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        let py = module.py();
        crate::guard::adopt(py)?;
        let mapping = py.import("collections.abc")?.getattr("Mapping")?;
        for class in ["Panel", "Forecasts"] {
            mapping.call_method1("register", (module.getattr(class)?,))?;
        }
        let keywords = PyDict::new(py);
        keywords.set_item("module", "unjuran")?;
        let fields = ("Interval", ("lower", "upper"));
        let interval = py.import("collections")?.getattr("namedtuple")?.call(fields, Some(&keywords))?;
        interval.setattr("__doc__", "Lower and upper bounds: arrays with a number a year, or two numbers.")?;
        module.add("Interval", interval)?;
        let keywords = PyDict::new(py);
        keywords.set_item("module", "unjuran.plan")?;
        let mde = py.import("collections")?.getattr("namedtuple")?.call(("Mde", ("rise", "fall")), Some(&keywords))?;
        mde.setattr("__doc__", "The smallest rise and fall that would be found, as shares; None for what would not.")?;
        module.add("Mde", mde)
    }
}

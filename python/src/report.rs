//! `unjuran.report` and `unjuran.Report`.

use std::collections::BTreeMap;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use unjuran::language::Language;
use unjuran::persist::Persist as _;
use unjuran::report::{Report, ReportOptions};
use unjuran::series::{Event, Horizon};

use crate::errors::Result;
use crate::given::PyEvent;
use crate::guard::free;
use crate::hierarchy;
use crate::input;
use crate::panel::PyPanel;
use crate::record::{record, to_python};
use crate::series::not_stored;

/// `unjuran/_report.py`: the report on a panel.
#[pyfunction]
#[pyo3(name = "_report", signature = (panel, lang, h, title=None, tree=None, events=None, mask_below=None))]
#[expect(clippy::too_many_arguments, reason = "Python's keywords")]
pub(crate) fn report(
    py: Python<'_>,
    panel: &Bound<'_, PyPanel>,
    lang: &str,
    h: &Bound<'_, PyAny>,
    title: Option<String>,
    tree: Option<&Bound<'_, PyAny>>,
    events: Option<&Bound<'_, PyAny>>,
    mask_below: Option<f64>,
) -> Result<PyReport> {
    let language = lang.parse()?;
    let mut options = ReportOptions::default().horizon(Horizon::years(input::integer(h, "h")?)?);
    if let Some(title) = title {
        options = options.title(title);
    }
    // why: a data set knows its own totals, and what its series are called in other languages.
    let tree = tree.cloned().or(panel.as_any().getattr_opt("hierarchies")?);
    if let Some(tree) = tree {
        options = options.tree(hierarchy::tree(&tree)?);
    }
    if let Some(labels) = panel.as_any().getattr_opt("labels")? {
        for (code, names) in labels.extract::<BTreeMap<String, BTreeMap<String, String>>>()? {
            let said = code.parse()?;
            options = names.into_iter().fold(options, |options, (name, label)| options.label_in(said, name, label));
        }
    }
    if let Some(limit) = mask_below {
        options = options.mask_below(limit);
    }
    if let Some(events) = events {
        options = with_events(options, events)?;
    }
    let panel = &panel.get().0;
    Ok(PyReport { report: free(py, || Report::new(panel, &options))?, language })
}

/// `unjuran/_explorer.py`: the words of the explorer, by what they are for.
#[pyfunction]
#[pyo3(name = "_words")]
pub(crate) fn words(lang: &str) -> Result<BTreeMap<&'static str, &'static str>> {
    Ok(lang.parse::<Language>()?.messages("explore"))
}

/// `unjuran/_explorer.py`: a probability in words.
#[pyfunction]
#[pyo3(name = "_probability")]
pub(crate) fn probability(lang: &str, p: f64) -> Result<String> {
    Ok(lang.parse::<Language>()?.probability(p))
}

/// `unjuran/_explorer.py`: a number as a reader writes it.
#[pyfunction]
#[pyo3(name = "_figure")]
pub(crate) fn figure(x: f64) -> String {
    unjuran::language::figure(x)
}

/// Events of all series, or by name of the series.
fn with_events(mut options: ReportOptions, events: &Bound<'_, PyAny>) -> Result<ReportOptions> {
    let Ok(by_name) = events.cast::<PyDict>() else {
        return Ok(listed(events, "events")?.into_iter().fold(options, ReportOptions::event));
    };
    for (name, own) in by_name.iter() {
        let name = name.extract::<String>()?;
        for event in listed(&own, &format!("events[{name:?}]"))? {
            options = options.event_of(name.as_str(), event);
        }
    }
    Ok(options)
}

fn listed(events: &Bound<'_, PyAny>, place: &str) -> Result<Vec<Event>> {
    let mut found = Vec::new();
    for (i, event) in input::items(events, place)?.iter().enumerate() {
        let Ok(event) = event.cast::<PyEvent>() else {
            let given = event.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{place}[{i}] must be an unjuran.plan.Event, not {given}")).into());
        };
        found.push(event.get().0.clone());
    }
    Ok(found)
}

/// A report on a panel: findings in sentences, fans, tables, problems of the data, method, caveats and run record.
///
/// Made by `report`. It is a value without a language: each format is written in the one asked for, by default the ``lang``
/// of the report. The JSON holds every number that the sentences and tables show.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> cases = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="cases")
/// >>> made = uj.report(cases, lang="ms")
/// >>> made
/// Report on 1 series in ms: 1 projected, 0 problems
/// >>> made.to_markdown("en").splitlines()[0]
/// '# Projections of annual figures'
/// >>> made.to_markdown().splitlines()[0]
/// '# Unjuran angka tahunan'
#[pyclass(name = "Report", module = "unjuran", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct PyReport {
    report: Report,
    language: Language,
}

impl PyReport {
    fn language(&self, lang: Option<&str>) -> Result<Language> {
        Ok(lang.map_or(Ok(self.language), str::parse)?)
    }
}

#[pymethods]
impl PyReport {
    /// The language that it is written in unless another is asked for.
    #[getter]
    fn lang(&self) -> &'static str {
        self.language.code()
    }

    /// One HTML page, complete in itself: no script, nothing loaded from anywhere.
    ///
    /// Parameters
    /// ----------
    /// lang : {"en", "ms"}, optional
    ///     Default: that of the report.
    ///
    /// Raises
    /// ------
    /// BadParameterError
    ///     Another language.
    #[pyo3(signature = (lang=None))]
    fn to_html(&self, lang: Option<&str>) -> Result<String> {
        Ok(self.report.to_html(self.language(lang)?))
    }

    /// Markdown with tables, without the charts.
    ///
    /// Parameters
    /// ----------
    /// lang : {"en", "ms"}, optional
    ///     Default: that of the report.
    #[pyo3(signature = (lang=None))]
    fn to_markdown(&self, lang: Option<&str>) -> Result<String> {
        Ok(self.report.to_markdown(self.language(lang)?))
    }

    /// All findings and numbers as JSON text, in a versioned envelope; ``from_json`` reads it back.
    fn to_json(&self) -> Result<String> {
        Ok(self.report.to_json()?)
    }

    /// The same as plain Python values.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> found = uj.report(uj.Series([90, 110, 100], start=2020, name="cases")).to_dict()
    /// >>> found["series"][0]["said"][0] == {
    /// ...     "finding": "observed", "first": 2020, "last": 2022, "numbers": 3, "value": 100.0
    /// ... }
    /// True
    fn to_dict<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        let stored = record(&self.report).map_err(|e| not_stored("report", &e))?;
        Ok(to_python(py, &stored)?)
    }

    /// The report that ``to_json`` wrote.
    ///
    /// Parameters
    /// ----------
    /// text : str
    /// lang : {"en", "ms"}, default "en"
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored report.
    #[staticmethod]
    #[pyo3(signature = (text, lang="en"))]
    fn from_json(py: Python<'_>, text: &str, lang: &str) -> Result<Self> {
        Ok(Self { report: free(py, || Report::from_json(text))?, language: lang.parse()? })
    }

    fn _repr_html_(&self) -> String {
        self.report.to_fragment(self.language)
    }

    fn __repr__(&self) -> String {
        let found = self.report.summary();
        let problems = found.problems + found.refused;
        format!(
            "Report on {} series in {}: {} projected, {problems} problems",
            found.series, self.language, found.projected
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, (String, &'static str))> {
        let restore = py.get_type::<Self>().getattr(intern!(py, "from_json"))?;
        Ok((restore, (self.to_json()?, self.lang())))
    }
}

//! `unjuran.hierarchy`: totals and parts, and sources that disagree.

use pyo3::PyClass;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};
use unjuran::forecast::Forecast;
use unjuran::hierarchy::{Branch, Discrepancy, Merged, Relation, Tree};
use unjuran::series::Series;

use crate::arrays;
use crate::errors::Result;
use crate::forecast::{PyForecast, named_interval};
use crate::guard::free;
use crate::panel::PyPanel;
use crate::plan::{PyAnswer, answer, read_back};
use crate::series::PySeries;

/// A tree from a dict of total to parts, or from tuples of total, part and perhaps relation.
pub(crate) fn tree(given: &Bound<'_, PyAny>) -> Result<Tree> {
    let mut branches = Vec::new();
    if let Ok(dict) = given.cast::<PyDict>() {
        for (parent, children) in dict.iter() {
            let parent = parent.extract::<String>()?;
            if children.is_instance_of::<PyString>() {
                return Err(
                    PyTypeError::new_err(format!("tree[{parent:?}] must be a sequence of names, not text")).into()
                );
            }
            for child in children.try_iter()? {
                let (parent, child) = (parent.clone(), child?.extract::<String>()?);
                branches.push(Branch { parent, child, relation: Relation::Sum });
            }
        }
        return Ok(Tree::try_from(branches)?);
    }
    for (i, link) in given.try_iter()?.enumerate() {
        let parts = link?.try_iter()?.map(|p| p?.extract::<String>()).collect::<PyResult<Vec<_>>>()?;
        let (parent, child, relation) = match parts.as_slice() {
            [parent, child] => (parent, child, Relation::Sum),
            [parent, child, relation] => (parent, child, relation.parse()?),
            _ => {
                let message = format!("tree[{i}] must be (total, part) or (total, part, relation)");
                return Err(PyTypeError::new_err(message).into());
            }
        };
        branches.push(Branch { parent: parent.clone(), child: child.clone(), relation });
    }
    Ok(Tree::try_from(branches)?)
}

/// The published totals that do not agree with their parts, and those that could not be held against them.
///
/// Parameters
/// ----------
/// panel : Panel
/// tree : dict of str to sequence of str, or sequence of tuples
///     Total to parts, or (total, part) or (total, part, relation) with relation "sum", "sum_alt" (a second cut of the same
///     total) or "subset". Left out: the tree that the panel carries (``panel.hierarchies``).
///
/// Returns
/// -------
/// list of Discrepancy
///     ``kind`` "total" (the parts do not add up), "period label" (a second cut adds up to the total of the year before or
///     after) or "subset" (some parts exceed the total). Counts agree exactly, amounts to half a cent. A missing part may be
///     none: then a total is wrong only if the others exceed it. If they fall short of it, or if there are no parts in any of its
///     years, kind is "not compared", with the ``years`` and the ``missing`` parts.
///
/// Raises
/// ------
/// MissingMemberError
///     A name of the tree that is not in the panel.
/// HierarchyCycleError
///     A total that is a part of itself.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> panel = uj.Panel({"all": uj.Series({2022: 81}), "men": uj.Series({2022: 29}), "women": uj.Series({2022: 51})})
/// >>> print(uj.hierarchy.check_totals(panel, {"all": ["men", "women"]})[0])
/// all, 2022: published 81, the parts add up to 80 (men 29, women 51)
#[pyfunction]
#[pyo3(signature = (panel, tree=None))]
pub(crate) fn check_totals<'py>(
    py: Python<'py>,
    panel: &Bound<'py, PyPanel>,
    tree: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyList>> {
    let own = panel.as_any().getattr_opt("hierarchies")?;
    let given = tree.cloned().or(own).ok_or_else(|| {
        PyTypeError::new_err("check_totals: which parts make up which totals? Give a tree; this panel carries none")
    })?;
    let tree = self::tree(&given)?;
    let panel = &panel.get().0;
    let found = free(py, || unjuran::hierarchy::check_totals(panel, &tree))?;
    let found = found.into_iter().map(|d| answer(py, d, PyDiscrepancy)).collect::<Result<Vec<_>>>()?;
    Ok(PyList::new(py, found)?)
}

/// In how many years totals have a number, can be compared with their parts, and only within the range of masked cells.
#[pyfunction]
#[pyo3(name = "_comparisons")]
pub(crate) fn comparisons(panel: &PyPanel, tree: &Bound<'_, PyAny>) -> Result<(usize, usize, usize)> {
    let made = unjuran::hierarchy::comparisons(&panel.0, &self::tree(tree)?)?;
    Ok((made.years, made.compared, made.masked))
}

/// A total that does not agree with its parts, or that could not be held against them.
#[pyclass(name = "Discrepancy", module = "unjuran.hierarchy", extends = PyAnswer, frozen)]
pub(crate) struct PyDiscrepancy(Discrepancy);

#[pymethods]
impl PyDiscrepancy {
    /// "total", "period label", "subset" or "not compared".
    #[getter]
    fn kind(&self) -> String {
        self.0.kind.to_string()
    }

    /// The total.
    #[getter]
    fn parent(&self) -> &str {
        &self.0.parent
    }

    /// The year it is printed under; of several that could not be compared the first.
    #[getter]
    fn year(&self) -> i32 {
        self.0.year.get()
    }

    /// The total as printed; of a masked one the bound that is nearer to what the parts add up to.
    #[getter]
    fn published(&self) -> f64 {
        self.0.published
    }

    /// The bounds of a masked total; None for a number.
    #[getter]
    fn published_bounds(&self) -> Option<(f64, f64)> {
        self.0.published_bounds
    }

    /// What the parts add up to, masked ones at their lower bound.
    #[getter]
    fn computed(&self) -> f64 {
        self.0.computed
    }

    /// The masked parts with their bounds.
    #[getter]
    fn masked<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let masked = PyDict::new(py);
        self.0.masked.iter().try_for_each(|(name, lower, upper)| masked.set_item(name, (lower, upper)))?;
        Ok(masked)
    }

    /// The parts without a number.
    #[getter]
    fn missing(&self) -> Vec<String> {
        self.0.missing.clone()
    }

    /// The years that could not be compared, of which the numbers are those of the first; empty for other kinds.
    #[getter]
    fn years(&self) -> Vec<i32> {
        self.0.years.iter().map(|year| year.get()).collect()
    }

    /// The parts with their numbers.
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let parts = PyDict::new(py);
        self.0.parts.iter().try_for_each(|(name, y)| parts.set_item(name, y))?;
        Ok(parts)
    }

    /// The year that the parts are printed under.
    #[getter]
    fn parts_year(&self) -> i32 {
        self.0.parts_year.get()
    }

    /// The record that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}

/// Forecasts of totals and parts made coherent: parts add up to totals exactly, on every path.
///
/// Parameters
/// ----------
/// forecasts : mapping of str to Forecast
///     Totals and all their parts, of the same years and unit; others may be among them.
/// tree : dict or sequence of tuples
///     As in `check_totals`; only sums are used, and totals without a forecast are left out with their parts.
/// method : {"mint_shrink", "mint_structural", "bottom_up", "top_down"}, default "mint_shrink"
///     Least squares with the forecasts' variances and the shrunk correlations of past one-step errors; the same with the
///     number of parts for variance; the parts as they are; the total shared out as the mean forecasts of the parts.
///
/// Returns
/// -------
/// dict of str to Forecast
///     ``paths(n, seed)`` with one seed are joint. Counts are whole, never negative and never below what was counted this
///     year; ``quantile``, ``cdf`` and ``mean`` are those of the 10,000 reconciled paths. Where past totals were not quite
///     the sums of their parts, ``notes`` say by how much. Forecasts that are in no sum of the tree come back as they are.
///
/// Raises
/// ------
/// MissingMemberError
///     A part or total without a forecast, or no forecast for any name of the tree.
/// NotTheSumError
///     A total that is more than twice its parts, or less than half of them, in most years that they share.
/// TwoParentsError, HierarchyCycleError
///     A part of two totals; a total that is a part of itself.
/// UnlikeError
///     Different years or units.
///
/// References
/// ----------
/// Wickramasuriya, Athanasopoulos and Hyndman (2019), JASA 114, 804-819.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> values = {"all": [9, 7, 8, 12, 10], "men": [4, 3, 4, 8, 5], "women": [5, 4, 4, 4, 5]}
/// >>> panel = uj.Panel({name: uj.Series(y, start=2018) for name, y in values.items()})
/// >>> done = uj.hierarchy.reconcile(uj.forecast(panel, h=3), {"all": ["men", "women"]})
/// >>> bool((done["all"].paths(1000) == done["men"].paths(1000) + done["women"].paths(1000)).all())
/// True
#[pyfunction]
#[pyo3(signature = (forecasts, tree, method="mint_shrink"))]
pub(crate) fn reconcile<'py>(
    py: Python<'py>,
    forecasts: &Bound<'py, PyAny>,
    tree: &Bound<'py, PyAny>,
    method: &str,
) -> Result<Bound<'py, PyDict>> {
    let method = method.parse()?;
    let tree = self::tree(tree)?;
    let given: Vec<(String, PyForecast)> = items(forecasts, "forecasts", "an unjuran.Forecast")?;
    let named: Vec<(&str, &Forecast)> = given.iter().map(|(name, f)| (name.as_str(), &*f.0)).collect();
    let mut done = free(py, || unjuran::hierarchy::reconcile(&named, &tree, method))?;
    let found = PyDict::new(py);
    for (name, _) in &given {
        if let Some(forecast) = done.remove(name) {
            found.set_item(name, Bound::new(py, PyForecast::new(forecast))?)?;
        }
    }
    Ok(found)
}

/// Names and values of a mapping.
fn items<T>(mapping: &Bound<'_, PyAny>, argument: &str, wanted: &str) -> Result<Vec<(String, T)>>
where
    T: PyClass + Clone,
{
    let not = |what: &str, given: &Bound<'_, PyAny>| match given.get_type().name() {
        Ok(kind) => PyTypeError::new_err(format!("{argument}{what} must be {wanted}, not {kind}")),
        Err(error) => error,
    };
    if !mapping.hasattr("items")? {
        let given = mapping.get_type().name()?;
        return Err(
            PyTypeError::new_err(format!("{argument} must be a mapping from name to {wanted}, not {given}")).into()
        );
    }
    let mut found = Vec::new();
    for pair in mapping.call_method0("items")?.try_iter()? {
        let (name, value) = pair?.extract::<(String, Bound<'_, PyAny>)>()?;
        let one = value.cast::<T>().map_err(|_| not(&format!("[{name:?}]"), &value))?.borrow().clone();
        found.push((name, one));
    }
    Ok(found)
}

/// One series from several sources for the same thing, with what each source makes of it.
///
/// Parameters
/// ----------
/// sources : mapping of str to Series
///     Two or more, of one unit.
/// follow : str, optional
///     The source whose numbers are kept; default the one with the most full years.
/// name : str, default "merged"
///     Of the merged series.
///
/// Returns
/// -------
/// Merged
///     Years that the source followed does not have are those of the others over their effects, with an interval. Its masked
///     cells and its year under way stay (the latter unless another source has a number of that year or a later one); what
///     else is masked or partial tells nothing of effects and is in ``left_out``.
///
/// Raises
/// ------
/// UnknownSeriesError
///     ``follow`` is none of the sources.
/// UnlikeError
///     Sources of different units.
///
/// Notes
/// -----
/// ln(y + 1/2) = year + source + rest, by least squares. A source without a year in common with the others has no effect that
/// could be told: it is left out. One that meets the source followed in a single year, or only by way of another source, has a
/// wide interval, however many years it shares with the others.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> council = uj.Series([286, 165, 115], start=2019)
/// >>> police = uj.Series([146, 104, 120], start=2020)
/// >>> merged = uj.hierarchy.merge_sources({"council": council, "police": police})
/// >>> round(merged.effects["police"], 4)  # sqrt(146.5 / 165.5 * 104.5 / 115.5)
/// 0.8949
/// >>> merged.series.values.tolist()  # 120.5 / 0.8949 - 0.5 in 2022
/// [286.0, 165.0, 115.0, 134.0]
#[pyfunction]
#[pyo3(signature = (sources, *, follow=None, name="merged"))]
pub(crate) fn merge_sources<'py>(
    py: Python<'py>,
    sources: &Bound<'py, PyAny>,
    follow: Option<&str>,
    name: &str,
) -> Result<Bound<'py, PyMerged>> {
    let given: Vec<(String, PySeries)> = items(sources, "sources", "an unjuran.Series")?;
    let named: Vec<(&str, &Series)> = given.iter().map(|(name, s)| (name.as_str(), &s.0)).collect();
    answer(py, unjuran::hierarchy::merge_sources(name, &named, follow)?, PyMerged)
}

/// Sources made one series.
#[pyclass(name = "Merged", module = "unjuran.hierarchy", extends = PyAnswer, frozen)]
pub(crate) struct PyMerged(Merged);

#[pymethods]
impl PyMerged {
    /// The merged series.
    #[getter]
    fn series(&self) -> PySeries {
        PySeries(self.0.series.clone())
    }

    /// The source that is followed.
    #[getter]
    fn follows(&self) -> &str {
        &self.0.reference
    }

    /// What each other source counts for each one of the source followed; None where that cannot be told.
    #[getter]
    fn effects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        self.0.effects.iter().try_for_each(|e| found.set_item(&e.source, e.ratio))?;
        Ok(found)
    }

    /// 95% intervals of the effects.
    #[getter]
    fn intervals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        for effect in &self.0.effects {
            found.set_item(&effect.source, effect.interval.map(|ends| named_interval(py, ends)).transpose()?)?;
        }
        Ok(found)
    }

    /// By how much the sources are taken to differ from year to year once their effects are taken out, in percent: what was
    /// observed, drawn towards 22% with the weight of two numbers.
    #[getter]
    fn scatter(&self) -> f64 {
        self.0.scatter
    }

    /// By how much they differed, in percent; None where the years in common are as few as the effects.
    #[getter]
    fn observed_scatter(&self) -> Option<f64> {
        self.0.observed_scatter()
    }

    /// Masked cells and years under way that are not in the merged series, a sentence each.
    #[getter]
    fn left_out(&self) -> Vec<String> {
        self.0.left_out.iter().map(ToString::to_string).collect()
    }

    /// A frame with a row a year: year, value, lo and hi (80%, where the source followed has no number; the bounds of its
    /// masked cells), reason, and a column for each source.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    #[pyo3(signature = (backend=None))]
    fn to_frame<'py>(&self, py: Python<'py>, backend: Option<&str>) -> Result<Bound<'py, PyAny>> {
        let years = &self.0.years;
        let columns = PyDict::new(py);
        columns.set_item("year", arrays::integers(py, years.iter().map(|y| i64::from(y.year.get())))?)?;
        let gaps = |values: Vec<Option<f64>>| arrays::gaps(py, &values);
        columns.set_item("value", gaps(years.iter().map(|y| y.value).collect())?)?;
        columns.set_item("lo", gaps(years.iter().map(|y| y.interval.map(|i| i.0)).collect())?)?;
        columns.set_item("hi", gaps(years.iter().map(|y| y.interval.map(|i| i.1)).collect())?)?;
        columns.set_item("reason", years.iter().map(|y| y.reason.as_str()).collect::<Vec<_>>())?;
        let sources = [self.0.reference.as_str()].into_iter().chain(self.0.effects.iter().map(|e| e.source.as_str()));
        for source in sources {
            let of = |given: &[(String, f64)]| given.iter().find(|(name, _)| name == source).map(|(_, y)| *y);
            columns.set_item(source, gaps(years.iter().map(|y| of(&y.given)).collect())?)?;
        }
        arrays::frame(&columns, backend)
    }

    /// The answer that ``to_json`` wrote.
    #[classmethod]
    fn from_json<'py>(cls: &Bound<'py, PyType>, text: &str) -> Result<Bound<'py, Self>> {
        read_back(cls, text, Self)
    }
}

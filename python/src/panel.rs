//! `unjuran.Panel`.

use std::fmt::Write as _;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyList, PyString, PyType};
use unjuran::Error;
use unjuran::forecast::Fan;
use unjuran::persist::Persist as _;
use unjuran::series::{Panel, Series, Value};

use crate::errors::Result;
use crate::guard::free;
use crate::html;
use crate::series::{PySeries, quoted};

/// Many series by name: a read-only mapping, in the order in which the series came.
///
/// Parameters
/// ----------
/// series : dict of str to Series, or iterable of Series
///     In a dict the keys are the names. Names are unique.
///
/// Raises
/// ------
/// DuplicateSeriesError
///     Two series with one name.
/// UnknownSeriesError
///     On ``panel[name]`` for a name that is not there; also a ``KeyError``.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> panel = uj.Panel({"cases": uj.Series({2022: 139}), "arrests": uj.Series({2022: 250})})
/// >>> panel
/// Panel of 2 series: 'cases', 'arrests'
/// >>> panel["arrests"]
/// Series 'arrests' (count), 2022: 250
#[pyclass(name = "Panel", module = "unjuran", frozen, eq, mapping, subclass)]
#[derive(Clone, PartialEq)]
pub(crate) struct PyPanel(pub(crate) Panel);

#[pymethods]
impl PyPanel {
    #[new]
    fn new(series: &Bound<'_, PyAny>) -> Result<Self> {
        if let Ok(panel) = series.cast::<Self>() {
            return Ok(panel.get().clone());
        }
        let mut members: Vec<Series> = Vec::new();
        if series.hasattr("items")? {
            for pair in series.call_method0("items")?.try_iter()? {
                let (name, one) = pair?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
                let name = name.extract::<String>().map_err(|_| not_a_series("a key", &name, "a name (str)"))?;
                let one = one.cast::<PySeries>().map_err(|_| not_a_series(&name, &one, "an unjuran.Series"))?;
                members.push(one.get().0.clone().with_name(name));
            }
        } else {
            for (i, one) in series.try_iter()?.enumerate() {
                let one = one?;
                let place = format!("series[{i}]");
                let one = one.cast::<PySeries>().map_err(|_| not_a_series(&place, &one, "an unjuran.Series"))?;
                members.push(one.get().0.clone());
            }
        }
        Ok(Self(Panel::new(members)?))
    }

    fn __getitem__(&self, name: &Bound<'_, PyAny>) -> Result<PySeries> {
        Ok(PySeries(self.0.get(&key(name)?)?.clone()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>().is_ok_and(|name| self.0.find(&name).is_some())
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.0.iter().map(|s| PyString::new(py, s.name())))?.try_iter()
    }

    /// The names, in order.
    fn keys<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf.as_any(), "KeysView")
    }

    /// The series, in order.
    fn values<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf.as_any(), "ValuesView")
    }

    /// Pairs of name and series, in order.
    fn items<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        view(slf.as_any(), "ItemsView")
    }

    /// The series of this name, or ``default``.
    #[pyo3(signature = (name, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match name.extract::<String>().ok().and_then(|name| self.0.find(&name)) {
            Some(series) => Ok(Some(Bound::new(py, PySeries(series.clone()))?.into_any())),
            None => Ok(default),
        }
    }

    /// The series of a pandas, polars or pyarrow frame.
    ///
    /// Parameters
    /// ----------
    /// frame : data frame
    ///     A row a year of a series. Beside the three columns below it may have ``y_lo`` and ``y_hi`` (bounds of a masked
    ///     cell), ``period_end`` or ``share`` (a partial last year) and ``unit``.
    /// id_col, time_col, target_col : str
    ///     The columns of names, years and values; default ``unique_id``, ``ds``, ``y``.
    /// unit : {"count", "amount", "rate"}, optional
    ///     Of every series.
    ///
    /// Raises
    /// ------
    /// UnjuranError
    ///     The first series that is refused.
    #[classmethod]
    #[pyo3(signature = (frame, *, id_col=None, time_col=None, target_col=None, unit=None))]
    fn from_frame<'py>(
        cls: &Bound<'py, PyType>,
        frame: &Bound<'py, PyAny>,
        id_col: Option<&str>,
        time_col: Option<&str>,
        target_col: Option<&str>,
        unit: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let columns = (id_col, time_col, target_col);
        cls.py().import("unjuran.frames")?.call_method1("panel", (frame, columns, unit))
    }

    /// The panel as a tidy frame: a row a year of a series.
    ///
    /// Columns are unique_id, ds, y and unit, and where some year needs them y_lo, y_hi, period_end and share.
    ///
    /// Parameters
    /// ----------
    /// backend : {"pandas", "polars", "pyarrow"}, optional
    ///     Default: the first of these that is installed.
    /// mask_below : int, optional
    ///     For publication: counts below it have no ``y`` but ``y_lo`` and ``y_hi`` (0 to ``mask_below - 1``). Where a
    ///     total and its other parts leave too few values of such a cell, the smallest part that is printed is masked too,
    ///     or the total where none is, with bounds that give neither away (none, where nothing printed bounds it). A column
    ///     ``shown`` has every cell as text: "<5" for a small one, "masked" for such a complement, "-" for a missing one.
    /// tree : dict of str to sequence of str, or sequence of tuples, optional
    ///     Which parts make up which totals, as in `hierarchy.check_totals`. Left out: the tree that the panel carries.
    ///
    /// Notes
    /// -----
    /// Labels, sources and counts by the same day of earlier years have no column, and are lost on the way through a
    /// frame: `to_json` and `to_bytes` keep them.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> panel = uj.Panel({name: uj.Series({2022: y}) for name, y in [("all", 20), ("men", 17), ("women", 3)]})
    /// >>> panel.to_frame("pandas", mask_below=5, tree={"all": ["men", "women"]})["shown"].tolist()
    /// ['20', 'masked', '<5']
    #[pyo3(signature = (backend=None, *, mask_below=None, tree=None))]
    fn to_frame<'py>(
        slf: &Bound<'py, Self>,
        backend: Option<&str>,
        mask_below: Option<f64>,
        tree: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("unjuran.frames")?.call_method1("from_panel", (slf, backend, mask_below, tree))
    }

    /// A line for each series: its years, how many were observed, and what is masked, missing or under way.
    fn summary(&self) -> PyResult<String> {
        let mut text = self.__repr__()?;
        for series in &self.0 {
            let count = |wanted: fn(&Value) -> bool| series.values().iter().filter(|v| wanted(v)).count();
            let observed = count(|v| v.exact().is_some());
            let (first, last) = (series.first_year(), series.last_year());
            let _ = write!(
                text,
                "\n  {} ({}), {first}-{last}: {observed} number{}",
                series.name(),
                series.unit(),
                if observed == 1 { "" } else { "s" }
            );
            for (what, many) in [
                ("masked", count(|v| matches!(v, Value::Censored { .. }))),
                ("missing", count(|v| matches!(v, Value::Missing))),
            ] {
                if many > 0 {
                    let _ = write!(text, ", {many} {what}");
                }
            }
            if series.last_coverage().is_partial() {
                let _ = write!(text, ", {last} under way ({})", series.last_coverage());
            }
        }
        Ok(text)
    }

    fn _repr_html_(&self) -> PyResult<String> {
        let fans: Vec<Fan> = self.0.iter().map(Fan::of_series).collect();
        Ok(html::charts(&self.__repr__()?, fans.into_iter()))
    }

    fn __repr__(&self) -> PyResult<String> {
        Ok(format!("Panel of {}", named(self.0.iter().map(Series::name))?))
    }

    /// All series as JSON text, in a versioned envelope.
    ///
    /// Returns
    /// -------
    /// str
    ///
    /// Raises
    /// ------
    /// TooLargeError
    ///     More than 32 MiB: some hundred thousand series of twenty years. Pickles have no such end.
    fn to_json(&self) -> Result<String> {
        Ok(self.0.to_json()?)
    }

    /// The panel that ``to_json`` wrote.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored panel.
    /// UnknownVersionError
    ///     Text that a later release wrote.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        Ok(Self(free(py, || Panel::from_json(text))?))
    }

    /// The panel in the compact binary form.
    ///
    /// Returns
    /// -------
    /// bytes
    fn to_bytes<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.0.to_bytes()?))
    }

    /// The panel that ``to_bytes`` wrote.
    ///
    /// Raises
    /// ------
    /// BadBytesError
    ///     Bytes that are no stored panel.
    /// UnknownVersionError
    ///     Bytes that a later release wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> Result<Self> {
        Ok(Self(free(py, || Panel::from_bytes(data))?))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Result<(Bound<'py, PyAny>, (Bound<'py, PyList>,))> {
        let py = slf.py();
        let stored = |part: &[Series]| Ok(PyBytes::new(py, &Panel::new(part.to_vec())?.to_bytes()?));
        // why in parts: a pickle may be of any size, what is read at once may not.
        let parts = slf.get().0.as_slice().chunks(PICKLED).map(stored).collect::<Result<Vec<_>>>()?;
        Ok((py.get_type::<Self>().getattr(intern!(py, "_restore"))?, (PyList::new(py, parts)?,)))
    }

    #[staticmethod]
    fn _restore(py: Python<'_>, parts: Vec<Bound<'_, PyBytes>>) -> Result<Self> {
        let mut series = Vec::new();
        for part in parts {
            let part = part.as_bytes();
            series.extend(Vec::from(free(py, || Panel::from_bytes(part))?));
        }
        Ok(Self(Panel::new(series)?))
    }
}

/// Series in one part of a pickle.
const PICKLED: usize = 1000;

/// "3 series: 'a', 'b', 'c'".
pub(crate) fn named<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> PyResult<String> {
    const SHOWN: usize = 6;
    let count = names.len();
    let mut shown = names.take(SHOWN).map(quoted).collect::<PyResult<Vec<_>>>()?;
    if count > SHOWN {
        shown.push("...".to_owned());
    }
    Ok(format!("{count} series{}{}", if count == 0 { "" } else { ": " }, shown.join(", ")))
}

/// A live view from `collections.abc`, as dicts give.
pub(crate) fn view<'py>(mapping: &Bound<'py, PyAny>, kind: &str) -> PyResult<Bound<'py, PyAny>> {
    mapping.py().import("collections.abc")?.getattr(kind)?.call1((mapping,))
}

/// A key as text; another type is a key that no series has.
fn key(name: &Bound<'_, PyAny>) -> Result<String> {
    match name.extract::<String>() {
        Ok(name) => Ok(name),
        Err(_) => Err(Error::UnknownSeries { series: name.repr()?.to_string(), known: Vec::new() }.into()),
    }
}

fn not_a_series(place: &str, given: &Bound<'_, PyAny>, wanted: &str) -> PyErr {
    match given.get_type().name() {
        Ok(kind) => PyTypeError::new_err(format!("{place} must be {wanted}, not {kind}")),
        Err(error) => error,
    }
}

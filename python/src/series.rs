//! `unjuran.Series`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use unjuran::Error;
use unjuran::forecast::{Fan, SvgStyle};
use unjuran::persist::Persist as _;
use unjuran::series::{Coverage, Observation, Series, Value, Year};

use crate::arrays;
use crate::errors::Result;
use crate::guard::free;
use crate::input;

/// One measure of one place over consecutive years.
///
/// A series is a value: every ``with_`` method gives a new one. A gap between two years is a missing year, and only the
/// last year may be partial.
///
/// Parameters
/// ----------
/// values : sequence of float, or dict of year to float
///     One number a year: a list, tuple, numpy array, pandas, polars or pyarrow column. ``None``, NaN, ``<NA>`` and masked
///     elements are missing years.
/// start : int, optional
///     The year of the first value; the others follow.
/// years : sequence of int, optional
///     The year of each value, in any order, instead of ``start``. A dict and the index of a pandas column say the years
///     themselves; with ``start`` or ``years`` a pandas index is ignored.
/// name : str, optional
///     Default ``"series"``, or the name of a pandas column.
/// unit : {"count", "amount", "rate"}, optional
///     Left out, whole non-negative values mean a count and anything else an amount. Counts are forecast in whole numbers.
/// label : str, optional
///     A title for people; default the name.
///
/// Raises
/// ------
/// UnjuranError
///     One of its subclasses: an empty series, a year that occurs twice or lies outside 1 to 9999, an infinite value, a
///     value that does not fit the unit.
/// TypeError
///     Text or a bool among the values (the message names the place), or years that are not said.
///
/// Examples
/// --------
/// >>> import unjuran as uj
/// >>> s = uj.Series([163, 463, 429], start=2015, name="trafficking_cases")
/// >>> s
/// Series 'trafficking_cases' (count), 2015-2017: 163, 463, 429
/// >>> s == uj.Series({2017: 429, 2015: 163, 2016: 463}, name="trafficking_cases")
/// True
#[pyclass(name = "Series", module = "unjuran", frozen, eq)]
#[derive(Clone, PartialEq)]
pub(crate) struct PySeries(pub(crate) Series);

impl PySeries {
    /// The series that an argument must be.
    pub(crate) fn from_argument<'a, 'py>(
        object: &'a Bound<'py, PyAny>,
        argument: &str,
    ) -> Result<&'a Bound<'py, Self>> {
        if let Ok(series) = object.cast::<Self>() {
            return Ok(series);
        }
        let given = object.get_type().name()?;
        Err(PyTypeError::new_err(format!("{argument} must be an unjuran.Series, not {given}")).into())
    }
}

#[pymethods]
impl PySeries {
    #[new]
    #[pyo3(signature = (values, start=None, *, years=None, name=None, unit=None, label=None))]
    fn new(
        values: &Bound<'_, PyAny>,
        start: Option<&Bound<'_, PyAny>>,
        years: Option<&Bound<'_, PyAny>>,
        name: Option<String>,
        unit: Option<&str>,
        label: Option<String>,
    ) -> Result<Self> {
        let name = match name {
            Some(name) => name,
            None => name_of(values)?.unwrap_or_else(|| "series".to_owned()),
        };
        let (years, values) = dated(values, start, years, &name)?;
        let observation = |(&year, &y): (&Year, &f64)| {
            Observation::full(year, if y.is_nan() { Value::Missing } else { Value::Exact(y) })
        };
        let mut series = Series::from_observations(name, years.iter().zip(&values).map(observation).collect())?;
        if let Some(label) = label {
            series = series.with_label(label);
        }
        Ok(Self(match unit {
            Some(unit) => series.with_unit(unit.parse()?)?,
            None => series,
        }))
    }

    /// The series with what was counted so far in its last year.
    ///
    /// A forecast then begins with this year and never falls below what was counted.
    ///
    /// Parameters
    /// ----------
    /// year : int
    ///     The last year, or a later one.
    /// value : float
    ///     The count so far.
    /// through : str or datetime.date, optional
    ///     The last day counted, ``"YYYY-MM-DD"``.
    /// share : float, optional
    ///     The share of the year that has passed, above 0 and at most 1 (the full year). Say one of the two.
    /// earlier : dict of int to float, optional
    ///     What had been counted by the same day of earlier years, each with a number in the series. It tells how the
    ///     series' years run; without it they run as those of other places.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> uj.Series({2022: 139}, name="cases").with_partial(2023, 48, through="2023-05-31")
    /// Series 'cases' (count), 2022-2023: 139, 48 to 2023-05-31
    #[pyo3(signature = (year, value, *, through=None, share=None, earlier=None))]
    fn with_partial(
        &self,
        year: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        through: Option<&Bound<'_, PyAny>>,
        share: Option<&Bound<'_, PyAny>>,
        earlier: Option<&Bound<'_, PyDict>>,
    ) -> Result<Self> {
        let coverage = match (through, share) {
            (Some(day), None) => Coverage::Through(input::iso_date(day, "through")?.parse()?),
            (None, Some(share)) => Coverage::Share(input::number(share, "share")?),
            _ => {
                let message = "say how far the year is counted: through=\"YYYY-MM-DD\" or share=0.41, one of them";
                return Err(PyTypeError::new_err(message).into());
            }
        };
        let (year, value) = (input::year(year, "year")?, input::number(value, "value")?);
        let series = self.0.clone().with_partial(year, value, coverage)?;
        let pair = |(year, value)| Ok((input::year(&year, "earlier")?, input::number(&value, "earlier")?));
        let counted = earlier.into_iter().flatten().map(pair).collect::<Result<Vec<_>>>()?;
        Ok(Self(series.with_earlier(counted)?))
    }

    /// The series with a masked cell: somewhere from ``lower`` to ``upper``, both included.
    ///
    /// Equal bounds are the exact value.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> uj.Series({2018: 7, 2020: 6}, name="cases").with_censored(2019, 0, 4)
    /// Series 'cases' (count), 2018-2020: 7, 0..4, 6
    fn with_censored(
        &self,
        year: &Bound<'_, PyAny>,
        lower: &Bound<'_, PyAny>,
        upper: &Bound<'_, PyAny>,
    ) -> Result<Self> {
        let (lower, upper) = (input::number(lower, "lower")?, input::number(upper, "upper")?);
        Ok(Self(self.0.clone().with_censored(input::year(year, "year")?, lower, upper)?))
    }

    /// The series with a year that was not observed.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> uj.Series({2018: 7, 2019: 0, 2020: 6}, name="cases").with_missing(2019)
    /// Series 'cases' (count), 2018-2020: 7, -, 6
    fn with_missing(&self, year: &Bound<'_, PyAny>) -> Result<Self> {
        Ok(Self(self.0.clone().with_missing(input::year(year, "year")?)?))
    }

    /// The name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The title for people: the label, or the name.
    #[getter]
    fn label(&self) -> &str {
        self.0.label()
    }

    /// What the numbers are: "count", "amount" or "rate".
    #[getter]
    fn unit(&self) -> String {
        self.0.unit().to_string()
    }

    /// The years from the first to the last, an int64 array.
    #[getter]
    fn years<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let first = i64::from(self.0.first_year().get());
        arrays::integers(py, self.0.values().iter().enumerate().map(|(i, _)| first.saturating_add_unsigned(i as u64)))
    }

    /// The numbers by year, a float64 array: NaN where the year is missing or masked; a partial year as counted so far.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let values: Vec<f64> = self.0.values().iter().map(|v| v.exact().unwrap_or(f64::NAN)).collect();
        arrays::floats(py, &values)
    }

    /// The last year, partial or not.
    #[getter]
    fn last_year(&self) -> i32 {
        self.0.last_year().get()
    }

    fn __len__(&self) -> usize {
        self.0.values().len()
    }

    fn __hash__(&self) -> u64 {
        // why: equal series agree in these; floats have no hash.
        let mut hasher = DefaultHasher::new();
        (self.0.name(), self.0.first_year(), self.0.values().len()).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> PyResult<String> {
        const SHOWN: usize = 14;
        let series = &self.0;
        let mut cells: Vec<String> = series.values().iter().map(shown).collect();
        if let (true, Some(last)) = (series.last_coverage().is_partial(), cells.last_mut()) {
            *last = match series.last_coverage() {
                Coverage::Share(_) => format!("{last} in {}", series.last_coverage()),
                covered => format!("{last} {covered}"),
            };
        }
        if cells.len() > SHOWN {
            cells.splice(2..cells.len() - (SHOWN - 3), ["...".to_owned()]);
        }
        let (first, last) = (series.first_year(), series.last_year());
        let years = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let mut earlier: Vec<String> =
            series.earlier().iter().map(|(year, by_then)| format!("{year}: {}", rounded(*by_then))).collect();
        if earlier.len() > SHOWN {
            earlier.splice(2..earlier.len() - (SHOWN - 3), ["...".to_owned()]);
        }
        let earlier = if earlier.is_empty() { String::new() } else { format!("; earlier {}", earlier.join(", ")) };
        Ok(format!("Series {} ({}), {years}: {}{earlier}", quoted(series.name())?, series.unit(), cells.join(", ")))
    }

    /// What was observed, as a chart in SVG: complete in itself, no script, nothing loaded from outside.
    fn _repr_html_(&self) -> String {
        Fan::of_series(&self.0).to_svg(&SvgStyle::default())
    }

    /// The series as a text of several lines: a line a year, and what is special about it.
    ///
    /// Examples
    /// --------
    /// >>> import unjuran as uj
    /// >>> print(uj.Series([7, None, 9], start=2020, name="cases").with_partial(2023, 2, share=0.5).summary())
    /// cases, counts, 2020-2023: 2 full years observed
    ///   2020  7
    ///   2021  -             missing
    ///   2022  9
    ///   2023  2             50% of the year
    fn summary(&self) -> String {
        let series = &self.0;
        let full = series.observations().filter(|o| o.value.exact().is_some() && !o.coverage.is_partial()).count();
        let (first, last) = (series.first_year(), series.last_year());
        let mut lines =
            vec![format!("{}, {}s, {first}-{last}: {full} full years observed", series.label(), series.unit())];
        for o in series.observations() {
            let remark = match o.value {
                Value::Missing => "missing".to_owned(),
                Value::Censored { .. } => "masked".to_owned(),
                Value::Exact(_) if o.coverage.is_partial() => o.coverage.to_string(),
                Value::Exact(_) => String::new(),
            };
            lines.push(format!("  {}  {:<12}  {remark}", o.year, shown(&o.value)).trim_end().to_owned());
        }
        lines.join("\n")
    }

    /// The series as JSON text, in a versioned envelope.
    ///
    /// Parameters
    /// ----------
    /// mask_below : int, optional
    ///     Counts below it are stored as masked cells, 0 to ``mask_below - 1``; a partial year of which so little is counted
    ///     is left out.
    #[pyo3(signature = (*, mask_below=None))]
    fn to_json(&self, mask_below: Option<f64>) -> Result<String> {
        match mask_below {
            Some(below) => Ok(self.0.masked_below(below)?.to_json()?),
            None => Ok(self.0.to_json()?),
        }
    }

    /// The series that ``to_json`` wrote, checked as a new one is.
    ///
    /// Raises
    /// ------
    /// BadJsonError
    ///     Text that is no stored series.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> Result<Self> {
        Ok(Self(free(py, || Series::from_json(text))?))
    }

    /// The series in the compact binary form; pickles are made of it.
    ///
    /// Returns
    /// -------
    /// bytes
    fn to_bytes<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.0.to_bytes()?))
    }

    /// The series that ``to_bytes`` wrote.
    ///
    /// Raises
    /// ------
    /// BadBytesError
    ///     Bytes that are no stored series.
    /// UnknownVersionError
    ///     Bytes that a later release wrote.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> Result<Self> {
        Ok(Self(free(py, || Series::from_bytes(data))?))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py)?,)))
    }
}

/// A value for people.
fn shown(value: &Value) -> String {
    match *value {
        Value::Exact(y) => rounded(y),
        Value::Censored { lower, upper } => format!("{}..{}", rounded(lower), rounded(upper)),
        Value::Missing => value.to_string(),
    }
}

/// A number with at most four significant digits behind its point: a rate of people has as many as a float holds, and nobody
/// reads them. `values` has them all.
fn rounded(y: f64) -> String {
    let size = y.abs();
    if size.fract() == 0.0 || !(1e-9..1e15).contains(&size) {
        return Value::Exact(y).to_string();
    }
    // why 999.95: what rounds up to four digits has them
    let decimals = (4..=12).find(|&d| size * 10_f64.powi(d) >= 999.95).unwrap_or(12);
    let text = format!("{y:.0$}", usize::try_from(decimals).unwrap_or(4));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text that serde could not write or read.
pub(crate) fn not_stored(expected: &str, problem: &serde_json::Error) -> Error {
    Error::BadJson { expected: expected.to_owned(), problem: problem.to_string() }
}

/// A name as Python shows text: in quotes.
pub(crate) fn quoted(name: &str) -> PyResult<String> {
    Python::attach(|py| Ok(PyString::new(py, name).repr()?.to_string()))
}

/// The years and numbers of `Series(values, start, years=)`.
fn dated(
    values: &Bound<'_, PyAny>,
    start: Option<&Bound<'_, PyAny>>,
    years: Option<&Bound<'_, PyAny>>,
    name: &str,
) -> Result<(Vec<Year>, Vec<f64>)> {
    let py = values.py();
    if start.is_some() && years.is_some() {
        return Err(PyTypeError::new_err("say the years once: start= or years=").into());
    }
    if let Ok(dict) = values.cast::<PyDict>() {
        if start.is_some() || years.is_some() {
            return Err(PyTypeError::new_err("a dict says its years itself: leave start= and years= out").into());
        }
        let mut dated = (Vec::with_capacity(dict.len()), Vec::with_capacity(dict.len()));
        for (key, value) in dict.iter() {
            let year = said_year(&key, "a key of values")?;
            dated.0.push(year);
            dated.1.push(input::number(&value, &format!("values[{year}]"))?);
        }
        return Ok(dated);
    }
    let items = input::items(values, "values")?;
    let count = items.len();
    let index = if is_pandas(values)? { Some(values.getattr(intern!(py, "index"))?) } else { None };
    let years: Vec<Year> = match (start, years.or(index.as_ref())) {
        (Some(start), _) => {
            let start = input::year(start, "start")?;
            (0..count).map(|i| Ok(start.plus(i)?)).collect::<Result<_>>()?
        }
        (None, Some(given)) => {
            let from_index = years.is_none();
            let given = input::items(given, "years")?;
            if from_index && given.first().is_some_and(|first| first.eq(0).unwrap_or(false)) {
                let message = "the index of values does not hold years: say start=2015 or years=[2015, ...]";
                return Err(PyTypeError::new_err(message).into());
            }
            let place = |i: usize| format!("{}[{i}]", if from_index { "values.index" } else { "years" });
            let read: fn(&Bound<'_, PyAny>, &str) -> Result<Year> = if from_index { said_year } else { input::year };
            given.iter().enumerate().map(|(i, y)| read(y, &place(i))).collect::<Result<_>>()?
        }
        (None, None) => {
            let message =
                "which years are these? Say start=2015, or years=[2015, ...], or give a dict {2015: 163, ...}";
            return Err(PyTypeError::new_err(message).into());
        }
    };
    if years.len() != count {
        return Err(Error::LengthMismatch { series: name.to_owned(), values: count, years: years.len() }.into());
    }
    let numbers = items.iter().zip(&years).enumerate();
    let numbers = numbers.map(|(i, (item, year))| input::number(item, &format!("values[{i}] ({year})")));
    let numbers = numbers.collect::<Result<_>>()?;
    Ok((years, numbers))
}

/// A year of an index or a key, which may be text: "2020", "2020-12-31".
fn said_year(object: &Bound<'_, PyAny>, place: &str) -> Result<Year> {
    if let Ok(text) = object.extract::<String>() {
        let (digits, rest) = text.split_at_checked(4).unwrap_or(("", ""));
        if let (Ok(year), true) = (digits.parse::<u16>(), rest.is_empty() || rest.starts_with('-')) {
            return Ok(Year::new(i64::from(year))?);
        }
    }
    input::year(object, place)
}

/// Whether this is a pandas column, whose index may hold the years.
fn is_pandas(values: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(values.hasattr("iloc")? && values.hasattr("index")?)
}

/// The name of a pandas or polars column, if it is text.
fn name_of(values: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let name = values.getattr_opt("name")?;
    Ok(name.and_then(|name| name.extract::<String>().ok()).filter(|name| !name.is_empty()))
}

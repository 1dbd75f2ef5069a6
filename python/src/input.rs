//! Python objects to numbers and years. A refusal names the place: `values[3]: '12' (str) is not a number`.

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyComplex, PyDict, PyFloat, PyInt, PySet, PyString};
use unjuran::Error;
use unjuran::error::checked_level;
use unjuran::series::{Horizon, Series, Unit, Year};

use crate::errors::{Result, raised};

/// Objects that stand for "no number" in pandas and numpy.
const MISSING: &[&str] = &["NAType", "NaTType", "MaskedConstant"];
/// Objects that can be turned into a float but are no numbers.
const NOT_NUMBERS: &[&str] = &["bool", "bool_", "datetime64", "timedelta64", "complex64"];

/// The items of a list, tuple, array, column or any other ordered iterable.
pub(crate) fn items<'py>(object: &Bound<'py, PyAny>, argument: &str) -> Result<Vec<Bound<'py, PyAny>>> {
    let unordered = object.is_instance_of::<PySet>();
    let text = object.is_instance_of::<PyString>() || object.is_instance_of::<PyBytes>();
    match object.try_iter() {
        Ok(iterator) if !unordered && !text => Ok(iterator.collect::<PyResult<Vec<_>>>()?),
        _ => {
            let given = object.get_type().name()?;
            Err(PyTypeError::new_err(format!("{argument} must be a sequence of numbers, not {given}")).into())
        }
    }
}

/// A number; `None`, NaN, `<NA>` and masked elements are NaN.
pub(crate) fn number(item: &Bound<'_, PyAny>, place: &str) -> Result<f64> {
    if item.is_none() {
        return Ok(f64::NAN);
    }
    if let Ok(float) = item.cast::<PyFloat>() {
        return Ok(float.extract::<f64>()?);
    }
    let kind = item.get_type().name()?.to_string();
    if MISSING.contains(&kind.as_str()) {
        return Ok(f64::NAN);
    }
    let refused = item.is_instance_of::<PyBool>()
        || item.is_instance_of::<PyString>()
        || item.is_instance_of::<PyBytes>()
        || item.is_instance_of::<PyComplex>()
        || NOT_NUMBERS.contains(&kind.as_str());
    let py = item.py();
    if !refused {
        if let Ok(int) = item.cast::<PyInt>() {
            return whole(int, place);
        }
        // why: first of all, a pyarrow null also has an `__index__`, which fails.
        if item.hasattr(intern!(py, "as_py"))? {
            return number(&item.call_method0(intern!(py, "as_py"))?, place);
        }
        if item.hasattr(intern!(py, "__index__"))? && !item.hasattr(intern!(py, "__len__"))? {
            return whole(item.call_method0(intern!(py, "__index__"))?.cast().map_err(PyErr::from)?, place);
        }
        if item.hasattr(intern!(py, "__float__"))? && !item.hasattr(intern!(py, "__len__"))? {
            return Ok(item.call_method0(intern!(py, "__float__"))?.extract::<f64>()?);
        }
    }
    let shown = item.repr()?;
    let message =
        format!("{place}: {shown} ({kind}) is not a number: give numbers, and None or NaN for a missing year");
    Err(PyTypeError::new_err(message).into())
}

/// A whole number as a float, refused if the float is another number.
fn whole(int: &Bound<'_, PyInt>, place: &str) -> Result<f64> {
    let py = int.py();
    let float = int.call_method0(intern!(py, "__float__")).and_then(|f| f.extract::<f64>());
    match float {
        Ok(float) if int.as_any().eq(float)? => Ok(float),
        Ok(_) => {
            let fields = PyDict::new(py);
            fields.set_item("value", int)?;
            let message = format!(
                "{place}: {int} has more digits than a 64-bit float can hold; whole numbers are exact to 9007199254740992 (give a float if the last digits do not matter)"
            );
            Err(raised(py, "FractionalCount", &message, &fields).into())
        }
        // why: an integer too large for a float is refused by the core as an infinity is, with series and year.
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => Ok(f64::INFINITY),
        Err(error) => Err(error.into()),
    }
}

/// A whole number for an argument such as a year or a horizon; numpy integers pass, floats and bools do not. What does
/// not fit in 64 bits comes out as the nearest that does, and is refused by the core as out of range.
pub(crate) fn integer(object: &Bound<'_, PyAny>, argument: &str) -> Result<i64> {
    let py = object.py();
    let kind = object.get_type().name()?.to_string();
    if object.is_instance_of::<PyBool>() || NOT_NUMBERS.contains(&kind.as_str()) || !object.hasattr("__index__")? {
        let shown = object.repr()?;
        return Err(PyTypeError::new_err(format!("{argument} must be a whole number, not {shown} ({kind})")).into());
    }
    let index = object.call_method0(intern!(py, "__index__"))?;
    match index.extract::<i64>() {
        Ok(value) => Ok(value),
        Err(_) if index.lt(0)? => Ok(i64::MIN),
        Err(_) => Ok(i64::MAX),
    }
}

/// A whole number from zero on, for a parameter of `of`; another is refused with its name and what is allowed.
pub(crate) fn natural<T: TryFrom<u64>>(
    object: &Bound<'_, PyAny>,
    of: &str,
    parameter: &str,
    allowed: &str,
) -> Result<T> {
    integer(object, parameter)?;
    let index = object.call_method0(intern!(object.py(), "__index__"))?;
    let given = index.extract::<u64>().ok().and_then(|value| T::try_from(value).ok());
    Ok(given.ok_or_else(|| Error::bad_parameter(of, parameter, index, allowed))?)
}

/// The seed of draws: left out, 0.
pub(crate) fn seed(object: Option<&Bound<'_, PyAny>>, of: &str) -> Result<u64> {
    object.map_or(Ok(0), |seed| natural(seed, of, "seed", "a whole number from 0 to 2^64 - 1"))
}

/// A year: a whole number, or a date, timestamp or period, which lies in one.
pub(crate) fn year(object: &Bound<'_, PyAny>, place: &str) -> Result<Year> {
    let py = object.py();
    if let Ok(float) = object.cast::<PyFloat>() {
        // why: a column of years with one gap comes out of a frame as floats.
        if float.call_method0(intern!(py, "is_integer"))?.is_truthy()? {
            return Ok(Year::new(integer(&float.call_method0(intern!(py, "__int__"))?, place)?)?);
        }
    }
    if let Some(year) = object.getattr_opt(intern!(py, "year"))? {
        return Ok(Year::new(integer(&year, place)?)?);
    }
    if let Some(scalar) = object.getattr_opt(intern!(py, "as_py"))? {
        return year(&scalar.call0()?, place);
    }
    if object.get_type().name()? == "datetime64" {
        return year(&object.call_method1(intern!(py, "astype"), ("datetime64[D]",))?.call_method0("item")?, place);
    }
    Ok(Year::new(integer(object, place)?)?)
}

/// How far to look ahead.
#[derive(Clone, Copy)]
pub(crate) enum Ahead {
    /// So many years.
    Years(Horizon),
    /// To this year.
    Until(Year),
}

impl Ahead {
    /// From `h=` or `until=`, one of them.
    pub(crate) fn new(h: Option<&Bound<'_, PyAny>>, until: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        match (h, until) {
            (Some(h), None) => Ok(Self::Years(Horizon::years(integer(h, "h")?)?)),
            (None, Some(until)) => Ok(Self::Until(year(until, "until")?)),
            _ => Err(Error::HorizonAmbiguous.into()),
        }
    }

    /// The horizon that this means for a series.
    pub(crate) fn horizon(self, series: &Series) -> unjuran::Result<Horizon> {
        let first = first_ahead(series);
        self.counted_from(first).map_err(|error| match self {
            Self::Years(_) => error,
            Self::Until(until) => Error::BadUntil {
                series: series.name().to_owned(),
                last: series.last_year().get(),
                until: until.get(),
                horizon: i64::from(until.get()) - first + 1,
            },
        })
    }

    /// The horizon that this means for a forecast whose first year is `first`.
    pub(crate) fn counted_from(self, first: i64) -> unjuran::Result<Horizon> {
        match self {
            Self::Years(horizon) => Ok(horizon),
            Self::Until(last) => Horizon::years(i64::from(last.get()) - first + 1),
        }
    }
}

/// Levels in percent, checked; `default` where none are given.
pub(crate) fn levels(object: Option<&Bound<'_, PyAny>>, default: &[f64]) -> Result<Vec<f64>> {
    let Some(object) = object else { return Ok(default.to_vec()) };
    let given = if object.hasattr("__float__")? && !object.hasattr("__len__")? {
        vec![number(object, "level")?]
    } else {
        let given = items(object, "level")?;
        given.iter().enumerate().map(|(i, l)| number(l, &format!("level[{i}]"))).collect::<Result<Vec<_>>>()?
    };
    given.into_iter().map(|level| Ok(checked_level(level)?)).collect()
}

/// A date as `YYYY-MM-DD`, from text, a date or a timestamp.
pub(crate) fn iso_date(day: &Bound<'_, PyAny>, argument: &str) -> Result<String> {
    if let Ok(text) = day.extract::<String>() {
        return Ok(text);
    }
    let date = if day.hasattr("date")? { day.call_method0("date")? } else { day.clone() };
    if date.hasattr("isoformat")? {
        return Ok(date.call_method0("isoformat")?.extract::<String>()?);
    }
    let given = day.get_type().name()?;
    Err(PyTypeError::new_err(format!("{argument} must be a date or text as in \"2023-05-31\", not {given}")).into())
}

/// The unit that an argument names.
pub(crate) fn unit(object: Option<&Bound<'_, PyAny>>) -> Result<Option<Unit>> {
    let Some(object) = object.filter(|o| !o.is_none()) else { return Ok(None) };
    match object.extract::<String>() {
        Ok(text) => Ok(Some(text.parse()?)),
        Err(_) => Err(PyTypeError::new_err(format!("unit must be text, not {}", object.get_type().name()?)).into()),
    }
}

/// The first year that a forecast of a series covers: the year under way, or the one after the last.
pub(crate) fn first_ahead(series: &Series) -> i64 {
    i64::from(series.last_year().get()) + i64::from(!series.last_coverage().is_partial())
}

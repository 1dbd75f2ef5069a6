//! Many series by name.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::annual::Series;
use crate::error::{Error, Result};

/// Series with different names, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Series>", into = "Vec<Series>")]
pub struct Panel {
    series: Vec<Series>,
    position: HashMap<String, usize>,
}

impl Panel {
    /// A panel of these series.
    ///
    /// # Errors
    /// [`Error::DuplicateSeries`] if two have one name.
    pub fn new(series: Vec<Series>) -> Result<Self> {
        let mut position = HashMap::with_capacity(series.len());
        for (i, one) in series.iter().enumerate() {
            if position.insert(one.name().to_owned(), i).is_some() {
                return Err(Error::DuplicateSeries { series: one.name().to_owned() });
            }
        }
        Ok(Self { series, position })
    }

    /// The series of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<&Series> {
        self.position.get(name).and_then(|&i| self.series.get(i))
    }

    /// The series of this name.
    ///
    /// # Errors
    /// [`Error::UnknownSeries`], with the names there are.
    pub fn get(&self, name: &str) -> Result<&Series> {
        self.find(name).ok_or_else(|| Error::UnknownSeries {
            series: name.to_owned(),
            known: self.series.iter().map(|s| s.name().to_owned()).collect(),
        })
    }

    /// All series, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Series> {
        self.series.iter()
    }

    /// All series as a slice, in order.
    pub fn as_slice(&self) -> &[Series] {
        &self.series
    }

    /// How many series.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there is no series.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }
}

impl TryFrom<Vec<Series>> for Panel {
    type Error = Error;
    fn try_from(series: Vec<Series>) -> Result<Self> {
        Self::new(series)
    }
}

impl From<Panel> for Vec<Series> {
    fn from(panel: Panel) -> Self {
        panel.series
    }
}

impl<'a> IntoIterator for &'a Panel {
    type Item = &'a Series;
    type IntoIter = std::slice::Iter<'a, Series>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

//! The ten classes without season: additive or multiplicative errors, five kinds of trend.

#![allow(clippy::indexing_slicing, reason = "five trends")]

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How the shocks enter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shocks {
    /// y = mu + e: shocks of the same size whatever the level.
    #[default]
    Additive,
    /// y = mu (1 + e): shocks in proportion to what is expected.
    Multiplicative,
}

/// What the model says about the slope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// No slope: simple exponential smoothing.
    #[default]
    None,
    /// A yearly change that goes on: Holt's method.
    Additive,
    /// A yearly change that dies out: the damped trend.
    Damped,
    /// A yearly growth factor that goes on.
    Multiplicative,
    /// A yearly growth factor that goes back to one.
    MultiplicativeDamped,
}

impl Trend {
    /// All trends, the simplest first.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Additive, Self::Damped, Self::Multiplicative, Self::MultiplicativeDamped];

    /// Whether the slope is a factor.
    pub fn is_multiplicative(self) -> bool {
        matches!(self, Self::Multiplicative | Self::MultiplicativeDamped)
    }

    /// Whether the slope dies out.
    pub fn is_damped(self) -> bool {
        matches!(self, Self::Damped | Self::MultiplicativeDamped)
    }

    /// Smoothing parameters and starting states.
    pub(crate) fn estimated(self) -> usize {
        match self {
            Self::None => 2,
            Self::Additive | Self::Multiplicative => 4,
            Self::Damped | Self::MultiplicativeDamped => 5,
        }
    }
}

/// A class of exponential smoothing, as in `ETS(M,Ad,N)` or, shorter, `MAdN`.
///
/// ```
/// use unjuran::smoothing::{Class, Shocks, Trend};
/// let class: Class = "MAdN".parse()?;
/// assert_eq!(class, Class { shocks: Shocks::Multiplicative, trend: Trend::Damped });
/// assert_eq!(class.to_string(), "ETS(M,Ad,N)");
/// # Ok::<(), unjuran::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// How the shocks enter.
    pub shocks: Shocks,
    /// What the model says about the slope.
    pub trend: Trend,
}

impl Class {
    /// All ten, additive shocks first, the simplest first.
    pub const ALL: [Self; 10] = {
        let mut all = [Self { shocks: Shocks::Additive, trend: Trend::None }; 10];
        let mut i = 0;
        while i < 5 {
            all[i].trend = Trend::ALL[i];
            all[i + 5] = Self { shocks: Shocks::Multiplicative, trend: Trend::ALL[i] };
            i += 1;
        }
        all
    };

    /// Whether shocks are in proportion to what is expected.
    pub fn has_multiplicative_shocks(self) -> bool {
        self.shocks == Shocks::Multiplicative
    }

    /// Whether the class means anything only where values lie above zero.
    pub fn needs_positive_values(self) -> bool {
        self.has_multiplicative_shocks()
    }

    /// Smoothing parameters and starting states.
    pub(crate) fn estimated(self) -> usize {
        self.trend.estimated()
    }

    /// The short name: `MAdN`.
    pub fn short(self) -> String {
        self.parts(|shocks, trend| format!("{shocks}{trend}N"))
    }

    fn parts(self, write: impl FnOnce(&str, &str) -> String) -> String {
        let shocks = if self.has_multiplicative_shocks() { "M" } else { "A" };
        let trend = match self.trend {
            Trend::None => "N",
            Trend::Additive => "A",
            Trend::Damped => "Ad",
            Trend::Multiplicative => "M",
            Trend::MultiplicativeDamped => "Md",
        };
        write(shocks, trend)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts(|shocks, trend| format!("ETS({shocks},{trend},N)")))
    }
}

impl std::str::FromStr for Class {
    type Err = Error;
    /// The class by its short name, `MAdN`, or its long one, `ETS(M,Ad,N)`.
    fn from_str(text: &str) -> Result<Self> {
        let named = |class: &Self| class.short() == text || class.to_string() == text;
        Self::ALL.into_iter().find(named).ok_or_else(|| {
            Error::bad_parameter(
                "ETS",
                "class",
                format!("{text:?}"),
                format!("one of {}", Self::ALL.map(|class| format!("{:?}", class.short())).join(", ")),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_found_by_both_its_names() {
        for class in Class::ALL {
            assert_eq!(class.short().parse::<Class>().unwrap(), class);
            assert_eq!(class.to_string().parse::<Class>().unwrap(), class);
        }
        assert!("ZZN".parse::<Class>().is_err());
    }
}

//! How much doubt the bands of a smoothing model carry.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Whether the doubt about the parameters is in the bands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bands {
    /// It is: parameters and starting states have the covariance that the curvature of the likelihood gives them, the size
    /// of the shocks that of its degrees of freedom, so the law is a Student-t. With 8 to 20 years the difference is large:
    /// textbook bands named 95% then hold 63 to 81% of what follows even where the model is true.
    #[default]
    Full,
    /// It is not: parameters are taken as known and the law is normal, as in the textbooks and in R.
    Textbook,
}

impl std::fmt::Display for Bands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::Full { "full" } else { "textbook" })
    }
}

impl std::str::FromStr for Bands {
    type Err = Error;
    /// "full" or "textbook".
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "full" => Ok(Self::Full),
            "textbook" => Ok(Self::Textbook),
            _ => Err(Error::bad_parameter("smoothing", "bands", format!("{text:?}"), "\"full\" or \"textbook\"")),
        }
    }
}

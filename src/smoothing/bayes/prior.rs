//! What thousands of annual series say before the first look at a new one.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::grid::Grid;
use super::learn::adapt;
use super::member::{Member, Shared};
use crate::error::{Error, Result};
use crate::series::{Series, Unit, Value};

/// A learned prior: the members of the grid that earned weight, their weights, and what they share.
///
/// Read from text it is checked: at least one member, a weight above zero for each, their sum one, every number in its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Prior {
    /// "annual", "counts", "signed", or the user's own.
    pub name: String,
    /// Power of the evidence in the weights between members; 1 is the textbook.
    pub eta: f64,
    /// How eta grows with the series: after n observed years it is `eta (n / 10)^eta_growth`.
    #[serde(default)]
    pub eta_growth: f64,
    /// What all members share.
    pub shared: Shared,
    /// The members.
    pub members: Vec<Member>,
    /// Their weights; they add up to one.
    pub weights: Vec<f64>,
    /// What it was learned from: one line a source, with sizes and years.
    pub sources: Vec<String>,
}

/// The most members that are read from a file: each costs a table of the years; the shipped priors have a few hundred.
const MOST_MEMBERS: usize = 10_000;

/// Series that a shipped prior is worth beside a user's panel.
const WORTH: f64 = 100.0;

static ANNUAL: LazyLock<Result<Prepared>> = LazyLock::new(|| Prepared::from_text(include_str!("annual.json")));
static COUNTS: LazyLock<Result<Prepared>> = LazyLock::new(|| Prepared::from_text(include_str!("counts.json")));
static SIGNED: LazyLock<Result<Prepared>> = LazyLock::new(|| Prepared::from_text(include_str!("signed.json")));

/// A prior with its members arranged for weighing.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) prior: Prior,
    pub(super) grid: Arc<Grid>,
    pub(super) log_weights: Vec<f64>,
}

/// The rest follows from the prior.
impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        self.prior == other.prior
    }
}

impl Prepared {
    pub(super) fn new(prior: Prior) -> Self {
        let grid = Arc::new(Grid::new(&prior.members, &prior.shared));
        let log_weights = prior.weights.iter().map(|weight| weight.ln()).collect();
        Self { prior, grid, log_weights }
    }

    fn from_text(text: &str) -> Result<Self> {
        Prior::from_text(text).map(Self::new)
    }

    fn shipped(prior: &'static LazyLock<Result<Self>>) -> Result<&'static Self> {
        prior.as_ref().map_err(Clone::clone)
    }

    pub(super) fn for_series(series: &Series) -> Result<&'static Self> {
        match series.unit() {
            Unit::Count => Self::shipped(&COUNTS),
            Unit::Amount | Unit::Rate if series.values().iter().any(is_below_zero) => Self::shipped(&SIGNED),
            Unit::Amount | Unit::Rate => Self::shipped(&ANNUAL),
        }
    }
}

fn is_below_zero(value: &Value) -> bool {
    match *value {
        Value::Exact(y) => y < 0.0,
        Value::Censored { lower, .. } => lower < 0.0,
        Value::Missing => false,
    }
}

impl Prior {
    /// The shipped prior for annual series of any kind.
    ///
    /// # Errors
    /// None: the file is part of the crate and tested.
    pub fn annual() -> Result<&'static Self> {
        Prepared::shipped(&ANNUAL).map(|prepared| &prepared.prior)
    }

    /// The shipped prior for recorded crime, trafficking, border and migration counts.
    ///
    /// # Errors
    /// None: the file is part of the crate and tested.
    pub fn counts() -> Result<&'static Self> {
        Prepared::shipped(&COUNTS).map(|prepared| &prepared.prior)
    }

    /// The shipped prior for amounts and rates that fall below zero: net flows, growth rates, balances. Their mean says
    /// nothing of the size of their shocks.
    ///
    /// # Errors
    /// None: the file is part of the crate and tested.
    pub fn signed() -> Result<&'static Self> {
        Prepared::shipped(&SIGNED).map(|prepared| &prepared.prior)
    }

    /// The shipped prior for a series: `counts` for counts, `signed` for amounts and rates with a value below zero,
    /// `annual` for the others.
    ///
    /// # Errors
    /// None: the files are part of the crate and tested.
    pub fn for_series(series: &Series) -> Result<&'static Self> {
        Prepared::for_series(series).map(|prepared| &prepared.prior)
    }

    /// The shipped prior of a name: "annual", "counts" or "signed".
    ///
    /// # Errors
    /// [`Error::BadParameter`] for another name.
    pub fn named(name: &str) -> Result<&'static Self> {
        match name {
            "annual" => Self::annual(),
            "counts" => Self::counts(),
            "signed" => Self::signed(),
            other => Err(Error::BadParameter {
                model: "BayesETS".to_owned(),
                parameter: "prior".to_owned(),
                value: format!("{other:?}"),
                allowed: "\"annual\", \"counts\", \"signed\", or a prior of your own".to_owned(),
            }),
        }
    }

    /// A prior of one's own: this one, moved towards what a panel of sibling series suggests.
    ///
    /// The members stay, their weights move: as far as the panel is large against the hundred series that the prior is
    /// worth. States of one country, or one measure in many countries, lend each other strength in this way. Weights are
    /// those that give the held-out years of the panel the highest probability, by expectation and maximisation under a
    /// Dirichlet law about the weights of this prior.
    ///
    /// ```
    /// use unjuran::series::{Series, Year};
    /// use unjuran::smoothing::Prior;
    /// let year = Year::new(2015)?;
    /// let panel: Vec<Series> = (1..=5)
    ///     .map(|i| Series::new(format!("state {i}"), year, &[40.0, 41.0, 39.0, 40.0, 42.0, 40.0].map(|y| y * f64::from(i))))
    ///     .collect::<Result<_, _>>()?;
    /// let own = Prior::counts()?.learn(&panel, "states")?;
    /// assert_eq!(own.name, "states");
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NothingToLearn`] if no series has two exact full years.
    pub fn learn(&self, panel: &[Series], name: &str) -> Result<Self> {
        adapt(self, panel, WORTH, name)
    }

    fn from_text(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| Error::BadJson { expected: "prior".to_owned(), problem: e.to_string() })
    }

    /// Power of the evidence after so many observed years.
    pub fn eta_after(&self, years: usize) -> f64 {
        self.eta * (years as f64 / 10.0).powf(self.eta_growth)
    }

    /// The same with the heaviest members first.
    #[must_use]
    pub(super) fn sorted(mut self) -> Self {
        let mut both: Vec<(Member, f64)> = self.members.into_iter().zip(self.weights).collect();
        both.sort_by(|a, b| b.1.total_cmp(&a.1));
        (self.members, self.weights) = both.into_iter().unzip();
        self
    }

    /// What the prior is and where it comes from, line by line.
    pub fn describe(&self) -> String {
        let mut lines = vec![format!("prior {:?}: {} members, eta {}", self.name, self.members.len(), self.eta)];
        lines.extend(self.sources.iter().map(|source| format!("  {source}")));
        lines.join("\n")
    }
}

/// A prior as it is stored, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    name: String,
    eta: f64,
    #[serde(default)]
    eta_growth: f64,
    shared: Shared,
    members: Vec<Member>,
    weights: Vec<f64>,
    sources: Vec<String>,
}

impl TryFrom<Parts> for Prior {
    type Error = String;

    fn try_from(parts: Parts) -> std::result::Result<Self, String> {
        let Parts { name, eta, eta_growth, shared, members, weights, sources } = parts;
        if members.len() > MOST_MEMBERS {
            return Err(format!("{} members: at most {MOST_MEMBERS} are allowed", members.len()));
        }
        if members.is_empty() || members.len() != weights.len() {
            return Err(format!(
                "{} members and {} weights: each member has one, and there is one",
                members.len(),
                weights.len()
            ));
        }
        if let Some(bad) = weights.iter().find(|w| w.is_nan() || **w <= 0.0) {
            return Err(format!("a weight of {bad}: above 0 is allowed"));
        }
        let total: f64 = weights.iter().sum();
        if (total - 1.0).abs() > 1e-6 {
            return Err(format!("weights that add up to {total}: they add up to 1"));
        }
        if !(eta > 0.0 && eta <= 10.0) {
            return Err(format!("eta = {eta}: above 0 and at most 10 is allowed"));
        }
        if !(-2.0..=2.0).contains(&eta_growth) {
            return Err(format!("eta_growth = {eta_growth}: -2 to 2 is allowed"));
        }
        shared.check()?;
        members.iter().try_for_each(Member::check)?;
        Ok(Self { name, eta, eta_growth, shared, members, weights, sources })
    }
}

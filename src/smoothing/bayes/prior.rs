//! What thousands of annual series say before the first look at a new one.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::grid::Grid;
use super::learn::adapt;
use super::member::{Member, Shared};
use crate::error::{Error, Result};
use crate::json;
use crate::series::{Series, Unit, Value};

/// A learned prior: the members of the grid that earned weight, their weights, and what they share.
///
/// Built or read, it is checked: at least one member, a weight above zero for each, their sum one, every number in its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Prior {
    pub(super) name: String,
    pub(super) eta: f64,
    #[serde(default)]
    pub(super) eta_growth: f64,
    pub(super) shared: Shared,
    pub(super) members: Vec<Member>,
    /// One a member.
    pub(super) weights: Vec<f64>,
    pub(super) sources: Vec<String>,
}

/// The most members: each costs a table of the years; the shipped priors have a few hundred.
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
        // why the upper end: a cell that reaches above zero is held by every power, as in `cells`.
        Value::Censored { upper, .. } => upper < 0.0,
        Value::Missing => false,
    }
}

impl Prior {
    /// A prior of these members, each with its weight, whose eta does not grow.
    ///
    /// ```
    /// use unjuran::smoothing::Prior;
    /// let counts = Prior::counts()?;
    /// let members = || counts.members().iter().copied();
    /// let own = Prior::new("two", members().zip([0.75, 0.25]).collect(), *counts.shared(), 1.0, vec![])?;
    /// assert_eq!((own.members().len(), own.weights()), (2, &[0.75, 0.25][..]));
    /// assert!(Prior::new("half", members().zip([0.5]).collect(), *counts.shared(), 1.0, vec![]).is_err());
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless there are 1 to 10,000 members, their weights are above 0 and add up to 1, and every
    /// number lies in its range.
    pub fn new(
        name: impl Into<String>,
        members: Vec<(Member, f64)>,
        shared: Shared,
        eta: f64,
        sources: Vec<String>,
    ) -> Result<Self> {
        let (members, weights) = members.into_iter().unzip();
        Self { name: name.into(), eta, eta_growth: 0.0, shared, members, weights, sources }.checked()
    }

    /// The same prior, its eta growing with the series.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is from -2 to 2.
    pub fn with_eta_growth(self, eta_growth: f64) -> Result<Self> {
        Self { eta_growth, ..self }.checked()
    }

    /// "annual", "counts", "signed", or the user's own.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Power of the evidence in the weights between members; 1 is the textbook.
    pub fn eta(&self) -> f64 {
        self.eta
    }

    /// How eta grows with the series: after n observed years it is `eta (n / 10)^eta_growth`.
    pub fn eta_growth(&self) -> f64 {
        self.eta_growth
    }

    /// What all members share.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The members.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Their weights; they add up to one.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// What it was learned from: one line a source, with sizes and years.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

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
            other => Err(Error::bad_parameter(
                "BayesETS",
                "prior",
                format!("{other:?}"),
                "\"annual\", \"counts\", \"signed\", or a prior of your own",
            )),
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
    /// assert_eq!(own.name(), "states");
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NothingToLearn`] if no series has two exact full years.
    pub fn learn(&self, panel: &[Series], name: &str) -> Result<Self> {
        adapt(self, panel, WORTH, name)
    }

    fn from_text(text: &str) -> Result<Self> {
        json::from_str(text).map_err(|e| Error::BadJson { expected: "prior".to_owned(), problem: e.to_string() })
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
    type Error = Error;
    fn try_from(parts: Parts) -> Result<Self> {
        let Parts { name, eta, eta_growth, shared, members, weights, sources } = parts;
        Self { name, eta, eta_growth, shared, members, weights, sources }.checked()
    }
}

impl Prior {
    /// The one place where a prior is judged.
    fn checked(self) -> Result<Self> {
        let refused = |parameter: &str, value: String, allowed: &str| {
            let (model, parameter, allowed) = ("Prior".to_owned(), parameter.to_owned(), allowed.to_owned());
            Err(Error::bad_parameter(model, parameter, value, allowed))
        };
        let (members, weights) = (self.members.len(), self.weights.len());
        if !(1..=MOST_MEMBERS).contains(&members) {
            return refused("members", format!("{members} of them"), &format!("1 to {MOST_MEMBERS} members"));
        }
        if members != weights {
            return refused("weights", format!("{weights} of them"), &format!("one for each of {members} members"));
        }
        if let Some(bad) = self.weights.iter().find(|w| w.is_nan() || **w <= 0.0) {
            return refused("weights", bad.to_string(), "numbers above 0");
        }
        let total: f64 = self.weights.iter().sum();
        if (total - 1.0).abs() > 1e-6 {
            return refused("weights", format!("a sum of {total}"), "numbers that add up to 1");
        }
        if !(self.eta > 0.0 && self.eta <= 10.0) {
            return refused("eta", self.eta.to_string(), "above 0 and at most 10");
        }
        if !(-2.0..=2.0).contains(&self.eta_growth) {
            return refused("eta_growth", self.eta_growth.to_string(), "-2 to 2");
        }
        self.shared.check()?;
        self.members.iter().try_for_each(Member::check)?;
        Ok(self)
    }
}

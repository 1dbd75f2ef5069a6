//! Forecasts of totals and parts that agree with each other on every path.
//!
//! Base forecasts are made one by one and do not add up. Their paths are put into a common order (parts by how they have
//! surprised together, totals by the sums of their parts), each vector of a year is made coherent, and counts are then shared out in whole numbers, none below zero or below what was counted this year:
//!
//! | method | the parts of a vector y |
//! |---|---|
//! | [`Method::BottomUp`] | as forecast; totals are their sums |
//! | [`Method::TopDown`] | the total as forecast, shared out as the mean forecasts of the parts are |
//! | [`Method::Structural`], [`Method::Shrink`] | those nearest to all forecasts, by generalised least squares |
//!
//! ```text
//! b = (S' W^-1 S)^-1 S' W^-1 y
//! ```
//!
//! S says which parts are in which total. W is the number of parts in each series (structural) or the variances of the
//! forecasts of the year with the shrunk correlations of past one-step errors (shrink). The whole numbers come from the root
//! down: the parts of a total are the point nearest to their b among those that add up to it and are not below their least
//! (a projection on a simplex), rounded by largest remainders. Every derived quantity is that of the resulting paths.
//!
//! References: Wickramasuriya, Athanasopoulos and Hyndman (2019), *JASA* 114, 804-819 (`MinT`); Panagiotelis, Gamakumara,
//! Athanasopoulos and Hyndman (2023), *EJOR* 306, 693-706 (paths); Duchi and others (2008), *ICML*, 272-279 (simplex).

#![allow(clippy::indexing_slicing, reason = "a matrix kernel: members and parts are counted here")]

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::covariance::{cholesky, correlations, solve};
use super::dependence::{Step, following, ordered, shared, steps};
use super::history::history;
use super::tree::{Branch, Relation, Tree};
use crate::error::{Error, Result};
use crate::forecast::{Forecast, Paths};
use crate::series::{Note, Series, Unit};

/// Paths, and the seed that keys them.
const DRAWS: i64 = 10_000;
const SEED: u64 = 0;

/// How forecasts are made coherent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Believe the parts.
    BottomUp,
    /// Believe the total.
    TopDown,
    /// Least squares, each series by how many parts it holds.
    Structural,
    /// Least squares, each series by how uncertain its forecast is and how it errs with the others.
    #[default]
    Shrink,
}

impl Method {
    const ALL: [(Self, &'static str); 4] = [
        (Self::BottomUp, "bottom_up"),
        (Self::TopDown, "top_down"),
        (Self::Structural, "mint_structural"),
        (Self::Shrink, "mint_shrink"),
    ];
}

impl FromStr for Method {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|(_, name)| *name == text);
        found.map(|(method, _)| method).ok_or_else(|| {
            Error::bad_parameter(
                "reconcile",
                "method",
                format!("{text:?}"),
                "\"bottom_up\", \"top_down\", \"mint_structural\" or \"mint_shrink\"",
            )
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.into_iter().find(|(method, _)| method == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

/// Forecasts by name made coherent along the sums of a tree. The tree may hold more: totals without a forecast are left out
/// with their parts. So may the forecasts: one that is in no sum of the tree comes back as it is. `paths` of a total and
/// what is below it are joint: one seed takes the same rows from each.
///
/// Totals whose past does not quite add up are reconciled, and a note says by how much it did not.
///
/// ```
/// use unjuran::hierarchy::{Method, Relation, Tree, reconcile};
/// use unjuran::series::{Horizon, Series, Year};
/// let one = |name: &str, values: &[f64]| {
///     unjuran::forecast(&Series::new(name, Year::new(2018)?, values)?, Horizon::years(2)?)
/// };
/// let (all, men, women) = (one("all", &[9., 7., 8., 12., 10.])?, one("men", &[4., 3., 4., 8., 5.])?, one("women", &[5., 4., 4., 4., 5.])?);
/// let tree = Tree::new([("all", "men", Relation::Sum), ("all", "women", Relation::Sum)])?;
/// let done = reconcile(&[("all", &all), ("men", &men), ("women", &women)], &tree, Method::Shrink)?;
/// let [all, men, women] = ["all", "men", "women"].map(|name| done[name].paths(500, 7).map(|p| p.as_slice().to_vec()));
/// assert!(all?.iter().zip(men?).zip(women?).all(|((all, men), women)| *all == men + women && men >= 0.0));
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`Error::MissingMember`] for a part or total without a forecast, or if none has one; [`Error::TwoParents`];
/// [`Error::Unlike`] if years or units differ; [`Error::NotTheSum`] for a total that is more than twice its parts, or less
/// than half of them, in most years (two or more) that they share.
pub fn reconcile(forecasts: &[(&str, &Forecast)], tree: &Tree, method: Method) -> Result<BTreeMap<String, Forecast>> {
    let by_name: BTreeMap<&str, &Forecast> = forecasts.iter().copied().collect();
    let parents = parents(&by_name, tree)?;
    let mut done = BTreeMap::new();
    for (name, forecast) in forecasts.iter().filter(|(name, _)| !parents.contains_key(name)) {
        if tree.children(name, Relation::Sum).is_empty() {
            done.insert((*name).to_owned(), (*forecast).clone());
            continue;
        }
        let group = Group::new(name, &by_name, tree)?;
        done.extend(group.reconciled(method)?);
    }
    Ok(done)
}

/// The total of each part, once it is clear that each has one.
fn parents<'a>(by_name: &BTreeMap<&'a str, &Forecast>, tree: &'a Tree) -> Result<BTreeMap<&'a str, &'a str>> {
    let known = || by_name.keys().map(|name| (*name).to_owned()).collect();
    let sums = || tree.branches().iter().filter(|b| b.relation == Relation::Sum);
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for branch in sums() {
        let (parent, child) = (branch.parent.as_str(), branch.child.as_str());
        let missing = match (by_name.contains_key(parent), by_name.contains_key(child)) {
            (false, false) => continue,
            (true, true) => {
                if let Some(first) = found.insert(child, parent) {
                    let (member, first, second) = (child.to_owned(), first.to_owned(), parent.to_owned());
                    return Err(Error::TwoParents { member, first, second });
                }
                continue;
            }
            (true, false) => child,
            // why no error for a total that was not forecast but is itself a part: its parts may stand for it elsewhere.
            (false, true) => parent,
        };
        return Err(Error::MissingMember { parent: parent.to_owned(), member: missing.to_owned(), known: known() });
    }
    // why an error: a tree of other names than the forecasts' is a mistake, and nothing would be done.
    match sums().next() {
        Some(Branch { parent, child, .. }) if found.is_empty() && !by_name.is_empty() => {
            Err(Error::MissingMember { parent: parent.clone(), member: child.clone(), known: known() })
        }
        _ => Ok(found),
    }
}

/// A total with everything below it, the total first and every total before its parts.
struct Group<'a> {
    names: Vec<&'a str>,
    forecasts: Vec<&'a Forecast>,
    /// Positions of the parts of each.
    children: Vec<Vec<usize>>,
    /// Positions of the series without parts.
    leaves: Vec<usize>,
    /// For each, which leaves it holds: the rows of S.
    holds: Vec<Vec<usize>>,
    counts: bool,
    /// Whether nothing may fall below zero.
    positive: bool,
}

impl<'a> Group<'a> {
    fn new(root: &'a str, by_name: &BTreeMap<&'a str, &'a Forecast>, tree: &'a Tree) -> Result<Self> {
        let mut names = vec![root];
        let mut children = Vec::new();
        let mut next = 0;
        while next < names.len() {
            let below = tree.children(names[next], Relation::Sum);
            children.push((names.len()..names.len() + below.len()).collect::<Vec<_>>());
            names.extend(below);
            next += 1;
        }
        let forecasts: Vec<&Forecast> = names.iter().filter_map(|name| by_name.get(name).copied()).collect();
        let leaves: Vec<usize> = (0..names.len()).filter(|&i| children[i].is_empty()).collect();
        let mut holds = vec![Vec::new(); names.len()];
        for i in (0..names.len()).rev() {
            holds[i] = match leaves.iter().position(|&leaf| leaf == i) {
                Some(place) => vec![place],
                None => children[i].iter().flat_map(|&c| holds[c].clone()).collect(),
            };
        }
        let first = forecasts[0];
        let (years, unit) = (first.years(), first.series().unit());
        let span = |f: &Forecast| format!("{} to {}", f.years()[0], f.years()[f.years().len() - 1]);
        for (name, other) in names.iter().zip(&forecasts) {
            let unlike = |has: String, other_has: String, needed: &str| Error::Unlike {
                series: (*name).to_owned(),
                has,
                other: root.to_owned(),
                other_has,
                needed: needed.to_owned(),
            };
            if other.years() != years {
                return Err(unlike(span(other), span(first), "reconciled forecasts cover the same years"));
            }
            if other.series().unit() != unit {
                let needed = "what adds up has one unit";
                return Err(unlike(other.series().unit().to_string(), unit.to_string(), needed));
            }
        }
        if unit == Unit::Rate {
            return Err(Error::Unlike {
                series: root.to_owned(),
                has: "rate".to_owned(),
                other: root.to_owned(),
                other_has: "parts".to_owned(),
                needed: "rates do not add up: reconcile counts or amounts".to_owned(),
            });
        }
        let below_zero = |f: &&Forecast| f.series().values().iter().any(|v| v.exact().is_some_and(|y| y < 0.0));
        let positive = !forecasts.iter().any(below_zero);
        Ok(Self { names, forecasts, children, leaves, holds, counts: unit == Unit::Count, positive })
    }

    fn reconciled(&self, method: Method) -> Result<Vec<(String, Forecast)>> {
        let past = self.past()?;
        let base = self.forecasts.iter().map(|f| f.paths(DRAWS, SEED)).collect::<Result<Vec<Paths>>>()?;
        let steps = self.forecasts.iter().map(|f| steps(f.series())).collect::<Result<Vec<_>>>()?;
        let key = format!("{}|reconciled", self.names[0]);
        let steps: Vec<&[Step]> = steps.iter().map(Vec::as_slice).collect();
        let paths = self.in_order(&base, &steps, &key);
        let years = self.forecasts[0].years().len();
        let least = self.least();
        let none = vec![if self.positive { 0.0 } else { f64::NEG_INFINITY }; self.names.len()];
        let maps = (0..years).map(|t| self.map(method, &steps, t)).collect::<Vec<_>>();
        let mut tables: Vec<Vec<f64>> = vec![Vec::with_capacity(years * base[0].draws()); self.names.len()];
        let mut y = vec![0.0; self.names.len()];
        for row in 0..base[0].draws() {
            for (t, map) in maps.iter().enumerate() {
                y.iter_mut().zip(&paths).for_each(|(y, paths)| *y = paths[row][t]);
                let parts: Vec<f64> = map.iter().map(|g| g.iter().zip(&y).map(|(g, y)| g * y).sum()).collect();
                let coherent = self.shared_out(&parts, if t == 0 { &least } else { &none });
                tables.iter_mut().zip(coherent).for_each(|(table, y)| table.push(y));
            }
        }
        let note = Note::Derived { how: format!("reconciled with {} by {method}", self.others()) };
        let named = self.names.iter().zip(&self.forecasts).zip(tables);
        named
            .map(|((name, forecast), values)| {
                let more = [note.clone()].into_iter().chain(past.iter().cloned());
                Ok(((*name).to_owned(), forecast.with_paths(&key, &Paths::from_rows(years, values)?, more)?))
            })
            .collect()
    }

    /// What the totals were to their parts, where that was not their sum.
    fn past(&self) -> Result<Vec<Note>> {
        let mut notes = Vec::new();
        for (i, below) in self.children.iter().enumerate().filter(|(_, below)| !below.is_empty()) {
            let parts: Vec<&Series> = below.iter().map(|&part| self.forecasts[part].series()).collect();
            notes.extend(history(self.names[i], self.forecasts[i].series(), &parts)?);
        }
        Ok(notes)
    }

    /// Paths in a common order: parts by how they surprise together, totals by the sums of their parts.
    fn in_order(&self, base: &[Paths], steps: &[&[Step]], key: &str) -> Vec<Vec<Vec<f64>>> {
        let leaves: Vec<&Paths> = self.leaves.iter().map(|&i| &base[i]).collect();
        let leaf_steps: Vec<&[Step]> = self.leaves.iter().map(|&i| steps[i]).collect();
        let mut placed: Vec<Vec<Vec<f64>>> = vec![Vec::new(); self.names.len()];
        for (&i, rows) in self.leaves.iter().zip(ordered(&leaves, &leaf_steps, key, SEED)) {
            placed[i] = rows;
        }
        for i in (0..self.names.len()).rev().filter(|&i| !self.children[i].is_empty()) {
            let sum = |row: usize| self.children[i].iter().map(|&c| placed[c][row].iter().sum::<f64>()).sum();
            let sums: Vec<f64> = (0..base[i].draws()).map(sum).collect();
            placed[i] = following(&base[i], &sums);
        }
        placed
    }

    fn others(&self) -> String {
        format!("{} and its {} parts", self.names[0], self.leaves.len())
    }

    /// What each has at least in the first year: what was counted, and what its parts have at least.
    fn least(&self) -> Vec<f64> {
        let floor = if self.positive { 0.0 } else { f64::NEG_INFINITY };
        let mut least: Vec<f64> = self.forecasts.iter().map(|f| f.counted(0).unwrap_or(floor)).collect();
        for i in (0..self.names.len()).rev().filter(|&i| !self.children[i].is_empty()) {
            least[i] = least[i].max(self.children[i].iter().map(|&c| least[c]).sum());
        }
        least
    }

    /// The rows of the matrix that turns the forecasts of a year into parts.
    fn map(&self, method: Method, steps: &[&[Step]], t: usize) -> Vec<Vec<f64>> {
        let (m, k) = (self.names.len(), self.leaves.len());
        let unit = |i: usize| (0..m).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        let covariance: Vec<Vec<f64>> = match method {
            Method::BottomUp => return self.leaves.iter().map(|&leaf| unit(leaf)).collect(),
            Method::TopDown => {
                let means: Vec<f64> = self.leaves.iter().map(|&leaf| self.forecasts[leaf].mean()[t].max(0.0)).collect();
                let total: f64 = means.iter().sum();
                let share = |mean: f64| if total > 0.0 { mean / total } else { 1.0 / k as f64 };
                return means.iter().map(|mean| unit(0).iter().map(|u| u * share(*mean)).collect()).collect();
            }
            Method::Structural => {
                (0..m).map(|i| unit(i).iter().map(|u| u * self.holds[i].len() as f64).collect()).collect()
            }
            Method::Shrink => {
                let sd: Vec<f64> = self.forecasts.iter().map(|f| f.variance()[t].sqrt()).collect();
                // why shares of the largest: the answers must not depend on the coin in which amounts are given.
                let most = sd.iter().copied().fold(0.0, f64::max);
                let sd: Vec<f64> = sd.iter().map(|sd| if most > 0.0 { (sd / most).max(1e-3) } else { 1.0 }).collect();
                let r = correlations(&shared(steps, |step| step.error), m);
                // why a hundredth less: totals and parts err in ways that add up, and such a matrix has no inverse.
                (0..m)
                    .map(|i| (0..m).map(|j| sd[i] * sd[j] * if i == j { 1.0 } else { 0.99 * r[i][j] }).collect())
                    .collect()
            }
        };
        let l = cholesky(&covariance);
        // The columns of W^-1 S.
        let weighted: Vec<Vec<f64>> = (0..k)
            .map(|leaf| {
                let column: Vec<f64> = self.holds.iter().map(|h| f64::from(u8::from(h.contains(&leaf)))).collect();
                solve(&l, &column)
            })
            .collect();
        let normal: Vec<Vec<f64>> = (0..k)
            .map(|i| {
                (0..k)
                    .map(|j| self.holds.iter().zip(&weighted[j]).filter(|(h, _)| h.contains(&i)).map(|(_, w)| w).sum())
                    .collect()
            })
            .collect();
        let l = cholesky(&normal);
        let columns: Vec<Vec<f64>> =
            (0..m).map(|i| solve(&l, &weighted.iter().map(|w| w[i]).collect::<Vec<f64>>())).collect();
        (0..k).map(|leaf| columns.iter().map(|column| column[leaf]).collect()).collect()
    }

    /// All series from wanted parts: whole where they count, none below its least, parts adding up.
    fn shared_out(&self, parts: &[f64], least: &[f64]) -> Vec<f64> {
        let wanted: Vec<f64> = self.holds.iter().map(|h| h.iter().map(|&leaf| parts[leaf]).sum()).collect();
        let mut y = wanted.clone();
        if self.positive {
            y[0] = if self.counts { wanted[0].round() } else { wanted[0] }.max(least[0]);
            for i in 0..self.names.len() {
                let children = &self.children[i];
                let targets: Vec<(f64, f64)> = children.iter().map(|&c| (wanted[c], least[c])).collect();
                let shares = nearest(&targets, y[i]);
                let shares = if self.counts { largest_remainders(&shares, y[i]) } else { shares };
                children.iter().zip(shares).for_each(|(&c, share)| y[c] = share);
            }
        }
        // why summed again: sums of shares differ from what was shared out in the last bit.
        for i in (0..self.names.len()).rev().filter(|&i| !self.children[i].is_empty()) {
            y[i] = self.children[i].iter().map(|&c| y[c]).sum();
        }
        y
    }
}

/// The numbers nearest to those wanted that add up to `total` and are not below their least, given as (wanted, least).
fn nearest(targets: &[(f64, f64)], total: f64) -> Vec<f64> {
    let room = total - targets.iter().map(|(_, least)| least).sum::<f64>();
    let mut over: Vec<f64> = targets.iter().map(|(wanted, least)| wanted - least).collect();
    over.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (i, x) in over.iter().enumerate() {
        sum += x;
        let by = (sum - room) / (i + 1) as f64;
        if x - by > 0.0 || i == 0 {
            shift = by;
        }
    }
    targets.iter().map(|(wanted, least)| least + (wanted - least - shift).max(0.0)).collect()
}

/// Whole numbers that add up to a whole total, each the number below or above the one given.
fn largest_remainders(shares: &[f64], total: f64) -> Vec<f64> {
    // why the nudge: 3 - 1e-15 stands for 3.
    let mut whole: Vec<f64> = shares.iter().map(|x| (x + 1e-9).floor()).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&a, &b| (shares[b] - whole[b]).total_cmp(&(shares[a] - whole[a])));
    let left = total - whole.iter().sum::<f64>();
    let mut given = 0.0;
    for i in order {
        if given < left {
            whole[i] += 1.0;
            given += 1.0;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::Predictive as _;
    use crate::series::{Coverage, Horizon, Series, Year};
    use crate::smoothing::BayesEts;

    fn ahead(name: &str, values: &[f64], so_far: f64) -> Forecast {
        let series = Series::new(name, Year::new(2015).unwrap(), values).unwrap();
        let series =
            series.with_partial(Year::new(2015).unwrap().plus(values.len()).unwrap(), so_far, Coverage::Share(0.4));
        BayesEts::default().fit(&series.unwrap()).unwrap().forecast(Horizon::years(3).unwrap()).unwrap()
    }

    fn two_levels() -> (Vec<(&'static str, Forecast)>, Tree) {
        let all = vec![
            ("all", ahead("all", &[30.0, 42.0, 35.0, 52.0, 47.0, 55.0], 31.0)),
            ("men", ahead("men", &[20.0, 30.0, 21.0, 33.0, 30.0, 41.0], 20.0)),
            ("women", ahead("women", &[10.0, 12.0, 14.0, 19.0, 17.0, 14.0], 10.0)),
            ("adults", ahead("adults", &[9.0, 12.0, 14.0, 18.0, 17.0, 14.0], 10.0)),
            ("girls", ahead("girls", &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], 0.0)),
        ];
        let sum = Relation::Sum;
        let links = [("all", "men", sum), ("all", "women", sum), ("women", "adults", sum), ("women", "girls", sum)];
        (all, Tree::new(links).unwrap())
    }

    fn done(method: Method) -> BTreeMap<String, Forecast> {
        let (all, tree) = two_levels();
        let named: Vec<(&str, &Forecast)> = all.iter().map(|(name, f)| (*name, f)).collect();
        reconcile(&named, &tree, method).unwrap()
    }

    #[test]
    fn parts_add_up_in_whole_numbers_on_every_path_by_every_method() {
        for method in [Method::BottomUp, Method::TopDown, Method::Structural, Method::Shrink] {
            let done = done(method);
            let of = |name: &str| done[name].paths(2000, 3).unwrap().as_slice().to_vec();
            let (all, men, women, adults, girls) = (of("all"), of("men"), of("women"), of("adults"), of("girls"));
            for i in 0..all.len() {
                assert_eq!(all[i], men[i] + women[i], "{method}");
                assert_eq!(women[i], adults[i] + girls[i], "{method}");
                assert!(girls[i] >= 0.0 && men[i].fract() == 0.0, "{method}");
                // the first year is under way: 31 were counted, of which the parts count 30
                assert!(i % 3 > 0 || (all[i] >= 31.0 && men[i] >= 20.0 && adults[i] >= 10.0), "{method}");
            }
        }
    }

    #[test]
    fn quantiles_and_probabilities_are_those_of_the_paths() {
        let done = done(Method::Shrink);
        for forecast in done.values() {
            let paths = forecast.paths(10_000, 0).unwrap();
            let mut last: Vec<f64> = paths.rows().map(|row| row[2]).collect();
            last.sort_unstable_by(f64::total_cmp);
            assert_eq!(forecast.quantile(0.9).unwrap()[2], last[8999]);
            let below = last.iter().filter(|y| **y <= last[5000]).count() as f64 / 1e4;
            assert!((forecast.steps()[2].cdf(last[5000]) - below).abs() < 1e-12);
            assert!((forecast.mean()[2] - last.iter().sum::<f64>() / 1e4).abs() < 1e-9);
        }
    }

    #[test]
    fn bottom_up_leaves_the_parts_as_they_were() {
        let (all, _) = two_levels();
        let done = done(Method::BottomUp);
        let same = |name: &str| all.iter().find(|(n, _)| *n == name).map(|(_, f)| f.mean()).unwrap();
        for (new, old) in done["men"].mean().iter().zip(same("men")) {
            // 10,000 paths against the law itself
            assert!((new / old - 1.0).abs() < 0.02, "{new} {old}");
        }
    }

    #[test]
    fn amounts_in_other_coins_have_the_same_answers_in_them() {
        let scaled = |scale: f64| -> BTreeMap<String, Forecast> {
            let one = |name: &str, values: &[f64]| {
                let values: Vec<f64> = values.iter().map(|y| y * scale).collect();
                let series = Series::new(name, Year::new(2012).unwrap(), &values).unwrap();
                let series = series.with_unit(Unit::Amount).unwrap();
                BayesEts::default().fit(&series).unwrap().forecast(Horizon::years(2).unwrap()).unwrap()
            };
            let a = [20.0, 30.0, 21.0, 33.0, 30.0, 41.0, 28.0, 36.0];
            let b = [10.0, 12.0, 14.0, 19.0, 17.0, 14.0, 16.0, 18.0];
            let all: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + b).collect();
            let (all, a, b) = (one("all", &all), one("a", &a), one("b", &b));
            let tree = Tree::new(["a", "b"].map(|part| ("all", part, Relation::Sum))).unwrap();
            reconcile(&[("all", &all), ("a", &a), ("b", &b)], &tree, Method::Shrink).unwrap()
        };
        let plain = scaled(1.0);
        for scale in [1e-6, 1e6] {
            for (name, forecast) in scaled(scale) {
                let same = |ours: Vec<f64>, plain: Vec<f64>| {
                    for (ours, plain) in ours.iter().zip(plain) {
                        assert!((ours / (scale * plain) - 1.0).abs() < 1e-6, "{name} by {scale}: {ours} {plain}");
                    }
                };
                same(forecast.mean(), plain[&name].mean());
                same(forecast.quantile(0.1).unwrap(), plain[&name].quantile(0.1).unwrap());
                same(forecast.quantile(0.9).unwrap(), plain[&name].quantile(0.9).unwrap());
            }
        }
    }

    #[test]
    fn the_nearest_point_of_a_simplex_and_its_whole_numbers() {
        assert_eq!(nearest(&[(3.0, 0.0), (1.0, 0.0)], 6.0), [4.0, 2.0]);
        assert_eq!(nearest(&[(3.0, 0.0), (-5.0, 0.0)], 2.0), [2.0, 0.0]);
        assert_eq!(nearest(&[(3.0, 1.0), (1.0, 2.0)], 4.0), [2.0, 2.0]);
        assert_eq!(largest_remainders(&[1.2, 0.7, 2.1], 4.0), [1.0, 1.0, 2.0]);
    }

    #[test]
    fn what_is_missing_or_unlike_is_named() {
        let (all, tree) = two_levels();
        let but = |gone: &str| -> Vec<(&str, &Forecast)> {
            all.iter().filter(|(name, _)| *name != gone).map(|(name, f)| (*name, f)).collect()
        };
        let error = reconcile(&but("girls"), &tree, Method::Shrink).unwrap_err();
        assert!(matches!(&error, Error::MissingMember { member, .. } if member == "girls"), "{error}");
        let short = ahead("girls", &[1.0, 0.0, 0.0, 1.0, 0.0], 0.0);
        let mut unlike = but("girls");
        unlike.push(("girls", &short));
        assert!(matches!(reconcile(&unlike, &tree, Method::Shrink), Err(Error::Unlike { .. })));
    }

    #[test]
    fn a_forecast_outside_of_the_tree_comes_back_as_it_is() {
        let (mut all, tree) = two_levels();
        all.push(("raids", ahead("raids", &[3.0, 1.0, 4.0], 1.0)));
        let named: Vec<(&str, &Forecast)> = all.iter().map(|(name, f)| (*name, f)).collect();
        let done = reconcile(&named, &tree, Method::BottomUp).unwrap();
        assert_eq!((done.len(), &done["raids"]), (6, &all[5].1));
        let error = reconcile(&named[5..], &tree, Method::BottomUp).unwrap_err();
        assert!(matches!(&error, Error::MissingMember { parent, .. } if parent == "all"), "{error}");
    }

    #[test]
    fn the_past_of_totals_is_held_against_that_of_their_parts() {
        let parts =
            [("men", ahead("men", &[8.0, 9.0, 7.0, 9.0], 4.0)), ("women", ahead("women", &[4.0, 5.0, 4.0, 6.0], 2.0))];
        let tree = Tree::new(parts.each_ref().map(|(name, _)| ("all", *name, Relation::Sum))).unwrap();
        let with = |values: &[f64], so_far: f64| {
            let all = ahead("all", values, so_far);
            let named: Vec<(&str, &Forecast)> =
                parts.iter().map(|(name, f)| (*name, f)).chain([("all", &all)]).collect();
            reconcile(&named, &tree, Method::BottomUp)
        };
        assert!(matches!(with(&[100.0, 110.0, 105.0, 120.0], 60.0), Err(Error::NotTheSum { year: 2019, .. })));
        let done = with(&[12.0, 14.0, 11.0, 16.0], 6.0).unwrap();
        let said = "all was not the sum of its parts in 2018: it was 16, they were 15";
        for forecast in done.values() {
            assert!(forecast.notes().iter().any(|note| note.to_string() == said), "{:?}", forecast.notes());
        }
    }
}

//! Which published totals do not add up.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::comparison::Comparisons;
use super::tree::{Relation, Tree};
use crate::error::{Error, Result};
use crate::series::{Panel, Series, Unit, Value, Year, spans};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// The parts do not add up to the total.
    Total,
    /// The parts add up to the total of a neighbouring year: one of the two is printed under the wrong period.
    PeriodLabel,
    /// Some of the parts already exceed the total.
    Subset,
    /// Parts without a number leave open whether the total is right.
    NotCompared,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Total => "total",
            Self::PeriodLabel => "period label",
            Self::Subset => "subset",
            Self::NotCompared => "not compared",
        })
    }
}

/// A total that does not agree with its parts, or that could not be held against them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Discrepancy {
    /// What is wrong.
    pub kind: Kind,
    /// The total.
    pub parent: String,
    /// The year it is printed under; of several that could not be compared the first.
    pub year: Year,
    /// The total as printed; of a masked one the bound that is nearer to what the parts add up to.
    pub published: f64,
    /// What the parts add up to, masked ones at their lower bound.
    pub computed: f64,
    /// The parts with their numbers.
    pub parts: Vec<(String, f64)>,
    /// The year that the parts are printed under.
    pub parts_year: Year,
    /// The bounds of a masked total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_bounds: Option<(f64, f64)>,
    /// The masked parts with their bounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<(String, f64, f64)>,
    /// The parts without a number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The years that could not be compared, of which the numbers here are the first; empty for a total that was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<Year>,
}

/// What is known of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known {
    Number(f64),
    Between(f64, f64),
    AtLeast(f64),
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(y) => write!(f, "{y}"),
            Self::Between(lower, upper) => write!(f, "{lower} to {upper}"),
            Self::AtLeast(lower) => write!(f, "at least {lower}"),
        }
    }
}

impl Discrepancy {
    /// The total.
    pub(crate) fn total(&self) -> Known {
        self.published_bounds.map_or(Known::Number(self.published), |(lower, upper)| Known::Between(lower, upper))
    }

    /// What the parts add up to.
    pub(crate) fn sum(&self) -> Known {
        let room: f64 = self.masked.iter().map(|(_, lower, upper)| upper - lower).sum();
        match self.computed {
            low if !self.missing.is_empty() => Known::AtLeast(low),
            low if room > 0.0 => Known::Between(low, low + room),
            low => Known::Number(low),
        }
    }

    /// The parts of which something is known.
    pub(crate) fn known_parts(&self) -> impl Iterator<Item = (&str, Known)> {
        let masked = self.masked.iter().map(|(name, lower, upper)| (name.as_str(), Known::Between(*lower, *upper)));
        self.parts.iter().map(|(name, y)| (name.as_str(), Known::Number(*y))).chain(masked)
    }
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, parent, year, parts_year, .. } = self;
        let (published, computed) = (self.total(), self.sum());
        let parts = self.known_parts().map(|(name, y)| format!("{name} {y}")).collect::<Vec<_>>().join(", ");
        match kind {
            Kind::Total => {
                write!(f, "{parent}, {year}: published {published}, the parts add up to {computed} ({parts})")
            }
            Kind::Subset => {
                write!(f, "{parent}, {year}: published {published}, some of the parts are {computed} ({parts})")
            }
            Kind::NotCompared => write!(
                f,
                "{parent}, {}: without a number for {} the total cannot be held against its parts",
                spans(&self.years),
                self.missing.join(", ")
            ),
            Kind::PeriodLabel => write!(
                f,
                "{parent}, {year}: {published} is what parts printed under {parts_year} add up to ({parts}); one of the periods is labelled wrongly"
            ),
        }
    }
}

/// A sum of parts, and what is known of it.
#[derive(Default)]
pub(super) struct Sum {
    low: f64,
    high: f64,
    /// The parts that are numbers.
    pub(super) known: Vec<(String, f64)>,
    masked: Vec<(String, f64, f64)>,
    missing: Vec<String>,
}

impl Sum {
    /// What is to be said of a total that was held against this sum.
    #[inline(never)]
    fn says(&self, kind: Kind, total: &Series, of: Year, (lower, upper): (f64, f64)) -> Discrepancy {
        Discrepancy {
            kind,
            parent: total.name().to_owned(),
            year: of,
            published: if self.low > upper { upper } else { lower },
            computed: self.low,
            parts: self.known.clone(),
            parts_year: of,
            published_bounds: (lower < upper).then_some((lower, upper)),
            masked: self.masked.clone(),
            missing: self.missing.clone(),
            years: Vec::new(),
        }
    }
}

/// The totals of a panel that do not agree with their parts, and those that could not be held against them.
///
/// Counts must agree exactly, other numbers to the half of 0.01. A year is compared if total and parts cover the same part
/// of it. Where parts are missing (a dash may mean none) a total is wrong only if the others exceed it; if they fall short of
/// it, the years are told as [`Kind::NotCompared`]. So are those of a total that has no parts in any year; a breakdown that
/// merely begins later is nothing to tell ([`comparisons`](super::comparisons) counts the years). A masked cell, of a part
/// or of a total, is anything within its bounds: wrong is what no number within them could make right. A second cut of a total that adds up to the total of the year before or after is a period label
/// that is wrong.
///
/// # Errors
/// [`Error::MissingMember`] for a name of the tree that is not in the panel.
pub fn check_totals(panel: &Panel, tree: &Tree) -> Result<Vec<Discrepancy>> {
    Ok(checked(panel, tree)?.0)
}

/// What there is to tell of the totals of a panel, and in how many years they could be compared.
pub(crate) fn checked(panel: &Panel, tree: &Tree) -> Result<(Vec<Discrepancy>, Comparisons)> {
    let known = || panel.iter().map(|s| s.name().to_owned()).collect();
    let member = |parent: &str, name: &str| {
        panel.get(name).map_err(|_| Error::MissingMember {
            parent: parent.to_owned(),
            member: name.to_owned(),
            known: known(),
        })
    };
    let (mut found, mut made) = (Vec::new(), Comparisons::default());
    for parent in tree.parents() {
        let total = member(parent, parent)?;
        for relation in [Relation::Sum, Relation::SumAlt, Relation::Subset] {
            let children = tree.children(parent, relation);
            let children = children.into_iter().map(|name| member(parent, name)).collect::<Result<Vec<_>>>()?;
            if !children.is_empty() {
                found.extend(compared(total, &children, relation, &mut made));
            }
        }
    }
    Ok((found, made))
}

/// The years in which a total does not agree with parts of one relation, then those in which parts without a number leave it
/// open, by these parts; the years are counted in `all`.
pub(super) fn compared(
    total: &Series,
    children: &[&Series],
    relation: Relation,
    all: &mut Comparisons,
) -> Vec<Discrepancy> {
    let slack = if total.unit() == Unit::Count { 0.0 } else { 0.005 };
    let (mut found, mut open, mut made) = (Vec::new(), Vec::<Discrepancy>::new(), 0);
    let members = children.iter().chain([&total]);
    let mut years: Vec<Year> = members.flat_map(|member| member.observations().map(|o| o.year)).collect();
    years.sort_unstable();
    years.dedup();
    for year in years {
        let published = bounds(total, year);
        all.years += usize::from(published.is_some());
        let Some(sum) = summed(total, children, year) else { continue };
        let none = sum.missing.len() == children.len();
        let one_sided = relation == Relation::Subset || !sum.missing.is_empty();
        if let Some((lower, upper)) = published {
            let short = sum.high < lower - slack;
            if none || (short && one_sided && relation != Relation::Subset) {
                if let Some(known) = open.iter_mut().find(|one| one.missing == sum.missing) {
                    known.years.push(year);
                } else {
                    let mut first = sum.says(Kind::NotCompared, total, year, (lower, upper));
                    first.years.push(year);
                    open.push(first);
                }
                continue;
            }
            made += 1;
            all.masked += usize::from(lower < upper || !sum.masked.is_empty());
            if sum.low <= upper + slack && (one_sided || !short) {
                continue;
            }
        }
        let beside = [-1, 1].into_iter().find_map(|step| {
            let other = Year::new(i64::from(year.get()) + step).ok()?;
            let published = exact(total, other)?;
            let same = (sum.low - published).abs() <= slack && (sum.high - published).abs() <= slack;
            (same && sum.missing.is_empty()).then_some((other, (published, published)))
        });
        let (kind, of, published) = match (relation, beside, published) {
            (Relation::SumAlt, Some((other, published)), _) => (Kind::PeriodLabel, other, published),
            (Relation::Subset, _, Some(published)) => (Kind::Subset, year, published),
            (_, _, Some(published)) => (Kind::Total, year, published),
            _ => continue,
        };
        let mut told = sum.says(kind, total, of, published);
        told.parts_year = year;
        found.push(told);
    }
    all.compared += made;
    // why: a breakdown that begins later than its total is no problem, one that never meets it is.
    let never = made == 0 && found.is_empty();
    found.extend(open.into_iter().filter(|one| never || one.missing.len() < children.len()));
    found
}

fn exact(series: &Series, year: Year) -> Option<f64> {
    series.observations().find(|o| o.year == year)?.value.exact()
}

/// The lowest and the highest that a year can be.
fn bounds(series: &Series, year: Year) -> Option<(f64, f64)> {
    match series.observations().find(|o| o.year == year)?.value {
        Value::Exact(y) => Some((y, y)),
        Value::Censored { lower, upper } => Some((lower, upper)),
        Value::Missing => None,
    }
}

/// What the parts of a year add up to; none if they cover another part of the year than the total.
pub(super) fn summed(total: &Series, children: &[&Series], year: Year) -> Option<Sum> {
    let coverage = |s: &Series| s.observations().find(|o| o.year == year).map(|o| o.coverage);
    let whole = coverage(total);
    let mut sum = Sum::default();
    for child in children {
        let observation = child.observations().find(|o| o.year == year);
        if observation.as_ref().is_some_and(|o| whole.is_some_and(|w| w != o.coverage)) {
            return None;
        }
        match observation.map(|o| o.value) {
            Some(Value::Exact(y)) => {
                sum.low += y;
                sum.high += y;
                sum.known.push((child.name().to_owned(), y));
            }
            Some(Value::Censored { lower, upper }) => {
                sum.low += lower;
                sum.high += upper;
                sum.masked.push((child.name().to_owned(), lower, upper));
            }
            _ => sum.missing.push(child.name().to_owned()),
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(total: &[f64], parts: &[(&str, &[f64])], relation: Relation) -> Vec<String> {
        let series = |name: &str, values: &[f64]| {
            Series::new(name, Year::new(2020).unwrap(), values).unwrap().with_unit(Unit::Amount).unwrap()
        };
        let all = [series("all", total)].into_iter().chain(parts.iter().map(|(name, values)| series(name, values)));
        let panel = Panel::new(all.collect()).unwrap();
        let tree = Tree::new(parts.iter().map(|(name, _)| ("all", *name, relation))).unwrap();
        check_totals(&panel, &tree).unwrap().iter().map(|d| format!("{} {}", d.kind, d.year)).collect()
    }

    #[test]
    fn sums_are_held_against_their_total() {
        let parts: &[(&str, &[f64])] = &[("a", &[1.0, 2.0]), ("b", &[4.0, 5.0])];
        assert_eq!(found(&[5.0, 7.004], parts, Relation::Sum), Vec::<String>::new());
        assert_eq!(found(&[5.0, 7.1], parts, Relation::Sum), ["total 2021"]);
        assert_eq!(found(&[9.0, 6.0], parts, Relation::Subset), ["subset 2021"]);
    }

    #[test]
    fn a_dash_is_wrong_only_where_the_other_parts_are_too_many() {
        let parts: &[(&str, &[f64])] = &[("a", &[f64::NAN, f64::NAN, 3.0]), ("b", &[4.0, 5.0, 4.0])];
        assert_eq!(found(&[6.0, 4.0, 7.0], parts, Relation::Sum), ["total 2021", "not compared 2020"]);
    }

    #[test]
    fn masked_cells_are_held_against_their_bounds_and_told_with_them() {
        let year = Year::new(2020).unwrap();
        let masked = |name: &str, (lower, upper): (f64, f64)| {
            Series::new(name, year, &[0.0]).unwrap().with_censored(year, lower, upper).unwrap()
        };
        let number = |name: &str, y: f64| Series::new(name, year, &[y]).unwrap();
        let told = |all: Series, parts: [Series; 2]| -> Vec<String> {
            let tree = Tree::new(parts.iter().map(|part| ("all", part.name(), Relation::Sum))).unwrap();
            let panel = Panel::new([all].into_iter().chain(parts).collect()).unwrap();
            check_totals(&panel, &tree).unwrap().iter().map(ToString::to_string).collect()
        };
        // 3 + 4 are more than a total of at most 4; 2 + 2 may be its 4
        assert_eq!(
            told(masked("all", (0.0, 4.0)), [number("a", 3.0), number("b", 4.0)]),
            ["all, 2020: published 0 to 4, the parts add up to 7 (a 3, b 4)"]
        );
        assert!(told(masked("all", (0.0, 4.0)), [number("a", 2.0), number("b", 2.0)]).is_empty());
        // 6 and 20 to 26 are 26 to 32
        assert_eq!(
            told(number("all", 12.0), [masked("a", (20.0, 26.0)), number("b", 6.0)]),
            ["all, 2020: published 12, the parts add up to 26 to 32 (b 6, a 20 to 26)"]
        );
        // two small cells make no 50, and a part without a number may be anything
        assert_eq!(
            told(number("all", 50.0), [masked("a", (0.0, 4.0)), masked("b", (0.0, 4.0))]),
            ["all, 2020: published 50, the parts add up to 0 to 8 (a 0 to 4, b 0 to 4)"]
        );
        assert_eq!(
            told(number("all", 50.0), [masked("a", (0.0, 4.0)), number("b", f64::NAN)]),
            ["all, 2020: without a number for b the total cannot be held against its parts"]
        );
        assert!(told(number("all", 4.0), [masked("a", (0.0, 4.0)), number("b", f64::NAN)]).is_empty());
        assert_eq!(
            told(number("all", 12.0), [masked("a", (20.0, 26.0)), number("b", f64::NAN)]),
            ["all, 2020: published 12, the parts add up to at least 20 (a 20 to 26)"]
        );
    }

    #[test]
    fn a_second_cut_that_is_next_years_total_is_a_wrong_label() {
        let parts: &[(&str, &[f64])] = &[("c", &[3.0]), ("d", &[4.0])];
        assert_eq!(found(&[5.0, 7.0], parts, Relation::SumAlt), ["period label 2021"]);
        assert_eq!(found(&[5.0, 8.0], parts, Relation::SumAlt), ["total 2020"]);
    }
}

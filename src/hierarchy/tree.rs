//! Which parts make up which totals.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What parts are to their total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// All of it: they add up to it.
    #[default]
    Sum,
    /// A second cut of it: they too add up to it.
    SumAlt,
    /// Some of it: they do not exceed it.
    Subset,
}

impl FromStr for Relation {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sum" => Ok(Self::Sum),
            "sum_alt" => Ok(Self::SumAlt),
            "subset" => Ok(Self::Subset),
            _ => Err(Error::bad_parameter(
                "tree",
                "relation",
                format!("{text:?}"),
                "\"sum\", \"sum_alt\" (a second cut) or \"subset\"",
            )),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sum => "sum",
            Self::SumAlt => "sum_alt",
            Self::Subset => "subset",
        })
    }
}

/// One link of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The total.
    pub parent: String,
    /// The part.
    pub child: String,
    /// What it is to the total.
    pub relation: Relation,
}

/// Totals and parts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Branch>", into = "Vec<Branch>")]
pub struct Tree {
    branches: Vec<Branch>,
}

impl Tree {
    /// A tree of these links: total, part, relation.
    ///
    /// # Errors
    /// [`Error::HierarchyCycle`] if a total is a part of itself, at whatever remove; [`Error::BadParameter`] for no link, or
    /// one that is given twice.
    pub fn new<'a>(links: impl IntoIterator<Item = (&'a str, &'a str, Relation)>) -> Result<Self> {
        let branch = |(parent, child, relation): (&str, &str, Relation)| Branch {
            parent: parent.to_owned(),
            child: child.to_owned(),
            relation,
        };
        Self::try_from(links.into_iter().map(branch).collect::<Vec<_>>())
    }

    /// The links, in the order in which they came.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The totals, each once, in the order in which they came.
    pub fn parents(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for branch in &self.branches {
            if !found.contains(&branch.parent.as_str()) {
                found.push(&branch.parent);
            }
        }
        found
    }

    /// The parts of a total, of one relation.
    pub fn children(&self, parent: &str, relation: Relation) -> Vec<&str> {
        let of = |b: &&Branch| b.parent == parent && b.relation == relation;
        self.branches.iter().filter(of).map(|b| b.child.as_str()).collect()
    }

    /// The way from a name down to itself, if there is one.
    fn cycle(&self) -> Option<Vec<String>> {
        for start in self.parents() {
            let mut way = vec![start];
            let mut open: Vec<(usize, &str)> = self.below(start).map(|c| (1, c)).collect();
            while let Some((depth, name)) = open.pop() {
                way.truncate(depth);
                way.push(name);
                if name == start {
                    return Some(way.into_iter().map(str::to_owned).collect());
                }
                // why the test: a cycle further down is found when the walk starts there.
                if depth <= self.branches.len() {
                    open.extend(self.below(name).map(|c| (depth + 1, c)));
                }
            }
        }
        None
    }

    fn below<'a>(&'a self, parent: &'a str) -> impl Iterator<Item = &'a str> {
        self.branches.iter().filter(move |b| b.parent == parent).map(|b| b.child.as_str())
    }
}

impl TryFrom<Vec<Branch>> for Tree {
    type Error = Error;
    fn try_from(branches: Vec<Branch>) -> Result<Self> {
        let refused = |value: String, allowed: &str| Error::bad_parameter("tree", "links", value, allowed);
        if branches.is_empty() {
            return Err(refused("none".to_owned(), "at least one link from a total to a part"));
        }
        for (i, branch) in branches.iter().enumerate() {
            if branches.iter().take(i).any(|earlier| earlier == branch) {
                let Branch { parent, child, .. } = branch;
                return Err(refused(format!("{parent:?} > {child:?}"), "each link once"));
            }
        }
        let tree = Self { branches };
        match tree.cycle() {
            Some(through) => {
                Err(Error::HierarchyCycle { member: through.first().cloned().unwrap_or_default(), through })
            }
            None => Ok(tree),
        }
    }
}

impl From<Tree> for Vec<Branch> {
    fn from(tree: Tree) -> Self {
        tree.branches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_named_from_end_to_end() {
        let sum = Relation::Sum;
        let error = Tree::new([("x", "a", sum), ("a", "b", sum), ("b", "c", sum), ("c", "a", sum)]).unwrap_err();
        assert_eq!(error.to_string(), "\"a\" is a part of itself: a > b > c > a");
        assert!(Tree::new([("a", "a", sum)]).is_err());
    }
}

//! What a reader of a masked table can work out, and which cells must go with it so that this is little enough.
//!
//! A masked cell is known by its printed bounds, and better by its total and the other parts, each between bounds of its own:
//!
//! ```text
//! low(T) - sum_{j != i} high(x_j) <= x_i <= high(T) - sum_{j != i} low(x_j),   sum_j low(x_j) <= T <= sum_j high(x_j)
//! ```
//!
//! What is left is its feasibility interval. It must keep half of the values that a small cell may have as it is printed,
//! and at least three of them (all, where there are fewer): sliding protection, with the width of the interval and not its
//! ends as the rule. Where it does not, the smallest part that is still printed is masked; where none is, the total; and so on
//! through the totals that hold either. Intervals are then carried from total to total until they stay, so that what
//! two totals tell together counts too. A cell masked with others is known to be no small one.
//!
//! Bounds are carried from one total to the next; combinations of many totals (rows less columns of a table with both)
//! are not solved as a linear program.
//!
//! Reference: Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer and de Wolf (2012), *Statistical
//! Disclosure Control*, chapter 4.

#![allow(clippy::indexing_slicing, reason = "members are positions in the cells of one table, made with it")]

use std::collections::{HashMap, VecDeque};

use super::tree::{Relation, Tree};
use crate::error::Result;
use crate::series::{Panel, Series, Unit, Value, Year};

/// A cell masked to protect others: the position of its series, the year, and the bounds that may be said of it.
pub(super) struct Complement {
    pub(super) series: usize,
    pub(super) year: Year,
    pub(super) lower: f64,
    /// Infinite where no printed cell bounds it.
    pub(super) upper: f64,
}

/// The complements of a panel's cells of at most `largest`, by series and year.
pub(super) fn complements(panel: &Panel, tree: &Tree, largest: f64) -> Result<Vec<Complement>> {
    let series = panel.as_slice();
    let mut found = Vec::new();
    for table in tables(panel, tree)? {
        let members = || table.members.iter().filter_map(|&at| series.get(at));
        let (Some(first), Some(last)) =
            (members().map(Series::first_year).min(), members().map(Series::last_year).max())
        else {
            continue;
        };
        for year in (0..=first.until(last).unwrap_or(0)).filter_map(|steps| first.plus(steps).ok()) {
            let cells: Vec<Cell> = members().map(|one| Cell::new(one, year, largest)).collect();
            let masked = table.masked(cells, needed(largest), largest).into_iter();
            found.extend(masked.map(|(at, said)| Complement {
                series: table.members[at],
                year,
                lower: said.low,
                upper: said.high,
            }));
        }
    }
    found.sort_by_key(|cell| (cell.series, cell.year));
    Ok(found)
}

/// How many values the feasibility interval of a masked cell must keep.
fn needed(largest: f64) -> f64 {
    let printed = largest + 1.0;
    (0.5 * printed).ceil().max(3.0).min(printed)
}

/// From the least to the most, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    const ANY: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    fn within(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    /// Whole numbers in it; below one if it is empty.
    fn values(self) -> f64 {
        self.high - self.low + 1.0
    }
}

/// What a table says of one series in one year.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// As it is printed.
    bounds: Bounds,
    masked: Masked,
    count: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Masked {
    No,
    Small,
    /// To protect others; the value stays for the bounds that are printed of it.
    Complement(f64),
}

impl Cell {
    fn new(series: &Series, year: Year, largest: f64) -> Self {
        let value = series.first_year().until(year).and_then(|at| series.values().get(at)).copied();
        let count = series.unit() == Unit::Count;
        let known = |low, high| Self { bounds: Bounds { low, high }, masked: Masked::No, count };
        match value.unwrap_or(Value::Missing) {
            value if count && value.is_small(largest) => Self { masked: Masked::Small, ..known(0.0, largest) },
            Value::Exact(y) => known(y, y),
            Value::Censored { lower, upper } => known(lower, upper),
            Value::Missing => known(if count { 0.0 } else { f64::NEG_INFINITY }, f64::INFINITY),
        }
    }

    fn printed(&self) -> Option<f64> {
        (self.masked == Masked::No && self.bounds.low >= self.bounds.high).then_some(self.bounds.low)
    }

    fn mask(&mut self, largest: f64) {
        self.masked = Masked::Complement(self.bounds.low);
        // why not from 0: it would print as small if it were.
        self.bounds = if self.count { Bounds { low: largest + 1.0, ..Bounds::ANY } } else { Bounds::ANY };
    }
}

/// A total and its parts.
#[derive(Debug)]
struct Sum {
    total: usize,
    parts: Vec<usize>,
    /// Whether the parts are only some of it.
    rest: bool,
}

/// Ends of intervals added up, infinite ones counted apart, so that one of them can be taken out again.
#[derive(Clone, Copy, Default)]
struct Ends {
    finite: f64,
    infinite: usize,
}

impl Ends {
    fn add(&mut self, end: f64) {
        if end.is_finite() { self.finite += end } else { self.infinite += 1 }
    }

    /// The sum without one end, or this infinity.
    fn without(self, end: f64, infinity: f64) -> f64 {
        let infinite = self.infinite - usize::from(!end.is_finite());
        let own = if end.is_finite() { end } else { 0.0 };
        if infinite > 0 { infinity } else { self.finite - own }
    }
}

impl Sum {
    /// What the sum alone says of each member, given bounds of them all: the total first, then the parts.
    fn implied(&self, bounds: impl Fn(usize) -> Bounds) -> Vec<(usize, Bounds)> {
        let (mut lows, mut highs) = (Ends::default(), Ends::default());
        for part in self.parts.iter().map(|&part| bounds(part)) {
            lows.add(part.low);
            highs.add(part.high);
        }
        if self.rest {
            lows.add(0.0);
            highs.add(f64::INFINITY);
        }
        let total = bounds(self.total);
        let all = Bounds { low: lows.without(0.0, f64::NEG_INFINITY), high: highs.without(0.0, f64::INFINITY) };
        let part = |&at: &usize| {
            let own = bounds(at);
            let low = total.low - highs.without(own.high, f64::INFINITY);
            (at, Bounds { low, high: total.high - lows.without(own.low, f64::NEG_INFINITY) })
        };
        std::iter::once((self.total, all)).chain(self.parts.iter().map(part)).collect()
    }

    /// The cell to mask here: the smallest part that is printed, else the total if it is.
    fn next(&self, cells: &[Cell]) -> Option<usize> {
        let printed = self.parts.iter().filter_map(|&part| Some((part, cells[part].printed()?)));
        let smallest = printed.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(part, _)| part);
        smallest.or_else(|| cells[self.total].printed().map(|_| self.total))
    }

    /// Whether the sum alone, with what is printed, leaves too little of a masked member.
    fn tells(&self, cells: &[Cell], needed: f64) -> bool {
        let implied = self.implied(|at| cells[at].bounds);
        implied
            .into_iter()
            .any(|(at, implied)| cells[at].masked != Masked::No && implied.within(cells[at].bounds).values() < needed)
    }
}

/// Totals that share series, and those series: nothing outside tells anything of them.
#[derive(Debug, Default)]
struct Table {
    /// Positions in the panel.
    members: Vec<usize>,
    sums: Vec<Sum>,
    /// For each member, the sums that hold it.
    holders: Vec<Vec<usize>>,
}

impl Table {
    /// The members to mask so that each masked cell keeps enough, each with the bounds that may be said of it.
    fn masked(&self, mut cells: Vec<Cell>, needed: f64, largest: f64) -> Vec<(usize, Bounds)> {
        if cells.iter().all(|cell| cell.masked == Masked::No) {
            return Vec::new();
        }
        let mut open: VecDeque<usize> = (0..self.sums.len()).collect();
        loop {
            while let Some(at) = open.pop_front() {
                let sum = &self.sums[at];
                if let Some(next) = sum.next(&cells).filter(|_| sum.tells(&cells, needed)) {
                    cells[next].mask(largest);
                    open.extend(&self.holders[next]);
                }
            }
            let known = self.worked_out(&cells);
            let told = (0..cells.len()).filter(|&at| cells[at].masked != Masked::No && known[at].values() < needed);
            match told.into_iter().find_map(|at| self.nearest(at, &cells)) {
                Some(next) => {
                    cells[next].mask(largest);
                    open.extend(&self.holders[next]);
                }
                None => return bounded(&cells, &known),
            }
        }
    }

    /// What all sums together say of each member.
    fn worked_out(&self, cells: &[Cell]) -> Vec<Bounds> {
        let mut known: Vec<Bounds> = cells.iter().map(|cell| cell.bounds).collect();
        // why so many rounds: what one sum says reaches the furthest other one through at most all of them.
        for _ in 0..=self.sums.len() {
            let mut changed = false;
            for sum in &self.sums {
                for (at, implied) in sum.implied(|at| known[at]) {
                    let left = implied.within(known[at]);
                    // why the first test: published totals that do not add up leave nothing, and say nothing then.
                    if left.low <= left.high && left != known[at] {
                        known[at] = left;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        known
    }

    /// The printed cell nearest to one that is told by several sums.
    fn nearest(&self, from: usize, cells: &[Cell]) -> Option<usize> {
        let mut open: VecDeque<usize> = self.holders[from].iter().copied().collect();
        let mut seen = vec![false; self.sums.len()];
        while let Some(at) = open.pop_front() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let sum = &self.sums[at];
            if let Some(found) = sum.next(cells) {
                return Some(found);
            }
            for &member in sum.parts.iter().chain([&sum.total]) {
                open.extend(&self.holders[member]);
            }
        }
        None
    }
}

/// The complements, each with what a reader can work out of it.
fn bounded(cells: &[Cell], known: &[Bounds]) -> Vec<(usize, Bounds)> {
    let least = Bounds { low: 0.0, ..Bounds::ANY };
    let said = |known: Bounds, value: f64| {
        let left = known.within(least);
        // why any: bounds that the cell lies outside of would be false, and wider ones would tell of it.
        if (left.low..=left.high).contains(&value) { left } else { least }
    };
    let complement = |(at, cell): (usize, &Cell)| match cell.masked {
        Masked::Complement(value) => Some((at, said(known[at], value))),
        _ => None,
    };
    cells.iter().enumerate().filter_map(complement).collect()
}

/// The tables of a tree: its sums, those that share a series together.
fn tables(panel: &Panel, tree: &Tree) -> Result<Vec<Table>> {
    let positions: HashMap<&str, usize> = panel.iter().enumerate().map(|(at, one)| (one.name(), at)).collect();
    let position = |name: &str| match positions.get(name) {
        Some(at) => Ok(*at),
        None => panel.get(name).map(|_| 0),
    };
    let mut sums: Vec<Sum> = Vec::new();
    let mut sum_of: HashMap<(usize, Relation), usize> = HashMap::new();
    for branch in tree.branches() {
        let (total, part) = (position(&branch.parent)?, position(&branch.child)?);
        let at = *sum_of.entry((total, branch.relation)).or_insert(sums.len());
        if at == sums.len() {
            sums.push(Sum { total, parts: Vec::new(), rest: branch.relation == Relation::Subset });
        }
        sums[at].parts.push(part);
    }
    let mut table_of = vec![None; panel.len()];
    let mut holders = vec![Vec::new(); panel.len()];
    for (at, sum) in sums.iter().enumerate() {
        sum.parts.iter().chain([&sum.total]).for_each(|&member| holders[member].push(at));
    }
    let mut tables: Vec<Table> = Vec::new();
    // The place of each series in its table.
    let mut place = vec![0; panel.len()];
    for start in 0..panel.len() {
        if holders[start].is_empty() || table_of[start].is_some() {
            continue;
        }
        let mut table = Table::default();
        let mut open = vec![start];
        while let Some(member) = open.pop() {
            if table_of[member].is_some() {
                continue;
            }
            table_of[member] = Some(tables.len());
            table.members.push(member);
            for sum in holders[member].iter().map(|&at| &sums[at]) {
                open.extend(sum.parts.iter().chain([&sum.total]).filter(|&&other| table_of[other].is_none()));
            }
        }
        table.members.sort_unstable();
        table.members.iter().enumerate().for_each(|(at, &member)| place[member] = at);
        table.holders = vec![Vec::new(); table.members.len()];
        tables.push(table);
    }
    for mut sum in sums {
        let Some(table) = table_of[sum.total].and_then(|at| tables.get_mut(at)) else { continue };
        sum.total = place[sum.total];
        sum.parts.iter_mut().for_each(|part| *part = place[*part]);
        sum.parts.iter().chain([&sum.total]).for_each(|&member| table.holders[member].push(table.sums.len()));
        table.sums.push(sum);
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn panel(values: &[(&str, f64)]) -> Panel {
        let year = Year::new(2022).unwrap();
        Panel::new(values.iter().map(|(name, y)| Series::new(*name, year, &[*y]).unwrap()).collect()).unwrap()
    }

    fn hidden(values: &[(&str, f64)], links: &[(&str, &str, Relation)], largest: f64) -> Vec<(String, f64)> {
        let found = complements(&panel(values), &Tree::new(links.iter().copied()).unwrap(), largest).unwrap();
        found.iter().map(|cell| (values[cell.series].0.to_owned(), cell.upper)).collect()
    }

    fn parts<'a>(names: &[&'a str]) -> Vec<(&'a str, &'a str, Relation)> {
        names.iter().map(|name| ("all", *name, Relation::Sum)).collect()
    }

    #[test]
    fn a_total_goes_with_its_parts_where_their_bounds_tell_them() {
        // two cells of at most 4 that add up to 8, or to 7; three that add up to 12
        let two = parts(&["men", "women"]);
        for (men, women) in [(4.0, 4.0), (4.0, 3.0)] {
            let found = hidden(&[("all", men + women), ("men", men), ("women", women)], &two, 4.0);
            assert_eq!(found, [("all".to_owned(), 8.0)]);
        }
        let found = hidden(&[("all", 12.0), ("a", 4.0), ("b", 4.0), ("c", 4.0)], &parts(&["a", "b", "c"]), 4.0);
        assert_eq!(found, [("all".to_owned(), 12.0)]);
        // 2 to 4 is enough
        assert!(hidden(&[("all", 6.0), ("men", 4.0), ("women", 2.0)], &two, 4.0).is_empty());
        // a part that is still printed goes before the total
        let found = hidden(&[("all", 22.0), ("a", 4.0), ("b", 4.0), ("c", 14.0)], &parts(&["a", "b", "c"]), 4.0);
        assert_eq!(found, [("c".to_owned(), 22.0)]);
    }

    #[test]
    fn a_complement_is_said_to_lie_where_the_printed_cells_leave_it() {
        let said = |values: &[(&str, f64)], links: &[(&str, &str, Relation)]| {
            let found = complements(&panel(values), &Tree::new(links.iter().copied()).unwrap(), 4.0).unwrap();
            found.iter().map(|cell| (cell.lower, cell.upper)).collect::<Vec<_>>()
        };
        // 30 less 0 to 4
        let two = parts(&["men", "women"]);
        assert_eq!(said(&[("all", 30.0), ("men", 27.0), ("women", 3.0)], &two), [(26.0, 30.0)]);
        // 29 less 17 less 0 to 4
        let three = parts(&["a", "b", "c"]);
        assert_eq!(said(&[("all", 29.0), ("a", 17.0), ("b", 9.0), ("c", 3.0)], &three), [(8.0, 12.0)]);
        // a total that is masked is no small one: above 4, and at most three times 4
        assert_eq!(said(&[("all", 12.0), ("a", 4.0), ("b", 4.0), ("c", 4.0)], &three), [(5.0, 12.0)]);
    }

    #[test]
    fn a_wider_mask_keeps_half_of_its_values() {
        let two = parts(&["men", "women"]);
        // "<100" twice: 50 to 99 are fifty values, 51 to 99 are not
        assert!(hidden(&[("all", 149.0), ("men", 90.0), ("women", 59.0)], &two, 99.0).is_empty());
        assert_eq!(hidden(&[("all", 150.0), ("men", 90.0), ("women", 60.0)], &two, 99.0).len(), 1);
    }

    #[test]
    fn a_total_that_is_hidden_hides_more_in_every_total_that_holds_it() {
        // south goes with its parts; it is all that country, and all that the second cut, do not print
        let sum = Relation::Sum;
        let links =
            [("country", "north", sum), ("country", "south", sum), ("south", "men", sum), ("south", "women", sum)];
        let values = [("country", 48.0), ("north", 40.0), ("south", 8.0), ("men", 4.0), ("women", 4.0)];
        // south is above 4 and at most 4 + 4, so 5 to 8; north is 48 without it
        assert_eq!(hidden(&values, &links, 4.0), [("north".to_owned(), 43.0), ("south".to_owned(), 8.0)]);
        let coast = [("coast", "south", Relation::SumAlt), ("coast", "islands", Relation::SumAlt)];
        let values = [values.as_slice(), &[("coast", 30.0), ("islands", 22.0)]].concat();
        let names: Vec<String> =
            hidden(&values, &[links.as_slice(), &coast].concat(), 4.0).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["north", "south", "islands"]);
    }

    #[test]
    fn some_of_a_total_bounds_its_parts_too() {
        // nine of ten are printed: at most one is left for the masked cell
        let some = [("all", "a", Relation::Subset), ("all", "b", Relation::Subset)];
        assert_eq!(hidden(&[("all", 10.0), ("a", 9.0), ("b", 1.0)], &some, 4.0), [("a".to_owned(), 10.0)]);
        assert!(hidden(&[("all", 20.0), ("a", 9.0), ("b", 1.0)], &some, 4.0).is_empty());
    }

    #[test]
    fn a_bound_that_the_cell_lies_outside_of_is_not_said() {
        // the parts do not add up: 30 of 20
        let found = hidden(&[("all", 20.0), ("a", 30.0), ("b", 3.0)], &parts(&["a", "b"]), 4.0);
        assert_eq!(found, [("a".to_owned(), f64::INFINITY)]);
    }

    /// Every table of all = a + b, a = a1 + a2 with parts up to 9, read by trying every set of parts up to 20.
    #[test]
    fn a_reader_who_tries_every_table_is_left_with_enough_values() {
        let sum = Relation::Sum;
        let links = [("all", "a", sum), ("all", "b", sum), ("a", "a1", sum), ("a", "a2", sum)];
        let tree = Tree::new(links).unwrap();
        let table = |a1: f64, a2: f64, b: f64| [a1 + a2 + b, a1 + a2, b, a1, a2];
        let numbers = |n: u32| (0..=n).map(f64::from);
        let guesses: Vec<[f64; 5]> = numbers(20)
            .flat_map(|a1| numbers(20).flat_map(move |a2| numbers(20).map(move |b| table(a1, a2, b))))
            .collect();
        for largest in [2.0, 4.0, 6.0] {
            for (a1, a2, b) in
                numbers(9).flat_map(|a1| numbers(9).flat_map(move |a2| numbers(9).map(move |b| (a1, a2, b))))
            {
                let truth = table(a1, a2, b);
                let named: Vec<(&str, f64)> = ["all", "a", "b", "a1", "a2"].into_iter().zip(truth).collect();
                let found = complements(&panel(&named), &tree, largest).unwrap();
                let complement: Vec<bool> = (0..5).map(|at| found.iter().any(|cell| cell.series == at)).collect();
                let agrees = |guess: &&[f64; 5]| {
                    (0..5).all(|at| match (truth[at] <= largest, complement[at]) {
                        (true, _) => guess[at] <= largest,
                        (false, true) => guess[at] > largest,
                        (false, false) => guess[at].to_bits() == truth[at].to_bits(),
                    })
                };
                let masked = |at: usize| truth[at] <= largest || complement[at];
                if (0..5).all(masked) {
                    continue;
                }
                let left: Vec<&[f64; 5]> = guesses.iter().filter(agrees).collect();
                for at in (0..5).filter(|&at| masked(at)) {
                    let values: BTreeSet<u64> = left.iter().map(|guess| guess[at].to_bits()).collect();
                    assert!(values.len() as f64 >= needed(largest), "{truth:?} {complement:?} {at} {values:?}");
                }
                // the bounds that are said rule out nothing that the rest of the table leaves open
                for cell in &found {
                    let within = |guess: &&[f64; 5]| (cell.lower..=cell.upper).contains(&guess[cell.series]);
                    assert!(left.iter().all(within), "{truth:?} {} {} {}", cell.series, cell.lower, cell.upper);
                    assert!((cell.lower..=cell.upper).contains(&truth[cell.series]), "{truth:?} {}", cell.series);
                }
            }
        }
    }
}

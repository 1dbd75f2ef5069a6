//! Cells that must not be published: small counts, and those from which a small count could be computed.
//!
//! A total of 20 with one part of 17 says that the other part is 3, however the 3 is hidden. So wherever a single part of a
//! total is masked, the smallest of its other parts is masked with it (complementary suppression; Willenborg and de Waal,
//! *Elements of Statistical Disclosure Control*, 2001, chapter 1). Parts may be totals in turn: it is repeated until no
//! masked cell can be computed from one total and its parts.

use crate::error::{Error, Result};
use crate::hierarchy::{Relation, Tree};
use crate::series::{Panel, Series, Unit, Year, largest_masked};

/// A cell that is not to be published.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedCell {
    /// Name of the series.
    pub series: String,
    /// The year.
    pub year: Year,
    /// Smallest value that may be said of it.
    pub lower: f64,
    /// Largest value that may be said of it: one less than the limit, or for a complement the total that it is a part of.
    pub upper: f64,
    /// Whether it is masked to hide another cell, not for being small.
    pub complement: bool,
}

/// The cells of a panel to mask where counts below `limit` are masked; with a tree, their complements in totals too.
///
/// ```
/// use unjuran::hierarchy::{Relation, Tree, small_cells};
/// use unjuran::series::{Panel, Series, Year};
/// let one = |name: &str, y: f64| Series::new(name, Year::new(2022)?, &[y]);
/// let panel = Panel::new(vec![one("all", 29.0)?, one("men", 17.0)?, one("women", 9.0)?, one("children", 3.0)?])?;
/// let part = |name| ("all", name, Relation::Sum);
/// let tree = Tree::new([part("men"), part("women"), part("children")])?;
/// let cells = small_cells(&panel, Some(&tree), 5.0)?;
/// assert_eq!((cells[0].series.as_str(), cells[0].upper, cells[0].complement), ("children", 4.0, false));
/// assert_eq!((cells[1].series.as_str(), cells[1].upper, cells[1].complement), ("women", 29.0, true));
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::BadParameter`] unless `limit` is a whole number from 1 to a million; [`crate::Error::UnknownSeries`] for
/// a name of the tree that is not in the panel.
pub fn small_cells(panel: &Panel, tree: Option<&Tree>, limit: f64) -> Result<Vec<MaskedCell>> {
    let largest = largest_masked(limit)?;
    let mut cells = Vec::new();
    for series in panel.iter().filter(|s| s.unit() == Unit::Count) {
        let small = series.observations().filter(|o| o.value.is_small(largest));
        cells.extend(small.map(|o| MaskedCell {
            series: series.name().to_owned(),
            year: o.year,
            lower: 0.0,
            upper: largest,
            complement: false,
        }));
    }
    let Some(tree) = tree else { return Ok(cells) };
    let mut totals = Vec::new();
    for parent in tree.parents() {
        for relation in [Relation::Sum, Relation::SumAlt] {
            let parts =
                tree.children(parent, relation).into_iter().map(|c| panel.get(c)).collect::<Result<Vec<_>>>()?;
            if !parts.is_empty() {
                totals.push((panel.get(parent)?, parts));
            }
        }
    }
    loop {
        let found = totals.iter().find_map(|(total, parts)| complement(total, parts, &cells));
        match found {
            Some(cell) => cells.push(cell),
            None => return Ok(cells),
        }
    }
}

/// A panel as it may be published.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedPanel {
    /// The series with their small cells and complements masked.
    pub panel: Panel,
    /// The cells that were masked.
    pub cells: Vec<MaskedCell>,
    /// Names of series of which nothing may be shown: a small part of a year was all there was.
    pub hidden: Vec<String>,
}

/// The panel with the cells of [`small_cells`] masked, so that what is made from it depends on no hidden number.
///
/// A year under way whose count is masked is left out, for a masked cell is a full year.
///
/// ```
/// use unjuran::hierarchy::{Relation, Tree, masked_panel};
/// use unjuran::series::{Panel, Series, Value, Year};
/// let one = |name: &str, y: f64| Series::new(name, Year::new(2022)?, &[y]);
/// let panel = Panel::new(vec![one("all", 20.0)?, one("men", 17.0)?, one("women", 3.0)?])?;
/// let tree = Tree::new(["men", "women"].map(|part| ("all", part, Relation::Sum)))?;
/// let masked = masked_panel(&panel, Some(&tree), 5.0)?;
/// assert_eq!(masked.panel.get("women")?.values(), [Value::Censored { lower: 0.0, upper: 4.0 }]);
/// assert_eq!(masked.panel.get("men")?.values(), [Value::Censored { lower: 0.0, upper: 20.0 }]);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// Those of [`small_cells`].
pub fn masked_panel(panel: &Panel, tree: Option<&Tree>, limit: f64) -> Result<MaskedPanel> {
    let cells = small_cells(panel, tree, limit)?;
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for series in panel {
        match masked(series, &cells, limit) {
            Ok(masked) => shown.push(masked),
            Err(Error::EmptySeries { series }) => hidden.push(series),
            Err(error) => return Err(error),
        }
    }
    Ok(MaskedPanel { panel: Panel::new(shown)?, cells, hidden })
}

/// One series with its small cells and complements masked.
fn masked(series: &Series, cells: &[MaskedCell], limit: f64) -> Result<Series> {
    let mut shown = series.masked_below(limit)?;
    for cell in cells.iter().filter(|c| c.complement && c.series == series.name()) {
        let under_way = shown.last_coverage().is_partial() && shown.last_year() == cell.year;
        shown = if under_way {
            let before = i64::from(cell.year.get()) - 1;
            let empty = |_| Error::EmptySeries { series: series.name().to_owned() };
            shown.through(Year::new(before).map_err(empty)?)?
        } else {
            shown.with_censored(cell.year, cell.lower, cell.upper)?
        };
    }
    Ok(shown)
}

/// The cell that gives away the only masked one among a total and its parts, if there is one in any year.
fn complement(total: &Series, parts: &[&Series], cells: &[MaskedCell]) -> Option<MaskedCell> {
    total.observations().find_map(|all| {
        let year = all.year;
        let cell = |series: &Series| cells.iter().find(|c| c.year == year && c.series == series.name());
        let known = |series: &Series| {
            let value = series.observations().find(|o| o.year == year).and_then(|o| o.value.exact());
            value.filter(|_| cell(series).is_none())
        };
        let members = || parts.iter().copied().chain([total]);
        let unknown = members().filter(|s| known(s).is_none()).count();
        if unknown != 1 || !members().any(|s| cell(s).is_some()) {
            return None;
        }
        let upper = known(total).or(cell(total).map(|c| c.upper))?;
        let smallest = parts.iter().filter_map(|p| Some((p.name(), known(p)?))).min_by(|a, b| a.1.total_cmp(&b.1));
        let (name, value) = smallest?;
        Some(MaskedCell { series: name.to_owned(), year, lower: 0.0, upper: upper.max(value), complement: true })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, values: &[f64]) -> Series {
        Series::new(name, Year::new(2020).unwrap(), values).unwrap()
    }

    fn names(cells: &[MaskedCell]) -> Vec<(&str, i32)> {
        cells.iter().map(|c| (c.series.as_str(), c.year.get())).collect()
    }

    #[test]
    fn a_complement_that_is_a_total_itself_hides_one_of_its_own_parts() {
        let all = [one("all", &[30.0]), one("a", &[27.0]), one("b", &[3.0]), one("a1", &[12.0]), one("a2", &[15.0])];
        let link = |parent, child| (parent, child, Relation::Sum);
        let tree = Tree::new([link("all", "a"), link("all", "b"), link("a", "a1"), link("a", "a2")]).unwrap();
        let cells = small_cells(&Panel::new(all.to_vec()).unwrap(), Some(&tree), 5.0).unwrap();
        // b is small, a would give it away, and its own parts would give a away
        assert_eq!(names(&cells), [("b", 2020), ("a", 2020), ("a1", 2020)]);
    }

    #[test]
    fn two_small_parts_hide_each_other_and_a_missing_part_hides_one() {
        let all =
            [one("all", &[20.0, 20.0]), one("a", &[14.0, 17.0]), one("b", &[3.0, 3.0]), one("c", &[3.0, f64::NAN])];
        let tree = Tree::new(["a", "b", "c"].map(|c| ("all", c, Relation::Sum))).unwrap();
        let cells = small_cells(&Panel::new(all.to_vec()).unwrap(), Some(&tree), 5.0).unwrap();
        assert_eq!(names(&cells), [("b", 2020), ("b", 2021), ("c", 2020)]);
    }

    #[test]
    fn a_year_under_way_is_left_out_where_its_count_is_small_or_a_complement() {
        let part = |name: &str, so_far: f64| {
            let begun = crate::series::Coverage::Share(0.5);
            one(name, &[30.0]).with_partial(Year::new(2021).unwrap(), so_far, begun).unwrap()
        };
        let panel = Panel::new(vec![part("all", 20.0), part("a", 17.0), part("b", 3.0)]).unwrap();
        let tree = Tree::new(["a", "b"].map(|c| ("all", c, Relation::Sum))).unwrap();
        let masked = masked_panel(&panel, Some(&tree), 5.0).unwrap();
        let last: Vec<i32> = masked.panel.iter().map(|s| s.last_year().get()).collect();
        assert_eq!(last, [2021, 2020, 2020]);
        let only = Series::new("c", Year::new(2021).unwrap(), &[f64::NAN]).unwrap();
        let only = only.with_partial(Year::new(2021).unwrap(), 2.0, crate::series::Coverage::Share(0.5)).unwrap();
        let masked = masked_panel(&Panel::new(vec![only]).unwrap(), None, 5.0).unwrap();
        assert_eq!((masked.panel.len(), masked.hidden), (0, vec!["c".to_owned()]));
    }

    #[test]
    fn some_of_a_total_gives_nothing_away_and_amounts_are_no_persons() {
        let all = [one("all", &[20.0]), one("a", &[3.0]), one("money", &[1.5])];
        let tree = Tree::new([("all", "a", Relation::Subset)]).unwrap();
        let cells = small_cells(&Panel::new(all.to_vec()).unwrap(), Some(&tree), 5.0).unwrap();
        assert_eq!(names(&cells), [("a", 2020)]);
    }
}

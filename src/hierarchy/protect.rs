//! Cells that must not be published: small counts, and those from which a small count could be computed.
//!
//! A total of 20 with one part of 17 says that the other part is 3, however the 3 is hidden; a total of 8 with two parts that
//! print as "<5" says that both are 4. So where a total, its parts and their printed bounds leave too few values of a masked
//! cell, the smallest part that is still printed is masked with it, and where none is, the total (complementary suppression).
//! Parts may be totals in turn, and in several totals: it is repeated until nothing changes. A reader is taken to
//! know what is printed, and not to argue from the choice of what is not. Rules and reference: `disclosure.rs`.

use std::collections::HashMap;

use super::disclosure::{Complement, complements};
use super::tree::Tree;
use crate::error::{Error, Result};
use crate::series::{Panel, Series, Unit, Value, Year, largest_masked};

/// A cell that is not to be published.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MaskedCell {
    /// Name of the series.
    pub series: String,
    /// The year.
    pub year: Year,
    /// Smallest value that may be said of it: 0; for a complement what the other cells leave open.
    pub lower: f64,
    /// Largest value that may be said of it: one less than the limit; for a complement what the other cells, as they are
    /// printed, leave open (infinite where that is anything).
    pub upper: f64,
    /// Whether it is masked to hide another cell, not for being small.
    pub complement: bool,
}

/// The cells of a panel to mask where counts below `limit` are masked; with a tree, their complements in totals too. Small
/// cells come first, then complements, both in the order of the panel.
///
/// With the tree, what is printed leaves each masked cell at least half of the values from 0 to `limit - 1`, and at least three
/// of them (all, where there are fewer), unless nothing more is left to mask.
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
/// assert_eq!((cells[1].series.as_str(), cells[1].upper, cells[1].complement), ("women", 12.0, true));
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
    if let Some(tree) = tree {
        let series = panel.as_slice();
        cells.extend(complements(panel, tree, largest)?.into_iter().filter_map(|found| {
            let Complement { series: at, year, lower, upper } = found;
            let series = series.get(at)?.name().to_owned();
            Some(MaskedCell { series, year, lower, upper, complement: true })
        }));
    }
    Ok(cells)
}

/// A panel as it may be published.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
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
/// A year under way whose count is masked is left out, for a masked cell is a full year; a complement of which nothing may be
/// said is missing.
///
/// ```
/// use unjuran::hierarchy::{Relation, Tree, masked_panel};
/// use unjuran::series::{Panel, Series, Value, Year};
/// let one = |name: &str, y: f64| Series::new(name, Year::new(2022)?, &[y]);
/// let panel = Panel::new(vec![one("all", 20.0)?, one("men", 17.0)?, one("women", 3.0)?])?;
/// let tree = Tree::new(["men", "women"].map(|part| ("all", part, Relation::Sum)))?;
/// let masked = masked_panel(&panel, Some(&tree), 5.0)?;
/// assert_eq!(masked.panel.get("women")?.values(), [Value::Censored { lower: 0.0, upper: 4.0 }]);
/// assert_eq!(masked.panel.get("men")?.values(), [Value::Censored { lower: 16.0, upper: 20.0 }]);
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// Those of [`small_cells`].
pub fn masked_panel(panel: &Panel, tree: Option<&Tree>, limit: f64) -> Result<MaskedPanel> {
    let cells = small_cells(panel, tree, limit)?;
    let mut of: HashMap<&str, Vec<&MaskedCell>> = HashMap::new();
    for cell in cells.iter().filter(|cell| cell.complement) {
        of.entry(&cell.series).or_default().push(cell);
    }
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for series in panel {
        match masked(series, of.get(series.name()).map_or(&[], Vec::as_slice), limit) {
            Ok(masked) => shown.push(masked),
            Err(Error::EmptySeries { series }) => hidden.push(series),
            Err(error) => return Err(error),
        }
    }
    Ok(MaskedPanel { panel: Panel::new(shown)?, cells, hidden })
}

/// One series with its small cells and these complements masked.
fn masked(series: &Series, complements: &[&MaskedCell], limit: f64) -> Result<Series> {
    let mut shown = series.masked_below(limit)?;
    if complements.is_empty() {
        return Ok(shown);
    }
    let years: HashMap<Year, &MaskedCell> = complements.iter().map(|cell| (cell.year, *cell)).collect();
    if shown.last_coverage().is_partial() && years.contains_key(&shown.last_year()) {
        let before = i64::from(shown.last_year().get()) - 1;
        let empty = |_| Error::EmptySeries { series: series.name().to_owned() };
        shown = shown.through(Year::new(before).map_err(empty)?)?;
    }
    let observations = shown.observations().map(|mut one| {
        one.value = match years.get(&one.year) {
            Some(cell) if cell.upper.is_finite() => Value::Censored { lower: cell.lower, upper: cell.upper },
            Some(_) => Value::Missing,
            None => one.value,
        };
        one
    });
    let made = Series::from_observations(shown.name(), observations.collect())?.with_unit(shown.unit())?;
    let made = if shown.label() == shown.name() { made } else { made.with_label(shown.label()) };
    // why without those of masked years: a year is at least what was counted by some day of it.
    let kept = shown.earlier().iter().filter(|(year, _)| !years.contains_key(year)).map(|(year, by)| (*year, *by));
    made.with_earlier(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hierarchy::Relation;

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

    #[test]
    fn a_hidden_total_is_what_its_parts_leave_open_and_missing_where_that_is_anything() {
        let all = [one("all", &[8.0, 9.0]), one("a", &[4.0, 20.0]), one("b", &[4.0, 2.0])];
        let panel = Panel::new(all.to_vec()).unwrap();
        let tree = Tree::new(["a", "b"].map(|c| ("all", c, Relation::Sum))).unwrap();
        let masked = masked_panel(&panel, Some(&tree), 5.0).unwrap();
        // in 2021 the total is below a part: 9 would be no bound of it
        assert_eq!(
            masked.panel.get("all").unwrap().values(),
            [Value::Censored { lower: 5.0, upper: 8.0 }, Value::Exact(9.0)]
        );
        assert_eq!(
            masked.panel.get("a").unwrap().values(),
            [Value::Censored { lower: 0.0, upper: 4.0 }, Value::Missing]
        );
    }

    #[test]
    fn what_was_counted_by_some_day_of_a_masked_year_goes_with_it() {
        let begun = crate::series::Coverage::Share(0.5);
        let year = |y| Year::new(y).unwrap();
        let part = |name: &str, values: &[f64]| {
            one(name, values)
                .with_partial(year(2022), 20.0, begun)
                .unwrap()
                .with_earlier([(year(2020), 9.0), (year(2021), 8.0)])
        };
        let all = [part("all", &[40.0, 41.0]), part("a", &[37.0, 20.0])].map(Result::unwrap);
        let panel = Panel::new([all.as_slice(), &[one("b", &[3.0, 21.0])]].concat()).unwrap();
        let tree = Tree::new(["a", "b"].map(|c| ("all", c, Relation::Sum))).unwrap();
        let masked = masked_panel(&panel, Some(&tree), 5.0).unwrap();
        let kept = |name: &str| masked.panel.get(name).unwrap().earlier().keys().map(|y| y.get()).collect::<Vec<_>>();
        assert_eq!((kept("all"), kept("a")), (vec![2020, 2021], vec![2021]));
    }
}

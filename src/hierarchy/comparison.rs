//! In how many years totals could be held against their parts.
//!
//! Where a part has no number (a dash may mean none) a total can still be found too small, but not too large: unless the
//! other parts are the whole of it, such a year is not compared, and nothing may be said of it.

use super::check::checked;
use super::tree::Tree;
use crate::error::Result;
use crate::series::Panel;

/// How often totals could be held against their parts: a year of a total counts once for every relation it has to parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparisons {
    /// Years in which a total has a number.
    pub years: usize,
    /// Those in which its parts say whether it is right.
    pub compared: usize,
    /// Of these the ones in which the total or a part is masked: they were checked only within the range of what is masked.
    pub masked: usize,
}

/// In how many years [`check_totals`](super::check_totals) can hold totals against their parts.
///
/// ```
/// use unjuran::hierarchy::{Relation, Tree, comparisons};
/// use unjuran::series::{Panel, Series, Year};
/// let one = |name: &str, y: &[f64]| Series::new(name, Year::new(2021)?, y);
/// let panel = Panel::new(vec![one("all", &[80.0, 90.0])?, one("men", &[29.0, 30.0])?, one("women", &[51.0])?])?;
/// let tree = Tree::new([("all", "men", Relation::Sum), ("all", "women", Relation::Sum)])?;
/// let made = comparisons(&panel, &tree)?;
/// assert_eq!((made.years, made.compared), (2, 1));
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::MissingMember`] for a name of the tree that is not in the panel.
pub fn comparisons(panel: &Panel, tree: &Tree) -> Result<Comparisons> {
    Ok(checked(panel, tree)?.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hierarchy::{Relation, check_totals};
    use crate::series::{Series, Year};

    const NONE: f64 = f64::NAN;

    fn series(name: &str, values: &[f64]) -> Series {
        Series::new(name, Year::new(2015).unwrap(), values).unwrap()
    }

    /// What is found, and how many years there are, were compared, and were so within masked cells.
    fn told(all: Series, parts: &[Series], relation: Relation) -> (Vec<String>, [usize; 3]) {
        let tree = Tree::new(parts.iter().map(|part| ("all", part.name(), relation))).unwrap();
        let panel = Panel::new([&[all], parts].concat()).unwrap();
        let Comparisons { years, compared, masked } = comparisons(&panel, &tree).unwrap();
        let found = check_totals(&panel, &tree).unwrap().iter().map(ToString::to_string).collect();
        (found, [years, compared, masked])
    }

    #[test]
    fn a_part_that_was_renamed_leaves_the_total_open_in_all_years_of_either_name() {
        let parts = [series("Penang", &[40.0, 44.0, NONE]), series("Pulau Pinang", &[NONE, NONE, 42.0])];
        let (found, made) = told(series("all", &[700.0, 750.0, 700.0]), &parts, Relation::Sum);
        assert_eq!(
            found,
            [
                "all, 2015–2016: without a number for Pulau Pinang the total cannot be held against its parts",
                "all, 2017: without a number for Penang the total cannot be held against its parts"
            ]
        );
        assert_eq!(made, [3, 0, 0]);
    }

    #[test]
    fn a_dash_beside_parts_that_are_the_whole_total_was_none() {
        let parts = [series("a", &[3.0, 3.0]), series("b", &[NONE, NONE])];
        // 3 of 3 leave nothing for the dash, 3 of 2 are too many: both are compared
        let (found, made) = told(series("all", &[3.0, 2.0]), &parts, Relation::Sum);
        assert_eq!((found.len(), made), (1, [2, 2, 0]));
        assert!(found[0].starts_with("all, 2016: published 2"), "{found:?}");
    }

    #[test]
    fn a_breakdown_that_begins_later_is_counted_and_no_problem() {
        let all = || series("all", &[9.0, 7.0, 8.0]);
        let parts = [series("a", &[NONE, NONE, 3.0]), series("b", &[NONE, NONE, 5.0])];
        assert_eq!(told(all(), &parts, Relation::Sum), (vec![], [3, 1, 0]));
        let nowhere = [series("a", &[NONE, NONE, NONE, 3.0])];
        let (found, made) = told(all(), &nowhere, Relation::Subset);
        assert_eq!(found, ["all, 2015–2017: without a number for a the total cannot be held against its parts"]);
        assert_eq!(made, [3, 0, 0]);
    }

    #[test]
    fn some_of_the_parts_are_enough_to_exceed_a_total() {
        let parts = [series("a", &[3.0]), series("b", &[NONE])];
        assert_eq!(told(series("all", &[9.0]), &parts, Relation::Subset), (vec![], [1, 1, 0]));
    }

    #[test]
    fn masked_cells_are_compared_within_their_range_and_counted() {
        let year = Year::new(2015).unwrap();
        let masked = series("a", &[0.0, 4.0]).with_censored(year, 0.0, 4.0).unwrap();
        let parts = [masked, series("b", &[5.0, 5.0])];
        assert_eq!(told(series("all", &[8.0, 9.0]), &parts, Relation::Sum), (vec![], [2, 2, 1]));
    }
}

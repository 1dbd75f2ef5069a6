//! Totals and their parts: checked before they are published, reconciled once they are forecast.
//!
//! | question | way in |
//! |---|---|
//! | which published totals do not add up? | [`check_totals`] |
//! | in how many years could that be checked? | [`comparisons`] |
//! | do the forecasts of the parts add up to that of the total? | [`reconcile`] |
//! | two agencies count the same thing and disagree: what now? | [`merge_sources`] |
//! | which cells must be masked before a table is published? | [`small_cells`], [`masked_panel`] |
//!
//! ```
//! use unjuran::hierarchy::{Relation, Tree, check_totals};
//! use unjuran::series::{Panel, Series, Year};
//! let one = |name: &str, y: f64| Series::new(name, Year::new(2022)?, &[y]);
//! let panel = Panel::new(vec![one("all", 81.0)?, one("men", 29.0)?, one("women", 51.0)?])?;
//! let tree = Tree::new([("all", "men", Relation::Sum), ("all", "women", Relation::Sum)])?;
//! let found = check_totals(&panel, &tree)?;
//! assert_eq!(found[0].to_string(), "all, 2022: published 81, the parts add up to 80 (men 29, women 51)");
//! # Ok::<(), unjuran::Error>(())
//! ```

mod check;
mod comparison;
mod covariance;
mod dependence;
mod disclosure;
mod history;
mod merge;
mod protect;
mod reconcile;
mod tree;
mod two_way;

pub use check::{Discrepancy, Kind, check_totals};
pub(crate) use check::{Known, checked};
pub use comparison::{Comparisons, comparisons};
pub use merge::{LeftOut, Merged, MergedYear, SourceEffect, merge_sources};
pub use protect::{MaskedCell, MaskedPanel, masked_panel, small_cells};
pub use reconcile::{Method, reconcile};
pub use tree::{Branch, Relation, Tree};

//! Whether forecasts that are to add up come from figures that did.
//!
//! Published totals seldom agree with their parts to the unit: such forecasts are reconciled, and a note says so. Where in
//! most years that a total and all its parts share one is more than twice the other, they are not a total and its parts:
//! whatever the method, one of them would be moved to where it never was.

use super::check::{Kind, compared, summed};
use super::comparison::Comparisons;
use super::tree::Relation;
use crate::error::{Error, Result};
use crate::series::{Note, Series, Year};

/// How many shared years it takes to say that a total is not the sum of its parts.
const SHARED: usize = 2;

/// What a reader must be told of a total that did not add up; none if it did.
pub(super) fn history(name: &str, total: &Series, parts: &[&Series]) -> Result<Option<Note>> {
    let shared = |year: Year, published: f64| {
        let sum = summed(total, parts, year).filter(|sum| sum.known.len() == parts.len())?;
        Some((year, published, sum.known.iter().map(|(_, y)| y).sum::<f64>()))
    };
    let shared: Vec<(Year, f64, f64)> = total.observations().filter_map(|o| shared(o.year, o.value.exact()?)).collect();
    let apart = |(_, published, computed): &&(Year, f64, f64)| {
        (published - computed).abs() > 0.5 * published.abs().max(computed.abs())
    };
    let far: Vec<_> = shared.iter().filter(apart).collect();
    if let Some((year, published, computed)) =
        far.last().filter(|_| shared.len() >= SHARED && 2 * far.len() > shared.len())
    {
        return Err(Error::NotTheSum {
            total: name.to_owned(),
            year: year.get(),
            published: *published,
            computed: *computed,
            apart: far.len(),
            common: shared.len(),
        });
    }
    let mut found = compared(total, parts, Relation::Sum, &mut Comparisons::default());
    found.retain(|one| one.kind != Kind::NotCompared);
    let by = |published: f64, computed: f64| (published - computed).abs();
    let furthest = found.iter().max_by(|a, b| by(a.published, a.computed).total_cmp(&by(b.published, b.computed)));
    Ok(furthest.map(|worst| {
        let (year, published, computed) = (worst.year, worst.total(), worst.sum());
        let when = match found.len() {
            1 => format!("in {year}"),
            years => format!("in {years} years, by most in {year}"),
        };
        Note::Derived {
            how: format!("{name} was not the sum of its parts {when}: it was {published}, they were {computed}"),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Coverage;

    fn series(name: &str, values: &[f64]) -> Series {
        Series::new(name, Year::new(2015).unwrap(), values).unwrap()
    }

    fn said(total: &Series, parts: &[&Series]) -> Option<String> {
        history("all", total, parts).unwrap().map(|note| note.to_string())
    }

    #[test]
    fn a_total_that_nearly_adds_up_gets_a_note_with_the_furthest_year() {
        let (men, women) = (series("men", &[29.0, 30.0, 31.0]), series("women", &[51.0, 50.0, 49.0]));
        assert_eq!(said(&series("all", &[80.0, 80.0, 80.0]), &[&men, &women]), None);
        let one = said(&series("all", &[81.0, 80.0, 80.0]), &[&men, &women]);
        assert_eq!(one.unwrap(), "all was not the sum of its parts in 2015: it was 81, they were 80");
        let two = said(&series("all", &[81.0, 80.0, 70.0]), &[&men, &women]);
        assert_eq!(
            two.unwrap(),
            "all was not the sum of its parts in 2 years, by most in 2017: it was 70, they were 80"
        );
    }

    #[test]
    fn a_year_under_way_with_a_total_below_its_parts_is_said() {
        let begun = |one: Series, so_far: f64| {
            one.with_partial(Year::new(2017).unwrap(), so_far, Coverage::Share(0.5)).unwrap()
        };
        let all = begun(series("all", &[10.0, 12.0]), 3.0);
        let (men, women) = (begun(series("men", &[6.0, 7.0]), 4.0), begun(series("women", &[4.0, 5.0]), 1.0));
        assert!(said(&all, &[&men, &women]).unwrap().ends_with("in 2017: it was 3, they were 5"));
    }

    #[test]
    fn a_total_of_something_else_is_refused_with_the_last_year() {
        let all = series("all", &[100.0, 110.0, 15.0, 120.0]);
        let (men, women) = (series("men", &[8.0, 9.0, 7.0, 9.0]), series("women", &[4.0, 5.0, 4.0, 6.0]));
        let error = history("all", &all, &[&men, &women]).unwrap_err();
        let expected = Error::NotTheSum {
            total: "all".to_owned(),
            year: 2018,
            published: 120.0,
            computed: 15.0,
            apart: 3,
            common: 4,
        };
        assert_eq!(error, expected);
        // a total far too small is no total either, and half of the years are not most of them
        assert!(history("all", &series("all", &[2.0, 3.0]), &[&men, &women]).is_err());
        assert!(history("all", &series("all", &[100.0, 14.0]), &[&men, &women]).is_ok());
    }

    #[test]
    fn years_that_not_all_parts_have_refuse_nothing() {
        let (men, women) = (series("men", &[8.0, 9.0]), series("women", &[f64::NAN, 90.0]));
        assert_eq!(said(&series("all", &[100.0, 99.0]), &[&men, &women]), None);
    }
}

//! What the sentences say.

use super::*;

#[test]
fn a_level_given_as_a_fraction_is_said_in_percent_as_one_would_write_it() {
    for (level, hint) in [(0.29, "(for 29% write 29)"), (0.975, "(for 97.5% write 97.5)"), (0.8, "(for 80% write 80)")]
    {
        assert!(Error::BadLevel { level }.to_string().ends_with(hint), "{level}");
    }
}

#[test]
fn a_unit_has_its_article() {
    for (unit, said) in [("amount", "is an amount:"), ("rate", "is a rate:")] {
        let not = Error::NotACount { series: "s".into(), unit: unit.into() };
        let only = Error::CountsOnly { series: "s".into(), model: "m".into(), unit: unit.into() };
        assert!(not.to_string().contains(said) && only.to_string().contains(said), "{not} {only}");
    }
}

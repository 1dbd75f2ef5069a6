//! From years and values to pixels, and the round numbers along both axes.

use crate::language::{Language, grouped, signed};
use crate::series::Unit;

/// Years along the bottom.
pub(super) struct YearScale {
    first: i32,
    last: i32,
    left: f64,
    right: f64,
}

impl YearScale {
    /// The years from `first` to `last` between two pixels, with some air at either side.
    pub(super) fn new((first, last): (i32, i32), (left, right): (f64, f64)) -> Self {
        let air = ((right - left) / f64::from(last - first + 1) / 2.0).min(12.0);
        Self { first, last, left: left + air, right: right - air }
    }

    /// Where a year (or a time within one) lies.
    pub(super) fn at(&self, year: f64) -> f64 {
        let span = f64::from(self.last - self.first);
        if span == 0.0 {
            return f64::midpoint(self.left, self.right) + (year - f64::from(self.first)) * 10.0;
        }
        self.left + (year - f64::from(self.first)) / span * (self.right - self.left)
    }

    /// Pixels from one year to the next.
    pub(super) fn step(&self) -> f64 {
        (self.right - self.left) / f64::from((self.last - self.first).max(1))
    }

    /// The years to write: the first, the last, and between them an even step or round years, `room` pixels apart.
    pub(super) fn ticks(&self, room: f64) -> Vec<i32> {
        let span = self.last - self.first;
        let fits = |step: i32| f64::from(step) * self.step() >= room;
        if span == 0 {
            return vec![self.first];
        }
        if let Some(step) = (1..=4).find(|&step| fits(step) && span % step == 0 && span <= 20) {
            return (self.first..=self.last).step_by(step.unsigned_abs() as usize).collect();
        }
        let step = [5, 10, 20, 50, 100, 200, 500, 1000, 2000].into_iter().find(|&s| fits(s)).unwrap_or(5000);
        let clear = |a: i32, b: i32| f64::from(b - a) * self.step() >= room;
        let mut years = vec![self.first];
        let round = (self.first / step + 1..=self.last / step).map(|i| i * step);
        years.extend(round.filter(|&year| clear(self.first, year) && clear(year, self.last)));
        if clear(self.first, self.last) {
            years.push(self.last);
        }
        years
    }
}

/// Values along the left: whole steps below and above zero.
pub(super) struct ValueScale {
    below: i32,
    above: i32,
    top: f64,
    bottom: f64,
    step: Step,
}

impl ValueScale {
    /// Values from `low` to `high`, which holds 0, widened to round numbers.
    pub(super) fn new((low, high): (f64, f64), (top, bottom): (f64, f64), unit: Unit) -> Self {
        // why: below this size the step has no power of ten left; a chart of nothing but zeros comes here too.
        let (low, high) = if high - low < 1e-140 { (0.0, 1.0) } else { (low, high) };
        let step = Step::nice((high - low) / ((bottom - top) / 42.0).clamp(2.0, 6.0), unit);
        // why 64: a bound for the search; a step is at least a sixth of the span.
        let steps = |size: f64| (0..64).find(|&i| step.value(i) >= size * (1.0 - 1e-9)).unwrap_or(64);
        Self { below: steps(-low), above: steps(high), top, bottom, step }
    }

    /// Where a value lies.
    pub(super) fn at(&self, value: f64) -> f64 {
        let steps = value / self.step.value(1) + f64::from(self.below);
        self.bottom - steps / f64::from(self.below + self.above) * (self.bottom - self.top)
    }

    /// Where the round numbers lie and how they are written.
    pub(super) fn ticks(&self, language: Language) -> Vec<(f64, String)> {
        let unit = Magnitude::of(self.step.value(self.below.max(self.above)), language);
        (-self.below..=self.above).map(|i| (self.at(self.step.value(i)), self.step.label(i, &unit))).collect()
    }

    /// Whether the axis goes below zero.
    pub(super) fn is_signed(&self) -> bool {
        self.below > 0
    }
}

/// A round distance between ticks: `digits` times ten to the power of `exponent`.
struct Step {
    digits: i32,
    exponent: i32,
}

impl Step {
    /// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `rough`; for counts a whole number.
    fn nice(rough: f64, unit: Unit) -> Self {
        let power = (-150..=150).rev().find(|&e| 10_f64.powi(e) <= rough).unwrap_or(-150);
        let scaled = rough / 10_f64.powi(power);
        let whole = unit == Unit::Count;
        let candidates = [(1, power), (2, power), (25, power - 1), (5, power), (1, power + 1)];
        let fits = |&(digits, exponent): &(i32, i32)| {
            f64::from(digits) * 10_f64.powi(exponent - power) >= scaled * (1.0 - 1e-9) && !(whole && exponent < 0)
        };
        let (digits, exponent) = candidates.into_iter().find(fits).unwrap_or((1, if whole { 0 } else { power + 1 }));
        Self { digits, exponent }
    }

    /// So many steps from zero.
    fn value(&self, steps: i32) -> f64 {
        f64::from(steps * self.digits) * 10_f64.powi(self.exponent)
    }

    fn label(&self, steps: i32, unit: &Magnitude) -> String {
        if steps == 0 {
            return "0".to_owned();
        }
        match unit {
            &Magnitude::Plain(shift, ref suffix) => {
                let decimals = usize::try_from(shift - self.exponent).unwrap_or(0);
                let value = f64::from(steps * self.digits) * 10_f64.powi(self.exponent - shift);
                format!("{}{suffix}", grouped(value, decimals))
            }
            // why text: "-25e3" reads as exactly the number that was meant, which a product of powers may miss.
            Magnitude::Scientific => {
                let exact: f64 = format!("{}e{}", steps * self.digits, self.exponent).parse().unwrap_or_default();
                signed(&format!("{exact:e}"))
            }
        }
    }
}

/// How the numbers of one axis are written.
enum Magnitude {
    /// In units of ten to this power, with these letters behind.
    Plain(i32, String),
    /// As 2e-12.
    Scientific,
}

impl Magnitude {
    fn of(largest: f64, language: Language) -> Self {
        match largest.abs() {
            size if !(1e-3..1e15).contains(&size) => Self::Scientific,
            size if size >= 1e12 => Self::Plain(12, language.word("chart.trillion")),
            size if size >= 1e9 => Self::Plain(9, language.word("chart.billion")),
            size if size >= 1e6 => Self::Plain(6, language.word("chart.million")),
            _ => Self::Plain(0, String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(first: i32, last: i32, pixels: f64) -> Vec<i32> {
        YearScale::new((first, last), (0.0, pixels)).ticks(32.0)
    }

    fn labels(low: f64, high: f64, unit: Unit) -> Vec<String> {
        ValueScale::new((low, high), (0.0, 210.0), unit)
            .ticks(Language::English)
            .into_iter()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn years_are_thinned_evenly_and_keep_the_first_and_the_last() {
        assert_eq!(years(2015, 2019, 400.0), [2015, 2016, 2017, 2018, 2019]);
        assert_eq!(years(2015, 2027, 200.0), [2015, 2018, 2021, 2024, 2027]);
        assert_eq!(years(2016, 2027, 200.0), [2016, 2020, 2025, 2027]);
        assert_eq!(years(1983, 2027, 240.0), [1983, 1990, 2000, 2010, 2020, 2027]);
        assert_eq!(years(2022, 2022, 300.0), [2022]);
        assert_eq!(years(1, 9999, 300.0), [1, 2000, 4000, 6000, 8000, 9999]);
    }

    #[test]
    fn ticks_are_round_from_zero_and_whole_for_counts() {
        assert_eq!(labels(0.0, 463.0, Unit::Count), ["0", "100", "200", "300", "400", "500"]);
        assert_eq!(labels(0.0, 2.0, Unit::Count), ["0", "1", "2"]);
        assert_eq!(labels(0.0, 2.0, Unit::Rate), ["0", "0.5", "1", "1.5", "2"]);
        assert_eq!(labels(-1.6, 0.4, Unit::Amount), ["−2", "−1.5", "−1", "−0.5", "0", "0.5"]);
        assert_eq!(labels(0.0, 0.0, Unit::Count), ["0", "1"]);
    }

    #[test]
    fn large_and_small_numbers_are_short() {
        assert_eq!(labels(0.0, 12_000.0, Unit::Count), ["0", "2,500", "5,000", "7,500", "10,000", "12,500"]);
        assert_eq!(labels(0.0, 2.9e6, Unit::Amount), ["0", "1M", "2M", "3M"]);
        assert_eq!(labels(0.0, 1.2e12, Unit::Amount), ["0", "0.25tn", "0.5tn", "0.75tn", "1tn", "1.25tn"]);
        assert_eq!(labels(0.0, 8e-12, Unit::Rate), ["0", "2e-12", "4e-12", "6e-12", "8e-12"]);
        assert_eq!(labels(0.0, 4e20, Unit::Count), ["0", "1e20", "2e20", "3e20", "4e20"]);
        assert_eq!(labels(-1e150, 1e150, Unit::Amount), ["−1e150", "−5e149", "0", "5e149", "1e150"]);
    }
}

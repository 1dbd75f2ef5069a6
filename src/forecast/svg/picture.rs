//! What of a fan can be drawn. A fan may be made by hand or read from a file, so this is where numbers that are not
//! finite are left out; everything behind works on finite numbers alone.

use crate::forecast::fan::{Fan, Mark};
use crate::language::Language;
use crate::series::Unit;

/// Beyond this size differences of two values may not be finite; the crate takes no larger value in either.
const LARGEST: f64 = 1e150;
/// A band up to level 80 is shown whole up to this many times the largest observed value or median.
const CORE: f64 = 6.0;
/// A wider band is shown whole up to this many times the same, or this share of what the narrower bands reach.
const TAIL: (f64, f64) = (4.0, 1.5);
/// Counts have an axis up to this at least: one case more is no reason for alarm.
const FEW: f64 = 4.0;
/// Air above what is shown whole when the axis cuts something.
const AIR: f64 = 1.15;

/// One band: year, lower bound, upper bound.
pub(super) struct Ribbon {
    pub(super) level: f64,
    pub(super) points: Vec<(i32, f64, f64)>,
}

/// The marks of a chart, each with finite numbers.
pub(super) struct Picture<'a> {
    pub(super) language: Language,
    pub(super) label: &'a str,
    pub(super) unit: Unit,
    pub(super) full: Vec<(i32, f64)>,
    pub(super) partial: Vec<(i32, f64, &'a str)>,
    pub(super) masked: Vec<(i32, f64, f64)>,
    pub(super) median: Vec<(i32, f64)>,
    /// Widest first.
    pub(super) ribbons: Vec<Ribbon>,
    /// First and last year of all.
    pub(super) years: (i32, i32),
    /// First forecast year.
    pub(super) start: Option<i32>,
}

/// The values the axis shows, and what it cuts.
pub(super) struct Reach {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Level and largest bound of each band that goes further up, narrowest first.
    pub(super) above: Vec<(f64, f64)>,
    /// Level and smallest bound of each band that goes further down.
    pub(super) below: Vec<(f64, f64)>,
}

impl<'a> Picture<'a> {
    pub(super) fn of(fan: &'a Fan, language: Language) -> Self {
        let mut picture = Self {
            language,
            label: if fan.label.trim().is_empty() { &fan.series } else { &fan.label },
            unit: fan.unit,
            full: Vec::new(),
            partial: Vec::new(),
            masked: Vec::new(),
            median: fan.years.iter().zip(&fan.median).map(|(y, &m)| (y.get(), m)).filter(|p| usable(p.1)).collect(),
            ribbons: ribbons(fan),
            years: (0, 0),
            start: fan.years.first().map(|y| y.get()),
        };
        for past in &fan.history {
            let year = past.year.get();
            match &past.mark {
                Mark::Full(y) if usable(*y) => picture.full.push((year, *y)),
                Mark::Partial { counted, covered } if usable(*counted) => {
                    picture.partial.push((year, *counted, covered));
                }
                Mark::Masked { lower, upper } if usable(*lower) && usable(*upper) => {
                    picture.masked.push((year, lower.min(*upper), lower.max(*upper)));
                }
                _ => {}
            }
        }
        let all = || fan.history.iter().map(|p| p.year.get()).chain(fan.years.iter().map(|y| y.get()));
        picture.years = (all().min().unwrap_or(1), all().max().unwrap_or(1));
        picture
    }

    /// The last full year, if the forecast begins in the year after it: there the fan is joined to the line. Across
    /// years without a number nothing is joined.
    pub(super) fn joint(&self) -> Option<(i32, f64)> {
        self.full.last().copied().filter(|last| self.start == Some(last.0 + 1))
    }

    /// The band that is put into words: 80%, or the nearest to it.
    pub(super) fn core(&self) -> Option<&Ribbon> {
        self.ribbons.iter().min_by(|a, b| (a.level - 80.0).abs().total_cmp(&(b.level - 80.0).abs()))
    }

    /// From 0 (or below it) to the largest value. A band that would press everything else flat is cut.
    pub(super) fn reach(&self) -> Reach {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        let mut hold = |value: f64| (low, high) = (low.min(value), high.max(value));
        self.full.iter().chain(&self.median).for_each(|&(_, y)| hold(y));
        self.partial.iter().for_each(|&(_, y, _)| hold(y));
        self.masked.iter().for_each(|&(_, a, b)| [a, b].into_iter().for_each(&mut hold));
        let mut reach = Reach { low, high, above: Vec::new(), below: Vec::new() };
        let base = high.max(-low);
        for ribbon in self.ribbons.iter().rev() {
            let core = reach.high.max(-reach.low);
            let size = if ribbon.level <= 80.0 { CORE * base } else { (TAIL.0 * base).max(TAIL.1 * core) };
            // why: next to nothing but zeros every band is large, and none presses anything flat.
            let size = if base > 0.0 { size } else { f64::INFINITY };
            let top = ribbon.points.iter().fold(0.0_f64, |m, p| m.max(p.2));
            let foot = ribbon.points.iter().fold(0.0_f64, |m, p| m.min(p.1));
            // why the first test: a band that holds a cut one is cut as well.
            if !reach.above.is_empty() || top > size {
                reach.above.push((ribbon.level, top));
            } else {
                reach.high = reach.high.max(top);
            }
            if !reach.below.is_empty() || -foot > size {
                reach.below.push((ribbon.level, foot));
            } else {
                reach.low = reach.low.min(foot);
            }
        }
        if self.unit == Unit::Count {
            reach.high = reach.high.max(FEW);
        }
        let span = reach.high - reach.low;
        if !reach.above.is_empty() {
            reach.high += (AIR - 1.0) * span;
        }
        if !reach.below.is_empty() {
            reach.low -= (AIR - 1.0) * span;
        }
        reach
    }
}

fn usable(value: f64) -> bool {
    value.abs() <= LARGEST
}

fn ribbons(fan: &Fan) -> Vec<Ribbon> {
    let points = |lower: &[f64], upper: &[f64]| {
        let bounds = fan.years.iter().zip(lower.iter().zip(upper));
        let finite = bounds.filter(|&(_, (&a, &b))| usable(a) && usable(b));
        finite.map(|(year, (&a, &b))| (year.get(), a.min(b), a.max(b))).collect::<Vec<_>>()
    };
    let mut all: Vec<Ribbon> =
        fan.bands.iter().map(|b| Ribbon { level: b.level, points: points(&b.lower, &b.upper) }).collect();
    all.retain(|ribbon| usable(ribbon.level) && !ribbon.points.is_empty());
    all.sort_by(|a, b| b.level.total_cmp(&a.level));
    all
}

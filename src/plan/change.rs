//! A percent change and what it is worth.
//!
//! The change from a to b is 100 (b / a - 1). How far it might have come about by the ordinary scatter of counts: with a
//! variance phi times that of Poisson, ln(b / a) has about the variance phi (1 / a + 1 / b). phi is what the yearly changes of a
//! history say, the sum of their squares over that of the counts on both sides, at least 1; the change that is judged is not
//! among them, or it would be held against itself. Without a history phi grows with the counts, as it does between series: a
//! count with mean m has the variance 10 m + m^2 / 10, and
//!
//! ```text
//! ln(b / a) ~ 10 (1 / a + 1 / b) + 2 / 10        phi = 10 + h / 10, with h the harmonic mean of a and b
//! ```
//!
//! That is the end of the interval that lies farther from no change. Near nothing the variance 1 / b holds only if b is what it
//! is expected to be, and a fall to nothing would be less sure than one to a few. Whether there is a change at all is therefore
//! asked of the variance that both numbers have if there is none, phi (a + b) for that of b - a (the score test; of Poisson
//! counts the binomial test of b among a + b, with the half count of Yates taken off either side), and so is the end of the
//! interval next to no change, on the scale of logarithms by the logarithmic mean L:
//!
//! ```text
//! a' = a -+ 1/2, b' = b +- 1/2       ln(b' / a') ~ phi (a + b) / L^2,   L = (b' - a') / ln(b' / a')
//! ```
//!
//! Those are facts about counts. A history of amounts or rates has no Poisson law and no unit of its own: there ln(b / a) has
//! the scatter of the yearly changes of its own logarithms, the root of their mean square with as many degrees of freedom as
//! changes, so that nothing depends on whether it is told in thousands or in percent.
//!
//! Where between two numbers as large as the first the 95% interval would reach from an end to a hundred times that, as for
//! numbers below 17 that scatter as most do, the law of logarithms says nothing of use and no percentage of that number does:
//! there is no interval, and the difference is told instead.
//!
//! References: Wheeler (2016), *Crime Mapping* 8(1), 5-21 (Poisson changes); Breslow (1984), *Applied Statistics* 33, 38-44
//! (extra-Poisson variance); Przyborowski and Wilenski (1940), *Biometrika* 31, 313-323 (the binomial test); Yates (1934),
//! *Supplement to the JRSS* 1, 217-235.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::refused;
use crate::error::{Error, Result, checked_level};
use crate::numeric::special::{StudentT, normal};
use crate::series::{Series, Unit, Year};

/// The variance of a count over its mean, and what is added for its square: with these about one in twenty changes of each
/// size is more than ordinary, in 27,737 of public annual series of recorded crime, trafficking and migration
/// (`docs/decisions.md`).
const ORDINARY: (f64, f64) = (10.0, 0.1);

/// The widest 95% interval that is still one, as a ratio of its ends.
const WIDEST: f64 = 100.0;

/// Changes of a history, beside the one that is judged, from which on it says something.
const CHANGES: usize = 2;

/// What logarithms scatter by at least: constant amounts have no scatter of their own, and this is less than any that is printed.
const LEAST: f64 = 1e-6;

/// A percent change with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// From this number.
    pub before: f64,
    /// To this.
    pub after: f64,
    /// The change in percent.
    pub change: f64,
    /// Level of the interval in percent.
    pub level: f64,
    /// Lower end of the interval of the change, in percent; none where the numbers are too small for a change in percent.
    pub lower: Option<f64>,
    /// Upper end, likewise.
    pub upper: Option<f64>,
    /// Variance of the counts over that of Poisson: from the history, or that of public series at this size. With a history
    /// of amounts or rates the variance of ln(after / before) over 1 / before + 1 / after, which depends on their unit. 1, and
    /// used for nothing, where numbers without a history are not whole.
    pub dispersion: f64,
    /// Whether the dispersion is that of the history.
    pub has_history: bool,
    /// Whether the change is more than ordinary scatter; none if that cannot be told.
    pub significant: Option<bool>,
    /// The percentage that was printed.
    pub published: Option<f64>,
    /// The decimal places it was printed with, where it was given as text ([`Change::printed`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_places: Option<u8>,
    /// Whether it is the change, rounded to the places in which it was printed.
    pub published_ok: Option<bool>,
}

/// The change from `before` to `after`, in percent.
///
/// With a history (of the same series, the two years among them or not) it is significant if its interval excludes 0; where
/// the two numbers are neighbours in it, that change is left out of what is ordinary. Without a history the interval is that of
/// counts that scatter as those of public series of their size do: the change is significant if that excludes 0, not so if even
/// Poisson counts could show it by chance, and in between nobody can tell. Of numbers that are not whole nobody can tell
/// either, and there is no interval: how amounts and rates scatter does not follow from their size, which is one of the unit.
/// A history of amounts or rates is judged by the yearly changes of its logarithms, and both numbers must be above 0.
/// `published` is a percentage as printed: it is right if it is the change rounded to its decimal places. A number has no zeros
/// at its end; where those were printed, say the text to [`Change::printed`].
///
/// ```
/// use unjuran::plan::percent_change;
/// let change = percent_change(108.0, 137.0, Some(28.0), None, 95.0)?;
/// assert!((change.change - 26.85).abs() < 0.005);
/// assert_eq!(change.published_ok, Some(false)); // it is 27
/// assert_eq!(change.significant, Some(false)); // ln(137 / 108) = 0.24 = 1.8 standard errors, even for Poisson counts
/// # Ok::<(), unjuran::Error>(())
/// ```
///
/// A first number so small beside its scatter that the 95% interval of no change at all would span more than a factor of a
/// hundred has no interval: what can be said is the [difference](Change::difference), with its verdict.
///
/// # Errors
/// [`Error::NoPercentage`] unless `before` is above 0 and `after` at least 0, or if the change is beyond all numbers;
/// [`Error::BadLevel`]; [`Error::TooFewYears`] for a history of fewer than three years beside the change, [`Error::TooFewChanges`] for
/// one of fewer than two changes between neighbouring years; [`Error::NotPositive`] for one of
/// amounts or rates with a full year at or below 0, and [`Error::NoPercentage`] for a change of those to 0.
pub fn percent_change(
    before: f64,
    after: f64,
    published: Option<f64>,
    history: Option<&Series>,
    level: f64,
) -> Result<Change> {
    let level = checked_level(level)?;
    if !(before > 0.0 && before.is_finite() && after >= 0.0 && after.is_finite()) {
        return Err(Error::NoPercentage { before, after });
    }
    if let Some(p) = published.filter(|p| !p.is_finite()) {
        return Err(refused("percent_change", "published", p, "a finite percentage"));
    }
    let change = 100.0 * (after / before - 1.0);
    if !change.is_finite() {
        return Err(Error::NoPercentage { before, after });
    }
    let counts = history.is_none_or(|series| series.unit() == Unit::Count);
    if !counts && after <= 0.0 {
        return Err(Error::NoPercentage { before, after });
    }
    // why a half: a count of nothing has no logarithm, and a ratio to it no upper end.
    let least = if counts { 0.5 } else { 0.0 };
    let (a, b) = (before.max(least), after.max(least));
    let tail = 0.5 + level / 200.0;
    let told = history.is_some() || (before.fract(), after.fract()) == (0.0, 0.0);
    let (scatter, changes) =
        history.map_or(Ok((Scatter::ordinary(), None)), |series| Scatter::of(series, before, after))?;
    let quantile = |p: f64| changes.map_or(normal::quantile(p), |df| StudentT::new(df).quantile(p));
    // why never past each other: half a count off either side of the same number leaves it.
    let half = (0.5 * (after - before)).clamp(-least, least);
    let (from, to) = (before + half, after - half);
    let near = |scatter: &Scatter| ((to / from).ln(), quantile(tail) * scatter.of_none(from, to).sqrt());
    let shows = |scatter: &Scatter| near(scatter).0.abs() > near(scatter).1;
    let significant = match shows(&scatter) {
        _ if !told => None,
        true => Some(true),
        // why None: counts that scatter less than those of most series would have shown this change.
        false if history.is_none() && shows(&Scatter::POISSON) => None,
        false => Some(false),
    };
    let far = ((b / a).ln(), quantile(tail) * scatter.variance(a, b).sqrt());
    let (down, up) = if after < before { (far, near(&scatter)) } else { (near(&scatter), far) };
    let end = |log: f64| 100.0 * log.exp_m1();
    let (lower, upper) = (end(down.0 - down.1).min(change), end(up.0 + up.1).max(change));
    // why at 95% whatever the level, and of the first number alone: what it can bear depends neither on what is asked nor on
    // how far the change went. A fall of 99 to nothing is one by 100%.
    let widest = 2.0 * quantile(0.975) * scatter.variance(a, a).sqrt();
    let bearable = told && widest <= WIDEST.ln() && upper.is_finite();
    Ok(Change {
        before,
        after,
        change,
        level,
        lower: bearable.then_some(lower),
        upper: bearable.then_some(upper),
        dispersion: if told { scatter.dispersion(a, b) } else { 1.0 },
        has_history: history.is_some(),
        significant,
        published,
        published_places: None,
        published_ok: published.map(|p| agrees(p, decimals(&p.to_string()), change)),
    })
}

/// What ln(b / a) scatters by: `per (1 / a + 1 / b) + constant`.
struct Scatter {
    per: f64,
    constant: f64,
}

impl Scatter {
    /// Of counts that come one by one.
    const POISSON: Self = Self { per: 1.0, constant: 0.0 };

    /// Of counts of which nothing else is known.
    fn ordinary() -> Self {
        Self { per: ORDINARY.0, constant: 2.0 * ORDINARY.1 }
    }

    /// Of a history, with the number of changes that say so.
    fn of(series: &Series, before: f64, after: f64) -> Result<(Self, Option<f64>)> {
        let pairs = neighbours(series, before, after)?;
        let squares = |of: fn(f64) -> f64| pairs.iter().map(|(x, y)| (of(*y) - of(*x)).powi(2)).sum::<f64>();
        let changes = pairs.len() as f64;
        if series.unit() == Unit::Count {
            let counted: f64 = pairs.iter().map(|(x, y)| x + y).sum();
            let phi = if counted > 0.0 { squares(|y| y) / counted } else { 1.0 };
            return Ok((Self { per: phi.max(1.0), constant: 0.0 }, Some(changes)));
        }
        if let Some((year, value)) = series.full_years().find(|(_, y)| *y <= 0.0) {
            let (series, model) = (series.name().to_owned(), "percent_change".to_owned());
            return Err(Error::NotPositive { series, model, year: year.get(), value });
        }
        Ok((Self { per: 0.0, constant: (squares(f64::ln) / changes).max(LEAST * LEAST) }, Some(changes)))
    }

    fn variance(&self, a: f64, b: f64) -> f64 {
        self.per * (1.0 / a + 1.0 / b) + self.constant
    }

    /// The same if the two are expected to be alike.
    fn of_none(&self, a: f64, b: f64) -> f64 {
        let apart = b - a;
        // why the mean where they are: the limit of the logarithmic one.
        let over_mean = if apart == 0.0 { 2.0 / (a + b) } else { (b / a).ln() / apart };
        // why one after the other: the sum of two numbers may be beyond all.
        self.per * (a * over_mean + b * over_mean) * over_mean + self.constant
    }

    /// The same over what Poisson counts scatter by.
    fn dispersion(&self, a: f64, b: f64) -> f64 {
        self.per + self.constant / (1.0 / a + 1.0 / b)
    }
}

/// The numbers of one year and the next, without the change that is judged: the last one from `before` to `after`.
fn neighbours(series: &Series, before: f64, after: f64) -> Result<Vec<(f64, f64)>> {
    let known: Vec<(Year, f64)> = series.full_years().collect();
    let next = known.iter().zip(known.iter().skip(1)).filter(|(a, b)| a.0.until(b.0) == Some(1));
    let mut pairs: Vec<(f64, f64)> = next.map(|(a, b)| (a.1, b.1)).collect();
    let judged = pairs.iter().rposition(|pair| *pair == (before, after)).map(|place| pairs.remove(place));
    if pairs.len() < CHANGES {
        let (series, model) = (series.name().to_owned(), "percent_change".to_owned());
        let (needed, got) = (1 + CHANGES + usize::from(judged.is_some()), known.len());
        // why two: years enough, with gaps between them, are not what is missing.
        return Err(if got < needed {
            Error::TooFewYears { series, model, needed, got }
        } else {
            Error::TooFewChanges { series, model, needed: CHANGES, got: pairs.len() }
        });
    }
    Ok(pairs)
}

/// Decimal places in which a number is written.
fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, places)| places.len())
}

/// Whether a change rounded to these places is the percentage that was printed.
fn agrees(printed: f64, places: usize, change: f64) -> bool {
    (printed - change).abs() <= 0.5 * 10_f64.powf(-(places as f64)) * (1.0 + 1e-9)
}

impl Change {
    /// The same, held against a percentage as it stands in print: the zeros at its end count, which a number has lost.
    ///
    /// ```
    /// use unjuran::plan::percent_change;
    /// let change = percent_change(108.0, 137.0, None, None, 95.0)?; // 26.85
    /// assert_eq!(change.clone().printed("27%")?.published_ok, Some(true));
    /// assert_eq!(change.printed("27.0")?.published_ok, Some(false));
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless it is a number in decimal digits, with a sign before it and a percent sign after it or not.
    pub fn printed(self, text: &str) -> Result<Self> {
        let bare = text.trim();
        let bare = bare.strip_suffix('%').map_or(bare, str::trim_end);
        let plain = bare.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c));
        let printed = bare.parse().ok().filter(|p: &f64| plain && p.is_finite());
        let Some((printed, places)) = printed.zip(u8::try_from(decimals(bare)).ok()) else {
            let allowed = "a percentage in digits, such as \"27.0\", \"-5.5\" or \"+27%\"";
            return Err(refused("percent_change", "published", format!("{text:?}"), allowed));
        };
        let published_ok = Some(agrees(printed, places.into(), self.change));
        Ok(Self { published: Some(printed), published_places: Some(places), published_ok, ..self })
    }

    /// The difference of the two numbers.
    pub fn difference(&self) -> f64 {
        self.after - self.before
    }

    /// Whether the first number is too small, beside its scatter, for a change in percent.
    fn is_small(&self) -> bool {
        let told = self.has_history || (self.before.fract(), self.after.fract()) == (0.0, 0.0);
        told && self.lower.is_none()
    }

    /// The verdict in words.
    pub fn verdict(&self) -> &'static str {
        match self.significant {
            Some(true) => "more than ordinary variation",
            Some(false) => "within ordinary variation",
            None => "cannot tell",
        }
    }
}

/// An end of an interval in whole percent; beside zero with as many decimals as show on which side of it the end lies.
fn end(percent: f64) -> String {
    let places = (0..6).find(|&places| 2.0 * percent.abs() * 10_f64.powi(places) > 1.0);
    format!("{percent:+.0$}", places.map_or(0, i32::unsigned_abs) as usize)
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: ", self.before, self.after)?;
        let interval = self.lower.zip(self.upper);
        match interval {
            Some((lower, upper)) => {
                let (lower, upper) = (end(lower), end(upper));
                write!(f, "{:+.1}% [{lower}, {upper}] ({}% interval)", self.change, self.level)?;
            }
            None if self.is_small() => write!(f, "{:+}", self.difference())?,
            None => write!(f, "{:+.1}%", self.change)?,
        }
        write!(f, ", {}", self.verdict())?;
        if !self.has_history {
            write!(f, " (without a history)")?;
        }
        if self.is_small() {
            write!(f, "; too small, beside their scatter, for a percent change")?;
        }
        let Some(printed) = self.published else { return Ok(()) };
        match self.published_places {
            Some(places) => write!(f, "; printed {printed:+.0$}%", usize::from(places))?,
            None => write!(f, "; printed {printed:+}%")?,
        }
        if self.published_ok == Some(true) { Ok(()) } else { write!(f, ", which does not agree") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Year;

    #[test]
    fn an_end_beside_zero_shows_its_side() {
        let shown = [504.2, 0.5, 0.4, -0.04, -100.0, 0.0].map(end);
        assert_eq!(shown, ["+504", "+0.5", "+0.4", "-0.04", "-100", "+0"]);
        let change = percent_change(1386.0, 3411.0, None, None, 95.0).unwrap();
        assert_eq!((change.significant, change.lower.map(|lower| lower > 0.0)), (Some(true), Some(true)));
        assert!(!change.to_string().contains("[+0,"), "{change}");
    }

    #[test]
    fn a_history_of_wild_years_makes_a_large_change_ordinary() {
        let year = Year::new(2015).unwrap();
        // changes 10, -10, 10: half mean square 50 over a mean of 25 is phi = 2
        let calm = Series::new("calm", year, &[20.0, 30.0, 20.0, 30.0]).unwrap();
        let change = percent_change(20.0, 40.0, None, Some(&calm), 95.0).unwrap();
        assert_eq!((change.dispersion, change.has_history), (2.0, true));
        // t_3(0.975) = 3.18245, sqrt(2 (1/20 + 1/40)) = 0.38730: ln 2 + 1.23256; without a change 20.5 to 39.5 lie
        // ln(39.5 / 20.5) = 0.65588 apart, 19 / 0.65588 = 28.969 and sqrt(2 x 60) / 28.969 = 0.37815: 0.65588 - 1.20345
        let (lower, upper) = (change.lower.unwrap(), change.upper.unwrap());
        assert!((lower + 42.16).abs() < 0.05 && (upper - 586.0).abs() < 0.5, "{lower} {upper}");
        assert_eq!(change.significant, Some(false));
    }

    #[test]
    fn a_percentage_in_print_agrees_to_the_places_it_was_printed_with() {
        // 100 (137 / 108 - 1) = 26.85185: 27, 26.9, 26.85
        let change = percent_change(108.0, 137.0, None, None, 95.0).unwrap();
        let agrees = |text: &str| change.clone().printed(text).unwrap().published_ok.unwrap();
        assert!(["27", "+27%", "26.9", "26.85 %", " 26.852 "].iter().all(|text| agrees(text)));
        assert!(!["27.0", "26.90", "26.850", "-27", "28", "27.000000000000000000000"].iter().any(|text| agrees(text)));
        let said = change.clone().printed("27.0").unwrap().to_string();
        assert!(said.ends_with("; printed +27.0%, which does not agree"), "{said}");
        for text in ["27,0", "", "%", "about 27", "inf", "nan", "2e1", "27%%", "0x1b"] {
            let error = change.clone().printed(text).unwrap_err();
            let message = format!("percent_change: published = {text:?} is not allowed: a percentage in digits");
            assert!(error.to_string().starts_with(&message), "{error}");
        }
    }

    #[test]
    fn a_jump_is_not_held_against_itself() {
        let year = Year::new(2010).unwrap();
        // changes of 2 between counts near 100: squares 4 over 200, far less than Poisson, so phi is 1
        let steady = [99.0, 101.0, 99.0, 101.0, 99.0, 101.0, 99.0, 101.0, 99.0];
        for (unit, lasts) in [(Unit::Count, vec![1000.0, 10.0, 0.0]), (Unit::Amount, vec![130.0, 75.0])] {
            for last in lasts {
                let years: Vec<f64> = steady.into_iter().chain([last]).collect();
                let series = Series::new("steady", year, &years).unwrap().with_unit(unit).unwrap();
                let change = percent_change(99.0, last, None, Some(&series), 95.0).unwrap();
                assert_eq!(change.significant, Some(true), "{unit:?} {last}: {change}");
                assert!(change.upper.is_some() && !change.to_string().contains("too small"), "{change}");
                let without = Series::new("steady", year, &steady).unwrap().with_unit(unit).unwrap();
                assert_eq!(change, percent_change(99.0, last, None, Some(&without), 95.0).unwrap());
            }
        }
        // t_8(0.975) = 2.30600, sqrt(1/99 + 1/1000) = 0.105349: ln(1000 / 99) = 2.312635 + 0.242935; without a change
        // ln(999.5 / 99.5) = 2.307097, sqrt(1099) x 2.307097 / 900 = 0.084981: 2.307097 - 0.195967
        let years: Vec<f64> = steady.into_iter().chain([1000.0]).collect();
        let series = Series::new("steady", year, &years).unwrap();
        let change = percent_change(99.0, 1000.0, None, Some(&series), 95.0).unwrap();
        assert!(
            (change.lower.unwrap() - 725.8).abs() < 0.5 && (change.upper.unwrap() - 1187.9).abs() < 1.0,
            "{change}"
        );
        // of two equal changes one is judged, and three years with it are one year too few
        let twice = Series::new("twice", year, &[10.0, 20.0, 10.0, 20.0]).unwrap();
        assert_eq!(percent_change(10.0, 20.0, None, Some(&twice), 95.0).unwrap().dispersion, 200.0 / 60.0);
        let short = Series::new("short", year, &[10.0, 20.0, 30.0]).unwrap();
        let refused = percent_change(20.0, 30.0, None, Some(&short), 95.0).unwrap_err();
        assert!(matches!(refused, Error::TooFewYears { needed: 4, got: 3, .. }), "{refused}");
        assert!(percent_change(20.0, 31.0, None, Some(&short), 95.0).is_ok());
    }

    /// Two-sided, of `b` among `a + b` if either is as likely: twice the smaller tail.
    fn binomial_test(a: u32, b: u32) -> f64 {
        let (n, few) = (a + b, a.min(b));
        let mut ways = 1.0;
        let mut sum = 0.0;
        for k in 0..=few {
            sum += ways;
            ways *= f64::from(n - k) / f64::from(k + 1);
        }
        (2.0 * sum / 2_f64.powi(i32::try_from(n).unwrap())).min(1.0)
    }

    #[test]
    fn small_counts_are_judged_as_by_the_exact_binomial_test() {
        for (a, b) in (1..=60).flat_map(|a| (0..=60).map(move |b| (a, b))) {
            let change = percent_change(f64::from(a), f64::from(b), None, None, 95.0).unwrap();
            let (shown, p) = (change.significant != Some(false), binomial_test(a, b));
            // the normal law is a little late where the exact one just reaches the level, as of 42 to 25 with 0.0498
            let agrees = if p < 0.05 { shown || p > 0.0485 } else { !shown };
            assert!(agrees, "{a} to {b}: {p}, {change}");
        }
    }

    #[test]
    fn a_fall_to_nothing_is_surer_than_one_to_a_few() {
        // squares 4 over 200 are less than those of Poisson, three changes
        let steady = Series::new("steady", Year::new(2010).unwrap(), &[29.0, 31.0, 29.0, 31.0]).unwrap();
        let mut last = Some(true);
        for after in 0..=30 {
            let change = percent_change(30.0, f64::from(after), None, Some(&steady), 95.0).unwrap();
            assert!(last >= change.significant, "{change}");
            assert_eq!(change.significant, Some(change.upper.unwrap() < 0.0), "{change}");
            last = change.significant;
        }
        // t_3(0.975) = 3.18245: (29 / sqrt 30) = 5.29 standard errors for 0, (16 / sqrt 43) = 2.44 for 13
        let verdict = |b| percent_change(30.0, b, None, Some(&steady), 95.0).unwrap().significant;
        assert_eq!((verdict(0.0), verdict(2.0), verdict(13.0)), (Some(true), Some(true), Some(false)));
        let none = percent_change(30.0, 0.0, None, Some(&steady), 95.0).unwrap();
        assert_eq!((none.change, none.lower), (-100.0, Some(-100.0)));
        // ln(0.5 / 29.5) = -4.0775, times 1 - 3.18245 / 5.2947 = 0.39894: -1.62668
        assert!((none.upper.unwrap() + 80.34).abs() < 0.05, "{none}");
    }

    #[test]
    fn years_apart_are_told_as_changes_that_are_missing() {
        let apart = Series::new("apart", Year::new(2015).unwrap(), &[10.0, f64::NAN, 30.0, f64::NAN, 20.0, 25.0]);
        let apart = apart.unwrap();
        for (a, b, got) in [(10.0, 30.0, 1), (20.0, 25.0, 0)] {
            let refused = percent_change(a, b, None, Some(&apart), 95.0).unwrap_err();
            assert!(matches!(refused, Error::TooFewChanges { needed: 2, got: found, .. } if found == got), "{refused}");
        }
        assert_eq!(
            percent_change(20.0, 25.0, None, Some(&apart), 95.0).unwrap_err().to_string(),
            "series \"apart\": percent_change needs 2 changes from one observed full year to the next, beside the one that is \
             judged, and there are 0"
        );
    }

    #[test]
    fn the_level_of_an_interval_is_told() {
        let change = percent_change(108.0, 137.0, None, None, 90.0).unwrap();
        let said = change.to_string();
        assert!(said.starts_with("108 to 137: +26.9% [") && said.contains("] (90% interval), cannot tell"), "{said}");
    }

    #[test]
    fn without_a_history_larger_counts_scatter_more() {
        let of = |a, b| percent_change(a, b, None, None, 95.0).unwrap();
        // phi = 10 + h / 10 with h = 2 a b / (a + b): 20 at 100, 1,010 at 10,000
        for (n, phi) in [(100.0, 20.0), (10_000.0, 1010.0)] {
            assert!((of(n, n).dispersion - phi).abs() < 1e-9, "{n}");
        }
        // ln(53,042 / 27,836) = 0.6447, sqrt(10 (1 / 27,836 + 1 / 53,042) + 0.2) = 0.44782, 1.96 of which are 0.8777; with the
        // logarithmic mean 25,206 / 0.6447 = 39,094 sqrt(808,780 / 39,094^2 + 0.2) = 0.44781
        let inspections = of(27_836.0, 53_042.0);
        assert_eq!(inspections.significant, None);
        let (lower, upper) = (inspections.lower.unwrap(), inspections.upper.unwrap());
        assert!((lower + 20.8).abs() < 0.1 && (upper - 358.3).abs() < 0.5, "{lower} {upper}");
        assert_eq!(of(27_836.0, 153_042.0).significant, Some(true));
    }

    #[test]
    fn numbers_that_are_not_whole_have_no_scatter_without_a_history() {
        // RM 1.5 million to 4.5, which in ringgit would be two large counts
        let change = percent_change(1.5, 4.5, Some(200.0), None, 95.0).unwrap();
        assert_eq!((change.change, change.published_ok), (200.0, Some(true)));
        assert_eq!((change.significant, change.lower, change.upper), (None, None, None));
        assert_eq!(change.to_string(), "1.5 to 4.5: +200.0%, cannot tell (without a history); printed +200%");
    }

    #[test]
    fn a_change_of_amounts_or_rates_does_not_depend_on_their_unit() {
        let values = [30.0, 32.0, 31.0, 33.0, 30.0, 32.0];
        let of = |times: f64, unit| {
            let scaled: Vec<f64> = values.iter().map(|y| times * y).collect();
            let series = Series::new("cost", Year::new(2015).unwrap(), &scaled).unwrap().with_unit(unit).unwrap();
            percent_change(30.0 * times, 60.0 * times, None, Some(&series), 95.0).unwrap()
        };
        for unit in [Unit::Amount, Unit::Rate] {
            for times in [1e-3, 0.01, 1.0, 1e6] {
                let change = of(times, unit);
                // logarithms change by .06454, -.03175, .06252, -.09531, .06454: root mean square .06673, t_5(0.975) 2.57058,
                // so ln 2 +- 0.17153
                let (lower, upper) = (change.lower.unwrap(), change.upper.unwrap());
                assert!(
                    (lower - 68.47).abs() < 0.1 && (upper - 137.42).abs() < 0.1,
                    "{unit:?} {times}: {lower} {upper}"
                );
                assert_eq!(change.significant, Some(true));
            }
        }
        // as counts 60 of 30 are far less certain
        assert!(of(1.0, Unit::Count).lower.unwrap() < 30.0);
        let year = Year::new(2015).unwrap();
        let amounts = |values: &[f64]| Series::new("cost", year, values).unwrap().with_unit(Unit::Amount).unwrap();
        let change = |a, b, values: &[f64]| percent_change(a, b, None, Some(&amounts(values)), 95.0);
        assert_eq!(change(5.0, 5.0, &[5.0; 4]).unwrap().significant, Some(false));
        assert_eq!(change(5.0, 5.01, &[5.0; 4]).unwrap().significant, Some(true));
        assert!(matches!(change(5.0, 6.0, &[5.0, 0.0, 4.0]), Err(Error::NotPositive { year: 2016, .. })));
        assert!(matches!(change(5.0, 0.0, &[5.0, 4.0, 4.0]), Err(Error::NoPercentage { .. })));
    }

    #[test]
    fn without_a_history_the_verdict_may_be_that_nobody_can_tell() {
        let verdict = |a, b| percent_change(a, b, None, None, 95.0).unwrap().significant;
        // ln(85 / 31) = 1.009 = 4.8 Poisson standard errors, but 1.2 of ordinary ones
        assert_eq!(verdict(31.0, 85.0), None);
        assert_eq!(verdict(1000.0, 3000.0), Some(true));
        assert_eq!(verdict(1.0, 3.0), Some(false));
        assert!(matches!(percent_change(0.0, 4.0, None, None, 95.0), Err(Error::NoPercentage { .. })));
    }

    #[test]
    fn numbers_too_small_for_a_percentage_have_a_difference() {
        let of = |a, b, level| percent_change(a, b, None, None, level).unwrap();
        // 2 x 1.96 sqrt(2 (10 / n + 0.1)) is ln 100 = 4.605 at n = 16.9
        for (a, b) in [(1.0, 3.0), (5.0, 0.0), (16.0, 16.0)] {
            assert_eq!(
                (of(a, b, 95.0).lower, of(a, b, 95.0).upper, of(a, b, 50.0).upper),
                (None, None, None),
                "{a} {b}"
            );
        }
        assert!(of(17.0, 17.0, 95.0).upper.is_some() && of(17.0, 17.0, 99.0).upper.is_some());
        assert_eq!(
            of(1.0, 3.0, 95.0).to_string(),
            "1 to 3: +2, within ordinary variation (without a history); too small, beside their scatter, for a percent change"
        );
        assert_eq!(percent_change(1.0, 3.0, Some(200.0), None, 95.0).unwrap().published_ok, Some(true));
    }

    #[test]
    fn a_change_beyond_all_numbers_is_refused_and_every_other_is_read_back() {
        use crate::persist::Persist as _;
        assert!(matches!(percent_change(1e-300, 1e300, None, None, 95.0), Err(Error::NoPercentage { .. })));
        // half the mean square of changes of 1e9 over a mean of about 1e9 is a dispersion of 5e8: e to more than 20,000 at 0
        let wild = Series::new("wild", Year::new(2015).unwrap(), &[0.0, 1e9, 0.0, 1e9]).unwrap();
        let lost = percent_change(1.0, 2.0, None, Some(&wild), 95.0).unwrap();
        assert_eq!((lost.lower, lost.upper, lost.significant), (None, None, Some(false)));
        let large = percent_change(1e290, 1e295, None, None, 99.0).unwrap();
        assert!(large.upper.unwrap().is_finite());
        assert_eq!(Change::from_json(&lost.to_json().unwrap()).unwrap(), lost);
        assert_eq!(Change::from_json(&large.to_json().unwrap()).unwrap(), large);
    }

    #[test]
    fn a_printed_percentage_is_checked_in_its_own_places() {
        let ok = |a, b, p| percent_change(a, b, Some(p), None, 95.0).unwrap().published_ok;
        assert_eq!(ok(57.0, 128.0, 125.0), Some(true)); // 124.56
        assert_eq!(ok(57.0, 128.0, 124.5), Some(false));
        assert_eq!(ok(57.0, 128.0, 124.6), Some(true));
        assert_eq!(ok(200.0, 201.0, 1.0), Some(true)); // 0.5 may be printed as 1, or as 0
        assert_eq!(ok(200.0, 201.0, 0.0), Some(true));
    }
}

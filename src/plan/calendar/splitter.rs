//! Cutting years in two, at random.
//!
//! A share m of a year lies before the cut, with `m ~ Beta(c mu, c (1 - mu))`. Of a year under way y are counted by a share s of
//! it, where on average `mu_s = logistic(logit s + logit mu - logit t)` is in, t the share of the days before the cut: the year
//! runs late or early all along. With increments of a Dirichlet law of concentration c,
//!
//! ```text
//! s >= t:  of the y counted lies before the cut     Beta(c mu, c (mu_s - mu))
//! s < t:   y, and of the rest                       Beta(c (mu - mu_s), c (1 - mu))
//! ```
//!
//! In a series that grows, the first months of a year are the smaller. Under a rate of `exp(g u)` at the time u of the year
//! the logit of the share before u = t falls by g / 2, whatever t (to first order in g). The growth g at the cut lies straight
//! between the change from the year before and the change to the year after:
//!
//! ```text
//! logit mu <- logit mu - g / 2        g = (1 - t) ln(y / y_before) + t ln(y_after / y)        g within -2 and 2
//! ```
//!
//! References: Ferguson (1973), Annals of Statistics 1(2), 209-230, for the law of the increments.

use crate::numeric::rng::Stream;
use crate::numeric::special::binomial;

/// A beta law of the share of the first part of a year.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) weight: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

/// What is known of a year under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub(super) counted: f64,
    /// The share of the year that it covers.
    pub(super) share: f64,
}

/// The most that growth at a cut may be, either way: what leaps by more than sevenfold was not growing all year.
const MOST_GROWTH: f64 = 2.0;

/// A year with its neighbours, as far as they are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amid {
    pub(super) before: Option<f64>,
    pub(super) own: f64,
    pub(super) after: Option<f64>,
}

impl Amid {
    /// Each of the years that follow one another, the first of them after `before`.
    pub(super) fn each(before: Option<f64>, years: &[f64]) -> impl Iterator<Item = Self> {
        let befores = std::iter::once(before).chain(years.iter().copied().map(Some));
        let afters = years.iter().skip(1).copied().map(Some).chain([None]);
        years.iter().zip(befores.zip(afters)).map(|(&own, (before, after))| Self { before, own, after })
    }
}

/// Cuts years in two.
#[derive(Debug)]
pub(super) struct Splitter {
    stream: Stream,
    laws: Vec<Part>,
    /// That of this path.
    law: Part,
    /// The share of the year's days before the cut.
    cut: f64,
    counts: bool,
    /// Whether the shares follow the growth of the series, or are as somebody said.
    grows: bool,
}

impl Splitter {
    /// None without a law.
    pub(super) fn new(stream: Stream, laws: Vec<Part>, cut: f64, counts: bool, grows: bool) -> Option<Self> {
        let law = *laws.first()?;
        Some(Self { stream, laws, law, cut, counts, grows })
    }

    /// The growth of the logarithm at the cut of a year.
    fn growth(&self, year: Amid) -> f64 {
        // why one more: a count has chance in it, and zeros.
        let more = if self.counts { 1.0 } else { 0.0 };
        let change = |from: f64, to: f64| {
            let (from, to) = (from + more, to + more);
            if from > 0.0 && to > 0.0 { to.ln() - from.ln() } else { 0.0 }
        };
        let (from, to) = (year.before.map(|y| change(y, year.own)), year.after.map(|y| change(year.own, y)));
        let growth = match (from, to) {
            (Some(from), Some(to)) => (1.0 - self.cut) * from + self.cut * to,
            (one, other) => one.or(other).unwrap_or(0.0),
        };
        if self.grows { growth.clamp(-MOST_GROWTH, MOST_GROWTH) } else { 0.0 }
    }

    /// Draws the law of the next path.
    pub(super) fn begin(&mut self) {
        if self.laws.len() > 1 {
            let mut left = self.stream.uniform();
            let chosen = self.laws.iter().find(|law| {
                left -= law.weight;
                left < 0.0
            });
            self.law = chosen.copied().unwrap_or(self.law);
        }
    }

    /// The first part and the rest.
    pub(super) fn split(&mut self, year: Amid, so_far: Option<Counted>) -> (f64, f64) {
        let (y, sum) = (year.own, self.law.a + self.law.b);
        let a = sum / (1.0 + self.law.b / self.law.a * (0.5 * self.growth(year)).exp());
        let b = sum - a;
        let first = match so_far {
            None => self.part(y, a, b),
            // why a day: the share of a leap year's days is not that of another's.
            Some(Counted { counted, share }) if (share - self.cut).abs() < 1.0 / 365.0 => counted,
            Some(Counted { counted, share }) => {
                let odds = |p: f64| p / (1.0 - p);
                let by_then = (a + b) / (1.0 + odds(self.cut) * b / (odds(share) * a));
                if share > self.cut {
                    self.part(counted, a, by_then - a)
                } else {
                    counted + self.part(y - counted, a - by_then, b)
                }
            }
        };
        (first, y - first)
    }

    /// What a share of y with this beta law comes to.
    fn part(&mut self, y: f64, a: f64, b: f64) -> f64 {
        // A beta number from two chi-squared ones.
        let (one, other) = (self.stream.chi_squared(2.0 * a), self.stream.chi_squared(2.0 * b));
        let share = if one + other > 0.0 { one / (one + other) } else { 0.5 };
        let u = self.stream.uniform();
        if self.counts { binomial::quantile(y, share, u) } else { y * share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first parts of three years of 100 that grow by a factor, with the share known.
    fn firsts(cut: f64, factor: f64, grows: bool) -> Vec<f64> {
        let law = Part { weight: 1.0, a: 1e8 * cut, b: 1e8 * (1.0 - cut) };
        let mut splitter = Splitter::new(Stream::new(1, "test"), vec![law], cut, false, grows).unwrap();
        splitter.begin();
        let years = [100.0, 100.0 * factor, 100.0 * factor * factor];
        Amid::each(None, &years).map(|year| splitter.split(year, None).0 / year.own).collect()
    }

    #[test]
    fn steady_growth_within_a_year_is_that_between_years() {
        for (cut, g) in [(0.25, 0.4_f64), (0.25, -0.4), (0.5, 0.3), (0.75, 0.4)] {
            // The integral of exp(g u) to the cut, as a share of that over the year.
            let exact = (g * cut).exp_m1() / g.exp_m1();
            for share in firsts(cut, g.exp(), true) {
                assert!((share - exact).abs() < 0.002, "{cut} {g}: {share} for {exact}");
            }
            for share in firsts(cut, g.exp(), false) {
                assert!((share - cut).abs() < 0.001, "as somebody said");
            }
        }
    }

    #[test]
    fn nothing_and_less_than_nothing_grow_by_nothing() {
        let law = Part { weight: 1.0, a: 3.0, b: 9.0 };
        for counts in [false, true] {
            let splitter = Splitter::new(Stream::new(1, "test"), vec![law], 0.25, counts, true).unwrap();
            for years in [[0.0, 0.0, 0.0], [-3.0, 5.0, -2.0], [0.0, 1e9, 0.0], [1e-300, 1e300, 1e-300]] {
                for year in Amid::each(None, &years) {
                    assert!(splitter.growth(year).abs() <= MOST_GROWTH, "{year:?}");
                }
            }
            let alone = Amid { before: None, own: 7.0, after: None };
            assert!(splitter.growth(alone).abs() < 1e-300);
        }
    }
}

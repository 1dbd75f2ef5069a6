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
}

impl Splitter {
    /// None without a law.
    pub(super) fn new(stream: Stream, laws: Vec<Part>, cut: f64, counts: bool) -> Option<Self> {
        let law = *laws.first()?;
        Some(Self { stream, laws, law, cut, counts })
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
    pub(super) fn split(&mut self, y: f64, so_far: Option<Counted>) -> (f64, f64) {
        let Part { a, b, .. } = self.law;
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

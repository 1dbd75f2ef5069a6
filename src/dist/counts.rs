//! Counts whose expectation is uncertain: a latent normal or Student-t number under a link that draws counts.
//!
//! With z = location + scale t the count is negative binomial with mean exp(z): its law is an integral over t, here a sum
//! over places of z. Joint paths draw z and then the count; the sum gives every probability that they give.
//!
//! ```text
//! t_i = sqrt(df) sinh(i step / sqrt(df))      weight_i ~ cosh(i step / sqrt(df))^-df      normal: t_i = i step, exp(-t_i^2 / 2)
//! ```
//!
//! are equal steps of a number whose density falls off like an exponential: sums over such steps converge faster than any
//! power of the step. The step is as long as the count's own scatter around its expectation, in units of ln z, allows.
//! Where that scatter is so small that the places would be many, they stay apart, and what lies between two of them (of
//! variance v, on the scale of z) is folded into the dispersion of the count at each: a gamma number with the mean and
//! variance of the logarithm stands for a log-normal one, `exp(1 / size') = exp(1 / size) + v` (the trigamma function of x
//! is about exp(1 / x) - 1). So that the folded parts do not widen the whole, each place moves inwards by what they push
//! outwards, `(v p' / p + v') / 2` for a density p.
//!
//! References: Trefethen and Weideman (2014), *SIAM Review* 56(3), 385-458 (sums over equal steps); Abramowitz, Stegun
//! (1964), 6.3.18 and 6.4.12 (mean and variance of the logarithm of a gamma number).

use super::continuous::Component;
use super::kernel::Kernel;
use super::link::{LARGEST, Link};

/// Steps in deviations of what is summed over: the sum over normal numbers is then wrong by 2 exp(-2 pi^2 / step^2), 2e-5.
const STEP: f64 = 1.3;
/// The shortest step: places nearer together cost more than they say.
const SHORTEST: f64 = 0.2;
/// Where in the tail of a Student-t places still have to be near enough.
const FAR: f64 = 3.0;
/// The longest step for a Student-t of one degree of freedom, and how it grows with these: found by trial, for errors
/// below 1e-3 and 5% of a tail of 1 in 100.
const LONGEST: (f64, f64) = (0.22, 0.8);
/// A doubt about the expectation this small a share of the scatter needs no more than its variance: of a normal law, of any
/// other, and for each degree of freedom of that.
const SLIGHT: (f64, f64, f64) = (0.3, 0.2, 0.03);
/// A place of less weight than this share of the centre's is left out.
const LIGHT: f64 = 5e-4;
/// The most variance that is folded: a gamma number of more has much of its mass next to zero.
const MOST: f64 = 1.0;
/// The logarithm of the smallest expectation that is computed with.
const SMALLEST: f64 = -700.0;

/// The component as laws of counts with sure expectations; any other component as it is.
pub(super) fn laid_out(component: &Component) -> Vec<Component> {
    let Component { weight, kernel, link } = *component;
    let Link::NegativeBinomial { size } = link else { return vec![*component] };
    if kernel.scale() <= 0.0 {
        return vec![*component];
    }
    let doubt = Doubt {
        location: kernel.location(),
        scale: kernel.scale(),
        df: kernel.df(),
        inverse_size: size.map_or(0.0, f64::recip),
    };
    let sure = |(z, inverse_size, share): (f64, f64, f64)| Component {
        weight: weight * share,
        kernel: Kernel::normal(z.clamp(SMALLEST, LARGEST), 0.0),
        link: Link::NegativeBinomial { size: (inverse_size > 0.0).then(|| 1.0 / inverse_size) },
    };
    doubt.places().into_iter().map(sure).collect()
}

/// The law of z, and 1 / size of the count.
struct Doubt {
    location: f64,
    scale: f64,
    /// None for normal.
    df: Option<f64>,
    inverse_size: f64,
}

impl Doubt {
    /// Places of z with 1 / size and weight there.
    fn places(&self) -> Vec<(f64, f64, f64)> {
        // How many times as far apart as in the middle places lie far out.
        let wider = self.df.map_or(1.0, |df| (1.0 + FAR * FAR / df).sqrt());
        // why two deviations up: the greater the count, the less it scatters, and the nearer the places have to be.
        let ratio = self.scale / self.scatter(self.location + 2.0 * wider * self.scale).sqrt();
        let slight = self.df.map_or(SLIGHT.0, |df| SLIGHT.1.min(SLIGHT.2 * df));
        if ratio <= slight {
            // Gauss and Hermite's three places, for the variance of a Student-t as far as there is one.
            let widened = self.df.map_or(1.0, |df| df / (df - 2.0).max(0.5));
            let away = self.scale * (3.0 * widened).sqrt();
            return [(-1.0, 1.0 / 6.0), (0.0, 2.0 / 3.0), (1.0, 1.0 / 6.0)]
                .map(|(side, share)| (self.location + side * away, self.inverse_size, share))
                .to_vec();
        }
        let longest = self.df.map_or(STEP, |df| LONGEST.0 * df.powf(LONGEST.1));
        let step = (STEP / (wider * ratio).hypot(1.0)).max(SHORTEST).min(longest);
        let one = |(t, share)| {
            let (z, inverse_size) = self.folded(t, step);
            (z, inverse_size, share)
        };
        places(step, self.df).into_iter().map(one).collect()
    }

    /// The relative variance of the count around its expectation.
    fn scatter(&self, z: f64) -> f64 {
        (-z.max(SMALLEST)).exp() + self.inverse_size
    }

    /// The place of t, and 1 / size there with what lies between it and the next folded in.
    fn folded(&self, t: f64, step: f64) -> (f64, f64) {
        let z = self.location + self.scale * t;
        let own = self.scatter(z);
        // What the scatter has to be for places this far apart, and how that and the density change with z.
        let unit = (step / STEP).powi(2);
        let (gap, gap_slope, falls) = match self.df {
            None => (self.scale * self.scale * unit, 0.0, -t / self.scale),
            Some(df) => (
                self.scale * self.scale * unit * (1.0 + t * t / df),
                self.scale * unit * 2.0 * t / df,
                -(df + 1.0) * t / ((df + t * t) * self.scale),
            ),
        };
        // why a share that grows, not all that the scatter falls short by: places must not jump where folding begins.
        let cube = (gap / (2.0 * own)).powi(3);
        let part = 1.0 - 1.0 / (1.0 + cube);
        let folded = (part * gap).min(MOST);
        // why: a little more dispersion than none changes nothing but costs digits.
        if folded < 0.01 * own {
            return (z, self.inverse_size);
        }
        let grows = gap_slope + gap * (own - self.inverse_size) / own;
        let steeper = if folded < MOST { part * (gap_slope + 3.0 * (1.0 - part) * grows) } else { 0.0 };
        let inverse_size = self.inverse_size + (folded * (-self.inverse_size).exp()).ln_1p();
        // How far the logarithm of a gamma number of mean one lies below zero.
        let below = |inverse_size: f64| inverse_size * (0.5 + inverse_size / 12.0);
        let inwards = 0.5 * (folded * falls + steeper);
        (z + inwards + below(inverse_size) - below(self.inverse_size), inverse_size)
    }
}

/// Places of a standard normal or Student-t number, about `step` apart, with weights that add up to one.
fn places(step: f64, df: Option<f64>) -> Vec<(f64, f64)> {
    let place = |i: f64| match df {
        None => (i * step, (-0.5 * (i * step).powi(2)).exp()),
        Some(df) => {
            let x = i * step / df.sqrt();
            (df.sqrt() * x.sinh(), x.cosh().powf(-df))
        }
    };
    let upper: Vec<(f64, f64)> =
        (1..1000).map(|i| place(f64::from(i))).take_while(|(_, weight)| *weight >= LIGHT).collect();
    let total = 1.0 + 2.0 * upper.iter().map(|(_, weight)| weight).sum::<f64>();
    let lower = upper.iter().rev().map(|(t, weight)| (-t, *weight));
    lower.chain([(0.0, 1.0)]).chain(upper.iter().copied()).map(|(t, weight)| (t, weight / total)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::{Continuous, Distribution, Predictive as _, Support};
    use crate::numeric::quadrature::integrate;
    use crate::numeric::rng::Stream;
    use crate::numeric::special::{NegativeBinomial, StudentT, normal};

    fn law(kernel: Kernel, size: Option<f64>) -> Distribution {
        let link = Link::NegativeBinomial { size };
        let components = vec![Component { weight: 1.0, kernel, link }];
        Distribution::from(Continuous::mixture(components, Support::NonNegative)).whole()
    }

    fn kernel(location: f64, scale: f64, df: Option<f64>) -> Kernel {
        df.map_or(Kernel::normal(location, scale), |df| Kernel::student(location, scale, df))
    }

    /// The integral of `f` of a sure expectation over all expectations, by 16 nodes in each of many panels.
    fn over_all(
        f: impl Fn(&NegativeBinomial) -> f64,
        (location, scale, df): (f64, f64, Option<f64>),
        size: Option<f64>,
    ) -> f64 {
        let student = df.map(StudentT::new);
        let density = |t: f64| student.as_ref().map_or_else(|| normal::log_density(t), |law| law.log_density(t)).exp();
        // t = sinh x reaches the far ends of a heavy tail.
        let at = |x: f64| {
            let t: f64 = x.sinh();
            let mean = (location + scale * t).clamp(SMALLEST, LARGEST).exp();
            density(t) * x.cosh() * f(&NegativeBinomial::new(mean, size.unwrap_or(f64::INFINITY)))
        };
        integrate(at, -6.0, 6.0, 600)
    }

    #[test]
    fn a_sure_expectation_gives_the_textbook_law() {
        // By hand: size 1 and mean 1 is geometric, P(k) = 2^-(k + 1).
        let law = law(Kernel::normal(0.0, 0.0), Some(1.0));
        assert!((law.pmf(3.0) - 1.0 / 16.0).abs() < 1e-14 && (law.cdf(2.0) - 0.875).abs() < 1e-14);
        assert_eq!((law.quantile(0.5), law.quantile(0.6), law.quantile(0.875)), (0.0, 1.0, 2.0));
    }

    #[test]
    fn probabilities_are_those_of_the_integral_over_the_expectation() {
        for mean in [0.1, 3.0, 50.0, 1e5_f64] {
            for scale in [0.01, 0.1, 0.3, 0.7, 2.0] {
                for df in [None, Some(3.0), Some(8.0)] {
                    for size in [None, Some(6.0), Some(0.7)] {
                        let of = (mean.ln(), scale, df);
                        let law = law(kernel(mean.ln(), scale, df), size);
                        for p in [0.01, 0.1, 0.5, 0.9, 0.99] {
                            let k = law.quantile(p);
                            let case = format!("{mean} {scale} {df:?} {size:?}: {k}");
                            let above = over_all(|law| law.survival(k + 0.5), of, size);
                            let off = (law.cdf(k) - (1.0 - above)).abs();
                            assert!(off < 1e-3, "{case}: off by {off}");
                            let tail = above.min(1.0 - above).max(0.01);
                            assert!(off < 0.05 * tail, "{case}: off by {off} of {above}");
                            let mass = over_all(|law| law.log_mass(k).exp(), of, size);
                            let off = (law.pmf(k) - mass).abs();
                            assert!(off < 5e-4 || off < 0.05 * mass, "{case}: {} for {mass}", law.pmf(k));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn single_counts_add_up_to_the_distribution_function() {
        for (mean, scale, df) in [(20.0_f64, 0.02, None), (80.0, 0.1, Some(5.0)), (300.0, 0.4, Some(3.0))] {
            let law = law(kernel(mean.ln(), scale, df), None);
            for k in [5.0, 20.0, 80.0, 300.0] {
                let step = law.cdf(k) - law.cdf(k - 1.0);
                assert!((law.pmf(k) - step).abs() < 1e-10, "{mean} {scale} {k}: {} for {step}", law.pmf(k));
            }
        }
    }

    #[test]
    fn the_heaviest_doubt_is_still_a_law() {
        // One degree of freedom: some places lie beyond the largest expectation and below the smallest.
        let law = law(Kernel::student(3.0, 2.0, 1.0), None);
        assert!(law.cdf(0.0) > 0.1 && law.cdf(1e9) < 1.0 && law.mean().is_finite());
    }

    #[test]
    fn the_laid_out_law_is_that_of_drawing_the_expectation_first() {
        let mut stream = Stream::new(3, "counts");
        for (location, scale, df, size) in [
            (3.0, 0.05, None, Some(8.0)),
            (3.0, 0.1, Some(5.0), Some(8.0)),
            (4.0, 0.2, Some(5.0), Some(5.0)),
            (4.0, 0.3, None, Some(12.0)),
            (5.0, 0.4, None, None),
            (1.0, 0.8, Some(6.0), Some(3.0)),
            (7.0, 0.25, Some(6.0), Some(40.0)),
            (2.0, 0.6, Some(3.0), None),
        ] {
            let law = law(kernel(location, scale, df), size);
            let draws: Vec<f64> = (0..40_000)
                .map(|_| {
                    let stretch = df.map_or(1.0, |df: f64| (df / stream.chi_squared(df)).sqrt());
                    let mean = (location + scale * stretch * stream.normal()).exp();
                    stream.negative_binomial(mean, size.unwrap_or(f64::INFINITY))
                })
                .collect();
            for p in [0.01, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.99] {
                let q = law.quantile(p);
                let share = draws.iter().filter(|d| **d <= q).count() as f64 / draws.len() as f64;
                // why 0.012: four standard errors of a share of 40,000 draws are 0.010 at one half.
                assert!(
                    (share - law.cdf(q)).abs() < 0.012,
                    "{location} {scale} {df:?} {size:?}: {share} for {}",
                    law.cdf(q)
                );
            }
        }
    }
}

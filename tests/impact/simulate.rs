//! Series in which nothing happened, and what `impact` says of them.

use rayon::prelude::*;
use unjuran::Error;
use unjuran::design::Inputs;
use unjuran::numeric::rng::Stream;
use unjuran::plan::Verdict;
use unjuran::series::{Event, EventKind, Series, Year};
use unjuran::smoothing::BayesEts;

/// What the series are drawn from.
pub(crate) const GENERATORS: [&str; 4] = [
    "random walk in the logarithm",
    "the same under overdispersed counts",
    "trend under overdispersed counts",
    "wandering trend under overdispersed counts",
];

/// One series of 8 to 15 years: a tenth to a third of a year's usual change is noise of the level, the variance of the counts is
/// 1 to 31 times that of Poisson, trends are about 8% a year. One to four years lie at or after the event.
pub(crate) fn drawn(i: usize, fall: f64) -> Result<(Series, Event), Error> {
    let mut stream = Stream::new(20_261_122, &format!("impact {i}"));
    let mut uniform = |from: f64, to: f64| from + (to - from) * stream.uniform();
    let years = 8 + i / GENERATORS.len() % 8;
    let after = (1 + i / 32 % 4).min(years - 5);
    let size = 10_f64.powf(uniform(1.0, 3.0));
    let dispersion = 1.01 + 30.0 * uniform(0.0, 1.0) * uniform(0.0, 1.0);
    let shock = uniform(0.05, 0.3);
    let growth = 0.08 * stream.normal();
    let (mut level, mut values) = (size, Vec::with_capacity(years));
    let generator = i % GENERATORS.len();
    for t in 0..years {
        let factor = if t + after >= years { 1.0 - fall } else { 1.0 };
        let mean = f64::max(level * factor, 0.3);
        // variance mean + mean^2 / size = dispersion mean
        let counted = stream.negative_binomial(mean, mean / (dispersion - 1.0));
        values.push(if generator == 0 { mean.round() } else { counted });
        level *= match generator {
            0 | 1 => (shock * stream.normal()).exp(),
            2 => growth.exp(),
            _ => (0.3 * shock * stream.normal() + 0.5 * growth).exp(),
        };
    }
    let event = Event::new(Year::new(2000)?.plus(years - after)?, EventKind::Step, Some("nothing"));
    Ok((Series::new(format!("series {i}"), Year::new(2000)?, &values)?, event))
}

/// Verdict and 95% interval as `impact` tells them; the rest of what it tells takes seven times as long.
pub(crate) fn judged(series: &Series, event: Event) -> Result<(Verdict, (f64, f64)), Error> {
    let fitted = BayesEts::default().fit_with(series, &Inputs::new().event(event)?)?;
    let effect = fitted.effects().remove(0);
    let verdict = Verdict::of(&effect, fitted.log_bayes_factor().unwrap_or(0.0), 0.2);
    Ok((verdict, (effect.relative(0.025), effect.relative(0.975))))
}

/// Effects drawn from the law that is taken for granted of a step, a factor exp(N(0, 0.7^2)) and one time in twenty exp(N(0, 4.2^2)),
/// on series with so many years before: how many were drawn, and how many of their 95% intervals hold the effect.
pub(crate) fn covered(series: usize, before: usize) -> Result<(usize, usize), Error> {
    let held = (0..series)
        .into_par_iter()
        .map(|i| {
            let mut stream = Stream::new(20_261_122, &format!("effect {before} {i}"));
            let sd = if stream.uniform() < 0.05 { 4.2 } else { 0.7 };
            let effect = (sd * stream.normal()).exp();
            let size = 10_f64.powf(1.5 + 1.5 * stream.uniform());
            let shock = 0.05 + 0.25 * stream.uniform();
            let after = 1 + i % 3;
            let (mut level, mut values) = (size, Vec::new());
            for t in 0..before + after {
                values.push((level * if t >= before { effect } else { 1.0 }).round());
                level *= (shock * stream.normal()).exp();
            }
            let event = Event::new(Year::new(2000)?.plus(before)?, EventKind::Step, None);
            let (_, found) = judged(&Series::new("drawn", Year::new(2000)?, &values)?, event)?;
            Ok(found.0 <= effect - 1.0 && effect - 1.0 <= found.1)
        })
        .collect::<Result<Vec<bool>, Error>>()?;
    Ok((series, held.into_iter().filter(|held| *held).count()))
}

/// For each generator the number of series, and of verdicts "increase" and "decrease", with a fall planted or none (0).
pub(crate) fn verdicts(series: usize, fall: f64) -> Result<[(usize, usize, usize); 4], Error> {
    let judged = (0..series)
        .into_par_iter()
        .map(|i| {
            let (one, event) = drawn(i, fall)?;
            Ok((i % GENERATORS.len(), judged(&one, event)?.0))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let mut found = [(0, 0, 0); 4];
    for (generator, verdict) in judged {
        let (all, up, down) = &mut found[generator];
        *all += 1;
        *up += usize::from(verdict == Verdict::Increase);
        *down += usize::from(verdict == Verdict::Decrease);
    }
    Ok(found)
}

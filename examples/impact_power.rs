//! False alarms and power of `plan::impact` on simulated series, for `BENCHMARKS.md`; `make impact` calls it.
use rayon::prelude::*;
use unjuran::design::Inputs;
use unjuran::numeric::rng::Stream;
use unjuran::series::{Event, EventKind, Series, Year};
use unjuran::smoothing::BayesEts;

fn draw(i: usize, set: &str) -> (usize, usize, Vec<f64>) {
    let mut r = Stream::new(1, &format!("{set}{i}"));
    let n = 8 + (r.uniform() * 8.0) as usize;
    let post = 1 + (r.uniform() * 3.99) as usize;
    let post = post.min(n - 5);
    let size = 10_f64.powf(1.0 + 2.0 * r.uniform());
    let phi = 1.0 + 30.0 * r.uniform() * r.uniform();
    let generator = i % 4;
    let sd = 0.05 + 0.25 * r.uniform();
    let growth = 0.08 * r.normal();
    let mut level = size;
    let mut values = vec![];
    for _ in 0..n {
        let mean = level.max(0.3);
        // variance phi mean: size = mean / (phi - 1)
        let y = match generator {
            0 => mean.round(),
            1 | 2 => r.negative_binomial(mean, mean / (phi - 1.0).max(0.01)),
            _ => r.negative_binomial(mean, mean / (phi - 1.0).max(0.01)),
        };
        values.push(y);
        match generator {
            0 | 1 => level *= (sd * r.normal()).exp(),
            2 => level *= growth.exp(),
            _ => level = level * (0.3 * sd * r.normal() + 0.5 * growth).exp(),
        }
    }
    (generator, post, values)
}

fn main() {
    let m: usize = std::env::args().nth(1).map_or(1000, |a| a.parse().unwrap());
    let drop: f64 = std::env::args().nth(2).map_or(0.0, |a| a.parse().unwrap());
    let out: Vec<(usize, usize, usize, f64, f64, f64, f64)> = (0..m)
        .into_par_iter()
        .filter_map(|i| {
            let (generator, post, mut values) = draw(i, "test");
            let n = values.len();
            let mut r = Stream::new(2, &format!("{i}"));
            for v in &mut values[n - post..] {
                let mean = *v * (1.0 - drop);
                *v = if drop > 0.0 { r.negative_binomial(mean.max(0.01), 1e9) } else { *v };
            }
            let series = Series::new("s", Year::new(2000).ok()?, &values).ok()?;
            let event = Inputs::new()
                .event(Event::new(Year::new(2000 + (n - post) as i64).ok()?, EventKind::Step, None))
                .ok()?;
            let fit = BayesEts::default().fit_with(&series, &event).ok()?;
            let e = &fit.effects()[0];
            Some((
                generator,
                n - post,
                post,
                fit.log_bayes_factor()?,
                e.relative(0.025),
                e.relative(0.975),
                e.relative(0.5),
            ))
        })
        .collect();
    for g in 0..4 {
        let of: Vec<_> = out.iter().filter(|o| o.0 == g).collect();
        let share = |f: &dyn Fn(&(usize, usize, usize, f64, f64, f64, f64)) -> bool| {
            100.0 * of.iter().filter(|o| f(o)).count() as f64 / of.len() as f64
        };
        let found = |o: &(usize, usize, usize, f64, f64, f64, f64)| o.4 > 0.0 || o.5 < 0.0;
        println!(
            "generator {g}: {} series, interval excludes 0 {:.1}%, and BF>1 {:.1}%, BF>2 {:.1}%, BF>3 {:.1}%",
            of.len(),
            share(&|o| found(o)),
            share(&|o| found(o) && o.3 > 0.0),
            share(&|o| found(o) && o.3 > 0.7),
            share(&|o| found(o) && o.3 > 1.1)
        );
        for post in 1..=4 {
            let c = of.iter().filter(|o| o.2 == post).count() as f64;
            print!("  post {post}: {:.1}%", 100.0 * of.iter().filter(|o| o.2 == post && found(o)).count() as f64 / c);
        }
        println!();
    }
}

//! scratch
use rayon::prelude::*;
use std::collections::BTreeMap;
use unjuran::series::{Series, Unit, Year};
use unjuran::smoothing::bayes::learn::{Exercise, Lesson, Settings, exercises, learn, score, teaches};
use unjuran::smoothing::bayes::{Member, Shared};
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let name = &a[0];
    let text = std::fs::read_to_string(&a[1]).unwrap();
    let e = |k: &str, d: f64| std::env::var(k).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
    let every = e("EVERY", 1.0) as usize;
    let mut parsed = Vec::new();
    let mut cl: BTreeMap<(String, String), f64> = BTreeMap::new();
    for (i, l) in text.lines().enumerate() {
        if i % every != 0 {
            continue;
        }
        let f: Vec<&str> = l.split('\t').collect();
        let v: Vec<f64> = f[4].split(',').map(|v| v.parse().unwrap_or(f64::NAN)).collect();
        let s = Series::new(f[2], Year::new(f[3].parse().unwrap()).unwrap(), &v)
            .unwrap()
            .with_unit(f[5].parse::<Unit>().unwrap())
            .unwrap();
        if teaches(&s) {
            *cl.entry((f[0].into(), f[1].into())).or_default() += 1.0;
            parsed.push((f[0].to_owned(), f[1].to_owned(), s));
        }
    }
    let mut ns: BTreeMap<String, f64> = BTreeMap::new();
    for (s, _) in cl.keys() {
        *ns.entry(s.clone()).or_default() += 1.0;
    }
    let lessons: Vec<Lesson> = parsed
        .iter()
        .map(|(s, c, x)| Lesson { series: x.clone(), weight: if e("FLAT", 0.0) > 0.0 { 1.0 } else { 1.0 / (ns[s] * cl[&(s.clone(), c.clone())]) } })
        .collect();
    let fold: Vec<usize> = parsed
        .iter()
        .map(|(s, c, _)| {
            s.bytes().chain(c.bytes()).fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b))) as usize >> 3
                & 1
        })
        .collect();
    let sizes: &[f64] = if name == "counts" { &[0.05, 0.2, 0.8] } else { &[0.02, 0.08, 0.3] };
    let mut grid = Vec::new();
    for &lambda in &[0.0, 0.5, 1.0] {
        for &s in sizes {
            for &alpha in &[0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.2] {
                grid.push(Member { alpha, beta: 0.0, phi: 0.0, lambda, tau: 0.2, s });
                for &beta in [0.0, 0.05, 0.15, 0.3, 0.5, 0.8].iter().filter(|b| **b <= alpha) {
                    for &phi in &[0.6, 0.8, 0.9, 0.96, 1.0] {
                        for &tau in &[0.2, 1.0] {
                            grid.push(Member { alpha, beta, phi, lambda, tau, s });
                        }
                    }
                }
            }
        }
    }
    for shape in [e("SHAPE", 3.0)] {
        let base = Settings {
            name: name.clone(),
            grid: grid.clone(),
            shared: Shared { shape, level: 4.0, poisson: e("POISSON", 1.0) },
            eta: 0.3,
            horizon: 6,
            origins: vec![1, 2, 3, 5, 8, 12, 16, 20, 25],
            steps: 100,
            finish: 0,
            pace: 0.5,
            long: 0.0,
            drop_below: 0.0005,
        };
        let t = std::time::Instant::now();
        let by: Vec<Vec<Exercise>> = (0..2)
            .map(|f| {
                let ls: Vec<Lesson> =
                    lessons.iter().zip(&fold).filter(|(_, g)| **g == f).map(|(l, _)| l.clone()).collect();
                exercises(&ls, &base)
            })
            .collect();
        eprintln!("exercises {} {} in {:?}", by[0].len(), by[1].len(), t.elapsed());
        let all: Vec<Exercise> = by.iter().flatten().cloned().collect();
        let variants: Vec<(f64, f64, usize, usize, f64)> = a[2]
            .split(';')
            .map(|v| {
                let x: Vec<f64> = v.split(',').map(|q| q.parse().unwrap()).collect();
                (x[0], x[1], x[2] as usize, x[3] as usize, x[4])
            })
            .collect();
        variants.par_iter().for_each(|&(eta, long, steps, finish, drop_below)| {
            let s = Settings { eta, long, steps, finish, drop_below, ..base.clone() };
            let rew = |ex: &[Exercise], keep: &dyn Fn(usize) -> bool| -> Vec<Exercise> {
                ex.iter()
                    .filter(|e| keep(e.years))
                    .map(|e| {
                        let mut e = e.clone();
                        e.weight *= (e.years as f64).powf(long);
                        e
                    })
                    .collect()
            };
            let mut line = format!("shape {shape} eta {eta} long {long} steps {steps}+{finish} drop {drop_below}:");
            let mut tot = [0.0; 3];
            for f in 0..2 {
                let p = learn(&rew(&by[f], &|_| true), &s, vec![]);
                // score needs prior weights in grid order
                let mut w = vec![1e-12; grid.len()];
                for (m, pi) in p.members.iter().zip(&p.weights) {
                    let i = grid.iter().position(|g| g == m).unwrap();
                    w[i] = *pi;
                }
                let p = unjuran::smoothing::Prior { weights: w, members: grid.clone(), ..p };
                let unit = |keep: &dyn Fn(usize) -> bool| -> f64 {
                    score(&by[1 - f].iter().filter(|e| keep(e.years)).cloned().collect::<Vec<_>>(), &p)
                };
                tot[0] += 0.5 * unit(&|n| n <= 3);
                tot[1] += 0.5 * unit(&|n| n > 3 && n < 12);
                tot[2] += 0.5 * unit(&|n| n >= 12);
            }
            line += &format!(" held-out score n<=3 {:.4} 5-8 {:.4} 12+ {:.4}", tot[0], tot[1], tot[2]);
            let p = learn(&rew(&all, &|_| true), &s, vec![]);
            line += &format!(" kept {}", p.members.len());
            std::fs::write(
                format!("/tmp/calib/{name}_{shape}_{eta}_{long}_{steps}_{finish}_{drop_below}.json"),
                serde_json::to_string(&p).unwrap(),
            )
            .unwrap();
            println!("{line}");
        });
    }
}

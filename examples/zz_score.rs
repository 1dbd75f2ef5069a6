//! scratch
use rayon::prelude::*;
use std::collections::BTreeMap;
use unjuran::dist::Predictive as _;
use unjuran::forecast::Forecast;
use unjuran::model::Forecaster;
use unjuran::select::model_by_name;
use unjuran::series::{Horizon, Series, Unit, Year};
use unjuran::smoothing::{BayesEts, Prior};
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let text = std::fs::read_to_string(&a[0]).unwrap();
    let hold: usize = a[1].parse().unwrap(); // 0: cluster field says train length
    let models: Vec<(String, Box<dyn Forecaster>)> = a[2..]
        .iter()
        .map(|m| {
            if m.ends_with(".json") {
                let p: Prior = serde_json::from_str(&std::fs::read_to_string(m).unwrap()).unwrap();
                (m.clone(), Box::new(BayesEts::with_prior(p)) as Box<dyn Forecaster>)
            } else {
                (m.clone(), model_by_name(m).unwrap())
            }
        })
        .collect();
    let rows: Vec<(String, Vec<f64>, usize, String)> = text
        .lines()
        .filter_map(|l| {
            let f: Vec<&str> = l.split('\t').collect();
            let v: Vec<f64> = f[4].split(',').map(|v| v.parse().unwrap_or(f64::NAN)).collect();
            let n = if hold == 0 {
                f[1].parse().unwrap()
            } else {
                if v.len() < 9 {
                    return None;
                }
                v.len() - hold
            };
            if hold > 0 && v.iter().any(|x| x.is_nan()) {
                return None;
            }
            Some((f[0].to_owned(), v, n, f[5].to_owned()))
        })
        .collect();
    let mut per: BTreeMap<String, f64> = BTreeMap::new();
    for r in &rows {
        *per.entry(r.0.clone()).or_default() += 1.0;
    }
    for (name, model) in &models {
        let t = std::time::Instant::now();
        let scores: Vec<[f64; 8]> = rows
            .par_iter()
            .map(|(src, v, n, unit)| {
                let h = v.len() - n;
                let s = Series::new("s", Year::new(1900).unwrap(), &v[..*n])
                    .unwrap()
                    .with_unit(unit.parse::<Unit>().unwrap())
                    .unwrap();
                let w = 1.0 / per[src];
                let f: Forecast = match model.fit(&s).and_then(|m| m.forecast(Horizon::years(h as i64).unwrap())) {
                    Ok(f) => f,
                    Err(e) => {
                        eprintln!("{e}");
                        return [0.0; 8];
                    }
                };
                let tr = &v[..*n];
                let scale = tr.windows(2).map(|p| (p[1] - p[0]).abs()).sum::<f64>() / (n - 1) as f64;
                let med = f.median();
                let i80 = f.interval(80.0).unwrap();
                let i95 = f.interval(95.0).unwrap();
                let (mut sm, mut ae, mut c80, mut c95, mut is, mut pin) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
                let qs: Vec<Vec<f64>> = (1..20).map(|i| f.quantile(f64::from(i) * 0.05).unwrap()).collect();
                let mx = tr.iter().fold(0.0f64, |a, b| a.max(*b));
                let mut wild = 0.0;
                for i in 0..h {
                    let y = v[n + i];
                    let d = y.abs() + med[i].abs();
                    sm += if d > 0.0 { 200.0 * (y - med[i]).abs() / d } else { 0.0 };
                    ae += (y - med[i]).abs();
                    c80 += f64::from(y >= i80.lower[i] && y <= i80.upper[i]);
                    let (l, u) = (i95.lower[i], i95.upper[i]);
                    c95 += f64::from(y >= l && y <= u);
                    is += (u - l) + 40.0 * (l - y).max(0.0) + 40.0 * (y - u).max(0.0);
                    for (k, q) in qs.iter().enumerate() {
                        let t = (k + 1) as f64 * 0.05;
                        pin += 2.0 / 19.0 * if y >= q[i] { t * (y - q[i]) } else { (1.0 - t) * (q[i] - y) };
                    }
                    if u > 20.0 * mx {
                        wild += 1.0
                    }
                }
                let hf = h as f64;
                let ok = scale > 0.0;
                let g = |x: f64| {
                    if ok { (x / scale / hf).min(if hold > 0 { 20.0 } else { f64::INFINITY }) } else { f64::NAN }
                };
                [w, sm / hf, g(ae), c80 / hf, c95 / hf, if ok { is / scale / hf } else { f64::NAN }, g(pin), wild / hf]
            })
            .collect();
        let mean = |k: usize| {
            let (mut s, mut t) = (0.0, 0.0);
            for r in &scores {
                if r[0] > 0.0 && r[k].is_finite() {
                    s += r[0] * r[k];
                    t += r[0];
                }
            }
            s / t
        };
        println!(
            "{name:40} sMAPE {:.3} MASE {:.4} c80 {:.1} c95 {:.1} MSIS {:.2} sCRPS {:.4} wild/1000 {:.2}  {:.2}s",
            mean(1),
            mean(2),
            100.0 * mean(3),
            100.0 * mean(4),
            mean(5),
            mean(6),
            1000.0 * mean(7),
            t.elapsed().as_secs_f64()
        );
    }
}

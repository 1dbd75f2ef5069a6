//! scratch
use unjuran::series::*; use unjuran::dist::*; use unjuran::smoothing::*;
fn main(){
 let a: Vec<String> = std::env::args().skip(1).collect();
 let p: Prior = serde_json::from_str(&std::fs::read_to_string(&a[1]).unwrap()).unwrap();
 let m=BayesEts::with_prior(p);
 let mut worst=0.0f64;
 for l in std::fs::read_to_string(&a[0]).unwrap().lines(){ let f:Vec<&str>=l.split('\t').collect(); let v:Vec<f64>=f[4].split(',').map(|v|v.parse().unwrap()).collect(); let n:usize=f[1].parse().unwrap();
  let s=Series::new(f[2],Year::new(1900).unwrap(),&v[..n]).unwrap().with_unit(Unit::Amount).unwrap();
  let fc=m.fit(&s).unwrap().forecast(Horizon::years(6).unwrap()).unwrap();
  for (i,d) in fc.steps().iter().enumerate(){ for q in [0.025,0.1,0.5,0.9,0.975]{ let y=d.quantile(q); let c=d.cdf(y); let e=(c-q).abs(); if e>1e-4 && y>0.0 { println!("{} lead {} p {q}: y {y} cdf {c}",f[2],i+1); } worst=worst.max(e);} }
 } println!("worst {worst}");
}

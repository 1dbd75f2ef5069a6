//! Where the slope of a trend changes: the search behind [`super::SegmentedTrend`].

#![allow(clippy::indexing_slicing, reason = "places of breaks come from the years that are searched")]

use serde::{Deserialize, Serialize};

use super::counts;
use super::setup::Setup;
use super::trend::response;
use crate::dist::Link;
use crate::error::Result;
use crate::model::Break;
use crate::numeric::least_squares::LeastSquares;
use crate::numeric::rng::Stream;

/// On which scale the segments are straight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SegmentScale {
    /// So many more every year.
    #[default]
    Linear,
    /// So many per cent more every year.
    Log,
    /// The same for counts, by the negative binomial likelihood (breaks by that of Poisson).
    Counts,
}

/// The most breaks that are searched for.
pub(super) const MOST: usize = 3;
/// Shuffles of a permutation test.
const SHUFFLES: usize = 999;
/// A share of a column's square below which it depends on others.
const NOTHING: f64 = 1e-20;

/// The search for the places of breaks, by least squares on the scale of the segments. Columns other than the breaks are
/// taken out once: what is left of y and of each candidate's column decides.
pub(super) struct Search {
    t: Vec<f64>,
    /// Rows without breaks, `p` entries each.
    rows: Vec<f64>,
    p: usize,
    response: Vec<f64>,
    weights: Vec<f64>,
    /// Places that a break may have.
    places: Vec<f64>,
    /// An orthonormal basis of the columns without breaks; none where they depend on one another.
    fixed: Option<Vec<Vec<f64>>>,
    /// What is left of the column of a break at each of the places.
    hinges: Vec<Vec<f64>>,
    /// Products of these, row by row; zero on the diagonal for a column of which nothing is left.
    gram: Vec<f64>,
    /// Square sums are compared above this.
    negligible: f64,
}

/// Breaks chosen so far, as rows of a Cholesky factor.
#[derive(Clone, Copy)]
struct Chosen {
    places: [usize; MOST],
    factor: [[f64; MOST]; MOST],
    /// What each break takes off the response: its root.
    taken: [f64; MOST],
    len: usize,
}

/// A share of a column's own square below which nothing of it is left beside others: products round to 1e-16.
const LEFT: f64 = 1e-12;

impl Search {
    pub(super) fn new(setup: &Setup, scale: SegmentScale, model: &str) -> Result<Self> {
        let n = setup.y.len();
        let mut weights = setup.weights.clone().unwrap_or_else(|| vec![1.0; n]);
        let response = match scale {
            SegmentScale::Linear => response(setup, Link::Identity, model)?,
            SegmentScale::Log => response(setup, Link::Log, model)?,
            SegmentScale::Counts => {
                // One step of the likelihood's own least squares from the observed counts.
                counts::problem(setup, model)?;
                let offset = |i: usize| setup.offset.as_ref().map_or(0.0, |offset| offset[i]);
                let mean = setup.y.iter().sum::<f64>() / n as f64;
                // Weights of counts that scatter by about a third beyond chance.
                for (weight, y) in weights.iter_mut().zip(&setup.y) {
                    let about = 0.5 * (y + mean) + 0.5;
                    *weight *= about / (1.0 + 0.1 * about);
                }
                setup.y.iter().enumerate().map(|(i, y)| (y + 0.5).ln() - offset(i)).collect()
            }
        };
        let t: Vec<f64> = setup.years.iter().map(|&year| setup.design.t(year)).collect();
        let places = t.get(1..n.saturating_sub(1)).map(<[f64]>::to_vec).unwrap_or_default();
        let largest = response.iter().fold(0.0_f64, |m: f64, y: &f64| m.max(y.abs()));
        let negligible = n as f64 * (1e-12 * largest).powi(2);
        let (rows, p) = (setup.rows.clone(), setup.columns());
        let (fixed, hinges, gram) = (None, Vec::new(), Vec::new());
        let bare = Self { t, rows, p, response, weights, places, fixed, hinges, gram, negligible };
        Ok(bare.prepared())
    }

    /// With the columns other than breaks taken out of those of the candidates.
    fn prepared(mut self) -> Self {
        let columns = (0..self.p).map(|j| self.rows.iter().skip(j).step_by(self.p).copied().collect());
        self.fixed = self.orthonormal(&[], columns);
        let fixed = self.fixed.as_deref().unwrap_or_default();
        let left = |place: &f64| {
            let column = self.hinge(*place);
            let length = self.product(&column, &column);
            let left = self.without(column, fixed);
            if self.product(&left, &left) <= NOTHING * length { vec![0.0; left.len()] } else { left }
        };
        let hinges: Vec<Vec<f64>> = self.places.iter().map(left).collect();
        self.gram = hinges.iter().flat_map(|a| hinges.iter().map(|b| self.product(a, b))).collect();
        self.hinges = hinges;
        self
    }

    fn product(&self, a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).zip(&self.weights).map(|((a, b), w)| w * a * b).sum()
    }

    /// The column of a break.
    fn hinge(&self, place: f64) -> Vec<f64> {
        self.t.iter().map(|t| (t - place).max(0.0)).collect()
    }

    /// What a basis leaves of a column.
    fn without(&self, mut column: Vec<f64>, basis: &[Vec<f64>]) -> Vec<f64> {
        // why twice: one pass leaves rounding in the directions taken out.
        for _ in 0..2 {
            for other in basis {
                let share = self.product(&column, other);
                column.iter_mut().zip(other).for_each(|(c, o)| *c -= share * o);
            }
        }
        column
    }

    /// A basis with further columns; none where these depend on it or on one another.
    fn orthonormal(&self, basis: &[Vec<f64>], columns: impl Iterator<Item = Vec<f64>>) -> Option<Vec<Vec<f64>>> {
        let mut basis = basis.to_vec();
        for column in columns {
            let length = self.product(&column, &column);
            let mut left = self.without(column, &basis);
            let own = self.product(&left, &left);
            if own <= NOTHING * length {
                return None;
            }
            let norm = own.sqrt();
            for entry in &mut left {
                *entry /= norm;
            }
            basis.push(left);
        }
        Some(basis)
    }

    /// The sum of squares with breaks at these places, of another response; infinite where the columns are dependent.
    fn rss_of(&self, response: &[f64], breaks: &[f64]) -> f64 {
        let hinges = breaks.iter().map(|&place| self.hinge(place));
        let Some(basis) = self.fixed.as_ref().and_then(|fixed| self.orthonormal(fixed, hinges)) else {
            return f64::INFINITY;
        };
        let left = self.without(response.to_vec(), &basis);
        self.product(&left, &left)
    }

    fn rss(&self, breaks: &[f64]) -> f64 {
        self.rss_of(&self.response, breaks)
    }

    /// The best places of k breaks.
    pub(super) fn best(&self, k: usize) -> Vec<f64> {
        self.best_for(&self.response, k).0
    }

    fn best_for(&self, response: &[f64], k: usize) -> (Vec<f64>, f64) {
        if k == 0 {
            return (Vec::new(), self.rss_of(response, &[]));
        }
        let Some((places, _)) = self.best_years(response, k) else { return (Vec::new(), f64::INFINITY) };
        let rss = self.rss_of(response, &places);
        self.between(response, (places, rss))
    }

    /// The best k observed years at least two years apart, with the sum of squares up to the rounding of the whole.
    fn best_years(&self, response: &[f64], k: usize) -> Option<(Vec<f64>, f64)> {
        let left = self.without(response.to_vec(), self.fixed.as_deref()?);
        let all = self.product(&left, &left);
        if k == 0 {
            return Some((Vec::new(), all));
        }
        let products: Vec<f64> = self.hinges.iter().map(|hinge| self.product(hinge, &left)).collect();
        let none = Chosen { places: [0; MOST], factor: [[0.0; MOST]; MOST], taken: [0.0; MOST], len: 0 };
        let mut best = None;
        self.every(&products, k, none, &mut best);
        let (taken, places) = best?;
        Some((places[..k].iter().map(|&i| self.places[i]).collect(), (all - taken).max(0.0)))
    }

    /// Every set of k observed years at least two years apart: the greatest sum of squares taken off, and its years.
    fn every(&self, products: &[f64], k: usize, chosen: Chosen, best: &mut Option<(f64, [usize; MOST])>) {
        let (m, len) = (self.places.len(), chosen.len);
        let from = if len == 0 { 0 } else { chosen.places[len - 1] + 1 };
        for i in from..m {
            if len > 0 && self.places[i] - self.places[chosen.places[len - 1]] < 2.0 {
                continue;
            }
            let own = self.gram[i * m + i];
            let (mut left, mut product, mut row) = (own, products[i], [0.0; MOST]);
            for a in 0..len {
                let before: f64 = (0..a).map(|b| row[b] * chosen.factor[a][b]).sum();
                row[a] = (self.gram[i * m + chosen.places[a]] - before) / chosen.factor[a][a];
                left -= row[a] * row[a];
                product -= row[a] * chosen.taken[a];
            }
            if left <= LEFT * own {
                continue;
            }
            row[len] = left.sqrt();
            let mut next = chosen;
            next.places[len] = i;
            next.factor[len] = row;
            next.taken[len] = product / row[len];
            next.len += 1;
            if next.len < k {
                self.every(products, k, next, best);
                continue;
            }
            let taken = next.taken[..k].iter().map(|root| root * root).sum::<f64>();
            if best.is_none_or(|(most, _)| taken > most) {
                *best = Some((taken, next.places));
            }
        }
    }

    /// Places between years: with the years on either side of each break settled, free lines on both sides meet where the
    /// fit is best; where they meet outside, a year is the best place. Breaks take turns until none moves.
    fn between(&self, response: &[f64], start: (Vec<f64>, f64)) -> (Vec<f64>, f64) {
        let mut best = start;
        for _ in 0..20 {
            let before = best.1;
            for j in 0..best.0.len() {
                for window in self.t.windows(2) {
                    if window[0] < self.places[0] || window[1] > self.places[self.places.len() - 1] {
                        continue;
                    }
                    let near = |other: &f64| (other - window[0]).abs() < 1.0 || (other - window[1]).abs() < 1.0;
                    if best.0.iter().enumerate().any(|(i, other)| i != j && near(other)) {
                        continue;
                    }
                    if let Some(place) = self.meeting(response, &best.0, j, (window[0], window[1])) {
                        let mut tried = best.0.clone();
                        tried[j] = place;
                        tried.sort_unstable_by(f64::total_cmp);
                        let rss = self.rss_of(response, &tried);
                        if rss < best.1 - 1e-14 * best.1.abs() && tried.windows(2).all(|pair| pair[1] - pair[0] >= 1.0)
                        {
                            best = (tried, rss);
                        }
                    }
                }
            }
            if best.1 >= before - 1e-13 * before.abs() {
                break;
            }
        }
        best
    }

    /// Where the lines before and after a gap between two years meet, if that is in the gap: columns for a jump and a change
    /// of slope there stand for the break, and the break is where the jump of the change of slope is made up.
    fn meeting(&self, response: &[f64], breaks: &[f64], j: usize, (low, high): (f64, f64)) -> Option<f64> {
        let others: Vec<f64> = breaks.iter().enumerate().filter(|(i, _)| *i != j).map(|(_, c)| *c).collect();
        let width = self.p + others.len() + 2;
        let rows: Vec<f64> = (0..self.t.len())
            .flat_map(|i| {
                let t = self.t[i];
                let after = t >= high;
                let own = self.rows[i * self.p..(i + 1) * self.p].iter().copied();
                let hinges = others.iter().map(move |c| (t - c).max(0.0));
                own.chain(hinges)
                    .chain([f64::from(u8::from(after)), if after { t - low } else { 0.0 }])
                    .collect::<Vec<_>>()
            })
            .collect();
        let fit = LeastSquares::weighted(&rows, width, response, &self.weights).ok()?;
        let (jump, slope) = (fit.coefficients()[width - 2], fit.coefficients()[width - 1]);
        let place = low - jump / slope;
        (place > low && place < high).then_some(place)
    }

    /// The weighted criterion with the charge for short series: between BIC and BIC3 (3 parameters a break instead of 2), the
    /// nearer to BIC3 the more of two neighbouring segments a break explains.
    pub(super) fn by_weighted_bic(&self, most: usize) -> Vec<f64> {
        let n = self.t.len() as f64;
        let fits: Vec<(Vec<f64>, f64)> = (0..=most).map(|k| self.best_for(&self.response, k)).collect();
        let value = |k: usize| {
            let rss = fits[k].1.max(self.negligible).max(f64::MIN_POSITIVE);
            let numbers = (2.0 + self.largest_share(&fits[k].0)) * k as f64 + self.p as f64;
            let spare = n - numbers;
            if spare > 0.0 { (rss / n).ln() + numbers * n.ln() / spare } else { f64::INFINITY }
        };
        let mut best = 0;
        for k in 1..=most {
            // why a margin: on an exact line all numbers of breaks differ by rounding only.
            if value(k) < value(best) - 1e-9 {
                best = k;
            }
        }
        fits.into_iter().nth(best).map(|fit| fit.0).unwrap_or_default()
    }

    /// The largest partial R^2 of a break: what its change of slope explains of the segments on both sides of it, beside one
    /// line through both.
    fn largest_share(&self, breaks: &[f64]) -> f64 {
        let response = self.trend_of(breaks);
        let share = |(i, place): (usize, &f64)| {
            let from = if i == 0 { f64::NEG_INFINITY } else { breaks[i - 1] };
            let to = breaks.get(i + 1).copied().unwrap_or(f64::INFINITY);
            let beside = |t: &f64| f64::from(u8::from(*t >= from && *t <= to));
            let within =
                |column: Vec<f64>| -> Vec<f64> { column.iter().zip(&self.t).map(|(x, t)| x * beside(t)).collect() };
            let line = [vec![1.0; self.t.len()], self.t.clone()].map(within);
            let Some(line) = self.orthonormal(&[], line.into_iter()) else { return 0.0 };
            let [y, z] = [response.clone(), self.hinge(*place)].map(|column| self.without(within(column), &line));
            let (yy, zz) = (self.product(&y, &y), self.product(&z, &z));
            if yy > 0.0 && zz > 0.0 { (self.product(&y, &z).powi(2) / (yy * zz)).min(1.0) } else { 0.0 }
        };
        breaks.iter().enumerate().map(share).fold(0.0, f64::max)
    }

    /// The response less what columns beside the line and these breaks explain of it.
    fn trend_of(&self, breaks: &[f64]) -> Vec<f64> {
        const LINE: usize = 2;
        let mut response = self.response.clone();
        if self.p > LINE {
            let width = self.p + breaks.len();
            let row = |i: usize| {
                let own = self.rows[i * self.p..(i + 1) * self.p].iter().copied();
                own.chain(breaks.iter().map(move |c| (self.t[i] - c).max(0.0)))
            };
            let rows: Vec<f64> = (0..self.t.len()).flat_map(row).collect();
            if let Ok(fit) = LeastSquares::weighted(&rows, width, &self.response, &self.weights) {
                for (y, row) in response.iter_mut().zip(rows.chunks_exact(width)) {
                    let beside = row[LINE..self.p].iter().zip(&fit.coefficients()[LINE..self.p]);
                    *y -= beside.map(|(x, b)| x * b).sum::<f64>();
                }
            }
        }
        response
    }

    /// Kim and others' sequence: fewest against most, then whichever of the two is refuted moves by one.
    pub(super) fn by_permutation(&self, most: usize) -> Vec<f64> {
        let (mut few, mut many) = (0, most);
        let level = 0.05 / most.max(1) as f64;
        while few < many {
            if self.permutation_p(few, many) < level { few += 1 } else { many -= 1 }
        }
        self.best(few)
    }

    /// The share of shuffles of the residuals of the fit with few breaks for which many breaks gain as much.
    fn permutation_p(&self, few: usize, many: usize) -> f64 {
        let (places, small) = self.best_for(&self.response, few);
        let large = self.best_for(&self.response, many).1;
        if small <= self.negligible {
            return 1.0;
        }
        let width = self.p + places.len();
        let rows: Vec<f64> = (0..self.t.len())
            .flat_map(|i| {
                let hinges = places.iter().map(move |c| (self.t[i] - c).max(0.0));
                self.rows[i * self.p..(i + 1) * self.p].iter().copied().chain(hinges).collect::<Vec<_>>()
            })
            .collect();
        let Ok(fit) = LeastSquares::weighted(&rows, width, &self.response, &self.weights) else { return 1.0 };
        let gain = small / large.max(f64::MIN_POSITIVE);
        let mut stream = Stream::new(0, "permutation");
        let mut residuals = fit.residuals().to_vec();
        let line: Vec<f64> = self.response.iter().zip(fit.residuals()).map(|(y, e)| y - e).collect();
        let mut as_far = 1.0;
        for _ in 0..SHUFFLES {
            for i in (1..residuals.len()).rev() {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to i")]
                let j = (stream.uniform() * (i + 1) as f64) as usize;
                residuals.swap(i, j.min(i));
            }
            let shuffled: Vec<f64> = line.iter().zip(&residuals).map(|(l, e)| l + e).collect();
            // why at whole years: a thousand searches between them would cost seconds and move p by little.
            let of = |k: usize| self.best_years(&shuffled, k).map_or(f64::INFINITY, |(_, rss)| rss);
            if of(few) / of(many).max(f64::MIN_POSITIVE) >= gain {
                as_far += 1.0;
            }
        }
        as_far / (SHUFFLES + 1) as f64
    }

    /// The breaks with their years and support.
    pub(super) fn dated(&self, setup: &Setup, found: &[f64]) -> Result<Vec<Break>> {
        let half = 0.5 * self.t.len() as f64;
        let first = setup.training.first;
        let mut breaks = Vec::with_capacity(found.len());
        for (j, &t) in found.iter().enumerate() {
            let logs: Vec<f64> = self
                .places
                .iter()
                .map(|&place| {
                    let mut tried = found.to_vec();
                    tried[j] = place;
                    -half * self.rss(&tried).max(self.negligible).max(f64::MIN_POSITIVE).ln()
                })
                .collect();
            let top = logs.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
            let mut shares: Vec<f64> = logs.iter().map(|v| (v - top).exp()).collect();
            let total: f64 = shares.iter().sum();
            for share in &mut shares {
                *share /= total;
            }
            let near = |place: f64| (place - t).abs() < 1.5;
            let support = self.places.iter().zip(&shares).filter(|(place, _)| near(**place)).map(|(_, s)| s).sum();
            let bound = |tail: f64| {
                let mut sum = 0.0;
                let at = self.places.iter().zip(&shares).find(|(_, s)| {
                    sum += **s;
                    sum >= tail
                });
                at.map_or(t, |(place, _)| *place)
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places are from 1 on")]
            let year = |t: f64| first.plus((t.floor() - 1.0).max(0.0) as usize);
            let (lower, upper) = (bound(0.025).min(t), bound(0.975).max(t));
            breaks.push(Break { t, year: year(t)?, lower: year(lower)?, upper: year(upper)?, support });
        }
        Ok(breaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Column, Inputs};
    use crate::series::{Series, Training, Year};

    #[test]
    fn the_best_years_are_those_of_every_set_tried_in_full() {
        let mut stream = Stream::new(4, "breaks");
        for n in [9_i64, 12, 16] {
            let y: Vec<f64> = (0..n).map(|_| 50.0 + 10.0 * stream.normal()).collect();
            let year = |t: i64| Year::new(2000 + t).unwrap();
            let driver: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
            let inputs =
                Inputs::new().driver("x", (0..n).map(|t| (year(t), driver[usize::try_from(t).unwrap()]))).unwrap();
            let series = Series::new("s", year(0), &y).unwrap();
            let straight = |_: &Training| vec![Column::Intercept, Column::Trend];
            let setup = Setup::new(&series, &inputs, straight, ("test", 2)).unwrap();
            let search = Search::new(&setup, SegmentScale::Linear, "test").unwrap();
            let mut best = [(Vec::new(), f64::INFINITY), (Vec::new(), f64::INFINITY)];
            for (i, &a) in search.places.iter().enumerate() {
                for b in search.places[i..].iter().filter(|b| **b == a || **b - a >= 2.0) {
                    let tried = if a == *b { vec![a] } else { vec![a, *b] };
                    let rss = search.rss_of(&search.response, &tried);
                    let best = &mut best[tried.len() - 1];
                    if rss < best.1 {
                        *best = (tried, rss);
                    }
                }
            }
            for (places, rss) in best {
                let (found, square) = search.best_years(&search.response, places.len()).unwrap();
                assert_eq!(found, places);
                assert!((square / rss - 1.0).abs() < 1e-10, "{square} for {rss}");
            }
        }
    }

    #[test]
    fn a_break_that_the_columns_already_have_is_no_place() {
        // An event in the last year is the break before it.
        let year = |t: i64| Year::new(2000 + t).unwrap();
        let series = Series::new("s", year(0), &[3.0, 5.0, 4.0, 8.0, 6.0, 9.0, 7.0, 20.0]).unwrap();
        let inputs = Inputs::new().driver("last", (0..8).map(|t| (year(t), f64::from(u8::from(t == 7))))).unwrap();
        let straight = |_: &Training| vec![Column::Intercept, Column::Trend];
        let setup = Setup::new(&series, &inputs, straight, ("test", 2)).unwrap();
        let search = Search::new(&setup, SegmentScale::Linear, "test").unwrap();
        assert!(search.rss_of(&search.response, &[7.0]).is_infinite());
        assert!(search.best(1).iter().all(|place| *place < 7.0));
    }
}

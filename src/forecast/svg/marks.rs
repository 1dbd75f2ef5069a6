//! The marks inside the plot and the legend that names them.

use super::picture::Picture;
use super::scale::{ValueScale, YearScale};
use super::words::so_far;
use super::writer::{Canvas, Spot, width};
use super::{DEEP, INK};
use crate::language::shortened;

/// The widest and the narrowest band: one hue, each step darker in print too.
const TINTS: [[i32; 3]; 2] = [[215, 230, 244], [118, 170, 216]];
/// Points closer than this would touch: the line alone is drawn.
const CROWDED: f64 = 6.0;

/// The plot: what is drawn, and where.
pub(super) struct Marks<'a> {
    pub(super) picture: &'a Picture<'a>,
    pub(super) years: &'a YearScale,
    pub(super) values: &'a ValueScale,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Marks<'_> {
    fn spot(&self, year: i32, value: f64) -> Spot {
        (self.years.at(f64::from(year)), self.values.at(value))
    }

    /// The bands, widest first, from the last full year on.
    pub(super) fn bands(&self, canvas: &mut Canvas) {
        let count = self.picture.ribbons.len();
        canvas.group("data-part=\"bands\"", |canvas| {
            for (rank, ribbon) in self.picture.ribbons.iter().enumerate() {
                let mut points = ribbon.points.clone();
                if let Some((year, y)) = points.first().and_then(|point| self.joint_before(point.0)) {
                    points.insert(0, (year, y, y));
                }
                for run in points.chunk_by(|a, b| b.0 == a.0 + 1) {
                    let edge = |pick: fn(&(i32, f64, f64)) -> f64| {
                        self.inside(&run.iter().map(|p| self.spot(p.0, pick(p))).collect::<Vec<_>>())
                    };
                    let (mut corners, mut back) = (edge(|p| p.2), edge(|p| p.1));
                    if let ([upper], [lower]) = (&corners[..], &back[..]) {
                        // why: a single year apart from the rest has no width of its own.
                        let half = (self.years.step() / 3.0).min(6.0);
                        (corners, back) = (
                            vec![(upper.0 - half, upper.1), (upper.0 + half, upper.1)],
                            vec![(lower.0 - half, lower.1), (lower.0 + half, lower.1)],
                        );
                    }
                    back.reverse();
                    corners.extend(back);
                    canvas.shape(&corners, &format!("fill=\"{}\"", tint(rank, count)));
                }
            }
        });
    }

    /// The last full year, if this year follows it.
    fn joint_before(&self, year: i32) -> Option<(i32, f64)> {
        self.picture.joint().filter(|joint| joint.0 + 1 == year)
    }

    /// An edge of a band, kept within the plot: where it crosses the top or the bottom it gets a corner.
    fn inside(&self, edge: &[Spot]) -> Vec<Spot> {
        let limits = [self.top, self.bottom];
        let mut kept = Vec::with_capacity(edge.len());
        for (i, &(x, y)) in edge.iter().enumerate() {
            if let Some(&(x0, y0)) = i.checked_sub(1).and_then(|before| edge.get(before)) {
                let mut crossed: Vec<f64> = limits
                    .iter()
                    .filter(|&&limit| (y0 - limit) * (y - limit) < 0.0)
                    .map(|l| (l - y0) / (y - y0))
                    .collect();
                crossed.sort_unstable_by(f64::total_cmp);
                kept.extend(
                    crossed.iter().map(|t| (x0 + t * (x - x0), (y0 + t * (y - y0)).clamp(self.top, self.bottom))),
                );
            }
            kept.push((x, y.clamp(self.top, self.bottom)));
        }
        kept
    }

    /// A dotted rule where the projection begins.
    pub(super) fn start(&self, canvas: &mut Canvas) -> Option<f64> {
        let start = self.picture.start?;
        let x = self.years.at(f64::from(start) - 0.5).max(self.left);
        let dots = format!("stroke=\"{INK}\" stroke-opacity=\".45\" stroke-dasharray=\"1 3\"");
        canvas.line(&[(x, self.top - 14.0), (x, self.bottom)], &dots);
        Some(x)
    }

    /// Full years on a line that gaps break, and masked cells as bars.
    pub(super) fn history(&self, canvas: &mut Canvas) {
        let crowded = self.years.step() < CROWDED;
        canvas.group(&format!("data-part=\"history\" fill=\"{INK}\" stroke=\"{INK}\""), |canvas| {
            for run in self.picture.full.chunk_by(|a, b| b.0 == a.0 + 1) {
                let spots: Vec<Spot> = run.iter().map(|&(year, y)| self.spot(year, y)).collect();
                if spots.len() > 1 {
                    canvas.line(&spots, "fill=\"none\" stroke-width=\"1.8\" stroke-linejoin=\"round\"");
                }
                if !crowded || spots.len() == 1 {
                    for &spot in &spots {
                        canvas.dot(spot, 2.6, "");
                    }
                }
            }
        });
        if self.picture.masked.is_empty() {
            return;
        }
        canvas.group(&format!("data-part=\"masked\" stroke=\"{INK}\" stroke-width=\"1.4\""), |canvas| {
            for &(year, lower, upper) in &self.picture.masked {
                bar(canvas, self.spot(year, lower), self.spot(year, upper), (self.years.step() / 3.0).min(4.0));
            }
        });
    }

    /// The median: dashed, with points where there is room.
    pub(super) fn median(&self, canvas: &mut Canvas) {
        let Some(&first) = self.picture.median.first() else { return };
        let points: Vec<(i32, f64)> =
            self.joint_before(first.0).into_iter().chain(self.picture.median.iter().copied()).collect();
        canvas.group(&format!("data-part=\"median\" fill=\"{DEEP}\" stroke=\"{DEEP}\""), |canvas| {
            for run in points.chunk_by(|a, b| b.0 == a.0 + 1) {
                let spots: Vec<Spot> = run.iter().map(|&(year, y)| self.spot(year, y)).collect();
                if spots.len() > 1 {
                    canvas.line(&spots, "fill=\"none\" stroke-width=\"1.8\" stroke-dasharray=\"5 3\"");
                }
            }
            if self.years.step() >= CROWDED || self.picture.median.len() == 1 {
                for &(year, y) in &self.picture.median {
                    canvas.dot(self.spot(year, y), 2.2, "");
                }
            }
        });
    }

    /// The partial year: a hollow point and what was counted, where the words hide least.
    pub(super) fn partial(&self, canvas: &mut Canvas, size: f64) {
        for &(year, counted, covered) in &self.picture.partial {
            let (x, y) = self.spot(year, counted);
            let words = so_far(counted, covered, self.picture.language);
            let long = width(&words, size);
            // Left edge, baseline, and the end of the text that is tied to the point whatever the reader's font.
            let sides = [
                (x - 9.0 - long, y + size * 0.35, "end"),
                (x - long / 2.0, y + size + 6.0, "middle"),
                (x + 9.0, y + size * 0.35, "start"),
                (x + 2.0, y + size + 6.0, "start"),
                (x - 2.0 - long, y + size + 6.0, "end"),
                (x - long / 2.0, y - 9.0, "middle"),
            ];
            let farthest = (self.right - long).max(self.left);
            let places = sides.map(|(x, y, tied)| (x.clamp(self.left.min(farthest), farthest), y, tied));
            let hidden = |&(x, y, _): &(f64, f64, &str)| {
                let outside = y > self.bottom - 2.0 || y - size < self.top;
                self.hidden((x, y - size), (x + long, y + 3.0)) + usize::from(outside) * 1000
            };
            let (left, base, tied) = places.into_iter().min_by_key(hidden).unwrap_or((x, y, "start"));
            let shift = if tied == "end" {
                long
            } else if tied == "middle" {
                long / 2.0
            } else {
                0.0
            };
            canvas.group("data-part=\"partial\"", |canvas| {
                canvas.dot((x, y), 3.8, &format!("fill=\"#fff\" stroke=\"{INK}\" stroke-width=\"1.8\""));
                // why the white edge: in a crowded chart the words cross a line, and must be read all the same.
                let edge = "stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"";
                canvas.text((left + shift, base), &words, &format!("fill=\"{INK}\" text-anchor=\"{tied}\" {edge}"));
            });
        }
    }

    /// How much of the lines and points lies in a box.
    fn hidden(&self, (left, top): Spot, (right, bottom): Spot) -> usize {
        const SAMPLES: i32 = 12;
        let within = |&(x, y): &Spot| (left..=right).contains(&x) && (top..=bottom).contains(&y);
        let line = |points: &[(i32, f64)]| -> usize {
            let spots: Vec<Spot> = points.iter().map(|&(year, y)| self.spot(year, y)).collect();
            let between = |(&(x0, y0), &(x1, y1)): (&Spot, &Spot)| {
                (0..SAMPLES)
                    .map(|i| f64::from(i) / f64::from(SAMPLES))
                    .filter(|t| within(&(x0 + t * (x1 - x0), y0 + t * (y1 - y0))))
                    .count()
            };
            spots.iter().zip(spots.iter().skip(1)).map(between).sum::<usize>()
                + 3 * spots.iter().filter(|s| within(s)).count()
        };
        let dots: Vec<(i32, f64)> = self.picture.partial.iter().map(|&(year, counted, _)| (year, counted)).collect();
        // why the joint: the median line starts there.
        let median: Vec<(i32, f64)> =
            self.picture.joint().into_iter().chain(self.picture.median.iter().copied()).collect();
        line(&self.picture.full) + line(&median) + line(&dots)
    }
}

/// A small triangle from its foot to its tip.
pub(super) fn arrow(canvas: &mut Canvas, tip: Spot, foot: Spot) {
    canvas.shape(&[tip, (foot.0 - 4.0, foot.1), (foot.0 + 4.0, foot.1)], &format!("fill=\"{DEEP}\""));
}

/// A vertical bar with caps.
fn bar(canvas: &mut Canvas, lower: Spot, upper: Spot, half: f64) {
    let cap = |(x, y): Spot| [(x - half, y), (x + half, y)];
    canvas.line(&cap(lower), "");
    canvas.line(&[lower, upper], "");
    canvas.line(&cap(upper), "");
}

/// The fill of the band at a rank from the widest, of so many.
fn tint(rank: usize, count: usize) -> String {
    // why 255 steps: whole numbers give the same colour on every machine; a band on its own takes the middle.
    let share = if count < 2 { 127 } else { i32::try_from(rank * 255 / (count - 1)).unwrap_or(255) };
    let [[r, g, b], [dark_r, dark_g, dark_b]] = TINTS;
    let [r, g, b] = [(r, dark_r), (g, dark_g), (b, dark_b)].map(|(light, dark)| light + (dark - light) * share / 255);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// One entry of the legend.
enum Key {
    Observed,
    Partial,
    Masked,
    Median,
    Band(String),
}

/// The names of the marks that occur, in rows; the height of the last row's baseline is given back.
pub(super) fn legend(canvas: &mut Canvas, picture: &Picture<'_>, (left, y): Spot, (right, size): (f64, f64)) -> f64 {
    const SWATCH: f64 = 16.0;
    let mut keys: Vec<(Key, String)> = Vec::new();
    let said = picture.language;
    let mut name = |there: bool, key: Key, words: String| {
        if there {
            keys.push((key, words));
        }
    };
    name(!picture.full.is_empty(), Key::Observed, said.word("chart.observed"));
    name(!picture.partial.is_empty(), Key::Partial, said.word("chart.partial"));
    name(!picture.masked.is_empty(), Key::Masked, said.word("chart.masked"));
    name(!picture.median.is_empty(), Key::Median, said.word("chart.median"));
    let count = picture.ribbons.len();
    for (rank, ribbon) in picture.ribbons.iter().enumerate().rev() {
        let level = shortened(ribbon.level, said);
        let words = if rank == 0 { said.say("interval", &[("level", &level)]) } else { format!("{level}%") };
        name(true, Key::Band(tint(rank, count)), words);
    }
    let (mut x, mut y) = (left, y);
    canvas.group("data-part=\"legend\"", |canvas| {
        for (key, words) in keys {
            let long = SWATCH + 4.0 + width(&words, size);
            if x > left && x + long > right {
                (x, y) = (left, y + size + 5.0);
            }
            swatch(canvas, &key, (x, y - size * 0.35), SWATCH);
            canvas.text((x + SWATCH + 4.0, y), &words, "");
            x += long + 8.0;
        }
    });
    y
}

fn swatch(canvas: &mut Canvas, key: &Key, (x, y): Spot, long: f64) {
    let (from, middle, to) = ((x, y), (x + long / 2.0, y), (x + long, y));
    match key {
        Key::Observed => {
            canvas.line(&[from, to], &format!("stroke=\"{INK}\" stroke-width=\"1.8\""));
            canvas.dot(middle, 2.6, &format!("fill=\"{INK}\""));
        }
        Key::Partial => canvas.dot(middle, 3.8, &format!("fill=\"#fff\" stroke=\"{INK}\" stroke-width=\"1.8\"")),
        Key::Masked => canvas.group(&format!("stroke=\"{INK}\" stroke-width=\"1.4\""), |canvas| {
            bar(canvas, (middle.0, y + 5.0), (middle.0, y - 5.0), 4.0);
        }),
        Key::Median => {
            canvas.line(&[from, to], &format!("stroke=\"{DEEP}\" stroke-width=\"1.8\" stroke-dasharray=\"5 3\""));
        }
        Key::Band(fill) => {
            let (top, bottom) = (y - 5.0, y + 5.0);
            canvas.shape(&[(x, top), (to.0, top), (to.0, bottom), (x, bottom)], &format!("fill=\"{fill}\""));
        }
    }
}

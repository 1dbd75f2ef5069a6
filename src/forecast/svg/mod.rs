//! The fan chart: one self-contained SVG for pages, notebooks, reports and services.
//!
//! `picture` says what can be drawn, `scale` where, `words` with which numbers in words, `writer` as which elements;
//! here they are put together. The output depends on the fan and the style alone. It holds no script, no style sheet
//! and no reference to anything outside, and its two identifiers are made from its content.

mod marks;
mod picture;
mod scale;
mod words;
mod writer;

use super::fan::Fan;
use crate::language::{Language, shortened};
use crate::markup::escaped;
use crate::series::Unit;
use marks::{Marks, arrow, legend};
use picture::{Picture, Reach};
use scale::{ValueScale, YearScale};
use words::{identifier, sentence};
use writer::{Canvas, elided, width};

/// Observed numbers, and everything that must be read.
const INK: &str = "#1b1b1b";
/// Text beside the chart: 7:1 on white.
const GREY: &str = "#565656";
/// The median and what is said about it.
const DEEP: &str = "#08306b";
/// Below this width the chart is one of many: smaller type.
const SMALL: f64 = 480.0;
/// The plot itself is never lower than this, whatever stands above it.
const LOWEST: f64 = 70.0;

/// The size of a fan chart in pixels, and the language of its words. On a page with less room the chart shrinks, so the
/// size also sets the proportions.
///
/// ```
/// use unjuran::forecast::SvgStyle;
/// assert_eq!(SvgStyle::default(), SvgStyle::new(640, 360));
/// assert_eq!(SvgStyle::small(), SvgStyle::new(320, 240));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SvgStyle {
    width: u32,
    height: u32,
    language: Language,
}

impl SvgStyle {
    /// So many pixels wide and high: 240 to 4000 and 180 to 4000, and the nearest of these where another size is given.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width: width.clamp(240, 4000), height: height.clamp(180, 4000), language: Language::English }
    }

    /// One of many charts on a page.
    pub fn small() -> Self {
        Self::new(320, 240)
    }

    /// The same size with words in another language.
    ///
    /// ```
    /// use unjuran::forecast::{Fan, SvgStyle};
    /// use unjuran::language::Language;
    /// use unjuran::series::{Unit, Year};
    /// let fan = Fan::new("kes", Unit::Count, vec![Year::new(2023)?], vec![145.0]);
    /// assert!(fan.to_svg(&SvgStyle::default().language(Language::Malay)).contains("Bilangan tahunan"));
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    #[must_use]
    pub fn language(self, language: Language) -> Self {
        Self { language, ..self }
    }
}

impl Default for SvgStyle {
    fn default() -> Self {
        Self::new(640, 360)
    }
}

impl Fan {
    /// The fan as a chart in SVG, complete in itself.
    ///
    /// Observed years are solid points on a line that gaps break; a partial year is a hollow point with its count, apart
    /// from the line; a masked cell is a bar. The bands share one hue, lighter where they are wider. A band so wide that
    /// the observed years would lie flat is cut at the top, and the chart says how far it goes. Numbers that are not
    /// finite are left out. Title and description carry the forecast in words.
    ///
    /// ```
    /// use unjuran::forecast::{Fan, SvgStyle};
    /// use unjuran::series::{Unit, Year};
    /// let fan = Fan::new("cases", Unit::Count, vec![Year::new(2023)?], vec![145.0]);
    /// let svg = fan.to_svg(&SvgStyle::default());
    /// assert!(svg.starts_with("<svg ") && svg.contains("median 145 in 2023"));
    /// # Ok::<(), unjuran::Error>(())
    /// ```
    pub fn to_svg(&self, style: &SvgStyle) -> String {
        let picture = Picture::of(self, style.language);
        let reach = picture.reach();
        let (body, height) = Sheet::new(f64::from(style.width), f64::from(style.height), &picture).draw(self, &reach);
        let (title, description) = (escaped(picture.label), escaped(&sentence(&picture)));
        let id = identifier(&format!("{title}{description}{body}"));
        let width = style.width;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" style=\"max-width:100%;height:auto\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\" font-family=\"Helvetica,Arial,sans-serif\" fill=\"{GREY}\">\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{body}</svg>"
        )
    }
}

/// Sizes that everything is laid out with.
struct Sheet<'a> {
    picture: &'a Picture<'a>,
    width: f64,
    height: f64,
    /// Size of the title, of text, and the air at the edges.
    title: f64,
    text: f64,
    edge: f64,
}

/// A corner of the chart that is free for text on the right: the last median and its band.
struct Aside {
    /// Height of the median, in values.
    value: f64,
    lines: Vec<String>,
    width: f64,
}

impl<'a> Sheet<'a> {
    fn new(width: f64, height: f64, picture: &'a Picture<'a>) -> Self {
        let (title, text, edge) = if width < SMALL { (13.0, 10.0, 8.0) } else { (16.0, 11.5, 12.0) };
        Self { picture, width, height, title, text, edge }
    }

    /// The elements, and the height they take: the asked one, or more if the plot would not fit.
    fn draw(&self, fan: &Fan, reach: &Reach) -> (String, f64) {
        let mut canvas = Canvas::default();
        let line = self.text + 5.0;
        let mut y = self.edge + self.title * 0.8;
        let room = self.width - 2.0 * self.edge;
        let bold = format!("font-size=\"{}\" font-weight=\"bold\" fill=\"{INK}\"", self.title);
        canvas.text((self.edge, y), &elided(self.picture.label, self.title * 1.12, room), &bold);
        y += line;
        let aside = self.aside();
        let mut height = 0.0;
        canvas.group(&format!("font-size=\"{}\"", self.text), |canvas| {
            canvas.text((self.edge, y), &elided(&subtitle(fan, self.picture.language), self.text, room), "");
            y += line;
            y = legend(canvas, self.picture, (self.edge, y), (self.width - self.edge, self.text));
            let top = y + line + 4.0;
            height = self.height.max(top + LOWEST + line + self.edge);
            self.plot(canvas, reach, aside.as_ref(), (top, height - self.edge - line));
        });
        (canvas.finish(), height)
    }

    /// Axes, marks, and the words around them, between two heights.
    fn plot(&self, canvas: &mut Canvas, reach: &Reach, aside: Option<&Aside>, (top, bottom): (f64, f64)) {
        let values = ValueScale::new((reach.low, reach.high), (top, bottom), self.picture.unit);
        let ticks = values.ticks(self.picture.language);
        let left = self.edge + ticks.iter().map(|(_, label)| width(label, self.text)).fold(0.0, f64::max) + 6.0;
        let right = self.width - self.edge - aside.map_or(0.0, |a| a.width);
        let right = right.max(left + LOWEST);
        let years = YearScale::new(self.picture.years, (left, right));
        let plot = Marks { picture: self.picture, years: &years, values: &values, left, right, top, bottom };
        plot.bands(canvas);
        self.value_axis(canvas, &ticks, (left, right), values.is_signed());
        self.year_axis(canvas, &years, (left, right, bottom));
        let rule = plot.start(canvas);
        plot.history(canvas);
        plot.median(canvas);
        plot.partial(canvas, self.text);
        self.strip(canvas, reach, &plot, rule);
        if let Some(aside) = aside {
            self.beside(canvas, aside, &plot);
        }
    }

    fn value_axis(&self, canvas: &mut Canvas, ticks: &[(f64, String)], (left, right): (f64, f64), signed: bool) {
        canvas.group("stroke=\"#000\" stroke-opacity=\".13\"", |canvas| {
            for (y, label) in ticks {
                let strong = if signed && label == "0" { "stroke-opacity=\".75\"" } else { "" };
                canvas.line(&[(left, *y), (right, *y)], strong);
            }
        });
        canvas.group("text-anchor=\"end\"", |canvas| {
            for (y, label) in ticks {
                canvas.text((left - 6.0, y + self.text * 0.35), label, "");
            }
        });
    }

    fn year_axis(&self, canvas: &mut Canvas, years: &YearScale, (left, right, bottom): (f64, f64, f64)) {
        let ticks = years.ticks(width("2020", self.text) + 8.0);
        canvas.group(&format!("stroke=\"{GREY}\""), |canvas| {
            canvas.line(&[(left, bottom), (right, bottom)], "");
            for &year in &ticks {
                let x = years.at(f64::from(year));
                canvas.line(&[(x, bottom), (x, bottom + 4.0)], "");
            }
        });
        canvas.group("data-part=\"years\" text-anchor=\"middle\"", |canvas| {
            for &year in &ticks {
                canvas.text((years.at(f64::from(year)), bottom + self.text + 5.0), &year.to_string(), "");
            }
        });
    }

    /// The line above the plot: where the projection begins, and how far cut bands go.
    fn strip(&self, canvas: &mut Canvas, reach: &Reach, plot: &Marks<'_>, rule: Option<f64>) {
        let y = plot.top - 5.0;
        let said = self.picture.language;
        let number = |value: f64| shortened(value, said);
        let far = |cut: &[(f64, f64)]| {
            let reach = |&(l, bound): &(f64, f64)| {
                said.say("chart.range", &[("low", &format!("{}%", number(l))), ("high", &number(bound))])
            };
            cut.iter().map(reach).collect::<Vec<_>>().join(", ")
        };
        let ink = format!("text-anchor=\"end\" fill=\"{DEEP}\"");
        let mut free = self.width - self.edge;
        if !reach.above.is_empty() {
            let words = elided(&far(&reach.above), self.text, free - self.edge - 14.0);
            arrow(canvas, (free - 4.0, y - self.text * 0.75), (free - 4.0, y));
            canvas.text((free - 12.0, y), &words, &ink);
            free -= width(&words, self.text) + 20.0;
        }
        if !reach.below.is_empty() {
            let words = elided(&far(&reach.below), self.text, plot.right - plot.left - 20.0);
            let (x, y) = (plot.right - 8.0, plot.bottom - 5.0);
            arrow(canvas, (x, y), (x, y - self.text * 0.75));
            canvas.text((x - 8.0, y), &words, &ink);
        }
        let word = said.word("chart.projection");
        let long = width(&word, self.text);
        if let Some(x) = rule.map(|x| (x + 4.0).min(self.width - self.edge - long)).filter(|x| x + long <= free) {
            canvas.text((x, y), &word, "");
        }
    }

    /// The median of the last year and its band, to be set right of the plot.
    fn aside(&self) -> Option<Aside> {
        let &(year, value) = self.picture.median.last()?;
        let said = self.picture.language;
        let number = |value: f64| shortened(value, said);
        let mut lines = vec![number(value)];
        let core = self.picture.core().and_then(|r| Some((r.level, *r.points.iter().find(|p| p.0 == year)?)));
        if let Some((level, (_, low, high))) = core {
            let (low, high) = (number(low), number(high));
            lines.push(format!("{}%:", number(level)));
            if low.chars().count() + high.chars().count() <= 8 {
                lines.push(said.say("chart.range", &[("low", &low), ("high", &high)]));
            } else {
                lines.extend([said.say("chart.from", &[("low", &low)]), high]);
            }
        }
        let widest = lines
            .iter()
            .map(|l| width(l, self.text))
            .fold(lines.first().map_or(0.0, |first| width(first, self.text * 1.3)), f64::max);
        Some(Aside { value, lines, width: widest + 8.0 })
    }

    fn beside(&self, canvas: &mut Canvas, aside: &Aside, plot: &Marks<'_>) {
        let line = self.text + 3.0;
        let below = (aside.lines.len() as f64 - 1.0) * line;
        let first = (plot.values.at(aside.value) + self.text * 0.4).clamp(plot.top + self.text, plot.bottom - below);
        canvas.group(&format!("data-part=\"last\" fill=\"{DEEP}\""), |canvas| {
            for (i, words) in aside.lines.iter().enumerate() {
                let strong = format!("font-weight=\"bold\" font-size=\"{}\"", self.text + 1.5);
                let attributes = if i == 0 { strong.as_str() } else { "" };
                canvas.text((plot.right + 8.0, first + i as f64 * line), words, attributes);
            }
        });
    }
}

fn subtitle(fan: &Fan, language: Language) -> String {
    let unit = language.word(match fan.unit {
        Unit::Count => "chart.yearly_count",
        Unit::Amount => "chart.yearly_amount",
        Unit::Rate => "chart.yearly_rate",
    });
    if fan.model.trim().is_empty() {
        return unit;
    }
    language.say("chart.projected_by", &[("unit", &unit), ("model", &fan.model)])
}

#[cfg(test)]
mod tests;

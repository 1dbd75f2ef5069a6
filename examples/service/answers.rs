//! Requests and answers: thin translations to the crate and back.

use serde::{Deserialize, Serialize};
use unjuran::Error;
use unjuran::forecast::Forecast;
use unjuran::plan::{self, Goal};
use unjuran::series::{Coverage, Event, EventKind, Horizon, Series, Unit, Year};

use super::work::Work;

/// Series in one request.
const SERIES: usize = 1000;
/// Years of one series.
const YEARS: usize = 1000;

/// Why there is no answer: the text of the crate's error, or of a limit of this service.
pub(crate) struct Refusal(pub(crate) String);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// A series as a client writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    name: String,
    /// The first year.
    start: i64,
    /// One number a year; null for a missing one.
    values: Vec<Option<f64>>,
    unit: Option<Unit>,
    #[serde(default)]
    masked: Vec<Mask>,
    under_way: Option<UnderWay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mask {
    year: i64,
    lower: f64,
    upper: f64,
}

/// The last year, counted up to a date.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnderWay {
    counted: f64,
    through: String,
}

impl Given {
    fn read(&self) -> Result<Series, Refusal> {
        if self.values.len() > YEARS {
            return Err(Refusal(format!("{}: {} years; up to {YEARS} are taken", self.name, self.values.len())));
        }
        let values: Vec<f64> = self.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        let mut series = Series::new(&self.name, Year::new(self.start)?, &values)?;
        for mask in &self.masked {
            series = series.with_censored(Year::new(mask.year)?, mask.lower, mask.upper)?;
        }
        if let Some(UnderWay { counted, through }) = &self.under_way {
            let date = through.parse().map_err(|_| Refusal(format!("{}: {through:?} is no date", self.name)))?;
            let year = series.last_year().plus(1)?;
            series = series.with_partial(year, *counted, Coverage::Through(date))?;
        }
        Ok(match self.unit {
            Some(unit) => series.with_unit(unit)?,
            None => series,
        })
    }

    fn forecast(&self, horizon: i64) -> Result<Forecast, Refusal> {
        Ok(unjuran::forecast(&self.read()?, Horizon::years(horizon)?)?)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForecastRequest {
    series: Vec<Given>,
    horizon: i64,
    #[serde(default = "levels")]
    levels: Vec<f64>,
}

fn levels() -> Vec<f64> {
    vec![80.0, 95.0]
}

/// One series: its fan, or why there is none. One bad series stops no other.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Fan { name: String, years: Vec<i32>, median: Vec<f64>, mean: Vec<f64>, bands: Vec<Band>, notes: Vec<String> },
    Refused { name: String, error: String },
}

#[derive(Serialize)]
pub(crate) struct Band {
    level: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

pub(crate) fn forecast(request: &ForecastRequest, work: &Work) -> Result<Vec<Answer>, Refusal> {
    if request.series.is_empty() || request.series.len() > SERIES {
        return Err(Refusal(format!("{} series; 1 to {SERIES} are taken", request.series.len())));
    }
    let mut answers = Vec::with_capacity(request.series.len());
    for given in &request.series {
        if work.is_stopped() {
            return Err(Refusal("stopped".to_owned()));
        }
        let answer = given.forecast(request.horizon).and_then(|forecast| fan(&given.name, &forecast, &request.levels));
        let refused = |refusal: Refusal| Answer::Refused { name: given.name.clone(), error: refusal.0 };
        answers.push(answer.unwrap_or_else(refused));
    }
    Ok(answers)
}

fn fan(name: &str, forecast: &Forecast, levels: &[f64]) -> Result<Answer, Refusal> {
    let band = |&level: &f64| -> Result<Band, Refusal> {
        let interval = forecast.interval(level)?;
        Ok(Band { level, lower: interval.lower, upper: interval.upper })
    };
    Ok(Answer::Fan {
        name: name.to_owned(),
        years: forecast.years().iter().map(|year| year.get()).collect(),
        median: forecast.median(),
        mean: forecast.mean(),
        bands: levels.iter().map(band).collect::<Result<_, _>>()?,
        notes: forecast.notes().iter().map(ToString::to_string).collect(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetRequest {
    series: Given,
    year: i64,
    at_most: Option<f64>,
    at_least: Option<f64>,
}

#[derive(Serialize)]
pub(crate) struct TargetAnswer {
    probability: f64,
    status: String,
}

pub(crate) fn target(request: &TargetRequest) -> Result<TargetAnswer, Refusal> {
    let year = Year::new(request.year)?;
    let goal = match (request.at_most, request.at_least) {
        (Some(value), None) => Goal::at_most(value, year),
        (None, Some(value)) => Goal::at_least(value, year),
        _ => return Err(Refusal("a target needs one of at_most and at_least".to_owned())),
    };
    let series = request.series.read()?;
    // why one more: the forecast begins with a year under way, which is the last of the series.
    let horizon =
        request.year.saturating_sub(series.last_year().get().into()) + i64::from(request.series.under_way.is_some());
    let forecast = unjuran::forecast(&series, Horizon::years(horizon.max(1))?)?;
    let found = plan::target(&forecast, &goal)?;
    Ok(TargetAnswer { probability: found.probability, status: found.status().to_string() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImpactRequest {
    series: Given,
    year: i64,
    #[serde(default = "step")]
    kind: EventKind,
    #[serde(default = "meaningful")]
    meaningful: f64,
}

fn step() -> EventKind {
    EventKind::Step
}

fn meaningful() -> f64 {
    0.2
}

#[derive(Serialize)]
pub(crate) struct ImpactAnswer {
    verdict: String,
    relative_effect: f64,
    interval_95: (f64, f64),
    probability: f64,
}

pub(crate) fn impact(request: &ImpactRequest) -> Result<ImpactAnswer, Refusal> {
    let event = Event::new(Year::new(request.year)?, request.kind, None);
    let found = plan::impact(&request.series.read()?, &event, &[], request.meaningful)?;
    Ok(ImpactAnswer {
        verdict: found.verdict.to_string(),
        relative_effect: found.relative_effect,
        interval_95: found.interval(95.0)?,
        probability: found.probability,
    })
}

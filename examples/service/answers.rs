//! Requests and answers: thin translations to the crate and back.

use serde::{Deserialize, Serialize};
use unjuran::Error;
use unjuran::forecast::Forecast;
use unjuran::plan::{self, Goal};
use unjuran::series::{Coverage, Event, EventKind, Horizon, Series, Unit, Year};

use super::limits::{IMPACT_YEARS, LEVELS, MASKED, SERIES, YEARS};
use super::work::Work;

/// Why there is no answer: the crate's error, or a limit of this service. A program branches on the kind, a person reads
/// the problem.
pub(crate) struct Refusal {
    pub(crate) kind: String,
    pub(crate) problem: String,
}

impl Refusal {
    fn new(kind: &str, problem: String) -> Self {
        Self { kind: kind.to_owned(), problem }
    }

    fn too_many(what: &str, many: usize, most: usize) -> Self {
        Self::new("TooMany", format!("{many} {what}; up to {most} are taken"))
    }

    fn stopped() -> Self {
        Self::new("Stopped", "stopped".to_owned())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { kind: error.kind(), problem: error.to_string() }
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
    /// The series, of so many years at most: those of its values, its masks, and those between.
    fn read(&self, most: usize) -> Result<Series, Refusal> {
        let too_many = |years: usize| Refusal::too_many(&format!("years in {:?}", self.name), years, most);
        if self.values.len() > most {
            return Err(too_many(self.values.len()));
        }
        if self.masked.len() > MASKED {
            return Err(Refusal::too_many(&format!("masked years in {:?}", self.name), self.masked.len(), MASKED));
        }
        let values: Vec<f64> = self.values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        let mut series = Series::new(&self.name, Year::new(self.start)?, &values)?;
        for mask in &self.masked {
            series = series.with_censored(Year::new(mask.year)?, mask.lower, mask.upper)?;
        }
        if let Some(UnderWay { counted, through }) = &self.under_way {
            let year = series.last_year().plus(1)?;
            series = series.with_partial(year, *counted, Coverage::Through(through.parse()?))?;
        }
        if series.values().len() > most {
            return Err(too_many(series.values().len()));
        }
        Ok(match self.unit {
            Some(unit) => series.with_unit(unit)?,
            None => series,
        })
    }

    fn forecast(&self, horizon: i64) -> Result<Forecast, Refusal> {
        Ok(unjuran::forecast(&self.read(YEARS)?, Horizon::years(horizon)?)?)
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
    Refused { name: String, kind: String, error: String },
}

#[derive(Serialize)]
pub(crate) struct Band {
    level: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

pub(crate) fn forecast(request: &ForecastRequest, work: &Work) -> Result<Vec<Answer>, Refusal> {
    if request.series.is_empty() || request.series.len() > SERIES {
        return Err(Refusal::new("TooMany", format!("{} series; 1 to {SERIES} are taken", request.series.len())));
    }
    if request.levels.len() > LEVELS {
        return Err(Refusal::too_many("levels", request.levels.len(), LEVELS));
    }
    let mut answers = Vec::with_capacity(request.series.len());
    for given in &request.series {
        if work.is_stopped() {
            return Err(Refusal::stopped());
        }
        let answer = given.forecast(request.horizon);
        let answer = answer.and_then(|forecast| fan(&given.name, &forecast, &request.levels, work));
        let name = || given.name.clone();
        let refused = |Refusal { kind, problem }| Answer::Refused { name: name(), kind, error: problem };
        answers.push(answer.unwrap_or_else(refused));
    }
    Ok(answers)
}

fn fan(name: &str, forecast: &Forecast, levels: &[f64], work: &Work) -> Result<Answer, Refusal> {
    let band = |&level: &f64| -> Result<Band, Refusal> {
        if work.is_stopped() {
            return Err(Refusal::stopped());
        }
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
        _ => return Err(Refusal::new("NoGoal", "a target needs one of at_most and at_least".to_owned())),
    };
    let series = request.series.read(YEARS)?;
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
    let found = plan::impact(&request.series.read(IMPACT_YEARS)?, &event, &[], request.meaningful)?;
    Ok(ImpactAnswer {
        verdict: found.verdict.to_string(),
        relative_effect: found.relative_effect,
        interval_95: found.interval(95.0)?,
        probability: found.probability,
    })
}

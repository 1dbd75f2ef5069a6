//! What can go wrong, and how it is said.
//!
//! One enum for the crate. Every variant names the thing (series, model, file), the value that was refused and what is
//! allowed, in typed fields: a service branches on the variant, a notebook shows the sentence. Serialised, an error is a
//! record with the variant's name under `kind` and one entry a field; the Python classes are made from that record.

mod words;

use serde::{Deserialize, Serialize};

pub(crate) use self::words::one;
use self::words::{brief, fraction_hint, list, models, shares_of, takers};

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Every cause of failure a caller can act on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind")]
#[non_exhaustive]
pub enum Error {
    /// A year outside the calendar this crate works with.
    #[error("year {year} is not allowed: years are whole numbers from 1 to 9999")]
    YearOutOfRange {
        /// The year that was given.
        year: i64,
    },
    /// A date that is not on the calendar, or not written as `YYYY-MM-DD`.
    #[error("{text:?} is not a date: dates are written YYYY-MM-DD, as in 2023-05-31")]
    BadDate {
        /// What was given.
        text: String,
    },
    /// A date that does not lie in the year it describes.
    #[error("series {series:?}, {year}: the date {date} does not lie in {year}")]
    DateOutsideYear {
        /// The series.
        series: String,
        /// The year of the observation.
        year: i32,
        /// The date that was given.
        date: String,
    },
    /// A share of the year outside (0, 1].
    #[error(
        "series {series:?}, {year}: share {share} is not allowed: the share of the year that has passed is above 0 and at most 1"
    )]
    BadShare {
        /// The series.
        series: String,
        /// The year of the observation.
        year: i32,
        /// The share that was given.
        share: f64,
    },
    /// A series without a single year.
    #[error("series {series:?} is empty: at least one year is needed")]
    EmptySeries {
        /// The series.
        series: String,
    },
    /// A series in which no full year was observed as an exact number.
    #[error(
        "series {series:?} has no usable year among {years}: at least one full year with a number is needed (missing, masked and partial years carry no exact number)"
    )]
    NoObservedYears {
        /// The series.
        series: String,
        /// How many years the series spans.
        years: usize,
    },
    /// Values and years of different lengths.
    #[error("series {series:?}: {values} values for {years} years: give one value a year")]
    LengthMismatch {
        /// The series.
        series: String,
        /// Number of values.
        values: usize,
        /// Number of years.
        years: usize,
    },
    /// A year that occurs twice.
    #[error("series {series:?}: year {year} occurs twice: each year may occur once")]
    DuplicateYear {
        /// The series.
        series: String,
        /// The year.
        year: i32,
    },
    /// A series of more years than any annual record has: its gaps would be years without end.
    #[error("series {series:?}: {first} to {last} is too long: a series spans at most {most} years")]
    SpanTooLong {
        /// The series.
        series: String,
        /// Its first year.
        first: i32,
        /// Its last year.
        last: i32,
        /// Years that a series may span.
        most: usize,
    },
    /// A value that is infinite or too large to compute with.
    #[error(
        "series {series:?}, {year}: {value} is not allowed: values are finite, at most 1e150 in size, or missing (NaN)"
    )]
    NotFinite {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// The value, as text (JSON has no infinity).
        value: String,
    },
    /// A negative count.
    #[error(
        "series {series:?}, {year}: {value} is not a count: counts are whole numbers from 0 (say unit=\"amount\" for numbers below zero)"
    )]
    NegativeCount {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// The value.
        value: f64,
    },
    /// A count with a fraction.
    #[error(
        "series {series:?}, {year}: {value} is not a count: counts are whole numbers from 0 to 9007199254740992 (say unit=\"amount\" or unit=\"rate\" for others)"
    )]
    FractionalCount {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// The value.
        value: f64,
    },
    /// Bounds of a masked cell in the wrong order, or not finite.
    #[error(
        "series {series:?}, {year}: bounds {lower}..{upper} are not allowed: a masked cell has a finite lower bound and an upper bound not below it"
    )]
    BadBounds {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// Lower bound, as text.
        lower: String,
        /// Upper bound, as text.
        upper: String,
    },
    /// A partial year that is followed by another year.
    #[error("series {series:?}: {year} is partial but {last} follows: only the last year may be partial")]
    PartialNotLast {
        /// The series.
        series: String,
        /// The partial year.
        year: i32,
        /// The last year of the series.
        last: i32,
    },
    /// A partial year without a number, with a masked one, or below zero.
    #[error(
        "series {series:?}, {year}: a partial year needs what was counted so far as a finite number from 0, got {value} (leave a masked cell of a year under way out)"
    )]
    PartialValue {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// What was given.
        value: String,
    },
    /// A count by a day of an earlier year that fits no full year.
    #[error(
        "series {series:?}, {year}: {value} counted by the same day of an earlier year, which became {became}: a number from 0 to what the full year became is allowed, for years before a partial last one"
    )]
    EarlierCount {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// What was counted by then.
        value: String,
        /// What the year became.
        became: String,
    },
    /// An event that no full year before or after allows to judge.
    #[error("series {series:?}: {event:?} in {year} cannot be judged: years from {first} to {last} are allowed")]
    EventOutside {
        /// The series.
        series: String,
        /// The event.
        event: String,
        /// Its year.
        year: i32,
        /// The first year allowed.
        first: i32,
        /// The last year allowed.
        last: i32,
    },
    /// A panel without a series to learn from.
    #[error("{series} series and none to learn from: one with two exact full years is needed")]
    NothingToLearn {
        /// Series of the panel.
        series: usize,
    },
    /// A partial year of a rate.
    #[error(
        "series {series:?}, {year}: a rate of part of a year is refused: give the count so far, or leave the year out"
    )]
    PartialRate {
        /// The series.
        series: String,
        /// The year.
        year: i32,
    },
    /// A unit that does not exist.
    #[error("{unit:?} is not a unit: use \"count\", \"amount\" or \"rate\"")]
    UnknownUnit {
        /// What was given.
        unit: String,
    },
    /// A name used by two series of a panel.
    #[error("series {series:?} occurs twice in the panel: names are unique")]
    DuplicateSeries {
        /// The name.
        series: String,
    },
    /// A name that no series of the panel has.
    #[error("no series {series:?} in the panel: it has {}", list(known))]
    UnknownSeries {
        /// The name asked for.
        series: String,
        /// Names in the panel.
        known: Vec<String>,
    },
    /// A cell of a CSV file that cannot be read.
    #[error("{file}, line {line}, column {column:?}: {value:?} {problem}")]
    Csv {
        /// The file, or `<text>`.
        file: String,
        /// Line, from 1 (the header is line 1).
        line: u64,
        /// Column name.
        column: String,
        /// The cell.
        value: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// A table whose columns do not make one of the two known shapes.
    #[error(
        "{file}: no column {column:?}: the columns are {}; needed are unique_id, ds, y (tidy) or one column a year (wide)",
        list(known)
    )]
    MissingColumn {
        /// The file, or `<text>`.
        file: String,
        /// The column that was looked for.
        column: String,
        /// The columns there are.
        known: Vec<String>,
    },
    /// A file that cannot be opened, read or written.
    #[error("{path}: {problem}")]
    File {
        /// The path.
        path: String,
        /// The operating system's words, or what the file is instead of a table.
        problem: String,
    },
    /// An interval level outside [1, 100), or written as a fraction.
    #[error("level {level} is not allowed: levels are percentages from 1 to below 100{}", fraction_hint(*level))]
    BadLevel {
        /// The level that was given.
        level: f64,
    },
    /// A probability outside (0, 1).
    #[error("probability {probability} is not allowed: it lies above 0 and below 1")]
    BadProbability {
        /// The probability that was given.
        probability: f64,
    },
    /// A horizon outside 1 to 100.
    #[error("horizon {horizon} is not allowed: 1 to 100 years ahead")]
    BadHorizon {
        /// The horizon that was given.
        horizon: i64,
    },
    /// A last year to forecast that is not 1 to 100 years ahead.
    #[error("series {series:?} ends in {last}: until = {until} is not allowed: {} to {}", i64::from(*until) - horizon + 1, i64::from(*until) - horizon + 100)]
    BadUntil {
        /// Name of the series.
        series: String,
        /// Its last year.
        last: i32,
        /// The year that was given.
        until: i32,
        /// How many years ahead that is.
        horizon: i64,
    },
    /// Both or neither of two ways to say the horizon.
    #[error("say the horizon once: h (a number of years) or until (the last year to forecast)")]
    HorizonAmbiguous,
    /// A number of sample paths outside 1 to 1,000,000.
    #[error("{draws} sample paths are not allowed: 1 to 1,000,000")]
    BadDraws {
        /// The number that was given.
        draws: i64,
    },
    /// A sample value or path that is not finite, or too large to compute with.
    #[error("sample value {place} is {value}: sample values are finite, and below 1e154 in size")]
    BadSample {
        /// Its place among the values, from 1.
        place: usize,
        /// The value, as text (JSON has no infinity).
        value: String,
    },
    /// A year that a forecast does not cover.
    #[error("the forecast of {series:?} has no year {year}: it covers {first} to {last}")]
    YearNotForecast {
        /// The series.
        series: String,
        /// The year asked for.
        year: i64,
        /// First forecast year.
        first: i32,
        /// Last forecast year.
        last: i32,
    },
    /// A probability mass asked of something that is not a count.
    #[error("series {series:?} is {}: a probability of single values exists for counts only (use cdf)", one(unit))]
    NotACount {
        /// The series.
        series: String,
        /// Its unit.
        unit: String,
    },
    /// Fewer observed years than the model needs.
    #[error("series {series:?}: {model} needs {needed} observed full years, the series has {got}")]
    TooFewYears {
        /// The series.
        series: String,
        /// The model.
        model: String,
        /// Years needed.
        needed: usize,
        /// Years observed.
        got: usize,
    },
    /// A history with fewer changes between neighbouring years than are needed.
    #[error(
        "series {series:?}: {model} needs {needed} changes from one observed full year to the next, beside the one that is judged, and there are {got}"
    )]
    TooFewChanges {
        /// The series.
        series: String,
        /// What needs them.
        model: String,
        /// Changes needed.
        needed: usize,
        /// Changes there are.
        got: usize,
    },
    /// Forecasts that are not one for each value.
    #[error("{metric}: {actual} values and {forecast} forecasts: give one forecast a value")]
    UnequalLengths {
        /// What was to be computed.
        metric: String,
        /// Number of values.
        actual: usize,
        /// Number of forecasts, bounds or other companions.
        forecast: usize,
    },
    /// An interval to be scored whose lower bound lies above the upper one.
    #[error(
        "{metric}: interval {position} has the lower bound {lower} above the upper bound {upper}: a lower bound is at most the upper one (are the two swapped?)"
    )]
    CrossedBounds {
        /// What was to be computed.
        metric: String,
        /// Which interval, from 0.
        position: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A value at or below zero for a model on the log scale.
    #[error("series {series:?}, {year}: {value} has no logarithm: {model} needs every value above 0")]
    NotPositive {
        /// The series.
        series: String,
        /// The model.
        model: String,
        /// The year.
        year: i32,
        /// The value.
        value: f64,
    },
    /// A value at or below zero for a model whose shocks are in proportion to what is expected.
    #[error(
        "series {series:?}, {year}: {value} is not above 0: {model} has shocks in proportion to what is expected and needs every value above 0 (a class with additive shocks does not)"
    )]
    NeedsPositive {
        /// The series.
        series: String,
        /// The model.
        model: String,
        /// The year.
        year: i32,
        /// The value.
        value: f64,
    },
    /// Parameters under which a model that lives on the positive numbers leaves them.
    #[error(
        "series {series:?}, {year}: {model} comes to a level, growth factor or expected value that is not above 0, and needs all of them above 0: choose other parameters or a class with additive trend and shocks"
    )]
    LeavesPositive {
        /// The series.
        series: String,
        /// The model.
        model: String,
        /// The first year for which it happens.
        year: i32,
    },
    /// A parameter outside its range.
    #[error("{model}: {parameter} = {value} is not allowed: {allowed}")]
    BadParameter {
        /// The model, function or class.
        model: String,
        /// The parameter.
        parameter: String,
        /// The value, as text.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// A model name that does not exist.
    #[error("{name:?} is not a model: the models are {}", models(known))]
    UnknownModel {
        /// What was given.
        name: String,
        /// The models there are.
        known: Vec<String>,
    },
    /// Columns of a regression that are linear combinations of others.
    #[error("series {series:?}: the columns {} cannot be told apart in the observed years", list(columns))]
    RankDeficient {
        /// The series.
        series: String,
        /// The columns without information of their own.
        columns: Vec<String>,
    },
    /// A matrix and a response that do not fit together.
    #[error(
        "series {series:?}: {entries} entries are not {rows} rows of {columns} columns: give one row of at least one column for each value"
    )]
    MatrixShape {
        /// The series.
        series: String,
        /// Entries of the matrix.
        entries: usize,
        /// Its columns.
        columns: usize,
        /// Values of the response.
        rows: usize,
    },
    /// A row of a matrix, its response or its weight that is not made of finite numbers, or a weight below zero.
    #[error("series {series:?}: row {row} holds a number that is infinite or missing, or a weight below zero")]
    MatrixNumber {
        /// The series.
        series: String,
        /// The row, from 1.
        row: usize,
    },
    /// A column without a value where one is needed.
    #[error(
        "series {series:?}: {column:?} has no value for {year}: give it for every observed year to fit, and for the years ahead to forecast"
    )]
    MissingDriver {
        /// The series.
        series: String,
        /// The column.
        column: String,
        /// The year without a value.
        year: i32,
    },
    /// An argument of a fit or a forecast that the model has no use for.
    #[error("{model} takes no {input}: {} do", takers(input))]
    InputNotTaken {
        /// The model.
        model: String,
        /// The argument.
        input: String,
    },
    /// A regressor from outside that could not be fitted.
    #[error("series {series:?}: {model} could not be fitted: {problem}")]
    Regressor {
        /// The series, or "dataset".
        series: String,
        /// The regressor.
        model: String,
        /// What it says.
        problem: String,
    },
    /// A model of counts on a series that does not count.
    #[error("series {series:?} is {}: {model} is for counts", one(unit))]
    CountsOnly {
        /// The series.
        series: String,
        /// The model.
        model: String,
        /// The unit of the series.
        unit: String,
    },
    /// A percent change asked of a line that is not on the log scale.
    #[error(
        "{model} has no annual percent change: its line is not on the log scale (that of LogLinearTrend, PoissonTrend or NegativeBinomialTrend is)"
    )]
    NoPercentChange {
        /// The model.
        model: String,
    },
    /// A computation whose result is not a finite number.
    #[error("series {series:?}: {model} gives no finite answer: the values are too large or too far apart")]
    Overflow {
        /// The series.
        series: String,
        /// The model.
        model: String,
    },
    /// A number below what was already counted in the year under way.
    #[error("series {series:?}, {year}: {value} is below the {counted} already counted")]
    CountedAlready {
        /// The series.
        series: String,
        /// The year under way.
        year: i32,
        /// What was counted so far.
        counted: f64,
        /// The number that was given.
        value: f64,
    },
    /// A figure of part of a year, up to a day before the one to which the year under way was counted already.
    #[error(
        "series {series:?}, {year}: a figure {given} is refused: the forecast knows the year {known} already; give a later day, or an earlier forecast"
    )]
    KnownFurther {
        /// The series.
        series: String,
        /// The year under way.
        year: i32,
        /// What the figure covers.
        given: String,
        /// What the forecast knows.
        known: String,
    },
    /// A target that cannot be met, or met with the probability asked for.
    #[error("series {series:?}, {year}: a target of {target} is impossible: {reason}")]
    ImpossibleTarget {
        /// The series.
        series: String,
        /// The year of the target.
        year: i32,
        /// The target.
        target: f64,
        /// Why, and what is possible.
        reason: String,
    },
    /// A year before the forecast of which a number is needed.
    #[error("series {series:?}: {year} has no full number, which {needed_for} needs")]
    NotObserved {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// What needs it.
        needed_for: String,
    },
    /// A change in percent from nothing.
    #[error(
        "there is no percent change from {} to {}: it starts from a number above 0, and is finite; say the difference instead",
        brief(*before), brief(*after)
    )]
    NoPercentage {
        /// Where the change starts.
        before: f64,
        /// Where it ends.
        after: f64,
    },
    /// A population that cannot be divided by.
    #[error(
        "series {series:?}, {year}: a population of {population} is not allowed: populations are finite and above 0"
    )]
    BadPopulation {
        /// The series.
        series: String,
        /// The year.
        year: i32,
        /// The population, as text.
        population: String,
    },
    /// Neighbouring stages of a funnel that count different things.
    #[error(
        "stages {stage:?} ({unit}) and {next:?} ({next_unit}) count different things: say that the link between them is a ratio, or give stages of one unit"
    )]
    StageUnits {
        /// The earlier stage.
        stage: String,
        /// What it counts.
        unit: String,
        /// The later stage.
        next: String,
        /// What that counts.
        next_unit: String,
    },
    /// Shares of a stage that exceed 1 in most years.
    #[error(
        "{next:?} is no share of {stage:?}: in {} of {compared} years it is more ({}); say that the link is a ratio (ratios=) if a stage may exceed the one before, or correct the units or the lag",
        years.len(), shares_of(years, shares)
    )]
    SharesAboveOne {
        /// The earlier stage.
        stage: String,
        /// The later stage.
        next: String,
        /// The years of the later stage in which the share is above 1.
        years: Vec<i32>,
        /// The shares of those years.
        shares: Vec<f64>,
        /// Years compared.
        compared: usize,
    },
    /// A hierarchy that leads back to where it began.
    #[error("{member:?} is a part of itself: {}", through.join(" > "))]
    HierarchyCycle {
        /// The member.
        member: String,
        /// The way from it to itself.
        through: Vec<String>,
    },
    /// A member of a hierarchy for which there is no series or forecast.
    #[error("{member:?}, a member of {parent:?}, is missing: there are {}", list(known))]
    MissingMember {
        /// The total it belongs to.
        parent: String,
        /// The member.
        member: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A part of two totals.
    #[error("{member:?} is a part of {first:?} and of {second:?}: forecasts are reconciled along one of them")]
    TwoParents {
        /// The member.
        member: String,
        /// One total.
        first: String,
        /// The other.
        second: String,
    },
    /// A total that its parts cannot make up: in most years that they share, one is more than twice the other.
    #[error(
        "{total:?} is not the sum of its parts: in {year} it is {published} and they are {computed}, and one is more than twice the other in {apart} of {common} years; add the part that is missing to the tree, or forecast the total alone"
    )]
    NotTheSum {
        /// The total.
        total: String,
        /// The last of those years.
        year: i32,
        /// The total in that year.
        published: f64,
        /// What the parts add up to in that year.
        computed: f64,
        /// Years in which one is more than twice the other.
        apart: usize,
        /// Years in which the total and all parts have numbers.
        common: usize,
    },
    /// Series or forecasts that must go together and do not.
    #[error("{series:?} ({has}) does not go with {other:?} ({other_has}): {needed}")]
    Unlike {
        /// One of them.
        series: String,
        /// What it has.
        has: String,
        /// The other.
        other: String,
        /// What that has.
        other_has: String,
        /// What must agree.
        needed: String,
    },
    /// A series of a data frame whose rows cannot be read.
    #[error("{problem}")]
    NotRead {
        /// The series.
        series: String,
        /// What is wrong, with the row.
        problem: String,
    },
    /// A long run that its caller broke off.
    #[error("stopped after {done} of {all} fits")]
    Stopped {
        /// Fits that were done.
        done: usize,
        /// Fits in all.
        all: usize,
    },
    /// Stored text that cannot be read back.
    #[error("not a stored {expected}: {problem}")]
    BadJson {
        /// What was to be read.
        expected: String,
        /// What is wrong.
        problem: String,
    },
    /// Stored bytes that cannot be read back.
    #[error("not a stored {expected} in binary form: {problem}")]
    BadBytes {
        /// What was to be read.
        expected: String,
        /// What is wrong.
        problem: String,
    },
    /// A file of a later release.
    #[error("a stored {expected} of version {version}: this release reads version {known}; a later one wrote it")]
    UnknownVersion {
        /// What was to be read.
        expected: String,
        /// The version of the file.
        version: u64,
        /// The latest version that is read.
        known: u64,
    },
    /// A stored value too large to be read.
    #[error("a stored {expected} of {bytes} bytes: at most {most} are read and written")]
    TooLarge {
        /// What was to be read or written.
        expected: String,
        /// Its size.
        bytes: u64,
        /// The most that is allowed.
        most: u64,
    },
    /// A model, or the fit of one, that was written elsewhere.
    #[error("{model:?} cannot be stored: the models of this crate can, those written elsewhere have no stored form")]
    NotStorable {
        /// The model.
        model: String,
    },
}

impl Error {
    /// [`Error::BadParameter`] of these words: for a [`crate::model::Forecaster`] of one's own, too.
    #[expect(clippy::needless_pass_by_value, reason = "a number is written as it stands, not as a reference")]
    pub fn bad_parameter(
        model: impl Into<String>,
        parameter: impl Into<String>,
        value: impl ToString,
        allowed: impl Into<String>,
    ) -> Self {
        Self::BadParameter {
            model: model.into(),
            parameter: parameter.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }

    /// The variant's name, as in the `kind` of the serialised record: `"TooFewYears"`.
    pub fn kind(&self) -> String {
        let record = serde_json::to_value(self).unwrap_or_default();
        record.get("kind").and_then(|kind| kind.as_str()).unwrap_or("Error").to_owned()
    }
}

/// The level of an interval in percent, if it is from 1 to below 100.
///
/// # Errors
/// [`Error::BadLevel`]. Nobody asks for a 0.95% interval, and everybody who writes 0.95 means 95%.
pub fn checked_level(level: f64) -> Result<f64> {
    if (1.0..100.0).contains(&level) { Ok(level) } else { Err(Error::BadLevel { level }) }
}

#[cfg(test)]
mod tests;

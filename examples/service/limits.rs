//! What a request may ask for. Sizes are part of the interface and stand in `openapi.json`; times and the length of the queue
//! are the operator's: the environment changes them.

use std::sync::LazyLock;
use std::time::Duration;

/// Bytes of a request's body.
pub(crate) const BODY: usize = 1 << 20;
/// Series in one request.
pub(crate) const SERIES: usize = 1000;
/// Years of one series.
pub(crate) const YEARS: usize = 1000;
/// Masked years of one series: what each may have been is weighed.
pub(crate) const MASKED: usize = 100;
/// Years of a series whose event is judged: the work grows with their square.
pub(crate) const IMPACT_YEARS: usize = 60;
/// Levels of the bands.
pub(crate) const LEVELS: usize = 10;

/// A number from the environment; the usual one where there is none.
fn setting(name: &str, usual: f64) -> f64 {
    let said = std::env::var(name).ok().and_then(|text| text.parse().ok());
    said.filter(|number: &f64| (0.0..=1e6).contains(number)).unwrap_or(usual)
}

/// How long the work for a request may take, waiting for a place included.
pub(crate) fn work() -> Duration {
    static WORK: LazyLock<Duration> = LazyLock::new(|| Duration::from_secs_f64(setting("SERVICE_WORK_SECONDS", 10.0)));
    *WORK
}

/// How long a client may take to send its head, and then its body; and to take its answer once the service is to stop.
pub(crate) fn read() -> Duration {
    static READ: LazyLock<Duration> = LazyLock::new(|| Duration::from_secs_f64(setting("SERVICE_READ_SECONDS", 10.0)));
    *READ
}

/// Requests whose body is read, that are worked on or wait for a place; more are sent away unread.
pub(crate) fn waiting() -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to a million")]
    let waiting = setting("SERVICE_WAITING", 256.0) as usize;
    waiting
}

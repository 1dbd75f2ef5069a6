//! Work off the network's threads: so much at a time, so long at most, and stopped when nobody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;

/// How long a request may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Requests worked on or waiting for a place; more are sent away.
const WAITING: usize = 256;

static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
static QUEUE: Semaphore = Semaphore::const_new(WAITING);

/// How work can end without an answer.
pub(crate) enum Ended {
    Late,
    Busy,
    Broken,
}

/// What work asks between two steps.
pub(crate) struct Work {
    stopped: Arc<AtomicBool>,
}

impl Work {
    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Sets the flag when the request's future ends, be it because the client went away.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The answer of `job`.
pub(crate) async fn done<A: Send + 'static>(job: impl FnOnce(&Work) -> A + Send + 'static) -> Result<A, Ended> {
    let _queued = QUEUE.try_acquire().map_err(|_| Ended::Busy)?;
    let stopped = Arc::new(AtomicBool::new(false));
    let guard = Guard(Arc::clone(&stopped));
    let ended = tokio::time::timeout(LIMIT, async {
        let _place = PLACES.acquire().await.map_err(|_| Ended::Broken)?;
        tokio::task::spawn_blocking(move || job(&Work { stopped })).await.map_err(|_| Ended::Broken)
    })
    .await;
    drop(guard);
    ended.unwrap_or(Err(Ended::Late))
}

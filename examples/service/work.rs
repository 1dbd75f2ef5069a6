//! Work off the network's threads: so much at a time, so long at most, and stopped when nobody waits for it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::limits;

/// As many pieces of work at a time as there are cores.
static PLACES: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from))));
static QUEUE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(limits::waiting()));
static RUNNING: AtomicUsize = AtomicUsize::new(0);

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

/// Pieces of work that hold a place now.
pub(crate) fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

/// Sets the flag when the request's future ends, be it because the client went away.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A place, given back when the work ends: a thread cannot be stopped from outside, so that it goes on after its request
/// was answered with 503, and is still one of those that work.
struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Place {
    async fn taken() -> Result<Self, Ended> {
        let permit = Arc::clone(&PLACES).acquire_owned().await.map_err(|_| Ended::Broken)?;
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Ok(Self { _permit: permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place among the requests that are read, worked on or waiting: taken before the body is read, so that no more bodies are
/// held than requests may wait.
pub(crate) struct Queued {
    _permit: SemaphorePermit<'static>,
}

impl Queued {
    pub(crate) fn taken() -> Result<Self, Ended> {
        QUEUE.try_acquire().map(|permit| Self { _permit: permit }).map_err(|_| Ended::Busy)
    }
}

/// The answer of `job`; the place among those that wait is free again when it is there.
pub(crate) async fn done<A: Send + 'static>(
    _queued: Queued,
    job: impl FnOnce(&Work) -> A + Send + 'static,
) -> Result<A, Ended> {
    let stopped = Arc::new(AtomicBool::new(false));
    let guard = Guard(Arc::clone(&stopped));
    let ended = tokio::time::timeout(limits::work(), async {
        let place = Place::taken().await?;
        let held = move || {
            let _place = place;
            job(&Work { stopped })
        };
        tokio::task::spawn_blocking(held).await.map_err(|_| Ended::Broken)
    })
    .await;
    drop(guard);
    ended.unwrap_or(Err(Ended::Late))
}

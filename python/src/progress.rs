//! How far a long run is, told to a Python callable at most a hundred times.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;

/// Counts what is done; knows whom to tell, if anybody.
pub(crate) struct Progress {
    tell: Option<Py<PyAny>>,
    done: AtomicUsize,
    all: usize,
}

impl Progress {
    /// For `progress=` of a call about so many series: True is a bar on standard error.
    pub(crate) fn asked(py: Python<'_>, progress: bool, all: usize) -> PyResult<Self> {
        let bar = || Ok::<_, PyErr>(py.import("unjuran._progress")?.getattr("Bar")?.call1((all,))?.unbind());
        Ok(Self::telling(progress.then(bar).transpose()?, all))
    }

    /// A callable that takes the number done.
    pub(crate) fn telling(tell: Option<Py<PyAny>>, all: usize) -> Self {
        Self { tell, done: AtomicUsize::new(0), all }
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.at(done, self.all);
    }

    /// So many of all are done.
    pub(crate) fn at(&self, done: usize, all: usize) {
        let Some(tell) = &self.tell else { return };
        let hundredth = |done: usize| done * 100 / all.max(1);
        if hundredth(done) > hundredth(done - 1) {
            // why the result is dropped: a bar that cannot be drawn must not stop the run.
            Python::attach(|py| drop(tell.call1(py, (done, all))));
        }
    }
}

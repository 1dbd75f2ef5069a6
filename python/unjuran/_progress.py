"""A bar for long runs, on standard error."""

from __future__ import annotations

import sys

_WIDTH = 30


class Bar:
    """Called with what is done and what there is in all; a new line at the end."""

    def __init__(self, total: int) -> None:
        self.total = total

    def __call__(self, done: int, total: int = 0) -> None:
        total = total or self.total
        if not total:  # a stream of unknown length
            print(f"\r{done:,}", end="", file=sys.stderr, flush=True)  # noqa: T201 - it is asked for
            return
        filled = _WIDTH * done // max(total, 1)
        end = "\n" if done >= total else ""
        line = f"\r[{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of {total:,}{end}"
        print(line, end="", file=sys.stderr, flush=True)  # noqa: T201 - it is asked for


class Part:
    """A part of a longer run: so many were done before it."""

    def __init__(self, bar: Bar, before: int) -> None:
        self.bar, self.before = bar, before

    def __call__(self, done: int, _: int = 0) -> None:
        self.bar(self.before + done)

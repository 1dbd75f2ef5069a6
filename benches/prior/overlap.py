"""Whether a collection holds series that a prior learned from: by their numbers, not by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benches.accuracy.collections import Case

LEAST = 6  # fewer years may agree by chance
EXPORTED = "target/prior"  # where `make prior` leaves what the priors learned from


def lessons(path: Path) -> Iterable[tuple[str, tuple[float, ...]]]:
    """Name and values of each exported series; missing years are left out."""
    return parsed(path.read_text(encoding="utf-8").splitlines())


def parsed(lines: Iterable[str]) -> Iterable[tuple[str, tuple[float, ...]]]:
    """The same of lines at hand."""
    for line in lines:
        fields = line.split("\t")
        yield fields[2], tuple(float(y) for y in fields[4].split(",") if y)


def overlap(taught: Iterable[tuple[str, tuple[float, ...]]], cases: Iterable[Case]) -> list[tuple[str, str]]:
    """Pairs of a series of the collection and a lesson that share their first or last six numbers anywhere in a row."""
    runs: dict[tuple[float, ...], str] = {}
    for case in cases:
        values = [*case.train.tolist(), *case.test.tolist()]
        for i in range(len(values) - LEAST + 1):
            window = tuple(values[i : i + LEAST])
            if len(set(window)) > 2:  # constants and zeros agree with everything
                runs[window] = case.unique_id
    found = []
    for name, learned in taught:
        ends = [end for end in (learned[:LEAST], learned[-LEAST:]) if end in runs]
        if ends:
            found.append((runs[ends[0]], name))
    return found

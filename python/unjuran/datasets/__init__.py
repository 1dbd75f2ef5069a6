"""Published figures that ship with the package."""

from __future__ import annotations

import csv
import os
from typing import Any, NamedTuple

from unjuran._core import Event, Funnel, Panel, read_csv

_HERE = os.path.dirname(__file__)


class FunnelStep(NamedTuple):
    """Two stages of a funnel as published: what is counted, and what to beware of."""

    source: str
    target: str
    unit: str
    caveat: str


class PublishedChange(NamedTuple):
    """A percent change as printed: of a series, from a number of one year to that of the next."""

    series: str
    year: int
    before: float
    after: float
    published: float


class Malaysia(Panel):
    """The Malaysian figures with what belongs to them."""

    @property
    def hierarchies(self) -> tuple[tuple[str, str, str], ...]:
        """Totals and parts: (total, part, relation) with relation "sum", "sum_alt" or "subset"."""
        return tuple((row["parent"], row["child"], row["relation"]) for row in _rows("malaysia_hierarchies.csv"))

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """What the statements call each series in Malay: ``labels["ms"][name]``. Reports in Malay use them."""
        return {"ms": {row["series"]: row["label"] for row in _rows("malaysia_labels.csv")}}

    @property
    def events(self) -> tuple[Event, ...]:
        """Laws, plans, shocks and publications that may have moved the figures, by year."""
        return tuple(
            Event(int(row["year"]), row["kind"], name=row["name"])  # type: ignore[arg-type]
            for row in _rows("malaysia_events.csv")
        )

    @property
    def funnel_steps(self) -> tuple[FunnelStep, ...]:
        """Stages that follow each other, two by two, with caveats."""
        return tuple(
            FunnelStep(row["source"], row["target"], row["unit"], row["caveat"])
            for row in _rows("malaysia_funnels.csv")
        )

    @property
    def funnels(self) -> dict[str, Funnel]:
        """The stages as funnels: "trafficking", "smuggling" and "victims"."""
        chains: dict[str, list[dict[str, str]]] = {}
        for row in _rows("malaysia_funnels.csv"):
            chains.setdefault(row["funnel"], []).append(row)
        return {
            name: Funnel(
                [self[steps[0]["source"]], *(self[step["target"]] for step in steps)],
                units=[steps[0]["source_unit"], *(step["target_unit"] for step in steps)],
                ratios=[step["ratio"] == "true" for step in steps],
            )
            for name, steps in chains.items()
        }

    @property
    def published_changes(self) -> tuple[PublishedChange, ...]:
        """Every percent change that was printed, with the two figures it is about."""
        end = "_pct_change_published"
        found = []
        for name in self:
            if name.endswith(end):
                figures = self[name.removesuffix(end)]
                by_year = dict(zip(figures.years.tolist(), figures.values.tolist(), strict=True))
                for year, published in zip(self[name].years.tolist(), self[name].values.tolist(), strict=True):
                    found.append(PublishedChange(figures.name, year, by_year[year - 1], by_year[year], published))
        return tuple(found)

    def __reduce__(self) -> tuple[Any, Any]:
        """Read again from the installed files."""
        return malaysia, ()


def malaysia() -> Malaysia:
    """Malaysia's published figures on trafficking in persons and migrant smuggling, 75 series.

    Cases, arrests, victims, convictions, permissions, shelters, money and tiers, from the statements of the Ministry
    of Home Affairs and its council MAPO. Twenty series cover 2015 or 2016 to the partial year 2023. Each series has a
    label for people, in English and in Malay; the file beside this one names the agency and statement behind each
    figure.

    Returns
    -------
    Malaysia
        A `Panel` that also has ``hierarchies`` (which parts make up which totals), ``labels`` in Malay, ``events``,
        ``funnels`` and ``published_changes``.

    Examples
    --------
    >>> import unjuran as uj
    >>> figures = uj.datasets.malaysia()
    >>> figures["trafficking_cases"].values.tolist()
    [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0, 48.0]
    >>> [str(found.kind) for found in uj.hierarchy.check_totals(figures)]
    ['total', 'period label', 'total']
    """
    return Malaysia(read_csv(os.path.join(_HERE, "malaysia.csv")))


def _rows(name: str) -> list[dict[str, str]]:
    with open(os.path.join(_HERE, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

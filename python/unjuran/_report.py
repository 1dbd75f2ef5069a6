"""`unjuran.report`: the report on a panel, and its files. All numbers and sentences are Rust's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from unjuran import _core
from unjuran._page import write
from unjuran.errors import BadParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from unjuran._core import Event, Report

_FORMATS = (".html", ".htm", ".md")


def report(
    data: Any,
    out: str | os.PathLike[str] | None = None,
    *,
    lang: Literal["en", "ms"] = "en",
    h: int = 5,
    title: str | None = None,
    tree: Mapping[str, Sequence[str]] | Sequence[tuple[str, ...]] | None = None,
    events: Sequence[Event] | Mapping[str, Sequence[Event]] | None = None,
    mask_below: int | None = None,
) -> Report:
    """Report on a series, a panel or a frame: what the figures say and what cannot be said, in English or Malay.

    Each series is projected by the default model. The report has findings in sentences with numbers and intervals,
    fans, tables, problems of the data, the method, caveats and a run record; the same data, settings and version give
    the same bytes.

    Parameters
    ----------
    data : Series, Panel, or a pandas, polars or pyarrow frame
        A frame is tidy: columns ``unique_id``, ``ds``, ``y`` (`Panel.from_frame` takes other names).
    out : str or path-like, optional
        A file to write: ``.html`` (one page, complete in itself) or ``.md``. The JSON with every number of it is
        written beside, with the ending ``.json``. Files appear whole or not at all.
    lang : {"en", "ms"}, default "en"
        English or Malay.
    h : int, default 5
        Years to project, 1 to 100, the year under way counted.
    title : str, optional
        Of the page.
    tree : dict of str to sequence of str, or sequence of tuples, optional
        Which parts make up which totals, as in `hierarchy.check_totals`: totals are checked. Left out: the tree that
        the panel carries.
    events : sequence of plan.Event, or dict of such by name of the series, optional
        Dated events to judge with `plan.impact`, where enough years come before.
    mask_below : int, optional
        Counts below it are shown as "<5", with ``tree`` their complements in totals as "masked". Everything is made
        from the masked figures: nothing in the report depends on what is hidden, so that forecasts differ from those
        of `forecast` on the exact figures.

    Returns
    -------
    Report
        With ``to_html``, ``to_markdown``, ``to_json`` and ``to_dict``; in a notebook it shows itself.

    Raises
    ------
    BadParameterError
        Another language or ending; a limit that is no whole number from 1 to a million.
    BadHorizonError
        ``h`` outside 1 to 100.
    MissingMemberError, UnknownSeriesError
        A name of the tree, or of an event, that is not in the panel.
    FileError
        A file that cannot be written.

    Examples
    --------
    >>> import unjuran as uj
    >>> made = uj.report(uj.datasets.malaysia(), lang="ms", mask_below=5)
    >>> '<html lang="ms">' in made.to_html()
    True
    """
    path = None if out is None else os.fspath(out)
    ending = None if path is None else _ending(path)
    if isinstance(data, _core.Series):
        data = _core.Panel([data])
    panel = data if isinstance(data, _core.Panel) else _core.Panel.from_frame(data)
    made = _core._report(panel, lang, h, title, tree, events, mask_below)
    if path is not None:
        write(path, made.to_markdown() if ending == ".md" else made.to_html())
        write(os.path.splitext(path)[0] + ".json", made.to_json())
    return made


def _ending(path: str) -> str:
    ending = os.path.splitext(path)[1].lower()
    if ending not in _FORMATS:
        allowed = "a file that ends in .html or .md"
        message = f"out={path!r}: its ending says no format of a report: {allowed}"
        raise BadParameterError(message, model="report", parameter="out", value=path, allowed=allowed)
    return ending

"""Tables to a file or to standard output, as CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from unjuran._page import write
from unjuran.errors import BadParameterError
from unjuran.frames import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    _Table = Callable[[Any], Any]

KINDS = ("csv", "json", "parquet", "html")


def kind_of(out: str | None, asked: str | None) -> str | None:
    """What is to be written: as asked, else by the ending of the file; None is a table for people."""
    if asked is not None or out is None:
        return asked
    if out == "-":
        return "csv"
    ending = os.path.splitext(out)[1].removeprefix(".").lower()
    ending = {"htm": "html", "pq": "parquet"}.get(ending, ending)
    if ending in KINDS:
        return ending
    allowed = "a file that ends in " + ", ".join("." + kind for kind in KINDS) + ", or --format"
    message = f"--out {out}: its ending says no format: {allowed}"
    raise BadParameterError(message, model="--out", parameter="out", value=out, allowed=allowed)


def columns_of(table: _Table) -> dict[str, list[Any]]:
    """The columns of a table as lists, null as None."""
    return {name: [_plain(value) for value in column] for name, column in table(PLAIN).items()}


def save(out: str | None, kind: str, table: _Table) -> None:
    """Write a table; no file or - is standard output."""
    screen = out in (None, "-")
    if kind == "parquet":
        _parquet(out, table)
        return
    if kind == "html":
        message = "html is for forecasts: csv, json and parquet hold tables"
        raise BadParameterError(message, model="--format", parameter="format", value=kind, allowed="csv, json, parquet")
    columns = columns_of(table)
    text = _json(columns) if kind == "json" else _csv(columns)
    if screen:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write(str(out), text)


def as_text(table: _Table) -> str:
    """A table for people: numbers to four digits, to the right."""
    columns = columns_of(table)
    cells = [[name, *map(_shown, values)] for name, values in columns.items()]
    widths = [max(map(len, column)) for column in cells]
    lines = []
    for row in zip(*cells, strict=True):
        first = f"{row[0]:<{widths[0]}}"
        lines.append(first + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)))
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if value is None or value != value else value


def _csv(columns: dict[str, list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([repr(v).removesuffix(".0") if isinstance(v, float) else v for v in row])
    return out.getvalue()


def _json(columns: dict[str, list[Any]]) -> str:
    """A list of records: what pandas, polars and jq read."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return json.dumps(rows, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _parquet(out: str | None, table: _Table) -> None:
    buffer = io.BytesIO()
    if importlib.util.find_spec("polars"):
        table("polars").write_parquet(buffer)
    elif importlib.util.find_spec("pyarrow"):
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        pq.write_table(table("pyarrow"), buffer)
    else:
        message = "Parquet needs polars or pyarrow: neither is installed"
        raise ImportError(message)
    if out in (None, "-"):
        sys.stdout.buffer.write(buffer.getvalue())
        sys.stdout.buffer.flush()
    else:
        write(str(out), buffer.getvalue())

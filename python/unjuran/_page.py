"""A page of fan charts: one HTML file, complete in itself. The charts are Rust's; here they are laid out."""

from __future__ import annotations

import html
import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from unjuran._core import __version__
from unjuran.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from unjuran._core import Forecast

_STYLE = """
body { font: 16px/1.45 Helvetica, Arial, sans-serif; color: #1b1b1b }
body { margin: 2rem auto; max-width: 1340px; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 0 .3rem }
p { margin: 0 0 1.2rem; max-width: 46rem }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(400px, 1fr)); gap: 1.4rem 1rem }
figure { margin: 0; break-inside: avoid }
figcaption { font-size: .8rem; color: #565656 }
footer { font-size: .8rem; color: #565656; margin-top: 2rem }
"""


def fan_page(title: str, about: str, forecasts: Iterable[Forecast]) -> str:
    """A fan chart with its notes for each forecast."""
    figures = []
    for fc in forecasts:
        notes = "<br>".join(map(html.escape, fc.notes))
        figures.append(f"<figure>{fc.to_svg(width=420, height=290)}<figcaption>{notes}</figcaption></figure>")
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    intro = f"<p>{html.escape(about)}</p>" if about else ""
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n'
        f"<body><h1>{html.escape(title)}</h1>{intro}\n<main>\n{chr(10).join(figures)}\n</main>\n"
        f"<footer>unjuran {__version__}</footer></body></html>\n"
    )


def write(path: str, content: str | bytes) -> None:
    """Write a file beside its place and put it there whole; folders are made."""
    with beside(path) as temporary, open(temporary, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def beside(path: str) -> Iterator[str]:
    """A file beside its place to write to; put there whole if all goes well, else removed. Folders are made."""
    folder = os.path.dirname(path) or "."
    temporary = None
    try:
        os.makedirs(folder, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".unjuran-", suffix=".part")
        os.close(handle)
        yield temporary
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        problem = error.strerror or str(error)
        message = f"{path}: {problem}"
        raise FileError(message, path=path, problem=problem) from None
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask

"""The guide: `make docs` builds it in target/guide."""

from __future__ import annotations

from typing import Any

import unjuran

project = "unjuran"
author = "The unjuran developers"
version = release = unjuran.__version__
project_copyright = author

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.autosummary"]
exclude_patterns: list[str] = []
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["lines.css"]
html_title = f"unjuran {release}"

myst_heading_anchors = 3

autodoc_member_order = "groupwise"
autodoc_typehints = "none"  # the docstrings say it in words
autodoc_mock_imports = ["dask", "pyspark", "sklearn", "sktime", "pandas", "pyarrow"]
napoleon_google_docstring = False
napoleon_use_rtype = False
# In the docstrings `name` is a name, not a title.
default_role = "code"
suppress_warnings = ["ref.python"]  # the p of "shape (n, p)" is no reference


def tables(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:  # noqa: ARG001 - Sphinx's
    """The tables in docstrings are Markdown's, for `help`; Sphinx reads its own kind."""
    made: list[str] = []
    for i, line in enumerate(lines):
        if not line.startswith("|"):
            made.append(line)
        elif not lines[i - 1].startswith("|"):
            made += [".. list-table::", "   :header-rows: 1", "", *_row(line)]
        elif not line.startswith("|---"):
            made += _row(line)
    lines[:] = made


def _row(line: str) -> list[str]:
    first, *rest = (cell.strip() for cell in line.strip("|").split("|"))
    return [f"   * - {first}", *(f"     - {cell}" for cell in rest)]


def setup(app: Any) -> None:
    """Sphinx asks."""
    app.connect("autodoc-process-docstring", tables)

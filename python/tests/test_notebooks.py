"""The case studies, run from top to bottom. They are text: cells begin with `# %%`."""

import contextlib
import io
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


def test_the_case_studies_are_there():
    assert {path.stem for path in NOTEBOOKS} >= {"annex_2023", "shelter_places_2028"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_case_study_runs_and_its_asserts_hold(path):
    text = path.read_text()
    assert text.startswith("# ---\n# jupyter:"), "the header tells Jupyter that this is a notebook"
    assert len(re.findall(r"^# %%", text, re.MULTILINE)) >= 6
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, str(path), "exec"), {"__name__": "__main__"})
    assert printed.getvalue()

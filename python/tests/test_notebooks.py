"""The case studies, run from top to bottom. They are text: cells begin with `# %%`."""

import contextlib
import io
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


def test_the_case_studies_and_the_quick_start_are_there():
    assert {path.stem for path in NOTEBOOKS} >= {"annex_2023", "quick_start", "shelter_places_2028"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_case_study_runs_and_its_asserts_hold(path):
    text = path.read_text()
    assert text.startswith("# ---\n# jupyter:"), "the header tells Jupyter that this is a notebook"
    assert len(re.findall(r"^# %%", text, re.MULTILINE)) >= 6
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, str(path), "exec"), {"__name__": "__main__"})
    assert printed.getvalue()


def test_the_three_lines_of_the_readme_draw_a_fan(tmp_path, monkeypatch):
    text = (Path(__file__).parents[2] / "README.md").read_text()
    lines = re.search(r"Three lines.*?```python\n(.*?)```", text, re.DOTALL).group(1)
    assert len(lines.splitlines()) == 3
    (tmp_path / "cases.csv").write_text("unique_id,ds,y\ncases,2020,165\ncases,2021,115\ncases,2022,139\n")
    monkeypatch.chdir(tmp_path)
    run = {}
    exec(lines.replace("uj.forecast(", "ax = uj.forecast("), run)
    assert run["ax"].get_legend_handles_labels()[1] == ["95%", "80%", "50%", "median"]

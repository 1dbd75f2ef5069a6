import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import unjuran as uj
from unjuran import _core


def documented():
    """Every public function, class, method and property of the compiled module."""
    for name, thing in sorted(vars(_core).items(), key=lambda item: item[0]):
        if name.startswith("_"):
            continue
        yield name, thing
        if inspect.isclass(thing):
            for attribute, member in sorted(vars(thing).items(), key=lambda item: item[0]):
                if not attribute.startswith("_"):
                    yield f"{name}.{attribute}", member


def test_the_stubs_agree_with_the_compiled_module(tmp_path):
    elsewhere = tmp_path / "allowed"  # what these stand on is not installed here; `make test-adapters` imports them
    elsewhere.write_text(r"unjuran\.adapters\.(dask|sklearn|sktime|spark)(\..*)?" + "\n")
    command = [sys.executable, "-m", "mypy.stubtest", "unjuran", "--mypy-config-file", "pyproject.toml"]
    command += ["--allowlist", str(elsewhere)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("name", "thing"), list(documented()))
def test_everything_public_has_a_docstring_and_its_examples_hold(name, thing):
    text = inspect.getdoc(thing)
    assert text, f"{name} has no docstring"
    examples = doctest.DocTestParser().get_doctest(text, {"uj": uj}, name, None, None)
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples).failed == 0


TYPED = """
from typing import assert_type

import numpy as np
import pandas as pd
import unjuran as uj
from matplotlib.axes import Axes
from numpy.typing import NDArray

s = uj.Series([1, None, 3], start=2020, name="cases").with_partial(2023, 1, share=0.4)
fc = uj.forecast(s, h=5)
assert_type(fc, uj.Forecast)
assert_type(fc.quantile(0.9), NDArray[np.float64])
assert_type(uj.LinearTrend().fit(s), uj.FittedTrend)
assert_type(uj.forecast(uj.datasets.malaysia(), until=2027, model=["Naive", uj.Drift()]), uj.Forecasts)
assert_type(fc.to_json(mask_below=5), str)
assert_type(uj.plot.target(fc, at_most=100), Axes)
assert_type(uj.report(s, "laporan.html", lang="ms", mask_below=5), uj.Report)
fc.to_frame("polars", long=True)
frame = pd.DataFrame()
assert_type(uj.forecast(frame, h=5, level=[80, 95]), pd.DataFrame)
for name, series in uj.Panel({"a": s}).items():
    assert_type((name, series), tuple[str, uj.Series])
uj.forecast(s, h="5")
"""


def test_a_users_type_checker_knows_what_comes_back_in_scripts_and_in_our_notebooks(tmp_path):
    file = tmp_path / "typed.py"
    file.write_text(TYPED)
    notebooks = sorted(map(str, (Path(__file__).parents[2] / "notebooks").glob("*.py")))
    command = [sys.executable, "-m", "mypy", "--strict", "--disable-error-code=import-untyped", str(file), *notebooks]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    complaints = [line for line in result.stdout.splitlines() if "error:" in line]
    assert len(complaints) == 1, result.stdout
    assert "typed.py" in complaints[0], "the notebooks have none"
    assert "call-overload" in complaints[0], "text is no horizon"

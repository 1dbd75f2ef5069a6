import importlib.metadata
import subprocess
import sys

import unjuran as uj

HEAVY = ["numpy", "pandas", "polars", "pyarrow", "matplotlib", "narwhals"]


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_loads_no_heavy_package():
    loaded = run(f"import sys, unjuran; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert loaded.strip() == "[]"


def test_a_series_can_be_made_and_shown_without_numpy():
    code = "import sys, unjuran as uj; print(uj.Series([1, None], start=2000)); print('numpy' in sys.modules)"
    assert run(code).splitlines() == ["Series 'series' (count), 2000-2001: 1, -", "False"]


def test_importing_takes_less_than_60_ms_of_processor_time():
    code = "import time; start = time.process_time(); import unjuran; print(time.process_time() - start)"
    assert min(float(run(code)) for _ in range(5)) < 0.060


def test_the_version_is_that_of_the_installed_package():
    assert uj.__version__ == importlib.metadata.version("unjuran")


def test_the_tests_see_the_installed_package_not_the_source_tree():
    assert "site-packages" in uj.__file__


def test_all_names_what_the_package_offers():
    public = {name for name in vars(uj) if not name.startswith("_")}
    assert len(set(uj.__all__)) == len(uj.__all__)
    assert set(uj.__all__) - {"__version__"} <= public

import doctest
import importlib
import subprocess
import sys

import pytest


@pytest.mark.filterwarnings("ignore:The default of config ``remember_data``:FutureWarning")  # sktime's own
@pytest.mark.parametrize("name", ["sklearn", "sktime", "statsforecast"])
def test_the_examples_of_an_adapter_hold(name):
    ran = doctest.testmod(importlib.import_module(f"unjuran.adapters.{name}"), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert ran.attempted > 0
    assert ran.failed == 0


def test_importing_the_package_imports_no_other_library():
    others = {"sklearn", "sktime", "statsforecast", "pandas"}
    code = f"import sys, unjuran, unjuran.adapters; print({others} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"

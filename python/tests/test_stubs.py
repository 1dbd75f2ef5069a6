import doctest
import inspect
import subprocess
import sys

import pytest

import unjuran as uj
from unjuran import _core


def documented():
    """Every public function, class, method and property of the compiled module."""
    for name, thing in vars(_core).items():
        if name.startswith("_"):
            continue
        yield name, thing
        if inspect.isclass(thing):
            for attribute, member in vars(thing).items():
                if not attribute.startswith("_"):
                    yield f"{name}.{attribute}", member


def test_the_stubs_agree_with_the_compiled_module():
    command = [sys.executable, "-m", "mypy.stubtest", "unjuran", "--mypy-config-file", "pyproject.toml"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("name", "thing"), list(documented()))
def test_everything_public_has_a_docstring_and_its_examples_hold(name, thing):
    text = inspect.getdoc(thing)
    assert text, f"{name} has no docstring"
    examples = doctest.DocTestParser().get_doctest(text, {"uj": uj}, name, None, None)
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples).failed == 0

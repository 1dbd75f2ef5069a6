"""Environments as users make them: nothing of this repository's own environment is used in them."""

from __future__ import annotations

import functools
import glob
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What the wheel is for.
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


@functools.cache
def pythons():
    """The Pythons of this machine by version: on the path, else among pyenv's."""
    found = {}
    for version in VERSIONS:
        home = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
        candidates = [shutil.which(f"python{version}"), *glob.glob(f"{home}/versions/{version}.*/bin/python{version}")]
        for candidate in filter(None, candidates):
            # why: a shim of pyenv is on the path for versions that are not switched on, and fails.
            if subprocess.run([candidate, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
                found[version] = candidate
                break
    return found


def pytest_report_header():
    absent = [version for version in VERSIONS if version not in pythons()]
    return f"Pythons found: {', '.join(pythons())}; absent, so not tested: {', '.join(absent) or 'none'}"


def pytest_generate_tests(metafunc):
    if "interpreter" in metafunc.fixturenames:
        metafunc.parametrize("interpreter", pythons().values(), ids=pythons().keys())


class Environment:
    """A fresh virtual environment."""

    def __init__(self, folder, interpreter):
        subprocess.run([interpreter, "-m", "venv", folder], check=True)
        self.bin = Path(folder, "bin")

    def pip(self, *arguments, **options):
        command = [self.bin / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
        subprocess.run(command, check=True, cwd=ROOT, **options)

    def run(self, *command, cwd=None):
        made = subprocess.run(
            [self.bin / command[0], *map(str, command[1:])],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": ""},
        )
        assert made.returncode == 0, made.stdout + made.stderr
        return made.stdout


@pytest.fixture(scope="session")
def root():
    """The repository."""
    return ROOT


@pytest.fixture
def environment(tmp_path):
    return lambda interpreter: Environment(tmp_path / "env", interpreter)


@pytest.fixture(scope="session")
def wheel():
    """The wheel that `make install` built."""
    (built,) = (ROOT / "target" / "wheel").glob("unjuran-*.whl")
    return built

"""The wheel and the sdist in clean environments: `make test-wheels`."""

import os
import subprocess
import sys
import tarfile
import zipfile

USE = """
import sys
import unjuran as uj
fc = uj.forecast(uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015), h=2, model="Naive")
assert fc.median.tolist() == [139.0, 139.0], fc
assert uj.Forecast.from_json(fc.to_json()) == fc
assert len(uj.forecast(uj.datasets.malaysia(), until=2027)) > 60
assert "/env/" in uj.__file__, uj.__file__
print(uj.__version__)
"""
IMPORT = "import time; start = time.process_time(); import unjuran; print(time.process_time() - start)"


def test_one_wheel_serves_every_python_from_3_10(wheel):
    name, _, python, abi, _ = wheel.name.removesuffix(".whl").split("-")
    assert (name, python, abi) == ("unjuran", "cp310", "abi3")


def test_the_wheel_has_at_most_3_megabytes_and_nothing_of_the_tests(wheel):
    assert wheel.stat().st_size <= 3_000_000
    names = zipfile.ZipFile(wheel).namelist()
    assert "unjuran/py.typed" in names
    assert not [name for name in names if "test" in name]


def test_it_forecasts_where_only_it_and_what_it_needs_are_installed(wheel, interpreter, environment, tmp_path):
    env = environment(interpreter)
    env.pip("install", wheel)
    assert env.run("python", "-c", USE, cwd=tmp_path).strip() in wheel.name
    (tmp_path / "cases.csv").write_text("unique_id,ds,y\ncases,2020,165\ncases,2021,115\ncases,2022,139\n")
    table = env.run("unjuran", "forecast", "cases.csv", "-h", "2", "--model", "Naive", "--out", "-", cwd=tmp_path)
    assert table.splitlines()[1].startswith("cases,2023,139,")


def test_importing_takes_less_than_60_ms_of_processor_time(wheel, interpreter, environment, tmp_path):
    env = environment(interpreter)
    env.pip("install", wheel)
    assert min(float(env.run("python", "-c", IMPORT, cwd=tmp_path)) for _ in range(5)) < 0.060


def test_the_sdist_builds_a_wheel_that_works(environment, root, tmp_path):
    maturin = os.path.join(os.path.dirname(sys.executable), "maturin")
    subprocess.run([maturin, "sdist", "--out", str(tmp_path)], check=True, cwd=root)
    (sdist,) = tmp_path.glob("unjuran-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"Cargo.lock", "README.md", "LICENSE-MIT", "python/unjuran/py.typed", "src/lib.rs"} <= set(names)
    env = environment(sys.executable)
    # why a target folder that stays: the dependencies are compiled once, not at each run of this test.
    env.pip("install", sdist, env={**os.environ, "CARGO_TARGET_DIR": str(root / "target" / "sdist")})
    assert env.run("python", "-c", USE, cwd=tmp_path).strip() in sdist.name

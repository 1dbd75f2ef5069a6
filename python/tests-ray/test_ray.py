"""Ray Data, for real: the recipe of docs/how-to/large-panels.md gives the local answer."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import ray

import unjuran as uj

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "large-panels.md"
SERIES, YEARS = 60, 9

# why: Ray warns of its own settings while it sets them
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def counts():
    """Annual counts, rows in no order; one series has a year twice, one nothing but gaps."""
    rng = np.random.default_rng(3)
    y = rng.poisson(25, SERIES * YEARS).astype(float)
    ds = np.tile(np.arange(2014, 2014 + YEARS), SERIES)
    ds[5 * YEARS + 1] = 2014
    y[7 * YEARS : 8 * YEARS] = np.nan
    names = np.repeat([f"s{i:03}" for i in range(SERIES)], YEARS)
    order = rng.permutation(SERIES * YEARS)
    return pa.table({"unique_id": names[order], "ds": ds[order], "y": y[order]})


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def recipe(folder):
    """The block of the page that imports ray, in a folder: Ray's workers stand elsewhere."""
    [block] = [
        part.split("```")[0] for part in PAGE.read_text().split("```python\n") if "import ray\n" in part.split("```")[0]
    ]
    return block.replace('"counts"', repr(str(folder / "counts"))).replace(
        '"forecasts"', repr(str(folder / "forecasts"))
    )


def in_order(table):
    return table.select(sorted(table.column_names)).sort_by([("unique_id", "ascending"), ("ds", "ascending")])


@pytest.mark.parametrize("files", [1, 4])
def test_the_recipe_gives_the_local_answer_however_the_rows_are_dealt_out(counts, files, tmp_path):
    (tmp_path / "counts").mkdir()
    for i in range(files):
        pq.write_table(counts.take(list(range(i, len(counts), files))), tmp_path / "counts" / f"{i}.parquet")
    exec(recipe(tmp_path), {})
    got = in_order(pq.read_table(tmp_path / "forecasts"))
    expected = in_order(uj.forecast(counts, h=5))
    assert got.to_pydict() == expected.cast(got.schema).to_pydict()
    assert got["status"].to_pylist().count("ok") == 5 * (SERIES - 2)

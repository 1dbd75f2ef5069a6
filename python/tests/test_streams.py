"""Panels from Parquet to Parquet, and the function from table to table underneath."""

import datetime
import doctest
import io
import pickle
from contextlib import redirect_stderr

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import unjuran as uj
from unjuran import errors, streams, tables
from unjuran.tables import TableForecast, whole_series

YEARS = (2020, 2021, 2021)


def panel(series=40, years=6):
    """So many series; the fourth has a year twice."""
    rng = np.random.default_rng(1)
    table = {
        "unique_id": np.repeat([f"s{i:03}" for i in range(series)], years),
        "ds": np.tile(np.arange(2015, 2015 + years), series),
        "y": rng.poisson(30, series * years).astype(float),
    }
    if series > 3:
        table["ds"][3 * years + 1] = 2015
    return pa.table(table)


@pytest.fixture
def counts(tmp_path):
    path = tmp_path / "counts.parquet"
    pq.write_table(panel(), path)
    return path


def test_a_file_gives_the_forecasts_of_its_frame(counts, tmp_path):
    out = tmp_path / "made" / "forecasts.parquet"
    written = uj.forecast_parquet(counts, h=3, out=out)
    assert written == (str(out), 40, 1, 120)
    assert pq.read_table(out).equals(uj.forecast(panel(), h=3))


def test_one_bad_series_is_rows_with_its_error(counts, tmp_path):
    uj.forecast_parquet(counts, h=2, out=tmp_path / "out.parquet", model="Naive")
    bad = pq.read_table(tmp_path / "out.parquet", filters=[("status", "!=", "ok")]).to_pylist()
    assert [row["unique_id"] for row in bad] == ["s003", "s003"]
    assert bad[0]["status"] == 'series "s003": year 2015 occurs twice: each year may occur once'
    assert bad[0]["Naive"] is None


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_the_borders_of_batches_change_nothing(size):
    job = TableForecast(h=2, model="Naive")
    whole = panel()
    parts = list(job.over(whole.to_batches(max_chunksize=size), rows=20))
    assert len(parts) > 1
    assert pa.concat_tables(parts).equals(job(whole))


def test_tables_end_where_a_series_ends_even_if_it_is_longer_than_a_part():
    batches = panel(3, years=50).to_batches(max_chunksize=7)
    ids = [set(table["unique_id"].to_pylist()) for table in whole_series(batches, "unique_id", 10)]
    assert ids == [{"s000"}, {"s001"}, {"s002"}]


def test_a_folder_is_read_in_the_order_of_its_names_and_series_may_cross_files(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    whole = panel()
    pq.write_table(whole.slice(0, 100), folder / "a.parquet")
    pq.write_table(whole.slice(100), folder / "b.parquet")
    for source in (folder, ds.dataset(folder)):
        assert uj.forecast_parquet(source, h=1, model="Naive", out=tmp_path / "out.parquet").series == 40
        assert pq.read_table(tmp_path / "out.parquet").equals(uj.forecast(whole, h=1, model="Naive"))


def test_any_stream_of_arrow_batches_is_a_source(tmp_path):
    out = tmp_path / "out.parquet"
    frame = pl.from_arrow(panel())
    assert uj.forecast_parquet(frame, h=1, model="Naive", out=out).series == 40
    reader = panel().to_reader(max_chunksize=9)
    assert uj.forecast_parquet(reader, h=1, model="Naive", out=out).series == 40


@pytest.mark.parametrize(
    "kind", [pa.dictionary(pa.int32(), pa.string()), pa.binary(), pa.string_view(), pa.int16()], ids=str
)
def test_names_may_be_of_any_type(tmp_path, kind):
    ids = pa.array(["1", "1", "2", "2"])
    ids = ids.dictionary_encode() if pa.types.is_dictionary(kind) else ids.cast(kind)
    table = pa.table({"unique_id": ids, "ds": [2020, 2021, 2020, 2021], "y": [3, 4, None, None]})
    assert uj.forecast_parquet(table, h=1, model="Naive", out=tmp_path / "out.parquet")[1:] == (2, 1, 2)


def test_a_source_without_rows_gives_a_file_without_rows(tmp_path):
    out = tmp_path / "out.parquet"
    assert uj.forecast_parquet(panel().slice(0, 0), h=1, model="Naive", level=[], out=out)[1:] == (0, 0, 0)
    assert pq.read_table(out).column_names == ["unique_id", "ds", "Naive", "status"]


@pytest.mark.parametrize("rows", [1, 12, 10_000])
def test_a_series_that_comes_back_is_refused_by_name_and_nothing_is_written(counts, tmp_path, rows):
    apart = pa.concat_tables([panel(), panel().slice(6, 2)])
    with pytest.raises(errors.DuplicateSeriesError, match="s001") as caught:
        list(TableForecast(h=1, model="Naive").over(apart.to_batches(), rows=rows))
    assert caught.value.series == "s001"
    pq.write_table(apart, counts)
    with pytest.raises(errors.DuplicateSeriesError, match="stand together"):
        uj.forecast_parquet(counts, h=1, out=tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["counts.parquet"]


def test_columns_that_no_forecast_reads_are_left_in_the_file(tmp_path):
    path = tmp_path / "wide.parquet"
    pq.write_table(panel().append_column("note", pa.array([object.__name__] * 240)), path)
    job = TableForecast(h=1)
    assert job.columns(["note", "y", "unique_id", "share", "ds"]) == ["y", "unique_id", "share", "ds"]
    uj.forecast_parquet(path, h=1, model="Naive", out=tmp_path / "out.parquet")
    assert "note" not in pq.read_schema(tmp_path / "out.parquet").names


@pytest.mark.parametrize(
    ("ids", "years"),
    [
        (pa.array([1, 1, 2]), pa.array([2020, 2021, 2021], pa.int32())),
        (pa.array(["a", "a", "b"]).dictionary_encode(), pa.array([datetime.date(y, 12, 31) for y in YEARS])),
        (pa.array(["a", "a", None], pa.large_string()), pa.array(["2020", "2021", "what"])),
    ],
    ids=["integers", "dictionary and dates", "null and text"],
)
def test_the_schema_is_known_before_and_every_part_keeps_to_it(ids, years):
    table = pa.table({"unique_id": ids, "ds": years, "y": [3, 4, 5]})
    job = TableForecast(h=1, model="Naive", level=(80,))
    parts = list(job.over(table.to_batches(max_chunksize=1), rows=1))
    assert [part.num_rows for part in parts] == [1, 1]
    assert all(part.schema == job.schema(table.schema) for part in parts)
    assert parts[0]["unique_id"].to_pylist() + parts[1]["unique_id"].to_pylist() == ids.to_pylist()[1:]


def test_a_refusal_names_no_row_of_a_part():
    table = pa.table({"unique_id": ["a"], "ds": ["what"], "y": [3]})
    assert TableForecast(h=1)(table)["status"].to_pylist() == ["series \"a\": 'what' is not a year"]


def test_a_table_forecast_survives_pickling():
    job = TableForecast(h=2, model=uj.ETS("AAdN"), level=(50,))
    again = pickle.loads(pickle.dumps(job))
    assert again(panel()).equals(job(panel()))


def test_what_cannot_be_read_or_is_not_allowed_is_a_typed_error(counts, tmp_path):
    out = tmp_path / "out.parquet"
    with pytest.raises(errors.FileError, match="nowhere"):
        uj.forecast_parquet(tmp_path / "nowhere.parquet", h=1, out=out)
    (tmp_path / "text.parquet").write_text("no Parquet")
    with pytest.raises(errors.FileError, match=r"text\.parquet"):
        uj.forecast_parquet(tmp_path / "text.parquet", h=1, out=out)
    with pytest.raises(errors.FileError):
        uj.forecast_parquet(counts, h=1, out=counts / "below a file.parquet")
    with pytest.raises(TypeError, match=r"not builtins\.int"):
        uj.forecast_parquet(3, h=1, out=out)
    with pytest.raises(errors.MissingColumnError, match="region"):
        uj.forecast_parquet(counts, h=1, out=out, id_col="region")
    with pytest.raises(errors.UnknownModelError):
        uj.forecast_parquet(counts, h=1, out=out, model="Best")
    with pytest.raises(errors.BadHorizonError):
        uj.forecast_parquet(counts, h=0, out=out)
    assert not out.exists()


def test_the_bar_counts_rows(counts, tmp_path):
    with redirect_stderr(io.StringIO()) as shown:
        uj.forecast_parquet(counts, h=1, out=tmp_path / "out.parquet", model="Naive", progress=True)
        uj.forecast_parquet(panel().to_reader(), h=1, out=tmp_path / "out.parquet", model="Naive", progress=True)
    assert "240 of 240\n" in shown.getvalue()
    assert shown.getvalue().endswith("\r240"), "a stream does not say how long it is"


def test_no_more_is_read_than_the_next_part_needs():
    read = []

    def batches():
        for batch in panel().to_batches(max_chunksize=10):
            read.append(batch.num_rows)
            yield batch

    parts = TableForecast(h=1, model="Naive").over(batches(), rows=30)
    next(parts)
    assert sum(read) <= 30 + 10
    next(parts)
    assert sum(read) <= 2 * 30 + 10


@pytest.mark.parametrize("module", [streams, tables], ids=lambda module: module.__name__)
def test_the_examples_of_the_docstrings_hold(module):
    ran = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert ran.attempted > 0
    assert ran.failed == 0


def test_names_that_are_numbers_are_told_apart(tmp_path):
    # Python's own hash of -1 is that of -2
    table = pa.table({"unique_id": [-1, -1, -2, -2], "ds": [2020, 2021, 2020, 2021], "y": [3.0, 4.0, 5.0, 6.0]})
    assert uj.forecast_parquet(table, h=1, model="Naive", out=tmp_path / "out.parquet").series == 2

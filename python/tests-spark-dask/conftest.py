import os
import sys

import numpy as np
import pandas as pd
import pytest

SERIES, YEARS = 120, 9


@pytest.fixture(scope="session")
def counts():
    """Annual counts; one series has a year twice, one nothing but gaps, one has other years than the rest."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{i:03}" for i in range(SERIES)], YEARS),
            "ds": np.tile(np.arange(2014, 2014 + YEARS), SERIES),
            "y": rng.poisson(25, SERIES * YEARS).astype(float),
            "note": "not read",
        }
    )
    frame.loc[frame.unique_id == "s005", "ds"] = [2014, 2014, *range(2016, 2023)]
    frame.loc[frame.unique_id == "s007", "y"] = np.nan
    frame.loc[frame.unique_id == "s009", "ds"] += 1
    return frame.sample(frac=1, random_state=0, ignore_index=True)


@pytest.fixture(scope="session")
def in_order():
    """A frame's rows by name and year, so that two can be compared."""
    return lambda frame: frame.sort_values(["unique_id", "ds"], ignore_index=True)


@pytest.fixture(scope="session")
def spark():
    """Spark on two threads of this machine, with Python workers of its own."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "5",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "Asia/Kuala_Lumpur",
    }
    session = SparkSession.builder.master("local[2]").appName("unjuran").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def cluster():
    """A Dask cluster of two processes on this machine."""
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**options) as made, Client(made) as client:
        yield client

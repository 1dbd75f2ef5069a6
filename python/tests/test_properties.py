import math

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import unjuran as uj

NUMBERS = st.one_of(
    st.none(),
    st.integers(0, 5000),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=True, allow_infinity=True),
)
MODELS = st.sampled_from([None, "Naive", "Drift", "AutoETS", "ETS(A,Ad,N)", "LinearTrend", "LogLinearTrend"])


@settings(max_examples=500, deadline=None)
@given(values=st.lists(NUMBERS, max_size=14), start=st.integers(-10, 10_010), h=st.integers(-1, 12), model=MODELS)
def test_any_numbers_give_a_sound_forecast_or_a_typed_error(values, start, h, model):
    try:
        fc = uj.forecast(uj.Series(values, start=start), h=h, model=model)
    except uj.UnjuranError:
        return
    quantiles = np.array([fc.quantile(p) for p in (0.025, 0.1, 0.5, 0.9, 0.975)])
    assert np.isfinite(quantiles).all()
    assert np.isfinite(fc.mean).all()
    assert (np.diff(quantiles, axis=0) >= 0).all()
    assert (quantiles[-1] > quantiles[0]).all()
    if fc.series.unit == "count":
        assert (quantiles >= 0).all()
        assert (quantiles == np.floor(quantiles)).all()
    assert uj.Forecast.from_json(fc.to_json()) == fc


ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(-3, 40) | st.none(), NUMBERS), min_size=1, max_size=25
)


@settings(max_examples=500, deadline=None)
@given(rows=ROWS, h=st.integers(1, 4))
def test_any_frame_of_numbers_is_answered_series_by_series(rows, h):
    frame = pd.DataFrame(
        {
            "unique_id": [i for i, _, _ in rows],
            "ds": pd.array([None if y is None else 2000 + y for _, y, _ in rows], dtype="Int64"),
            "y": [math.nan if v is None else float(v) for _, _, v in rows],
        }
    )
    out = uj.forecast(frame, h=h, model="Naive", level=[80])
    assert set(out["unique_id"].dropna()) == set(frame["unique_id"].dropna())
    ok = out["status"] == "ok"
    assert np.isfinite(out.loc[ok, ["Naive", "Naive-lo-80", "Naive-hi-80"]].to_numpy(dtype=float)).all()
    assert out.loc[~ok, ["Naive", "Naive-lo-80", "Naive-hi-80"]].isna().all(axis=None)
    assert out.loc[ok].groupby("unique_id").size().isin([h]).all()

import pickle
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import unjuran as uj
from unjuran import errors


@pytest.fixture
def fc(cases):
    return uj.forecast(cases, h=5)


def test_a_forecast_answers_for_each_year(fc):
    assert fc.years.tolist() == [2023, 2024, 2025, 2026, 2027]
    assert len(fc) == 5
    for numbers in (fc.mean, fc.median, fc.variance, fc.quantile(0.9), *fc.interval(80)):
        assert numbers.shape == (5,)
        assert np.isfinite(numbers).all()
    assert (fc.variance > 0).all()


def test_counts_are_forecast_in_whole_numbers_from_zero(fc):
    for p in (0.01, 0.1, 0.5, 0.9, 0.99):
        q = fc.quantile(p)
        assert (q >= 0).all()
        assert (q == np.floor(q)).all()


def test_an_interval_is_a_named_tuple_of_two_quantiles(fc):
    interval = fc.interval(80)
    assert interval._fields == ("lower", "upper")
    lower, upper = interval
    assert (lower == fc.quantile(0.1)).all()
    assert (upper == fc.quantile(0.9)).all()
    assert isinstance(interval, uj.Interval)


def test_cdf_and_pmf_agree(fc):
    assert fc.cdf(2025, 100) == pytest.approx(sum(fc.pmf(2025, k) for k in range(101)), abs=1e-12)
    assert fc.cdf(np.int64(2025), fc.median[2]) >= 0.5
    assert fc.pmf(2025, 1.5) == 0.0


def test_paths_are_joint_seeded_and_whole(fc):
    paths = fc.paths(2000, seed=7)
    assert paths.shape == (2000, 5)
    assert (paths == fc.paths(2000, seed=7)).all()
    assert (paths != fc.paths(2000, seed=8)).any()
    assert (paths == np.floor(paths)).all()
    total = fc.total()
    assert total.quantile(0.5) == total.median
    assert abs(total.mean - fc.paths(10_000).sum(axis=1).mean()) < 6 * total.standard_error
    assert total.interval(80).lower < total.median < total.interval(80).upper
    assert total == pickle.loads(pickle.dumps(total))
    assert 0 <= total.cdf(total.median) <= 1


def test_a_year_under_way_is_forecast_first_and_never_below_its_count(under_way):
    fc = uj.forecast(under_way, h=3)
    assert fc.years.tolist() == [2023, 2024, 2025]
    assert fc.quantile(0.001)[0] >= 48
    assert fc.paths(1000)[:, 0].min() >= 48
    assert any("2023-05-31" in note for note in fc.notes)


def test_until_says_the_last_year(cases, under_way):
    assert uj.forecast(cases, until=2025) == uj.forecast(cases, h=3)
    assert uj.forecast(under_way, until=2025) == uj.forecast(under_way, h=3)
    assert uj.AutoETS().fit(cases).forecast(until=2025) == uj.AutoETS().fit(cases).forecast(3)
    with pytest.raises(errors.BadHorizonError):
        uj.forecast(cases, until=2022)


def test_until_that_is_not_ahead_is_refused_with_the_last_year_of_the_series_and_what_is_allowed(cases, under_way):
    # cases end in 2022, and a year under way is itself to be forecast
    for series, until, said in [
        (cases, 2015, "ends in 2022: until = 2015 is not allowed: 2023 to 2122"),
        (cases, 2123, "ends in 2022: until = 2123 is not allowed: 2023 to 2122"),
        (under_way, 2022, "ends in 2023: until = 2022 is not allowed: 2023 to 2122"),
    ]:
        with pytest.raises(errors.BadUntilError, match=said) as caught:
            uj.forecast(series, until=until)
        assert (caught.value.series, caught.value.until) == (series.name, until)
        with pytest.raises(errors.BadUntilError, match=said):
            uj.Naive().fit(series).forecast(until=until)
    error = uj.forecast(uj.Panel([cases]), until=2015).errors[cases.name]
    assert isinstance(error, errors.BadUntilError)
    assert error.horizon == -7


def test_the_horizon_is_said_once_and_is_1_to_100(cases):
    for wrong in ({}, {"h": 3, "until": 2025}):
        with pytest.raises(errors.HorizonAmbiguousError):
            uj.forecast(cases, **wrong)
    for h in (0, -1, 101, 2**70, np.int64(0)):
        with pytest.raises(errors.BadHorizonError, match="1 to 100"):
            uj.forecast(cases, h=h)
    for h in (2.0, "3", True, None, [3]):
        with pytest.raises((TypeError, errors.HorizonAmbiguousError)):
            uj.forecast(cases, h=h)
    assert len(uj.forecast(cases, h=100)) == 100


@pytest.mark.parametrize("level", [0, 0.8, 0.95, 100, 101, -5, float("nan")])
def test_levels_are_percentages(fc, level):
    with pytest.raises(errors.BadLevelError):
        fc.interval(level)


def test_a_fraction_as_level_gets_a_hint(fc):
    with pytest.raises(errors.BadLevelError, match="for 95% write 95"):
        fc.interval(0.95)


def test_questions_outside_a_forecast_are_refused_by_type(fc):
    for p in (0, 1, -0.1, float("nan")):
        with pytest.raises(errors.BadProbabilityError):
            fc.quantile(p)
        with pytest.raises(errors.BadProbabilityError):
            fc.total().quantile(p)
    with pytest.raises(errors.YearNotForecastError) as caught:
        fc.cdf(2022, 100)
    assert (caught.value.first, caught.value.last) == (2023, 2027)
    for n in (0, -1, 1_000_001):
        with pytest.raises(errors.BadDrawsError):
            fc.paths(n)
    with pytest.raises(errors.BadParameterError, match="seed"):
        fc.paths(10, seed=-1)
    amount = uj.forecast(uj.Series([1.5, 2.5, 2.0], start=2020), h=1)
    with pytest.raises(errors.NotACountError):
        amount.pmf(2023, 2)


@pytest.mark.parametrize("values", [[5], [7] * 10, [0] * 8, [0], [1, float("nan"), 3], [10, 20, 30, 40, 50, 60]])
def test_little_and_degenerate_data_get_honest_widths(values):
    fc = uj.forecast(uj.Series(values, start=2000), h=5)
    lower, upper = fc.interval(95)
    assert np.isfinite([lower, upper]).all()
    assert (upper > lower).all()


def test_nothing_but_missing_years_is_refused():
    with pytest.raises(errors.NoObservedYearsError) as caught:
        uj.forecast(uj.Series([None, None], start=2000, name="empty"), h=1)
    assert caught.value.series == "empty"


def test_a_forecast_is_a_value_with_provenance(fc, cases):
    assert fc == pickle.loads(pickle.dumps(fc))
    assert fc == uj.Forecast.from_json(fc.to_json())
    assert fc.series == cases
    assert fc.version == uj.__version__
    assert len(fc.fingerprint) == 16
    assert fc.fingerprint != uj.forecast(cases.with_missing(2019), h=5).fingerprint
    assert isinstance(fc.params, dict)
    assert repr(fc).startswith("Forecast of 'trafficking_cases' by BayesETS, 2023-2027: median ")


@pytest.mark.parametrize(
    "damage", [("forecast", "series", 1), ("}", "", 1), ("", "x", 1), ('"version":1', '"version":-1', 1)]
)
def test_damaged_json_is_refused(fc, damage):
    with pytest.raises(errors.BadJsonError):
        uj.Forecast.from_json(fc.to_json().replace(*damage))


def test_the_picture_in_a_notebook_is_an_svg_without_script(under_way):
    fc = uj.forecast(under_way, h=5)
    html = fc._repr_html_()
    picture = ET.fromstring(html)
    assert picture.tag.endswith("svg")
    assert "script" not in html
    assert "Trafficking cases" in html
    assert fc.to_svg() == html
    assert 'width="300"' in fc.to_svg(width=300, height=200, levels=[80])


def test_the_fan_holds_what_a_picture_shows(under_way):
    fan = uj.forecast(under_way, h=2).fan()
    assert [band["level"] for band in fan["bands"]] == [95.0, 80.0, 50.0]
    assert fan["history"][-1] == {"year": 2023, "mark": {"partial": {"counted": 48.0, "covered": "to 2023-05-31"}}}
    assert fan["label"] == "Trafficking cases"


def test_a_unit_may_be_said_with_the_forecast(cases):
    assert uj.forecast(cases, h=1, unit="amount").series.unit == "amount"
    with pytest.raises(errors.UnknownUnitError):
        uj.forecast(cases, h=1, unit="cases")
    with pytest.raises(TypeError, match="unit must be text"):
        uj.forecast(cases, h=1, unit=5)


@pytest.mark.parametrize("data", [[1, 2, 3], {2015: 3}, "cases.csv", None, 5, np.arange(3)], ids=repr)
def test_what_cannot_be_forecast_is_named(data):
    with pytest.raises(TypeError, match="data must be a Series, a Panel, or a pandas, polars or pyarrow data frame"):
        uj.forecast(data, h=1)


def test_arguments_for_frames_are_refused_on_a_series(cases):
    with pytest.raises(TypeError, match=r"level is for frames.*fc\.interval"):
        uj.forecast(cases, h=1, level=[80])
    with pytest.raises(TypeError, match="id_col is for frames"):
        uj.forecast(cases, h=1, id_col="name")


def test_a_missing_number_has_no_probability(fc):
    year = int(fc.years[0])
    for ask in (lambda x: fc.cdf(year, x), lambda x: fc.pmf(year, x), fc.total().cdf, fc.total().pmf):
        with pytest.raises(uj.errors.NotFiniteError):
            ask(float("nan"))
    assert fc.cdf(year, float("inf")) == 1

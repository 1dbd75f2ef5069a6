import pickle
import re
from pathlib import Path

import pytest

import unjuran as uj
from unjuran import errors

SOURCE = Path(__file__).parents[2] / "src" / "error.rs"
PYTHON_TYPES = {
    "String": {"str"},
    "Vec<String>": {"tuple[str, ...]"},
    "Vec<i32>": {"tuple[int, ...]"},
    "Vec<f64>": {"tuple[float, ...]"},
    "f64": {"float", "float | None"},  # JSON has no infinity: where one can come, the attribute is None
    **{whole: {"int"} for whole in ["i32", "i64", "u64", "usize"]},
}


def rust_kinds():
    """Every variant of the Rust enum with its fields and their types."""
    body = re.search(r"pub enum Error \{\n(.*?)\n\}\n", SOURCE.read_text(), re.DOTALL).group(1)
    kinds, current = {}, None
    for line in body.splitlines():
        if variant := re.fullmatch(r"    (\w+)(?: \{|,)", line):
            current = kinds.setdefault(variant.group(1), {})
        elif field := re.fullmatch(r"        (\w+): ([^,]+),", line):
            current[field.group(1)] = field.group(2)
    return kinds


def classes():
    return {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.UnjuranError) and kind is not errors.UnjuranError
    }


def test_every_rust_kind_has_its_class_and_every_class_its_kind():
    kinds = rust_kinds()
    assert len(kinds) > 30
    # an InternalError is no refusal: it is what a panic becomes
    assert {f"{kind}Error" for kind in kinds} == set(classes()) - {"InternalError"}


@pytest.mark.parametrize("kind", rust_kinds())
def test_the_attributes_of_a_class_are_the_fields_of_its_kind(kind):
    declared = classes()[f"{kind}Error"].__annotations__
    fields = rust_kinds()[kind]
    assert list(declared) == list(fields)
    for name, rust in fields.items():
        assert declared[name] in PYTHON_TYPES[rust], f"{name}: {rust}"


@pytest.mark.parametrize("kind", classes().values(), ids=lambda k: k.__name__)
def test_every_class_says_when_it_occurs_in_one_line(kind):
    assert kind.__doc__.count("\n") == 0
    assert issubclass(kind, ValueError)


def test_an_error_carries_its_fields_and_survives_pickling():
    with pytest.raises(uj.UnjuranError) as caught:
        uj.Series([1, -1], start=2000, name="cases", unit="count")
    error = caught.value
    assert type(error) is errors.NegativeCountError
    assert (error.kind, error.series, error.year, error.value) == ("NegativeCount", "cases", 2001, -1.0)
    assert str(error) == error.message
    assert "cases" in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_a_key_error_reads_as_its_sentence():
    with pytest.raises(KeyError) as caught:
        uj.Panel([])["cases"]
    assert str(caught.value) == 'no series "cases" in the panel: it has none'


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda fc: fc.paths(3, seed=2**70), ["seed", str(2**70), "2^64"]),
        (lambda fc: uj.metrics.pit([1, 2], fc, seed=-1), ["seed", "-1"]),
        (lambda fc: fc.to_svg(width=-4), ["width", "-4", "pixels"]),
        (lambda _: uj.plan.Scenario(factor=2, over=-3), ["over", "-3", "1 to 100 years"]),
        (lambda fc: uj.plan.Funnel([fc.series, fc.series], units=["cases", "cases"], lags=[-1]), ["lags", "-1"]),
        (lambda fc: uj.backtest(fc.series, ["Naive"], h=1, n_windows=-1), ["n_windows", "-1"]),
        (lambda _: uj.regression.polynomial([1, 2, 3], [1, 2, 3], -1), ["degree", "-1"]),
    ],
)
def test_a_whole_number_that_is_too_small_or_too_large_is_refused_as_it_was_given(cases, call, names):
    with pytest.raises(uj.errors.BadParameterError) as refused:
        call(uj.forecast(cases, h=2, model="Naive"))
    for name in names:
        assert name in str(refused.value)

"""Writes docs/troubleshooting.md: every error class with its docstring and an example that raises it.

`python docs/troubleshooting.py` after a change of python/unjuran/errors.py; the tests compare the file with what this
prints, and run the examples.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import unjuran as uj
from unjuran import errors

PAGE = Path(__file__).with_name("troubleshooting.md")

HEAD = """# Troubleshooting

Whatever is refused is a `uj.UnjuranError`, which is a `ValueError`. Each cause has a class of its own, with the facts
as attributes: a program can branch on it, a person can read the sentence. An argument of the wrong *type* is a plain
`TypeError`. In frames and panels one bad series stops no other: the sentence stands in `status`, or the error in
`.errors`.

<!-- Written by docs/troubleshooting.py; the tests run every example. -->

```python
>>> import unjuran as uj
>>> cases = uj.Series([163, 463, 429, 302], start=2019, name="cases")
>>> ahead = uj.forecast(cases, h=2)

```
"""

#: What a class cannot show from Python.
ELSEWHERE = {
    "StoppedError": "Raised in Rust only, where a program asks a run to stop; Ctrl-C in Python is a KeyboardInterrupt.",
    "NotStorableError": "Raised in Rust only, for models that were written elsewhere.",
    "InternalError": "No example is known; if there were one, it would be mended.",
    "RegressorError": "Raised in Rust only, with the feature `linfa`.",
}

#: One line a class, which raises it.
EXAMPLES = {
    "YearOutOfRangeError": "uj.Series([1], start=0)",
    "BadDateError": 'cases.with_partial(2023, 48, through="31 May")',
    "DateOutsideYearError": 'cases.with_partial(2023, 48, through="2022-05-31")',
    "BadShareError": "cases.with_partial(2023, 48, share=41)",
    "EmptySeriesError": 'uj.forecast(uj.Series([], start=2020, name="cases"), h=1)',
    "NoObservedYearsError": 'uj.forecast(uj.Series([None, None], start=2020, name="cases"), h=1)',
    "LengthMismatchError": 'uj.Series([1, 2, 3], years=[2020, 2021], name="cases")',
    "DuplicateYearError": 'uj.Series([1, 2], years=[2020, 2020], name="cases")',
    "SpanTooLongError": 'uj.Series([163, 463], years=[202, 2020], name="cases")',
    "NotFiniteError": 'uj.Series([1, float("inf")], start=2020, name="cases")',
    "NegativeCountError": 'uj.Series([1, -1], start=2020, name="cases", unit="count")',
    "FractionalCountError": 'uj.Series([1, 1.5], start=2020, name="cases", unit="count")',
    "BadBoundsError": "cases.with_censored(2023, 4, 0)",
    "PartialNotLastError": "cases.with_partial(2021, 200, share=0.5)",
    "PartialValueError": "cases.with_partial(2023, None, share=0.5)",
    "EarlierCountError": "cases.with_partial(2023, 48, share=0.4, earlier={2022: 999})",
    "EventOutsideError": "uj.plan.impact(cases, uj.plan.Event(2030))",
    "NothingToLearnError": "uj.Prior.learn(uj.Panel([]))",
    "PartialRateError": 'uj.Series([3.5], start=2021, name="rate", unit="rate").with_partial(2022, 1, share=0.5)',
    "UnknownUnitError": 'uj.Series([1], start=2020, unit="persons")',
    "DuplicateSeriesError": "uj.Panel([cases, cases])",
    "UnknownSeriesError": 'uj.Panel([cases])["arrests"]',
    "CsvError": "uj.read_csv(bad_csv)",
    "MissingColumnError": 'uj.Panel.from_frame(frame, id_col="region")',
    "FileError": 'uj.read_csv("nowhere.csv")',
    "BadLevelError": "ahead.interval(0.95)",
    "BadProbabilityError": "ahead.quantile(90)",
    "BadHorizonError": "uj.forecast(cases, h=0)",
    "BadUntilError": "uj.forecast(cases, until=2015)",
    "HorizonAmbiguousError": "uj.forecast(cases, h=2, until=2030)",
    "BadDrawsError": "ahead.paths(0)",
    "BadSampleError": "uj.plan.Scenario(factor=1e308, interval=(9e307, 1.1e308)).apply(ahead)",
    "YearNotForecastError": "ahead.cdf(2030, 100)",
    "NotACountError": 'uj.forecast(uj.Series([1.5, 2.5], start=2020, name="cost"), h=1).pmf(2022, 2)',
    "TooFewYearsError": 'uj.LinearTrend().fit(uj.Series([1, 2], start=2020, name="cases"))',
    "TooFewChangesError": (
        'uj.plan.percent_change(9, 12, history=uj.Series({2015: 7, 2017: 9, 2019: 12}, name="cases"))'
    ),
    "UnequalLengthsError": "uj.metrics.mae([1, 2, 3], [1, 2])",
    "CrossedBoundsError": "uj.metrics.interval_score([9.9], [10], [0], 80)",
    "NotPositiveError": 'uj.LogLinearTrend().fit(uj.Series([3.5, 0, 4, 5, 6, 7], start=2017, name="cost"))',
    "NeedsPositiveError": 'uj.ETS("MAN").fit(uj.Series([3, 0, 4, 5, 6, 7], start=2017, name="cases"))',
    "LeavesPositiveError": 'uj.ETS("MAN", alpha=0.1, beta=0.01, l0=300.0, b0=-200.0).fit(cases)',
    "BadParameterError": "uj.SegmentedTrend(n_breaks=-1)",
    "UnknownModelError": 'uj.forecast(cases, h=1, model="Best")',
    "RankDeficientError": (
        'uj.LinearTrend().fit(uj.Series(range(10, 22), start=2010, name="cases"), '
        'exog={"clock": {y: 2 * y for y in range(2010, 2022)}})'
    ),
    "MatrixShapeError": "uj.regression.ols([[1, 2], [2, 3]], [1, 2, 3])",
    "MatrixNumberError": 'uj.regression.ols([[1.0], [float("nan")], [2.0]], [1, 2, 3])',
    "MissingDriverError": (
        'uj.LinearTrend().fit(uj.Series(range(10, 22), start=2010, name="cases"), exog={"raids": {2010: 3}})'
    ),
    "InputNotTakenError": 'uj.Naive().fit(cases, exog={"raids": {2019: 1, 2020: 2, 2021: 3, 2022: 4}})',
    "CountsOnlyError": 'uj.PoissonTrend().fit(uj.Series([1.5, 2.5, 3.5, 2.5, 3.5], start=2018, name="cost"))',
    "NoPercentChangeError": (
        'uj.LinearTrend().fit(uj.Series([3, 5, 4, 6, 5, 7, 8, 6], start=2015, name="cases")).annual_percent_change()'
    ),
    "OverflowError": (
        'uj.forecast(uj.Series([1e-300, 1e150] * 3, start=2017, name="cost", unit="amount"), h=1, '
        'model="LogLinearTrend")'
    ),
    "ImpossibleTargetError": (
        "uj.plan.required_change(uj.forecast(cases.with_partial(2023, 48, share=0.4), h=1), year=2023, at_most=40, "
        "probability=0.8)"
    ),
    "NotObservedError": "uj.plan.target(ahead, year=2024, at_most=900, since=2015)",
    "CountedAlreadyError": "uj.plan.monitor(begun, 30)",
    "KnownFurtherError": 'uj.plan.monitor(begun, 30, as_of="2023-03-31")',
    "NoPercentageError": "uj.plan.percent_change(0, 5)",
    "BadPopulationError": "uj.rates(cases, {2019: 0, 2020: 1e6, 2021: 1e6, 2022: 1e6})",
    "StageUnitsError": 'uj.plan.Funnel([cases, uj.Series([9], start=2022, name="held")], units=["cases", "persons"])',
    "SharesAboveOneError": (
        'uj.plan.Funnel([cases, uj.Series([300, 950], start=2019, name="held")], units=["persons"] * 2).conversions()'
    ),
    "HierarchyCycleError": 'uj.hierarchy.check_totals(uj.Panel({"a": cases, "b": cases}), {"a": ["b"], "b": ["a"]})',
    "MissingMemberError": 'uj.hierarchy.reconcile({"all": ahead}, {"all": ["men", "women"]})',
    "TwoParentsError": ('uj.hierarchy.reconcile({"a": ahead, "b": ahead, "c": ahead}, {"a": ["c"], "b": ["c"]})'),
    "NotTheSumError": (
        'uj.hierarchy.reconcile({"all": ahead, "men": uj.forecast(uj.Series([9, 8, 11, 7], start=2019), h=2)}, '
        '{"all": ["men"]})'
    ),
    "UnlikeError": 'uj.hierarchy.reconcile({"all": ahead, "men": uj.forecast(cases, h=1)}, {"all": ["men"]})',
    "NotReadError": "uj.Panel.from_frame(frame)",
    "BadBytesError": 'uj.Forecast.from_bytes(b"")',
    "UnknownVersionError": "uj.Forecast.from_json(ahead.to_json().replace('\"version\":1', '\"version\":99', 1))",
    "TooLargeError": 'uj.Forecast.from_json(" " * 2**26)',
    "BadJsonError": 'uj.Forecast.from_json("{}")',
}

#: What an example needs first.
BEFORE = {
    "CsvError": [
        "import os, tempfile",
        'bad_csv = os.path.join(tempfile.mkdtemp(), "cases.csv")',
        'with open(bad_csv, "w") as file:\n...     _ = file.write("unique_id,ds,y\\ncases,2020,12%\\n")',
    ],
    "MissingColumnError": [
        "import pandas as pd",
        'frame = pd.DataFrame({"unique_id": ["a"], "ds": [2020], "y": [3]})',
    ],
    "CountedAlreadyError": ['begun = uj.forecast(cases.with_partial(2023, 48, through="2023-05-31"), h=1)'],
    "NotReadError": ['frame = pd.DataFrame({"unique_id": ["a"], "ds": ["next year"], "y": [3]})'],
}


def classes() -> list[type[errors.UnjuranError]]:
    """The causes, in the order of the module."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, errors.UnjuranError) and kind is not errors.UnjuranError]


def section(kind: type[errors.UnjuranError], names: dict[str, object]) -> str:
    """One class: when, what it carries, and how it comes about."""
    fields = ", ".join(f"`{name}`" for name in vars(kind).get("__annotations__", {}))
    text = f"\n## {kind.__name__}\n\n{kind.__doc__}"
    text += f"\n\nAttributes: {fields}.\n" if fields else "\n"
    if kind.__name__ in ELSEWHERE:
        return text + f"\n{ELSEWHERE[kind.__name__]}\n"
    lines = [f">>> {line}" for line in BEFORE.get(kind.__name__, [])]
    for line in BEFORE.get(kind.__name__, []):
        exec(line.replace("\n... ", "\n"), names)  # our own lines, above
    example = EXAMPLES[kind.__name__]
    try:
        eval(example, names)
    except errors.UnjuranError as error:
        if type(error) is not kind:
            message = f"the example of {kind.__name__} raises {type(error).__name__}: {error}"
            raise SystemExit(message) from None
        last = traceback.format_exception_only(error)[-1].strip()
    else:
        message = f"the example of {kind.__name__} raises nothing"
        raise SystemExit(message)
    if "cases.csv" in last:  # a temporary folder
        last = "unjuran.errors.CsvError: ..." + last[last.index("cases.csv") :]
        example += "  # doctest: +ELLIPSIS"
    lines += [f">>> {example}", "Traceback (most recent call last):", "    ...", last]
    return text + "\n```python\n" + "\n".join(lines) + "\n\n```\n"


def page() -> str:
    """The whole page."""
    names: dict[str, object] = {"uj": uj}
    names["cases"] = cases = uj.Series([163, 463, 429, 302], start=2019, name="cases")
    names["ahead"] = uj.forecast(cases, h=2)
    return HEAD + "".join(section(kind, names) for kind in classes())


if __name__ == "__main__":
    PAGE.write_text(page())

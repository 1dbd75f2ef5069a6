import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

import unjuran as uj

SOURCE = Path(uj.__file__).parent


def test_the_sliders_are_a_scenario_and_a_target(cases):
    fc = uj.forecast(cases, h=5)
    seen = uj.explore(fc, at_most=100, year=2026)
    assert seen.probability == uj.plan.target(fc, year=2026, at_most=100).probability
    as_it_is, picture = seen.sentence, seen.svg
    seen.yearly_change = -0.1
    changed = uj.plan.Scenario(yearly_change=-0.1).apply(fc)
    assert seen.probability == pytest.approx(uj.plan.target(changed, year=2026, at_most=100).probability)
    assert seen.sentence != as_it_is
    assert seen.svg != picture
    seen.factor, seen.start = 2.0, 2025
    both = (uj.plan.Scenario(factor=2, start=2025) + uj.plan.Scenario(yearly_change=-0.1)).apply(fc)
    assert seen.forecast.median.tolist() == both.median.tolist()
    assert seen.target.probability == seen.probability
    seen.side, seen.goal, seen.year = "at_least", 150.0, 2027
    assert seen.sentence.startswith("Probability of at least 150 in 2027: ")
    seen.yearly_change, seen.factor = 0.0, 1.0
    assert seen.forecast is seen.baseline


def test_it_begins_at_the_median_of_the_last_year(cases):
    fc = uj.forecast(cases, h=3)
    seen = uj.explore(cases, h=3)
    assert (seen.goal, seen.year, seen.start) == (fc.median[-1], 2025, 2023)
    assert seen.limits["years"] == [2023, 2024, 2025]
    assert seen.limits["goal"][1] >= fc.interval(95).upper.max()


def test_an_impossible_target_is_said_and_not_raised(under_way):
    seen = uj.explore(under_way, at_most=40, year=2023)
    assert seen.probability is None
    assert "already counted" in seen.sentence
    seen.goal = 100.0
    assert 0 < seen.probability < 1


def test_it_speaks_malay_from_the_table_of_the_reports(cases):
    seen = uj.explore(cases, lang="ms")
    assert seen.words["target"] == "Sasaran"
    assert seen.sentence.startswith("Kebarangkalian tidak melebihi ")
    assert "Bilangan tahunan" in seen.svg
    script = (SOURCE / "_explorer.js").read_text() + (SOURCE / "_explorer.py").read_text()
    unsaid = [name for name in seen.words if name not in script]
    assert unsaid == []


def test_what_is_not_allowed_is_refused(cases):
    with pytest.raises(uj.errors.BadParameterError):
        uj.explore(cases, lang="fr")
    with pytest.raises(uj.errors.YearNotForecastError):
        uj.explore(cases, year=2050)
    with pytest.raises(TypeError, match="not both"):
        uj.explore(cases, at_most=1, at_least=2)


def test_a_notebook_shows_it_as_a_widget(cases):
    shown = uj.explore(cases)._repr_mimebundle_()
    bundle = shown[0] if isinstance(shown, tuple) else shown
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_without_anywidget_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['anywidget'] = None; import unjuran as uj\n"
        "try: uj.explore(uj.Series({2020: 1, 2021: 2}))\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "uj.explore needs anywidget: pip install 'unjuran[explore]'"
    assert any("anywidget" in one and "explore" in one for one in requires("unjuran"))


def test_the_script_loads_nothing_from_elsewhere():
    script = (SOURCE / "_explorer.js").read_text()
    assert "http" not in script
    assert "import " not in script

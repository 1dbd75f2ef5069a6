"""The acceptance examples of the analyst's jobs, on the figures that ship with the package."""

import numpy as np
import pytest

import unjuran as uj
from unjuran import errors


@pytest.fixture(scope="module")
def figures():
    return uj.datasets.malaysia()


def until(series, last):
    """The series as it stood when a year was over."""
    full = {year: y for year, y in zip(series.years.tolist(), series.values.tolist(), strict=True) if year <= last}
    return uj.Series(full, name=series.name, unit=series.unit)


def test_1_cases_to_the_end_of_may_hold_the_year_and_carry_the_date(figures):
    law = uj.forecast(figures["trafficking_cases"], h=1)
    lower, upper = law.interval(80)
    assert law.years.tolist() == [2023]
    assert 48 <= lower[0] <= 103 <= upper[0]  # 280 - 139 - 38, from parliament in December 2024
    assert any("2023-05-31" in note for note in law.notes)


def test_2_movement_permissions_of_2022_do_not_add_up_and_their_forecasts_do(figures):
    links = [link for link in figures.hierarchies if link[0] == "freedom_of_movement_total"]
    found = uj.hierarchy.check_totals(figures, links)
    assert [(d.kind, d.year, d.published, d.computed) for d in found] == [("total", 2022, 81, 80)]
    names = [links[0][0], *(link[1] for link in links)]
    done = uj.hierarchy.reconcile({name: uj.forecast(figures[name], until=2027) for name in names}, links)
    total, *parts = (done[name].paths(4000, seed=3) for name in names)
    assert (sum(parts) == total).all()
    assert all((part >= 0).all() and (part == part.round()).all() for part in parts)


def test_3_work_permissions_may_be_none_next_year_and_do_not_explode(figures):
    law = uj.forecast(figures["work_permission_total"], h=5)
    assert law.pmf(2023, 0) > 0
    assert law.quantile(0.001).min() >= 0
    assert law.quantile(0.9).max() < 10 * 31


def test_4_fans_from_2021_hold_the_protection_orders_and_convictions_of_2022(figures):
    for name, came in [("victims_po", 138), ("convictions_total", 36)]:
        lower, upper = uj.forecast(until(figures[name], 2021), h=1).interval(95)
        assert lower[0] <= came <= upper[0], name


def test_5_the_printed_28_percent_is_27_and_no_more_than_ordinary_variation(figures):
    wrong = [
        (c.series, change)
        for c in figures.published_changes
        if not (change := uj.plan.percent_change(c.before, c.after, published=c.published)).published_ok
    ]
    ((name, change),) = wrong
    assert name == "ustip_investigations_total"
    assert (round(change.change, 1), change.published, change.significant) == (26.9, 28, False)
    assert "which does not agree" in str(change)
    with_history = uj.plan.percent_change(115, 139, history=until(figures["trafficking_cases"], 2022))
    assert with_history.dispersion > 10
    assert with_history.significant is False
    assert with_history.interval.lower < 100 * 24 / 115 < with_history.interval.upper


def test_6_an_interrupted_series_cannot_tell_and_says_what_it_could_have_found(figures):
    found = uj.plan.impact(figures["smuggling_cases"], uj.plan.Event(2022, name="amendment"))
    assert found.verdict == "cannot tell"
    # no better than a trend fitted by hand, which needs +44% or -31%
    assert found.mde.rise >= 0.44
    assert found.mde.fall is None or found.mde.fall >= 0.31
    lower, upper = found.interval(95)
    assert lower < 0 < upper
    assert found.years.tolist() == [2022]


@pytest.mark.parametrize(
    ("name", "came"),
    [("trafficking_cases", 115), ("trafficking_arrests", 230), ("smuggling_cases", 225), ("smuggling_arrests", 393)],
)
def test_7_the_first_half_of_2021_holds_its_year(figures, name, came):
    half = figures[f"{name}_h1"]
    series = until(figures[name], 2020).with_partial(2021, half.values[0], through="2021-06-30")
    lower, upper = uj.forecast(series, h=1).interval(95)
    assert lower[0] <= came <= upper[0]


def test_8_totals_by_two_cuts_agree_to_the_sen_and_the_label_is_reported(figures):
    found = uj.hierarchy.check_totals(figures)
    assert sorted(d.kind for d in found) == ["period label", "total", "total"]
    assert sorted((d.published, d.computed) for d in found if d.kind == "total") == [(81, 80), (188, 189)]
    (label,) = (d for d in found if d.kind == "period label")
    assert label.published == label.computed == 868340
    assert (label.parent, label.year, label.parts_year) == ("ngo_allocation_total", 2023, 2022)


def test_the_panel_carries_its_trees_events_and_funnels(figures):
    assert len(figures.hierarchies) == 27
    assert {event.name for event in figures.events if event.year == 2020} == {"COVID-19 pandemic, first year"}
    links = [link for funnel in figures.funnels.values() for link in funnel.conversions()]
    assert [(link.source, link.ratio) for link in links if link.above_one] == []
    ratio = next(link for link in links if link.source == "trafficking_cases")
    assert ratio.interval.lower > 1, "more than one arrest a case"
    ahead = figures.funnels["victims"].forecast(uj.forecast(figures["victims_ipo"], h=3))
    assert (ahead["victims_po"].paths(2000) <= ahead["victims_ipo"].paths(2000)).all()


def test_a_wrong_tree_is_refused_by_name(figures):
    with pytest.raises(errors.MissingMemberError) as caught:
        uj.hierarchy.check_totals(figures, {"convictions_total": ["convictions_tax"]})
    assert (caught.value.parent, caught.value.member) == ("convictions_total", "convictions_tax")
    with pytest.raises(errors.HierarchyCycleError):
        uj.hierarchy.check_totals(figures, {"convictions_total": ["victims_po"], "victims_po": ["convictions_total"]})
    with pytest.raises(TypeError, match="carries none"):
        uj.hierarchy.check_totals(uj.Panel({"a": uj.Series({2000: 1})}))


def test_the_forecasts_of_the_whole_panel_are_reconciled_and_the_others_come_back(figures):
    ahead = uj.forecast(figures, until=2026)
    done = uj.hierarchy.reconcile(ahead, figures.hierarchies)
    assert list(done) == list(ahead)
    alone = "irregular_indonesian_workers_estimate"
    assert done[alone].to_json() == ahead[alone].to_json()
    total, *parts = (
        done["work_permission_" + who].paths(500, seed=1) for who in ("total", "men", "women", "boys", "girls")
    )
    assert (sum(parts) == total).all()
    said = "freedom_of_movement_total was not the sum of its parts in 2022: it was 81, they were 80"
    assert said in done["freedom_of_movement_girls"].notes


def test_a_total_that_is_no_sum_of_its_parts_is_not_reconciled():
    values = {"all": [100, 110, 105, 120], "men": [8, 9, 7, 9], "women": [4, 5, 4, 6]}
    ahead = {name: uj.forecast(uj.Series(y, start=2015, name=name), h=2) for name, y in values.items()}
    with pytest.raises(errors.NotTheSumError, match="add the part that is missing") as caught:
        uj.hierarchy.reconcile(ahead, {"all": ["men", "women"]})
    found = caught.value
    assert (found.total, found.year, found.published, found.computed) == ("all", 2018, 120, 15)
    assert (found.apart, found.common) == (4, 4)


def test_merged_sources_keep_the_year_under_way_and_say_what_is_assumed():
    council = uj.Series([286, 165, 115, 139], start=2019).with_partial(2023, 48, through="2023-05-31")
    police = uj.Series({2018: 290, 2020: 146, 2021: 104}).with_censored(2022, 0, 4)
    merged = uj.hierarchy.merge_sources({"council": council, "police": police})
    assert repr(merged.series).endswith("139, 48 to 2023-05-31")
    assert merged.left_out == ["police in 2022 (0 to 4)"]
    same = uj.hierarchy.merge_sources({"council": council, "copy": council})
    assert (round(same.observed_scatter, 6), round(same.scatter)) == (0, 13)
    assert "0% observed, drawn towards an assumed 22%" in str(same)
    apart = uj.hierarchy.merge_sources({"council": council, "old": uj.Series([5, 6], start=2000)})
    assert apart.observed_scatter is None
    assert "by 22% from year to year: an assumption" in str(apart)


def test_police_and_council_are_merged_and_say_how_far_they_agree():
    council = uj.Series([286, 165, 115, 139], start=2019)
    police = uj.Series({2018: 290, 2020: 146, 2021: 104})
    merged = uj.hierarchy.merge_sources({"council": council, "police": police}, name="cases")
    assert merged.follows == "council"
    assert 0.8 < merged.effects["police"] < 1
    assert np.allclose(merged.series.values[1:], council.values)
    frame = merged.to_frame(backend="pandas").set_index("year")
    assert frame.loc[2018, "lo"] < frame.loc[2018, "value"] < frame.loc[2018, "hi"]
    assert frame.loc[2018, "reason"].startswith("police over 0.")

import collections.abc
import pickle

import pytest

import unjuran as uj
from unjuran import errors


def panel():
    return uj.Panel({"cases": uj.Series([3, 4], start=2020), "arrests": uj.Series([5], start=2021)})


def test_a_panel_is_a_mapping_in_the_order_given():
    p = panel()
    assert isinstance(p, collections.abc.Mapping)
    assert list(p) == list(p.keys()) == ["cases", "arrests"]
    assert [s.name for s in p.values()] == ["cases", "arrests"]
    assert dict(p.items())["arrests"] == p["arrests"] == uj.Series([5], start=2021, name="arrests")
    assert len(p) == 2
    assert "cases" in p
    assert "victims" not in p
    assert 5 not in p
    assert p.get("victims") is None
    assert p.get("victims", 7) == 7
    assert p.get("cases") == p["cases"]


def test_a_name_that_is_not_there_is_both_an_unjuran_error_and_a_key_error():
    for kind in (errors.UnknownSeriesError, KeyError):
        with pytest.raises(kind, match='no series "victims" in the panel: it has "cases", "arrests"'):
            panel()["victims"]
    with pytest.raises(errors.UnknownSeriesError) as caught:
        panel()["victims"]
    assert caught.value.known == ("cases", "arrests")
    with pytest.raises(KeyError):
        panel()[5]


def test_the_same_panel_comes_from_a_dict_a_list_a_generator_or_a_panel():
    p = panel()
    assert uj.Panel(list(p.values())) == p
    assert uj.Panel(s for s in p.values()) == p
    assert uj.Panel(p) == p
    assert pickle.loads(pickle.dumps(p)) == p
    assert len(uj.Panel([])) == 0


def test_names_are_unique_and_members_are_series():
    s = uj.Series([1], start=2020, name="cases")
    with pytest.raises(errors.DuplicateSeriesError, match='"cases"'):
        uj.Panel([s, s])
    with pytest.raises(TypeError, match=r"series\[1\] must be an unjuran.Series, not list"):
        uj.Panel([s, [1, 2]])
    with pytest.raises(TypeError, match=r"cases must be an unjuran.Series, not dict"):
        uj.Panel({"cases": {2020: 1}})
    with pytest.raises(TypeError, match=r"a key must be a name \(str\), not int"):
        uj.Panel({5: s})


def test_a_panel_is_shown_by_its_first_names():
    many = uj.Panel(uj.Series([1], start=2020, name=f"s{i}") for i in range(1000))
    assert repr(many) == "Panel of 1000 series: 's0', 's1', 's2', 's3', 's4', 's5', ..."

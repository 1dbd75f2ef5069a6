import doctest
import json
import pickle
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

import unjuran as uj
from unjuran.cli import main


class Text(HTMLParser):
    """The text of a page without its charts and its style."""

    def __init__(self, page):
        super().__init__()
        self.parts, self.hidden = [], 0
        self.feed(page)

    def handle_starttag(self, tag, _attributes):
        self.hidden += tag in ("svg", "style")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("svg", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)

    def __str__(self):
        return " ".join(self.parts)


NUMBER = re.compile(r"(<?)(\d+(?:,\d{3}(?!\d))*(?:\.\d+)?)")


def held(value):
    """The numbers of plain values, those in texts too."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield abs(value)
    elif isinstance(value, str):
        yield from (float(digits.replace(",", "")) for _, digits in NUMBER.findall(value))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from held(name)
            yield from held(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from held(one)


def unfounded(text, json_text):
    """Numbers of a text that its JSON does not hold, rounded to what is shown, or as a share shown in percent."""
    known = set(held(json.loads(json_text)))
    missing = []
    for less, digits in NUMBER.findall(text):
        shown, slack = float(digits.replace(",", "")), 0.5000001 * 10.0 ** -len(digits.partition(".")[2])
        held_as = [*known, *(100 * x for x in known), *((x + 1 for x in known) if less else ())]
        if not any(abs(x - shown) <= slack for x in held_as):
            missing.append(digits)
    return missing


@pytest.fixture(scope="module")
def malaysia():
    return uj.report(uj.datasets.malaysia(), lang="ms", mask_below=5)


@pytest.mark.parametrize("lang", ["en", "ms"])
def test_every_number_of_the_malaysian_report_is_in_its_json(malaysia, lang):
    text = str(Text(malaysia.to_html(lang)))
    assert len(NUMBER.findall(text)) > 3000
    assert unfounded(text, malaysia.to_json()) == []
    assert unfounded(malaysia.to_markdown(lang).replace("\\", ""), malaysia.to_json()) == []


def test_a_number_that_is_not_in_the_json_would_be_found(malaysia):
    assert unfounded("98,765.4 of 2022", malaysia.to_json()) == ["98,765.4"]


def test_the_malaysian_report_is_in_malay_and_names_what_does_not_add_up(malaysia):
    text = str(Text(malaysia.to_html()))
    assert "Masalah yang ditemui dalam data" in text
    assert "2023 masih berjalan: 48 dicatat sehingga 31 Mei 2023." in text
    in_full = uj.report(uj.datasets.malaysia(), h=1)
    assert "published as 81, but the parts add up to 80" in in_full.to_markdown()
    known = [str(one.kind) for one in uj.hierarchy.check_totals(uj.datasets.malaysia())]
    assert [one["kind"] for one in in_full.to_dict()["discrepancies"]] == [kind.replace(" ", "_") for kind in known]


def test_no_small_count_is_printed_and_none_of_them_matters(malaysia):
    figures = uj.datasets.malaysia()
    permits = figures["work_permission_total"]
    assert 1.0 in permits.values.tolist()
    one = next(s for s in malaysia.to_dict()["series"] if s["fan"]["series"] == "work_permission_total")
    marks = [past["mark"] for past in one["fan"]["history"]]
    assert {"masked": {"lower": 0.0, "upper": 4.0}} in marks
    assert min(mark["full"] for mark in marks if isinstance(mark, dict) and "full" in mark) >= 5
    other = {2017: 3, 2018: 0, 2019: 1, 2020: 4, 2021: 2}
    small = [uj.Series({2016: 9, 2022: 31, **years}, name="x") for years in (other, dict.fromkeys(other, 0))]
    assert uj.report(small[0], mask_below=5).to_json() == uj.report(small[1], mask_below=5).to_json()


def test_files_are_written_with_the_json_beside(cases, tmp_path):
    made = uj.report(cases, tmp_path / "new" / "laporan.html", lang="ms")
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["laporan.html", "laporan.json"]
    assert (tmp_path / "new" / "laporan.html").read_text(encoding="utf-8") == made.to_html("ms")
    uj.report(cases, str(tmp_path / "r.md"))
    assert (tmp_path / "r.md").read_text(encoding="utf-8") == made.to_markdown("en")
    again = uj.Report.from_json((tmp_path / "r.json").read_text(encoding="utf-8"), lang="ms")
    assert again == made
    assert again.to_html() == made.to_html()


def test_a_report_is_made_of_a_series_a_panel_or_a_frame(cases):
    of_series = uj.report(cases)
    assert of_series == uj.report(uj.Panel([cases]))
    frame = pd.DataFrame({"unique_id": cases.name, "ds": cases.years, "y": cases.values})
    plain = uj.Series(cases.values.tolist(), start=2015, name=cases.name)
    assert uj.report(frame).to_dict()["series"] == uj.report(plain).to_dict()["series"]


def test_a_report_shows_itself_pickles_and_says_what_it_is(cases):
    made = uj.report(cases, lang="ms", title="Kes 2015/2022 <b>")
    assert repr(made) == "Report on 1 series in ms: 1 projected, 0 problems"
    assert made.lang == "ms"
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.lang == "ms"
    shown = made._repr_html_()
    assert shown.startswith("<style>")
    assert "<html" not in shown
    assert "Kes 2015/2022 &lt;b&gt;" in shown


def test_events_are_judged_for_all_series_or_by_name(cases):
    law = uj.plan.Event(2021, name="Act 670")
    text = uj.report(cases, events=[law]).to_markdown()
    assert "What Act 670 (2021) did to the figures cannot be told" in text
    assert uj.report(cases, events={"trafficking_cases": [law]}).to_markdown() == text
    with pytest.raises(uj.errors.UnknownSeriesError):
        uj.report(cases, events={"nobody": [law]})
    with pytest.raises(TypeError, match=r"events\[0\] must be an unjuran.plan.Event"):
        uj.report(cases, events=["2021"])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"lang": "fr"}, uj.errors.BadParameterError),
        ({"out": "report.pdf"}, uj.errors.BadParameterError),
        ({"h": 0}, uj.errors.BadHorizonError),
        ({"mask_below": 2.5}, uj.errors.BadParameterError),
        ({"tree": {"all": ["nobody"]}}, uj.errors.MissingMemberError),
    ],
)
def test_what_is_not_allowed_is_refused_before_a_file_is_written(cases, tmp_path, monkeypatch, arguments, error):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        uj.report(cases, **{"out": "r.html", **arguments})
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_markdown_to_the_screen_or_files(tmp_path, capsys):
    table, tree = tmp_path / "cases.csv", tmp_path / "tree.csv"
    table.write_text(
        "unique_id,ds,y\nall,2021,20\nall,2022,81\nmen,2021,17\nmen,2022,29\nwomen,2021,3\nwomen,2022,51\nnone,2021,\n"
    )
    tree.write_text("parent,child\nall,men\nall,women\n")
    assert main(["report", str(table), "-h", "2", "--tree", str(tree)]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("# Projections of annual figures\n")
    assert "all, 2022: published as 81, but the parts add up to 80 (men 29; women 51)." in printed.out
    assert "none" in printed.err
    out = tmp_path / "laporan.html"
    command = ["report", str(table), "--lang", "ms", "--mask-below", "5", "--tree", str(tree), "--out", str(out)]
    assert main(command) == 0
    assert capsys.readouterr().out == ""
    text = str(Text(out.read_text(encoding="utf-8")))
    assert "&lt;5" not in text
    assert "<5" in text
    assert "disembunyikan" in text
    assert json.loads((tmp_path / "laporan.json").read_text())["type"] == "report"
    (tmp_path / "nothing.csv").write_text("unique_id,ds,y\nnone,2021,\n")
    assert main(["report", str(tmp_path / "nothing.csv")]) == 1
    assert main(["report", str(table), "--out", str(tmp_path / "r.pdf")]) == 1


@pytest.mark.parametrize("documented", [uj.report, uj.explore])
def test_the_examples_hold(documented):
    examples = doctest.DocTestParser().get_doctest(documented.__doc__, {}, documented.__name__, None, None)
    result = doctest.DocTestRunner().run(examples)
    assert result.attempted > 2
    assert result.failed == 0


def test_a_pulse_that_is_over_keeps_the_projection(cases):
    event = uj.plan.Event(2020, "pulse", name="COVID")
    report = uj.report(cases, events=[event])
    assert report.to_dict()["summary"]["projected"] == 1
    assert "COVID" in report.to_markdown()

import datetime

import pytest

import unjuran as uj
from unjuran import errors

WIDE = """measure,2020,2021,2022,2023*
cases,165,115,139,48
victims,"1,386",-,<5,7
"""


@pytest.fixture
def annex(tmp_path):
    path = tmp_path / "annex.csv"
    path.write_text(WIDE)
    return path


def test_a_table_as_published_becomes_a_panel(annex):
    panel = uj.read_csv(annex, through="2023-05-31")
    assert panel == uj.read_csv(str(annex), through=datetime.date(2023, 5, 31))
    cases = uj.Series({2020: 165, 2021: 115, 2022: 139}, name="cases")
    assert panel["cases"] == cases.with_partial(2023, 48, through="2023-05-31")
    assert repr(panel["victims"]).endswith("1386, -, 0..4, 7 to 2023-05-31")


def test_a_cell_that_cannot_be_read_is_named_with_its_place(annex):
    annex.write_text(WIDE.replace("115", "one hundred"))
    with pytest.raises(errors.CsvError) as caught:
        uj.read_csv(annex, through="2023-05-31")
    error = caught.value
    assert (error.line, error.column, error.value) == (2, "2021", "one hundred")
    assert error.file == str(annex)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(errors.FileError) as caught:
        uj.read_csv(tmp_path / "none.csv")
    assert caught.value.path.endswith("none.csv")


def test_other_column_names_and_units_are_said(tmp_path):
    path = tmp_path / "tidy.csv"
    path.write_text("measure,year,value\nrate,2020,3\nrate,2021,4\n")
    panel = uj.read_csv(path, id_col="measure", time_col="year", target_col="value", unit="rate")
    assert panel["rate"] == uj.Series([3, 4], start=2020, name="rate", unit="rate")
    with pytest.raises(errors.MissingColumnError):
        uj.read_csv(path)


def test_the_malaysian_figures_ship_with_the_package():
    panel = uj.datasets.malaysia()
    assert len(panel) == 75
    assert sum(len(s) >= 8 for s in panel.values()) == 20
    cases = panel["trafficking_cases"]
    assert cases.values.tolist() == [163, 463, 429, 302, 286, 165, 115, 139, 48]
    assert cases.label == "Trafficking-in-persons cases"


def test_the_malaysian_figures_have_malay_labels_and_a_malay_report_uses_them():
    panel = uj.datasets.malaysia()
    labels = panel.labels["ms"]
    assert set(labels) == set(panel)
    assert labels["trafficking_cases"] == "Jumlah Kes Pemerdagangan Orang"
    made = uj.report(panel, lang="ms", h=1)
    malay, english = made.to_markdown(), made.to_markdown("en")
    assert "## Jumlah Kes Pemerdagangan Orang\n" in malay
    assert "Trafficking-in-persons cases" not in malay
    assert "## Trafficking-in-persons cases\n" in english
    # of counts, of amounts and rates, and of those below zero: a change in per cent is among the figures
    assert english.count("Collections behind the prior") == 3
    assert " series in " not in malay

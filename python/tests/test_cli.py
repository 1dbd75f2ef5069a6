import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import unjuran as uj
from unjuran.cli import main

TIDY = "unique_id,ds,y\ncases,2019,286\ncases,2020,165\ncases,2021,115\ncases,2022,139\nempty,2020,\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(TIDY)
    return path


def test_the_demo_prints_a_table_and_writes_one_page(tmp_path, capsys):
    out = tmp_path / "folder" / "malaysia.html"
    assert main(["demo", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"Trafficking-in-persons cases +48 to 2023-05-31 +\d+ \[\d+, [\d,]+\]", printed)
    assert "2027" in printed.splitlines()[0]
    assert max(map(len, printed.splitlines())) <= 160
    page = out.read_text(encoding="utf-8")
    assert page.count("<svg ") == 20
    assert not re.search(r"<script|<link|src=|href=|url\((?!#)|@import", page)
    HTMLParser().feed(page)
    assert [p.name for p in out.parent.iterdir()] == ["malaysia.html"], "nothing is left beside it"


def test_a_file_is_forecast_to_the_screen_a_page_or_a_table(table, tmp_path, capsys):
    assert main(["forecast", str(table), "-h", "2"]) == 0
    printed = capsys.readouterr()
    assert "2024" in printed.out
    assert "2025" not in printed.out
    assert "empty" in printed.err
    assert main(["forecast", str(table), "--until", "2025", "--model", "Naive", "--out", str(tmp_path / "f.html")]) == 0
    assert (tmp_path / "f.html").read_text().count("<svg ") == 1
    assert main(["forecast", str(table), "--out", str(tmp_path / "f.csv")]) == 0
    lines = (tmp_path / "f.csv").read_text().splitlines()
    names = ["BayesETS", "BayesETS-lo-80", "BayesETS-hi-80", "BayesETS-lo-95", "BayesETS-hi-95"]
    assert lines[0] == ",".join(["unique_id", "ds", *names, "status"])
    assert len(lines) == 11
    assert lines[1].startswith("cases,2023,")
    assert lines[6].startswith("empty,2021,,,,,,"), "a refused series keeps its rows"


def test_levels_are_shown_on_the_screen_and_rows_are_refused_there(table, capsys):
    assert main(["forecast", str(table), "-h", "1", "--model", "Naive", "--level", "50", "--level", "95"]) == 0
    head, line, *_ = capsys.readouterr().out.splitlines()
    assert head.startswith("median [50%, 95% intervals]")
    assert line.count("[") == 2
    with pytest.raises(SystemExit) as wrong:
        main(["forecast", str(table), "--long"])
    assert wrong.value.code == 2
    assert "--long" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["forecast", str(table), "--model", "Naive", "--model", "Drift"])
    assert "`unjuran backtest` compares models" in capsys.readouterr().err


def test_numbers_are_the_same_in_every_format_and_on_standard_output(table, tmp_path, capsys):
    import polars as pl

    command = ["forecast", str(table), "-h", "1", "--level", "80"]
    assert main([*command, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["unique_id"] for row in rows] == ["cases", "empty"]
    assert rows[1]["BayesETS"] is None
    assert main([*command, "--out", str(tmp_path / "f.parquet")]) == 0
    assert pl.read_parquet(tmp_path / "f.parquet").to_dicts() == rows
    capsys.readouterr()
    assert main([*command, "--out", "-", "--long"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("cases,2023,BayesETS,0.1,")


def test_a_backtest_has_a_row_for_each_model(table, tmp_path, capsys):
    assert main(["backtest", str(table), "--out", str(tmp_path / "b.json")]) == 0
    rows = json.loads((tmp_path / "b.json").read_text())
    assert [row["model"] for row in rows] == ["BayesETS", "Naive"]
    assert "empty" in capsys.readouterr().err
    assert main(["backtest", str(table), "--model", "Naive"]) == 0
    assert "coverage-80" in capsys.readouterr().out
    assert main(["backtest", str(table), "--model", "Naive", "--all", "--out", "-"]) == 0
    assert "cases,2022,2021,139,115" in capsys.readouterr().out


def test_models_that_refuse_are_compared_on_what_all_gave_and_it_is_said(tmp_path, capsys):
    path = tmp_path / "t.csv"
    values = [163, 463, 429, 302, 286, 165, 0, 139, 187]
    path.write_text("unique_id,ds,y\n" + "".join(f"cases,{2015 + i},{y}\n" for i, y in enumerate(values)))
    command = ["backtest", str(path), "--model", "Naive", "--model", "LogLinearTrend"]
    assert main([*command, "--out", str(tmp_path / "b.json")]) == 0
    assert "scores of the 1 of 5 forecasts that all models gave" in capsys.readouterr().err
    shared = json.loads((tmp_path / "b.json").read_text())
    assert [row["mae"] for row in shared if row["model"] == "Naive"] == [165]
    assert main([*command, "--own", "--out", str(tmp_path / "b.json")]) == 0
    own = json.loads((tmp_path / "b.json").read_text())
    assert [row["shared"] for row in own] == [5, 1]


def test_a_check_says_what_is_there_and_fails_on_totals_that_do_not_add_up(tmp_path, capsys):
    path, tree = tmp_path / "t.csv", tmp_path / "tree.csv"
    path.write_text("unique_id,ds,y\nall,2022,81\nmen,2022,29\nwomen,2022,51\n")
    tree.write_text("parent,child\nall,men\nall,women\n")
    assert main(["check", str(path)]) == 0
    assert "men (count), 2022-2022: 1 number\n" in capsys.readouterr().out
    assert main(["check", str(path), "--tree", str(tree)]) == 1
    assert "published 81, the parts add up to 80" in capsys.readouterr().out
    path.write_text(path.read_text().replace("81", "80"))
    assert main(["check", str(path), "--tree", str(tree)]) == 0
    assert "\nall totals agree with their parts\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tree",
    [
        "parent;child\nall;men\nall;women\n",
        "Parent\tChild\tRelation\nall\tmen\tsum\nall\twomen\n",
        '\ufeffPARENT, child, note\nall, men, "a, b"\n,,\n all , women ,\n',
    ],
)
def test_a_tree_is_read_as_spreadsheets_write_it(tree, tmp_path, capsys):
    path, links = tmp_path / "t.csv", tmp_path / "tree.csv"
    path.write_text("unique_id,ds,y\nall,2022,81\nmen,2022,29\nwomen,2022,51\n")
    links.write_text(tree, encoding="utf-8")
    assert main(["check", str(path), "--tree", str(links)]) == 1
    assert "published 81, the parts add up to 80" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ("Induk;Anak\nall;men\n", "columns: Induk, Anak; rows: 1"),
        ("parent,child\n", "columns: parent, child; rows: 0"),
        ("", "columns: none; rows: 0"),
    ],
)
def test_a_tree_that_lacks_something_is_refused_with_what_it_has(tree, told, table, tmp_path, capsys):
    links = tmp_path / "tree.csv"
    links.write_text(tree)
    assert main(["check", str(table), "--tree", str(links)]) == 1
    assert capsys.readouterr().err.endswith(f"columns parent and child are needed, and a row at least; {told}\n")


def test_a_check_says_in_how_many_years_totals_could_be_compared(tmp_path, capsys):
    path, tree = tmp_path / "t.csv", tmp_path / "tree.csv"
    tree.write_text("parent,child\nall,men\nall,women\n")

    def checked(table):
        path.write_text(table)
        status = main(["check", str(path), "--tree", str(tree)])
        return status, capsys.readouterr().out.split("\n\n")[-1].splitlines()

    of_2022 = "2022: without a number for women the total cannot be held against its parts"
    some = checked("name,2021,2022\nall,80,90\nmen,29,30\nwomen,51,-\n")
    told = "no disagreement; 1 of 2 yearly totals could be compared with their parts"
    assert some == (0, [told, f"  not compared: all, {of_2022}"])
    none = checked("name,2022\nall,90\nmen,30\nwomen,-\n")
    assert none == (1, ["no total could be compared with its parts in any year", f"  not compared: all, {of_2022}"])
    masked = checked("name,2021,2022\nall,80,30\nmen,29,28\nwomen,51,<5\n")
    assert masked == (0, ["no disagreement; 1 of 2 could be checked only within the range of masked cells"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["forecast", "none.csv"],
        ["forecast", "TABLE", "-h", "0"],
        ["forecast", "TABLE", "--model", "ARIMA"],
        ["forecast", "TABLE", "--through", "yesterday"],
        ["forecast", "TABLE", "--out", "/proc/none/f.html"],
        ["forecast", "TABLE", "--out", "f.xlsx"],
        ["backtest", "TABLE", "--out", "b.html"],
        ["check", "TABLE", "--tree", "none.csv"],
    ],
)
def test_a_refusal_is_one_sentence_on_standard_error(arguments, table, capsys):
    assert main([str(table) if a == "TABLE" else a for a in arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("unjuran: ")
    assert "Traceback" not in printed.err


def test_help_and_version_are_there(capsys):
    for arguments in (["--help"], ["forecast", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
    assert uj.__version__ in capsys.readouterr().out


def test_the_command_is_installed():
    command = Path(sys.executable).parent / "unjuran"
    assert "demo" in subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout

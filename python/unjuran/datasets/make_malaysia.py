"""Make malaysia.csv and the small tables beside it, which ship with the package, from the tables of published figures.

    python make_malaysia.py SOURCE_DIR [OUT]

SOURCE_DIR holds series.csv: a row a published figure of the Malaysian statements on trafficking and smuggling, with
its period, agency, file and note. OUT is malaysia.csv beside this script unless said. Standard library only; the same
input gives the same bytes. What is decided here, and why:

- ds is the year the statement prints. The figures of the TIP Report's reporting periods (April to March) stand under
  the first calendar year of their period; their label ends in "April-March". Tiers and tier counts stand under the
  year of the report, as published; their source names the reporting period.
- period_end is given for the partial years only: the 2023 columns published with a star (to 10 April, 29 May or
  31 May 2023) and January to June 2021. April-March periods are full years of their own calendar and have none.
- y is left empty where the source prints a dash or says nothing. Nothing is filled in; a total that does not add up
  stays as printed.
- unit: things and persons that are counted are a count (a conviction is a charge, a tier count a number of
  countries), ringgit are an amount, percent changes and tier codes, which cannot be added, are a rate.
- label is the English one; the Malay ones go beside it, by name. The kinds of count ("cases", "persons") stay in
  series.csv.
- source is the agency, the statement with its file, and the note of the row, parted by semicolons.
- External figures (external.csv) are not taken: they compete with these and would occur twice.

Beside it go malaysia_labels.csv (name, Malay label), malaysia_hierarchies.csv (total, part, relation),
malaysia_events.csv (year, kind, name: what lasts is a step, what passes a pulse) and malaysia_funnels.csv (stages two
by two, with what each counts), from the files of those names.

Whatever the script does not know (a unit, a file, a kind of period) ends it with an error rather than a guess.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

COLUMNS = ["unique_id", "ds", "y", "period_end", "unit", "label", "source"]

UNITS = {
    "cases": "count",
    "charges": "count",
    "convictions": "count",
    "countries": "count",
    "inspections": "count",
    "investigations": "count",
    "items": "count",
    "meetings": "count",
    "persons": "count",
    "MYR": "amount",
    "percent": "rate",
    "tier code (1, 2, 2.5 = Tier 2 Watch List, 3)": "rate",
}

STATEMENTS = {
    "000_99c970c5dca75d6e.txt": "statement on a later TIP Report, undated",
    "001_35b5a14a43f8c518.txt": "KDN statement of 16 June 2023",
    "002_a193d1e3e9d08d43.txt": "essay",
    "003_be039da15c629268.txt": "MAPO statement on the meeting of 22 July 2021",
}

# Agencies that the long table names together with the statement, which source names anyway.
AGENCIES = {
    "KDN statement (undated in the seed)": "KDN",
    "KDN/MAPO (annex to the media statement of 16 June 2023)": "KDN/MAPO (annex)",
    "MAPO statement on the meeting of 22 July 2021": "MAPO",
    "essay (secondary source, in Indonesian)": "secondary source, in Indonesian",
}


def period(row: dict[str, str]) -> tuple[str, str, str]:
    """The period_end, the addition to the label and the addition to the source that a row's period asks for."""
    year = int(row["year"])
    start, end = date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"])
    if row["is_partial"] == "true":
        if start != date(year, 1, 1) or not start < end < date(year, 12, 31):
            raise SystemExit(f"{row['series_id']} {year}: a partial year from {start} to {end}")
        return end.isoformat(), "", ""
    if (start, end) == (date(year, 1, 1), date(year, 12, 31)):
        return "", "", ""
    if (start, end) == (date(year, 4, 1), date(year + 1, 3, 31)):
        return "", ", April-March", ""
    if (start, end) == (date(year - 1, 4, 1), date(year, 3, 31)):
        return "", "", f"reporting period April {year - 1}-March {year}"
    raise SystemExit(f"{row['series_id']} {year}: a period from {start} to {end}")


def tidy(row: dict[str, str]) -> list[str]:
    """A row of the long table as a row of the tidy one."""
    if row["unit"] not in UNITS or row["seed_file"] not in STATEMENTS:
        raise SystemExit(
            f"{row['series_id']} {row['year']}: unknown unit or file: {row['unit']!r}, {row['seed_file']!r}"
        )
    period_end, to_label, to_source = period(row)
    statement = f"{STATEMENTS[row['seed_file']]} ({row['seed_file']})"
    # The long table calls its source texts seeds; a reader of the package knows them as statements.
    agency = AGENCIES.get(row["source_agency"], row["source_agency"])
    note = row["note"].replace("not stated in the seeds", "not stated in the statements").rstrip(".")
    source = "; ".join(part for part in (agency, statement, note, to_source) if part)
    label = row["label_en"] + to_label
    return [row["series_id"], row["year"], row["value"], period_end, UNITS[row["unit"]], label, source]


# What lasts from its year on, and what is over with it.
EVENTS = {
    "data system": "step",
    "guideline": "step",
    "institution": "step",
    "law": "step",
    "plan": "step",
    "period": "pulse",
    "publication": "pulse",
    "shock": "pulse",
    "tier": "pulse",
}

# What a label ends in, in Malay.
MALAY = {", April-March": ", April-Mac"}

# The funnel that begins with a series.
FUNNELS = {"trafficking_cases": "trafficking", "smuggling_cases": "smuggling", "victims_ipo": "victims"}


def small_tables(source: Path) -> dict[str, list[list[str]]]:
    """The tables beside the figures, with their headers."""

    def rows(name: str) -> list[dict[str, str]]:
        with (source / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    units = {row["series_id"]: row["unit"] for row in rows("series.csv")}
    labels = {row["series_id"]: row["label_ms"] + MALAY.get(period(row)[1], "") for row in rows("series.csv")}
    links = [["parent", "child", "relation", "note"]]
    links += [[row["parent"], row["child"], row["relation"], row["note"]] for row in rows("hierarchies.csv")]
    events = [["year", "kind", "name"]]
    events += [[row["date"][:4], EVENTS[row["kind"]], row["label"]] for row in rows("events.csv")]
    funnels, chain = [["funnel", "source", "target", "source_unit", "target_unit", "ratio", "unit", "caveat"]], ""
    for row in rows("funnels.csv"):
        chain = FUNNELS.get(row["from"], chain)
        stages = [row["from"], row["to"]]
        counted = [units[stage] for stage in stages]
        # What is given to others than those of the stage before is no share of them.
        ratio = counted[0] != counted[1] or row["caveat"].startswith("stock/flow")
        funnels.append([chain, *stages, *counted, str(ratio).lower(), row["unit"], row["caveat"]])
    called = [["series", "label"], *([name, label] for name, label in labels.items())]
    return {
        "malaysia_labels.csv": called,
        "malaysia_hierarchies.csv": links,
        "malaysia_events.csv": events,
        "malaysia_funnels.csv": funnels,
    }


def main(arguments: list[str]) -> None:
    """Write the table."""
    if len(arguments) not in (1, 2):
        raise SystemExit("usage: make_malaysia.py SOURCE_DIR [OUT]")
    out = Path(arguments[1]) if len(arguments) == 2 else Path(__file__).with_name("malaysia.csv")
    with (Path(arguments[0]) / "series.csv").open(encoding="utf-8", newline="") as file:
        rows = [tidy(row) for row in csv.DictReader(file)]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    for name, table in small_tables(Path(arguments[0])).items():
        with (out.parent / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(table)
    print(f"{len(rows)} rows, {len({row[0] for row in rows})} series -> {out}")


if __name__ == "__main__":
    main(sys.argv[1:])

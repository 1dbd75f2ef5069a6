"""The table of docs/how-we-test.md is what its commands printed."""

import pytest

from benches import mutants, tested


def test_the_table_is_that_of_the_stored_rows():
    assert tested.TABLE.read_text(encoding="utf-8") == tested.render(tested.read()), "run one of the commands it names"


def test_cases_are_counted_by_the_file_they_stand_in():
    passed = "proptest: Test case passed\n"
    text = (
        f"     Running tests/laws.rs (target/debug/deps/laws-1)\n{passed}{passed}"
        f"     Running tests/read_csv/main.rs (target/debug/deps/read_csv-2)\n{passed}"
        "    - 500 passing, 0 failing, and 12 invalid test cases\n"
    )
    found = tested.laws(text)
    assert found == "503 inputs: 2 in `laws`, 1 in `read_csv` (proptest), 500 in Python (hypothesis); all hold"


@pytest.mark.parametrize("row", sorted(tested.KNOWN))
def test_output_without_the_lines_of_a_row_is_no_row(row):
    with pytest.raises(tested.NothingFoundError):
        tested.KNOWN[row][2]("error: could not compile `unjuran`\n")


def test_a_failed_fuzz_run_is_no_row():
    with pytest.raises(tested.NothingFoundError):
        tested.fuzz("fuzz: 12 inputs, any bytes as CSV\ntest result: FAILED. 6 passed; 1 failed;\n")


def test_the_score_counts_what_the_second_look_catches_and_nothing_that_does_not_compile():
    narrow = {
        "src/a.rs:1:2: replace + with -": "caught",
        "src/a.rs:2:2: replace + with *": "missed",
        "src/b.rs:9:1: replace < with <=": "missed",
        "src/b.rs:9:2: replace f with Default": "unviable",
        "src/b.rs:9:3: replace += with -=": "timeout",
    }
    page = mutants.page(
        "0/20", narrow, {"src/a.rs:2:2: replace + with *": "caught", "src/b.rs:9:1: replace < with <=": "missed"}
    )
    assert "5 mutants, 3 of 4 that compile noticed" in page
    assert "missed 2, of which the other tests caught 1." in page
    assert "| `src/b.rs` | 3 | 0 | 1 | 1 | 1 |" in page
    assert "| `src/b.rs: replace < with <=` | not looked at |" in page
    assert tested.mutants(page).startswith("5 mutants, 3 of 4 that compile noticed.")

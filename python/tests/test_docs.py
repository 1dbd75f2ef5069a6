"""The guide: its page of errors is the one that would be written now, and no chapter is left out."""

import re
from pathlib import Path

from docs import pictures, troubleshooting

DOCS = Path(troubleshooting.__file__).parent


def test_the_page_of_errors_is_up_to_date():
    assert troubleshooting.page() == troubleshooting.PAGE.read_text(), "python docs/troubleshooting.py"


def test_every_error_has_an_example_or_a_reason_for_none():
    names = [kind.__name__ for kind in troubleshooting.classes()]
    assert len(names) > 50
    assert sorted([*troubleshooting.EXAMPLES, *troubleshooting.ELSEWHERE]) == sorted(names)


def test_the_pictures_are_those_that_would_be_drawn_now_and_no_other_lies_beside_them():
    drawn = {path.name: path.read_text(encoding="utf-8") for path in pictures.IMAGES.iterdir()}
    assert pictures.pictures() == drawn, "python docs/pictures.py"


def test_every_picture_of_a_page_is_there_and_is_described():
    shown = 0
    for page in [*DOCS.glob("**/*.md"), DOCS.parent / "README.md"]:
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
            assert len(words) > 20, f"{page.name}: {target} needs a description for those who do not see it"
            shown += 1
    assert shown >= len(pictures.pictures())


def test_links_between_pages_lead_somewhere():
    pages = [*DOCS.glob("**/*.md")]
    assert len(pages) > 12
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_contents():
    contents = set(re.findall(r"^([a-z][a-z-]*(?:/[a-z-]+)?)$", (DOCS / "index.md").read_text(), re.MULTILINE))
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.glob("**/*.md")}
    assert pages - {"index"} == contents

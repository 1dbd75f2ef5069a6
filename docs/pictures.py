"""The pictures of the guide and the README: `python docs/pictures.py` writes them to `docs/images`, a test compares."""

from __future__ import annotations

from pathlib import Path

import unjuran as uj

IMAGES = Path(__file__).parent / "images"
SIZE = {"width": 640, "height": 320}


def pictures() -> dict[str, str]:
    """Each picture by its file name."""
    cases = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="Trafficking cases, Malaysia")
    under_way = cases.with_partial(2023, 48, through="2023-05-31")
    permits = uj.Series([9, 7, 8, 12, 7], start=2017, name="Permits")
    masked = permits.with_censored(2022, 0, 4).with_censored(2023, 0, 4)
    return {
        "eight-years.svg": uj.forecast(cases, h=5).to_svg(**SIZE),
        "under-way.svg": uj.forecast(under_way, h=5).to_svg(**SIZE),
        "masked.svg": uj.forecast(masked, h=3).to_svg(**SIZE),
    }


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (IMAGES / name).write_text(svg, encoding="utf-8")

import os

import pytest

import unjuran as uj

os.environ["MPLBACKEND"] = "Agg"

CASES = [163, 463, 429, 302, 286, 165, 115, 139]


@pytest.fixture
def cases():
    """Malaysian trafficking cases, 2015 to 2022."""
    return uj.Series(CASES, start=2015, name="trafficking_cases", label="Trafficking cases")


@pytest.fixture
def under_way(cases):
    """The same with 48 cases to the end of May 2023."""
    return cases.with_partial(2023, 48, through="2023-05-31")

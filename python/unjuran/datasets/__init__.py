"""Published figures that ship with the package."""

from __future__ import annotations

import os

from unjuran._core import Panel, read_csv


def malaysia() -> Panel:
    """Malaysia's published figures on trafficking in persons and migrant smuggling, 75 series.

    Cases, arrests, victims, convictions, permissions, shelters, money and tiers, from the statements of the Ministry
    of Home Affairs and its council MAPO. Twenty series cover 2015 or 2016 to the partial year 2023. Each series has a
    label for people; the file beside this one names the agency and statement behind each figure.

    Returns
    -------
    Panel

    Examples
    --------
    >>> import unjuran as uj
    >>> uj.datasets.malaysia()["trafficking_cases"].values.tolist()
    [163.0, 463.0, 429.0, 302.0, 286.0, 165.0, 115.0, 139.0, 48.0]
    """
    return read_csv(os.path.join(os.path.dirname(__file__), "malaysia.csv"))

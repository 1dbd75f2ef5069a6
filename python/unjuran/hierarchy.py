"""Totals and their parts, and sources that disagree.

`check_totals` finds published totals that do not add up, `reconcile` makes forecasts of parts add up to those of totals
on every path, `merge_sources` makes one series of several sources for the same thing.
"""

from unjuran._core import Discrepancy, Merged, check_totals, merge_sources, reconcile

__all__ = ["Discrepancy", "Merged", "check_totals", "merge_sources", "reconcile"]

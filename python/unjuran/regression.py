"""Least squares on columns of your own: coefficients with standard errors, tests and criteria."""

from unjuran._core import ColumnsFit, ols, polynomial

__all__ = ["ColumnsFit", "ols", "polynomial"]

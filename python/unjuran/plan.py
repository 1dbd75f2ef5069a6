"""Planning with forecasts: dated events."""

from unjuran._core import Event

__all__ = ["Event"]

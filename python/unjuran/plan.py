"""Planning with forecasts: what if, how likely, how much, since when.

| question | answer |
|---|---|
| did the law of 2022 matter? | `impact` |
| what if raids double, or 2020 comes again? | `Scenario`, `compare` |
| how likely is at most 100 by 2028, and what would it take? | `target`, `required_change` |
| how many places, officers, ringgit? | `capacity` |
| of a hundred cases, how many end in a conviction? | `Funnel` |
| is the new figure outside the fan? | `monitor` |
| is +174% more than chance, and is the printed percentage right? | `percent_change` |

The uncertainty of a forecast is carried through on its joint paths. Every answer prints as a sentence, has `to_dict`
and `to_json`, and pickles.
"""

from unjuran._core import (
    Alarm,
    Answer,
    Capacity,
    Comparison,
    Event,
    Funnel,
    FunnelLink,
    Impact,
    Leak,
    Mde,
    PercentChange,
    RequiredChange,
    Scenario,
    Target,
    capacity,
    impact,
    monitor,
    percent_change,
    required_change,
    target,
)
from unjuran._core import compare_scenarios as compare

__all__ = [
    "Alarm",
    "Answer",
    "Capacity",
    "Comparison",
    "Event",
    "Funnel",
    "FunnelLink",
    "Impact",
    "Leak",
    "Mde",
    "PercentChange",
    "RequiredChange",
    "Scenario",
    "Target",
    "capacity",
    "compare",
    "impact",
    "monitor",
    "percent_change",
    "required_change",
    "target",
]

# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Planning shelter places to 2028
#
# Victims who receive a protection order (PO) stay in a shelter for some months. How many places does the country need, and what
# would change that? The arrivals are published; the length of stay, the size of groups and the price of a place are not. They
# are **assumptions** here, set in one cell, so that whoever knows better can change them.

# %%
import unjuran as uj

STAY = 90  # days, on average
GROUP = 4  # persons who arrive together, on average
PLACES = 60  # that there are
COST = 30_000  # ringgit a place and year

figures = uj.datasets.malaysia()
arrivals = uj.forecast(figures["victims_po"], until=2028)
print(arrivals)

# %% [markdown]
# ## How many places?
#
# The fan is wide: eight years with 36 to 1,558 orders do not pin down the next. A plan for the median would be short in half of all
# futures; the table is for a service level of 90% at the time with the most people.

# %%
need = uj.plan.capacity(arrivals, stay=STAY, group=GROUP, current=PLACES, cost=COST)
print(need)

# %%
levels = {
    level: uj.plan.capacity(arrivals, stay=STAY, group=GROUP, service_level=level) for level in (0.5, 0.8, 0.9, 0.95)
}
for level, answer in levels.items():
    print(f"{level:.0%}: {answer.places.astype(int).tolist()}")
assert (levels[0.95].places >= levels[0.5].places).all()

# %% [markdown]
# The step from 50% to 95% is the price of not knowing, not of growth. One more place avoids the days below, at this cost each:
# cheap where places are few, dear where only the far end of the fan would fill them.

# %%
for year, days, cost in zip(need.years, need.days_avoided, need.cost_per_day_avoided, strict=True):
    print(f"{year}: one more place avoids {days:.1f} days without room, {cost:,.0f} ringgit each")

# %% [markdown]
# ## What would change it?
#
# Three things that may happen, on the same paths of chance, so that their differences are theirs alone.

# %%
scenarios = [
    uj.plan.Scenario("screening finds half as many again", factor=1.5, interval=(1.2, 1.9), start=2025, over=2),
    uj.plan.Scenario("2020 again in 2026", like=2020, start=2026),
    uj.plan.Scenario("prevention: a tenth fewer orders each year", yearly_change=-0.1),
]
scenarios.append((scenarios[0] + scenarios[2]).named("screening and prevention"))
table = uj.plan.compare(arrivals, scenarios).to_frame(backend="pandas")
print(table[table["year"].isin(["2026", "2028", "total"])].round(0).to_string(index=False))

# %%
for scenario in scenarios:
    places = uj.plan.capacity(scenario.apply(arrivals), stay=STAY, group=GROUP).places
    print(f"{scenario.name}: {places.astype(int).tolist()}")

# %% [markdown]
# Stays are worth as much as arrivals: halving the stay halves the people present.

# %%
shorter = uj.plan.capacity(arrivals, stay=STAY / 2, group=GROUP)
print("45 days instead of 90:", shorter.places.astype(int).tolist())
assert abs(shorter.present[-1] / need.present[-1] - 0.5) < 0.1

# %% [markdown]
# ## A target
#
# How likely are at most 100 orders a year, and what would it take to make that four in five?

# %%
print(uj.plan.target(arrivals, year=2028, at_most=100))
needed = uj.plan.required_change(arrivals, year=2028, at_most=100, probability=0.8)
print(needed)
changed = uj.plan.Scenario(yearly_change=needed.yearly_change).apply(arrivals)
assert abs(uj.plan.target(changed, year=2028, at_most=100).probability - 0.8) < 1e-6

# %% [markdown]
# ## What the plan rests on
#
# - Orders are output of enforcement: a new way of screening moves them, and the fan knows nothing of it.
# - The stay is exponential with the mean above; the file of real stays would replace it (`stay=[12, 45, ...]`).
# - Men, women and children need different places. The same calculation on forecasts made coherent with
#   `uj.hierarchy.reconcile` gives them so that they add up.

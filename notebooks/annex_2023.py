# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # The 2023 annex: what can be said, and what cannot
#
# In June 2023 Malaysia's Ministry of Home Affairs published nine years of figures on trafficking and smuggling, with totals,
# percentages, and a last column that stops in April or May. This page asks of them only what they can answer. It is a
# notebook in text form: Jupyter with jupytext opens it, and the tests of the package run it.

# %%
import unjuran as uj

figures = uj.datasets.malaysia()
print(figures)

# %% [markdown]
# ## Do the figures agree with themselves?
#
# Totals are held against their parts. Nearly all agree, to the sen; three do not: a sum of four, a count of countries, and a sum
# of money that is printed under two different periods.

# %%
for discrepancy in uj.hierarchy.check_totals(figures):
    print(f"{discrepancy.kind}: {discrepancy}")

# %% [markdown]
# The statement also prints twelve percent changes. Recomputed, one is wrong: 108 to 137 investigations is +27%, not +28%.
# More important is the last word of each line. A change of two annual counts is compared with how much such counts vary anyway;
# where no longer history is published, the answer is often that nobody can tell, and +174% is one of those.

# %%
changes = {
    change.series: uj.plan.percent_change(change.before, change.after, published=change.published)
    for change in figures.published_changes
}
for name, change in changes.items():
    print(f"{name.removeprefix('ustip_')}: {change}")

wrong = [name for name, change in changes.items() if not change.published_ok]
assert wrong == ["ustip_investigations_total"]

# %% [markdown]
# ## Did 2023 fall?
#
# The starred columns look like a fall: 48 cases after 139. They are five months. A forecast takes 48 for what it is, the least
# that 2023 can end with, and the figure itself is held against what five months of an ordinary year would show.

# %%
cases = figures["trafficking_cases"]
law = uj.forecast(cases, until=2025)
print(law.notes[0])
for year, lower, median, upper in zip(
    law.years, law.interval(80).lower, law.median, law.interval(80).upper, strict=True
):
    print(f"{year}: {median:.0f} cases, 80% of outcomes from {lower:.0f} to {upper:.0f}")

# %%
before = {
    name: uj.forecast(
        uj.Series({int(y): v for y, v in zip(s.years, s.values, strict=True) if y < 2023}, name=name, unit=s.unit), h=1
    )
    for name, s in figures.items()
    if len(s) >= 8
}
alarms = uj.plan.monitor(before, {name: figures[name] for name in before})
unusual = [alarm for alarm in alarms.values() if alarm.p < 0.1]
for alarm in sorted(unusual, key=lambda alarm: alarm.p):
    print(alarm)
print(f"{len(alarms)} series to date, {sum(alarm.alarm for alarm in alarms.values())} alarms among them")

# %% [markdown]
# Permissions to move freely are the unusual ones: 168 by the end of May after 81 in all of 2022. Alone, such a figure would be
# an alarm; among twenty looked at together, chance brings one of this size. Nothing in the column is a fall.

# %% [markdown]
# ## How far do the stages follow each other?

# %%
for name, funnel in figures.funnels.items():
    print(name)
    for link in funnel.conversions():
        print("  ", link)

# %% [markdown]
# A case brings about one and a half arrests. What the table cannot say: of a hundred persons prosecuted, how many were
# convicted. Prosecutions are counted from April to March by one agency, convictions by the calendar year and the charge by
# another, and there are two years of the former: the interval says so.

# %% [markdown]
# ## Did the amendment of 2022 change anything?
#
# Smuggling cases went up after it, trafficking cases stayed where they were. With one full year after the amendment and seven
# uneven years before, neither is an answer: the page prints what effect such a series could have shown at all.

# %%
amendment = uj.plan.Event(2022, name="amendment of 2022")
for name in ("smuggling_cases", "trafficking_cases"):
    found = uj.plan.impact(figures[name], amendment)
    print(found)
    assert found.verdict == "cannot tell"
    assert found.mde.rise is None or found.mde.rise > 0.44, "no series of eight years shows less"

# %% [markdown]
# ## What cannot be said
#
# - Whether +174% persons prosecuted is a change in what prosecutors do: two years have no ordinary variation to compare with.
# - What 2023 will end with, closer than a factor of two between the ends of an 80% interval.
# - Whether the amendment of 2022 changed the number of cases.
# - What share of those prosecuted is convicted, within anything useful.

# %%
prosecuted = figures.funnels["trafficking"].conversions()[-1]
assert changes["ustip_prosecutions_persons"].significant is None
assert law.interval(80).upper[0] / law.interval(80).lower[0] > 2
assert prosecuted.interval.upper / prosecuted.interval.lower > 10

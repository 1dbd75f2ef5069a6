# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Quick start: from a table to a plan
#
# A notebook in text form: Jupyter with jupytext opens it, and the tests of the package run it. It needs
# `pip install 'unjuran[plot]' pandas`.
#
# ## Three lines to a fan
#
# A forecast shows its fan chart when it is the last thing in a cell. Here the numbers are typed; `uj.read_csv("cases.csv")` reads
# a file, tidy or as published.

# %%
import unjuran as uj

cases = uj.Series([163, 463, 429, 302, 286, 165, 115, 139], start=2015, name="cases", label="Trafficking cases")
forecast = uj.forecast(cases.with_partial(2023, 48, through="2023-05-31"), h=5)
forecast  # noqa: B018 - a notebook shows it

# %%
print(forecast.summary())

# %% [markdown]
# 2023 is under way: 48 cases by the end of May. It is the first year of the forecast, and cannot end below 48.

# %%
assert forecast.years[0] == 2023
assert forecast.quantile(0.01)[0] >= 48

# %% [markdown]
# ## The same for a frame
#
# A frame goes in and a frame of the same kind comes out: pandas, polars or pyarrow, with the time column in its own type. A series
# that cannot be forecast says why in `status`.

# %%
import pandas as pd  # noqa: E402 - where it is needed

table = pd.DataFrame(
    {
        "unique_id": ["cases"] * 8 + ["arrests"] * 8,
        "ds": list(pd.period_range("2015", "2022", freq="Y")) * 2,
        "y": [163, 463, 429, 302, 286, 165, 115, 139, 247, 679, 550, 516, 531, 252, 230, 324],
    }
)
ahead = uj.forecast(table, h=3, level=[80])
print(ahead)
assert ahead["ds"].dtype == table["ds"].dtype

# %% [markdown]
# ## What would it have been worth?

# %%
figures = uj.datasets.malaysia()
long = uj.Panel([series for series in figures.values() if len(series) >= 8])
result = uj.backtest(long, ["BayesETS", "Naive", "Drift"], h=2, n_windows=3)
print(result.summary(backend="pandas")[["model", "rows", "mase", "coverage-80"]])

# %%
uj.plot.backtest(uj.backtest(long, "BayesETS", h=2, n_windows=3), long["trafficking_cases"])
result.plot()

# %% [markdown]
# ## Two models beside each other, and one model from inside
#
# `tidy`, `glance` and `augment` give the tables that R's broom gives.

# %%
trend = uj.forecast(cases, h=3, model="LogLinearTrend")
print(uj.forecast(cases, h=3).compare(trend, backend="pandas"))

fit = uj.LinearTrend().fit(cases)
print(fit.tidy("pandas"))
print(fit.glance("pandas"))
print(fit.augment("pandas"))

# %% [markdown]
# ## A plan
#
# What if raids rise by half within three years, and how likely are at most 150 cases?

# %%
more_raids = uj.plan.Scenario("more raids", factor=1.5, over=3)
uj.plot.scenarios(uj.plan.compare(forecast, [more_raids]))
uj.plot.target(forecast, at_most=150)
print(uj.plan.target(forecast, year=2027, at_most=150))

# %% [markdown]
# ## Before it is published
#
# Small counts can name persons. `mask_below=5` hides them, and what would give them away.

# %%
parts = uj.Panel({name: uj.Series({2022: y}) for name, y in [("all", 20), ("men", 17), ("women", 3)]})
published = parts.to_frame("pandas", mask_below=5, tree={"all": ["men", "women"]})
print(published)
assert published["shown"].tolist() == ["20", "masked", "<5"]

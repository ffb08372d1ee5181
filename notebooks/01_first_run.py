# %% [markdown]
# # A first run
#
# platformsim asks **where open release beats proprietary release, how sure that is, who earns, who
# holds the gate, and why**. A scenario describes a market; its arms differ in a few settings; arms
# are compared pair by pair, with the same people and the same luck on both sides of each pair.

# %%
import platformsim as ps

for name in ps.shipped():
    scenario = ps.load(name)
    print(f"{name:21} {scenario.title}")

# %% [markdown]
# ## Compare two arms
# Thirty pairs of a small market. `compare` returns tables and draws itself.

# %%
small = {"sides.users.count": 500, "run.months": 48}
result = ps.compare("llama3", ["closed", "open"], pairs=30, changes=small, progress=False)
columns = ["side", "metric", "base_mean", "mean", "low", "high", "verdict"]
result.verdicts.loc[result.verdicts["registered"], columns].round(3)

# %%
result.plot()["adoption"]

# %%
result.plot()["earnings"]

# %% [markdown]
# ## A rule of your own
# A mechanism is a frozen dataclass. It has a switch, is checked like the shipped ones, travels to
# the workers, and leaves every other draw as it was.

# %%
from dataclasses import dataclass


@dataclass(frozen=True)
class Fashion(ps.Mechanism):
    """Users follow the trend: ``U[p] += weight * (share[p] - share[p] a year ago)``, in utils."""

    weight: float = ps.param(4.0, 0, 20, "utils/unit share", "M", "Pull of the trend.")
    owns = {"platforms.year_ago": 0.0}

    def utility(self, market, side):
        if side == "users":
            return self.weight * (market.share["users"] - market.platforms["year_ago"])

    def update(self, market):
        old = market.platforms["year_ago"]
        old += (market.share["users"] - old) / 12


market = ps.load("tipping", small).with_arm("below")
trend = ps.compare(
    {"without": market, "with": market.with_mechanism(Fashion())},
    pairs=20,
    workers=2,
    progress=False,
)
trend.verdicts.query("metric == 'largest_share'")[columns].round(3)

# %% [markdown]
# ## A strategy of your own
# A strategy is a function of what a manager could see. This one opens while it trails in builders.


# %%
def open_for_builders(seen: ps.Observation):
    return "open_weights" if seen.builders < seen.rival_builders else "closed_api"


giant = ps.load("llama3", small).with_strategy("social_giant", open_for_builders)
model = ps.PlatformModel(giant).run()
opened = model.history.technologies["newest_open"][:, 0]
print(f"open in {int(opened.sum())} of {len(opened) - 1} months")

# %% [markdown]
# ## The model is a Mesa model
# Releasers and platforms are agents; users are columns, and a row becomes an agent on demand.

# %%
from platformsim.model import User

users = model.agents_by_type[User]
print(len(users), "users; one of them is on", users[7].platforms)
print({platform: len(group) for platform, group in users.groupby("choice").groups.items()})
model.datacollector.get_model_vars_dataframe()[["users.hhi", "builders"]].tail(3).round(3)

# %% [markdown]
# ## Keep it
# `save` writes Parquet tables, figures, the scenario as resolved and a manifest; `ps.rerun` makes
# the folder again and compares the tables byte for byte.

# %%
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as scratch:
    folder = result.save(Path(scratch) / "first")
    print(sorted(file.name for file in folder.iterdir()))
    print(ps.read_table(folder, "series").shape)
    print("the same again:", ps.rerun(folder, progress=False).same)

"""Do the shapes that others have published come out of this model, too?

Five findings, each as a registered prediction with its arms, judged in pairs and reported as found:

1. *Flywheel* (Xu et al. 2025, arXiv:2510.15200): a leader's openness is high where data are worth
   little, low between, and high again where they decide the contest.
2. *Followers* (Wu et al. 2025, DOI 10.1145/3696410.3714783): those who deploy stay on the closed
   interface when the open community merely follows, and move when it leads.
3. *Forks* (relicensing of Terraform, Redis, Elasticsearch): who closes an open release is forked.
   That a fork follows is an assumption here (fork_prob); asked is what it costs.
4. *Share without profit* (the open phone system): the open one gets 70 to 85 % of users five years
   after its launch, and a smaller part of the profits than of the users.
5. *Late entry* (Ghasemi et al. 2023; de Ruijter et al.): beyond the threshold of the network effect
   who comes late gets next to nothing; paying users keeps the market shared.

    uv run python experiments/published_shapes.py [--fast] [--out results/shapes] [--workers 2]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

import platformsim as ps
from platformsim.results import Folder
from platformsim.studies.judge import judge
from platformsim.studies.levels import levels
from platformsim.views import style
from platformsim.views.panels import curve
from platformsim.views.text import frame_table

FLYWHEEL, RATIO = "mechanisms.laggard_rule.flywheel", "mechanisms.builders.follow_ratio"
FORK, LAUNCH = "mechanisms.reversion.fork_prob", "platforms.late.launch_month"
BETA, FEE = "mechanisms.direct_network.beta_direct", "platforms.late.fees.users"
BAND = (0.70, 0.85)


def late_market() -> ps.Scenario:
    """Return two equal platforms that begin with nobody, one of which may start late."""
    return ps.load(
        {
            "name": "late_entry",
            "title": "Two equal platforms, one of them late",
            "run": {"months": 60},
            "sides": {"users": {"count": 1000, "outside_option": True, "outside_value": -2.0}},
            "platforms": [
                {"name": "early", "initial": {"users": 0.0}},
                {"name": "late", "initial": {"users": 0.0}, "fees": {"users": 0.0}},
            ],
            "mechanisms": {"direct_network": {}},
        }
    )


def step(
    summary: pd.DataFrame, key: str, ends: tuple[float, float], metric: str, direction: str,
    shape: str, smallest: float,
) -> dict[str, object]:  # fmt: skip
    """Judge a metric at one value of a key against another value of it."""
    wide = summary.pivot(index="replicate", columns=key, values=metric)
    base, arm = (wide[end].to_numpy()[:, None] for end in ends)
    found = judge(base, arm, [direction], np.array([smallest]), [False])[0]
    keep = {name: found[name] for name in ("mean", "low", "high", "verdict")}
    short = key.rpartition(".")[2]
    said = f"{metric} {direction} from {short} {ends[0]:g} to {ends[1]:g}"
    return {"shape": shape, "finding": said} | keep


def level(summary: pd.DataFrame, metric: str, at: float, direction: str, shape: str) -> dict:
    """Judge the level of a metric against a number."""
    values = summary[metric].to_numpy(float)[:, None]
    found = judge(np.full_like(values, at), values, [direction], np.zeros(1), [False])[0]
    keep = {name: found[name] for name in ("mean", "low", "high", "verdict")}
    said = f"{metric} {'above' if direction == 'up' else 'below'} {at:g}"
    return {"shape": shape, "finding": said} | keep


def panel(
    ax: object, frame: pd.DataFrame, x: str, lines: dict[str, str], by: str, words: tuple[str, ...]
) -> None:
    """Draw the lines of one shape."""
    for (value, label), colour, dash in zip(
        lines.items(), style.COLOURS, style.DASHES, strict=False
    ):
        part = frame[frame[by] == value]
        mark = "" if x == "month" else "o"
        if len(part):
            curve(ax, part, x, colour=colour, label=label, linestyle=dash, marker=mark)
    ax.legend(frameon=False, fontsize=7)
    style.panel_title(ax, words[0])
    ax.set_xlabel(words[1])
    ax.set_ylabel(words[2])


def phones(paths: pd.DataFrame) -> pd.DataFrame:
    """Return the share of users and of profits of the open phones, by month."""
    metrics = {"users.share[open_phones]": "users", "profit_share[opener]": "profits"}
    parts = [levels(paths, ["month"], metric).assign(part=name) for metric, name in metrics.items()]
    found = pd.concat(parts, ignore_index=True)
    return found[found["runs"] > 1]


def draw(tables: dict[str, pd.DataFrame], findings: pd.DataFrame) -> style.Drawing:
    """Draw a panel a shape, and what was found."""
    figure, axes = style.grid(2, 3, 12.0, 7.0)
    panels = (
        (axes[0, 0], "flywheel", FLYWHEEL, "arm",
         {"weak_flywheel": "nobody builds", "weak_flywheel_helped": "outsiders improve it"},
         ("1 Openness over the flywheel", "worth of data (log index)", "months open (share)")),
        (axes[0, 1], "followers", RATIO, "metric",
         {"builders[ours]": "on the open model", "builders[theirs]": "on the closed interface"},
         ("2 Where builders are", "ratio at which the community follows (0: leads)", "builders")),
        (axes[0, 2], "forks", "month", FORK, {0.0: "no fork", 1.0: "forked"},
         ("3 Closed again in month 25", "month", "builders on the giant's model")),
        (axes[1, 0], "phones", "month", "part", {"users": "users", "profits": "profits"},
         ("4 The open phones' part", "month (launch: 12)", "share of the market")),
        (axes[1, 1], "late", LAUNCH, "line",
         {"1.5, fee 0": "effect 1.5", "3, fee 0": "effect 3", "3, fee -1": "3, paid 1 cu a month"},
         ("5 The late one's users", "launched in month", "share of users at the end")),
    )  # fmt: skip
    for ax, name, x, by, lines, words in panels:
        panel(ax, tables[name], x, lines, by, words)
    axes[0, 0].set_xscale("symlog", linthresh=0.1)
    axes[1, 0].axhspan(*BAND, color="#000000", alpha=0.07, linewidth=0)
    for ax in (axes[0, 0], axes[1, 0], axes[1, 1]):
        ax.set_ylim(0, 1)
    ax = axes[1, 2]
    ax.axis("off")
    for place, row in enumerate(findings.itertuples()):
        found = f"{row.mean:.3g} [{row.low:.3g}, {row.high:.3g}]  {row.verdict}"
        words = (
            (f"{row.shape}  {row.finding}", style.INK),
            (found, style.VERDICT_COLOURS[row.verdict]),
        )
        for line, (text, colour) in enumerate(words):
            height = 1.0 - (place + 0.45 * line) / len(findings)
            ax.text(0.03 * line, height, text, fontsize=6.6, va="top", color=colour)
    style.headline(figure, "Do published shapes come out of this model, too?",
                   "Means with 95 % intervals. Shaded: share of the open phone system five years "
                   "after launch, as published.")  # fmt: skip
    counts = findings["verdict"].value_counts()
    said = ", ".join(f"{counts.get(v, 0)} {v}" for v in style.VERDICT_COLOURS)
    return style.describe(figure, f"Of {len(findings)} parts of five published shapes: {said}.")


@click.command()
@click.option("--fast", is_flag=True, help="Fewer values, short runs.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/shapes"))
@click.option("--workers", type=int, default=None, help="Processes; one a core unless set.")
def main(fast: bool, out: Path, workers: int | None) -> None:
    """Run each shape, judge it, draw it."""
    options = {"replicates": 20, "workers": workers}
    bare = {**options, "keep_series": False}
    worth = [0.0, 0.3, 3.0] if fast else [0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0]
    arms = ["weak_flywheel"] if fast else ["weak_flywheel", "weak_flywheel_helped"]
    many = bare | {"replicates": 20 if fast else 60}
    runs = ps.sweep("laggard_opens", {FLYWHEEL: worth}, arms=arms, **many).summary
    tables = {"flywheel": levels(runs, ["arm", FLYWHEEL], "open_share[ours]")}
    rows = [
        step(part, FLYWHEEL, ends, "open_share[ours]", way, f"1 {name}", 0.10)
        for name, part in runs.groupby("arm")
        for ends, way in (((0.0, 0.3), "down"), ((0.3, 3.0), "up"))
    ]
    small = {"mechanisms.idea_market.enabled": False, "run.months": 36 if fast else 60}
    ratios = [0.0, 0.75] if fast else [0.0, 0.5, 0.75, 0.9, 1.0]
    runs = ps.sweep("builders", {RATIO: ratios}, arms=["open"], changes=small, **bare).summary
    tables["followers"] = pd.concat(
        [levels(runs, [RATIO], f"builders[{who}]").assign(metric=f"builders[{who}]")
         for who in ("ours", "theirs")]
    )  # fmt: skip
    rows.append(step(runs, RATIO, (0.0, 0.75), "builders[theirs]", "up", "2", 5.0))
    leads = runs[runs[RATIO] == 0.0]
    rows.append(level(leads.assign(most=leads["builders[ours]"] - leads["builders[theirs]"]),
                      "most", 0.0, "up", "2 where it leads,"))  # fmt: skip
    forks = ps.sweep(
        "augustus", {FORK: [0.0, 1.0]}, arms=["open_then_close"], changes={"run.months": 60},
        **options,
    )  # fmt: skip
    tables["forks"] = levels(forks.series, [FORK, "month"], "builders[giants_model]")
    rows.append(level(forks.summary, "reversion[giants_model]", 0.5, "up", "3"))
    rows.append(step(forks.summary, FORK, (0.0, 1.0), "builders[giants_model]", "down", "3", 5.0))
    duopoly = ps.sweep("mobile_duopoly", table=[{"run.months": 72}], arms=["licensed"], **options)
    tables["phones"] = phones(duopoly.series)
    rows += [
        level(duopoly.summary, "users.share[open_phones]", BAND[0], "up", "4"),
        level(duopoly.summary, "users.share[open_phones]", BAND[1], "down", "4"),
        level(duopoly.summary, "value_gap[opener]", 0.0, "down", "4"),
    ]
    months = [0, 24] if fast else [0, 3, 6, 12, 24, 36]
    design = [{BETA: b, FEE: f, LAUNCH: m} for b, f in ((1.5, 0), (3, 0), (3, -1)) for m in months]
    runs = ps.sweep(late_market(), table=design, **bare).summary
    runs["line"] = [f"{b:g}, fee {f:g}" for b, f in zip(runs[BETA], runs[FEE], strict=True)]
    tables["late"] = levels(runs, ["line", LAUNCH], "users.share[late]")
    late = runs[runs[LAUNCH] == 24]
    rows.append(level(late[late["line"] == "3, fee 0"], "users.share[late]", 0.1, "down", "5"))
    paid = late[late["line"] != "1.5, fee 0"]
    rows.append(step(paid, FEE, (0.0, -1.0), "users.share[late]", "up", "5", 0.05))
    findings = pd.DataFrame(rows)
    click.echo(frame_table(findings))
    click.echo(f"\n{(findings['verdict'] == 'holds').sum()} of {len(findings)} parts of the "
               "published shapes come out.")  # fmt: skip
    with Folder(out) as folder:
        folder.table("findings", findings)
        for name, table in tables.items():
            folder.table(name, table)
        folder.figure("shapes", draw(tables, findings))
    click.echo(f"shapes.png and the tables are in {folder.path}")


if __name__ == "__main__":
    main()

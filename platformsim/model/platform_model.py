"""PlatformModel: one market, one month a step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import mesa
import numpy as np

from platformsim import events, mechanisms, releasers
from platformsim.errors import Problem, ScenarioError
from platformsim.market.history import History
from platformsim.market.individuals import Individuals
from platformsim.market.market import Market
from platformsim.market.streams import Streams
from platformsim.metrics import measure
from platformsim.model.actors import Platform, Releaser
from platformsim.model.rows import ROW_KINDS, RowAgent, RowSet
from platformsim.scenario import Scenario, load


class AllAgents(RowSet):
    """``model.agents``: the actors, then the rows of every side."""

    def __init__(self, model: PlatformModel, actors: Any, rows: tuple[RowSet, ...]):
        super().__init__(model, RowAgent, np.arange(len(actors) + sum(map(len, rows))))
        self.actors, self.sets = actors, rows

    def __iter__(self) -> Iterator[mesa.Agent]:
        return chain(self.actors, *self.sets)

    def __contains__(self, agent: object) -> bool:
        return agent in self.actors or any(agent in rows for rows in self.sets)

    def __getitem__(self, item: int | slice) -> Any:
        return self.to_list()[item]

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return attributes agent by agent: kinds of agents have different ones."""
        names = [attr_names] if isinstance(attr_names, str) else attr_names
        missing = (default_value,) if handle_missing == "default" else ()
        values = [[getattr(agent, name, *missing) for name in names] for agent in self]
        return [row[0] for row in values] if isinstance(attr_names, str) else values

    def set(self, attr_name: str, value: Any) -> AllAgents:
        """Set an attribute of every agent."""
        for agent in self:
            setattr(agent, attr_name, value)
        return self

    def select(
        self,
        filter_func: Any = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> Any:
        """Select within one kind of agent."""
        if agent_type is None:
            raise NotImplementedError("name agent_type, or use model.agents_by_type[kind]")
        return self.model.agents_by_type[agent_type].select(filter_func, at_most, inplace)

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> AllAgents:
        """Call a function, or a method by name, for every agent in random order."""
        order = self.to_list()
        self.model.random.shuffle(order)
        for agent in order:
            call = getattr(agent, method) if isinstance(method, str) else method
            call(*args, **kwargs) if isinstance(method, str) else call(agent, *args, **kwargs)
        return self

    def _one_kind(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("agents of different kinds; use model.agents_by_type[kind]")

    groupby = shuffle = sort = agg = _one_kind


class PlatformModel(mesa.Model):
    """A platform market as a Mesa model.

    Releasers and platforms are Mesa agents; users, creators and businesses are columns, and a row
    becomes an agent when somebody asks for it (``model.agents_by_type[User]``).

    Parameters
    ----------
    scenario : Scenario, str, Path or dict
        A scenario, or what :func:`platformsim.load` takes.
    rng : int, optional
        Root seed; unset: the scenario's.
    replicate : int
        Which replicate of that seed.
    arm : str, optional
        Arm of the scenario to run.
    **changes
        Settings to change, by dotted key: ``PlatformModel("tipping", **{"run.months": 60})``.

    Attributes
    ----------
    spec : Scenario
        The scenario as resolved. (``model.scenario`` is Mesa's own.)
    market : Market
        The state.
    history : History
        All past states.
    datacollector : mesa.DataCollector
        Every metric that has a path, from month 0 to now. A collector of the caller's own, once
        assigned, collects at the end of every month.
    """

    row_kinds = tuple(ROW_KINDS.values())

    def __init__(
        self,
        scenario: Any = "llama3",
        *,
        rng: int | None = None,
        replicate: int = 0,
        arm: str | None = None,
        **changes: Any,
    ):
        spec = scenario if isinstance(scenario, Scenario) else load(scenario)
        spec = spec.with_arm(arm) if arm else spec
        self.spec = spec.with_settings(changes) if changes else spec
        seed = self.spec.run.seed if rng is None else _root(rng)
        super().__init__(rng=seed)
        active = list(self.spec.mechanisms)
        self.market = Market(
            self.spec, active, mechanisms.declared(active), Streams(seed, replicate)
        )
        self._strategies = self.spec.strategies
        self._before: dict[int, Any] = {}  # by place of the event, so that copies find it
        self.history = History(self.market, self.spec.run.months, self.spec.run.burn_in)
        for name in self.market.platforms.names:
            Platform(self, name)
        for name in self.market.releasers.names:
            Releaser(self, name)
        self._collector: mesa.DataCollector | None = None

    def step(self) -> None:
        """Advance the market by one month.

        1. Scheduled events change the rules.
        2. Releasers see last month's market and set their release modes; terms follow.
        3. Every side chooses, on last month's shares.
        4. Engagement follows; payments are made; mechanisms advance the market.
        5. The month is recorded.
        """
        market = self.market
        self._apply_events(market.month + 1)
        releasers.decide(market, self._strategies)
        market.open_month()
        market.choose()
        market.advance()
        self.history.record(market)
        if self._collector is not None:
            self._collector.collect(self)
        self.running = market.month < self.spec.run.months

    def run(self) -> PlatformModel:
        """Step to the end of the scenario and return the model."""
        while self.running:
            self.step()
        return self

    def _apply_events(self, month: int) -> None:
        if not self.spec.events:
            return
        places = {id(event): place for place, event in enumerate(self.spec.events)}
        for event, begins in events.due(self.spec.events, month):
            place = places[id(event)]
            value = event.change if begins else self._before[place]
            before = events.apply(self.market, event.target, value)
            if begins:
                self._before[place] = before

    def _advance_time(self, until: float) -> None:
        # All of Mesa's ways forward come through here; its own calendar would forget the step
        # that raised, and let time pass without a market.
        end = self.spec.run.months
        if self.time < end:
            super()._advance_time(min(until, end))
        if until > end:
            raise IndexError(f"the scenario ends with month {end}")

    # -- Mesa's view of the market ----------------------------------------------------------

    @property
    def datacollector(self) -> mesa.DataCollector:
        """Mesa's collector: by default over all metrics from month 0 to now; assign your own."""
        return self._collector or _collector(self)

    @datacollector.setter
    def datacollector(self, collector: mesa.DataCollector) -> None:
        self._collector = collector

    @property
    def agents(self) -> AllAgents:
        """Every agent: actors first, then rows."""
        return AllAgents(self, super().agents, tuple(self._rows().values()))

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Agent sets by kind of agent."""
        return {**super().agents_by_type, **self._rows()}

    @property
    def agent_types(self) -> list[type]:
        """The kinds of agents in the market."""
        return list(self.agents_by_type)

    def _rows(self) -> dict[type, RowSet]:
        sides = self.market.sides
        return {
            kind: RowSet(self, kind, np.flatnonzero(sides[name].columns["alive"]))
            for name, kind in ROW_KINDS.items()
            if name in sides and isinstance(sides[name], Individuals)
        }

    def write(self, side: str, column: str, rows: np.ndarray, value: Any) -> None:
        """Write a column of a side from outside, keeping counts and contacts true.

        Raises
        ------
        AttributeError
            When the side has no such column.
        ValueError
            When a choice names an alternative that does not exist.
        """
        self.market.sides[side].write(column, rows, value)
        self.market.observe()


def _root(rng: Any) -> int:
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer | np.random.SeedSequence):
        raise ScenarioError(Problem("rng", rng, "must be a whole number (the root seed)"))
    if isinstance(rng, np.random.SeedSequence):
        return int(rng.generate_state(1)[0])
    if not 0 <= rng < 2**32:
        raise ScenarioError(Problem("rng", int(rng), "must be a whole number from 0 to 2**32 - 1"))
    return int(rng)


def _collector(model: PlatformModel) -> mesa.DataCollector:
    """Fill Mesa's collector from the history, instead of collecting while the market runs."""
    past = model.market.month + 1
    measured = measure(model.history)
    collector = mesa.DataCollector(model_reporters={n: n for n in measured.series_columns})
    for name, path in zip(measured.series_columns, measured.series.T, strict=True):
        collector.model_vars[name] = path[:past].tolist()
    collector._collection_steps = list(range(past))
    return collector

"""The market once more, one plain Mesa agent a person, written from the docstrings.

Nothing of the engine's choice code is used: values, sets of platforms, contacts and laws are loops
over Python numbers. Only the random numbers and everybody's place at month 0 are the engine's.
"""

import math
from statistics import NormalDist

import mesa
import numpy as np

LAWS = {
    "linear": lambda x, shape: x,
    "local": lambda x, shape: x,
    "log": lambda x, shape: math.log(1 + shape * x) / math.log(1 + shape),
    "power": lambda x, shape: x**shape,
    "saturating": lambda x, shape: x * (1 + shape) / (x + shape),
}
PULLS = {("users", "creators"): "beta_uc", ("creators", "users"): "beta_cu"}


class Person(mesa.Agent):
    def __init__(self, model, side, slot, homes):
        super().__init__(model)
        self.side, self.slot, self.homes, self.alive = side, slot, homes, True
        self.rules, self.tastes = model.spec.sides[side], model.tastes(side, slot)

    def network(self, place):
        """What a platform gains from the people that this person sees on it."""
        spec, law, cross = self.model.spec, self.model.direct, self.model.cross
        joint, total = spec.market.interoperability, 0.0
        if law.law == "local" and self.side in law.sides:
            contacts = [self.model.people[self.side][c] for c in self.model.contacts[self.slot]]
            share = sum(place in c.homes for c in contacts) / max(len(contacts), 1)
        else:
            members, living = self.model.seen[self.side]
            apart = not self.rules.count_self
            share = (members[place] - (apart and place in self.homes)) / (living - apart)
        if self.side in law.sides:
            total += law.beta_direct * LAWS[law.law](share * (1 - joint) + joint, law.shape)
        for (gains, source), beta in PULLS.items():
            if gains == self.side:
                members, living = self.model.seen[source]
                share = members[place] / living * (1 - joint) + joint
                total += getattr(cross, beta) * LAWS[cross.law](share, cross.shape)
        return total

    def value(self, place):
        """What a platform is worth to this person; minus infinity before it opens."""
        platform = self.model.spec.platforms[place]
        if self.model.month < platform.launch_month:
            return -math.inf
        capability = self.model.capability.get(platform.technology, 100.0)
        value = self.rules.quality_weight * (platform.quality + math.log(capability / 100))
        value -= self.rules.fee_weight * platform.fees.get(self.side, 0.0)
        tastes = (t * platform.characteristics.get(k, 0.0) for k, t in self.tastes.items())
        return value + sum(tastes) + self.network(place)

    def step(self, draws):
        """Return the set of platforms with the largest noisy utility, given a draw a set."""
        rules, best = self.rules, (-math.inf, self.homes)
        values = [self.value(place) for place in range(len(self.model.spec.platforms))]
        for homes, draw in draws.items():
            worth = rules.outside_value if rules.outside_option else -math.inf
            if homes:
                sums = sum(math.exp(values[place] / rules.home_variety) for place in homes)
                closed = -math.inf in [values[place] for place in homes]
                worth = -math.inf if closed else rules.home_variety * math.log(sums)
                if rules.home_value == "sum":
                    worth = sum(values[place] for place in homes)
                worth -= rules.home_cost * (len(homes) - 1)
                worth -= rules.switch_cost * len(homes - self.homes)
            best = max(best, (worth + rules.choice_noise * draw, homes), key=lambda pair: pair[0])
        return best[1]


class Reference(mesa.Model):
    def __init__(self, spec, streams, start, lanes, contacts=()):
        super().__init__(rng=0)
        self.spec, self.streams, self.lanes, self.contacts = spec, streams, lanes, contacts
        rules = {mechanism.name: mechanism for mechanism in spec.mechanisms}
        self.direct, self.cross = rules["direct_network"], rules["cross_network"]
        self.capability = {entry.name: entry.capability for entry in spec.technologies}
        self.month, self.seen = 0, {}
        self.people = {
            side: [Person(self, side, slot, homes) for slot, homes in enumerate(sets)]
            for side, sets in start.items()
        }
        self.seen = {side: self.look(side) for side in self.people}

    def look(self, side):
        """Count the members of every platform, and the living."""
        living = [person for person in self.people[side] if person.alive]
        places = range(len(self.spec.platforms))
        return [sum(place in p.homes for p in living) for place in places], len(living)

    def tastes(self, side, slot):
        found = {}
        for name, law in self.spec.sides[side].tastes.items():
            draw = self.streams.per_lane(f"{side}.taste.{name}", self.month, [slot], [0])
            found[name] = law.mean + law.sd * NormalDist().inv_cdf(float(draw[0, 0]))
        return found

    def draws(self, side, slots):
        """Gumbel draw of every set of platforms, by slot, or by turn where people take turns."""
        sets, lanes = zip(*self.lanes[side].items(), strict=True)
        rows = self.streams.per_lane(f"{side}.choice", self.month, np.arange(slots), lanes)
        gumbel = [[-math.log(-math.log(uniform)) for uniform in row] for row in rows.tolist()]
        return [dict(zip(sets, row, strict=True)) for row in gumbel]

    def churn(self, side):
        """Let people leave and newcomers take the slots that were empty; return the newcomers."""
        rules, people = self.spec.sides[side], self.people[side]
        leave = self.streams.below(f"{side}.leave", self.month, len(people), rules.churn_rate)
        arrive = self.streams.below(f"{side}.arrive", self.month, len(people), rules.arrival_rate)
        came = [p for p in people if not p.alive and arrive[p.slot]]
        for person in [p for p in people if p.alive and leave[p.slot]]:
            person.alive, person.homes = False, frozenset()
        for person in came:
            person.alive, person.tastes = True, self.tastes(side, person.slot)
        return came

    def step(self):
        self.month += 1
        for side, people in self.people.items():
            came, rate, known = self.churn(side), self.spec.sides[side].revise_rate, self.seen[side]
            if self.spec.sides[side].updating == "synchronous":
                draw = self.streams.below(f"{side}.revise", self.month, len(people), rate)
                free = [p for p in people if p.alive and (draw[p.slot] or p in came)]
                noise = self.draws(side, len(people))
                chosen = [person.step(noise[person.slot]) for person in free]
                for person, homes in zip(free, chosen, strict=True):
                    person.homes = homes
                continue
            a_month = rate * len(people)
            turns = math.floor(a_month * self.month) - math.floor(a_month * (self.month - 1))
            draw = self.streams.per_slot(f"{side}.turn", self.month, turns)
            order = came + [people[int(u * len(people))] for u in draw.tolist()]
            for person, noise in zip(order, self.draws(side, len(order)), strict=True):
                if person.alive:
                    self.seen[side] = self.look(side)
                    person.homes = person.step(noise)
            self.seen[side] = known
        self.seen = {side: self.look(side) for side in self.people}

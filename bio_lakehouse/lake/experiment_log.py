"""Self-experiments as a person said them: plans, marks and stops, kept as objects that are only
ever added.

The plan with all its assignments is fixed when an experiment is started. Its SHA-256 is its
commitment: it is in the name of the plan's object and in every later event, so that a plan that was
changed afterwards does not fit any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Literal

from bio_lakehouse.lake.home import EXPERIMENTS
from bio_lakehouse.lake.objects import ObjectInfo, ObjectStore, checksum

Unit = Literal["week", "day"]
UNIT_DAYS: Mapping[Unit, int] = {"week": 7, "day": 1}
FORMAT = 1
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """A randomised block design: pairs of units that follow each other, one of each pair assigned
    to the intervention, the other as usual.

    `arms` says of each unit whether it is assigned to the intervention. `outcome` is a column of
    gold.daily_readiness_performance, taken `lag_days` after the day that it counts for. The first
    `washout_days` of a unit count for neither. `nonce` keeps the commitment from being guessed.
    """

    experiment_id: str
    user_id: str
    name: str
    unit: Unit
    outcome: str
    lag_days: int
    washout_days: int
    first_day: date
    arms: tuple[bool, ...]
    made_at: datetime
    nonce: str

    @property
    def unit_days(self) -> int:
        """Days of a unit."""
        return UNIT_DAYS[self.unit]

    @property
    def pairs(self) -> int:
        """How many pairs of units there are."""
        return len(self.arms) // 2

    @property
    def last_day(self) -> date:
        """The last day that is assigned."""
        return self.first_day + timedelta(self.unit_days * len(self.arms) - 1)

    @property
    def last_outcome_day(self) -> date:
        """The day of the last outcome that counts."""
        return self.last_day + timedelta(self.lag_days)

    @property
    def analysed_on(self) -> date:
        """The first day on which it may be analysed: the one after its last outcome."""
        return self.last_outcome_day + timedelta(1)

    def unit_of(self, day: date) -> int:
        """The number of the unit that an assigned day is in, from 0."""
        return (day - self.first_day).days // self.unit_days

    def first_day_of(self, unit: int) -> date:
        """The first day of a unit, counted from 0."""
        return self.first_day + timedelta(unit * self.unit_days)

    def to_json(self) -> bytes:
        """The bytes that the commitment is of."""
        values = {"format": FORMAT, "kind": "plan", **asdict(self)}
        return json.dumps(values, sort_keys=True, ensure_ascii=False, default=_as_text).encode()

    @property
    def commitment(self) -> str:
        """SHA-256 of the plan with all its assignments, as hexadecimal digits."""
        return checksum(self.to_json())


@dataclass(frozen=True, slots=True)
class Mark:
    """The person's word on the days `first` to `last`: whether they kept to what was assigned."""

    plan: str
    at: datetime
    first: date
    last: date
    kept: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """The person ended the experiment early, on `day`."""

    plan: str
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment as all its events say it.

    `kept` says of each marked day whether what was assigned was kept to, `notes` what was noted.
    `stopped_on` is the day on which it was ended early. `problem` says why its plan cannot be
    trusted; such an experiment is never analysed.
    """

    plan: Plan
    kept: Mapping[date, bool] = field(default_factory=dict)
    notes: Mapping[date, str] = field(default_factory=dict)
    stopped_on: date | None = None
    newest: datetime | None = None
    problem: str = ""

    @property
    def last_day(self) -> date:
        """The last day that is assigned; of one that was ended early the day of that."""
        return self.stopped_on or self.plan.last_day

    def has_ended(self, today: date) -> bool:
        """Whether it may be analysed, or was stopped."""
        return self.stopped_on is not None or today >= self.plan.analysed_on


def folder_of(user_id: str) -> str:
    """Where a user's experiments are kept."""
    return f"{EXPERIMENTS}/{user_id}"


def plan_key(plan: Plan) -> str:
    """Where a plan is kept: its commitment is in the name."""
    return f"{folder_of(plan.user_id)}/{plan.experiment_id}/plan-{plan.commitment}.json"


def users_with_experiments(objects: ObjectStore) -> list[str]:
    """Whoever has started an experiment, sorted."""
    return sorted({PurePosixPath(info.key).parts[1] for info in objects.list(EXPERIMENTS)})


def keep_plan(objects: ObjectStore, plan: Plan) -> None:
    """Keep the plan of an experiment that begins."""
    objects.put(plan_key(plan), plan.to_json())


def keep_event(objects: ObjectStore, plan: Plan, event: Mark | Stop) -> None:
    """Keep what a person said of an experiment; nothing that was said before is written over."""
    content = event_json(event)
    kind = type(event).__name__.lower()
    moment = event.at.strftime("%Y%m%dT%H%M%S%f")
    name = f"{moment}-{kind}-{checksum(content)[:12]}.json"
    objects.put(f"{folder_of(plan.user_id)}/{plan.experiment_id}/{name}", content)


def event_json(event: Mark | Stop) -> bytes:
    """The bytes that are kept of an event."""
    values = {"format": FORMAT, "kind": type(event).__name__.lower(), **asdict(event)}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, default=_as_text).encode()


def next_moment(experiment: Experiment) -> datetime:
    """A time (UTC) for the next event: now, or just after the newest where a clock was set back."""
    now = datetime.now(UTC)
    return max(now, experiment.newest + TICK) if experiment.newest else now


def experiments_of(objects: ObjectStore, user_id: str) -> list[Experiment]:
    """A user's experiments, oldest first."""
    by_folder: dict[str, list[ObjectInfo]] = {}
    for info in objects.list(folder_of(user_id)):
        by_folder.setdefault(PurePosixPath(info.key).parts[2], []).append(info)
    contents = objects.get_many(info.key for infos in by_folder.values() for info in infos)
    found = []
    for infos in by_folder.values():
        experiment = experiment_in({info.key: contents[info.key] for info in infos})
        found += [experiment] if experiment else []
    return sorted(found, key=lambda one: (one.plan.first_day, one.plan.experiment_id))


def experiment_in(contents: Mapping[str, bytes]) -> Experiment | None:
    """The experiment that the objects of one folder tell, whatever their order; None where no plan
    can be read in it."""
    plans = {key: plan for key in sorted(contents) if (plan := _plan_at(key, contents[key]))}
    if not plans:
        return None
    key, plan = next(iter(plans.items()))
    events = list(_events(content for other, content in contents.items() if other not in plans))
    return folded(plan, events, problem_of(key, plan, len(plans), events))


def problem_of(key: str, plan: Plan, plans: int, events: Sequence[Mark | Stop]) -> str:
    """Why a plan cannot be trusted; empty where it is the one that was committed to."""
    if plans > 1:
        return "there is more than one plan in its folder"
    if key != plan_key(plan):
        return f"{key} is not what was committed to at the start"
    strange = [event for event in events if event.plan != plan.commitment]
    return "what was marked belongs to another plan" if strange else ""


def folded(plan: Plan, events: Iterable[Mark | Stop], problem: str = "") -> Experiment:
    """What a plan and its events come to: of each day the latest mark, and the earliest stop."""
    kept: dict[date, bool] = {}
    notes: dict[date, str] = {}
    ordered = sorted(events, key=lambda event: (event.at, event_json(event)))
    for mark in (event for event in ordered if isinstance(event, Mark)):
        first, last = max(mark.first, plan.first_day), min(mark.last, plan.last_day)
        for number in range((last - first).days + 1):
            day = first + timedelta(number)
            kept[day], notes[day] = mark.kept, mark.note
    return Experiment(
        plan=plan,
        kept=kept,
        notes={day: note for day, note in notes.items() if note},
        stopped_on=min((event.day for event in ordered if isinstance(event, Stop)), default=None),
        newest=ordered[-1].at if ordered else None,
        problem=problem,
    )


def unreadable(objects: ObjectStore) -> list[str]:
    """The keys of objects among the experiments that are no plan and no event, or whose plan is not
    what was committed to."""
    keys = [info.key for info in objects.list(EXPERIMENTS)]
    contents = objects.get_many(keys)
    return [key for key in keys if not _is_sound(key, contents[key])]


def _is_sound(key: str, content: bytes) -> bool:
    plan = _plan_at(key, content)
    return key == plan_key(plan) if plan else bool(list(_events([content])))


def _plan_at(key: str, content: bytes) -> Plan | None:
    """The plan in an object that is named as one; None where it is none."""
    if not PurePosixPath(key).name.startswith("plan-"):
        return None
    values = _values(content, "plan")
    try:
        return Plan(
            experiment_id=str(values["experiment_id"]),
            user_id=str(values["user_id"]),
            name=str(values["name"]),
            unit=_unit(values["unit"]),
            outcome=str(values["outcome"]),
            lag_days=int(values["lag_days"]),
            washout_days=int(values["washout_days"]),
            first_day=date.fromisoformat(values["first_day"]),
            arms=tuple(bool(arm) for arm in values["arms"]),
            made_at=_moment(values["made_at"]),
            nonce=str(values["nonce"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _unit(text: str) -> Unit:
    units: dict[str, Unit] = {name: name for name in UNIT_DAYS}
    return units[text]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _events(contents: Iterable[bytes]) -> Iterator[Mark | Stop]:
    """Those events that can be read: one that is damaged says nothing."""
    for content in contents:
        event = _mark(_values(content, "mark")) or _stop(_values(content, "stop"))
        if event:
            yield event


def _mark(values: Mapping[str, Any]) -> Mark | None:
    try:
        first, last = (date.fromisoformat(values[name]) for name in ("first", "last"))
        at = _moment(values["at"])
        return Mark(str(values["plan"]), at, first, last, bool(values["kept"]), str(values["note"]))
    except (KeyError, TypeError, ValueError):
        return None


def _stop(values: Mapping[str, Any]) -> Stop | None:
    try:
        day, at = date.fromisoformat(values["day"]), _moment(values["at"])
        return Stop(str(values["plan"]), at, day)
    except (KeyError, TypeError, ValueError):
        return None


def _values(content: bytes, kind: str) -> dict[str, Any]:
    """What an object of that kind says; nothing where it is another or damaged."""
    try:
        values = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(values, dict) or values.pop("kind", "") != kind:
        return {}
    return values if values.pop("format", 0) == FORMAT else {}


def _as_text(value: date | datetime) -> str:
    return value.isoformat()

"""The classes that the demo person takes: kinds, titles in the vendor's style, instructors that
nobody is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effort = Literal["power", "distance", "heart rate", "strap"]


@dataclass(frozen=True)
class Kind:
    """A kind of session: `titles` are (title with {} for the minutes, Peloton's `Type`), both empty
    in a free ride.

    `intensity` is the share of threshold power on the bike, of heart-rate reserve elsewhere.
    `metrics` says what the download holds: everything the bike measures, distance and pace, heart
    rate, or that only once a strap is worn.
    """

    discipline: str
    category: str
    titles: tuple[tuple[str, str], ...]
    lengths: tuple[int, ...]
    intensity: float
    metrics: Effort
    has_class: bool = True


KINDS: dict[str, Kind] = {
    "hard ride": Kind(
        "Cycling",
        "cardio_high",
        (
            ("{} min HIIT & Hills Ride", "Intervals"),
            ("{} min Tabata Ride", "Intervals"),
            ("{} min Climb Ride", "Climb"),
            ("{} min Power Zone Max Ride", "Power Zone"),
            ("{} min Club Bangers Ride", "Music"),
            ("{} min Sweat, Climb, Repeat Ride", "Climb"),
        ),
        (45, 45, 45, 30, 60),
        0.87,
        "power",
    ),
    "long ride": Kind(
        "Cycling",
        "cardio_high",
        (
            ("{} min Power Zone Endurance Ride", "Power Zone"),
            ("{} min 2000s Rock Ride", "Music"),
            ("{} min Coast to Coast Ride", "Theme"),
        ),
        (60, 60, 45),
        0.82,
        "power",
    ),
    "easy ride": Kind(
        "Cycling",
        "cardio_high",
        (
            ("{} min Low Impact Ride", "Low Impact"),
            ("{} min Recovery Ride", "Low Impact"),
            ("{} min Pop Ride", "Music"),
            ("{} min Alpine Lakes Scenic Ride", "Scenic Ride"),
        ),
        (20, 30, 30),
        0.52,
        "power",
    ),
    "free ride": Kind(
        "Cycling", "cardio_high", (("Just Ride", ""),), (20, 30), 0.5, "power", has_class=False
    ),
    "lanebreak": Kind(
        "Cycling",
        "cardio_high",
        (("Lanebreak: Night Drive", ""),),
        (10, 15),
        0.62,
        "power",
        has_class=False,
    ),
    "bootcamp": Kind(
        "Bike Bootcamp",
        "cardio_high",
        (("{} min Bike Bootcamp: Full Body", "Full Body"), ("{} min Bike Bootcamp: Core", "Core")),
        (45, 45, 60),
        0.6,
        "power",
    ),
    "strength": Kind(
        "Strength",
        "strength_training",
        (
            ("{} min Full Body Strength", "Full Body"),
            ("{} min Upper Body Strength", "Upper Body"),
            ("{} min Glutes & Legs Strength", "Lower Body"),
        ),
        (20, 30, 30),
        0.42,
        "heart rate",
    ),
    "core": Kind(
        "Strength", "strength_training", (("{} min Core Strength", "Core"),), (5, 10), 0.35, "strap"
    ),
    "yoga": Kind(
        "Yoga",
        "recovery",
        (
            ("{} min Slow Flow", "Flow"),
            ("{} min Yoga Flow", "Flow"),
            ("{} min Restorative Yoga", "Restorative"),
        ),
        (20, 30, 45),
        0.2,
        "heart rate",
    ),
    "stretch": Kind(
        "Stretching",
        "recovery",
        (("{} min Post-Ride Stretch", "Post-Workout"), ("{} min Full Body Stretch", "Full Body")),
        (5, 10),
        0.15,
        "strap",
    ),
    "run": Kind(
        "Running",
        "cardio_high",
        (
            ("{} min Tempo Run", "Speed"),
            ("{} min Fun Run", "Music"),
            ("{} min Intervals Run, Outdoors", "Intervals"),
        ),
        (20, 30, 30),
        0.68,
        "distance",
    ),
    "walk": Kind(
        "Walking", "cardio_low", (("{} min Power Walk", "Music"),), (20, 30), 0.35, "distance"
    ),
    "meditation": Kind(
        "Meditation",
        "recovery",
        (("{} min Calming Meditation", "Calming"),),
        (5, 10),
        0.05,
        "strap",
    ),
}

INSTRUCTORS: dict[str, tuple[str, ...]] = {
    "Cycling": (
        "Mara Lindqvist",
        "Theo Okafor",
        "Jules Bramante",
        "Nia Castellane",
        "Mara & Theo  ",
    ),
    "Bike Bootcamp": ("Jules Bramante", "Nia Castellane"),
    "Strength": ("Rhys Adeyemi", "Jules Bramante", "Ingrid Solano "),
    "Yoga": ("Anouk Verhaal", "Samira Dace"),
    "Stretching": ("Anouk Verhaal", "Rhys Adeyemi", "Theo Okafor"),
    "Running": ("Kofi Marlowe", "Ingrid Solano "),
    "Walking": ("Kofi Marlowe",),
    "Meditation": ("Samira Dace",),
}

REST: tuple[str, ...] = ()

WEEK: dict[int, tuple[tuple[float, tuple[str, ...]], ...]] = {
    0: ((0.32, REST), (0.22, ("easy ride", "core")), (0.36, ("strength",)), (0.1, ("yoga",))),
    1: ((0.1, REST), (0.45, ("hard ride", "stretch")), (0.3, ("hard ride",)), (0.15, ("run",))),
    2: (
        (0.3, REST),
        (0.32, ("easy ride",)),
        (0.08, ("free ride",)),
        (0.15, ("yoga",)),
        (0.15, ("strength", "core")),
    ),
    3: (
        (0.18, REST),
        (0.35, ("hard ride",)),
        (0.22, ("hard ride", "core")),
        (0.25, ("run", "stretch")),
    ),
    4: (
        (0.48, REST),
        (0.25, ("easy ride",)),
        (0.05, ("lanebreak", "stretch")),
        (0.12, ("yoga",)),
        (0.1, ("walk",)),
    ),
    5: (
        (0.15, REST),
        (0.45, ("long ride", "stretch")),
        (0.25, ("long ride",)),
        (0.15, ("bootcamp",)),
    ),
    6: (
        (0.38, REST),
        (0.3, ("easy ride", "meditation")),
        (0.2, ("yoga",)),
        (0.12, ("walk", "stretch")),
    ),
}
"""What each weekday (0 is Monday) holds: (probability, kinds of session in their order)."""

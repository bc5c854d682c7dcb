"""Made-up weeks as facts: what the writers, the frames and the loopback server are tried on."""

from __future__ import annotations

from dataclasses import replace

from bio_lakehouse.narrative.facts import (
    DayFact,
    ExtremeFact,
    Facts,
    FindingFact,
    MeasureFact,
    StoryFact,
    TotalFact,
)

READINESS = MeasureFact(
    id="readiness_score",
    name="readiness",
    group="body",
    week="81",
    known=7,
    of=7,
    before="79",
    standing="usual",
    size="2",
)
SLEEP = replace(READINESS, id="sleep_score", name="sleep score", week="83", known=6, before="84")
HRV = MeasureFact(
    id="hrv_rmssd_ms",
    name="HRV",
    group="body",
    week="61 ms",
    known=7,
    of=7,
    before="55 ms",
    standing="moved",
    direction="higher",
    size="6 ms",
)
PULSE = MeasureFact(
    id="resting_heart_rate_bpm",
    name="resting heart rate",
    group="body",
    week="52 bpm",
    known=7,
    of=7,
    before="56 bpm",
    standing="moved",
    direction="lower",
    size="4 bpm",
)
STEPS = MeasureFact(id="steps", name="steps", group="activity", week="8,214 a day", known=5, of=7)
CALORIES = replace(STEPS, id="active_calories", name="active calories", week="512 kcal a day")
OXYGEN = replace(READINESS, id="spo2", name="blood oxygen", week="96.4 %", before="96.4 %")
WARMTH = replace(HRV, id="temperature", name="temperature deviation", week="0.12 °C", known=6)
WARMTH = replace(WARMTH, before="0.12 °C", size=None)
TIME = MeasureFact(
    id="time", name="time asleep", group="body", week="7 h 12 min", known=2, of=7, few=True
)
WORKOUTS = TotalFact(
    id="workout_count",
    name="workouts",
    week="5 workouts",
    before="3.5 workouts a week",
    counted=True,
)
MINUTES = TotalFact(
    id="workout_minutes", name="workout time", week="130 min", before="105 min a week"
)
OUTPUT = TotalFact(id="total_output_kj", name="output", week="928 kJ", before="700 kJ a week")
HIGH_HRV = ExtremeFact(
    id="hrv_rmssd_ms",
    name="HRV",
    group="body",
    value="74 ms",
    weekdays=("Thursday",),
    since="3 May 2024",
)
HIGH_READINESS = ExtremeFact(
    id="readiness_score", name="readiness", group="body", value="91", weekdays=("Tuesday",)
)
HIGH_OUTPUT = ExtremeFact(
    id="workout_output",
    name="output in one workout",
    group="training",
    value="412 kJ",
    weekdays=("Tuesday", "Friday"),
)
LOW_SLEEP = ExtremeFact(
    id="sleep_score", name="sleep score", group="body", value="78", weekdays=("Friday",)
)
LOW_HRV = replace(LOW_SLEEP, id="hrv_rmssd_ms", name="HRV", value="49 ms")
LOW_DAY = DayFact(
    id="outside.readiness_score",
    name="readiness",
    kind="outside",
    side="low",
    weekdays=("Wednesday",),
    values=("66",),
    band="72 to 86",
)
WARM_NIGHTS = DayFact(
    id="unusual.temperature_deviation",
    name="temperature deviation",
    kind="unusual",
    side="high",
    weekdays=("Tuesday", "Wednesday"),
    values=("0.62 °C", "0.95 °C"),
)
FLAGGED_HRV = DayFact(
    id="unusual.hrv_rmssd_ms",
    name="HRV",
    kind="unusual",
    side="low",
    weekdays=("Wednesday",),
    values=("20 ms",),
)
FLAGGED_SLEEP = replace(FLAGGED_HRV, id="unusual.sleep", name="sleep score", values=("41",))
LOW_SLEEP_DAY = replace(
    LOW_DAY, id="outside.sleep_score", name="sleep score", weekdays=("Friday",), values=("61",)
)
LOW_HRV_DAY = replace(
    LOW_DAY, id="outside.hrv_rmssd_ms", name="HRV", values=("48 ms",), band="52 to 64 ms"
)
LOW_NIGHTS = replace(
    WARM_NIGHTS, id="unusual.hrv_rmssd_ms", name="HRV", side="low", values=("20 ms", "24 ms")
)
LOW_MORNINGS = replace(
    LOW_NIGHTS, id="unusual.readiness_score", name="readiness", values=("40", "44")
)
NEXT_DAY = "the next day’s readiness"
SLEPT = FindingFact(
    id="sleep_readiness.next_day",
    status="found",
    sentence="On a typical day after a sleep score of 85 or more readiness was 84, after one of 74 "
    "or less 76 (48 and 47 days).",
    looked_for="a link between",
    item=f"the sleep score and {NEXT_DAY}",
)
RIDE = FindingFact(
    id="workout_recovery.cycling_vs_rest",
    status="found",
    sentence="On a typical day after cycling readiness was 70, after rest 81 (78 and 53 days); "
    "Oura's readiness itself counts the activity of the day before.",
    looked_for=f"a difference in {NEXT_DAY} between rest and",
    item="cycling",
)
HIGH_RIDE = replace(
    RIDE,
    id="intensity_impact.high_vs_low",
    sentence="On a typical day after an output above 300 kJ readiness was 71, after one up to 300 "
    "kJ 77 (41 and 42 days); Oura's readiness itself counts the activity of the day before.",
    looked_for=f"a difference in {NEXT_DAY} between",
    item="high and low output",
)
LIFT = replace(
    RIDE,
    id="workout_recovery.strength_vs_rest",
    status="not found",
    sentence="",
    item="strength",
)
YOGA = replace(LIFT, id="workout_recovery.yoga_vs_rest", item="yoga")
HARD = replace(
    LIFT,
    id="intensity_impact.output",
    looked_for="a link between",
    item=f"output and {NEXT_DAY}",
)
ROWS = replace(
    LIFT,
    id="workout_recovery.rowing_vs_rest",
    status="not enough data",
    item="rowing",
    counted="4 of 8 days",
)
STORY = StoryFact(
    sentence="Readiness fell to 69 on Wednesday, the morning after your biggest ride since June (685 kJ).",
    about=("readiness on Wednesday",),
)
WINDOW = "the 180 days up to 9 March 2025"


def example_facts() -> Facts:
    """Readiness as usual, HRV up, resting heart rate down, two highs, and findings of every
    status."""
    return Facts(
        measures=(HRV, PULSE, READINESS, SLEEP, STEPS),
        totals=(WORKOUTS,),
        highs=(HIGH_HRV, HIGH_READINESS),
        findings=(SLEPT, RIDE, LIFT, ROWS),
        window=WINDOW,
    )


def full_facts() -> Facts:
    """A week in which there is something of each kind."""
    return Facts(
        measures=(HRV, PULSE, WARMTH, READINESS, SLEEP, OXYGEN, STEPS, CALORIES, TIME),
        totals=(WORKOUTS, MINUTES, OUTPUT),
        highs=(HIGH_HRV, HIGH_READINESS, HIGH_OUTPUT),
        lows=(LOW_SLEEP, LOW_HRV),
        days=(LOW_DAY, FLAGGED_HRV, FLAGGED_SLEEP, WARM_NIGHTS),
        findings=(SLEPT, RIDE, HIGH_RIDE, LIFT, YOGA, HARD, ROWS),
        story=STORY,
        window=WINDOW,
    )


def thin_facts() -> Facts:
    """A first week: one day of readiness, no workout, nothing looked for."""
    one = replace(TIME, id="readiness_score", name="readiness", week="77", known=1)
    none = TotalFact(id="workout_count", name="workouts", week="no workouts", counted=True)
    return Facts(measures=(one, TIME, CALORIES), totals=(none,))


def trained_facts() -> Facts:
    """Peloton alone, and one day that stood out."""
    return Facts(totals=(MINUTES, OUTPUT), highs=(HIGH_OUTPUT,), days=(FLAGGED_SLEEP,))


def ill_facts() -> Facts:
    """Days that stood out in several measures, and no more than that."""
    return Facts(days=(LOW_NIGHTS, LOW_MORNINGS, WARM_NIGHTS, LOW_DAY, LOW_HRV_DAY, LOW_SLEEP_DAY))


ALL_FACTS = (example_facts(), full_facts(), thin_facts(), trained_facts(), ill_facts())

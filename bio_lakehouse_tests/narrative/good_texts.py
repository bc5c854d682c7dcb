"""A hundred drafts that tell the example week truly, in the many ways in which it can be told."""

from __future__ import annotations

import re

SHORT = {
    "r": "readiness_score",
    "s": "sleep_score",
    "h": "hrv_rmssd_ms",
    "p": "resting_heart_rate_bpm",
    "w": "workout_count",
    "t": "steps",
    "found": "finding.sleep_next_day",
    "ride": "finding.cycling_vs_rest",
    "lift": "finding.strength_vs_rest",
    "line": "finding.trend",
}


def written_out(draft: str) -> str:
    """`{h.week}` and `{high.h.label}` with the paths that the short names stand for."""
    return re.sub(
        r"\{[^{}]*\}",
        lambda slot: re.sub(r"\w+", lambda part: SHORT.get(part[0], part[0]), slot[0]),
        draft,
    )


DRAFTS = """
Readiness averaged {r.week} this week.
Your readiness averaged {r.week}, against {r.before} in {period.before}.
Here is your week at a glance. Readiness averaged {r.week} and was {r.direction}.
Your sleep score came in at {s.week} on average and was {s.direction}.
HRV was {h.direction}: it averaged {h.week}, against {h.before} before.
HRV was {h.direction}, with {h.size} ({h.interval}).
Resting heart rate stood at {p.week} on average, against {p.before} in {period.before}.
This week your resting heart rate averaged {p.week}; in {period.before} it averaged {p.before}.
You logged {w.week} of training, against an average of {w.before} in {period.before}.
Your workouts came to a total of {w.week}.
Steps came to {t.week} on average.
The ring counted steps, and the daily average was {t.week}.
In {period.before}, readiness averaged {r.before}; this week it came to {r.week}.
Readiness came to {r.week}, and that is {r.direction}.
The sleep score, measured overnight, averaged {s.week}.
Heart rate variability averaged {h.week} and was {h.direction}.
Heart rate variability was {h.direction}. It averaged {h.week}, compared with {h.before} in the previous weeks.
Your heart-rate variability averaged {h.week} across the week.
{high.h.label} came on {high.h.weekday}: {high.h.value}.
{high.h.label} was {high.h.value}, measured on {high.h.weekday}, and is {high.h.rank}.
{high.r.label} came on {high.r.weekday}, at {high.r.value}.
On {high.r.weekday} came {high.r.label}, {high.r.value}.
{high.h.label} was recorded on {high.h.date} ({high.h.value}).
{high.r.label} belongs to {high.r.value}, noted on {high.r.weekday}.
Across {period.window}, {found.told}.
Across {period.window}, {found.told} ({found.effect}, {found.interval}).
In the data of {period.window}, {ride.told} ({ride.effect}, {ride.n}).
A finding from {period.window}: {found.told}, with {found.effect} and {found.interval}.
Meanwhile, {lift.told}.
Meanwhile, {lift.told} ({lift.n}).
On the question of readiness: {line.told}.
Overall, {found.told}. Separately, {lift.told}.
Readiness averaged {r.week} and sleep {s.week}.
Readiness averaged {r.week}, sleep {s.week} and HRV {h.week}.
Sleep averaged {s.week}, while readiness averaged {r.week}.
Your sleep score averaged {s.week} from {s.days}, and readiness {r.week} from {r.days}.
The sleep score was known on average at {s.week}, with data for {s.days}.
Readiness was {r.direction}, sleep was {s.direction} and HRV was {h.direction}.
Readiness was {r.direction}. Sleep was {s.direction}. HRV was {h.direction}.
Resting heart rate was {p.direction} and HRV was {h.direction}.
Resting heart rate was {p.direction}, with {p.size}.
While HRV was {h.direction}, resting heart rate was {p.direction}.
The week of {period.week} in brief: readiness averaged {r.week}.
This report covers the week of {period.week}. Readiness averaged {r.week}, and the sleep score averaged {s.week}.
A look at the night: the sleep score averaged {s.week}, and HRV {h.week}.
A look at the mornings: readiness averaged {r.week}, and resting heart rate {p.week}.
Turning to training, the total was {w.week}.
Turning to sleep, the score averaged {s.week}.
Now the bike: your workouts came to {w.week}.
Your Peloton sessions came to {w.week}, against an average of {w.before} before.
Oura placed your readiness at {r.week} on average.
Oura's readiness averaged {r.week} this week, against {r.before} in the weeks before.
Your ring read HRV at {h.week} on average, and the previous weeks at {h.before}.
The average readiness of the week was {r.week}.
The mean sleep score was {s.week}; the mean in {period.before} was {s.before}.
At {r.week} on average, readiness was {r.direction}.
With an average of {h.week}, HRV was {h.direction}.
Compared with {r.before} in {period.before}, readiness averaged {r.week} this week.
Against {h.before} in {period.before}, your HRV averaged {h.week} this week.
The headline of the week is HRV: it was {h.direction}.
The topic of this week is HRV, at {h.week}. It was {h.direction}, and {high.h.label} came on {high.h.weekday}.
Here are the figures of the week. Readiness: {r.week}. Sleep: {s.week}. HRV: {h.week}.
Readiness was {r.direction} (an average of {r.week}).
Sleep was {s.direction} (an average of {s.week} for {s.days}).
Your readiness was {r.direction}; your sleep score too was {s.direction}.
The sleep score of your nights is known from {s.days}. It averaged {s.week}.
Readiness is available for {r.days}, with an average of {r.week}.
Steps were counted daily and averaged {t.week}. Training came to {w.week}.
The headline of the report is HRV, at {h.week}. It was {h.direction}, with {h.size}.
Also in the data: {found.told}.
Also in the data, separately: {ride.told} ({ride.effect}).
A note on findings. Across {period.window}, {found.told} ({found.effect}, {found.n}, {found.q}).
A note on data: sleep is known for {s.days}, readiness for {r.days}.
Finally, a word of context is in {period.window}: {found.told}.
For the week of {period.week}, HRV averaged {h.week}. The previous average was {h.before}.
On average, readiness came to {r.week}. In the preceding weeks, it was {r.before}.
HRV then and now: {h.before} in {period.before}, {h.week} this week.
Resting heart rate then and now: it averaged {p.before} before and {p.week} this week.
From {h.before} in {period.before}, HRV came to {h.week} this week.
Your nights: HRV averaged {h.week}. Your mornings: readiness averaged {r.week}.
Your week in brief. Sleep was {s.direction}. Readiness was {r.direction}. HRV was {h.direction}, with {h.size}.
The week in values: readiness {r.week}, sleep {s.week}, HRV {h.week}, resting heart rate {p.week}.
The week in values: readiness {r.week}; sleep {s.week}; HRV {h.week}; steps {t.week}.
{high.h.label} and {high.r.label} were recorded this week.
{high.r.label} was {high.r.value}. {high.h.label} was {high.h.value}.
{high.h.label} stands at {high.h.value} and is {high.h.rank}. It was measured on {high.h.weekday}.
Of note: {high.h.label}, {high.h.value}, is {high.h.rank}.
Here is a summary. ¶ HRV was {h.direction}. Resting heart rate was {p.direction}. ¶ Across {period.window}, \
{found.told}.
Here is your recap of {period.week}. ¶ Readiness averaged {r.week}, and sleep {s.week}. ¶ {high.h.label} came on \
{high.h.weekday}.
HRV was {h.direction}: it averaged {h.week}, against {h.before} before ({h.size}). ¶ Meanwhile, {lift.told} ({lift.n}).
The nightly figures. HRV averaged {h.week} and was {h.direction}. ¶ The daily figures. Steps averaged {t.week}.
Readiness averaged {r.week}, and was {r.direction}. {high.r.label} came on {high.r.weekday}, at {high.r.value}. ¶ \
{line.told}.
Your ring and your bike at a glance. ¶ Sleep averaged {s.week}, and training came to {w.week}.
An account of the week: workouts came to {w.week}, and the average of the weeks before was {w.before}.
A personal view of {period.week}. Your HRV averaged {h.week} – {h.direction}. Your resting heart rate averaged \
{p.week} – {p.direction}.
Your HRV averaged {h.week} across the nights and was {h.direction}.
During the nights of {period.week}, HRV averaged {h.week} (in {period.before} it averaged {h.before}).
Sleep stands at {s.week}, and readiness stands at {r.week}.
The sleep score, at {s.week} on average, was {s.direction}, and readiness, at {r.week}, was {r.direction}.
Overnight, HRV averaged {h.week}. In the mornings, readiness averaged {r.week}. During the day, steps averaged {t.week}.
"""

MORE = """
Over the week, readiness averaged {r.week}.
Over the week of {period.week}, HRV averaged {h.week} and was {h.direction}.
As for sleep, the score averaged {s.week}.
Readiness averaged {r.week}; it averaged {r.before} in {period.before}.
Readiness averaged {r.week} over the week, compared to {r.before} in {period.before}.
A week in which readiness averaged {r.week} and sleep {s.week}.
This was a week with an HRV average of {h.week}, against {h.before} before.
We begin with sleep: it averaged {s.week} and was {s.direction}.
Let us look at readiness: it averaged {r.week}.
In total you logged {w.week}.
You completed {w.week}, against {w.before} in {period.before}.
Training came to {w.week}, compared with {w.before} in {period.before}.
Peloton logged {w.week} of training this week.
On the bike, training came to {w.week}.
On the training side, the week came to {w.week}.
The ring's readiness score averaged {r.week}.
{high.h.label}, {high.h.value}, was recorded on {high.h.weekday}.
{high.h.label} was {high.h.value} on {high.h.weekday}, {high.h.rank}.
{high.h.label} came in at {high.h.value} on {high.h.weekday} ({high.h.date}).
{high.r.label} arrived on {high.r.weekday}, with a value of {high.r.value}.
Readiness was {r.direction}, with an average of {r.week} against {r.before} in {period.before}.
Across {period.window}, {found.told}, with {found.effect} ({found.interval}).
The findings cover {period.window}. {found.told} ({found.effect}, {found.interval}, {found.n}, {found.q}).
Looking at {period.window}: {found.told}.
A question that was looked at: {lift.told}.
Also looked at: {lift.told} ({lift.n}).
For strength, {lift.told}.
On strength: {lift.told}.
As yet, {line.told}.
Sleep score: {s.week} on average. Readiness: {r.week} on average. HRV: {h.week} on average.
Your sleep score averaged {s.week} (previously {s.before}).
Your heart rate variability averaged {h.week} (it was {h.before} in {period.before}).
HRV stood at an average of {h.week} and resting heart rate at {p.week}.
Your daily steps averaged {t.week}.
Your day-to-day steps averaged {t.week}.
Hello. Readiness averaged {r.week} this week.
Welcome to your week of {period.week}. Readiness averaged {r.week}.
In summary, readiness was {r.direction}, while HRV was {h.direction}.
To sum up, HRV was {h.direction}.
Readiness (average {r.week}) was {r.direction}.
Sleep, with {s.days} on record, averaged {s.week}.
Based on {s.days}, sleep averaged {s.week}.
Sleep averaged {s.week}, based on data from {s.days}.
Readiness is known for {r.days}; it averaged {r.week}.
Your numbers at a glance: readiness {r.week}, sleep {s.week}, HRV {h.week}.
Nightly HRV averaged {h.week} and was {h.direction}.
Overnight HRV averaged {h.week}, and morning readiness {r.week}.
This week's readiness averaged {r.week}.
By comparison, HRV averaged {h.before} in {period.before}.
HRV had averaged {h.before} in {period.before}; this week it averaged {h.week}.
HRV's average this week was {h.week}, and it was {h.direction} ({h.size}, {h.interval}).
You logged {w.week} this week, compared with {w.before} in {period.before}.
The ring counted steps too: {t.week} on average.
HRV was {h.direction}: {h.week} on average, against {h.before} in the previous weeks.
HRV was {h.direction}. The average came to {h.week}, {h.size} ({h.interval}).
To begin with, readiness was {r.direction}.
Your week, {period.week}, in brief: readiness averaged {r.week}, and sleep averaged {s.week}.
Your overnight HRV was {h.direction}. The average was {h.week}, compared with {h.before} in {period.before}.
Resting heart rate, at {p.week}, was {p.direction} (the previous average was {p.before}).
Here is what your ring recorded: readiness averaged {r.week}, sleep {s.week} and HRV {h.week}.
What the data tells: {found.told}.
In the background data of {period.window}, {found.told} ({found.effect}, {found.interval}).
Hello, and welcome to the week of {period.week}. Your readiness averaged {r.week} and was {r.direction}. ¶ HRV was \
{h.direction}: it averaged {h.week}, against {h.before} in {period.before}. {high.h.label}, {high.h.value}, came on \
{high.h.weekday} and is {high.h.rank}. ¶ Across {period.window}, {found.told} ({found.effect}, {found.interval}, \
{found.n}, {found.q}).
The focus of this report is HRV, at {h.week}. It was {h.direction}.
In focus: HRV, which averaged {h.week}.
HRV, which averaged {h.week}, was {h.direction}.
Readiness averaged {r.week} this week, which is {r.direction}.
This section covers {period.week}. Readiness averaged {r.week}.
Your readiness, measured in the mornings, averaged {r.week}.
Sleep, measured at night, averaged {s.week}.
In {period.before}, HRV averaged {h.before} and resting heart rate {p.before}.
HRV averaged {h.week}, and resting heart rate {p.week}; in {period.before} the averages were {h.before} for HRV and \
{p.before} for resting heart rate.
Across {period.window}, {found.told}, based on {found.n} ({found.effect}).
On the bike, you completed {w.week}.
Sleep is known for {s.days}: it averaged {s.week}.
The sleep score covers {s.days}, and averaged {s.week}.
The numbers for sleep: {s.week} this week, {s.before} before.
Finally, training: you logged {w.week}.
Lastly, steps averaged {t.week}.
Over the course of the week, HRV averaged {h.week}.
As a whole, the week had readiness at {r.week} and sleep at {s.week}.
"""
"""Written after the gate, by somebody who tried to have it refuse what is right."""


def drafts() -> tuple[str, ...]:
    lines = [*DRAFTS.strip().splitlines(), *MORE.strip().splitlines()]
    return tuple(written_out(line.replace(" ¶ ", "\n\n")) for line in lines)

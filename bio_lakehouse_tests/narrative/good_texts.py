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
    return re.sub(r"\{[^{}]*\}", lambda slot: re.sub(r"\w+", lambda part: SHORT.get(part[0], part[0]), slot[0]), draft)


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
Steps came to {t.week} a day on average.
The ring counted steps, and the daily average was {t.week}.
In {period.before}, readiness averaged {r.before}; this week it came to {r.week}.
Readiness came to {r.week}, and that is {r.direction}.
Readiness, measured overnight, averaged {r.week}.
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
The ring was worn at night, and the sleep score is known from {s.days}. It averaged {s.week}.
Readiness is available for {r.days}, with an average of {r.week}.
Steps were counted daily and averaged {t.week}. Training came to {w.week}.
The report places HRV, at {h.week}, in the headline. It was {h.direction}, with {h.size}.
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
A plain account of the week: workouts came to {w.week}, and the average of the weeks before was {w.before}.
A personal view of {period.week}. Your HRV averaged {h.week} – {h.direction}. Your resting heart rate averaged \
{p.week} – {p.direction}.
Your HRV averaged {h.week} across the nights and was {h.direction}.
During the nights of {period.week}, HRV averaged {h.week} (in {period.before} it averaged {h.before}).
Beside sleep at {s.week} stands readiness at {r.week}.
The sleep score, at {s.week} on average, was {s.direction}, and readiness, at {r.week}, was {r.direction}.
Overnight, HRV averaged {h.week}. In the mornings, readiness averaged {r.week}. During the day, steps averaged {t.week}.
"""


def drafts() -> tuple[str, ...]:
    return tuple(written_out(line.replace(" ¶ ", "\n\n")) for line in DRAFTS.strip().splitlines())

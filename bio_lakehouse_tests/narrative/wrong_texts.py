"""Texts that a model may well write and that must not be shown, by what the gate objects to.

Each is wrong in one way and right in all others, and none comes out of the mutations of good texts.
A name in place of a path is that of `good_texts.SHORT`.
"""

from __future__ import annotations

from bio_lakehouse_tests.narrative.good_texts import written_out

WRONG = {
    "stands for one thing": """
Training came to {w.week}, which is why HRV was {h.direction}.
Training came to {w.week}, and with it HRV was {h.direction}.
Training came to {w.week}. From that, HRV averaged {h.week}.
Training came to {w.week}, which HRV had at {h.week}.
Sleep was {s.direction}, and into that came readiness at {r.week}.
Sleep averaged {s.week}. It was {r.direction}.
HRV averaged {h.week}; it averaged {s.week} at night.
HRV averaged {h.week}. Its average was {s.week}.
Sleep averaged {s.week}, and here it was {h.direction}.
{found.told}, but here it was {r.direction}.
From training: {w.week}. From it: HRV at {h.week}.
{found.told}, which is sleep: {s.week}.
{line.told}. It was {r.direction}.
Training came to {w.week}. That is HRV at {h.week}.
Training came to {w.week}. It had HRV at {h.week}.
Training came to {w.week}. Its HRV was {h.week}.
Training came to {w.week}. In that, HRV averaged {h.week}.
Training came to {w.week}. On it, HRV averaged {h.week}.
Training came to {w.week}. Of that, HRV was {h.week}.
Training came to {w.week}. To that came HRV of {h.week}.
Training came to {w.week}. What came of it: HRV at {h.week}.
Training came to {w.week}, and that was HRV at {h.week}.
Sleep averaged {s.week}, and it was HRV at {h.week}.
{found.told}. That is readiness at {r.week}.
{found.told}. It was so in sleep, {s.week}.
{lift.told}. That was training, {w.week}.
HRV, {h.week}, has training in it: {w.week}.
HRV averaged {h.week}, and readiness with it averaged {r.week}.
""",
    "a number outside": """
A dozen sessions came to {w.week}.
Training came to {w.week}, twice {w.before} before.
Half of the nights were known: {s.days}.
Sleep is known for a third of the nights, {s.days}.
HRV, at {h.week}, came to double the average before.
A couple of sessions: {w.week}.
Sleep is known for two-thirds of the week, {s.days}.
Readiness averaged ٨١, at {r.week}.
Readiness averaged 八十一, at {r.week}.
Readiness averaged 𝟖𝟏, at {r.week}.
Readiness averaged ①, at {r.week}.
Readiness averaged &#56;&#49;, at {r.week}.
Readiness was tenfold, at {r.week}.
No sessions were known, {w.week}.
HRV was no longer {h.direction}.
HRV averaged {h.week}. All is recorded.
Once, HRV averaged {h.week}.
""",
    "a direction outside": """
HRV climbed to {h.week}.
HRV slid to {h.week}.
HRV at {h.week} was better than before.
HRV shrank to {h.week}.
HRV peaked at {h.week}.
HRV was flat at {h.week}.
HRV was unchanged at {h.week}.
You logged more training, {w.week}.
You logged less training, {w.week}.
HRV did not rise; it averaged {h.week}.
The peak of HRV was {h.week}.
You recover from an infection, with HRV at {h.week}.
Keep it up: HRV averaged {h.week}.
Readiness after strength was lower ({lift.n}).
HRV lag bei {h.week}.
{lift.told} ({lift.n}). It was lower.
Readiness averaged {r.week} over {period.week}.
Over {r.week} was readiness.
""",
    "a size outside": """
HRV was barely {h.direction}.
Clearly, {found.told}.
""",
    "a date outside": """
On Thursday, HRV averaged {h.week}.
In March, HRV averaged {h.week}.
Yesterday, readiness averaged {r.week}.
At the weekend, readiness averaged {r.week}.
Midweek, readiness averaged {r.week}.
You may have insomnia, with sleep at {s.week}.
""",
    "a relation outside": """
HRV was {h.direction} following training, {w.week}.
""",
    "a cause,": """
Thanks to training, {w.week}, HRV was {h.direction}.
Sleep at {s.week} led to readiness of {r.week}.
Training came to {w.week}, so HRV was {h.direction}.
The training paid off: {w.week}.
Sleep helps: {s.week}.
Sleep drives readiness, {r.week}.
After training, {w.week}, HRV was therefore {h.direction}.
You should see a doctor, as HRV averaged {h.week}.
Take a rest day, as readiness averaged {r.week}.
This proves it: {found.told}.
Readiness was {r.direction}, as was sleep.
HRV stood at {h.week} as well as sleep.
""",
    "a medical claim,": """
This points to overtraining syndrome, with HRV at {h.week}.
An illness is in the data, with HRV at {h.week}.
""",
    "states something without": """
HRV averaged {h.week}. The ring was worn daily.
HRV averaged {h.week}. Your nights were recorded.
HRV averaged {h.week}. You logged your days.
HRV averaged {h.week}. Your ring was on.
HRV averaged {h.week}. You had data.
HRV averaged {h.week}. Sleep was here.
HRV averaged {h.week}. The weeks before had sessions.
""",
    "states a cause": """
HRV, at {h.week}, was seen to come from training: {w.week}.
""",
    "advice": """
You have to have rest: {ride.told}.
Have rest days: {ride.told}.
You are to have rest: {ride.told}.
Set sleep at {s.week}.
You have training to log: {w.week}.
Time for sleep: {s.week}.
A day for rest: {ride.told}.
A week to rest, here: {ride.told}.
Log your sleep: {s.week}.
Count steps: {t.week}.
Readiness was set at {r.week}.
""",
    "only plain prose": """
HRV was ↑ at {h.week}.
HRV was 📈 at {h.week}.
<b>HRV</b> averaged {h.week}.
![HRV](https://evil.example/x.png) averaged {h.week}.
HRV averaged {h.week}. See https://evil.example.
HRV averaged {h.week} 💪.
H\u200bRV averaged {h.week}.
HRV ave\u00adraged {h.week}.
HRV \u202eaveraged {h.week}.
""",
    "Only plain spaces": """
HRV\u2028averaged {h.week}.
HRV\u00a0averaged {h.week}.
HRV\taveraged {h.week}.
""",
    "brings in another measure": """
With training at {w.week}, HRV was {h.direction}.
With training at {w.week} came HRV at {h.week}.
HRV at {h.week} comes with sleep at {s.week}.
From sleep at {s.week}, readiness averaged {r.week}.
From training of {w.week} HRV came to {h.week}.
Compared with sleep at {s.week}, readiness averaged {r.week}.
HRV averaged {h.week} from {s.days}.
HRV averaged {h.week}, with {w.week}.
You completed {w.week} with HRV at {h.week}.
With {w.week}, HRV was {h.direction}.
Across {w.week}, HRV averaged {h.week}.
During training, {w.week}, HRV averaged {h.week}.
{high.h.label} came with training, {w.week}.
{high.h.label} came on {high.h.weekday}, with training at {w.week}.
""",
    "joins two things as if one": """
Sleep and readiness were {r.direction} (sleep {s.week}).
Steps, sleep and HRV were {h.direction}: steps {t.week}, sleep {s.week}.
{found.told} ({lift.n}).
Readiness was {r.direction}: {found.told}.
{lift.told}: {ride.told}.
Sleep averaged {s.week} ({r.days}).
Training came to {w.week}: HRV was {h.direction}.
Training came to {w.week} — HRV was {h.direction}.
HRV was {h.direction} (training came to {w.week}).
{high.h.label} came on {high.h.weekday}: sleep averaged {s.week}.
""",
    "came one after the other": """
Training came to {w.week}, then HRV was {h.direction}.
Training came to {w.week}. Then HRV was {h.direction}.
HRV finally averaged {h.week}.
""",
    "is of the week; after": """
Readiness averaged {r.week}, against sleep at {s.week}.
Readiness averaged {r.week} against {r.week} in {period.week}.
Readiness averaged {r.before}, against {r.week} before.
""",
    "another time than": """
The week before, HRV averaged {h.before}.
In the previous week, HRV averaged {h.before}.
HRV averaged {h.week}, against {h.before} the week before.
Earlier in the week, HRV averaged {h.before}.
The night before, HRV averaged {h.before}.
On the previous day, readiness averaged {r.before}.
On earlier mornings, readiness averaged {r.before}.
""",
    "which is of another time": """
Readiness averaged {r.week} in {period.window}.
Readiness was {r.direction} across {period.window}.
You have {r.week} points, {s.week} before.
Earlier, HRV was {h.direction}.
HRV was earlier {h.direction}.
HRV, now {h.before}, was {h.week} before.
In {period.before} you logged {w.week}.
You logged {w.before} this week.
The data of {period.window} has readiness at {r.week}.
Readiness of {r.week} was recorded across {period.window}.
{high.h.label} was known before {high.h.date}, at {high.h.value}.
{high.h.label}, at {high.h.value}, came before {high.h.weekday}.
""",
    "under which it stands; say its own": """
Across {period.window}, {found.told}, and readiness averaged {r.week}.
In {period.window}, {lift.told}, while HRV was {h.direction}.
In {period.before}, HRV averaged {h.before} and resting heart rate {p.week}.
In {period.before}, HRV averaged {h.before}, and resting heart rate was {p.direction}.
""",
    "say so beside it": """
HRV averaged {h.before} before, resting heart rate {p.before}.
In {period.before}, HRV averaged {h.before}. Resting heart rate averaged {p.before}.
Readiness came to {r.before}.
""",
    "is the interval of": """
HRV averaged {h.week} ({h.interval}).
HRV averaged {h.before} before ({h.interval}).
{found.told} ({found.n}, {found.interval}).
HRV was {h.direction} ({h.interval}).
HRV was {h.direction}, with {h.size} ({h.week}, {h.interval}).
{found.told} ({found.interval}, {found.effect}).
""",
    "begins with an article": """
Your {high.h.label} came on {high.h.weekday}.
The {high.h.label} was {high.h.value}.
HRV was {h.direction}, with a {h.size}.
The {found.told}.
""",
    "does not fit after": """
HRV was way {h.direction}.
{high.h.label} stood at {high.h.value} since {high.h.weekday}.
{high.h.label} stood at {high.h.value} until {high.h.weekday}.
{high.h.label} came from {high.h.weekday}: {high.h.value}.
{high.h.label} was {high.h.value} until {high.h.date}.
{high.h.label} was {high.h.value} during {high.h.date}.
HRV averaged {h.week} until {period.week}.
HRV was {h.direction} since {period.week}.
Sleep averaged {s.days}.
Sleep was {s.days}.
Sleep came in at {s.days}.
HRV was too {h.direction}.
HRV averaged – {h.week}.
HRV: – {h.week}.
HRV – {h.week}.
""",
    "would be the unit": """
You logged {t.week} steps this week.
""",
    "is not measured there": """
The nightly steps averaged {t.week}.
Overnight, steps averaged {t.week}.
In the mornings, workouts came to {w.week}.
At night, readiness averaged {r.week}.
Peloton placed your HRV at {h.week}.
The bike recorded readiness at {r.week}.
Oura counted {w.week} of training.
Your ring logged {w.week} of training.
The bike counted steps, and the daily average was {t.week}.
Peloton has {t.week} on record for steps.
Overnight, training came to {w.week}.
Your HRV on the bike averaged {h.week}.
In the morning HRV averaged {h.week}.
""",
    "begins a clause with two measures": """
HRV and steps were {h.direction}, with steps at {t.week}.
HRV of {h.week} belongs to training of {w.week}.
Beside sleep at {s.week} stands readiness at {r.week}.
{lift.told}, and strength comes with readiness ({lift.n}).
{lift.told} ({lift.n}), but strength is alongside readiness.
{lift.told}, and readiness has strength.
Sleep's readiness was {r.direction}.
HRV in sleep averaged {h.week}.
Readiness averaged {r.week} of {s.days}.
HRV averaged {h.week} for {r.days}.
HRV is {r.week} in readiness.
The story of HRV is sleep: {s.week}, {h.week}.
Readiness is the measure of sleep, {s.week}, at {r.week}.
The sleep score of {s.week} was {r.direction}.
HRV came in at {w.week}.
{high.r.label} came on {high.h.weekday}.
{high.r.label} is {high.h.rank}.
Strength is in view: {lift.told}, and rest is readiness.
HRV has an interval of {s.days}.
The week of {w.week} is the week of HRV at {h.week}.
HRV is what training had: {w.week}.
Readiness is what your sleep was, {s.week}.
Here too, training had HRV: {h.week}, {w.week}.
{high.h.label} came on {high.h.weekday}, and readiness averaged {r.week} on {high.h.weekday}.
""",
    "is named in a clause without": """
{lift.told}, but strength surely counts.
The total of readiness and sleep: {r.week}, {s.week}.
""",
    "is named in a sentence without": """
Sleep: {r.week}. Readiness: {s.week}.
""",
    "put it by the name": """
ＨＲＶ averaged {h.week}.
Readiness, at {r.week}, was {h.direction}.
HRV averaged {h.week} on {period.week}, {s.week}.
HRV was {h.direction}, {r.direction}.
HRV was {h.direction} and {r.direction}.
Sleep: {s.week}, {r.week}.
Readiness, {r.week}, is on average {s.week}.
Temperature averaged {h.week}.
""",
    "and must stand beside it": """
Sleep, at {s.week}, was recorded on {high.r.weekday}.
On {high.r.date}, sleep averaged {s.week}.
""",
    "which is": """
The average of {high.h.label} was {high.h.value}.
The total of HRV is {h.week}.
Workouts came to {w.week} a week.
Workouts averaged {w.week}.
The average {high.h.label} was {high.h.value}.
Daily, {high.h.label} was {high.h.value}.
The total came to {r.week} in readiness.
Readiness altogether was {r.week}.
""",
    "no such value": """
HRV averaged {h.week} from {h.days}.
""",
    "not a word of the vocabulary": """
HRV averaged {h.week} across a fortnight.
Readiness averaged {r.week} (LXXXI).
HRV was anything but {h.direction}.
Train harder, with training at {w.week}.
Strength matters, though {lift.told}.
La HRV était de {h.week}.
HRV は {h.week}.
Alongside training ({w.week}), HRV was {h.direction}.
HRV averaged {h.week}. The data is usable.
Put training at {w.week}.
HRV begins at {h.week}.
At the end of the week HRV averaged {h.week}.
Your nights were brief: sleep averaged {s.week}.
Plainly, HRV was {h.direction}.
Simply, HRV was {h.direction}.
Readiness was plain, {r.week}.
HRV briefly stood at {h.week}.
HRV came in points, {h.week}.
You slept, and sleep averaged {s.week}.
Your training counts, at {w.week}.
Sleep counts: {s.week}.
""",
}
"""What the objection says: the texts."""


def wrong_texts() -> list[tuple[str, str]]:
    """Each text with what the gate objects to."""
    return [
        (reason, written_out(text))
        for reason, block in WRONG.items()
        for text in block.strip().split("\n")
    ]

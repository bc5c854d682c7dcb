"""Words that say what is asked about a figure, whatever the figure is: how it is taken together,
compared, grouped, listed."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())


ROLES = {
    "avg": """average; avg; mean; typical; typically; usual; usually; normally; on average;
        averaged; averages; generally; in general; aver; an average of; average value""",
    "sum": """total; sum; altogether; in total; in all; summed; sum of; total of; added up; total
        amount; total number; cumulative; add up; sum up; combined total; total up""",
    "median": "median",
    "stddev": """standard deviation; variability; how variable; spread; std; stdev; std dev; sd;
        how much vary; variation""",
    "max": """highest; max; maximum; most; greatest; biggest; largest; record; top; longest;
        personal best; personal record; pr; pb; maximal; fastest; strongest; the most; peaked;
        highest ever; all time high; all time best; heaviest""",
    "min": """lowest; min; minimum; least; smallest; fewest; shortest; slowest; minimal; the
        least; all time low""",
    "best": "best",
    "worst": "worst",
    "frequent": """most common; most often; most frequent; most frequently; favourite; most
        popular; most regularly; most used; go to""",
    "until_when": """until when; up to when; how recent; how far back; since when; how fresh; how
        up to date""",
    "unit_hours": "in hours; in hrs",
    "unit_minutes": "in minutes; in mins; in min",
    "unit_percent": "in percent; as percent",
    "unit_km": "in km; in kilometers; in kilometres; km; kilometer; kilometre; kms",
    "unit_km_h": "in km h; km h; kmh; kph; in kmh; in kph; km per hour; kilometers per hour",
    "after": "after; following; on the day after; the day following",
    "hardest": "hardest; toughest; most intense; hardest ever",
    "count": """how many; number of; count; how many times; number; how many different times; hw
        many; howmany; count of; count up; how mny""",
    "how_often": "how often; how frequently; how regularly",
    "how_much": "how much; how mch; amount of; amount",
    "how_long": """how long; how many hours; how many minutes; how many hrs; how many mins;
        duration of""",
    "share": """percentage; percent; share; proportion; fraction; what percent; what percentage;
        percentage of; percent of; share of; proportion of; pct""",
    "list": """display show; list; give; display; which; show me; list all; give me; every; all;
        find; pull up; what all; all of; tell""",
    "series": """for each day; for every day; for each night; for every night; each day of; trend;
        over time; chart; plot; graph; day by day; daily; each day; every day; history; timeline;
        day to day; progress; each night; every night; nightly; trend of; trended; plotted; line
        chart; by day; by night; curve; develop; over the days; by date; each morning; every
        morning; night by night""",
    "latest": """latest; most recent; newest; current; currently; right now; now; at the moment;
        last; most recently; presently; just now; recent""",
    "earliest": "first; earliest; first ever; very first; oldest",
    "compare": """compare; vs; versus; compared to; compared with; difference between; against;
        comparison; comparing; comparison of; compared; differ; difference; relative to; than;
        differ between; higher on; lower on; stack up""",
    "above": """above; over; more than; greater than; higher than; exceed; exceeded; exceeding;
        better than; larger than; longer than; bigger than; hit over; went over; topped; went
        above; was above; surpass; surpassed; north of; in excess of""",
    "below": """below; under; less than; lower than; fewer than; beneath; dropped below; worse
        than; shorter than; smaller than; fell below; drop below; dropped under; fell under; went
        below; went under; dip below; dipped below; dips below; drops below; falls below; falling
        below; south of; dipped under; fall below; dropping below; sank below""",
    "at_least": """at least; no less than; not less than; not below; not under; no fewer than;
        reached; reach; hit; greater than or equal to; reaching; hitting; above or equal to;
        greater or equal to""",
    "at_most": """at most; no more than; not more than; up to; not above; not over; less than or
        equal to; a below or equal to""",
    "equal": "exactly; equal; equal to; equals; precisely; of exactly",
    "between": "between; from; ranging from; in the range",
    "or_more": """or more; or higher; or above; or over; or greater; or better; and above; and up;
        and over; or longer; plus; and more; and higher; or up; upwards""",
    "or_less": """or less; or lower; or below; or under; or fewer; and below; or shorter; and
        under; or worse; and less; and lower""",
    "day": """day; date; calendar day; what day; which day; on what day; on which day; which date;
        what date; days on which""",
    "night": "night; which night; what night",
    "when": "when; on what date; when exactly",
    "week": "week; which week; what week; calendar week",
    "month": "month; which month; what month; calendar month",
    "year": "year; which year; what year; calendar year",
    "weekday": """day of the week; day of week; which weekday; dow; days of the week; what day of
        the week; which day of the week; what weekday""",
    "times": "time; occasion; instance",
    "workout": """workout; session; class; exercise; training; training session; exercise session;
        worked out; work out; workouts; exercised; train; trained; worked; peloton class; classes;
        workout session; peloton workout; peloton session; fitness class; peloton classes; working
        out; training sessions""",
    "by_week": """weekly; by week; per week; each week; every week; week by week; for each week;
        grouped by week; week over week; on a weekly basis; across weeks; over the weeks; week to
        week; split by week; broken down by week; week on week""",
    "by_month": """monthly; by month; per month; each month; every month; month by month; for each
        month; grouped by month; month over month; on a monthly basis; across months; over the
        months; month to month; split by month; broken down by month""",
    "by_year": """yearly; by year; per year; each year; every year; year by year; for each year;
        year over year; annual; annually; split by year""",
    "by_quarter": """quarterly; by quarter; per quarter; each quarter; every quarter; for each
        quarter""",
    "by_weekday": """by weekday; per weekday; by day of the week; by day of week; each weekday;
        for each weekday; for each day of the week; each day of the week; per day of the week;
        every day of the week; by the day of the week; across weekdays; by days of the week;
        across days of the week; on each day of the week; broken down by weekday; broken down by
        day of the week; on each weekday; by dow""",
    "by": """by; per; for each; each; grouped by; broken down by; break down by; split by; for
        every; group by; across; breakdown by; broken up by; separated by; in each; breakdown of;
        breakdown; distribution; distribution of; split; split of; depending on""",
    "per_day": """per day; daily average; daily mean; average daily; average day; average nightly;
        per night; on a typical day; in a typical day; on an average day""",
    "per_workout": """per workout; per session; per ride; per class; each workout; each ride; in
        one workout; single workout; one ride; single ride; each session; per run; per training;
        in one ride; in one session; single session; in one go""",
    "not": "not; without; except; excluding; other than; no; non; never; neither; outside of",
    "only": "only; just; solely; exclusively",
    "what_about": """what about; how about; and what about; same for; the same for; and
        the same for; and for; now for; and how
        about; same but; same thing for; and; also; but; then; what if; same; again""",
    "readings": "reading",
    "distinct": "different; unique; distinct",
    "streak": """streak; in a row; consecutive; row; longest streak; straight; back to back;
        consecutively""",
    "instead": "instead; rather",
}
"""What a phrase is there for, and how it is said."""

FILLER = words_of(
    """a about according actually also altogether am an and any app are as at basically be been
    being bio body both came can check come coming contributor contributors could curious
    data date dates dear did display do does doing done during either er exact exactly
    figure figures find for from gave get getting gimme give given go goes going gone got
    gotten had happen happened happening has have having hello here hey hi hmm how hows hw i
    in into is it its kind know lake lakehouse let lets level levels like ll log logged look
    made make making many me measure measured mine much my nd need number of ok okay on one
    ones our oura out own peloton perform performed please pls plss plz pull question quick
    quickly rd re really recorded registered report reported ring score scores see show so
    some sort spend spent st still stuff take taken taking tell th thank thanks that the
    then there these thing things this those to took track tracked try trying u uh um up ur
    us value values ve wanna want wanted was wat wats we well went were what whats whens
    where wheres which who whose wht will with within wonder wondering would yeah yes yet yo
    you your all produce produced generate generated achieve achieved finish finished attend
    attended manage managed earn earned cover covered clock clocked complete completed burn
    burned burnt burning"""
)
"""Words that change nothing about what is asked."""

OFTEN = words_of(
    """average total highest lowest maximum minimum median compare compared versus number
    percentage workout workouts longest shortest fastest latest weekly monthly daily trend
    instructor discipline readiness energy training recommended intensity overtraining
    minutes hours calories miles distance"""
)
"""Words that ask, which are often mistyped."""

REAL = words_of(
    """chance change charge wants waits stops swept sweep heard butter weakly trail county buried
    radio stars males walls mixes roles rules smart print thread string match rising liter
    outsider season white talked dying bread spending heart positive negative shake heat
    dream dreams greater great treat laying ration sticky distorted latent situation winner
    wording"""
)
"""Words that are no slip of another."""

COURTESY = words_of(
    """please pls plz thanks hey hi hello ok okay so well can could you then really actually
    basically just"""
)
"""Words that make no other question of one, where two are held against each other."""

SKIPPED = words_of(
    """a an the my me i mine we our is was were are am be been being did do does had has have
    having of it its s t to"""
)
"""Words that stand between those of a phrase: `how long did I sleep` is `how long sleep`."""

SAME = {
    "recommended": "recommend", "recommendation": "recommend", "recommendations": "recommend",
    "rediness": "readiness",
    "slept": "sleep", "sleeping": "sleep", "rode": "ride", "ridden": "ride", "riding": "ride",
    "ran": "run", "running": "run", "walked": "walk", "walking": "walk", "woke": "wake",
    "waking": "wake", "awoke": "wake", "went": "go", "going": "go", "goes": "go", "gone": "go",
    "trained": "train", "lifted": "lift", "lifting": "lift", "rowed": "row", "cycled": "cycle",
    "cycling": "cycle", "meditated": "meditate", "meditating": "meditate",
    "stretched": "stretch", "burned": "burn", "burnt": "burn", "burning": "burn",
    "biked": "bike", "biking": "bike", "jogged": "jog", "jogging": "jog", "swam": "swim",
    "napped": "nap", "napping": "nap", "worked": "work", "sat": "sit", "fell": "fall",
    "falling": "fall", "kj": "kilojoule", "hrs": "hour", "mins": "minute", "avg": "average",
    "dropped": "drop", "dropping": "drop", "dips": "dip", "dipped": "dip", "exceeded": "exceed",
    "exceeding": "exceed", "reached": "reach", "reaching": "reach", "hitting": "hit",
    "got": "get", "getting": "get", "taken": "take", "took": "take", "exercised": "exercise",
    "exercising": "exercise", "averaged": "average", "averages": "average",
    "percentage": "percent", "pct": "percent", "instructors": "instructor", "analyse": "analyze",
    "resting": "rest", "rested": "rest", "yoga": "yoga", "spinning": "spin", "wore": "wear",
    "worn": "wear", "wearing": "wear", "taught": "teach", "logged": "log", "colour": "color",
    "fav": "favourite", "favorite": "favourite", "readyness": "readiness",
    "heartrate": "heart rate", "bedtimes": "bedtime", "wks": "week", "wk": "week", "yr": "year",
    "yrs": "year", "mo": "month", "mos": "month", "cals": "calorie", "cal": "calorie",
    "workedout": "workout", "v": "vs",
}  # fmt: skip
"""One word for the forms of a verb and for the ways in which a word is cut short."""

CLAIMS = words_of(
    """affect affects affected affecting effect effects influence influences influenced impact
    impacts impacted cause causes caused causing correlate correlated correlation
    correlations relationship relate related relation improve improves improved improving
    better worse worsen worsening why because depend depends predict predicts help helps
    helped hurt hurts hurting lead leads boost boosts ruin ruins linked association
    associated significant significantly increase increases decrease decreases raise raises
    lower lowers reduce reduces making benefit benefits overtrain overtrained overtraining
    overtrainin optimal optimise optimize matter matters tied connection connected drive
    drives driver drivers explain explains"""
)
"""Words by which a question claims, or asks for, what only a test of the whole can tell."""

COMPARATIVES = words_of(
    """lower higher more less better worse longer shorter faster slower greater fewer bigger
    smaller harder easier deeper earlier later quicker increase decrease"""
)
"""Words that hold one stretch of days against another, beside `than` or `or`."""

COUNTED = frozenset({"more", "less", "fewer"})
"""Those of them that workouts are counted with where no figure is named."""

JUDGED = words_of(
    """good bad normal healthy unhealthy enough fine ok okay too should ought recommend advise
    suggest concerned worry worried worrying dangerous safe alarming great terrible ideal
    abnormal acceptable poor risky"""
)
"""Words that ask for a judgement."""

NOT_MEASURED = words_of(
    """weight weigh weighs weighed stress stressed mood moods water alcohol caffeine coffee food
    diet glucose sugar delete remove erase protein carbs carbohydrates fat cholesterol
    vitamin vitamins menstrual headache headaches pain sick sickness illness fever screen
    phone blood pressure bmi height muscle muscles bodyfat dreams nightmares snoring snore
    hydration drink drinks drank wine beer meal meals breakfast dinner lunch ate eat eaten
    eating kg pounds lbs swim swimming elevation floors stairs vo2 vo2max sauna cold
    supplements melatonin magnesium weather temperature_outside work meeting meetings travel
    mother father wife husband friend money cost price"""
)
"""Things that a person asks about and nothing here measures."""

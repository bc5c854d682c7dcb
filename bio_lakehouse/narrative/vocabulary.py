"""The words in which a narrative is written, and what other words are objected to as.

The vocabulary is closed: its words can state no number, no direction, no cause, no judgement and no
negation, alone or beside each other. All of these come out of placeholders, chosen by code. The
lists of forbidden words only make an objection precise; a word in no list is objected to as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """The words of a text, in lower case."""
    return frozenset(text.lower().split())


EARLIER = words("before earlier previous previously prior preceding")
"""Words that place a figure in the four weeks before."""

AVERAGING = words("average averages averaged averaging mean")
TOTALLING = words("total totals totalled totaled amounted amounts altogether")
DAILY = words("daily nightly day night")
WEEKLY = words("weekly week")
"""Words that say which statistic a figure is; the nouns only after “a”."""

UNITS = words(
    "day days night nights week weeks morning mornings time date score scores point points value "
    "values"
)
"""Words that would be the unit of a figure before them."""

SINGLE_TIMES = words("day days night nights morning mornings week")
"""Words that make “before” and “previous” another time than the weeks that figures are compared
with."""

QUANTIFYING = words("score scores numbers")
"""Words that count something when “of” and no value come next (scores of nights)."""

COMPARING = words("against compared")
SEPARATORS = COMPARING | words("and while but")
"""Words that begin a clause."""

DETERMINERS = words("a an the this that these those it its their your our")
BEING = words("is are was were been")
BASE_FORMS = words(
    "have log count include measure place set stand come cover compare note list describe tell see "
    "view"
)
"""Verbs that are an order where they open a clause and a measure comes next."""

STATING = words(
    """
    was were been has have had came come comes coming landed averaged averaging measured measuring
    recorded recording logged logging counted counting registered known available amounted totalled
    totaled arrived completed include includes included placed read reads belong belongs
    """
)
"""Verbs that state a fact, which needs a value."""

IDIOMS = frozenset(
    tuple(idiom.split())
    for idiom in (
        "over the week",
        "over this week",
        "over your week",
        "over the course",
        "over the nights",
        "over the days",
        "as for",
        "as well",
        "as a whole",
        "in brief",
        "by comparison",
        "in comparison",
        "based on",
        "on record",
        "to sum up",
        "as yet",
        "let us look",
        "to begin with",
        "we begin with",
    )
)
"""Phrases whose words say something else, or too much, when they stand alone."""

VOCABULARY = (
    EARLIER
    | SEPARATORS
    | words(
        """
        a an the this these that those it its itself they them their here there you your yours own
        which what we our is are was were been has had have of in on at to for from with during
        across also too then now meanwhile overall altogether elsewhere finally lastly separately
        overnight nightly daily weekly week weeks day days night nights morning mornings time date
        dates calendar window period course score scores mean average averages figure figures value
        values numbers total totals reading readings measure measures measurement measurements
        report page summary picture overview look view review recap glance snapshot digest headline
        note notes account log diary notebook story chapter line list entry entries word words
        detail details context data finding findings question questions topic place side part
        section heading sample side background reference focus update ring bike device devices app
        sensor Oura Peloton averaged averaging come came comes coming stood stand stands standing
        landed turning sits measured measuring recorded recording logged logging counted counting
        count noted registered read reads covers cover covered covering spans spanned includes
        include included amounted amounts totalled totaled looks looking looked describes describe
        described tells tell told listed lists placed set seen see written known belongs belong
        compares compare comparing personal available arrived completed welcome hello greetings
        """
    )
)

FORBIDDEN: Mapping[str, str] = {
    "a number": r"""
        zero nil nought none no one ones two three four five six seven eight nine ten eleven twelve
        \w+teen twent\w* thirt\w+ fort(y|ies|ieth) fift\w+ sixt\w+ sevent\w+ eight(y|ies|ieth)
        ninet\w+
        (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)(s|ly)?
        last hundred\w* thousand\w* million\w* billion\w* dozens? once twice thrice half halves
        halv\w+ quarters? doubl\w+ tripl\w+ quadrupl\w+ single sole pairs? couples? both duo trio
        brace percent\w* cent fractions? \w+fold several few fewer many most mostly majority
        minority numerous all every each some any always never often rarely seldom lots? handful
        myriad approximately about around roughly nearly almost
    """,
    "a direction": r"""
        (up|down|out)(ward|wards|turn|swing|tick)? above below over under beyond within high\w*
        low(er|est|s|ly|ered|ering)? r[io]se[ns]? rising fall\w* fell drop\w* increas\w* decreas\w*
        declin\w* improv\w* deteriorat\w* worse\w* worst better\w* best gain\w* los(t|e|es|ing|s)
        loss\w* gr[eo]w\w* growth shr[aiu]nk\w* climb\w* slid\w* slip\w* s[aiu]nk\w* soar\w* surg\w*
        spik\w* jump\w* leap\w* plung\w* plummet\w* tumbl\w* dip\w* peak\w* trough\w* bottom\w*
        top(s|ped|ping)? exceed\w* surpass\w* outpac\w* outdid trail\w* lag\w* ahead behind more
        less lesser greater greatest bigger biggest smaller smallest larger largest stronger
        strongest weaker weakest longer longest shorter shortest faster slower warmer cooler deeper
        lighter heavier steeper rebound\w* recover\w* bounc\w* rall(y|ied|ies) ascend\w* descend\w*
        mount\w* escalat\w* accelerat\w* advanc\w* progress\w* expand\w* contract\w* dwindl\w*
        wan(e|ed|ing) ebb\w* fad(e|ed|ing) sag\w* swell\w* swollen balloon\w* (sky)?rocket\w*
        crash\w* collaps\w* tank(ed|ing)? crater\w* nosediv\w* crept creep\w* edg(e|ed|ing)
        inch(ed|ing) nudg\w* tick(ed|ing)? lift\w* rais\w* reduc\w* drag\w* ease[ds]? easing
        unchanged steady steadily stable flat constant\w* consistent\w* similar\w* identical\w*
        equal\w* same held hold\w* stay\w* remain\w* kept keep\w* plateau\w* than moved? moving
        trend\w* chang\w* differ\w* shift\w* beat\w* reach\w* maxim\w* minim\w* halt\w* revers\w*
        slump\w* upped lowered
    """,
    "a size": r"""
        slight\w* sharp\w* dramatic\w* significant\w* mark(ed|edly) notabl\w* clear\w*
        considerabl\w* substantial\w* huge\w* massive\w* modest\w* somewhat bit little barely hardly
        scarcely far well very quite rather only just even merely strong\w* weak\w* remarkabl\w*
        noticeabl\w* drastic\w* subtl\w* enormous\w* tiny
    """,
    "a comparison": (
        r"usual\w* unusual\w* typical\w* normal\w* abnormal\w* ordinary standard expected "
        r"unexpected\w*"
    ),
    "a date": r"""
        (mon|tues|wednes|thurs|fri|satur|sun)days? (mon|tues?|wed|thurs?|fri|sat|sun)
        january february march april
        may june july august september october november december (to|yester)day(s|’s|'s)? tomorrow
        tonight weekends? weekdays? midweek months? monthly years? yearly decades? century spring
        summer autumn winter past next latest
    """,
    "a cause": r"""
        because caus\w* due owing thanks? led lead\w* driv\w* drove boost\w* result\w* consequen\w*
        therefore thus hence thereby so why explain\w* explanation\w* responsib\w* affect\w*
        effect\w* impact\w* influenc\w* contribut\w* trigger\w* brought bring\w* produc\w* made
        mak\w* help\w* hurt\w* harm\w* benefi\w* pa(id|ys?|ying) toll cost\w* stem\w* attribut\w*
        respon[sd]\w* reflect\w* signal\w* mean(s|t|ing) suggest\w* indicat\w* impl(y|ies|ied)
        prov\w* show\w* fuel\w* undermin\w* push\w* pull\w* allow\w* enabl\w* prevent\w* protect\w*
        support\w* via through as let lets gave by giv\w* us(e|ed|ing) root reasons? credit blame
    """,
    "a relation": r"""
        related relat\w+ correlat\w* associat\w* link\w* connect\w* together tied tracks? tracked
        tracking follow\w* went go(es|ne|ing)? accompan\w* coincid\w* depend\w* predict\w* hand
        pattern\w* tend\w* when whenever if where found confirm\w* evidence
    """,
    "a medical claim": r"""
        diagnos\w* diseas\w* disorder\w* illness\w* ill sick\w* infect\w* virus\w* viral flu colds?
        covid fever\w* inflam\w* symptom\w* syndrome\w* condition\w* treat\w* therap\w*
        cur(e|es|ed|ing) heal\w* medic\w* drugs? dos(e|es|age) prescri\w* doctors? physicians?
        clinic\w* patients? hospital\w* apn\w+ insomnia arrhythmia fibrillation hyper\w+ hypo\w+
        depress\w* anxi\w* stress\w* burnout overtrain\w* overreach\w* fatigu\w* exhaust\w* tired\w*
        injur\w* immun\w* cardi\w* stroke cancer diabet\w* risk\w* unhealth\w* deficien\w* hormon\w*
        pregnan\w* menstru\w* body nervous parasympathetic sympathetic
    """,
    "advice": r"""
        should must ought needs? try tr(y|ies|ied|ying) aim\w* consider\w* avoid\w* recommend\w*
        advis\w* consult\w* seek\w* ensure\w* please remember\w* take\w* do does did will would
        could might can shall
    """,
    "a negation": (
        r"not nor neither cannot nothing nobody nowhere without lacks? lacking \w+n['’]t except "
        r"despite"
    ),
    "a judgement": r"""
        good great poor\w* bad\w* excellent\w* fine nice\w* solid\w* impressiv\w* disappoint\w*
        perfect\w* ideal\w* optimal\w* fantastic terribl\w* awful\w* amazing\w* wonderful\w* restful
        refresh\w* tough hard eas(y|ily) quiet busy rough decent healthy
    """,
}

_PATTERNS = {
    kind: re.compile("|".join(map("(?:{})".format, stems.split())))
    for kind, stems in FORBIDDEN.items()
}


def is_known(word: str) -> bool:
    """Whether a word, in any case and with or without `’s`, is in the vocabulary."""
    return _plain(word) in VOCABULARY


def objected_as(word: str) -> str:
    """What a word outside the vocabulary is taken for: `a direction`, …, `unknown`."""
    if any(unicodedata.numeric(character, None) is not None for character in word):
        return "a number"
    plain = _plain(word)
    return next(
        (kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(plain)), "unknown"
    )


def _plain(word: str) -> str:
    return re.sub(r"['’]s$", "", word.lower())

"""Questions that no data of a wearable can answer: about diagnoses, medicines and emergencies."""

from __future__ import annotations

import re

from bio_lakehouse.ask.plan import NoPlan
from bio_lakehouse.ask.planning.words import tokens

SENTENCE = (
    "I cannot say anything about illnesses, medicines or treatment; please ask a doctor or a "
    "pharmacist. I can show what was measured, such as resting heart rate, HRV or temperature "
    "deviation over the last weeks."
)
URGENT = (
    "This sounds as if it could be urgent: please call your local emergency number or a doctor "
    "now. I cannot judge symptoms, and what a ring or a bike measures is not made for it."
)
JUDGING = (
    "Whether a value is healthy or normal for you is for a doctor to say. I can show what was "
    "measured and how it moved over your own days."
)
OFFERS = (
    "Show my resting heart rate over the last 30 days",
    "Show my temperature deviation over the last 30 days",
    "Show my HRV over the last 30 days",
)

_URGENT = re.compile(
    r"\b(?:chest (?:pain|pains|tightness)|heart attack|stroke|can ?not breathe|can not breath"
    r"|suicid\w*|kill myself|overdose\w*|collaps(?:ed|ing)|faint(?:ed|ing)|passed out"
    r"|self harm|hurt myself|emergency)\b"
)
_MEDICAL = re.compile(
    r"\b(?:diagnos\w*|disease\w*|disorder\w*|syndrome\w*|illness\w*|infection\w*|infected"
    r"|virus|flu|covid\w*|corona|cancer\w*|tumou?r\w*|diabet\w*|arrhythm\w*|afib|a fib"
    r"|atrial fibrillation|fibrillation|apno?ea|hypertension|hypotension|tachycardi\w*"
    r"|bradycardi\w*|anemi\w*|anaemi\w*|asthma\w*|depress(?:ion|ed|ive)|anxiety"
    r"|insomnia\w*|narcolep\w*|thyroid\w*|epilep\w*|adhd|autis\w*|bipolar|schizo\w*"
    r"|pregnan\w*|miscarr\w*|menopaus\w*|medicin\w*|medicat\w*|medicament\w*|drug|drugs|pill"
    r"|pills|tablet|tablets|dose|doses|dosage\w*|prescri\w*|antibiotic\w*|antidepress\w*"
    r"|beta ?blocker\w*|ibuprofen|paracetamol|acetaminophen|aspirin|statin\w*|insulin"
    r"|metformin|ssri\w*|sertraline|adderall|ritalin|xanax|benzo\w*|opioid\w*|melatonin"
    r"|ambien|zolpidem|sleeping pills?|supplement\w*|steroid\w*|testosterone|hormone\w*"
    r"|therapy|therapies|treatment\w*|treat|cure|cures|cured|symptom\w*|doctor\w*|hospital\w*"
    r"|surgery|heart (?:disease|failure|problem|problems|condition|defect)"
    r"|medical(?:ly)?|clinical(?:ly)?|am i (?:sick|ill|dying|pregnant|healthy)"
    r"|(?:getting|fallen|falling|be|being) (?:sick|ill)|sick|ill|vaccin\w*|fever\w*"
    r"|long covid|burn ?out syndrome|chronic fatigue|eating disorder|anorexi\w*|bulimi\w*)\b"
)

_JUDGED = re.compile(
    r"\b(?:is|are|was|were|seems?)\b.*\b(?:healthy|unhealthy|dangerous|abnormal|harmful"
    r"|life threatening|medically|normal for (?:my|a|someone))\b"
)


def declined(question: str) -> NoPlan | None:
    """A kind refusal of a question about diagnosis or medication; None for any other."""
    text = " ".join(tokens(question))
    if _URGENT.search(text):
        return NoPlan("declined", URGENT)
    if _MEDICAL.search(text):
        return NoPlan("declined", SENTENCE, OFFERS)
    if _JUDGED.search(text):
        return NoPlan("declined", JUDGING, OFFERS)
    return None

"""All checks of a profile, each for itself: what one of them meets keeps none of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bio_lakehouse.backends import AWS, LOCAL
from bio_lakehouse.doctor.home_checks import HOME_CHECKS, LAKE_CHECKS
from bio_lakehouse.doctor.reach_checks import REACH_CHECKS
from bio_lakehouse.doctor.verdicts import Check, Examine, problem, without_secrets
from bio_lakehouse.errors import BioLakehouseError
from bio_lakehouse.setting_words import BadSetting
from bio_lakehouse.settings import Settings, read_settings

AT_ONCE = 8


def examine_home(home: Path | None) -> list[Check]:
    """What is wrong with each setting over `home` (the default one for None), then what every check
    found with the others and, in place of those, their defaults."""
    settings, bad = read_settings(home=home)
    told = [without_secrets(_bad_setting(one), settings) for one in bad]
    return [*told, *examine(settings)]


def _bad_setting(bad: BadSetting) -> Check:
    step = f"correct {bad.variable}, in the environment or in .env of the home, or take it out"
    return problem(bad.variable, bad.said, step if bad.field else "see what it says")


def examine(settings: Settings) -> list[Check]:
    """What every check of this profile found, in their order. Nothing is written or changed."""
    checks = checks_of(settings)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(partial(_examined, settings), checks))
    return [without_secrets(check, settings) for one in found for check in one]


def checks_of(settings: Settings) -> Sequence[Examine]:
    """Of a profile that is none those of a home, the first of which says so."""
    return PROFILES.get(settings.profile, _of_home)()


def _of_home() -> Sequence[Examine]:
    return (*HOME_CHECKS, *LAKE_CHECKS, *REACH_CHECKS)


def _of_aws() -> Sequence[Examine]:
    from bio_lakehouse.doctor.aws_checks import AWS_CHECKS

    return (*HOME_CHECKS, *AWS_CHECKS, *REACH_CHECKS)


PROFILES: dict[str, Callable[[], Sequence[Examine]]] = {LOCAL: _of_home, AWS: _of_aws}


def _examined(settings: Settings, check: Examine) -> list[Check]:
    name = check.__name__.replace("_", " ")
    try:
        return list(check(settings))
    except (BioLakehouseError, OSError) as error:
        return [problem(name, str(error), "see what it says, and look again")]
    except Exception as error:  # noqa: BLE001 - a check that fails is itself a finding
        said = f"it could not be looked at ({type(error).__name__}: {error})"
        return [problem(name, said, "report this, with what is installed")]

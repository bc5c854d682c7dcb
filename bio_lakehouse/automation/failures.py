"""What went wrong in a run, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import dagster as dg
from dagster._core.events import HookErroredData
from dagster._core.execution.plan.objects import StepFailureData
from dagster_shared.error import SerializableErrorInfo

from bio_lakehouse import errors
from bio_lakehouse.errors import BioLakehouseError, DamagedFile

FAILED = (StepFailureData, HookErroredData)


def raise_failure(result: dg.ExecuteInProcessResult) -> None:
    """Raise `BioLakehouseError` with the first asset that failed and why, unless none did.

    Why is what a blocking check found, or the first cause of the error. A hook that failed counts
    as its asset: Dagster calls its run a success, yet days are left that nobody marked as built. A
    run that was interrupted from the keyboard raises `KeyboardInterrupt`.
    """
    if result.success and not hook_failed(result):
        return
    if any(map(is_interruption, errors_of(result))):
        raise KeyboardInterrupt
    causes = list(causes_of(result))
    damage = next(filter(None, map(damage_of, errors_of(result))), None)
    if damage:
        raise DamagedFile(damage)
    found = [
        *failed_checks(result.get_asset_check_evaluations()),
        *(f"{asset}: {text_of(cause)}" for asset, cause in causes),
        *run_errors(result),
    ]
    raise BioLakehouseError(found[0] if found else f"run {result.run_id} did not succeed")


def failed_checks(checks: Iterable[dg.AssetCheckEvaluation]) -> Iterator[str]:
    """What those checks found that failed and keep what is downstream from being made."""
    for check in checks:
        if check.blocking and not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            yield (
                f"{check.asset_key.to_user_string()}: {check.check_name} found {check.description}"
            )


def hook_failed(result: dg.ExecuteInProcessResult) -> bool:
    return any(event.event_type == dg.DagsterEventType.HOOK_ERRORED for event in result.all_events)


def causes_of(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, SerializableErrorInfo]]:
    """The assets that failed, each with the error that the others came from."""
    for event in result.all_events:
        failure = event.event_specific_data
        if isinstance(failure, FAILED) and failure.error and event.step_key:
            yield event.step_key.replace("__", "/"), first_cause(failure.error)


def errors_of(result: dg.ExecuteInProcessResult) -> Iterator[SerializableErrorInfo]:
    """Every error of the run, of its steps and of what kept it from reaching them."""
    for event in result.all_events:
        failure = getattr(event.event_specific_data, "error", None)
        if isinstance(failure, SerializableErrorInfo):
            yield failure


def is_interruption(error: SerializableErrorInfo | None) -> bool:
    """Whether an error came from the keyboard, within a step or between two of them."""
    while error is not None:
        if error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
            return True
        error = error.cause
    return False


def damage_of(error: SerializableErrorInfo | None) -> str | None:
    """What a damaged file is said to be, where one is what an error came from."""
    while error is not None:
        if error.cls_name == DamagedFile.__name__:
            return error.message.strip().partition(": ")[2]
        error = error.cause
    return None


def run_errors(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """What kept a run from reaching its assets, such as a resource that could not be made."""
    for failure in errors_of(result):
        yield text_of(first_cause(failure))


def first_cause(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """The error that says what to do: the outermost of ours, else the one that the others came
    from."""
    if is_ours(error) or not error.cause:
        return error
    return first_cause(error.cause)


def is_ours(error: SerializableErrorInfo) -> bool:
    return hasattr(errors, error.cls_name or "") or error.cls_name == dg.Failure.__name__


def text_of(error: SerializableErrorInfo) -> str:
    """An error's message, without the class when it is one of ours."""
    message = error.message.strip()
    return message.partition(": ")[2] if is_ours(error) else message

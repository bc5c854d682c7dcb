"""What went wrong in a run, in a sentence."""

from __future__ import annotations

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData
from dagster_shared.error import SerializableErrorInfo

from bio_lakehouse import errors


def first_failure(result: dg.ExecuteInProcessResult) -> str:
    """The first asset that failed in a run, and why: a check that did not pass, or the first cause of the error."""
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed:
            return f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name} found {evaluation.description}"
    for event in result.all_events:
        data = event.event_specific_data
        if isinstance(data, StepFailureData) and data.error and event.step_key:
            return f"{event.step_key.replace('__', '/')}: {first_cause(data.error)}"
    return f"run {result.run_id} did not succeed"


def first_cause(error: SerializableErrorInfo) -> str:
    """The message of the error that the others came from, without the class when it is one of ours."""
    while error.cause:
        error = error.cause
    message = error.message.strip()
    return message.partition(": ")[2] if hasattr(errors, error.cls_name or "") else message

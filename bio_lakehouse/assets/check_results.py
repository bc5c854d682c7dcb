"""What became of a check: it passed where nothing was found, and else says what was."""

from collections.abc import Collection

import dagster as dg


def check_result(
    check: dg.AssetCheckKey,
    wrong: Collection[str],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    **told: int | str,
) -> dg.AssetCheckResult:
    """The result of a check that found these things `wrong`, in words; `told` is its metadata."""
    return dg.AssetCheckResult(
        check_name=check.name,
        asset_key=check.asset_key,
        passed=not wrong,
        severity=severity,
        description="; ".join(wrong) or None,
        metadata=told,
    )


def assets_checked(context: dg.AssetCheckExecutionContext) -> list[dg.AssetKey]:
    """The assets whose checks are to be executed, in order."""
    return sorted(check.asset_key for check in context.selected_asset_check_keys)

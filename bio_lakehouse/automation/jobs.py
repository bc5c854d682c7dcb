"""Jobs: what is worth a name of its own when it is started by hand."""

import dagster as dg

refresh_lake = dg.define_asset_job(
    "refresh_lake",
    selection=dg.AssetSelection.groups("bronze", "silver", "gold"),
    description="Bronze, silver and gold of a day or a range of days, from what has landed.",
)
insights_history = dg.define_asset_job(
    "insights_history",
    selection=dg.AssetSelection.groups("insights"),
    description="The five insights as of every day of a range.",
)
weekly_report = dg.define_asset_job(
    "weekly_report",
    selection=dg.AssetSelection.groups("reports"),
    description="The weekly report up to a day; of a range of days its Sundays.",
)

JOBS = [refresh_lake, insights_history, weekly_report]

"""How far Dagster looks when it tells whether a day is out of date.

It leaves out what is made from 100 partitions or more, since asking about each takes long on a
large store. An insight is made from up to 360 days, and asking about these takes a second here.
"""

from dagster._core.definitions import data_version

MOST_PARTITIONS_READ = 1000


def look_at_whole_windows() -> None:
    """Let the UI compare every day that an insight was made from with what it is now.

    It reaches into a private part of Dagster; without it insights are never called out of date
    because of their days.
    """
    data_version.SKIP_PARTITION_DATA_VERSION_DEPENDENCY_THRESHOLD = MOST_PARTITIONS_READ

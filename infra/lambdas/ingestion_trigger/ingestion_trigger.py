"""The Lambda that takes what lands: S3's events, told by the queue, become rows of the log and days
to build."""

import logging
from typing import Any

from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.queued_arrivals import Message, take_messages

LOG = logging.getLogger()
LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The messages that are to come again, as SQS takes their list from a Lambda."""
    messages = [Message(record["messageId"], record["body"]) for record in event["Records"]]
    taken = take_messages(Lakehouse.open(), messages)
    for sentence in taken.told():
        LOG.info(sentence)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in taken.failed]}

"""The SQS queue of landing's S3 events."""

from __future__ import annotations

from typing import Any

from bio_lakehouse.lake.aws import explained
from bio_lakehouse.lake.queued_arrivals import Message

LONGEST_WAIT = 8
"""Seconds; a client gives up an address that has not answered for ten."""


class ArrivalsQueue:
    """The queue at `url`. `client` is a boto3 SQS client, safe to share between threads."""

    def __init__(self, client: Any, url: str) -> None:
        self.client = client
        self.url = url

    def next(self, seconds: float = 0) -> Message | None:
        """A message, which nobody else is given for the queue's visibility timeout; None when none
        comes within that time.

        One at a time: of several the last ones' time would run while the first are taken.
        """
        with explained(f"The queue of arrivals {self.url}"):
            answer = self.client.receive_message(
                QueueUrl=self.url, WaitTimeSeconds=int(min(seconds, LONGEST_WAIT))
            )
        for found in answer.get("Messages", []):
            return Message(found["MessageId"], found["Body"], found["ReceiptHandle"])
        return None

    def delete(self, message: Message) -> None:
        """All that a message tells of is done: it does not come again."""
        with explained(f"The queue of arrivals {self.url}"):
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)

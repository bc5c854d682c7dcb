"""A queue that S3 tells of what lands, as the bronze stack makes it, for tests on an emulator."""

from __future__ import annotations

import json
from typing import Any

from bio_lakehouse.lake.arrivals_queue import ArrivalsQueue
from bio_lakehouse.lake.aws import aws_client
from bio_lakehouse.settings import Settings

MOST_RECEIVED = 5


def make_queue(settings: Settings, bucket: str, seconds: int = 30) -> ArrivalsQueue:
    """A queue of a bucket's landing, whose messages come again after `seconds` and go to
    `dead-letters` when they were received five times."""
    sqs = aws_client(settings, "sqs")
    dead = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    redrive = {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": MOST_RECEIVED}
    attributes = {"VisibilityTimeout": str(seconds), "RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName="arrivals", Attributes=attributes)["QueueUrl"]
    told = {
        "QueueArn": arn_of(sqs, url),
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "landing/"}]}},
    }
    aws_client(settings, "s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [told]}
    )
    return ArrivalsQueue(sqs, url)


def arn_of(sqs: Any, url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def waiting(queue: ArrivalsQueue) -> tuple[int, int]:
    """How many messages of a queue can be received, and how many somebody has received."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=list(names))
    visible, invisible = (int(answer["Attributes"][name]) for name in names)
    return visible, invisible


def lose_all(queue: ArrivalsQueue) -> int:
    """Delete every message, and say how many there were."""
    lost = 0
    while message := queue.next():
        queue.delete(message)
        lost += 1
    return lost


def event(bucket: str, *keys: str) -> str:
    """A message of S3 about objects that were made, whose keys are as S3 writes them."""
    records = [
        {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": bucket}, "object": {"key": k}}}
        for k in keys
    ]
    return json.dumps({"Records": records})

"""A stack while CloudFormation works on it: what is told on the way, and why it failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from botocore.exceptions import ClientError

from bio_lakehouse.deployment.stack_changes import ChangeSet, Stack, find_stack
from bio_lakehouse.errors import AwsError

Say = Callable[[str], None]
Event = dict[str, Any]
DONE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
WORKING = "_IN_PROGRESS"
FAILED = "_FAILED"
CANCELLED = "Resource creation cancelled"
"""What CloudFormation says of what it stopped because of something else."""
SECONDS_BETWEEN = (0.2, 3.0)
"""Between two looks: at first, and when it takes long."""


def carry_out(client: Any, change_set: ChangeSet, say: Say) -> Stack:
    """Do the changes, telling `say` of each resource, and wait for their end; the stack as it is
    then. `AwsError` with what failed first."""
    events = chain(events_of(client, change_set.stack), operations_of(client, change_set.stack))
    before = {event["EventId"] for event in events}
    client.execute_change_set(
        StackName=change_set.stack,
        ChangeSetName=change_set.name,
        # What holds data is kept, but not the empty beginnings of what failed.
        RetainExceptOnCreate=True,
    )
    return wait_for_end(client, change_set.stack, before, say)


def delete_stack(client: Any, stack: Stack, say: Say) -> None:
    """Delete a stack that was never made, so that it can be; what it would keep there is not."""
    say(f"{stack.name}: its first deployment failed; what is left of it is deleted")
    client.delete_stack(StackName=stack.name)
    pause = _pauses()
    while (found := find_stack(client, stack.name)) and found.status.endswith(WORKING):
        time.sleep(next(pause))
    if found:
        raise AwsError(
            f"The stack {stack.name} could not be deleted ({found.status}): see its events in the "
            "console of CloudFormation."
        )


def wait_for_end(client: Any, name: str, before: set[str], say: Say) -> Stack:
    """Wait until CloudFormation is done with a stack; `before` are the ids of earlier events."""
    seen, happened, pause = set(before), [], _pauses()
    while True:
        stack = find_stack(client, name)
        for event in reversed(list(events_of(client, name))):
            if event["EventId"] not in seen:
                seen.add(event["EventId"])
                happened.append(event)
                _tell(event, say)
        if stack is None or not stack.status.endswith(WORKING):
            break
        time.sleep(next(pause))
    if stack is None or stack.status not in DONE:
        raise AwsError(_why(name, stack, [*validation_failures(client, name, before), *happened]))
    return stack


def events_of(client: Any, name: str) -> Iterator[Event]:
    """Events of a stack, newest first."""
    for page in client.get_paginator("describe_stack_events").paginate(StackName=name):
        yield from page["StackEvents"]


def first_failure(events: Iterable[Event]) -> Event | None:
    """The first event of a failure that is not another one's consequence."""
    for event in events:
        is_failure = event.get("ResourceStatus", "").endswith(FAILED)
        if is_failure and not event.get("ResourceStatusReason", "").startswith(CANCELLED):
            return event
    return None


def validation_failures(client: Any, name: str, before: set[str]) -> Iterator[Event]:
    """What CloudFormation found wrong before it made anything, which is no event of a resource;
    `before` are the ids of earlier events."""
    for event in operations_of(client, name):
        if event.get("ValidationStatus") == "FAILED" and event["EventId"] not in before:
            reason = event.get("ValidationStatusReason", "")
            yield event | {"ResourceStatus": FAILED, "ResourceStatusReason": reason}


def operations_of(client: Any, name: str) -> Iterator[Event]:
    """Events of all that was done with a stack; none where that may not be asked, as the resources'
    events tell of a failure too."""
    with suppress(ClientError):
        for page in client.get_paginator("describe_events").paginate(StackName=name):
            yield from page.get("OperationEvents", [])


def _tell(event: Event, say: Say) -> None:
    status = event.get("ResourceStatus", "")
    if not status.endswith(WORKING) and event["ResourceType"] != "AWS::CloudFormation::Stack":
        words = status.lower().replace("_", " ")
        say(f"  {event['LogicalResourceId']} ({event['ResourceType']}): {words}")


def _why(name: str, stack: Stack | None, events: Iterable[Event]) -> str:
    status = stack.status if stack else "it is gone"
    failed = first_failure(events)
    if failed is None:
        return f"The stack {name} could not be deployed ({status}): see its events in the console."
    reason = failed.get("ResourceStatusReason", "no reason was told").rstrip(".")
    return (
        f"The stack {name} could not be deployed ({status}). First failed "
        f"{failed['LogicalResourceId']} ({failed['ResourceType']}): {reason}. What was there "
        "before stands as it was; fix this and run the same command again."
    )


def _pauses() -> Iterator[float]:
    shortest, longest = SECONDS_BETWEEN
    while True:
        yield shortest
        shortest = min(shortest * 1.5, longest)

"""Wait for the deployment of an ECS service and tell whether what was wanted runs, and if not, why.

The AWS provider calls an update done once ECS has taken it, or once the service is steady again: a deployment that ECS took back
counts as success (pulumi-aws#4487). So the service itself is asked.
"""

from __future__ import annotations

import datetime as dt
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # has no types of its own

from components._aws_session import Client, passes

SERVICES: Final = ("ecs", "elbv2", "logs", "cloudwatch")
"""The AWS services that are asked, by boto3's names."""
POLL_SECONDS: Final = 10
"""Seconds between two looks at a service."""

Strategy: TypeAlias = Literal["rolling", "blueGreen", "canary", "linear"]
_Found: TypeAlias = Mapping[str, Any]

_EMULATED_LOOKS = 3
"""How often an emulator that runs no tasks at all is asked before it is taken at its word: it would never be steady."""
_STALE_LOOKS = 3
"""How often a service that shows nothing of the update is looked at: ECS's answers are eventually consistent."""
_EVENTS = 6
_TASK_PAGES = 5
"""At most so many hundreds of stopped tasks are read; ECS keeps them for about an hour."""
_LOG_LINES = 8
_WIDTH = 200
_UNDONE: Final = frozenset(
    {
        "STOPPED",
        "STOP_REQUESTED",
        "ROLLBACK_REQUESTED",
        "ROLLBACK_IN_PROGRESS",
        "ROLLBACK_SUCCESSFUL",
        "ROLLBACK_FAILED",
    }
)
"""States of a service deployment that will not bring what was wanted."""


_GOES_BACK: Final = "rolling back to deployment"
"""What ECS says of the deployment that brings back the one before."""
_RESTART: Final = "run make restart (ECS does not try again by itself), then pulumi up"


class RolloutError(Exception):
    """The service does not run what it should; the text is one screen that says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedRollout:
    """What a service should run."""

    cluster: str
    """The cluster's name or ARN."""
    service: str
    """The service's name."""
    task_definition: str
    """ARN of the revision that it should run."""
    containers: Sequence[str] = ()
    """Names of its containers, the service's own first: whose logs are shown."""
    log_group: str = ""
    """Where they log to; empty: no lines are shown."""
    strategy: Strategy = "rolling"
    """How ECS replaces tasks."""
    timeout_seconds: float
    """Seconds until it is given up on. Nothing is stopped then."""

    @property
    def revision(self) -> str:
        """Return `family:revision`."""
        return _revision(self.task_definition)


def wait(
    wanted: WantedRollout,
    clients: Mapping[str, Client],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Wait until a service runs the wanted revision and nothing else.

    Args:
        wanted: the service and its revision.
        clients: boto3's clients for `SERVICES`.
        sleep: waits for some seconds.
        clock: tells the time in seconds.

    Returns:
        The deployment's id, such as ecs-svc/1234567890123456789.

    Raises:
        RolloutError: ECS went back to what ran before, gave up, was not done in time, or could not be asked.
    """
    ecs, deadline = clients["ecs"], clock() + wanted.timeout_seconds
    looks = 0
    try:
        while True:
            try:
                state = _look(wanted, ecs)
            except (BotoCoreError, ClientError) as error:
                # The service may be well all the same: what passes by itself is waited out.
                if clock() >= deadline or not (passes(error) and _is_aws(ecs)):
                    raise
                sleep(POLL_SECONDS)
                continue
            looks += 1
            if not state.begun and looks > _EMULATED_LOOKS and not _is_aws(ecs):
                return state.deployment
            problem = _problem(wanted, clients, state, looks, lambda: clock() >= deadline)
            if problem:
                raise RolloutError(_screen(wanted, clients, state, problem))
            if state.done:
                return state.deployment
            sleep(POLL_SECONDS)
    except (BotoCoreError, ClientError) as error:
        raise RolloutError(f"{wanted.service}: its deployment could not be watched: {error}") from error


def _problem(
    wanted: WantedRollout, clients: Mapping[str, Client], state: _State, looks: int, too_late: Callable[[], bool]
) -> str:
    """Return why a rollout is given up on after so many looks; empty: it is not."""
    if state.done:
        late = _late(state, clients["cloudwatch"])
        return f"runs {wanted.revision}, but {late[0]}" if late else ""
    if state.problem and not (state.stale and looks < _STALE_LOOKS and not too_late()):
        return state.problem
    if too_late():
        return f"is not steady after {wanted.timeout_seconds / 60:g} minutes: {state.progress}"
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    """What one look at a service showed."""

    deployment: str = ""
    done: bool = False
    problem: str = ""
    progress: str = ""
    since: object = None
    events: Sequence[str] = ()
    target_groups: Sequence[str] = ()
    alarms: Sequence[str] = ()
    begun: bool = True
    """Whether anything was ever tried: a task counted, or something said."""
    stale: bool = False
    """Whether nothing of the wanted revision shows: the answer may be older than the update."""
    again: str = "run pulumi up --refresh (without it Pulumi takes the service for updated, and ECS is told nothing)"
    """How ECS is told once more, where the stack file stays as it is."""


def _look(wanted: WantedRollout, ecs: Client) -> _State:
    answer = ecs.describe_services(cluster=wanted.cluster, services=[wanted.service])
    if not answer["services"]:
        reasons = [str(failure.get("reason", "")) for failure in answer.get("failures", ())]
        return _State(problem=f"cannot be found: {', '.join(filter(None, reasons)) or 'ECS gives no reason'}")
    service: _Found = answer["services"][0]
    if service.get("status", "ACTIVE") != "ACTIVE":
        return _State(problem=f"is {service['status'].lower()}, so it runs nothing")
    state = _rolling(wanted, service) if wanted.strategy == "rolling" else _shifted(wanted, service, ecs)
    return replace(
        state,
        target_groups=list(_groups(service)),
        alarms=service.get("deploymentConfiguration", {}).get("alarms", {}).get("alarmNames", ()),
    )


def _groups(service: _Found) -> Iterator[str]:
    """Yield the target groups that send a service requests, those of the other colour too."""
    for balancer in service.get("loadBalancers", ()):
        other = balancer.get("advancedConfiguration", {}).get("alternateTargetGroupArn")
        yield from (arn for arn in (balancer.get("targetGroupArn"), other) if arn)


def _rolling(wanted: WantedRollout, service: _Found) -> _State:
    """Read a service whose tasks ECS replaces one after another: its PRIMARY deployment is the newest."""
    deployments: Sequence[_Found] = service.get("deployments", ())
    primary: _Found = next((d for d in deployments if d.get("status") == "PRIMARY"), {})
    own: _Found = next((d for d in deployments if _revision(d.get("taskDefinition", "")) == wanted.revision), {})
    shown = _progress(service, primary, own)
    runs, why = _revision(primary.get("taskDefinition", "")), _rollout_reason(primary)
    if runs != wanted.revision:
        reason = f": {found}" if (found := _rollout_reason(own) or why) else ""
        return replace(
            shown,
            problem=f"runs {runs or 'nothing'} instead of {wanted.revision}; ECS went back{reason}",
            stale=not own,
        )
    if _GOES_BACK in why:
        return replace(
            shown,
            problem=f"is taken back to what it was before, with the same {wanted.revision}: {why}",
            again=_RESTART,
        )
    state = str(primary.get("rolloutState", ""))
    if state == "FAILED":
        return replace(
            shown,
            problem=f"did not get {wanted.revision} to run, and there is nothing to go back to: {why or 'ECS gives no reason'}",
            again=_RESTART,
        )
    steady = len(deployments) == 1 and primary.get("runningCount") == primary.get("desiredCount")
    return replace(shown, done=state == "COMPLETED" or (not state and steady))


def _progress(service: _Found, primary: _Found, own: _Found) -> _State:
    """Return how far the newest deployment is, without a judgement; `own` is that of the wanted revision."""
    counts = f"{primary.get('runningCount', 0)} of {primary.get('desiredCount', 0)} tasks run"
    failed = int(primary.get("failedTasks", 0) or 0)
    return _State(
        deployment=str(primary.get("id", "")),
        progress=f"{counts}, {failed} failed" if failed else counts,
        since=own.get("createdAt", primary.get("createdAt")),
        begun=bool(primary.get("runningCount") or failed or service.get("events")),
        events=_events(service, own.get("createdAt")),
    )


def _rollout_reason(deployment: _Found) -> str:
    return str(deployment.get("rolloutStateReason") or "").rstrip(".")


def _shifted(wanted: WantedRollout, service: _Found, ecs: Client) -> _State:
    """Read a service whose requests ECS moves to new tasks: each deployment is a record of its own."""
    found = _recorded(wanted, ecs)
    if found is None:
        return _rolling(wanted, service)
    own, current = found
    state, why = str(own.get("status", "")), str(own.get("statusReason") or "").rstrip(".")
    reason = f": {why}" if why else ""
    shown = _State(
        deployment=str(own["serviceDeploymentArn"]),
        progress=f"the deployment is {state.replace('_', ' ').lower()}{reason}",
        since=own.get("createdAt"),
        events=_events(service, own.get("createdAt")),
    )
    if state in _UNDONE:
        return replace(shown, problem=f"does not run {wanted.revision}; its deployment is {_words(state)}{reason}")
    if state == "SUCCESSFUL" and current != wanted.revision:
        return replace(shown, problem=f"runs {current} instead of {wanted.revision}, by a later deployment", stale=True)
    return replace(shown, done=state == "SUCCESSFUL")


def _recorded(wanted: WantedRollout, ecs: Client) -> tuple[_Found, str] | None:
    """Return the newest deployment of the wanted revision and the revision that the newest successful one brought; None without any."""
    today = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=1)
    # ECS keeps those of 90 days, which may be many; what an update began is among the last day's.
    for asked in ({"createdAt": {"after": today}}, {}):
        listed = deployments(ecs, wanted.cluster, wanted.service, **asked)
        newest = sorted(listed, key=lambda found: found["createdAt"], reverse=True)[:10]
        brought = list(zip(newest, _revisions(ecs, newest), strict=True))
        for own, revision in brought:
            if revision == wanted.revision:
                good = (revision for found, revision in brought if found.get("status") == "SUCCESSFUL")
                return own, next(good, wanted.revision)
    return None


def _revisions(ecs: Client, listed: Sequence[_Found]) -> Sequence[str]:
    """Return the `family:revision` that each deployment brings; empty where ECS does not say."""
    targets = [str(found.get("targetServiceRevisionArn") or "") for found in listed]
    asked = [target for target in targets if target]
    described = ecs.describe_service_revisions(serviceRevisionArns=asked)["serviceRevisions"] if asked else ()
    known = {found["serviceRevisionArn"]: _revision(found.get("taskDefinition", "")) for found in described}
    return [known.get(target, "") for target in targets]


def deployments(ecs: Client, cluster: str, service: str, **asked: object) -> Sequence[_Found]:
    """Return the deployments of a service that ECS has records of, all pages.

    Args:
        ecs: boto3's client.
        cluster: the cluster's name or ARN.
        service: the service's name.
        asked: what they must be, as ListServiceDeployments takes it, such as `status`.
    """
    found: list[_Found] = []
    more: dict[str, object] = {}
    while True:
        page = ecs.list_service_deployments(cluster=cluster, service=service, **asked, **more)
        found += page["serviceDeployments"]
        if not page.get("nextToken"):
            return found
        more = {"nextToken": page["nextToken"]}


def _screen(wanted: WantedRollout, clients: Mapping[str, Client], state: _State, problem: str) -> str:
    """Return what a person needs to see: what is wrong, what ECS, tasks, targets, logs and alarms say, and what to do."""
    parts = [
        ("ECS said", lambda: iter(state.events)),
        ("stopped tasks", lambda: _stopped(wanted, clients)),
        ("targets", lambda: _targets(state, clients["elbv2"])),
        ("alarms", lambda: _fired(state, clients["cloudwatch"], None)),
    ]
    lines = [f"{wanted.service} {problem}."]
    for title, read in parts:
        lines += _part(title, read)
    lines.append(
        f"Fix the cause: in the stack file, and run pulumi up; or elsewhere, and {state.again}. "
        "Or set the image that ran before. Each update asks again until it is true."
    )
    return "\n".join(lines)


def _part(title: str, read: Callable[[], Iterator[str]]) -> list[str]:
    """Return a part of the screen; what cannot be read says so, as the rest still helps."""
    try:
        lines = [_cut(line) for line in read()]
    except (BotoCoreError, ClientError) as error:
        return [f"  {title}: cannot be read: {_cut(str(error))}"]
    return [f"  {title}:", *(f"    {line}" for line in lines)] if lines else []


def _events(service: _Found, since: Any) -> Sequence[str]:  # noqa: ANN401 - a time as botocore gives it
    """Return what ECS said of the service since its deployment began, the newest first, each thing once."""
    told: dict[str, None] = {}
    for event in service.get("events", ()):
        if since is None or event.get("createdAt") is None or event["createdAt"] >= since:
            told.setdefault(str(event.get("message", "")).removeprefix(f"(service {service.get('serviceName')}) "))
    return list(told)[:_EVENTS]


def _stopped(wanted: WantedRollout, clients: Mapping[str, Client]) -> Iterator[str]:
    """Yield why tasks of the revision stopped, how often, and the last lines of the newest one's log."""
    tasks = list(_of_revision(wanted, clients["ecs"]))
    for reason, count in Counter(_reason(task) for task in tasks).most_common(3):
        yield f"{count} x {reason}" if count > 1 else reason
    if tasks and wanted.log_group and wanted.containers:
        newest = max(tasks, key=lambda task: str(task.get("stoppedAt") or task.get("createdAt") or ""))
        yield from _last_lines(wanted, str(newest["taskArn"]), clients["logs"])


def _of_revision(wanted: WantedRollout, ecs: Client) -> Iterator[_Found]:
    """Yield the stopped tasks of the revision, among the first pages: ECS lists those of every revision, in no order."""
    more: dict[str, object] = {}
    for _ in range(_TASK_PAGES):
        page = ecs.list_tasks(cluster=wanted.cluster, serviceName=wanted.service, desiredStatus="STOPPED", **more)
        found = ecs.describe_tasks(cluster=wanted.cluster, tasks=page["taskArns"])["tasks"] if page["taskArns"] else ()
        yield from (task for task in found if _revision(task.get("taskDefinitionArn", "")) == wanted.revision)
        if not page.get("nextToken"):
            return
        more = {"nextToken": page["nextToken"]}


def _reason(task: _Found) -> str:
    ends = [
        f"{container['name']} ended with exit code {container['exitCode']}"
        if container.get("exitCode") is not None
        else f"{container['name']}: {container['reason']}"
        for container in task.get("containers", ())
        if container.get("exitCode") or container.get("reason")
    ]
    return "; ".join([*ends, str(task.get("stoppedReason") or task.get("stopCode") or "ECS gives no reason")])


def _last_lines(wanted: WantedRollout, task_arn: str, logs: Client) -> Iterator[str]:
    name = wanted.containers[0]
    stream = f"{name}/{name}/{task_arn.rpartition('/')[2]}"
    try:
        events = logs.get_log_events(
            logGroupName=wanted.log_group, logStreamName=stream, limit=_LOG_LINES, startFromHead=False
        )["events"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            yield f"nothing was logged to {wanted.log_group}, stream {stream}"
            return
        raise
    yield f"last lines of {wanted.log_group}, stream {stream}:"
    for event in events:
        yield f"  {str(event.get('message', '')).rstrip()}"


def _targets(state: _State, balancer: Client) -> Iterator[str]:
    for group in state.target_groups:
        answer = balancer.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        states = [found.get("TargetHealth", {}) for found in answer]
        bad = Counter(
            f"{state['State']}: {state.get('Description') or state.get('Reason') or 'no reason given'}"
            for state in states
            if state.get("State") not in {"healthy", "draining", "initial"}
        )
        for words, count in bad.most_common(3):
            yield f"{count} of {len(states)} {words}"


def _fired(state: _State, cloudwatch: Client, since: Any) -> Iterator[str]:  # noqa: ANN401 - a time as botocore gives it
    """Yield the alarms that sound; only those that began after a time, if one is given."""
    if not state.alarms:
        return
    # A service's alarms are metrics'. Composite ones are shown only to who may see all of the account's.
    answer = cloudwatch.describe_alarms(AlarmNames=list(state.alarms), AlarmTypes=["MetricAlarm"])
    for alarm in answer.get("MetricAlarms", ()):
        if alarm.get("StateValue") == "ALARM" and (since is None or alarm["StateUpdatedTimestamp"] >= since):
            yield f"the alarm {alarm['AlarmName']} sounds: {alarm.get('StateReason', 'no reason given')}"


def _late(state: _State, cloudwatch: Client) -> Sequence[str]:
    """Return the alarms that began to sound since the deployment did. ECS looks at them, too: where they cannot be read, its word counts."""
    try:
        return list(_fired(state, cloudwatch, state.since))
    except (BotoCoreError, ClientError):
        return ()


def _is_aws(client: Client) -> bool:
    host = urllib.parse.urlsplit(client.meta.endpoint_url).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn"))


def _revision(task_definition: str) -> str:
    return task_definition.rpartition("/")[2]


def _words(state: str) -> str:
    return state.replace("_", " ").lower()


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."

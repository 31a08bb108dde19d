"""One screen of how a stack is: what runs, what is ill, what sounds, what it costs, and what comes next."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # has no types of its own

from operations import _databases as databases
from operations import _services as services
from operations._command import OK, REFUSED, Command, Context, told

_SOON_DAYS = 30
_CLOUDFRONT_REGION: Final = "us-east-1"
"""Where CloudFront takes certificates from."""
_KEY_TYPES: Final = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")


def _run(context: Context, _options: argparse.Namespace) -> int:
    now = dt.datetime.now(tz=dt.UTC)
    parts: dict[str, Callable[[], Any]] = {
        "alarms": lambda: _alarms(context),
        "database": lambda: _database(context, now),
        "certificates": lambda: certificates(context, now),
        "schedules": lambda: _schedules(context),
        "monthUsd": lambda: _month(context, now),
    }
    # Without these there is nothing to tell; the rest may be out of these credentials' reach.
    data: dict[str, Any] = {"stack": context.stack.name, "region": context.stack.region, "at": now}
    data["services"] = _services(context)
    unread: dict[str, str] = {}
    for name, read in parts.items():
        try:
            data[name] = read()
        except (BotoCoreError, ClientError) as error:
            unread[name] = told(error)
    data["unread"] = unread
    context.result(data, _screen(context, data, now))
    return OK if _well(data) else REFUSED


def _services(context: Context) -> Mapping[str, Any]:
    shown = {}
    for key, found in services.describe(context).items():
        definition = services.task_definition(context, found["taskDefinition"])
        primary: services.Found = next((d for d in found.get("deployments", ()) if d.get("status") == "PRIMARY"), {})
        shown[key] = {
            "running": found["runningCount"],
            "wanted": found["desiredCount"],
            "revision": found["taskDefinition"].rpartition("/")[2],
            "image": services.image(definition, key),
            "rollout": primary.get("rolloutState", ""),
            "since": primary.get("updatedAt") or primary.get("createdAt"),
            "unhealthy": _unhealthy(context, found),
        }
    return shown


def _unhealthy(context: Context, found: services.Found) -> int:
    groups = [balancer["targetGroupArn"] for balancer in found.get("loadBalancers", ()) if "targetGroupArn" in balancer]
    states = [
        target["TargetHealth"]["State"]
        for group in groups
        for target in context.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    ]
    return sum(state in {"unhealthy", "unavailable"} for state in states)


def _alarms(context: Context) -> Sequence[Mapping[str, Any]]:
    pages = context.client("cloudwatch").get_paginator("describe_alarms")
    pages = pages.paginate(AlarmNamePrefix=f"{context.stack.name_prefix}-", StateValue="ALARM")
    return [
        {
            "name": alarm["AlarmName"],
            "since": alarm.get("StateUpdatedTimestamp"),
            "reason": alarm.get("StateReason", ""),
        }
        for page in pages
        for alarm in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ()))
    ]


def _database(context: Context, now: dt.datetime) -> Mapping[str, Any] | None:
    if context.stack.database is None:
        return None
    found = databases.describe(context, context.stack.database)
    latest = found.get("LatestRestorableTime")
    return {
        "identifier": context.stack.database,
        "status": found["DBInstanceStatus"],
        "version": found.get("EngineVersion"),
        "backupAgeMinutes": round((now - latest).total_seconds() / 60) if latest else None,
    }


def certificates(context: Context, now: dt.datetime) -> Sequence[Mapping[str, Any]]:
    """Return the certificates of the stack's hosts, and how many days they last, those of CloudFront too."""
    settings, hosts = context.stack.settings, set(context.stack.hosts)
    regions = [context.stack.region]
    if settings.media and settings.media.cdn and settings.media.cdn.host:
        hosts.add(settings.media.cdn.host)
    if settings.cdn or (settings.media and settings.media.cdn):
        regions.append(_CLOUDFRONT_REGION)
    if not hosts:
        return []
    return [
        {"host": summary["DomainName"], "region": region, "daysLeft": (summary["NotAfter"] - now).days}
        for region in dict.fromkeys(regions)
        # Without being asked, ACM lists those with RSA keys of 1024 and 2048 bits only.
        for page in context.client("acm", region)
        .get_paginator("list_certificates")
        .paginate(Includes={"keyTypes": list(_KEY_TYPES)})
        for summary in page["CertificateSummaryList"]
        if summary.get("NotAfter")
        and {summary.get("DomainName"), *summary.get("SubjectAlternativeNameSummaries", ())} & hosts
    ]


def _schedules(context: Context) -> Sequence[Mapping[str, Any]]:
    resources = [f"service/{context.stack.cluster}/{name}" for name in context.stack.services.values()]
    scaler = context.client("application-autoscaling")
    found = [
        action
        for resource in resources
        for page in scaler.get_paginator("describe_scheduled_actions").paginate(
            ServiceNamespace="ecs", ResourceId=resource
        )
        for action in page["ScheduledActions"]
    ]
    return [
        {
            "service": action["ResourceId"].rpartition("/")[2],
            "when": action["Schedule"],
            "zone": action.get("Timezone", "UTC"),
            "tasks": action.get("ScalableTargetAction", {}).get("MinCapacity"),
        }
        for action in found
    ]


def _month(context: Context, now: dt.datetime) -> float:
    """Return what the stack cost since the first of the month, by its tags, US dollars; they must be cost allocation tags."""
    settings, first = context.stack.settings, now.date().replace(day=1)
    tags = {"app": settings.app, "environment": settings.environment}
    answer = context.client("ce").get_cost_and_usage(
        TimePeriod={"Start": first.isoformat(), "End": (now.date() + dt.timedelta(days=1)).isoformat()},
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        Filter={"And": [{"Tags": {"Key": key, "Values": [value]}} for key, value in tags.items()]},
    )
    return round(
        sum(float(period["Total"].get("UnblendedCost", {}).get("Amount", 0)) for period in answer["ResultsByTime"]), 2
    )


def _well(data: Mapping[str, Any]) -> bool:
    ill = [
        s for s in data["services"].values() if s["running"] < s["wanted"] or s["unhealthy"] or s["rollout"] == "FAILED"
    ]
    return not ill and not data.get("alarms")


def _screen(context: Context, data: Mapping[str, Any], now: dt.datetime) -> str:
    stack = context.stack
    lines = [f"{stack.name} in {stack.region}: {'well' if _well(data) else 'not well'}", ""]
    if "services" in data:
        rows = [
            [
                key,
                f"{s['running']} of {s['wanted']}",
                s["unhealthy"] or "-",
                s["rollout"].lower() or "-",
                s["revision"],
                s["image"].rpartition("/")[2],
            ]
            for key, s in data["services"].items()
        ]
        lines += [context.table(["service", "tasks", "ill", "rollout", "revision", "image"], rows), ""]
    for alarm in data.get("alarms", ()):
        lines.append(f"alarm: {alarm['name']} since {alarm['since']:%Y-%m-%d %H:%M}: {alarm['reason'][:120]}")
    if database := data.get("database"):
        age = database["backupAgeMinutes"]
        backed = f"can be restored to {age} minutes ago" if age is not None else "has nothing to restore yet"
        lines.append(
            f"database: {database['identifier']} {database['status']}, version {database['version']}, {backed}"
        )
    for certificate in data.get("certificates", ()):
        soon = ", renewal is late" if certificate["daysLeft"] < _SOON_DAYS else ""
        lines.append(
            f"certificate: {certificate['host']} in {certificate['region']} for {certificate['daysLeft']} days{soon}"
        )
    for schedule in data.get("schedules", ()):
        lines.append(
            f"schedule: {schedule['service']} at least {schedule['tasks']} tasks, {schedule['when']} {schedule['zone']}"
        )
    if "monthUsd" in data:
        lines.append(f"cost: {data['monthUsd']:.2f} USD since {now:%Y-%m}-01 (by the tags app and environment)")
    lines += [f"{name}: {reason}" for name, reason in data["unread"].items()]
    return "\n".join(lines)


COMMAND = Command(name="status", help="One screen: services, health, alarms, backups, certificates, cost", run=_run)

"""Tags: none takes another's place."""

from __future__ import annotations

from collections.abc import Iterator

from limits import quotas
from policy.common import credentials
from settings.derived import OWN_TAGS, OWNER_TAG
from settings.model import Settings
from settings.problems import Problem, at


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    if settings.environment == "production" and "owner" not in settings.tags:
        yield at(["tags"], "there is no owner among them, which the policy required-tags asks for in production")


def problems(settings: Settings) -> Iterator[Problem]:
    """Check that no tag takes another's place: IAM does not tell capital letters from small ones."""
    seen = {**dict.fromkeys(OWN_TAGS, "the program sets it"), OWNER_TAG: "slipway:ownerId sets it"}
    for key in settings.tags:
        if key.lower() in seen:
            yield at(["tags", key], f"{key!r} is there already: {seen[key.lower()]}; choose another key")
        seen[key.lower()] = f"as {key!r}"
    yield from _few(settings)
    yield from _clear_text(settings)
    yield from _empty(settings)


def _clear_text(settings: Settings) -> Iterator[Problem]:
    for key, value in settings.tags.items():
        if credentials.looks_secret(key, value):
            yield at(["tags", key], "looks like a secret, and everybody who lists resources reads tags: take it out")


def _few(settings: Settings) -> Iterator[Problem]:
    """Check that all tags fit on a Route 53 health check, beside its name."""
    most = quotas.HEALTH_CHECK_TAGS - len(OWN_TAGS) - 1
    if settings.uptime_check and len(settings.tags) > most:
        yield at(
            ["tags"],
            f"{len(settings.tags)} given; a Route 53 health check takes {most} beside the program's own: take some out, or leave uptimeCheck out",
            ["tags", "*"],
            ["uptimeCheck"],
        )


def _empty(settings: Settings) -> Iterator[Problem]:
    """Check that a tag has a value where the stack has a group of schedules: EventBridge Scheduler takes no empty one."""
    rotated = [name for name, secret in settings.secrets.items() if secret.rotate_days or secret.key_rotate_days]
    why = "hibernation" if settings.hibernation else f"secrets.{rotated[0]}.rotateDays" if rotated else None
    for key, value in settings.tags.items():
        if not value and why:
            yield at(
                ["tags", key],
                f"is empty, which EventBridge Scheduler refuses on the schedules of {why}: give it a value, or leave the tag out",
                ["hibernation"],
                ["secrets", "*"],
            )

"""What services may do in AWS: grants that can never work, and `*` where IAM can name what is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import limits
from policy.common.grants import Fault, faults
from settings.model import Permission, Settings
from settings.problems import Place, Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    for where, fault in _faults(settings):
        if fault.kind != "unseen":
            yield at(
                [*where, fault.where, fault.index], fault.message, [*where, "actions", "*"], [*where, "resources", "*"]
            )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    for where, fault in _faults(settings):
        if fault.kind == "unseen":
            yield at([*where, fault.where, fault.index], fault.message)


def _faults(settings: Settings) -> Iterator[tuple[Place, Fault]]:
    partition = limits.partition(settings.aws.region)
    granted: dict[tuple[str, ...], Sequence[Permission]] = {
        ("services", key): service.permissions for key, service in settings.services.items()
    }
    granted[("extension",)] = settings.extension.permissions if settings.extension else ()
    for where, permissions in granted.items():
        for index, permission in enumerate(permissions):
            for fault in faults(permission.actions, permission.resources, partition):
                yield [*where, "permissions", index], fault

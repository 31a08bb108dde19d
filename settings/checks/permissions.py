"""What services may do in AWS: grants that can never work, and `*` where IAM can name what is meant."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from policy.common.grants import Fault, faults
from settings.model import Settings
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
    for key, service in settings.services.items():
        for index, permission in enumerate(service.permissions):
            for fault in faults(permission.actions, permission.resources, partition):
                yield ["services", key, "permissions", index], fault

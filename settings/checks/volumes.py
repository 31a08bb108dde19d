"""Volumes: each is there, is used, and hides nothing that the container needs."""

from __future__ import annotations

from collections.abc import Iterator

import limits
from settings.model import Settings
from settings.problems import Problem, at

_HIDES = frozenset({"/tmp", "/dev", "/proc", "/sys", "/etc", "/usr", "/bin", "/lib", "/lib64", "/sbin"})  # noqa: S108 - folders of a container
_MOST = 100
"""File systems and access points in one stack: a quarter of what one account may have."""


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    if len(settings.volumes) > _MOST:
        yield at(["volumes"], f"{len(settings.volumes)} are too many; at most {_MOST} are allowed")
    for name, other in limits.apart(settings.volumes):
        yield at(["volumes", name], other)
    for key, service in settings.services.items():
        taken: dict[str, str] = {}
        for name, mount in service.volumes.items():
            place = ["services", key, "volumes", name]
            if name not in settings.volumes:
                known = limits.listed(list(settings.volumes)) if settings.volumes else "none is declared"
                yield at(place, f"there is no volume {name}; slipway:volumes: {known}", ["volumes", name])
            if mount.path in _HIDES:
                yield at(
                    [*place, "path"], f"{mount.path} is the system's own folder: a volume would hide what is in it"
                )
            if other_volume := next((one for path, one in taken.items() if _inside(mount.path, path)), None):
                yield at([*place, "path"], f"{mount.path} is inside the folder of volume {other_volume}, or around it")
            taken[mount.path] = name


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what is legal but unwise."""
    mounted = {name for service in settings.services.values() for name in service.volumes}
    for name in settings.volumes:
        if name not in mounted:
            yield at(["volumes", name], "no service mounts it")
    if settings.volumes and settings.environment == "production" and settings.backup is None:
        yield at(["volumes"], "without `backup` nothing brings back files that were deleted or overwritten")


def _inside(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")

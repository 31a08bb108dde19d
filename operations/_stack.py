"""The names of what a stack file describes, as they are in AWS: no state, no CLI and no call is needed for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from preview import project, stackfile
from preview.project import InvalidProject
from preview.stackfile import InvalidStackFile
from settings import InvalidSettings, Settings, derived, parse
from settings.model import Service


class UnreadableStackError(Exception):
    """The stack file cannot be used; the text lists every mistake."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """A stack file and what AWS calls its parts."""

    name: str
    """The stack's name, such as prod."""
    path: Path
    """The stack file."""
    settings: Settings

    @property
    def name_prefix(self) -> str:
        """Return what most names begin with."""
        return self.settings.name_prefix

    @property
    def region(self) -> str:
        """Return the AWS region."""
        return self.settings.aws.region

    @property
    def cluster(self) -> str:
        """Return the ECS cluster's name."""
        return self.settings.cluster.name or self.settings.name_prefix

    @property
    def database(self) -> str | None:
        """Return the database's identifier, or None without one."""
        return (self.settings.database.name or self.settings.name_prefix) if self.settings.database else None

    @property
    def cache(self) -> str | None:
        """Return the cache's identifier, or None without one."""
        return (self.settings.cache.name or self.settings.name_prefix) if self.settings.cache else None

    @property
    def services(self) -> Mapping[str, str]:
        """Return the ECS names of the services, by their names in the stack file."""
        return {
            key: derived.service_name(self.settings, key, service) for key, service in self.settings.services.items()
        }

    @property
    def hosts(self) -> Sequence[str]:
        """Return the hosts that people use."""
        domain = self.settings.domain
        return (domain.host, *domain.alternative_hosts) if domain else ()

    def service(self, key: str) -> Service:
        """Return a service of the stack file.

        Raises:
            UnreadableStackError: there is none of that name.
        """
        try:
            return self.settings.services[key]
        except KeyError:
            known = ", ".join(sorted(self.settings.services))
            raise UnreadableStackError(f"{self.path}: there is no service {key!r}; there are: {known}") from None

    def log_group(self, key: str) -> str:
        """Return the log group of a service."""
        return derived.log_group(self.settings, key, self.service(key))

    def migration_family(self, key: str) -> str:
        """Return the family of a service's migration task."""
        return derived.migration_family(self.settings, key, self.service(key))


def read(root: Path, stack: str, file: Path | None) -> Stack:
    """Return the stack that a file describes.

    Args:
        root: the project's folder.
        stack: the stack's name, where no file is given.
        file: a stack file.

    Raises:
        UnreadableStackError: with every mistake.
    """
    try:
        found = stackfile.read(file or root / f"Pulumi.{stack}.yaml")
        values = project.read(root).values(found.config)
        return Stack(name=found.stack, path=found.path, settings=parse(values, found.stack))
    except (InvalidProject, InvalidStackFile, InvalidSettings) as error:
        raise UnreadableStackError(str(error)) from None

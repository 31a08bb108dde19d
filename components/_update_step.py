"""Something that an update does beside making resources, as a resource: done anew when what it is about changes, recorded only if it succeeded.

The engine starts the provider in a process of its own and finds its class by its module's name, so that each must stay importable
from the project's folder. Where one calls AWS, it uses the credentials of the environment, the profile or the assumed roles, not those
that a stack file gives the AWS provider.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pulumi.dynamic import CreateResult, DiffResult, ResourceProvider, UpdateResult
from pulumi.runtime import rpc


class UpdateStepProvider(ResourceProvider):
    """Does it when the resource is made and when one of `about` changes. A failure leaves no trace: the next update does it again."""

    serialize_as_secret_always = False
    about: ClassVar[Sequence[str]] = ()
    """The properties whose change does it again; a change of others does not."""

    def done(self, props: Mapping[str, Any]) -> str:
        """Do it and return what identifies the resource, or raise the reason why it failed."""
        raise NotImplementedError

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Tell whether it is to be done again. What is not known yet is new."""
        changed = any(
            rpc.UNKNOWN in (news.get(key), *_values(news.get(key))) or news.get(key) != olds.get(key)
            for key in self.about
        )
        return DiffResult(changes=changed)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Do it for the first time."""
        return CreateResult(id_=self._done(props), outs=props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Do it again."""
        self._done(news)
        return UpdateResult(outs=news)

    def _done(self, props: Mapping[str, Any]) -> str:
        # The reason is the message; where in this program it was raised helps nobody.
        sys.tracebacklimit = 0
        return self.done(props)


def _values(value: object) -> Sequence[object]:
    """Return what is inside a value, at any depth."""
    if isinstance(value, Mapping):
        return [inner for part in value.values() for inner in (part, *_values(part))]
    return [inner for part in value for inner in (part, *_values(part))] if isinstance(value, list) else []

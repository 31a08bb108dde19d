"""The key that is there already: that it is where the stack is, and encrypts what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from settings.model import EncryptedPart, Settings
from settings.problems import Problem, at


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong."""
    given = settings.encryption
    if given is None:
        return
    if (region := given.key_arn.split(":")[3]) != settings.aws.region:
        yield at(
            ["encryption", "keyArn"],
            f"is a key in {region}; what it encrypts is in {settings.aws.region}, where KMS has to have it",
            ["aws", "region"],
        )
    if "parts" not in given.model_fields_set:
        return
    there: Mapping[EncryptedPart, object] = {
        "database": settings.database,
        "cache": settings.cache,
        "media": settings.media,
        "registry": settings.registry,
        "secrets": settings.own_secrets,
        "volumes": settings.volumes,
        "queues": settings.queues,
    }
    for index, part in enumerate(given.parts):
        if not there[part] and there[part] is not settings.registry:
            yield at(["encryption", "parts", index], f"this stack has no {part}: take it out", [part])

"""Data that is lost, or kept, and by what: what holds data and goes, and what shortens how long data stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.statement import Situation, Statement, named, number, several, text, whole
from preview.compare.values import MISSING
from preview.summary import made_from

if TYPE_CHECKING:
    from preview.compare.change import Change, Property
    from preview.graph import Graph, Resource

_DATABASE: Final = "aws:rds/instance:Instance"
_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_KEY_DAYS: Final = 30
_NOT_EMPTY: Final = "what it holds keeps AWS from deleting it"
_SECRET_DAYS: Final = 30


def _of_database(resource: Resource, graph: Graph) -> str:
    del graph
    if "replicateSourceDb" in resource.inputs:
        return "only this copy goes: the database it follows keeps the data"
    if resource.inputs.get("skipFinalSnapshot") is True:
        kept = "its data is lost: no last snapshot is made"
    else:
        name = text(resource, "finalSnapshotIdentifier")
        kept = f"its data stays only in the last snapshot{f' {name}' if name else ''}; what runs is gone"
    if resource.inputs.get("deleteAutomatedBackups") is False:
        kept += ", and in the automated backups until their days are over"
    return kept


def _of_cache(resource: Resource, graph: Graph) -> str:
    del graph
    name = text(resource, "finalSnapshotIdentifier")
    return f"its content stays only in the last snapshot {name}" if name else "its content is lost: no snapshot is made"


def _of_bucket(resource: Resource, graph: Graph) -> str:
    copied = any(
        str(resource.outputs.get("id", "")) in {text(item, "bucket"), str(item.inputs.get("bucket"))}
        for item in graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig")
    )
    copy = "; the copies in the bucket it is replicated to stay" if copied else ""
    if resource.inputs.get("forceDestroy") is True:
        return f"all its objects and their versions are lost{copy}"
    return _NOT_EMPTY


def _of_repository(resource: Resource, graph: Graph) -> str:
    del graph
    if resource.inputs.get("forceDelete") is True:
        return "its images are lost, and with them the way back to versions that ran"
    return _NOT_EMPTY


def _of_vault(resource: Resource, graph: Graph) -> str:
    del graph
    return "the recovery points in it are lost" if resource.inputs.get("forceDestroy") is True else _NOT_EMPTY


def _of_log_group(resource: Resource, graph: Graph) -> str:
    del graph
    days = number(resource, "retentionInDays")
    return f"its logs of up to {days} days are lost" if days else "all its logs are lost"


def _of_key(resource: Resource, graph: Graph) -> str:
    del graph
    days = number(resource, "deletionWindowInDays") or _KEY_DAYS
    return (
        f"whatever it encrypted cannot be read any more, snapshots and backups included; AWS waits {days} days, and until then "
        "the deletion can be cancelled"
    )


def _of_secret(resource: Resource, graph: Graph) -> str:
    del graph
    days = number(resource, "recoveryWindowInDays")
    days = _SECRET_DAYS if days is None else days
    return f"its value can be restored for {days} days, then it is lost" if days else "its value is lost at once"


def _says(words: str) -> Callable[[Resource, Graph], str]:
    return lambda _resource, _graph: words


STATEFUL: Final[Mapping[str, Callable[[Resource, Graph], str]]] = {
    _DATABASE: _of_database,
    "aws:rds/cluster:Cluster": _of_database,
    "aws:docdb/cluster:Cluster": _of_database,
    "aws:neptune/cluster:Cluster": _of_database,
    "aws:dynamodb/table:Table": _says("its items are lost, but for backups made before"),
    "aws:efs/fileSystem:FileSystem": _says("its files are lost"),
    "aws:ebs/volume:Volume": _says("its data is lost"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _of_cache,
    "aws:elasticache/cluster:Cluster": _of_cache,
    "aws:s3/bucket:Bucket": _of_bucket,
    "aws:ecr/repository:Repository": _of_repository,
    _LOG_GROUP: _of_log_group,
    "aws:kms/key:Key": _of_key,
    "aws:secretsmanager/secret:Secret": _of_secret,
    "aws:backup/vault:Vault": _of_vault,
    "aws:opensearch/domain:Domain": _says("its indexes are lost"),
    "aws:sqs/queue:Queue": _says("the messages in it are lost"),
    "aws:cognito/userPool:UserPool": _says("its users are lost"),
    "aws:route53/zone:Zone": _says("its records go, and a new one has other name servers"),
}
"""By type, what of a resource's data is lost or kept when it is deleted, as a clause."""

_FROM_BACKUPS: Final = frozenset({_DATABASE, "aws:rds/cluster:Cluster"})

_MILD: Final = frozenset({_LOG_GROUP, "aws:sqs/queue:Queue"})

_SHORTER: Final[Mapping[tuple[str, str], str]] = {
    (_LOG_GROUP, "retentionInDays"): "older logs are deleted within days",
    **{
        (type_, "backupRetentionPeriod"): "older automated backups are deleted, and no restore reaches further back"
        for type_ in (_DATABASE, "aws:rds/cluster:Cluster")
    },
    ("aws:elasticache/replicationGroup:ReplicationGroup", "snapshotRetentionLimit"): "older snapshots are deleted",
    ("aws:backup/plan:Plan", "rules.lifecycle.deleteAfter"): "recovery points made from now on are kept for less long",
    ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "rules.expiration.days"): (
        "objects older than that are deleted within a day"
    ),
    (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "rules.noncurrentVersionExpiration.noncurrentDays",
    ): "older versions are deleted within a day",
    ("aws:kms/key:Key", "deletionWindowInDays"): "there is less time to cancel a deletion",
    ("aws:secretsmanager/secret:Secret", "recoveryWindowInDays"): "there is less time to restore a deleted value",
}

_UNGUARDED: Final = "AWS does not refuse its deletion any more"
_GUARDS: Final[Mapping[str, tuple[object, str]]] = {
    "deletionProtection": (True, _UNGUARDED),
    "enableDeletionProtection": (True, _UNGUARDED),
    "deletionProtectionEnabled": (True, _UNGUARDED),
    "deleteAutomatedBackups": (False, "from now on a deletion takes the automated backups with it"),
    "forceDestroy": (False, "from now on a deletion takes all it holds with it"),
    "forceDelete": (False, "from now on a deletion takes all its images with it"),
    "skipFinalSnapshot": (False, "from now on a deletion makes no last snapshot"),
}
"""By property, the value that guards, and what it means to give that up. Not set is false, but for the backups."""


def say(situation: Situation) -> Iterator[Statement]:
    """Say what becomes of data."""
    yield from _gone(situation)
    yield from _restored(situation)
    for change in situation.comparison.kind("updated", "replaced"):
        yield from _shorter(situation, change)
        yield from _unread(change)
    yield from _guards(situation)


def _gone(situation: Situation) -> Iterator[Statement]:
    groups: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in situation.comparison.changed:
        before = change.before
        if before is None or not change.gone or before.type not in STATEFUL:
            continue
        kept = _kept(before, situation.comparison.before)
        if kept.startswith(_NOT_EMPTY):
            continue  # `stops` says so, and what to do
        groups.setdefault((before.type, change.kind, kept, situation.setting(change)), []).append(change)
    for (type_, kind, kept, setting), changes in groups.items():
        yield _lost(changes, kind, kept, setting, is_mild=type_ in _MILD or "stays in AWS" in kept)


def _lost(changes: Sequence[Change], kind: str, kept: str, setting: str, *, is_mild: bool) -> Statement:
    resources = [change.before for change in changes if change.before]
    forced = sorted({item.path for change in changes for item in change.forced_by})
    why = f" (forced by {', '.join(forced[:3])})" if forced else ""
    return Statement(
        level="caution" if is_mild else "danger",
        concern="data",
        text=f"{several(resources)} {'is' if len(resources) == 1 else 'are'} {kind}{why}: {kept}",
        urns=tuple(resource.urn for resource in resources),
        setting=setting,
    )


def _kept(resource: Resource, graph: Graph) -> str:
    if resource.retain_on_delete:
        return "it stays in AWS with all its data, and Pulumi forgets it"
    return STATEFUL[resource.type](resource, graph)


def _restored(situation: Situation) -> Iterator[Statement]:
    """Say what a backup that a database is to begin with does: all, or nothing where the database is there."""
    for change in situation.comparison.changes:
        new = change.after
        if new is None or new.type not in _FROM_BACKUPS:
            continue
        backup = made_from(new)
        if change.kind in {"created", "replaced"}:
            if backup:
                yield Statement(
                    level="note",
                    concern="data",
                    text=f"{named(new)} is made from {backup}: its data, users and key are the backup's, and it takes longer the more there is",
                    urns=(new.urn,),
                    setting="slipway:database.restoreFrom",
                )
        elif backup and change.before and backup != made_from(change.before):
            yield Statement(
                level="caution",
                concern="data",
                text=(
                    f"{named(new)} stays as it is, without the data of {backup}: restoreFrom counts when a database is made; "
                    "make restore brings back one that is there"
                ),
                urns=(new.urn,),
                setting="slipway:database.restoreFrom",
            )


def _shorter(situation: Situation, change: Change) -> Iterator[Statement]:
    for item in change.properties:
        words = _SHORTER.get((change.resource.type, item.plain))
        before, after = whole(item.before), whole(item.after)
        is_log = change.resource.type == _LOG_GROUP
        if words and _is_fewer(before, after, none_is_ever=is_log):
            yield Statement(
                level="caution" if after or is_log else "danger",
                concern="data",
                text=(
                    f"{named(change.resource)}: {item.path} from {'for ever' if before is None else f'{before} days'} to "
                    f"{after or 0} days: {words}"
                ),
                urns=(change.resource.urn,),
                setting=situation.setting(change),
            )
    yield from _no_versions(situation, change)


def _is_fewer(before: int | None, after: int | None, *, none_is_ever: bool) -> bool:
    """Tell whether something is kept for fewer days: none are no days, or for ever, as a log group without a number keeps its logs."""
    if none_is_ever:
        return bool(after and (before is None or after < before))
    return before is not None and (after or 0) < before


def _no_versions(situation: Situation, change: Change) -> Iterator[Statement]:
    for item in change.of("versioningConfiguration.status"):
        if item.before == "Enabled":
            yield Statement(
                level="danger",
                concern="data",
                text=f"{named(change.resource)}: versions are not kept any more: what is overwritten or deleted is lost",
                urns=(change.resource.urn,),
                setting=situation.setting(change),
            )


_SCANNED: Final = "ExistingObjectTag/GuardDutyMalwareScanStatus"


def _unread(change: Change) -> Iterator[Statement]:
    """Say that files which are there already cannot be read any more, once only those that a scan has tagged can."""
    if change.before is None or change.resource.type != "aws:s3/bucketPolicy:BucketPolicy":
        return
    before, after = str(change.before.inputs.get("policy")), str(change.resource.inputs.get("policy"))
    if _SCANNED in after and _SCANNED not in before:
        yield Statement(
            level="danger",
            concern="data",
            text=(
                f"{named(change.resource)}: nobody reads files that are there already, CloudFront neither, until each is scanned, which has to be "
                "asked for (aws guardduty send-object-malware-scan): malwareScan.allowUnscanned keeps them readable meanwhile"
            ),
            urns=(change.resource.urn,),
            setting="slipway:media.malwareScan",
        )


def _guards(situation: Situation) -> Iterator[Statement]:
    groups: dict[str, list[Change]] = {}
    for change in situation.comparison.changes:
        before, after = change.before, change.after
        if before is None or after is None:
            continue
        if before.protect and not after.protect:
            groups.setdefault("Pulumi does not refuse its deletion any more", []).append(change)
        for item in change.properties:
            if words := _guard(item):
                groups.setdefault(words, []).append(change)
    for words, changes in groups.items():
        names = list(dict.fromkeys(named(change.resource) for change in changes))
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""  # noqa: PLR2004 - what a sentence holds
        yield Statement(
            level="caution",
            concern="data",
            text=f"{', '.join(names[:4])}{more}: {words}",
            urns=tuple(change.resource.urn for change in changes),
            setting="slipway:protection",
        )


def _guard(item: Property) -> str:
    """Return what it means that a property does not guard its resource any more; empty where it does, or never did."""
    guarding, words = _GUARDS.get(item.plain, (None, ""))
    if not words:
        return ""
    unset = item.plain == "deleteAutomatedBackups"
    before = unset if item.before is MISSING else item.before
    after = unset if item.after is MISSING else item.after
    return words if before is guarding and after is not guarding else ""

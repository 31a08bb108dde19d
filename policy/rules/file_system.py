"""File systems: encryption, and what access points show."""

from collections.abc import Iterator
from typing import Final

from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
from policy.values import UNKNOWN

FILE_SYSTEM: Final = "aws:efs/fileSystem:FileSystem"
_ACCESS_POINT: Final = "aws:efs/accessPoint:AccessPoint"


@resource_rule(
    Control(
        name="file-system-encrypted",
        title="File systems are encrypted",
        category="Encryption",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Files lie readable on disk. It can be chosen only when the file system is made.",
        remediation="aws.efs.FileSystem(..., encrypted=True, kms_key_id=key.arn)",
        url=HUB + "efs-controls.html#efs-1",
        fsbp=("EFS.1", "EFS.8"),
        cis=("2.3.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_42",),
        prowler=("efs_encryption_at_rest_enabled",),
    ),
    FILE_SYSTEM,
)
def file_system_encrypted(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default where a program makes it."""
    yield from resource.must_be("encrypted", wanted=True, fix="encrypted=True (replaces the file system)")


@resource_rule(
    Control(
        name="file-system-under-own-key",
        title="File systems are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="EFS's own key cannot be withdrawn.",
        remediation="aws.efs.FileSystem(..., encrypted=True, kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_184",),
    ),
    FILE_SYSTEM,
)
def file_system_under_own_key(resource: Resource, _config: Config) -> Iterator[Finding]:
    """What is not encrypted at all: file-system-encrypted."""
    if resource.flag("encrypted") is not False:
        yield from resource.must_have_own_key("kmsKeyId", fix="kms_key_id=key.arn (replaces the file system)")


@resource_rule(
    Control(
        name="file-access-point-has-root",
        title="Access points show a folder of their own",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Each application otherwise sees the files of all.",
        remediation='aws.efs.AccessPoint(..., root_directory={"path": "/media"})',
        url=HUB + "efs-controls.html#efs-3",
        fsbp=("EFS.3",),
        nist=("AC-6",),
        checkov=("CKV_AWS_329",),
        prowler=("efs_access_point_enforce_root_directory",),
    ),
    _ACCESS_POINT,
)
def file_access_point_has_root(resource: Resource, _config: Config) -> Iterator[Finding]:
    """The root of the file system is the default."""
    path = resource.text("rootDirectory.path", default="/")
    yield from resource.must_hold(
        UNKNOWN if path is UNKNOWN else path != "/",
        "rootDirectory.path is / and so the whole file system, wanted a folder",
        about="rootDirectory.path",
        fix='root_directory={"path": "/media"}',
    )


@resource_rule(
    Control(
        name="file-access-point-has-user",
        title="Access points act as a user of their own",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="The client says who it is, and may say root.",
        remediation='aws.efs.AccessPoint(..., posix_user={"uid": 1000, "gid": 1000})',
        url=HUB + "efs-controls.html#efs-4",
        fsbp=("EFS.4",),
        nist=("AC-6",),
        checkov=("CKV_AWS_330",),
        prowler=("efs_access_point_enforce_user_identity",),
    ),
    _ACCESS_POINT,
)
def file_access_point_has_user(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Whatever the client calls itself."""
    yield from resource.must_be_set("posixUser", fix='posix_user={"uid": 1000, "gid": 1000}')

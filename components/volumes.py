"""File systems on EFS that services share: encrypted, in every zone, reached over TLS and only through their access points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components._checked import Checked
from components._dependencies import with_dependencies
from components._task import TaskVolume
from components.encryption_key import DataKey, data_key

NFS: Final = 2049
"""The port of mount targets."""
_DAYS: Final = (1, 7, 14, 30, 60, 90, 180, 270, 365)
_MOST_ID: Final = 4_294_967_295


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumeArgs:
    """One file system."""

    user_id: int = 1000
    """User and group of every file and everybody, 0 to 4294967295. A change replaces the access point, not the files."""
    infrequent_access_days: int | None = None
    """Days without a reading after which files move to Infrequent Access; None: never."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VolumesArgs(Checked):
    """The file systems of a stack."""

    name_prefix: str
    """What generated names start with."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    vpc_id: Input[str]
    """The network of their security group."""
    subnet_ids: Mapping[str, Input[str]]
    """An isolated subnet in each zone, by zone."""
    volumes: Mapping[str, VolumeArgs] = field(default_factory=dict)
    """The file systems by name."""
    protect: bool = True
    """Whether Pulumi refuses to delete the file systems and their key."""
    key_deletion_days: int = 30
    """Days their deleted key, and with it every file and backup, can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts files, where it is there already; None: one of its own is made. Another one replaces the file systems."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.volumes:
            yield "volumes", "none given"
        if not self.subnet_ids:
            yield "subnet_ids", "none given: tasks reach a file system by a mount target in their zone"
        for name, volume in self.volumes.items():
            if not 0 <= volume.user_id <= _MOST_ID:
                yield "volumes", f"{name}: user_id {volume.user_id} is outside 0 to {_MOST_ID}"
            if volume.infrequent_access_days not in (None, *_DAYS):
                yield (
                    "volumes",
                    f"{name}: infrequent_access_days is {volume.infrequent_access_days}; allowed: {', '.join(map(str, _DAYS))}",
                )


class Volumes(pulumi.ComponentResource):
    """The file systems of a stack, a security group and a key for all."""

    security_group_id: Output[str]
    """The group of the mount targets; who mounts adds a rule."""
    arns: Mapping[str, Output[str]]
    """The file systems' ARNs by name."""
    ids: Mapping[str, Output[str]]
    """The file systems' ids by name."""
    mounts: Mapping[str, TaskVolume]
    """What task definitions name, by name; known once every zone has its mount target."""
    access_point_arns: Mapping[str, Output[str]]
    """What permissions name, by name."""

    def __init__(self, name: str, args: VolumesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Volumes", name, None, opts)
        key = data_key(self, name, args, f"Files of {args.name_prefix}", args.data_key_arn)
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name_prefix=f"{args.name_prefix}-{name}-",
            description=f"Mount targets of {args.name_prefix}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self),
        )
        arns: dict[str, Output[str]] = {}
        ids: dict[str, Output[str]] = {}
        mounts: dict[str, TaskVolume] = {}
        points: dict[str, Output[str]] = {}
        for volume, given in sorted(args.volumes.items()):
            system = self._file_system(f"{name}-{volume}", f"{args.name_prefix}-{volume}", args, given, key)
            targets = self._mount_targets(f"{name}-{volume}", system, args.subnet_ids, group)
            policy = self._policy(f"{name}-{volume}", system, args)
            point = self._access_point(f"{name}-{volume}", f"{args.name_prefix}-{volume}", system, given)
            arns[volume], ids[volume] = system.arn, system.id
            points[volume] = point.arn
            mounts[volume] = TaskVolume(
                name=volume,
                file_system_id=with_dependencies(system.id, *targets, policy),
                access_point_id=point.id,
            )
        self.security_group_id = group.id
        self.arns, self.ids, self.mounts, self.access_point_arns = arns, ids, mounts, points
        self.register_outputs({"security_group_id": group.id, "arns": arns})

    def _file_system(
        self, name: str, shown: str, args: VolumesArgs, volume: VolumeArgs, key: DataKey
    ) -> aws.efs.FileSystem:
        days = volume.infrequent_access_days
        word = f"AFTER_{days}_DAY{'' if days == 1 else 'S'}"
        return aws.efs.FileSystem(
            name,
            encrypted=True,
            kms_key_id=key.arn,
            # Bursts would be spent; this one is billed by what is read and written.
            throughput_mode="elastic",
            lifecycle_policies=[
                aws.efs.FileSystemLifecyclePolicyArgs(transition_to_ia=word),
                aws.efs.FileSystemLifecyclePolicyArgs(transition_to_primary_storage_class="AFTER_1_ACCESS"),
            ]
            if days
            else None,
            tags={"Name": shown},
            opts=ResourceOptions(parent=self, protect=args.protect),
        )

    def _mount_targets(
        self, name: str, system: aws.efs.FileSystem, subnets: Mapping[str, Input[str]], group: aws.ec2.SecurityGroup
    ) -> Sequence[aws.efs.MountTarget]:
        return [
            aws.efs.MountTarget(
                f"{name}-{zone}",
                file_system_id=system.id,
                subnet_id=subnet,
                security_groups=[group.id],
                # A zone has one mount target of a file system.
                opts=ResourceOptions(parent=self, delete_before_replace=True),
            )
            for zone, subnet in sorted(subnets.items())
        ]

    def _policy(self, name: str, system: aws.efs.FileSystem, args: VolumesArgs) -> aws.efs.FileSystemPolicy:
        """Without a policy everybody who reaches a mount target reads and writes; with this one only whom IAM lets, over TLS."""
        root = Output.concat("arn:", documents.partition(args.region), ":iam::", args.account_id, ":root")
        return aws.efs.FileSystemPolicy(
            name,
            file_system_id=system.id,
            policy=documents.policy(
                documents.allow(
                    ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                    [system.arn],
                    {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
                    principal={"AWS": root},
                ),
                documents.deny(
                    ["elasticfilesystem:Client*"],
                    [system.arn],
                    {"Bool": {"aws:SecureTransport": "false"}},
                    principal="*",
                ),
            ),
            opts=ResourceOptions(parent=self),
        )

    def _access_point(
        self, name: str, shown: str, system: aws.efs.FileSystem, volume: VolumeArgs
    ) -> aws.efs.AccessPoint:
        return aws.efs.AccessPoint(
            name,
            file_system_id=system.id,
            posix_user=aws.efs.AccessPointPosixUserArgs(uid=volume.user_id, gid=volume.user_id),
            root_directory=aws.efs.AccessPointRootDirectoryArgs(
                path="/files",
                creation_info=aws.efs.AccessPointRootDirectoryCreationInfoArgs(
                    owner_uid=volume.user_id, owner_gid=volume.user_id, permissions="0750"
                ),
            ),
            tags={"Name": shown},
            opts=ResourceOptions(parent=self),
        )

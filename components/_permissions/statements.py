"""What `pulumi up` and `pulumi preview` need for a stack's parts: each call on what is the stack's, and on nothing else.

Most statements are derived. A part says which calls it takes (`actions`), AWS's table what a call is about, and the type of that how
the stack's own are told from others: by name, where the program gives one; else by the stack's tags. What is being made has no tags
yet, so the request must give it them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from components import _documents as documents
from components._permissions import actions as known
from components._permissions.guards import guards
from components._permissions.scope import ACCOUNT, VPC, Part, Scope, Statement
from policy.common import iam_actions


def deploy_statements(scope: Scope) -> Sequence[Statement]:
    """Return what `pulumi up` needs, and what it is refused whatever else is attached to the role."""
    words = _words(scope, known.READS) | _words(scope, known.WRITES)
    return [
        *_derived(scope, words),
        *_identity(scope),
        *_master_password(scope, ["DescribeSecret", "CancelRotateSecret", "RotateSecret"]),
        *_global_clusters(scope),
        *_restoring(scope),
        *_secrets(scope),
        *_network(scope),
        *_tasks(scope),
        *_at_shared_balancer(scope),
        *_emptying(scope),
        *_records(scope),
        *_keys(scope),
        *_roles(scope),
        *_state(scope, ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], ["Decrypt", "Encrypt", "GenerateDataKey"]),
        *guards(scope),
    ]


def preview_statements(scope: Scope) -> Sequence[Statement]:
    """Return what `pulumi preview` needs: to read what the stack is made of, not what it holds."""
    words = [word for word in _words(scope, known.READS) if word not in known.ALL_OR_NOTHING]
    return [
        *_derived(scope, words),
        *_identity(scope),
        *_master_password(scope, ["DescribeSecret"]),
        *_global_clusters(scope),
        *(_state(scope, ["s3:GetObject"], ["Decrypt"]) if scope.preview_reads_state else ()),
    ]


def _words(scope: Scope, table: Mapping[Part, str]) -> dict[str, None]:
    return dict.fromkeys(word for part in scope.parts for word in table.get(part, "").split())


@dataclass(slots=True)
class _Service:
    """What is granted of one service."""

    anything: list[str] = field(default_factory=list)
    """Actions that know no resource."""
    arns: dict[str, dict[str, None]] = field(default_factory=dict)
    """The ARNs of what the program names, by the type of it."""
    named: dict[str, None] = field(default_factory=dict)
    """Actions on what the program names."""
    names: dict[str, None] = field(default_factory=dict)
    """Those names' ARNs."""
    crowd: dict[str, None] = field(default_factory=dict)
    """The ARNs of what has names that are too many, as patterns."""
    crowd_making: dict[str, None] = field(default_factory=dict)
    """Actions that make these, or tag them in making."""
    crowd_tagged: dict[str, None] = field(default_factory=dict)
    """Actions on these, with the stack's tags."""
    tagged: dict[str, None] = field(default_factory=dict)
    """Actions on what has the stack's tags."""
    making: dict[str, str] = field(default_factory=dict)
    """Actions that make what AWS names, and its ARN."""
    untold: dict[str, None] = field(default_factory=dict)
    """Actions on what neither names nor tags tell apart."""
    untold_arns: dict[str, None] = field(default_factory=dict)


def _derived(scope: Scope, words: Collection[str]) -> Iterator[Statement]:
    services: dict[str, _Service] = {}
    for word in words:
        service = word.partition(":")[0]
        _sort(scope, word, services.setdefault(service, _Service()))
    yield from _everywhere(scope, services)
    yield from _by_name(services)
    yield from _by_beginning(scope, services)
    yield from _by_tag(scope, services)
    for name, granted in services.items():
        if granted.untold:
            yield documents.allow(list(granted.untold), list(granted.untold_arns), sid=_sid("Untold", name))


def _sort(scope: Scope, word: str, service: _Service) -> None:
    """Add an action to what is granted of its service."""
    found = iam_actions.find(word)
    if found is None:
        raise ValueError(f"{word} is not an action of IAM")
    prefix = word.partition(":")[0]
    made = known.CREATES.get(word)
    if made is not None:
        service.making[word] = made
    elif not found.resource_types:
        service.anything.append(word)
    for kind in found.resource_types:
        type_ = f"{prefix}:{kind.name}"
        if _is_others(scope, word, type_):
            continue
        if type_ in known.NAMED:
            _sort_named(scope, word, type_, service)
        elif type_ in known.NAMED_BY_AWS:
            # What it makes is another thing than what it is made in, which is there and has the tags.
            if kind.name != made or word in _ALSO_CHANGES:
                service.tagged[word] = None
        elif type_ in known.UNTOLD:
            service.untold[word] = None
            owner = kind.arn.split(":")[2]
            service.untold_arns |= dict.fromkeys(scope.arns(owner, [known.UNTOLD[type_]]))


def _is_others(scope: Scope, word: str, type_: str) -> bool:
    """Tell whether an action is about what another stack makes, and is that one's alone."""
    if type_ == "ecs:cluster":
        return scope.shared.cluster
    return scope.shared.registry and type_ == "ecr:repository" and word not in known.IMAGES


def _sort_named(scope: Scope, word: str, type_: str, service: _Service) -> None:
    """Add an action on what the program names: where there are too many names, by the tags that it asks for or finds, too."""
    if type_ not in service.arns:
        service.arns[type_] = dict.fromkeys(scope.arns(word.partition(":")[0], known.NAMED[type_]))
    arns = service.arns[type_]
    if _is_crowded(scope, type_):
        keys = {key.partition("/")[0] for kind in iam_actions.resources(word) for key in kind.condition_keys}
        verb = word.partition(":")[2]
        new = verb.startswith(("Create", "Register")) and not verb.startswith("CreateLogStream")
        makes = "aws:RequestTag" in keys and (new or verb == "TagResource")
        finds = "aws:ResourceTag" in keys and not new
        if makes:
            service.crowd_making[word] = None
        if finds:
            service.crowd_tagged[word] = None
        if makes or finds:
            service.crowd |= arns
            return
    service.named[word] = None
    service.names |= arns
    if type_ in known.RENAMED:
        service.tagged[word] = None


def _is_crowded(scope: Scope, type_: str) -> bool:
    return any(f"{{{kind}}}" in pattern for kind in scope.crowded for pattern in known.NAMED[type_])


_ALSO_CHANGES = ("application-autoscaling:RegisterScalableTarget",)
"""Actions that make a thing or change the one that is there."""


def _everywhere(scope: Scope, services: Mapping[str, _Service]) -> Iterator[Statement]:
    """Allow what knows no resource, and what makes things that only the tags tell from others."""
    anything = [word for service in services.values() for word in service.anything]
    if anything:
        yield documents.allow(anything, ["*"], sid="NoResource")
    made = {word: type_ for service in services.values() for word, type_ in service.making.items()}
    for number, group in enumerate(_apart(made), start=1):
        arns = dict.fromkeys(arn for word in group for arn in _made_arns(scope, word, made[word]))
        yield documents.allow(group, list(arns), {"StringEquals": scope.requested}, sid=f"Make{number}")
    yield from _tags_in_making(scope, services)


def _made_arns(scope: Scope, word: str, type_: str) -> list[str]:
    if not _types(word):
        return ["*"]
    prefix = word.partition(":")[0]
    return scope.arns(prefix, [f"{known.NAMED_BY_AWS[f'{prefix}:{type_}']}*"])


def _apart(made: Mapping[str, str]) -> Sequence[Sequence[str]]:
    """Group actions so that no ARN of a group's new things is what another of its actions is made in.

    Else the tags in the request would open what is there, too: a subnet in a foreign network.
    """
    groups: list[list[str]] = []
    for word, type_ in made.items():
        if _types(word) and type_ not in _types(word):
            continue
        group = next((group for group in groups if all(_may_join(word, other, made) for other in group)), None)
        if group is None:
            groups.append([word])
        else:
            group.append(word)
    return groups


def _may_join(word: str, other: str, made: Mapping[str, str]) -> bool:
    """Tell whether neither action is about what the other makes, if it is not what itself makes."""
    if not _types(word) or not _types(other):
        return not _types(word) and not _types(other)
    if word.partition(":")[0] != other.partition(":")[0] or made[word] == made[other]:
        return True
    return made[other] not in _types(word) and made[word] not in _types(other)


def _types(word: str) -> Collection[str]:
    """Return what an action may be about."""
    return {kind.name for kind in iam_actions.resources(word)}


def _tags_in_making(scope: Scope, services: Mapping[str, _Service]) -> Iterator[Statement]:
    """Allow giving the stack's tags as a part of making something; what is there already keeps them from `guards`."""
    freely: list[str] = []
    untold: list[str] = []
    arns: list[str] = []
    for name, service in services.items():
        tagging = known.TAGGING.get(name)
        if tagging is None or not service.making:
            continue
        if name in known.TELLS_CREATION:
            making = [word.partition(":")[2] for word in service.making]
            condition = {"StringEquals": {**scope.requested, f"{name}:CreateAction": making}}
            yield documents.allow([tagging], ["*"], condition, sid=_sid("TagIn", name))
        elif name in known.NEVER_NAMED:
            # AWS asks about a key that is being made without an ARN, about other things with one that ends with a star.
            freely.append(tagging)
        else:
            untold.append(tagging)
            types = dict.fromkeys(service.making.values())
            patterns = [known.NAMED_BY_AWS.get(f"{name}:{type_}") for type_ in types]
            arns += scope.arns(name, [f"{pattern}*" for pattern in patterns if pattern])
    if freely:
        yield documents.allow(freely, ["*"], {"StringEquals": scope.requested}, sid="TagInMaking")
    if untold:
        yield documents.allow(untold, arns, {"StringEquals": scope.requested}, sid="TagUnnamed")


def _by_name(services: Mapping[str, _Service]) -> Iterator[Statement]:
    for name, service in services.items():
        if service.named and service.names:
            yield documents.allow(list(service.named), list(service.names), sid=_sid("Named", name))


def _by_beginning(scope: Scope, services: Mapping[str, _Service]) -> Iterator[Statement]:
    """Allow what has too many names by what these begin with, and by the stack's tags."""
    for name, service in services.items():
        for what, actions, tags in (
            ("Make", service.crowd_making, scope.requested),
            ("Own", service.crowd_tagged, scope.tagged),
        ):
            if actions:
                yield documents.allow(list(actions), list(service.crowd), {"StringEquals": tags}, sid=_sid(what, name))


def _by_tag(scope: Scope, services: Mapping[str, _Service]) -> Iterator[Statement]:
    tagged = [word for service in services.values() for word in service.tagged]
    if tagged:
        yield documents.allow(tagged, ["*"], {"StringEquals": scope.tagged}, sid="Tagged")


def _sid(what: str, service: str) -> str:
    return what + "".join(word.capitalize() for word in service.split("-"))


def _identity(scope: Scope) -> Iterator[Statement]:
    """Let the roles of the stack and of the pipeline, and their policies, be read."""
    iam = f"arn:{scope.partition}:iam::{ACCOUNT}"
    roles = [f"{iam}:role/{scope.name_prefix}/*", *(f"{iam}:role/{name}" for name in scope.own_roles)]
    reading = (
        "GetRole",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListInstanceProfilesForRole",
        "ListRolePolicies",
    )
    yield documents.allow([f"iam:{action}" for action in reading], roles, sid="ReadRoles")
    policies = [f"{iam}:policy/{scope.name_prefix}-boundary", *(f"{iam}:policy/{name}-*" for name in scope.own_roles)]
    seeing = ("GetPolicy", "GetPolicyVersion", "ListPolicyVersions")
    yield documents.allow([f"iam:{action}" for action in seeing], policies, sid="ReadPolicies")
    provider = scope.provider_arn or f"{iam}:oidc-provider/token.actions.githubusercontent.com"
    yield documents.allow(["iam:GetOpenIDConnectProvider"], [provider], sid="ReadProvider")
    yield documents.allow(["sts:GetCallerIdentity"], ["*"], sid="Identity")


def _master_password(scope: Scope, actions: Sequence[str]) -> Iterator[Statement]:
    """Let RDS keep the master password in a secret of its own making, which only a tag of AWS's tells from other databases'."""
    if "database" not in scope.parts:
        return
    secrets = scope.arns("secretsmanager", [master_secret(scope)])
    yield documents.allow(
        [f"secretsmanager:{action}" for action in actions], secrets, of_own_database(scope), sid="MasterPassword"
    )
    if "RotateSecret" in actions:
        making = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
        yield documents.allow(making, secrets, sid="NewMasterPassword")


def master_secret(scope: Scope) -> str:
    """Return the last part of the ARN of secrets in which RDS keeps passwords of a database like the stack's."""
    return "secret:rds!cluster-*" if "database-cluster" in scope.parts else "secret:rds!db-*"


def of_own_database(scope: Scope) -> Mapping[str, Mapping[str, object]]:
    """Return the condition by which the secret of the stack's database is told from others'."""
    if "database-cluster" in scope.parts:
        clusters = scope.arns("rds", ["cluster:{database-cluster}"])
        return {"ArnLike": {"aws:ResourceTag/aws:rds:primaryDBClusterArn": clusters}}
    return {"ArnLike": {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": scope.arns("rds", ["db:{database}"])}}


def _global_clusters(scope: Scope) -> Iterator[Statement]:
    """Let the provider ask whether a cluster is a part of one that spans regions: it asks of all, and of each cluster."""
    if "database-cluster" in scope.parts:
        yield documents.allow(
            ["rds:DescribeGlobalClusters"], scope.arns("rds", [":global-cluster:*"]), sid="GlobalClusters"
        )


def _restoring(scope: Scope) -> Iterator[Statement]:
    """Let the database be made from the backup that the stack file names, with the key that the backup is encrypted with."""
    backups = scope.names.get("database-backup", ())
    if "database" not in scope.parts or not backups:
        return
    if "database-cluster" in scope.parts:
        own = ["cluster:{database-cluster}", "cluster-pg:{cluster-parameters}", "og:default:*"]
        restoring = ["rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime"]
    else:
        own = ["db:{database}", "og:default:*", "pg:{name}", "pg:default.*"]
        restoring = ["rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime"]
    given = [backup for backup in backups if backup.startswith("arn:")]
    own += ["subgrp:{name}", *(backup for backup in backups if backup not in given)]
    yield documents.allow(restoring, [*scope.arns("rds", own), *given], sid="Restore")
    keys, through = scope.arns("kms", ["key/*"]), {"kms:ViaService": f"rds.{scope.regions[0]}.amazonaws.com"}
    yield documents.allow(["kms:DescribeKey"], keys, {"StringEquals": through}, sid="SeeBackupKey")
    granting = {"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    yield documents.allow(["kms:CreateGrant"], keys, granting, sid="BackupKey")


def _secrets(scope: Scope) -> Iterator[Statement]:
    """Let the program write and read the values that it makes itself: the cache's token and the database's login."""
    names = {
        "cache": f"secret:{scope.name_prefix}-cache-secret-*",
        "database": f"secret:{scope.name_prefix}-database-*",
    }
    own = [name for part, name in names.items() if part in scope.parts]
    if own:
        actions = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
        yield documents.allow(actions, scope.arns("secretsmanager", own), sid="OwnValues")


def _network(scope: Scope) -> Iterator[Statement]:
    """Let the stack take over what AWS made in its network: the default group, default list and interfaces of functions."""
    if "network" not in scope.parts:
        return
    if scope.given_addresses:
        addresses = scope.arns("ec2", [f"elastic-ip/{given}" for given in scope.given_addresses])
        yield documents.allow(["ec2:CreateNatGateway"], addresses, sid="GivenAddresses")
    if scope.given_vpc_id:
        # It has not the stack's tags, and what AWS made in it is others', too.
        given = scope.arns("ec2", [f"vpc/{scope.given_vpc_id}"])
        yield documents.allow(["ec2:CreateSecurityGroup"], given, sid="GivenNetwork")
        return
    vpc = scope.arns("ec2", [f"vpc/{VPC}"])
    inside = {"ArnEquals": {"ec2:Vpc": vpc}}
    groups = scope.arns("ec2", ["security-group/*"])
    revoking = ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"]
    yield documents.allow(revoking, groups, inside, sid="DefaultGroup")
    tagging = {**inside, "StringEquals": scope.requested}
    yield documents.allow(["ec2:CreateTags"], groups, tagging, sid="TagDefaultGroup")
    yield documents.allow(
        ["ec2:DeleteNetworkInterface"], scope.arns("ec2", ["network-interface/*"]), inside, sid="Interfaces"
    )
    # A subnet leaves its list for the network's default one, which has no tags; the subnet itself must have them.
    yield documents.allow(
        ["ec2:ReplaceNetworkAclAssociation"], scope.arns("ec2", ["network-acl/*"]), inside, sid="DefaultList"
    )


def _tasks(scope: Scope) -> Iterator[Statement]:
    """Let the cluster's tasks be listed: the call is about its machines, of which it has none, so the cluster is asked for."""
    if scope.shared.cluster:
        seeing = ["ecs:DescribeClusters", "ecs:ListTagsForResource"]
        yield documents.allow(seeing, scope.arns("ecs", ["cluster/{cluster}"]), sid="SeeCluster")
    if "ecs" in scope.parts:
        cluster = {"ArnEquals": {"ecs:cluster": scope.arns("ecs", ["cluster/{cluster}"])}}
        yield documents.allow(["ecs:ListTasks"], ["*"], cluster, sid="ListTasks")


def _at_shared_balancer(scope: Scope) -> Iterator[Statement]:
    """Let the stack have rules and its certificate at another stack's load balancer, and let that reach its tasks.

    The rules themselves have the stack's tags. Certificates have none here: whose they are, IAM cannot tell.
    """
    if scope.shared.listener_arn:
        listener = [scope.shared.listener_arn]
        making = {"StringEquals": scope.requested}
        yield documents.allow(["elasticloadbalancing:CreateRule"], listener, making, sid="SharedListener")
        certificates = [f"elasticloadbalancing:{verb}ListenerCertificates" for verb in ("Add", "Remove")]
        yield documents.allow(certificates, listener, sid="SharedListenerCertificates")
    if scope.shared.balancer_group:
        group = scope.arns("ec2", [f"security-group/{scope.shared.balancer_group}"])
        verbs = ("AuthorizeSecurityGroupEgress", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress")
        yield documents.allow([f"ec2:{verb}" for verb in verbs], group, sid="SharedBalancerGroup")


def _emptying(scope: Scope) -> Iterator[Statement]:
    if "bucket" in scope.parts and scope.empty_buckets:
        actions = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"]
        yield documents.allow(actions, scope.arns("s3", ["::{bucket}", "::{bucket}/*"]), sid="EmptyBuckets")


def _records(scope: Scope) -> Iterator[Statement]:
    """Let the stack write the records of its hosts and of their certificates' validation, in whichever zone."""
    if "dns" not in scope.parts or not scope.hosts:
        return
    names = dict.fromkeys(
        name for host in scope.hosts for name in (host.replace("*", "\\052"), f"_*.{host.removeprefix('*.')}")
    )
    key = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    yield documents.allow(
        ["route53:ChangeResourceRecordSets"],
        scope.arns("route53", ["::hostedzone/*"]),
        {"ForAllValues:StringLike": {key: list(names)}, "Null": {key: "false"}},
        sid="Records",
    )


def _keys(scope: Scope) -> Iterator[Statement]:
    """Let the names of keys be given to the stack's own keys only: the key is asked as well as the name."""
    if "key" in scope.parts:
        alias = ("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias")
        keys = scope.arns("kms", ["key/*"])
        yield documents.allow(alias, keys, {"StringEquals": scope.tagged}, sid="NamedKeys")


def _roles(scope: Scope) -> Iterator[Statement]:
    """Let the stack make roles under its own path, all within the boundary, and pass them to the services they are for."""
    roles = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/{scope.name_prefix}/*"]
    bounded = {"iam:PermissionsBoundary": scope.boundary_arn} if scope.boundary_arn else {}
    making = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"] if bounded else ["iam:CreateRole"]
    changing = ["iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"]
    yield documents.allow(
        [*making, *changing], roles, {"StringEquals": bounded} if bounded else None, sid="BoundedRoles"
    )
    attached = [name for part in scope.parts for name in known.ATTACHED.get(part, "").split()]
    if attached:
        ready = [f"arn:{scope.partition}:iam::aws:policy/{name}" for name in attached]
        condition: dict[str, Mapping[str, object]] = {"ArnEquals": {"iam:PolicyARN": ready}}
        if bounded:
            condition["StringEquals"] = bounded
        yield documents.allow(["iam:AttachRolePolicy"], roles, condition, sid="ReadyPolicies")
    # These know no condition on the boundary: the tags, which only a bounded role can have been given, stand for it.
    tidy = ["DeleteRole", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"]
    yield documents.allow([f"iam:{action}" for action in tidy], roles, {"StringEquals": scope.tagged}, sid="OwnRoles")
    yield documents.allow(["iam:TagRole"], roles, {"StringEquals": scope.requested}, sid="TagRoles")
    passed = [f"{name}.amazonaws.com" for part in scope.parts for name in known.PASSED_TO.get(part, "").split()]
    yield documents.allow(["iam:PassRole"], roles, {"StringEquals": {"iam:PassedToService": passed}}, sid="PassRoles")
    linked = [f"{name}.amazonaws.com" for part in scope.parts for name in known.LINKED.get(part, "").split()]
    service_roles = [f"arn:{scope.partition}:iam::{ACCOUNT}:role/aws-service-role/*"]
    named = {"StringEquals": {"iam:AWSServiceName": linked}}
    yield documents.allow(["iam:CreateServiceLinkedRole"], service_roles, named, sid="ServiceRoles")


def _state(scope: Scope, objects: Sequence[str], key: Sequence[str]) -> Iterator[Statement]:
    """Let the stack's own state be used, in a bucket and with a key that other stacks may have theirs in and with, too."""
    if scope.state_bucket:
        bucket = f"arn:{scope.partition}:s3:::{scope.state_bucket}"
        # The names of the stacks in a bucket are no secret; Pulumi lists them to find its own.
        yield documents.allow(["s3:ListBucket"], [bucket], sid="StateBucket")
        own = [
            f"{bucket}/.pulumi/{kind}{scope.state_stack}{ending}"
            for kind, ending in (
                ("stacks/", ".json"),
                ("stacks/", ".json.*"),
                ("history/", "/*"),
                ("backups/", "/*"),
                ("locks/organization/", "/*"),
            )
        ]
        yield documents.allow(objects, own, sid="State")
        if scope.shared.stack:
            # Its outputs are in its state, which Pulumi opens with its key, whatever of it is secret.
            theirs = [f"{bucket}/.pulumi/stacks/{scope.shared.stack}{ending}" for ending in (".json", ".json.gz")]
            yield documents.allow(["s3:GetObject"], theirs, sid="SharedState")
            own += theirs
        if "s3:PutObject" in objects and "app" in scope.tags:
            records = f"{bucket}/records/{scope.tags['app']}/{scope.state_stack.rpartition('/')[2]}/*"
            yield documents.allow(["s3:PutObject"], [records], sid="DeploymentRecords")
            own.append(records)
        yield documents.allow(["s3:GetObject"], [f"{bucket}/.pulumi/meta.yaml"], sid="StateFormat")
    if not scope.state_key_arn:
        return
    if scope.state_bucket:
        arn = f"arn:{scope.partition}:s3:::{scope.state_bucket}"
        stored = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, *own]}}
        through = {"kms:ViaService": [f"s3.{scope.state_key_arn.split(':')[3]}.amazonaws.com"]}
        yield documents.allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [scope.state_key_arn],
            {**stored, "StringEquals": through},
            sid="StateFiles",
        )
    if scope.shared.stack and scope.state_key_shared:
        of_theirs = {"StringEquals": {"kms:EncryptionContext:stack": scope.shared.stack}}
        yield documents.allow(["kms:Decrypt"], [scope.state_key_arn], of_theirs, sid="SharedStateSecrets")
    secrets = {"StringEquals": {"kms:EncryptionContext:stack": scope.state_stack}} if scope.state_key_shared else None
    yield documents.allow([f"kms:{action}" for action in key], [scope.state_key_arn], secrets, sid="StateSecrets")

"""EC2 instances: metadata, addresses and disks of them and of what they are made from."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.network_routes import ADDRESS, ADDRESS_ASSOCIATION
from policy.topology import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, SPOT_INSTANCE, SUBNET
from policy.values import UNKNOWN, Answer, Unknown

BY_DEFAULT: Final = "aws:ebs/encryptionByDefault:EncryptionByDefault"


METADATA_DEFAULTS: Final = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"


VOLUME: Final = "aws:ebs/volume:Volume"


_TOKENS: Final = "optional|no-preference"


_SINGLE: Final = (INSTANCE, SPOT_INSTANCE)


@stack_rule(
    Control(
        name="instance-metadata-tokens",
        title="Instances give out metadata only against a token (IMDSv2)",
        category="Identity",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Without tokens, one forged request through a web application reads the credentials of the instance's role.",
        remediation='aws.ec2.Instance(..., metadata_options={"http_tokens": "required"})',
        url=HUB + "ec2-controls.html#ec2-8",
        fsbp=("EC2.8", "EC2.170", "AutoScaling.3"),
        cis=("5.7",),
        nist=("AC-3", "AC-6"),
        checkov=("CKV_AWS_79",),
        prowler=("ec2_instance_imdsv2_enabled",),
        cdk_nag=("EC2IMDSv2Enabled",),
    ),
    INSTANCE,
    SPOT_INSTANCE,
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
    METADATA_DEFAULTS,
)
def metadata_tokens(graph: Graph, _config: Config) -> Iterator[Finding]:
    """What an instance does not say it takes from its launch template, and both from the account's defaults."""
    usual = {}
    for path in ("httpTokens", "httpEndpoint"):
        said = {item.inputs.text(path) for item in graph.of(METADATA_DEFAULTS)} - {"", "no-preference"}
        usual[path] = said.pop() if len(said) == 1 else UNKNOWN if said else ""
    for defaults in graph.of(METADATA_DEFAULTS):
        yield from _asks_for_tokens(defaults.inputs, "", {})
    for resource in (item.inputs for item in graph.of(*_SINGLE, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION)):
        if not _from_template(resource) or resource.has("metadataOptions"):
            yield from _asks_for_tokens(resource, "metadataOptions.", usual)


def _asks_for_tokens(resource: Resource, prefix: str, usual: Mapping[str, str | Unknown]) -> Iterator[Finding]:
    """Findings about what gives out metadata. `usual` is what holds where it says nothing."""
    answers: list[Answer] = []
    for path, wanted in (("httpTokens", "required"), ("httpEndpoint", "disabled")):
        seen = resource.text(f"{prefix}{path}") or usual.get(path, "")
        answers.append(seen if seen is UNKNOWN else seen == wanted)
    yield from resource.must_hold(
        values.some(answers),
        f"{prefix}httpTokens is {values.show(resource.text(f'{prefix}httpTokens'), _TOKENS)}, wanted required",
        about=f"{prefix}httpTokens",
        fix='metadata_options={"http_tokens": "required"}' if prefix else 'http_tokens="required"',
    )


@resource_rule(
    Control(
        name="instance-metadata-one-hop",
        title="Metadata does not travel further than the instance",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="With more hops, containers read the credentials of the instance's role. Parameter: maxHops.",
        remediation='aws.ec2.Instance(..., metadata_options={"http_put_response_hop_limit": 1, ...})',
        url="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html",
        nist=("AC-6",),
        checkov=("CKV_AWS_341",),
    ),
    INSTANCE,
    SPOT_INSTANCE,
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
    maxHops=Parameter({"type": "integer", "minimum": 1, "maximum": 64}, 1),
)
def metadata_one_hop(resource: Resource, config: Config) -> Iterator[Finding]:
    """One hop keeps containers with a network of their own from the instance's role."""
    most = config.number("maxHops")
    path = "metadataOptions.httpPutResponseHopLimit"
    hops = resource.number(path, default=1)
    yield from resource.must_hold(
        UNKNOWN if hops is UNKNOWN else hops <= most,
        f"{path} is {values.show(hops)}, wanted at most {most}",
        about=path,
        fix=f'metadata_options={{"http_put_response_hop_limit": {most}, ...}}',
    )


@stack_rule(
    Control(
        name="instances-without-public-ip",
        title="Instances get no public address",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="An instance that faces the internet is attacked within minutes; Session Manager needs no address.",
        remediation="aws.ec2.Instance(..., subnet_id=private.id, associate_public_ip_address=False)",
        url=HUB + "ec2-controls.html#ec2-9",
        fsbp=("EC2.9", "EC2.25", "AutoScaling.5"),
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_88", "CKV_AWS_389"),
        prowler=("ec2_instance_public_ip",),
        cdk_nag=("EC2InstanceNoPublicIp",),
    ),
    *_SINGLE,
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
)
def without_public_ip(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Said for the instance, or else by its subnet; or given by an Elastic IP address."""
    fix = "associate_public_ip_address=False in a private subnet; Session Manager reaches it without an address"
    for resource in (item.inputs for item in graph.of(*_SINGLE, LAUNCH_CONFIGURATION)):
        path = "associatePublicIpAddress"
        if resource.has(path):
            yield from resource.must_be(path, wanted=False, fix=fix)
        elif resource.type != LAUNCH_CONFIGURATION:
            yield from _by_subnet(graph, resource, fix)
        if resource.type in _SINGLE:
            yield from _by_elastic_address(graph, resource, fix)
    for template in graph.of(LAUNCH_TEMPLATE):
        path = "networkInterfaces.*.associatePublicIpAddress"
        yield from template.must_hold(
            values.negated(values.some(values.flag(item, default=False) for item in values.items(template.get(path)))),
            "networkInterfaces has an interface with associatePublicIpAddress true, wanted false",
            about="associatePublicIpAddress of its networkInterfaces",
            fix='network_interfaces=[{"associate_public_ip_address": "false", ...}]',
        )


def _by_elastic_address(graph: Graph, instance: Resource, fix: str) -> Iterator[Finding]:
    for path, token in (("instance", ADDRESS), ("instanceId", ADDRESS_ASSOCIATION)):
        given, vague = graph.companions(instance, path, token)
        if given:
            yield instance.fails(f"{given[0].label} gives it a public address", fix=fix)
        elif vague:
            yield instance.unknown("whether an Elastic IP address is its own is not known yet")


def _by_subnet(graph: Graph, instance: Resource, fix: str) -> Iterator[Finding]:
    if _from_template(instance) or instance.has("networkInterfaces") or instance.has("primaryNetworkInterface"):
        return
    chosen = graph.refers(instance, "subnetId", SUBNET)
    given = [subnet.flag("mapPublicIpOnLaunch") for subnet in chosen.found]
    if not instance.has("subnetId"):
        yield instance.fails("subnetId is not set, and subnets of the default VPC give public addresses", fix=fix)
    elif not chosen.certain or UNKNOWN in given:
        yield instance.unknown("whether its subnet gives public addresses is not known yet")
    elif True in given:
        yield instance.fails("its subnet gives public addresses, and associatePublicIpAddress is not set", fix=fix)


@stack_rule(
    Control(
        name="disks-encrypted",
        title="Disks of instances are encrypted",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="A snapshot that is shared by mistake is readable by anybody; a disk cannot be encrypted later.",
        remediation='aws.ebs.Volume(..., encrypted=True); aws.ec2.Instance(..., root_block_device={"encrypted": True})',
        url=HUB + "ec2-controls.html#ec2-3",
        fsbp=("EC2.3", "EC2.7"),
        nist=("SC-28",),
        checkov=("CKV_AWS_3", "CKV_AWS_8", "CKV_AWS_106", "CKV2_AWS_2"),
        prowler=("ec2_ebs_volume_encryption", "ec2_ebs_default_encryption"),
        cdk_nag=("EC26", "EC2EBSVolumeEncrypted"),
    ),
    VOLUME,
    *_SINGLE,
    LAUNCH_TEMPLATE,
    LAUNCH_CONFIGURATION,
    BY_DEFAULT,
)
def disks_encrypted(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Said for the disk, or by the account's default for what says nothing. A disk cannot be encrypted later."""
    defaults = [item.flag("enabled", default=True) for item in graph.of(BY_DEFAULT)]
    for item in graph.of(BY_DEFAULT):
        yield from item.must_be("enabled", wanted=True, default=True, fix="enabled=True")
    always = values.some(defaults)
    for resource in (item.inputs for item in graph.of(VOLUME, *_SINGLE, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION)):
        for path, seen in _disks(resource):
            encrypted = always if seen is None else values.flag(seen, default=False)
            absent = " (the default)" if seen is None else ""
            yield from resource.must_hold(
                values.some([encrypted, always]),
                f"{path} is false{absent}, wanted true",
                about=path,
                fix=_FIXES.get(path, "encrypted=True, in each block device"),
            )


_FIXES: Final = {
    "encrypted": "encrypted=True, kms_key_id=key.arn",
    "rootBlockDevice.encrypted": 'root_block_device={"encrypted": True}',
}


def _disks(resource: Resource) -> Iterator[tuple[str, values.Value]]:
    """Each disk's switch, with the property that holds it."""
    if resource.type == VOLUME:
        yield "encrypted", resource.get("encrypted")
    elif resource.type == LAUNCH_TEMPLATE:
        mappings = values.items(resource.get("blockDeviceMappings"))
        disks = [item for item in mappings if item is UNKNOWN or values.at(item, "ebs") is not None]
        # Whoever chooses the image has its disk, and which name the image gives that is not said: any disk will do.
        for disk in disks or ([None] if resource.has("imageId") else []):
            yield "blockDeviceMappings.ebs.encrypted", values.at(disk, "ebs.encrypted")
    else:
        if not _from_template(resource) or resource.has("rootBlockDevice"):
            yield "rootBlockDevice.encrypted", resource.get("rootBlockDevice.encrypted")
        for device in values.items(resource.get("ebsBlockDevices")):
            yield "ebsBlockDevices.encrypted", values.at(device, "encrypted")


def _from_template(resource: Resource) -> bool:
    return resource.has("launchTemplate")

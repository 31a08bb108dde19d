from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

INSTANCE = "ec2/instance:Instance"

TEMPLATE = "ec2/launchTemplate:LaunchTemplate"

CONFIGURATION = "ec2/launchConfiguration:LaunchConfiguration"

DEFAULT = "ebs/encryptionByDefault:EncryptionByDefault"

SPOT = "ec2/spotInstanceRequest:SpotInstanceRequest"

TOKENS = "instance-metadata-tokens"

HOPS = "instance-metadata-one-hop"

PUBLIC = "instances-without-public-ip"

DISKS = "disks-encrypted"


def machine(token: str = INSTANCE, **props: Any) -> Sample:
    return res(token, "bastion", ami="ami-1", **props)


def options(**props: Any) -> dict[str, Any]:
    return {"metadataOptions": props}


def subnet(**props: Any) -> Sample:
    return res("ec2/subnet:Subnet", "here", vpcId="vpc-1", **props)


def template(**device: Any) -> Sample:
    return machine(TEMPLATE, blockDeviceMappings=[{"deviceName": "/dev/sdb", **device}])


def encrypted(*, value: Any = True) -> dict[str, Any]:
    return {"rootBlockDevice": {"encrypted": value}}


CASES: list[Case] = [
    Case(TOKENS, "pass", [machine(**options(httpTokens="required"))]),
    Case(TOKENS, "pass", [machine(TEMPLATE, **options(httpEndpoint="disabled"))]),
    Case(
        TOKENS, "pass", [machine(launchTemplate={"id": Ref("t")}), res(TEMPLATE, "t", **options(httpTokens="required"))]
    ),
    Case(TOKENS, "fail", [machine()], "httpTokens is not set, wanted required"),
    Case(TOKENS, "fail", [machine(TEMPLATE, **options(httpTokens="optional"))], "is optional"),
    Case(TOKENS, "fail", [machine(CONFIGURATION)], "httpTokens is not set"),
    Case(
        TOKENS,
        "fail",
        [res("ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "d", httpTokens="no-preference")],
        "no-",
    ),
    Case(TOKENS, "unknown", [machine(**options(httpTokens=UNKNOWN))]),
    Case(HOPS, "pass", [machine(**options(httpPutResponseHopLimit=1)), machine(SPOT)]),
    Case(HOPS, "pass", [machine(**options(httpPutResponseHopLimit=2))], config={"maxHops": 2}),
    Case(HOPS, "fail", [machine(TEMPLATE, **options(httpPutResponseHopLimit=2))], "is 2, wanted at most 1"),
    Case(HOPS, "unknown", [machine(**options(httpPutResponseHopLimit=UNKNOWN))]),
    Case(PUBLIC, "pass", [machine(associatePublicIpAddress=False)]),
    Case(PUBLIC, "pass", [subnet(), machine(subnetId=Ref("here"))]),
    Case(PUBLIC, "pass", [machine(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "false"}, {}])]),
    Case(PUBLIC, "pass", [machine(launchTemplate={"id": "lt-1"}), machine(CONFIGURATION)]),
    Case(PUBLIC, "fail", [machine(associatePublicIpAddress=True)], "associatePublicIpAddress is true"),
    Case(PUBLIC, "fail", [machine(CONFIGURATION, associatePublicIpAddress=True)], "associatePublicIpAddress is true"),
    Case(
        PUBLIC,
        "fail",
        [machine(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "true"}])],
        "has an interface",
    ),
    Case(PUBLIC, "fail", [machine(TEMPLATE, networkInterfaces={"associatePublicIpAddress": True})], "has an interface"),
    Case(PUBLIC, "fail", [subnet(mapPublicIpOnLaunch=True), machine(SPOT, subnetId=Ref("here"))], "its subnet gives"),
    Case(PUBLIC, "fail", [machine()], "subnetId is not set"),
    Case(PUBLIC, "unknown", [machine(subnetId="subnet-1")]),
    Case(PUBLIC, "unknown", [machine(associatePublicIpAddress=UNKNOWN)]),
    Case(PUBLIC, "unknown", [machine(TEMPLATE, networkInterfaces=UNKNOWN)]),
    Case(DISKS, "pass", [res("ebs/volume:Volume", "data", encrypted=True), machine(**encrypted())]),
    Case(DISKS, "pass", [template(ebs={"encrypted": "true"}), machine(launchTemplate={"id": "lt-1"})]),
    Case(DISKS, "pass", [res(DEFAULT, "all", enabled=True), machine(), res("ebs/volume:Volume", "data")]),
    Case(DISKS, "pass", [template(virtualName="ephemeral0")]),
    Case(DISKS, "fail", [res("ebs/volume:Volume", "data", encrypted=False)], "encrypted is false, wanted true"),
    Case(DISKS, "fail", [machine()], "rootBlockDevice.encrypted is false (the default)"),
    Case(
        DISKS, "fail", [machine(CONFIGURATION, **encrypted(), ebsBlockDevices=[{"deviceName": "/dev/sdb"}])], "ebsBlock"
    ),
    Case(DISKS, "fail", [template(ebs={"volumeSize": 10})], "blockDeviceMappings.ebs.encrypted is false"),
    Case(DISKS, "fail", [res(TEMPLATE, "t", imageId="ami-1")], "blockDeviceMappings.ebs.encrypted is false (the"),
    Case(DISKS, "fail", [res(TEMPLATE, "t", imageId=UNKNOWN)], "blockDeviceMappings.ebs.encrypted is false (the"),
    Case(DISKS, "pass", [res(TEMPLATE, "t", imageId="ami-1", blockDeviceMappings=[{"ebs": {"encrypted": "true"}}])]),
    Case(DISKS, "pass", [res(TEMPLATE, "t", imageId="ami-1"), res(DEFAULT, "all", enabled=True)]),
    Case(DISKS, "pass", [res(TEMPLATE, "t", instanceType="t4g.small")]),
    Case(DISKS, "fail", [res(DEFAULT, "all", enabled=False)], "enabled is false"),
    Case(DISKS, "unknown", [machine(**encrypted(value=UNKNOWN))]),
    Case(DISKS, "unknown", [template(ebs=UNKNOWN)]),
    Case(DISKS, "unknown", [machine(), res(DEFAULT, "all", enabled=UNKNOWN)]),
]

ACCOUNT = "ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
CASES += [
    *(
        Case(TOKENS, "pass", [res(ACCOUNT, "d", httpTokens="required"), machine(token, **given)])
        for token in (INSTANCE, SPOT, TEMPLATE, CONFIGURATION)
        for given in ({}, options(httpPutResponseHopLimit=1))
    ),
    Case(
        TOKENS,
        "fail",
        [res(ACCOUNT, "d", httpTokens="required"), machine(**options(httpTokens="optional"))],
        "optional",
    ),
    Case(TOKENS, "fail", [res(ACCOUNT, "d", httpTokens="optional"), machine()], "Instance bastion: metadataOptions"),
    Case(TOKENS, "unknown", [res(ACCOUNT, "d", httpTokens=UNKNOWN), machine()]),
]

ADDRESS, ASSOCIATION = "ec2/eip:Eip", "ec2/eipAssociation:EipAssociation"
INSIDE = machine(associatePublicIpAddress=False)
CASES += [
    Case(PUBLIC, "pass", [INSIDE, res(ADDRESS, "nat", domain="vpc")]),
    Case(PUBLIC, "fail", [INSIDE, res(ADDRESS, "own", instance=Ref("bastion"))], "Eip own gives it a public address"),
    Case(PUBLIC, "fail", [INSIDE, res(ASSOCIATION, "own", instanceId=Ref("bastion"))], "EipAssociation own gives it"),
    Case(PUBLIC, "unknown", [INSIDE, res(ASSOCIATION, "own", instanceId=UNKNOWN)]),
]

from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

CLOSED = "network-acl-admin-ports-closed"

WORLD = "0.0.0.0/0"


def acl(*ingress: dict[str, Any], default: bool = False, **props: Any) -> Sample:
    token = "ec2/defaultNetworkAcl:DefaultNetworkAcl" if default else "ec2/networkAcl:NetworkAcl"
    entries: dict[str, Any] = {"ingress": list(ingress)} if ingress else {}
    return res(token, "list", **entries, **props)


def inside(number: Any, action: Any = "allow", *, ports: Any = (443, 443), **props: Any) -> dict[str, Any]:
    usual = {"ruleNo": number, "action": action, "protocol": "tcp", "fromPort": ports[0], "toPort": ports[1]}
    return {**usual, "cidrBlock": WORLD, **props}


def apart(number: Any, action: Any = "allow", *, ports: Any = (443, 443), **props: Any) -> Sample:
    usual: dict[str, Any] = {"ruleNumber": number, "ruleAction": action, "protocol": "6", "networkAclId": Ref("list")}
    ranges = {"fromPort": ports[0], "toPort": ports[1], "cidrBlock": WORLD}
    return res("ec2/networkAclRule:NetworkAclRule", f"entry-{number}", **{**usual, **ranges, **props})


ALL = {"protocol": "-1", "fromPort": 0, "toPort": 0}

IN_USE = "network-acls-in-use"

ASSOCIATION = "ec2/networkAclAssociation:NetworkAclAssociation"


CASES: list[Case] = [
    Case(CLOSED, "pass", [acl(inside(1), inside(2, ports=(1024, 3388)), inside(3, ports=(3390, 65535)))]),
    Case(CLOSED, "pass", [acl(), apart(1), apart(2, ports=(22, 22), cidrBlock="10.0.0.0/8")]),
    Case(CLOSED, "pass", [acl(), apart(1, ports=(22, 22), egress=True)]),
    Case(CLOSED, "pass", [acl(inside(1, "deny", ports=(22, 22)), inside(2, ports=(22, 80)))]),
    Case(CLOSED, "pass", [acl(), apart(1, "deny", ports=(3389, 3389)), apart(2, ports=(1024, 65535))]),
    Case(CLOSED, "pass", [acl(inside(1, ports=(22, 22), protocol="udp"))]),
    Case(CLOSED, "fail", [acl(inside(1, ports=(20, 30)))], "allows port 22 from the internet"),
    Case(CLOSED, "fail", [acl(), apart(1, ports=(1024, 65535))], "allows port 3389"),
    Case(CLOSED, "fail", [acl(), apart(1, ports=(22, 22), cidrBlock="", ipv6CidrBlock="::/0")], "port 22"),
    Case(CLOSED, "fail", [acl(inside(100, **ALL), default=True)], "port 22"),
    Case(CLOSED, "fail", [acl(inside(2, "deny", ports=(22, 22)), inside(1, ports=(22, 22)))], "port 22"),
    Case(
        CLOSED, "fail", [acl(inside(1, "deny", ports=(22, 22), cidrBlock="192.0.2.0/24"), inside(2, **ALL))], "port 22"
    ),
    Case(CLOSED, "fail", [acl(), apart(1, "deny", ports=(22, 22), networkAclId="acl-1"), apart(2, **ALL)], "port 22"),
    Case(CLOSED, "fail", [acl(), apart(1, networkAclId="acl-1", **ALL)], "port 22"),
    Case(CLOSED, "unknown", [acl(), apart(1, UNKNOWN, ports=(22, 22))]),
    Case(CLOSED, "unknown", [acl(), apart(1, ports=(22, 22), egress=UNKNOWN)]),
    Case(CLOSED, "unknown", [acl(), apart(1, ports=(UNKNOWN, 65535))]),
    Case(CLOSED, "unknown", [acl(ingress=UNKNOWN)]),
    Case(CLOSED, "unknown", [acl(), apart(1, "deny", ports=(22, 22), networkAclId=UNKNOWN), apart(2, ports=(22, 22))]),
    Case(CLOSED, "pass", [acl(), apart(1, ports=(3389, 3389))], config={"ports": [22]}),
    Case(IN_USE, "pass", [acl(subnetIds=["subnet-1"])]),
    Case(IN_USE, "pass", [acl(subnetIds=UNKNOWN)]),
    Case(IN_USE, "pass", [acl(), res(ASSOCIATION, "a", networkAclId=Ref("list"), subnetId="subnet-1")]),
    Case(IN_USE, "fail", [acl(vpcId="vpc-1"), apart(1)], "subnetIds is not set"),
    Case(IN_USE, "unknown", [acl(vpcId="vpc-1"), res(ASSOCIATION, "a", networkAclId=UNKNOWN, subnetId="subnet-1")]),
]

from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, res
from tests.policy.rules.cases_iam_policies import ROLE_OF_IDENTITY, ROLE_POLICY_OF_IDENTITY

EXCLUSIVE = "iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive"
ATTACHMENT, GROUPED = "iam/rolePolicyAttachment:RolePolicyAttachment", "iam/policyAttachment:PolicyAttachment"

STRONG: dict[str, Any] = {
    "minimumPasswordLength": 14,
    "passwordReusePrevention": 24,
    "maxPasswordAge": 90,
    "requireLowercaseCharacters": True,
    "requireUppercaseCharacters": True,
    "requireNumbers": True,
    "requireSymbols": True,
}


CASES: list[Case] = [
    Case("no-user-policies", "pass", [res(GROUPED, "a", policyArn=UNKNOWN, groups=["web"])]),
    Case("no-user-policies", "fail", [res(GROUPED, "a", users=["ann"])], "it gives rights to a user"),
    Case("no-user-policies", "pass", [res(EXCLUSIVE, "a", userName="ann", policyArns=[])]),
    Case("no-user-policies", "fail", [res(EXCLUSIVE, "a", userName="ann", policyArns=UNKNOWN)], "rights to a user"),
    Case("no-user-policies", "fail", [res("iam/userPolicy:UserPolicy", "a", user="ann")], "it gives rights to a user"),
    Case("no-users-from-programs", "pass", [res(ROLE_OF_IDENTITY, "r", description=UNKNOWN)]),
    Case("no-users-from-programs", "fail", [res("iam/user:User", "ann")], "programs make no users, keys or passwords"),
    Case(
        "no-users-from-programs",
        "fail",
        [res("iam/accessKey:AccessKey", "ann", user="ann")],
        "programs make no users, keys or passwords",
    ),
    Case("role-policies-not-mixed", "pass", [res(ROLE_OF_IDENTITY, "r"), res(ATTACHMENT, "a", role=Ref("r"))]),
    Case("role-policies-not-mixed", "pass", [res(ROLE_OF_IDENTITY, "r", managedPolicyArns=["arn"])]),
    Case("role-policies-not-mixed", "pass", [res(ROLE_OF_IDENTITY, "r"), res(GROUPED, "g", roles=[Ref("r")])]),
    Case(
        "role-policies-not-mixed",
        "fail",
        [res(ROLE_OF_IDENTITY, "r", managedPolicyArns=["arn"]), res(GROUPED, "g", roles=[Ref("r")])],
        "managedPolicyArns is set and PolicyAttachment g adds to it",
    ),
    Case(
        "role-policies-not-mixed",
        "unknown",
        [res(ROLE_OF_IDENTITY, "r", managedPolicyArns=["arn"]), res(GROUPED, "g", roles=UNKNOWN)],
    ),
    Case(
        "role-policies-not-mixed",
        "fail",
        [res(ROLE_OF_IDENTITY, "r", managedPolicyArns=["arn"]), res(ATTACHMENT, "a", role=Ref("r"))],
        "managedPolicyArns is set and RolePolicyAttachment a adds to it",
    ),
    Case(
        "role-policies-not-mixed",
        "fail",
        [
            res(ROLE_OF_IDENTITY, "r", inlinePolicies=[{"name": "own"}]),
            res(ROLE_POLICY_OF_IDENTITY, "p", role=Ref("r")),
        ],
        "inlinePolicies is set and RolePolicy p adds to it",
    ),
    Case(
        "role-policies-not-mixed",
        "unknown",
        [res(ROLE_OF_IDENTITY, "r", managedPolicyArns=["arn"]), res(ATTACHMENT, "a", role=UNKNOWN)],
    ),
    Case("role-has-boundary", "pass", [res(ROLE_OF_IDENTITY, "r", permissionsBoundary=UNKNOWN)]),
    Case("role-has-boundary", "fail", [res(ROLE_OF_IDENTITY, "r")], "permissionsBoundary is not set"),
    Case(
        "password-policy-strong",
        "pass",
        [
            res(
                "iam/accountPasswordPolicy:AccountPasswordPolicy",
                "p",
                **STRONG,
            )
        ],
    ),
    Case(
        "password-policy-strong",
        "fail",
        [res("iam/accountPasswordPolicy:AccountPasswordPolicy", "p", **{**STRONG, "maxPasswordAge": 180})],
        "maxPasswordAge is 180 days, wanted at most 90 days",
    ),
    Case(
        "password-policy-strong",
        "fail",
        [res("iam/accountPasswordPolicy:AccountPasswordPolicy", "p", **{**STRONG, "requireSymbols": False})],
        "requireSymbols is false",
    ),
    Case(
        "password-policy-strong",
        "fail",
        [res("iam/accountPasswordPolicy:AccountPasswordPolicy", "p", passwordReusePrevention=24)],
        "minimumPasswordLength is 6 (the default), wanted at least 14",
    ),
    Case(
        "password-policy-strong",
        "unknown",
        [
            res(
                "iam/accountPasswordPolicy:AccountPasswordPolicy",
                "p",
                **{**STRONG, "passwordReusePrevention": UNKNOWN},
            )
        ],
    ),
    Case(
        "role-policies-not-mixed",
        "pass",
        [
            res(
                ROLE_OF_IDENTITY,
                "r",
                assumeRolePolicy="{}",
                computed={"managedPolicyArns": ["arn"], "inlinePolicies": [{"name": "p"}]},
            ),
            res(ATTACHMENT, "a", role=Ref("r")),
            res(ROLE_POLICY_OF_IDENTITY, "p", role=Ref("r")),
        ],
    ),
]

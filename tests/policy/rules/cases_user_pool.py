from tests.policy.harness import UNKNOWN, Case, res

STRONG = {
    "minimumLength": 12,
    "requireLowercase": True,
    "requireNumbers": True,
    "requireSymbols": True,
    "requireUppercase": True,
}

CASES: list[Case] = [
    Case("user-pool-passwords-strong", "pass", [res("cognito/userPool:UserPool", "x")]),
    Case("user-pool-passwords-strong", "pass", [res("cognito/userPool:UserPool", "x", passwordPolicy=STRONG)]),
    Case(
        "user-pool-passwords-strong",
        "fail",
        [res("cognito/userPool:UserPool", "x", passwordPolicy={**STRONG, "minimumLength": 6})],
        "minimumLength is 6",
    ),
    Case(
        "user-pool-passwords-strong",
        "fail",
        [res("cognito/userPool:UserPool", "x", passwordPolicy={**STRONG, "requireNumbers": False})],
        "requireNumbers is false",
    ),
    Case(
        "user-pool-passwords-strong",
        "fail",
        [res("cognito/userPool:UserPool", "x", passwordPolicy=STRONG)],
        "minimumLength is 12",
        config={"minLength": 14},
    ),
    Case("user-pool-passwords-strong", "unknown", [res("cognito/userPool:UserPool", "x", passwordPolicy=UNKNOWN)]),
    Case("user-pool-deletion-protected", "pass", [res("cognito/userPool:UserPool", "x", deletionProtection="ACTIVE")]),
    Case(
        "user-pool-deletion-protected",
        "fail",
        [res("cognito/userPool:UserPool", "x", deletionProtection="INACTIVE")],
        "deletionProtection is INACTIVE",
    ),
    Case(
        "user-pool-deletion-protected", "unknown", [res("cognito/userPool:UserPool", "x", deletionProtection=UNKNOWN)]
    ),
    Case(
        "identity-pool-without-guests",
        "pass",
        [res("cognito/identityPool:IdentityPool", "x", allowUnauthenticatedIdentities=False)],
    ),
    Case(
        "identity-pool-without-guests",
        "fail",
        [res("cognito/identityPool:IdentityPool", "x", allowUnauthenticatedIdentities=True)],
        "allowUnauthenticatedIdentities is true",
    ),
    Case(
        "identity-pool-without-guests",
        "unknown",
        [res("cognito/identityPool:IdentityPool", "x", allowUnauthenticatedIdentities=UNKNOWN)],
    ),
]

"""What looks like a credential: by the name that something has, or by its value."""

import re
from typing import Final

from policy.values import Value

PLACE: Final = re.compile(
    r"(?i)(PASSWORD|PASSWD|PASSPHRASE|(^|_)PWD|(?<!PROXY)(^|_)PASS$|_AUTH$|SECRET|TOKEN(?!IZ)|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SIGNING_?KEY"
    r"|ENCRYPTION_?KEY|CREDENTIAL)"
)
"""Names of what holds a secret."""

_ABOUT_A_SECRET: Final = re.compile(
    r"(?i)_(ARN|NAME|ID|FILE|PATH|DIR|URL|URI|ENDPOINT|HOST|PORT|TTL|EXPIRY|EXPIRES?|EXPIRATION|SECONDS|MINUTES|HOURS"
    r"|DAYS|LENGTH|COUNT|LIMIT|ENABLED|REQUIRED|ALGORITHM|ISSUER|AUDIENCE|TYPE|REGION|VERSION|PREFIX|HEADER|IN"
    r"|LIFETIME|VALIDITY|SIZE|ROUNDS|POLICY|PROVIDER|MODE|TABLE|COOKIE)$"
    r"|(^|_)M(AX|IN)_\w{0,40}TOKENS$"
)
"""Names of what is known about a secret, and of how many tokens a language model may read or write."""
_HARMLESS: Final = re.compile(
    r"(?i)|true|false|yes|no|on|off|none|null|[01]"
    r"|basic|bearer|digest|iam|jwt|ldap|login|md5|oauth2?|oidc|optional|plain|required|saml|scram-sha-256"
)
"""Values that are no secrets: switches, and the ways to sign in."""
_REFERENCE: Final = re.compile(r"arn:aws[\w-]*:\S+|/?[a-z][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)+")
"""Where a secret is: its ARN, or a name such as storefront/payments."""

_MARKS: Final = (
    "AKIA",
    "ASIA",
    "PRIVATE KEY",
    "://",
    "gho_",
    "ghp_",
    "ghr_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "xox",
    "k_live_",
    "AIza",
    "eyJ",
    "SG.",
)
"""One of these is in every credential that `_CREDENTIAL` describes; searching for them first keeps long texts cheap."""
_CREDENTIAL: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|://[^/\s:@\"']*:(?![{$<%*\[])[^/\s@\"']+@"
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|[rs]k_live_[A-Za-z0-9]{10,}"
    r"|AIza[\w-]{30,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|SG\.[\w-]{16,}\.[\w-]{16,}"
)


def is_credential(text: str) -> bool:
    """Whether a text holds an access key, a private key, a token or a URL with a password in it."""
    return any(mark in text for mark in _MARKS) and _CREDENTIAL.search(text) is not None


def looks_secret(key: Value, value: Value) -> str:
    """Why an environment variable looks like a secret, as the end of a sentence; empty where it does not."""
    if not isinstance(key, str) or not isinstance(value, str):
        return ""
    if is_credential(value):
        return "has a value that looks like a credential"
    named = PLACE.search(key) and not _ABOUT_A_SECRET.search(key)
    if not named and not re.search(r"(?i)ACCESS_?KEY_ID$", key):
        return ""
    return "" if _HARMLESS.fullmatch(value) or _REFERENCE.fullmatch(value) else "is named like a secret"

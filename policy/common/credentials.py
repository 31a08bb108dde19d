"""What looks like a credential in clear text: by the name that something has, or by its value.

Names are judged by their words (``DB_PASSWORD``, ``apiKey``, ``--api-key``), of which the last is what the thing is:
``PASSWORD_RESET_TIMEOUT`` is a timeout, ``AUTHOR`` has nothing of ``AUTH``. Every pattern's repetitions are bounded, so that a
text of any length is searched in time that grows with its length only.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

NOT_SECRET_TAG: Final = "slipway:not-secret"  # noqa: S105 - the name of a tag
"""The tag of a task definition or function that names, separated by blanks, variables that only look like secrets."""

_SURE: Final = frozenset(
    {
        "AUTH", "CREDENTIAL", "CREDENTIALS", "CREDS", "PASS", "PASSCODE", "PASSPHRASE", "PASSPHRASES", "PASSWD", "PASSWORD", "PASSWORDS", "PW", "PWD",
        "SECRET", "SECRETS", "TOKEN", "TOKENS",
    }
)  # fmt: skip
"""Words that mean a secret wherever the name is about one."""
_GLUED: Final = re.compile(
    r"(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|APIKEY|SECRETKEY|PRIVATEKEY|ACCESSKEY|SIGNINGKEY|ENCRYPTIONKEY|[A-Z]TOKEN|CREDENTIALS?)$"
)
"""Ends of words without borders: ``PGPASSWORD``, ``APIKEY``."""
_ONLY_LAST: Final = frozenset({"AUTH", "PASS", "PW", "PWD"})
"""Those of them that mean a secret only at the end: ``REDIS_AUTH``, but ``AUTH_BACKEND``."""
_RANDOM_AT_THE_END: Final = frozenset(
    {
        "BEARER", "KEY", "KEYS", "MNEMONIC", "PAT", "PEPPER", "SALT", "SEED",
    }
)  # fmt: skip
"""Last words that mean a secret where the value looks like one."""
_SECRET_KEYS: Final = frozenset(
    {
        "ACCESS", "API", "APP", "AUTH", "CRYPTO", "DECRYPTION", "DEPLOY", "ENCRYPT", "ENCRYPTION", "FERNET", "HMAC", "JWT", "LICENCE", "LICENSE",
        "MASTER", "PRIVATE", "SECRET", "SIGN", "SIGNATURE", "SIGNING",
    }
)  # fmt: skip
"""What stands before ``KEY`` in the name of a secret."""
_OPEN_KEYS: Final = frozenset(
    {
        "ANON", "BINDING", "BUCKET", "CACHE", "CONTEXT", "DEDUPLICATION", "FOREIGN", "GROUP", "HASH", "IDEMPOTENCY", "INDEX", "KMS", "LOCK",
        "MESSAGE", "OBJECT", "PARTITION", "PRIMARY", "PUB", "PUBLIC", "PUBLISHABLE", "RANGE", "ROUTING", "S3", "SHARD", "SITE", "SORT", "UNIQUE",
    }
)  # fmt: skip
"""What stands before ``KEY`` in the name of something that everybody may read."""
_ABOUT: Final = frozenset(
    {
        "AFTER", "AGE", "ALGORITHM", "ALLOWED", "ARN", "ATTEMPTS", "AUDIENCE", "BACKEND", "BEFORE", "BURST", "CACHE", "CALLBACK", "CAPACITY", "CLASS",
        "COOKIE", "COUNT", "CURRENCY", "DAYS", "DIGITS", "DIR", "DISABLED", "DOMAIN", "EMAIL", "ENABLED", "ENCODING", "ENDPOINT", "ENGINE", "ENTROPY",
        "EXPIRATION", "EXPIRE", "EXPIRES", "EXPIRY", "FIELD", "FILE", "FLOW", "FORMAT", "FROM", "GRACE", "HASHER", "HASHERS", "HEADER", "HISTORY",
        "HOST", "HOURS", "ID", "IDS", "IN", "INTERVAL", "ISSUER", "LEEWAY", "LENGTH", "LEVEL", "LIFETIME", "LIMIT", "LOCATION", "MANAGER", "MAX",
        "METHOD", "MIN", "MINUTE", "MINUTES", "MODE", "MODEL", "NAME", "NAMES", "NAMESPACE", "PARAM", "PARAMETER", "PATH", "PATTERN", "PERIOD",
        "PLURAL", "POLICY", "PORT", "PREFIX", "PROVIDER", "RATE", "REALM", "REFRESH", "REGEX", "REGION", "REPLICATION", "REQUIRED", "RETRIES", "ROLE",
        "ROTATION", "ROUNDS", "SCHEME", "SCOPE", "SCOPES", "SCORE", "SECOND", "SECONDS", "SENDER", "SIZE", "SKEW", "SOURCE", "STORAGE", "STORE",
        "STRATEGY", "STRENGTH", "SUBJECT", "SUFFIX", "TABLE", "TEMPLATE", "THRESHOLD", "TIMEOUT", "TTL", "TYPE", "URI", "URL", "USER", "USERNAME",
        "VALIDATOR", "VALIDATORS", "VALIDITY", "VERSION", "WINDOW",
    }
)  # fmt: skip
"""Last words of what is known about a secret, and is none."""
_SWITCHES: Final = frozenset(
    {
        "ALLOW", "DISABLE", "ENABLE", "HAS", "IS", "MAX", "MAXIMUM", "MIN", "MINIMUM", "NO", "NUM", "NUMBER", "REQUIRE", "SHOW", "SKIP", "USE",
    }
)  # fmt: skip
"""First words of switches and bounds."""
_COUNTED: Final = frozenset({"PASSWORDS", "SECRETS", "TOKENS"})
_PARTS: Final = frozenset({"B64", "BASE64", "NEW", "OLD", "VALUE"})
"""Last words that change nothing."""
_IN_THE_BROWSER: Final = ("NEXT_PUBLIC_", "VITE_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_", "EXPO_PUBLIC_", "GATSBY_")
"""Prefixes of variables that build tools put into pages which everybody can read."""

_HARMLESS: Final = re.compile(
    r"(?i)|true|false|yes|no|on|off|none|null|[01]|enabled|disabled"
    r"|basic|bearer|digest|iam|jwt|ldap|login|md5|oauth2?|oidc|optional|plain|required|saml|scram-sha-256"
)
"""Values that are no secrets: switches, and the ways to sign in."""
_AMOUNT: Final = re.compile(
    r"[+-]?\d{1,15}(?:\.\d{1,9})?\s?(?:%|[a-zA-Z]{1,12})?|(?:\d{1,6}[dhms]){2,4}|P[0-9DHMSTWY]{2,20}"
)
"""Numbers, sizes and durations."""
_REFERENCE: Final = re.compile(
    r"\$\{[^}]{1,256}\}|\$\w{1,128}|\$\([^)]{1,256}\)|\{\{[^}]{1,256}\}\}|arn:aws[\w-]{0,20}:\S{1,2048}|/?[a-z][a-z0-9_.-]{0,255}(?:/[a-z0-9][a-z0-9_.-]{0,255}){1,20}"
    r"|/[\w./-]{1,1024}|https?://[^\s@]{1,2048}"
)
"""Where a secret is, and not the secret: a reference, an ARN, a name such as storefront/payments, a path, an address."""

_MARKS: Final = (
    "A3T", "AKIA", "ASIA", "PRIVATE KEY", "AGE-SECRET-KEY-", "://", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-",
    "xox", "xapp-", "k_live_", "k_test_", "whsec_", "AIza", "ya29.", "eyJ", "SG.", "sk-", "npm_", "pypi-", "dop_v1_", "hf_", "shp", "hvs.",
    "NRAK-", "glsa_", "gsk_", "lin_api_", "dapi", "base64:", "AccountKey=", "AccessKey=", "assword=", "Password=", "PASSWORD=", "wd=", "WD=",
    "Pwd=",
)  # fmt: skip
"""One of these is in every credential that `_CREDENTIAL` describes; searching for them first keeps long texts cheap."""
_CREDENTIAL: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY[\s\S]{0,8192}|AGE-SECRET-KEY-1[0-9A-Z]{20,80}"
    r"|://[^/\s:@\"']{0,256}:(?![{$<%*\[])[^/\s@\"']{1,256}@"
    r"|(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{20,255}|glpat-[\w-]{16,255}|xox[abeprs]-[A-Za-z0-9-]{10,255}"
    r"|xapp-[A-Za-z0-9-]{10,255}|[rs]k_(?:live|test)_[A-Za-z0-9]{4,255}|whsec_[A-Za-z0-9+/=]{16,255}|AIza[\w-]{30,255}|ya29\.[\w-]{20,255}"
    r"|eyJ[\w-]{10,2048}\.eyJ[\w-]{10,8192}\.[\w-]{0,2048}|SG\.[\w-]{16,64}\.[\w-]{16,128}"
    r"|(?<![A-Za-z0-9])sk-(?:proj-|ant-|svcacct-|or-v1-)[\w-]{16,255}|(?<![A-Za-z0-9])sk-[A-Za-z0-9]{32,255}|npm_[A-Za-z0-9]{36}|pypi-Ag[\w-]{16,255}|dop_v1_[0-9a-f]{32,64}"
    r"|hf_[A-Za-z0-9]{30,255}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,64}|hvs\.[\w-]{20,255}|NRAK-[A-Z0-9]{20,40}|glsa_[A-Za-z0-9_]{20,255}"
    r"|gsk_[A-Za-z0-9]{30,255}|lin_api_[A-Za-z0-9]{20,255}|(?<![A-Za-z0-9])dapi[0-9a-f]{32}|base64:[A-Za-z0-9+/]{42,88}={0,2})"
    r"|(?<![A-Za-z0-9])(?:Account|SharedAccess)Key=[A-Za-z0-9+/]{16,255}={0,2}"
    r"|(?:^|[;?&\s])(?i:password|passwd|pwd)=(?![{$<%*\[(.\\])[^\s;&\"']{3,256}"
)
_CAPABILITY_URL: Final = re.compile(
    r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{16,256}|discord(?:app)?\.com/api/webhooks/\d{6,32}/[\w-]{16,256}"
    r"|events\.(?:eu\.)?pagerduty\.com/(?:integration|x-ere)/\w{16,64}|webhook\.office\.com/webhookb2/[\w@/-]{16,512}"
    r"|api\.(?:eu\.)?opsgenie\.com/\S{1,256}apiKey=[\w-]{16,64}"
)

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
_ASSIGNMENT: Final = re.compile(
    r"(?:^|[\s;&|\"'(])-{0,2}([A-Za-z][\w.-]{0,127})=(\"[^\"]{0,1024}\"|'[^']{0,1024}'|[^\s;&|\"']{1,1024})"
)
_OPTION: Final = re.compile(r"--?([A-Za-z][\w.-]{0,127})")


@lru_cache(maxsize=2048)  # the same names and addresses stand in many properties
def is_credential(text: str) -> bool:
    """Whether a text holds an access key, a private key, a token, or an address or connection string with a password."""
    return any(mark in text for mark in _MARKS) and _CREDENTIAL.search(text) is not None


def is_capability_url(text: str) -> bool:
    """Whether a text holds an address that is a key by itself: whoever has it may post, as with Slack's webhooks."""
    return "/" in text and _CAPABILITY_URL.search(text) is not None


def redacted(text: str, mark: str = "(not shown)") -> str:
    """Return the text with `mark` in place of every credential."""
    return _CAPABILITY_URL.sub(mark, _CREDENTIAL.sub(mark, text))


def names_secret(name: str) -> bool:
    """Whether a name announces a secret, whatever the value is: ``DB_PASSWORD``, ``authToken``; not ``PASSWORD_POLICY``."""
    return _named(name) in ("last", "inside")


def looks_secret(name: str, value: str) -> str:
    """Why a variable looks like a secret in clear text, as the end of a sentence; empty where it does not."""
    if is_credential(value) or is_capability_url(value):
        return "has a value that looks like a credential"
    kind = _named(name)
    if not kind or _HARMLESS.fullmatch(value) or _REFERENCE.fullmatch(value):
        return ""
    if kind == "random" and not _looks_random(value):
        return ""
    if kind == "inside" and _AMOUNT.fullmatch(value):
        return ""
    return "is named like a secret"


def in_command(words: Sequence[str], harmless: Collection[str] = ()) -> str:
    """Why a command looks as if it held a secret in clear text, as the end of a sentence; empty where it does not.

    Args:
        words: the command, one argument each; a shell's line is one of them.
        harmless: names of options and variables that only look like secrets.
    """
    if any(is_credential(word) or is_capability_url(word) for word in words):
        return "holds what looks like a credential"
    for name, value in _given(words):
        if name not in harmless and looks_secret(name, value):
            return f"gives {name} a value in clear text"
    return ""


def _given(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The values that options and variables are given in a command: ``--name value``, ``--name=value``, ``NAME=value``."""
    for index, word in enumerate(words):
        option = _OPTION.fullmatch(word)
        if option and index + 1 < len(words) and not words[index + 1].startswith("-"):
            yield option[1], words[index + 1]
        for match in _ASSIGNMENT.finditer(word):
            yield match[1], match[2].strip("\"'")


def _named(name: str) -> str:
    """How a name announces a secret.

    ``last``: its last word says so. ``inside``: another one does. ``random``: if the value looks like one. Empty: it does not.
    """
    words = [word.upper() for word in _WORD.findall(name)]
    if words[-3:] == ["ACCESS", "KEY", "ID"]:
        return "last"
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _PARTS):
        words.pop()
    if not words or name.upper().startswith(_IN_THE_BROWSER) or words[-2:] == ["PROXY", "PASS"]:
        return ""
    return _last(words)


def _last(words: Sequence[str]) -> str:
    """How a name announces a secret by its last word, which no number or part of a value follows any more."""
    last = words[-1].rstrip("0123456789") or words[-1]
    if words[0] in _SWITCHES and len(words) > 1:
        return "inside" if last in _SURE and last not in _COUNTED else ""
    if last in {"KEY", "KEYS"}:
        return _key(words[:-1])
    if last in _SURE or _GLUED.search(last):
        return "inside" if last == "TOKENS" else "last"
    return "random" if last in _RANDOM_AT_THE_END else _inside(words)


def _key(before: Sequence[str]) -> str:
    """How the name of a key announces a secret, by the words before ``KEY``."""
    if "PUBLIC" in before or (before and before[-1] in _OPEN_KEYS):
        return ""
    return "last" if before and before[-1] in _SECRET_KEYS else "random"


def _inside(words: Sequence[str]) -> str:
    """``inside`` where a word before the last means a secret, and the last is not of what is known about one."""
    if words[-1] in _ABOUT:
        return ""
    sure = any((word in _SURE and word not in _ONLY_LAST) or _GLUED.search(word) for word in words)
    keys = _SECRET_KEYS - {"APP", "AUTH"}
    return "inside" if sure or any(one in keys and two == "KEY" for one, two in pairwise(words)) else ""


def _looks_random(value: str) -> bool:
    """Whether a value is no word, number, name or host: a piece of it mixes digits and letters, or cases, at length."""
    if re.search(r"\s", value):
        return False
    for piece in re.split(r"[-_.:/=+~]", value):
        digits = sum(letter.isdigit() for letter in piece)
        capitals = sum(letter.isupper() for letter in piece[1:])
        letters = len(piece) - digits
        if len(piece) >= 8 and digits >= 2 and letters >= 2:  # noqa: PLR2004 - shorter pieces are names such as sha256
            return True
        if len(piece) >= 20 and (digits or (capitals > 2 and capitals < letters - 2)):  # noqa: PLR2004 - longer than a word in camel case
            return True
    return False

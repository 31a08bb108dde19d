"""Begins a control: its row and its rule, and three samples.

``make new-rule ID=key-deletion-takes-time TYPE=aws:kms/key:Key PROPERTY=deletionWindowInDays [MODULE=keys]``

The new control advises that the property is set. Its tests run at once; they fail until its row says why it matters.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from policy.rules import ALIASES, BY_NAME

ROOT: Final = Path(__file__).resolve().parents[1]

_CONTROL: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_TYPE: Final = re.compile(r"[a-z]+:[A-Za-z0-9]+/[A-Za-z0-9]+:[A-Z][A-Za-z0-9]+")
_PROPERTY: Final = re.compile(r"[a-z][A-Za-z0-9]*")
_MODULE: Final = re.compile(r"[a-z][a-z0-9_]*")

_RULES: Final = Template('''\
"""$heading: what this organisation adds."""

from collections.abc import Iterator

from policy.control import NOWHERE, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
''')
_RULE: Final = Template('''

@resource_rule(
    Control(
        name="$control",
        title="$title",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="",
        remediation="$maker(..., $keyword=...)",
        url="https://docs.aws.amazon.com/",
    ),
    "$token",
)
def $function(resource: Resource, _config: Config) -> Iterator[Finding]:
    """$title."""
    yield from resource.must_be_set("$property", fix="$keyword=...")
''')
_CASES: Final = """\
from tests.policy.harness import UNKNOWN, Case, res

CASES: list[Case] = []
"""
_ABSENT: Final = "NOT_IN_THE_REFERENCE: Final[dict[str, str]] = {\n"
_SAMPLES: Final = Template("""
CASES += [
    Case("$control", "pass", [res("$token", "good", $property="set")]),
    Case("$control", "fail", [res("$token", "bad")], "$property is not set"),
    Case("$control", "pass", [res("$token", "later", $property=UNKNOWN)]),
]
""")


def scaffold(root: Path, *, control: str, token: str, prop: str, module: str) -> Sequence[Path]:
    """Write the pieces and return the files that now hold them.

    Args:
        root: the folder that holds ``policy`` and ``tests``.
        control: the new control's name.
        token: the type of the resources it judges.
        prop: the property that must be set.
        module: the module of ``policy/rules`` it belongs to; a new one is made.

    Raises:
        ValueError: one of these is not of its form, or the control exists; the text names all that is wrong.
    """
    wrong = [
        f"{name}: {given!r} is not {wanted}"
        for name, given, pattern, wanted in (
            ("ID", control, _CONTROL, "words joined by hyphens, like key-deletion-takes-time"),
            ("TYPE", token, _TYPE, "a resource type, like aws:kms/key:Key"),
            ("PROPERTY", prop, _PROPERTY, "a property in camel case, like deletionWindowInDays"),
            ("MODULE", module, _MODULE, "a module's name, like keys"),
        )
        if not pattern.fullmatch(given)
    ]
    if control in BY_NAME or control in ALIASES:
        wrong.append(f"ID: {control} exists")
    if wrong:
        raise ValueError("\n".join(wrong))
    provider, kind = token.split("/", maxsplit=1)[0].replace(":", "."), token.rsplit(":", 1)[1]
    words = {
        "control": control,
        "title": control.replace("-", " ").capitalize(),
        "token": token,
        "property": prop,
        "keyword": re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", prop).lower(),
        "function": control.replace("-", "_"),
        "maker": f"{provider}.{kind}",
        "heading": module.replace("_", " ").capitalize(),
    }
    rules = root / "policy" / "rules" / f"{module}.py"
    _append(rules, _RULES.substitute(words), _RULE.substitute(words))
    if "from policy.control import" in (text := rules.read_text(encoding="utf-8")):
        rules.write_text(_with_imports(text), encoding="utf-8")
    cases = root / "tests" / "policy" / "rules" / f"cases_{module}.py"
    _append(cases, _CASES, _SAMPLES.substitute(words))
    fixtures = root / "tests" / "policy" / "violation_fixtures.py"
    text = fixtures.read_text(encoding="utf-8")
    before, mark, after = text.partition(_ABSENT)
    if not mark:
        raise ValueError(f"{fixtures}: no {_ABSENT.strip()}")
    fixtures.write_text(f'{before}{mark}    "{control}": "not tried yet",\n{after}', encoding="utf-8")
    return rules, cases, fixtures


def _with_imports(text: str) -> str:
    """A module of rules with what a begun rule uses among its imports."""
    for line, names in (
        ("from policy.control import ", {"NOWHERE", "Control", "Severity"}),
        ("from policy.rule import ", {"Config", "resource_rule"}),
    ):
        match = re.search(rf"^{line}(?:([^(\n]+)|\(([^)]*)\))$", text, re.MULTILINE)
        if match:
            present = {name.strip() for name in (match[1] or match[2]).split(",")} - {""}
            ordered = sorted(present | names, key=lambda name: (not name.isupper(), name[0].islower(), name))
            text = text.replace(match[0], line + ", ".join(ordered), 1)
    return text


def _append(path: Path, beginning: str, addition: str) -> None:
    present = path.read_text(encoding="utf-8") if path.exists() else beginning
    path.write_text(f"{present.rstrip()}\n{addition}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Begin a rule as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="make new-rule", description=__doc__)
    for name in ("control", "type", "property", "module"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args(arguments)
    try:
        files = scaffold(ROOT, control=given.control, token=given.type, prop=given.property, module=given.module)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(str(path.relative_to(ROOT)) for path in files))
    print("Next: say in its row why it matters, with severity, levels and link; then make policies test.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

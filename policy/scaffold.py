"""Begins a rule: its row in the catalogue, its function and its three samples.

``make new-rule ID=key-deletion-takes-time TYPE=aws:kms/key:Key PROPERTY=deletionWindowInDays [MODULE=keys]``

The new control advises that the property is set. Its tests run at once; they fail until the catalogue says why it matters.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Final

from policy.catalogue import BY_NAME

ROOT: Final = Path(__file__).resolve().parents[1]

_CONTROL: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_TYPE: Final = re.compile(r"[a-z]+:[A-Za-z0-9]+/[A-Za-z0-9]+:[A-Z][A-Za-z0-9]+")
_PROPERTY: Final = re.compile(r"[a-z][A-Za-z0-9]*")
_MODULE: Final = re.compile(r"[a-z][a-z0-9_]*")

_ROW: Final = Template("""\
    Control(
        name="$control",
        title="$title",
        concern="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="",
        mend="$maker(..., $keyword=...)",
        url="https://docs.aws.amazon.com/",
    ),
""")
_RULES: Final = Template('''\
"""$heading: what this organisation adds."""

from collections.abc import Iterator

from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
''')
_RULE: Final = Template('''

@resource_rule("$control", "$token")
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
    """Write the three pieces and return the files that now hold them.

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
    if control in BY_NAME:
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
    catalogue = root / "policy" / "catalogue.py"
    text = catalogue.read_text(encoding="utf-8")
    before, mark, after = text.partition("\n)\n\nLEFT_OUT")
    if not mark:
        raise ValueError(f"{catalogue}: no end of CONTROLS before LEFT_OUT")
    catalogue.write_text(f"{before}\n{_ROW.substitute(words).rstrip()}{mark}{after}", encoding="utf-8")
    rules = root / "policy" / "rules" / f"{module}.py"
    if not rules.exists():
        _register(rules.with_name("__init__.py"), "from policy.rules import (", "MODULES: Final = (", module)
    _append(rules, _RULES.substitute(words), _RULE.substitute(words))
    cases = root / "tests" / "policy" / f"cases_{module}.py"
    if not cases.exists():
        _register(cases.with_name("test_cases.py"), "from tests.policy import (", "MODULES = (", cases.stem)
    _append(cases, _CASES, _SAMPLES.substitute(words))
    mistakes = root / "tests" / "policy" / "mistakes.py"
    text = mistakes.read_text(encoding="utf-8")
    before, mark, after = text.partition(_ABSENT)
    if not mark:
        raise ValueError(f"{mistakes}: no {_ABSENT.strip()}")
    mistakes.write_text(f'{before}{mark}    "{control}": "not tried yet",\n{after}', encoding="utf-8")
    return catalogue, rules, cases, mistakes


def _register(path: Path, imports: str, menu: str, module: str) -> None:
    """Add a module to the imports, in order, and to the end of the menu."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for opening, in_order in ((imports, True), (menu, False)):
        begin = lines.index(opening) + 1
        end = lines.index(")", begin)
        listed = [*lines[begin:end], f"    {module},"]
        lines[begin:end] = sorted(listed) if in_order else listed
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


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
    print("Next: say in the catalogue why it matters, with severity, levels and link; then make policies test.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

import re
import textwrap
from pathlib import Path

import pytest

from preview import yaml
from settings import reference, schema_lookup
from settings.described import sections
from settings.model import Settings
from tests import readme, stacks

PAGES = [
    stacks.ROOT / "CONTRIBUTING.md",
    stacks.ROOT / "README.md",
    *sorted(stacks.ROOT.glob("docs/**/*.md")),
    *sorted(stacks.ROOT.glob("*/README.md")),
    *sorted(stacks.ROOT.glob("examples/*/*.md")),
]
TEXTS = {str(page.relative_to(stacks.ROOT)): page.read_text(encoding="utf-8") for page in PAGES}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXTS[name]):
        if "://" not in target:
            assert (stacks.ROOT / Path(name).parent / target).exists(), target


@pytest.mark.parametrize("name", TEXTS)
def test_yaml_can_be_copied(name: str) -> None:
    """What stands in a page as a piece of a stack file is read, and what follows a setting's name is what its text says."""
    for block in re.findall(r"^ *```yaml\n(.*?)^ *```", TEXTS[name], re.DOTALL | re.MULTILINE):
        yaml.load(textwrap.dedent(block))
    for piece in re.findall(r"(?<!`)`([\[{][^`\n]*[\]}]|[A-Za-z][\w:.-]*: [^`\n]+)`(?!`)", TEXTS[name]):
        yaml.load(piece)


def test_an_example_is_read_as_the_text_that_it_is() -> None:
    seen = 0
    for section in sections():
        for name, info in schema_lookup.fields(section):
            example = schema_lookup.example(info)
            if isinstance(example, str):
                [shown] = re.findall(rf"Such as `({name}: [^`]+)`", reference.example(name, info))
                assert yaml.load(shown) == {name: example}
                seen += 1
    assert seen >= 20


@pytest.mark.parametrize("name", TEXTS)
def test_make_targets_exist(name: str) -> None:
    makefile = (stacks.ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^)make ([a-z][a-z-]*)", TEXTS[name], re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_readme_shows_what_a_newcomer_sees() -> None:
    """The block in the README is the preview of production, with parts left out where it says so."""
    assert f"<!-- preview -->\n```\n{readme.block()}```" in TEXTS["README.md"], "run: make readme"
    rest = iter(line.rstrip() for line in readme.shown().splitlines())
    for line in readme.block().splitlines():
        assert line.strip() == readme.LEFT_OUT or line.rstrip() in rest, line


def test_settings_named_in_the_readme_exist() -> None:
    known = {field.alias for field in Settings.model_fields.values()}
    named = set(re.findall(r"slipway:(?!index)([A-Za-z]+)", TEXTS["README.md"]))
    assert named
    assert named <= known


def test_project_and_pack_have_one_version() -> None:
    pack = re.search(
        r"^version: (\S+)$", (stacks.ROOT / "policy" / "PulumiPolicy.yaml").read_text(encoding="utf-8"), re.MULTILINE
    )
    project = re.search(
        r'^version = "(\S+)"$', (stacks.ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert pack
    assert project
    assert pack[1] == project[1]

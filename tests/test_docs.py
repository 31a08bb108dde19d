import re
from pathlib import Path

import pytest

from preview.pricing import estimate
from preview.render import Preview, render
from settings.model import Settings
from tests import stacks

PAGES = [
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
def test_make_targets_exist(name: str) -> None:
    makefile = (stacks.ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^)make ([a-z][a-z-]*)", TEXTS[name], re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_readme_shows_what_a_newcomer_sees() -> None:
    """The block in the README is the preview of production, with lines left out where it says so."""
    block = re.search(r"<!-- preview -->\n```\n(.*?)```", TEXTS["README.md"], re.DOTALL)
    assert block is not None
    name = "Pulumi.prod.yaml"
    graph = stacks.recorded(name)
    shown = render(Preview(source=name, graph=graph, estimate=estimate(graph), verdict=stacks.judged(name)), "plain")
    rest = iter(line.rstrip() for line in shown.splitlines())
    for line in block[1].splitlines():
        assert line.strip() == "..." or line.rstrip() in rest, line


def test_settings_named_in_the_readme_exist() -> None:
    known = {field.alias for field in Settings.model_fields.values()}
    named = set(re.findall(r"slipway:(?!index)([A-Za-z]+)", TEXTS["README.md"]))
    assert named
    assert named <= known

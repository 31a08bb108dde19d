"""What is told of a text that is not YAML: the parser's few words, often about a later line, turned into what people did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import yaml as _yaml  # type: ignore[import-untyped] # has no stubs among our dependencies
from yaml.cyaml import CParser  # type: ignore[import-untyped] # as above

Told = tuple[str, int, int]
"""What is wrong, and the line and column where, from 1."""

_BREAK: Final = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_LINE: Final = re.compile(r"(?P<indent> *)(?P<dashes>(?:- +)*)(?P<rest>.*)", re.DOTALL)
_NO_SPACE: Final = re.compile(r"(?P<name>[A-Za-z_][\w./-]*):(?P<value>[^\s:/\\].*)")
_NAME: Final = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s#'"{\[][^#]*?):(?:\s|$)""")
_TAB: Final = "a tab indents this line; YAML takes spaces only"
_DASH: Final = "an element of a list needs a space after its dash"
_TEMPLATE: Final = "a stack file knows no templates; a value with {{ }} needs quotes"
_OPENED: Final = {"sequence": ("[", "]"), "mapping": ("{", "}")}


@dataclass(frozen=True, slots=True)
class _At:
    """A place that the parser names, and the line there."""

    line: int
    """From 0, as the column."""
    column: int
    text: str

    @property
    def character(self) -> str:
        return self.text[self.column : self.column + 1]

    @property
    def before(self) -> str:
        return self.text[: self.column]

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))

    def told(self, problem: str) -> Told:
        return problem, self.line + 1, self.column + 1


def explain(text: str, error: _yaml.YAMLError) -> Told:
    """Return an error of the parser's in words of our own, with the line and column of the mistake."""
    lines = _BREAK.split(text)
    if not isinstance(error, _yaml.MarkedYAMLError) or error.problem_mark is None:
        return _no_character(text, lines, error)
    at = _at(lines, error.problem_mark)
    context = _at(lines, error.context_mark) if error.context_mark is not None else at
    problem: str = error.problem or ""
    for part, explained in _PARTS.items():
        if part in problem:
            return explained(_Mistake(text, lines, at, context, str(error.context or "")))
    return at.told(problem)


def _at(lines: list[str], mark: _yaml.Mark) -> _At:
    return _At(mark.line, mark.column, lines[mark.line] if mark.line < len(lines) else "")


def _no_character(text: str, lines: list[str], error: _yaml.YAMLError) -> Told:
    code = getattr(error, "character", None)
    if not isinstance(code, int) or (index := text.find(chr(code))) < 0:
        return " ".join(str(error).split()), 1, 1
    before = _BREAK.split(text[:index])
    place = _At(len(before) - 1, len(before[-1]), lines[len(before) - 1])
    return place.told(
        f'the character U+{code:04X} cannot stand in YAML; in double quotes it is written "\\x{code:02x}"'
    )


@dataclass(frozen=True, slots=True)
class _Mistake:
    text: str
    lines: list[str]
    at: _At
    """Where the parser gave up."""
    context: _At
    """Where what it was at began."""
    doing: str

    def above(self) -> _At:
        """Return the last line above that is neither empty nor a comment."""
        for number in range(self.at.line - 1, -1, -1):
            line = self.lines[number]
            if line.strip() and not line.lstrip().startswith("#"):
                return _At(number, len(line) - len(line.lstrip(" ")), line)
        return self.at

    def indents(self, *, dashes: bool) -> list[int]:
        """Return the indentations that a name, or an element of a list, can have here, outer ones last."""
        found: list[int] = []
        for line in reversed(self.lines[: self.at.line]):
            matched = _LINE.match(line)
            if not matched or not matched["rest"].strip() or matched["rest"].startswith("#"):
                continue
            outer, inner = len(matched["indent"]), len(matched["indent"] + matched["dashes"])
            here = (
                [outer] if dashes and inner > outer else [inner] if _NAME.match(matched["rest"]) and not dashes else []
            )
            found += [indent for indent in here if not found or indent < found[-1]]
        return found


def _token(m: _Mistake) -> Told:
    if m.at.character == "\t":
        return m.at.told(_TAB)
    return m.at.told(f"a value that begins with {m.at.character} needs quotes")


def _tab(m: _Mistake) -> Told:
    return m.at.told(_TAB)


def _values_not_allowed(m: _Mistake) -> Told:
    begun = _LINE.match(m.at.before)
    if begun and _NAME.match(begun["rest"] + ("" if begun["rest"].endswith(":") else " ")):
        return m.at.told("a second colon in this line; a value with a colon and a space in it needs quotes")
    above = m.above()
    if above.indent >= m.at.indent and (told := _no_name(above)):
        return told
    at = _At(m.at.line, m.at.indent, m.at.text)
    if at.indent > above.indent:
        return at.told(_deeper(at, above))
    return at.told("a name cannot stand here; is a quote, a colon or a bracket missing above?")


def _no_name(at: _At) -> Told | None:
    """Tell what a line that should begin with a name lacks."""
    matched = _LINE.match(at.text)
    rest = matched["rest"].rstrip() if matched else ""
    if re.match(r"-[^\s-]", rest):
        return at.told(_DASH)
    if _NAME.match(rest):
        return None
    found = _NO_SPACE.match(rest)
    if found and " = " not in rest:
        return at.told(f"a colon needs a space behind it: {found['name']}: {found['value']}")
    return at.told("no colon in this line; a setting is written as name: value") if rest else None


def _no_colon(m: _Mistake) -> Told:
    told = _no_name(_At(m.context.line, m.context.column, m.context.text))
    return told or m.context.told("no colon after this name; a setting is written as name: value")


def _no_end(m: _Mistake) -> Told:
    if "quoted" in m.doing:
        return m.context.told("the quote that begins here has no end")
    return m.context.told("what begins here has no end")


def _no_comma(m: _Mistake) -> Told:
    opening, closing = _OPENED["sequence" if "sequence" in m.doing else "mapping"]
    if "{{" in m.context.text[max(0, m.context.column - 1) :]:
        return m.context.told(_TEMPLATE)
    if quote := _late_quote(m):
        return quote
    if m.at.line != m.context.line or m.at.character in ("", "#"):
        return m.context.told(
            f"the {opening} that begins here has no {closing} before line {m.at.line + 1}, or a comma is missing"
        )
    problem = "a comma is missing here, or the value needs quotes"
    if m.at.character in "]}" and m.at.character != closing:
        problem = f"{m.at.character} closes what {opening} began; write {closing}"
    elif m.at.character == ":":
        problem = "a second colon; is a comma missing before it? A value with a colon and a space in it needs quotes"
    return m.at.told(problem)


def _no_key(m: _Mistake) -> Told:
    if told := _late_quote(m) or _after_value(m.at):
        return told
    at, above = m.at, m.above()
    dash = re.match(r"-(\s|$)", at.text.lstrip(" ")) is not None
    if dash and at.indent in m.indents(dashes=False):
        return at.told("an element of a list among names; a list is indented deeper than the name it belongs to")
    if at.indent > above.indent and not dash:
        return at.told(_deeper(at, above))
    fitting = sorted(indent for indent in m.indents(dashes=dash) if indent) or [0]
    return at.told(f"{_indented(at)}, which fits no line above; {' or '.join(map(str, fitting))} would")


def _after_value(at: _At) -> Told | None:
    """Tell of text behind a value that has ended in its line already."""
    before = at.before.rstrip()
    if not before:
        return None
    problem = "this does not belong to the value before it; put the whole value in quotes"
    if "{{" in before:
        problem = _TEMPLATE
    elif at.character and at.character in "]}":
        problem = f"a {at.character} too many; a value that has brackets in it needs quotes"
    elif before.endswith(('"', "'")):
        problem = "text after the quote that ends the value; put the whole value in quotes, with other quotes inside"
    elif before.endswith(("]", "}")):
        problem = "text after the bracket that ends the value; put the whole value in quotes"
    return at.told(problem)


def _indented(at: _At) -> str:
    return f"indented by {at.indent} space{'s' * (at.indent != 1)}"


def _deeper(at: _At, above: _At) -> str:
    return f"{_indented(at)}, deeper than line {above.line + 1} ({above.indent}), which has a value already"


def _late_quote(m: _Mistake) -> Told | None:
    """Tell of a quote that ends only where another should begin: the value in it spans lines, up to the mistake."""
    last = None
    try:
        for event in _yaml.parse(m.text, Loader=CParser):
            if isinstance(event, _yaml.ScalarEvent) and event.style in ("'", '"'):
                last = event
    except _yaml.YAMLError:
        pass  # it is what is being explained
    if last is None or last.start_mark.line == last.end_mark.line or last.end_mark.line != m.at.line:
        return None
    return _at(m.lines, last.start_mark).told(
        f"the quote that begins here ends only on line {last.end_mark.line + 1}; is one missing in this line?"
    )


def _no_dash(m: _Mistake) -> Told:
    return m.at.told("a name among the elements of a list; indent it as its neighbours, or less if the list ends here")


def _no_anchor(m: _Mistake) -> Told:
    return m.context.told(f"a value that begins with {m.context.character} needs quotes")


def _no_list(m: _Mistake) -> Told:
    return m.at.told("a list begins on the line below its name, or stands in brackets: [a, b]")


def _no_escape(m: _Mistake) -> Told:
    escape = m.at.text[m.at.column : m.at.column + 2]
    if not escape.startswith("\\"):
        escape = m.at.before[m.at.before.rfind("\\") :][:2]
    start = m.at if m.at.character == "\\" else _At(m.at.line, max(0, m.at.before.rfind("\\")), m.at.text)
    return start.told(f"{escape} is no escape in double quotes; in single quotes a backslash is itself")


def _no_content(m: _Mistake) -> Told:
    if m.at.character == ",":
        return m.at.told("a value is missing before this comma")
    if m.at.character == "-":
        return m.at.told("inside [] elements stand without dashes, between commas")
    return m.at.told("a value is missing here, or it needs quotes")


def _no_space(m: _Mistake) -> Told:
    return m.at.told("a colon inside {} and [] needs a space behind it")


def _no_block(m: _Mistake) -> Told:
    return m.context.told(f"a value that begins with {m.context.character} needs quotes")


def _no_document(m: _Mistake) -> Told:
    if m.at.character == "%":
        return m.at.told("a line that begins with % is no part of a stack file; leave it out")
    return m.at.told("this does not belong to anything above; is its indentation right?")


_PARTS: Final = {
    "found character that cannot start any token": _token,
    "found a tab character": _tab,
    "mapping values are not allowed": _values_not_allowed,
    "could not find expected ':'": _no_colon,
    "found unexpected end of stream": _no_end,
    "did not find expected ',' or": _no_comma,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_dash,
    "did not find expected alphabetic or numeric character": _no_anchor,
    "block sequence entries are not allowed": _no_list,
    "found unknown escape character": _no_escape,
    "did not find expected hexdecimal number": _no_escape,
    "did not find expected node content": _no_content,
    "found unexpected ':'": _no_space,
    "did not find expected comment or line break": _no_block,
    "did not find expected <document start>": _no_document,
    "found unexpected document indicator": _no_end,
}
"""How each of the parser's problems is explained, by a part of its text."""

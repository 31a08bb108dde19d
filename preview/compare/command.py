"""What `--base` does: both sides at once, and the difference in the wanted format."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from preview import evaluation
from preview.compare import bases, sides

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self

    from preview import export
    from preview.compare import gate
    from preview.compare.change import Comparison
    from preview.compare.edit import Edit
    from preview.graph import Graph
    from preview.pricing import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """What to compare, and how to show it."""

    root: Path
    path: Path
    """The stack file."""
    base: str
    """A git revision, another stack file or an exported stack."""
    pack: Path
    policy_config: Path | None
    format: str
    gate: bool
    """Whether destroying what holds data ends with `gate.DESTRUCTIVE`."""
    waivers: Path

    @classmethod
    def of(cls, options: argparse.Namespace, path: Path, base: str, format_: str) -> Self:
        """Read it from the command's options."""
        return cls(
            root=options.root,
            path=path,
            base=base,
            pack=options.pack or options.root / "policy",
            policy_config=options.policy_config,
            format=format_,
            gate=bool(options.gate),
            waivers=options.waivers or options.root / "waivers.yaml",
        )


Head: TypeAlias = "Callable[[Callable[[Graph], None]], evaluation.Evaluation]"
"""Records and judges the stack file; calls what it is given with what was recorded while the policy pack judges that."""


def run(request: CompareRequest, head: Head) -> tuple[str, int]:
    """Compare, and return what to show and the exit code.

    Args:
        request: what to compare.
        head: the new side; meanwhile the base is recorded in a process of its own.

    Raises:
        evaluation.StoppedError: there is nothing to compare, or the base does not run.
    """
    today = dt.datetime.now(tz=dt.UTC).date()
    waivers = _waivers(request, today)
    try:
        edit, evaluated = compare(request, head)
    except bases.InvalidBase as error:
        raise evaluation.StoppedError(str(error), evaluation.INVALID) from None
    from preview import export  # noqa: PLC0415 - not before the sides run
    from preview.compare import gate  # noqa: PLC0415 - as above

    destroyed = gate.destroyed(edit.comparison, waivers, today) if request.gate else []
    text = _text(edit, request.format, tuple(change.resource.urn for change in destroyed))
    for secret in sorted(edit.hidden, key=len, reverse=True):
        text = text.replace(secret, export.SECRET)
    if destroyed:
        for change in destroyed:
            what = f"{change.resource.type}::{change.resource.name}"
            print(
                f"GATE=destructive: {what} is {change.kind}; if it is meant, waive it in {request.waivers}",
                file=sys.stderr,
            )
        return text, gate.DESTRUCTIVE
    return text, evaluation.REFUSED if evaluated.verdict and evaluated.verdict.refused else evaluation.OK


def _waivers(request: CompareRequest, today: dt.date) -> Sequence[gate.Waiver]:
    if not request.gate:
        return ()
    from preview.compare import gate  # noqa: PLC0415 - slow to import, and few comparisons have a gate

    try:
        return gate.read(request.waivers, today)
    except gate.InvalidWaivers as error:
        raise evaluation.StoppedError(str(error), evaluation.INVALID) from None


def compare(request: CompareRequest, head: Head) -> tuple[Edit, evaluation.Evaluation]:
    """Record both sides and compare them.

    Raises:
        bases.InvalidBase: there is nothing to compare with.
        evaluation.StoppedError: one of them does not run.
    """
    base = bases.find(request.base, request.root, request.path)
    deployed = _exported(base, request.root) if base.kind == "export" else None
    with sides.Recording(base, request.path, request.pack, evaluation.config(request.policy_config)) as recording:
        comparing = Comparing(request, base, recording, deployed)
        evaluated = head(comparing.begin)
        return comparing.edit(evaluated), evaluated


class Comparing:
    """A comparison with a base that is being recorded: what needs no verdict is worked out while the policy packs judge."""

    def __init__(
        self,
        request: CompareRequest,
        base: bases.Base,
        recording: sides.Recording,
        deployed: export.Export | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            request: what to compare.
            base: what it is compared with.
            recording: that base.
            deployed: the exported stack, if the base is one.
        """
        self._request = request
        self._base = base
        self._recording = recording
        self._deployed = deployed
        self._notes: tuple[str, ...] | None = None
        self._known: Compared | None = None

    def begin(self, graph: Graph) -> None:
        """Compare what the new side registered with the base, if that is known by now."""
        from preview import render  # noqa: PLC0415 - not before the sides run
        from preview.compare import edit, shown  # noqa: F401, PLC0415 - as above

        render.load(self._request.format)
        self._notes = tuple(self._base.notes())
        before = self._deployed.graph if self._deployed else self._recording.graph()
        if before:
            self._known = compared(before, graph, self._given)

    def edit(self, evaluated: evaluation.Evaluation) -> Edit:
        """Wait for the base and compare what there is left to compare.

        Raises:
            evaluation.StoppedError: the base does not run.
        """
        side, deployed = self._recording.side(), self._deployed
        made_ = made(
            source=str(self._request.path),
            label=self._base.label,
            before=replace(side, graph=deployed.graph) if deployed else side,
            evaluated=evaluated,
            config=evaluated.config,
            given=self._given,
            known=self._known,
        )
        notes = self._base.notes() if self._notes is None else self._notes
        return replace(
            made_,
            notes=(*notes, *_notes(made_.comparison, deployed)),
            hidden=deployed.plaintexts if deployed else frozenset(),
        )

    @property
    def _given(self) -> Mapping[str, Mapping[str, object]] | None:
        return self._deployed.given if self._deployed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What two recorded sides differ in; it needs no verdict."""

    comparison: Comparison
    cost_before: Estimate
    cost: Estimate
    """Of the new side."""


def compared(
    before: Graph,
    after: Graph,
    given: Mapping[str, Mapping[str, object]] | None = None,
    priced: Estimate | None = None,
) -> Compared:
    """Compare two graphs and price them; `given` and `priced` as in `made`."""
    from preview.compare.difference import compare as difference  # noqa: PLC0415 - not before the sides run
    from preview.pricing import estimate  # noqa: PLC0415 - as above

    comparison = difference(before, after, given=given)
    return Compared(
        comparison=comparison,
        cost_before=priced or estimate(comparison.before),
        cost=estimate(comparison.after),
    )


def made(
    *,
    source: str,
    label: str,
    before: sides.Side,
    evaluated: evaluation.Evaluation,
    config: Mapping[str, object],
    given: Mapping[str, Mapping[str, object]] | None = None,
    priced: Estimate | None = None,
    known: Compared | None = None,
) -> Edit:
    """Compare two recorded sides.

    Args:
        source: the stack file, as the user named it.
        label: the base, for people.
        before: the base as it was recorded.
        evaluated: the new side.
        config: the new side's stack file, its `config:` section.
        given: of an exported stack, see `difference.compare`.
        priced: what the base costs, where that was worked out before.
        known: what `compared` returned for these two, if it was asked before.

    Raises:
        evaluation.StoppedError: the base has no graph.
    """
    from preview.compare.edit import Edit, settings  # noqa: PLC0415 - not before the sides run
    from preview.compare.meaning.statement import Situation  # noqa: PLC0415 - as above

    if before.graph is None:  # pragma: no cover - a recorded side has a graph
        raise evaluation.StoppedError(f"{label}: nothing was recorded", evaluation.INVALID)
    known = known or compared(before.graph, evaluated.graph, given, priced)
    comparison = known.comparison
    situation = Situation(
        comparison=comparison,
        verdict_before=before.verdict,
        verdict_after=evaluated.verdict,
        estimate_before=known.cost_before,
        estimate_after=known.cost,
    )
    differ = settings(before.config, config) if before.config is not None else ()
    return Edit(source=source, base=label, comparison=comparison, situation=situation, settings=tuple(differ))


def _exported(base: bases.Base, root: Path) -> export.Export:
    from preview import export, project  # noqa: PLC0415 - only an exported stack needs it

    try:
        read = export.read(base.path)
        described = project.read(root)
    except (export.InvalidExport, project.InvalidProject) as error:
        raise bases.InvalidBase(f"BASE={base.text}: {error}") from None
    if read.graph.project != described.name:
        raise bases.InvalidBase(
            f"BASE={base.text}: it is an export of project {read.graph.project}, and this is {described.name}: nothing of the "
            "one becomes the other"
        )
    return read


def _notes(comparison: Comparison, deployed: export.Export | None) -> list[str]:
    before, after = comparison.before, comparison.after
    notes = []
    if before.stack != after.stack:
        notes.append(f"the base is stack {before.stack}, this is {after.stack}: resources are matched by type and name")
    if deployed:
        notes += [message.text for message in before.messages]
        if any(resource.secrets for resource in before.resources):
            notes.append("what is encrypted in the export cannot be compared, and counts as the same")
    return notes


def _text(edit: Edit, format_: str, destroyed: tuple[str, ...]) -> str:
    from preview.compare import document, shown  # noqa: PLC0415 - only once there is something to show

    match format_:
        case "json":
            return document.written(edit, destroyed)
        case "markdown":
            return shown.markdown(edit)
        case "rich":
            return shown.rich(edit)
        case "html":
            from preview.picture import page  # noqa: PLC0415 - only this format needs it

            return page.of_edit(edit)
        case _:
            return "\n".join(shown.plain(edit)) + "\n"

"""What is not known: changes whose effect neither the provider's plans nor its documentation told."""

from __future__ import annotations

from collections.abc import Iterator

from preview.compare import replacements
from preview.compare.meaning.statement import Situation, Statement, named


def say(situation: Situation) -> Iterator[Statement]:
    """Say where it is not known whether a change replaces its resource."""
    for change in situation.comparison.kind("updated", "replaced"):
        unknown = [item for item in change.properties if item.effect == "unknown"]
        if not unknown or change.kind == "replaced":
            continue
        rule = replacements.rules().get(change.resource.type)
        words = next((rule.depends[item.plain] for item in unknown if rule and item.plain in rule.depends), "")
        paths = ", ".join(dict.fromkeys(item.path for item in unknown))
        hint = f" ({words})" if words else "; `pulumi preview` tells"
        yield Statement(
            level="caution",
            concern="unknown",
            text=f"It is not known whether {paths} of {named(change.resource)} can change in place or replaces it{hint}",
            urns=(change.resource.urn,),
            setting=situation.setting(change),
        )

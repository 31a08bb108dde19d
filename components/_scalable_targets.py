"""The scalable target of a service: Application Auto Scaling knows one, which the service makes where it scales and hibernation where it only sleeps.

A service that begins or ends to scale hands it over, by an alias: the engine would otherwise take over what is there with the new one, and
then remove it with the old, and with it every policy and schedule.
"""

from __future__ import annotations

import pulumi

_TYPE = "aws:appautoscaling/target:Target"


def of_service(service: str) -> str:
    """Return the URN of what a service makes, by the name of its component."""
    return _urn("slipway:index:Service", f"{service}-scaling")


def of_hibernation(service: str, hibernation: str = "hibernation") -> str:
    """Return the URN of what hibernation makes for a service, by the names of their components."""
    return _urn("slipway:index:Hibernation", f"{hibernation}-{service}-target")


def _urn(component: str, name: str) -> str:
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{component}${_TYPE}::{name}"

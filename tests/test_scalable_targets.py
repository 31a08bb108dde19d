"""Application Auto Scaling knows one scalable target of a service, whichever component makes it."""

from preview.graph import Graph, Resource
from tests import stacks
from tests.settings.files import GONE, as_engine, changed

TARGET = "aws:appautoscaling/target:Target"
HIBERNATION = {
    "slipway:hibernation": {"sleep": "20:00", "wake": "07:00", "allowInProduction": True},
    "slipway:database.backupWindow": "08:00-09:00",
    "slipway:database.maintenanceWindow": "mon:10:00-mon:11:00",
    "slipway:services.api.scaling.schedule": GONE,
}
FIXED = {
    **HIBERNATION,
    "slipway:services.worker.tasks": {"min": 1, "max": 1},
    "slipway:services.worker.scaling": GONE,
}


def of_worker(graph: Graph) -> Resource:
    (target,) = [each for each in graph.of(TARGET) if str(each.inputs["resourceId"]).endswith("worker")]
    return target


def test_a_service_that_begins_or_ends_to_scale_hands_its_target_over() -> None:
    """Otherwise the engine would take the target over with the one and then remove it with the other, and all policies with it."""
    scaled = of_worker(stacks.registered("prod", as_engine(changed(HIBERNATION))))
    asleep = of_worker(stacks.registered("prod", as_engine(changed(FIXED))))
    assert scaled.inputs["resourceId"] == asleep.inputs["resourceId"]
    assert scaled.urn != asleep.urn
    assert scaled.aliases == (asleep.urn,)
    assert asleep.aliases == (scaled.urn,)

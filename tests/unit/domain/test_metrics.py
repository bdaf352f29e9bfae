"""Every metric has a reading where there is something to tell, with the labels it promises."""

from graphwiz_trader.domain.metrics import METRICS, readings
from graphwiz_trader.domain.value import evolve
from tests.unit.domain.test_health import ENGINE, HEALTHY, REPORT


def test_every_metric_is_read_with_its_labels_and_no_other() -> None:
    talkative = evolve(REPORT, alerts={"CIRCUIT_BREAKER": 1})
    sample = evolve(HEALTHY, engines=(evolve(ENGINE, report=talkative),))

    found = readings(sample)

    labels = {metric.name: len(metric.labels) for metric in METRICS}
    assert {reading.name for reading in found} == set(labels)
    assert all(len(reading.labels) == labels[reading.name] for reading in found)

"""Every metric has a reading where there is something to tell, with the labels it promises."""

from graphwiz_trader.domain.metrics import METRICS, readings, spreads
from graphwiz_trader.domain.value import evolve
from tests.unit.domain.test_health import ENGINE, HEALTHY, REPORT


def test_every_metric_is_read_with_its_labels_and_no_other() -> None:
    durations = {**REPORT.durations, "strategy": REPORT.durations["data"]}
    talkative = evolve(REPORT, alerts={"CIRCUIT_BREAKER": 1}, durations=durations)
    sample = evolve(HEALTHY, engines=(evolve(ENGINE, report=talkative),))

    found = (*readings(sample), *spreads(sample))

    labels = {metric.name: len(metric.labels) for metric in METRICS}
    assert {each.name for each in found} == set(labels)
    assert all(len(each.labels) == labels[each.name] for each in found)

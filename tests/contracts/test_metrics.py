"""Prometheus reads on loopback what the last sample said."""

from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graphwiz_trader.adapters.prometheus.metrics import PrometheusMetrics, served
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.metrics import METRICS, exposed_names, readings, spreads
from tests.ports import unclaimed
from tests.unit.domain.test_health import HEALTHY


@pytest.fixture
def port() -> int:
    return unclaimed()


@pytest.mark.contract
def test_readings_are_served_under_their_names(port: int) -> None:
    metrics = PrometheusMetrics()
    metrics.show(readings(HEALTHY), spreads(HEALTHY))

    with served(metrics, port), urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()

    families = list(text_string_to_metric_families(text))
    samples = {
        (sample.name, sample.labels.get("run", "")): sample.value
        for family in families
        for sample in family.samples
    }
    buckets = {
        (sample.labels["stage"], sample.labels["le"]): sample.value
        for family in families
        for sample in family.samples
        if sample.name == "graphwiz_order_latency_seconds_bucket"
    }
    assert samples["graphwiz_messages_total", "paper-0001"] == 100
    assert samples["graphwiz_memory_percent", ""] == 30
    assert samples["graphwiz_outbox_commands", "paper-0001"] == 2
    assert samples["graphwiz_data_latency_seconds_sum", "paper-0001"] == 0.002
    assert buckets == {("ack", "0.005"): 2, ("ack", "0.01"): 3, ("ack", "+Inf"): 3}
    assert {name for name, _ in samples} <= {
        name for metric in METRICS for name in exposed_names(metric)
    }


@pytest.mark.contract
def test_a_port_that_is_taken_is_an_error_that_names_it(port: int) -> None:
    with (
        served(PrometheusMetrics(), port),
        pytest.raises(DataError, match=str(port)),
        served(PrometheusMetrics(), port),
    ):
        pass

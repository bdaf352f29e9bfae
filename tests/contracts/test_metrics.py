"""Prometheus reads on loopback what the last sample said."""

import socket
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graphwiz_trader.adapters.prometheus.metrics import PrometheusMetrics, served
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.metrics import METRICS, exposed, readings
from tests.unit.domain.test_health import HEALTHY


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@pytest.mark.contract
def test_readings_are_served_under_their_names(port: int) -> None:
    metrics = PrometheusMetrics()
    metrics.show(readings(HEALTHY))

    with served(metrics, port), urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()

    samples = {
        (sample.name, sample.labels.get("run", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["graphwiz_messages_total", "paper-0001"] == 100
    assert samples["graphwiz_memory_percent", ""] == 30
    assert {name for name, _ in samples} <= {exposed(metric) for metric in METRICS}


@pytest.mark.contract
def test_a_port_that_is_taken_is_an_error_that_names_it(port: int) -> None:
    with (
        served(PrometheusMetrics(), port),
        pytest.raises(DataError, match=str(port)),
        served(PrometheusMetrics(), port),
    ):
        pass

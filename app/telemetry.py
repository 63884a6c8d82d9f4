"""What the service counts. One registry per app, so that two in one process do not mix."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS: Final = (
    0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
)  # fmt: skip


class Telemetry:
    """The service's metrics."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.requests = Histogram(
            "fraud_request_seconds", "Time to answer.", ("path", "status"),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.in_flight = Gauge("fraud_requests_in_flight", "Being answered.", registry=registry)
        self.decisions = Counter(
            "fraud_decisions_total", "Acknowledged, by kind.", ("decision", "degraded"),
            registry=registry,
        )  # fmt: skip
        self.errors = Counter(
            "fraud_dependency_errors_total", "Failed calls.", ("dependency", "error"),
            registry=registry,
        )  # fmt: skip
        self.fast_windows = Gauge(
            "fraud_fast_windows", "1 while Redis answers for the windows.", registry=registry
        )
        self.refills = Counter(
            "fraud_windows_refilled_total", "Payments put into Redis after the fact.",
            registry=registry,
        )  # fmt: skip

    def exposition(self) -> bytes:
        """In the text format that Prometheus scrapes."""
        return generate_latest(self._registry)

"""What the service counts. One registry per app, so that two in one process do not mix."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS: Final = (
    0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.006, 0.0075, 0.01, 0.0125, 0.015, 0.02,
    0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
)  # fmt: skip
_PAYMENTS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)
STAGES: Final = ("waited", "judged", "recorded")
"""Of a round."""
_DAYS: Final = (1, 3, 5, 7, 8, 10, 14, 21, 30, 45, 60, 90, 180)


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
        self.round_payments = Histogram(
            "fraud_round_payments", "Decided together.", buckets=_PAYMENTS, registry=registry
        )
        self.round_seconds = Histogram(
            "fraud_round_seconds", "How long the oldest payment of a round waited for it, then its"
            " windows and its model took, then its record on two instances.", ("stage",),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.shed = Counter(
            "fraud_shed_total", "Sent away, because too much was waiting.", ("why",),
            registry=registry,
        )  # fmt: skip
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
        self.labels = Counter(
            "fraud_labels_total", "Labels acknowledged.", ("fraud", "changed"), registry=registry
        )
        self.label_delay = Histogram(
            "fraud_label_delay_seconds", "From a payment's time until its label was told.",
            buckets=[86_400 * days for days in _DAYS], registry=registry,
        )  # fmt: skip
        self.model_info = Gauge(
            "fraud_model_info", "1 for what this process runs.", ("version", "alias"),
            registry=registry,
        )  # fmt: skip
        self.model_refusals = Counter(
            "fraud_model_refusals_total", "Models that could not be used.", ("version",),
            registry=registry,
        )  # fmt: skip
        self.shadow_scored = Counter(
            "fraud_shadow_scored_total", "Payments that the challenger scored.", registry=registry
        )
        self.shadow_dropped = Counter(
            "fraud_shadow_dropped_total", "Payments that it could not keep up with.",
            registry=registry,
        )  # fmt: skip
        self.shadow_outcomes = Counter(
            "fraud_shadow_outcomes_total", "What both models would do.", ("champion", "challenger"),
            registry=registry,
        )  # fmt: skip
        self.drift = Gauge(
            "fraud_drift_psi", "Stability index of the last run: 0.1 shifted, 0.25 drifted.",
            ("feature", "version"), registry=registry,
        )  # fmt: skip
        self.drift_payments = Gauge(
            "fraud_drift_payments", "Payments that the last run looked at.", registry=registry
        )
        self.drift_computed = Gauge(
            "fraud_drift_computed_timestamp_seconds", "When the last run was.", registry=registry
        )
        self.rules_live = Gauge(
            "fraud_rules_live_version", "The rule set that judges; 0: the built-in one.",
            registry=registry,
        )  # fmt: skip
        self.rules_age = Gauge(
            "fraud_rules_seen_seconds", "Since the live rule set was last looked for.",
            registry=registry,
        )  # fmt: skip
        self.rule_hits = Counter(
            "fraud_rule_hits_total", "Payments that a live rule hit.", ("rule",), registry=registry
        )
        self.lease_held = Gauge(
            "fraud_lease_held", "1 while this process may acknowledge.", registry=registry
        )
        self.lease_held.set(1)

    def exposition(self) -> bytes:
        """In the text format that Prometheus scrapes."""
        return generate_latest(self._registry)

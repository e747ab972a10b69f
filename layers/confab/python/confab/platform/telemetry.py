"""Logs and metrics. Neither is ever given message text, e-mail addresses, keys, or the text of an exception."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

OF_ALL: Final = frozenset({"Refused", "Retries", "TransactionConflicts", "SpentUsd"})
"""Metrics that are also summed over all functions: an alarm reads one metric, and each it reads costs."""


class Telemetry:
    """Writes a function's JSON log lines, and its metrics in the embedded metric format.

    Args:
        logger, metrics: they take service, namespace and level from the function's environment.
        gathered: gives what was counted elsewhere since it was asked last.
    """

    def __init__(
        self, logger: Logger, metrics: Metrics, gathered: Callable[[], Mapping[str, float]] = lambda: {}
    ) -> None:
        self._logger = logger
        self._metrics = metrics
        self._gathered = gathered
        self._request: dict[str, Any] = {}

    def count(self, **counts: int) -> None:
        """Count what happened, as metrics of these names with a capital."""
        for name, value in counts.items():
            self._metrics.add_metric(name=_metric(name), unit=MetricUnit.Count, value=value)

    def measure(self, **seconds: float) -> None:
        """Measure how long something took or has lasted, in seconds, as metrics of these names with a capital."""
        for name, value in seconds.items():
            self._metrics.add_metric(name=_metric(name), unit=MetricUnit.Seconds, value=round(value, 3))

    def notice(self, what: str, **context: str | int) -> None:
        """Log something to know about that is no error."""
        self._logger.warning(what, extra=context)

    def failure(self, what: str, error: BaseException, **context: str | int) -> None:
        """Log an unexpected error: its type and the places it passed, because its text may quote a message."""
        frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        self._logger.error(what, extra={"error": type(error).__name__, "frames": frames, **context})

    def request(self, **said: str | int) -> None:
        """Say what was asked and how it was answered; it is written with the metrics of the request, in one line."""
        self._request = {name: value for name, value in said.items() if value != ""}

    def flush(self) -> None:
        """Write out the request and the metrics counted since the last time."""
        for name, value in self._gathered().items():
            if value:
                self._metrics.add_metric(name=_metric(name), unit=MetricUnit.Count, value=round(value, 9))
        line: dict[str, Any] = {"service": self._metrics.service}
        if self._metrics.metric_set:
            line = dict(self._metrics.serialize_metric_set())
            self._sum_over_all(line["_aws"]["CloudWatchMetrics"])
            self._metrics.clear_metrics()
        elif not self._request:
            return
        sys.stdout.write(json.dumps(line | self._request, separators=(",", ":")) + "\n")
        self._request = {}

    @staticmethod
    def _sum_over_all(directives: list[Any]) -> None:
        (own,) = directives
        shared = [metric for metric in own["Metrics"] if metric["Name"] in OF_ALL]
        if shared:
            directives.append({**own, "Dimensions": [[]], "Metrics": shared})


def _metric(name: str) -> str:
    return name[0].upper() + name[1:]

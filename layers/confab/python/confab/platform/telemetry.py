"""Logs and metrics. Neither is ever given message text, e-mail addresses, keys, or the text of an exception."""

from __future__ import annotations

import traceback

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit


class Telemetry:
    """What a function tells about itself: JSON log lines, and metrics in the embedded metric format.

    Args:
        logger, metrics: they take service, namespace and level from the function's environment.
    """

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics

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

    def flush(self) -> None:
        """Write out the metrics counted since the last time."""
        if self._metrics.metric_set:
            self._metrics.flush_metrics()


def _metric(name: str) -> str:
    return name[0].upper() + name[1:]

"""What the notice of an alert says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confab.alerts.alert import ABSOLUTE, ALERT, PREVIOUS_WINDOW
from confab.alerts.states import FAILED, OPENED, RECOVERED, WITHOUT_DATA
from confab.domain.chatbot import Chatbot
from confab.domain.metrics import METRICS
from confab.domain.notices import Message, Notice, Told

NAMES: Final[Mapping[str, str]] = {
    "conversations": "conversations",
    "messages": "messages",
    "avg_sentiment": "mean sentiment",
    "negative_rate": "negative messages of users",
    "resolution_rate": "resolved conversations",
    "escalation_rate": "escalated conversations",
    "flag_rate": "conversations with the flag",
    "unanswered_rate": "replies without an answer",
    "feedback_negative_rate": "negative feedback",
    "topic_count": "conversations about the topic",
    "analysis_failed": "failed analyses",
    "capture_rejected": "refused captures",
}
WINDOWS: Final[Mapping[str, str]] = {
    "15m": "15 minutes",
    "1h": "hour",
    "4h": "4 hours",
    "1d": "24 hours",
    "1w": "7 days",
}


def message_of(_: Chatbot, told: Told, notice: Notice) -> Message:
    """The message of a notice."""
    said = notice.figures
    metric = str(said["metric"]["name"])
    about = said["metric"].get("flag") or said["metric"].get("topic")
    subject = f"{NAMES[metric]} {about}" if about else NAMES[metric]
    lines = [f"{subject}, last {WINDOWS[said['window']]}: {_value(metric, said['value'])} (of {said['sample']})"]
    if said["value"] is None:
        lines = [f"{subject}, last {WINDOWS[said['window']]}: no figure"]
    if said["comparedWith"] is not None:
        against = "the window before" if said["threshold"]["change"] == PREVIOUS_WINDOW else "the mean of seven days"
        lines.append(f"{against}: {_value(metric, said['comparedWith'])}, change: {_change(metric, said['change'])}")
    lines += [f"lines: {_lines(said['threshold'])}", *([str(said["reason"])] if said["reason"] else [])]
    return Message(title=f"{told.name}: {_title(notice.type, said)}", lines=lines, data={"alert": dict(said)})


def _title(kind: str, said: Mapping[str, Any]) -> str:
    if kind == OPENED:
        return "alert" if said["state"] == ALERT else "warning"
    return {RECOVERED: "recovered", WITHOUT_DATA: "no data", FAILED: "could not be evaluated"}[kind]


def _lines(threshold: Mapping[str, Any]) -> str:
    operator = threshold["operator"]
    parts = [f"alert {operator} {threshold['alert']:g}"]
    if threshold.get("warning") is not None:
        parts.append(f"warning {operator} {threshold['warning']:g}")
    return ", ".join(parts) + ("" if threshold["change"] == ABSOLUTE else " (change)")


def _value(metric: str, value: float | None) -> str:
    if value is None:
        return "no figure"
    if METRICS[metric].counts:
        return f"{value:,.1f}".removesuffix(".0")
    return f"{value:+.2f}" if metric == "avg_sentiment" else f"{value:.1%}"


def _change(metric: str, change: float) -> str:
    return f"{change:+.2f}" if metric == "avg_sentiment" else f"{change:+.1%}"

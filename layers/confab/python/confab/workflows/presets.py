"""Rules to begin with: what a team most often wants to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confab.domain.rules import ALERT, WORKFLOW


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule to begin with, without destinations.

    Attributes:
        category: what it is for, in OpenBat's words.
        rule: the body of a new rule.
    """

    id: str
    name: str
    category: str
    rule: Mapping[str, Any]


def _preset(
    preset_id: str,
    name: str,
    category: str,
    on: str,
    conditions: Sequence[tuple[str, str, Any]],
    *,
    logic: str = "AND",
    **more: Any,
) -> Preset:
    when = {
        "logic": logic,
        "conditions": [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions],
    }
    return Preset(preset_id, name, category, {"kind": WORKFLOW, "name": name, "on": on, "when": when, **more})


PRESETS: Final = (
    _preset(
        "negative-sentiment-alert",
        "Negative Sentiment Alert",
        "Alerting",
        "user_message",
        [("sentiment.score", "<=", -0.6)],
        cadence="immediate",
    ),
    _preset(
        "escalation-on-frustration",
        "Escalation on Frustration",
        "Escalation",
        "conversation",
        [("flag", "in", ["frustrated_user", "churn_risk"]), ("outcome", "=", "escalated")],
        logic="OR",
        cadence="immediate",
    ),
    Preset(
        "topic-spike-monitor",
        "Topic Spike Monitor",
        "Reporting",
        {
            "kind": ALERT,
            "name": "Topic Spike Monitor",
            "metric": {"name": "topic_count", "topic": "refund"},
            "window": "1d",
            "threshold": {"operator": ">", "alert": 1, "change": "vs_7d_mean", "minimum": 20},
        },
    ),
    _preset(
        "chatbot-quality-gate",
        "Chatbot Quality Gate",
        "Moderation",
        "assistant_message",
        [("outcome", "in", ["capability_failure", "incorrect", "deflected"])],
        cadence="15m",
    ),
    _preset(
        "hallucination-flag",
        "Hallucination Flag",
        "Moderation",
        "assistant_message",
        [("behaviour", "=", "hallucinating")],
        cadence="immediate",
    ),
    _preset(
        "positive-feedback-tracker",
        "Positive Feedback Tracker",
        "General",
        "conversation",
        [("feedback", "=", "positive")],
        cadence="1h",
    ),
    _preset(
        "flag-to-webhook", "Flag to webhook", "General", "user_message", [("flag", "=", "churn_risk")], cadence="5m"
    ),
    _preset(
        "outcome-to-webhook",
        "Outcome to webhook",
        "General",
        "conversation",
        [("outcome", "=", "unresolved")],
        cadence="5m",
    ),
    _preset(
        "sentiment-drop-to-webhook",
        "Sentiment drop to webhook",
        "General",
        "conversation",
        [("sentiment.score", "<", -0.2)],
        cadence="5m",
    ),
)

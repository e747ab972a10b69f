"""Makes the answers of exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from confab.spans.hints import hints_of
from confab.spans.ingest import Ingested
from confab.spans.wire import message_of, nested

if TYPE_CHECKING:
    from confab.dialects.otlp.answers import ExportedLogs, ExportedTraces, Ingestion


def traces_answer(done: Ingested) -> ExportedTraces:
    """The answer of an export of traces."""
    if not done.rejected:
        return {}
    return {"partialSuccess": {"rejectedSpans": done.rejected, "errorMessage": _reason(done)}}


def logs_answer(done: Ingested) -> ExportedLogs:
    """The answer of an export of logs."""
    if not done.rejected:
        return {}
    return {"partialSuccess": {"rejectedLogRecords": done.rejected, "errorMessage": _reason(done)}}


def packed_answer(done: Ingested) -> bytes:
    """The answer of either in Protocol Buffers, where both are alike."""
    if not done.rejected:
        return b""
    return nested(1, message_of([(1, done.rejected), (2, _reason(done))]))


def ingestion_answer(counts: Mapping[str, int], days: int) -> Ingestion:
    """What came in the last days, today among them."""
    textless = sum(count for name, count in counts.items() if name.startswith("textless."))
    logged = sum(count for name, count in counts.items() if name.startswith("logged."))
    return {
        "days": days,
        "calls": counts.get("calls", 0),
        "withoutText": max(textless - logged, 0),
        "inferred": counts.get("inferred", 0),
        "cut": counts.get("cut", 0),
        "rejected": counts.get("rejected", 0),
        "warnings": hints_of(counts),
    }


def _reason(done: Ingested) -> str:
    return "; ".join(done.reasons)

"""An example of each body, by the name of its model: shown in the document, sent by the sample events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "QueryBody": {
        "select": [{"type": "aggregation", "aggregation": "count"}, {"type": "time", "timeUnit": "day"}],
        "orderBy": [{"field": "count", "direction": "desc"}],
    },
    "ThreadsQueryBody": {
        "select": [{"type": "field", "field": "question"}],
        "where": {"condition": {"field": "isAnswerConfident", "operator": "eq", "value": False}},
        "query": "refund",
    },
    "PropertyKeysBody": {"field": "properties", "views": ["conversations_view"]},
    "PropertyValuesBody": {"field": "properties", "key": "plan", "limit": 100},
    "SqlBody": {"sql": "SELECT outcome, count(*) AS conversations FROM conversations GROUP BY outcome"},
    "BatchBody": {
        "batch": [
            {
                "id": "e-1",
                "type": "generation-create",
                "timestamp": "2026-01-01T09:00:00Z",
                "body": {
                    "id": "g-1",
                    "traceId": "t-1",
                    "startTime": "2026-01-01T09:00:00Z",
                    "endTime": "2026-01-01T09:00:01Z",
                    "model": "gpt-5-mini",
                    "input": [{"role": "user", "content": "Where is my parcel?"}],
                    "output": "At the depot.",
                },
            }
        ]
    },
    "LangfuseScore": {"id": "s-1", "traceId": "t-1", "name": "helpful", "value": 1, "dataType": "BOOLEAN"},
    "TracesBody": {
        "resourceSpans": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
                "scopeSpans": [
                    {
                        "scope": {"name": "example"},
                        "spans": [
                            {
                                "traceId": "0af7651916cd43dd8448eb211c80319c",
                                "spanId": "b7ad6b7169203331",
                                "name": "chat gpt-5-mini",
                                "startTimeUnixNano": "1767258000000000000",
                                "endTimeUnixNano": "1767258001000000000",
                                "attributes": [
                                    {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                                    {"key": "gen_ai.conversation.id", "value": {"stringValue": "sample-otel"}},
                                    {
                                        "key": "gen_ai.input.messages",
                                        "value": {"stringValue": '[{"role":"user","content":"Where is my parcel?"}]'},
                                    },
                                    {
                                        "key": "gen_ai.output.messages",
                                        "value": {"stringValue": '[{"role":"assistant","content":"At the depot."}]'},
                                    },
                                ],
                            }
                        ],
                    }
                ],
            }
        ]
    },
    "LogsBody": {"resourceLogs": []},
    "CaptureBody": {
        "conversationId": "sample-1",
        "messages": [
            {
                "id": "m-1",
                "role": "user",
                "content": "My parcel has not arrived. Can you help?",
                "sentAt": "2026-01-01T09:00:00Z",
            },
            {
                "id": "m-2",
                "role": "assistant",
                "content": "I am sorry about that. It is at the depot and arrives tomorrow.",
                "sentAt": "2026-01-01T09:00:04Z",
                "tools": [{"name": "track_parcel", "input": {"order": "1001"}, "output": {"state": "at the depot"}}],
            },
            {"id": "m-3", "role": "user", "content": "Great, thank you!", "sentAt": "2026-01-01T09:01:00Z"},
        ],
        "user": {"id": "user-1", "name": "Ada Sample", "email": "ada@example.com", "plan": "free"},
        "organization": {"id": "org-1", "name": "Example Ltd", "plan": "team"},
        "session": {
            "id": "session-1",
            "pageUrl": "https://shop.example.com/orders",
            "device": "desktop",
            "country": "DE",
        },
        "custom": {"channel": "web", "cart_value": 42.5, "returning": True},
    },
    "TrackBody": {
        "conversationId": "sample-2",
        "messages": [
            {"role": "user", "content": "Do you ship to Norway?"},
            {"role": "assistant", "content": "Yes, within five days."},
        ],
        "user": {"id": "user-2", "email": "kai@example.com", "name": "Kai Sample"},
        "organization": {"id": "org-1", "name": "Example Ltd"},
        "metadata": {"channel": "web"},
    },
    "ImportBody": {"format": "csv", "columns": {"content": "Text"}, "dryRun": True},
    "ExportBody": {"format": "csv", "filters": {"outcome": "unresolved"}},
    "ReconcileBody": {
        "conversations": [{"conversationId": "sample-1", "messages": [{"id": "m-1", "sha256": "0f" * 32}]}],
    },
    "ChatbotBody": {"name": "Helper"},
    "ChatbotPatch": {"name": "Helper", "settings": {"greeting": {"en": "Hello"}}},
    "KeyBody": {"name": "dashboard", "role": "read"},
    "TopicBody": {"name": "Billing", "phrases": ["invoice", "charged twice"]},
    "TopicPatch": {"name": "Payments"},
    "ResponderBody": {"url": "https://bot.example.com/confab"},
    "AnalyzerPatch": {"provider": "builtin"},
    "DestinationBody": {"type": "webhook", "name": "Ticket system", "url": "https://hooks.example.com/confab"},
    "DestinationPatch": {"enabled": True},
    "WorkflowBody": {
        "kind": "workflow",
        "name": "Angry customers",
        "on": "user_message",
        "when": {"logic": "AND", "conditions": [{"field": "sentiment.score", "operator": "<=", "value": -0.6}]},
        "cadence": "5m",
        "destinations": ["00000000-0000-4000-8000-000000000009"],
    },
    "AlertBody": {
        "kind": "alert",
        "name": "Many unhappy messages",
        "metric": {"name": "negative_rate"},
        "window": "1h",
        "threshold": {"operator": ">", "alert": 0.3, "warning": 0.2, "minimum": 20},
        "destinations": ["00000000-0000-4000-8000-000000000009"],
    },
    "ReportBody": {
        "kind": "report",
        "name": "Weekly report",
        "schedule": {"every": "week", "weekday": "monday", "hour": 9, "timezone": "Europe/Berlin"},
        "destinations": ["00000000-0000-4000-8000-000000000009"],
    },
    "RulePatch": {"enabled": False},
    "FieldBody": {"name": "seats", "type": "number", "required": True},
    "FieldNameBody": {"name": "seat_colour"},
    "HandleBody": {
        "channelId": "site",
        "channelName": "web",
        "providerId": "visitor-17",
        "message": {"text": "Where is my order?"},
        "providerMessageId": "in-1",
    },
    "EventBody": {"channelId": "site", "channelName": "web", "providerId": "visitor-17", "event": "user_seen_message"},
    "PayloadBody": {
        "conversationId": "00000000-0000-5000-8000-000000000002",
        "stepId": "checkout",
        "event": "step",
        "eventPayload": '{"cart":3}',
    },
    "CustomEventBody": {
        "conversationId": "00000000-0000-5000-8000-000000000002",
        "event": "order_shipped",
        "payload": {"order": 7},
    },
    "CreateBody": {
        "conversation": {
            "contactId": "visitor-17",
            "channelId": "site",
            "channelType": "web",
            "name": "Ann",
            "environment": "prod",
            "language": "EN",
            "providerId": "visitor-17",
        }
    },
    "PatchBody": {"conversation": {"archived": True, "tags": ["delivery"]}},
    "CreateMessageBody": {
        "disableSending": True,
        "message": {"sender": "agent", "content": {"text": "It left our house this morning."}},
    },
    "NotesBody": {"notes": ["Customer requested callback"]},
    "VariableBody": {"value": "ann@example.com"},
    "InboxMessageBody": {"conversationId": "00000000-0000-5000-8000-000000000002", "text": "How can I help?"},
    "PatchMessageBody": {"message": {"status": "read"}},
    "OpenAIConversation": {
        "id": "chat/1",
        "type": "openai",
        "messages": [
            {"id": "message-1", "role": "user", "content": "Where is my order?"},
            {
                "id": "message-2",
                "role": "assistant",
                "content": "It is on its way.",
                "links": [{"url": "https://example.com/orders"}],
            },
        ],
        "userProperties": {"userId": "user-1"},
    },
    "ScoreBody": {
        "id": "rating-1",
        "conversationId": "chat-42",
        "messageId": "m-1",
        "name": "helpfulness",
        "value": 4,
        "source": "end_user",
        "userId": "user-1",
    },
    "FeedbackBody": {"type": "negative", "messageId": "message-2", "reasons": [{"label": "wrong", "details": ""}]},
    "MessageEvent": {"type": "assistant_message_copied", "entityType": "message", "messageId": "message-2"},
    "RpcMessage": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "overview", "arguments": {}}},
}

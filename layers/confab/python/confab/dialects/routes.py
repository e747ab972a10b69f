"""Every route that is served: the one list that template.yaml is checked against."""

from __future__ import annotations

import re
from typing import Final

ROUTES: Final = (
    ("POST", "/api/v1/capture"),
    ("POST", "/v1/capture"),
    ("POST", "/v1/track"),
    ("GET", "/api/v1/conversations"),
    ("GET", "/api/v1/conversations/{id}"),
    ("GET", "/api/v1/chatbots"),
    ("POST", "/api/v1/chatbots"),
    ("GET", "/api/v1/chatbots/{id}"),
    ("PATCH", "/api/v1/chatbots/{id}"),
    ("DELETE", "/api/v1/chatbots/{id}"),
    ("POST", "/api/v1/chatbots/{id}/rotate-key"),
    ("GET", "/api/v1/keys"),
    ("POST", "/api/v1/keys"),
    ("POST", "/api/v1/keys/{keyId}/rotate"),
    ("DELETE", "/api/v1/keys/{keyId}"),
    ("GET", "/api/v1/chatbots/{id}/keys"),
    ("POST", "/api/v1/chatbots/{id}/keys"),
    ("POST", "/api/v1/chatbots/{id}/keys/{keyId}/rotate"),
    ("DELETE", "/api/v1/chatbots/{id}/keys/{keyId}"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/chatbots/{id}/topics"),
    ("POST", "/api/v1/chatbots/{id}/topics"),
    ("PATCH", "/api/v1/chatbots/{id}/topics/{topicId}"),
    ("DELETE", "/api/v1/chatbots/{id}/topics/{topicId}"),
    ("GET", "/api/v1/chatbots/{id}/responder"),
    ("POST", "/api/v1/chatbots/{id}/responder"),
    ("DELETE", "/api/v1/chatbots/{id}/responder"),
    ("POST", "/api/v1/chatbots/{id}/responder/rotate-secret"),
    ("GET", "/api/v1/chatbots/{id}/analyzer"),
    ("PATCH", "/api/v1/chatbots/{id}/analyzer"),
    ("GET", "/api/v1/chatbots/{id}/fields"),
    ("POST", "/api/v1/chatbots/{id}/fields"),
    ("DELETE", "/api/v1/chatbots/{id}/fields"),
    ("POST", "/api/v1/chatbots/{id}/fields/deny"),
    ("GET", "/api/v1/chatbots/{id}/users/{userId+}"),
    ("DELETE", "/api/v1/chatbots/{id}/users/{userId+}"),
    ("GET", "/api/v1/chatbots/{id}/erasures"),
    ("GET", "/v1/chatbots/{chatbotId}/conversations"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations"),
    ("GET", "/v1/chatbots/{chatbotId}/conversations/find"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations/handle"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations/event"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations/payload"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations/custom-event"),
    ("GET", "/v1/chatbots/{chatbotId}/conversations/{conversationId}"),
    ("PATCH", "/v1/chatbots/{chatbotId}/conversations/{conversationId}"),
    ("DELETE", "/v1/chatbots/{chatbotId}/conversations/{conversationId}"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations/{conversationId}/custom-event"),
    ("GET", "/v1/chatbots/{chatbotId}/conversations/{conversationId}/messages"),
    ("POST", "/v1/chatbots/{chatbotId}/conversations/{conversationId}/messages"),
    ("GET", "/v1/chatbots/{chatbotId}/conversations/{conversationId}/messages/{messageId}"),
    ("PATCH", "/v1/chatbots/{chatbotId}/conversations/{conversationId}/messages/{messageId}"),
    ("GET", "/api/v1/analytics/overview"),
    ("GET", "/api/v1/analytics/sentiment"),
    ("GET", "/v1/insights/topics"),
    ("GET", "/v1/insights/flags"),
    ("GET", "/v1/insights/outcomes"),
    ("GET", "/v1/insights/conversations"),
    ("GET", "/v1/insights/conversations/{id}/analysis"),
    ("GET", "/v1/insights/users"),
    ("GET", "/v1/insights/users/{id+}"),
    ("GET", "/v1/insights/organizations"),
    ("GET", "/v1/insights/organizations/{id+}"),
    ("POST", "/conversations"),
    ("GET", "/conversations"),
    ("GET", "/conversations/{id+}"),
    ("DELETE", "/conversations/{id+}"),
    ("GET", "/conversations/external/{id+}"),
    ("POST", "/feedback"),
    ("GET", "/feedback"),
    ("GET", "/feedback/{id+}"),
    ("DELETE", "/feedback/{id+}"),
    ("POST", "/events"),
)
"""``{id+}`` takes slashes too: an HTTP API decodes ``%2F`` before it looks for the route."""


def methods_of(path: str) -> list[str]:
    """The methods that a path is served with; empty when it is not served at all."""
    return sorted({method for method, route in ROUTES if re.fullmatch(_pattern(route), path, re.DOTALL)})


def _pattern(route: str) -> str:
    return re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+\+\}", ".+", route))

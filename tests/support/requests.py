"""Requests of every dialect to a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confab.capture import history_wiring
from confab.capture import wiring as capture_wiring
from confab.capture.reach import BROWSERS, SERVERS
from confab.dialects.chatcaptain import routes as chatcaptain
from confab.dialects.inkeep import routes as inkeep
from confab.dialects.inkeep.mapping import conversation_answer, history_request
from confab.dialects.inkeep.models import conversation_model
from confab.dialects.openbat.capture import CaptureBody, capture_answer, capture_request
from confab.dialects.openbat.track import TrackBody, track_request
from confab.erasure import conversation_wiring

from tests.support.answers import Answer
from tests.support.deployment import LocalDeployment, Tenant
from tests.support.lambda_events import http_event

# Whose function answers paths that are no route, too.
INKEEP, CHATCAPTAIN = (dialect.ROUTES[0].function for dialect in (inkeep, chatcaptain))


class Requests(LocalDeployment):
    """A deployment that is sent requests."""

    def inkeep(self, key: str | None, method: str, path: str, body: Any = None, **event: Any) -> Answer:
        """A request in the Inkeep dialect."""
        return self.call(INKEEP, http_event(method, path, key, body, **event))

    def manage(
        self, key: str | None, method: str, chatbot_id: str, path: str = "", body: Any = None, **event: Any
    ) -> Answer:
        """A request in the ChatCaptain dialect; ``path`` follows the chatbot's conversations."""
        whole = f"/v1/chatbots/{chatbot_id}/conversations{path}"
        return self.call(CHATCAPTAIN, http_event(method, whole, key, body, **event))

    def admin(self, key: str | None, method: str, path: str, body: Any = None, **event: Any) -> Answer:
        """A request to the administration; ``path`` follows ``/api/v1``."""
        return self.request(method, f"/api/v1{path}", key, body, **event)

    def send_history(self, key: str, body: Any) -> Answer:
        return self.inkeep(key, "POST", "/conversations", body)

    def send_history_directly(self, tenant: Tenant, body: dict[str, Any], *, web: bool = False) -> dict[str, Any]:
        """As ``capture_directly``, for a whole history, with the key of a server or of a browser."""
        request = history_request(conversation_model(body).model_validate(body))
        log_conversation = history_wiring.log_conversation(self.deployment, conversation_wiring.erase(self.deployment))
        history = log_conversation(tenant.id, request, BROWSERS if web else SERVERS)
        return dict(conversation_answer(history.stored).answer)

    def capture(self, key: str, body: Any, **event: Any) -> Answer:
        return self.request("POST", "/api/v1/capture", key, body, **event)

    def track(self, key: str, body: Any, **event: Any) -> Answer:
        return self.request("POST", "/v1/track", key, body, **event)

    def capture_directly(self, tenant: Tenant, body: Mapping[str, Any]) -> dict[str, Any]:
        """Capture without the HTTP resolver, which serves one request at a time: for clients in threads."""
        request = capture_request(CaptureBody.model_validate(dict(body)), {})
        return dict(capture_answer(capture_wiring.capture(self.deployment)(tenant.id, request), []))

    def track_directly(self, tenant: Tenant, body: Mapping[str, Any]) -> None:
        """As ``capture_directly``, for track."""
        capture_wiring.capture(self.deployment)(tenant.id, track_request(TrackBody.model_validate(dict(body)), {}))

    def read(self, key: str, conversation_id: str) -> Answer:
        return self.request("GET", f"/api/v1/conversations/{conversation_id}", key)

    def list_page(self, key: str, **query: str) -> Answer:
        return self.request("GET", "/api/v1/conversations", key, query=query)

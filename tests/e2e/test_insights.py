"""Insights through the deployed stack: what is captured is analysed, counted and found."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.e2e.stack import LocalStack, eventually


def test_every_read_knows_of_an_analysed_conversation(stack: LocalStack) -> None:
    user = f"team/ann 50% {uuid4()}"
    message = {"id": "m1", "role": "user", "content": "Third time I ask for my refund. Useless! Cancel my account."}
    body = {"conversationId": user, "messages": [message], "user": {"id": user}}
    captured = stack.request("POST", "/api/v1/capture", json=body).json()["conversationId"]

    def read(what: str, **query: str) -> Any:
        return stack.read(f"/v1/insights/{what}", params={"chatbotId": stack.demo["chatbotId"], **query}).json()

    found = eventually(lambda: read("conversations", user=user)["conversations"])
    assert [row["id"] for row in found] == [captured]
    assert read(f"users/{quote(user, safe='')}")["conversations"] == 1
    assert user in [each["id"] for each in read("users", limit="100")["users"]]
    assert captured in [sample["id"] for topic in read("topics", limit="100")["topics"] for sample in topic["samples"]]
    assert {flag["flag"]: flag["messages"] for flag in read("flags")["flags"]}["churn_risk"] >= 1
    assert read("outcomes")["conversations"] >= 1
    assert read(f"conversations/{captured}/analysis")["messages"][0]["result"]["provider"] == "builtin"

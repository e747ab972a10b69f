"""What the tests of the OpenBat dialect share."""

from __future__ import annotations

from tests.support.answers import Answer


def assert_error(answer: Answer, status: int, code: str, *, success: str = "ok") -> None:
    """The answer is an error of the dialect, whole."""
    assert answer.status == status, answer.body
    assert answer.body.keys() == {success, "error", "code", "details", "requestId"}
    assert answer.body[success] is False
    assert answer.body["code"] == code
    assert answer.body["error"] and "\n" not in answer.body["error"]
    assert answer.body["requestId"] == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"
    assert all(detail.keys() == {"path", "message"} for detail in answer.body["details"])

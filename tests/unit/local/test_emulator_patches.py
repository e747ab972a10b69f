"""What the local engine is made to do as AWS does."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator_patches import completed, with_failures

PATTERN = {"dynamodb": {"NewImage": {"pendingSince": {"N": [{"exists": False}]}}}}


@pytest.mark.parametrize(
    ("record", "image"),
    [
        ({}, {"pendingSince": {}}),
        ({"dynamodb": {"NewImage": {"sk": {"S": "HEAD"}}}}, {"sk": {"S": "HEAD"}, "pendingSince": {}}),
        ({"dynamodb": {"NewImage": {"pendingSince": {"N": "1"}}}}, {"pendingSince": {"N": "1"}}),
    ],
)
def test_a_pattern_meets_an_empty_object_where_a_record_has_none(record: Any, image: Any) -> None:
    assert completed(record, PATTERN)["dynamodb"]["NewImage"] == image


@pytest.mark.parametrize("body", [{"batchItemFailures": [{"itemIdentifier": "1"}]}, '{"batchItemFailures": [{}]}'])
def test_a_stream_gets_a_batch_again_of_which_something_failed(body: Any) -> None:
    stream, queue = ({"Records": [{"eventSource": source}]} for source in ("aws:dynamodb", "aws:sqs"))
    assert with_failures(stream, {"body": body}) == {"body": body, "error": True}
    assert with_failures(queue, {"body": body}) == {"body": body}


@pytest.mark.parametrize("body", [None, "", {}, {"batchItemFailures": []}, '{"batchItemFailures": []}', "[]"])
def test_a_batch_of_which_nothing_failed_is_done(body: Any) -> None:
    assert with_failures({"Records": [{"eventSource": "aws:dynamodb"}]}, {"body": body}) == {"body": body}
    assert with_failures(None, {"body": body}) == {"body": body}

"""A bucket in memory, with the calls of S3 that the facts make."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import MagicMock

from botocore.exceptions import ClientError


@dataclass
class Stored:
    """An object."""

    content: bytes
    at: datetime


class MemoryBucket:
    """A client of S3 whose one bucket is in memory.

    Attributes:
        fetched: how many objects were read.
        page: how many entries a page of a listing has.
        before: is told of each call before it is made.
        before_next_get: is called once, before the next object is read.
        lose_all: whether no object can be read.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.meta = MagicMock()
        self.objects: dict[str, Stored] = {}
        self.fetched = 0
        self.page = 1000
        self.before: Callable[[str], None] = lambda _: None
        self.before_next_get: Callable[[], None] | None = None
        self.lose_all = False
        self._now = now

    def drop(self, key: str) -> None:
        """Remove an object."""
        self.objects.pop(key, None)

    def put_object(self, *, Bucket: str, Key: str, Body: Any, ContentType: str = "") -> dict[str, Any]:
        self.before("put")
        content = Body if isinstance(Body, bytes) else Body.read()
        self.objects[Key] = Stored(content, self._now())
        return {}

    def generate_presigned_post(self, *, Bucket: str, Key: str, Conditions: Any, ExpiresIn: int) -> dict[str, Any]:
        return {"url": "https://bucket.test/", "fields": {"key": Key}}

    def generate_presigned_url(self, operation: str, *, Params: Mapping[str, str], ExpiresIn: int) -> str:
        return f"https://bucket.test/{Params['Key']}"

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        self.before("get")
        if self.before_next_get is not None:
            hook, self.before_next_get = self.before_next_get, None
            hook()
        if self.lose_all or Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": ""}}, "GetObject")
        self.fetched += 1
        return {"Body": io.BytesIO(self.objects[Key].content)}

    def list_objects_v2(
        self, *, Bucket: str, Prefix: str, Delimiter: str | None = None, ContinuationToken: str = ""
    ) -> dict[str, Any]:
        self.before("list")
        keys = sorted(key for key in self.objects if key.startswith(Prefix))
        if Delimiter is not None:
            keys = sorted({Prefix + key[len(Prefix) :].split(Delimiter)[0] + Delimiter for key in keys})
        later = [key for key in keys if key > ContinuationToken]
        shown, more = later[: self.page], len(later) > self.page
        entries: Mapping[str, Any] = (
            {"CommonPrefixes": [{"Prefix": key} for key in shown]}
            if Delimiter is not None
            else {"Contents": [self._entry(key) for key in shown]}
        )
        return {**entries, "IsTruncated": more, **({"NextContinuationToken": shown[-1]} if more else {})}

    def delete_objects(self, *, Bucket: str, Delete: Mapping[str, Any]) -> dict[str, Any]:
        self.before("delete")
        for named in Delete["Objects"]:
            self.drop(named["Key"])
        return {}

    def _entry(self, key: str) -> dict[str, Any]:
        stored = self.objects[key]
        digest = hashlib.md5(stored.content, usedforsecurity=False).hexdigest()
        return {"Key": key, "Size": len(stored.content), "ETag": f'"{digest}"', "LastModified": stored.at}

"""Objects in a bucket of S3: files whose content never changes under one key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from confab.platform.errors import Unavailable

AT_A_TIME: Final = 1000
"""How many objects one call removes at most."""
_BLOCK: Final = 1 << 20
_GONE: Final = ("NoSuchKey", "404")


class ObjectGone(Exception):
    """There is no object of this key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An object as its bucket lists it.

    Attributes:
        modified_at: when it was written (UTC), by the bucket's clock.
    """

    key: str
    size: int
    etag: str
    modified_at: datetime


class Objects:
    """A bucket.

    Args:
        client: of S3.
        bucket: its name.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def under(self, prefix: str) -> Iterator[Listed]:
        """The objects whose keys begin with a text, in the order of their keys; the listing is consistent.

        Raises:
            Unavailable: the bucket did not answer.
        """
        for page in self._pages(Prefix=prefix):
            for each in page.get("Contents", ()):
                yield Listed(
                    key=each["Key"],
                    size=each["Size"],
                    etag=each["ETag"].strip('"'),
                    modified_at=each["LastModified"],
                )

    def folders(self, prefix: str) -> list[str]:
        """What stands between a text that keys begin with and the next slash, each once.

        Raises:
            Unavailable: the bucket did not answer.
        """
        return [
            each["Prefix"].removeprefix(prefix).rstrip("/")
            for page in self._pages(Prefix=prefix, Delimiter="/")
            for each in page.get("CommonPrefixes", ())
        ]

    def _pages(self, **request: str) -> Iterator[Mapping[str, Any]]:
        while True:
            with _translated():
                page: Mapping[str, Any] = self._client.list_objects_v2(Bucket=self._bucket, **request)
            yield page
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def fetch(self, key: str, path: Path) -> None:
        """Write an object's content to a path.

        Raises:
            ObjectGone: there is none.
            Unavailable: the bucket did not answer.
        """
        with _translated():
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            with closing(body), path.open("wb") as target:
                while block := body.read(_BLOCK):
                    target.write(block)

    def put(self, key: str, path: Path) -> None:
        """Store a file as an object.

        Raises:
            Unavailable: the bucket did not answer; the object may be there.
        """
        with _translated(), path.open("rb") as content:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def put_text(self, key: str, text: str, content_type: str) -> None:
        """Store a text as an object.

        Raises:
            Unavailable: the bucket did not answer; the object may be there.
        """
        with _translated():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=text.encode(), ContentType=content_type)

    def address(self, key: str, seconds: int) -> str:
        """Where anybody can get an object for a while, without a key."""
        params = {"Bucket": self._bucket, "Key": key}
        return str(self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    def upload(self, key: str, most: int, seconds: int) -> dict[str, Any]:
        """How anybody can store an object for a while, without a key: a form's address and its fields.

        Args:
            most: how many bytes it may have.
        """
        form: dict[str, Any] = self._client.generate_presigned_post(
            Bucket=self._bucket, Key=key, Conditions=[["content-length-range", 1, most]], ExpiresIn=seconds
        )
        return form

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are gone already are no error.

        Raises:
            Unavailable: the bucket did not remove all of them.
        """
        for start in range(0, len(keys), AT_A_TIME):
            named = [{"Key": key} for key in keys[start : start + AT_A_TIME]]
            with _translated():
                answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": named, "Quiet": True})
            if answer.get("Errors"):
                raise Unavailable("Files could not be removed; try again.")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _GONE:
            raise ObjectGone from None
        raise Unavailable("The bucket of the files did not answer; try again.") from error
    except BotoCoreError as error:
        raise Unavailable("The bucket of the files did not answer; try again.") from error

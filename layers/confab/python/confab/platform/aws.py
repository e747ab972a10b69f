"""AWS clients made fast: a function's start-up is mostly the making of its first client.

botocore alone, because importing boto3 adds a fifth; its service descriptions read in one go; and no search
through the descriptions of all four hundred services for the few that are used.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader
from botocore.parsers import JSONParser, ResponseParserFactory

SERVICES: Final = ("dynamodb", "sqs", "bedrock-runtime", "s3", "athena")
ATTRIBUTE_VALUE: Final = "AttributeValue"
"""What DynamoDB's description calls the shape of a value."""
WRITERS: Final = 32
"""How many writes one request has under way at most; the connection pool is as large."""
MODEL_SECONDS: Final = 50
"""The most that a model may take to answer; two answers must fit into the consumer's timeout."""


class _FastFiles:
    """Reads botocore's JSON files; the loader's own reader builds ordered dictionaries, pair by pair."""

    def exists(self, file_path: str) -> bool:
        return Path(f"{file_path}.json").is_file() or Path(f"{file_path}.json.gz").is_file()

    def load_file(self, file_path: str) -> Any:
        if Path(file_path).name == "endpoints":
            return _legacy_endpoints(self.load_file(file_path.removesuffix("endpoints") + "partitions"))
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


def _legacy_endpoints(partitions: Mapping[str, Any]) -> dict[str, Any]:
    """The older endpoint table, from the partitions alone.

    The SDK still loads it to learn a region's partition, 1.2 MB of it, and then resolves addresses by rule sets.
    """
    return {
        "partitions": [
            {
                "partition": partition["id"],
                "regionRegex": partition["regionRegex"],
                "dnsSuffix": partition["outputs"]["dnsSuffix"],
                "regions": partition["regions"],
                "services": {},
                "defaults": {
                    "hostname": "{service}.{region}.{dnsSuffix}",
                    "protocols": ["https"],
                    "signatureVersions": ["v4"],
                },
            }
            for partition in partitions["partitions"]
        ]
    }


class _NamedServices(Loader):  # type: ignore[misc]
    """Takes it that these services exist; a misspelt one fails when its description is loaded."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(file_loader=_FastFiles(), include_default_search_paths=True)
        self._services = list(services)

    def list_available_services(self, type_name: str) -> list[str]:
        return self._services


class _FlatAttributes(JSONParser):  # type: ignore[misc]
    """Takes attribute values as they come: the SDK's own parser asks each of them for every type that there is.

    Reading a large conversation is mostly this. Without these two methods the SDK parses as ever, three times slower.
    """

    def _handle_map(self, shape: Any, value: Any) -> Any:
        if shape.value.name == ATTRIBUTE_VALUE and value is not None:
            return {name: _attribute(each) for name, each in value.items()}
        return super()._handle_map(shape, value)

    def _handle_structure(self, shape: Any, value: Any) -> Any:
        if shape.name == ATTRIBUTE_VALUE and value is not None:
            return _attribute(value)
        return super()._handle_structure(shape, value)


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value as the SDK gives it: bytes are decoded, the rest is as JSON has it."""
    ((kind, content),) = value.items()
    decode = _DECODERS.get(kind)
    return value if decode is None else {kind: decode(content)}


_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "B": b64decode,
    "BS": lambda contents: [b64decode(each) for each in contents],
    "L": lambda contents: [_attribute(each) for each in contents],
    "M": lambda contents: {name: _attribute(each) for name, each in contents.items()},
}


class _Parsers(ResponseParserFactory):  # type: ignore[misc]
    """Gives ``_FlatAttributes`` for JSON; the SDK's own parser where its settings have another name."""

    def create_parser(self, protocol_name: str) -> Any:
        defaults = getattr(self, "_defaults", None)
        if protocol_name != "json" or defaults is None:
            return super().create_parser(protocol_name)
        return _FlatAttributes(**defaults)


class Clients:
    """Makes clients with short timeouts and the SDK's own retries, for use by many threads.

    The parameters are built by ``confab.storage``, so the SDK need not check them again.

    Args:
        endpoint_url: another address for AWS; None for AWS itself.
        seconds: the most that an answer may take.
    """

    def __init__(self, endpoint_url: str | None = None, *, seconds: float = 5) -> None:
        self._endpoint_url = endpoint_url
        self._config = Config(
            connect_timeout=1,
            read_timeout=seconds,
            retries={"mode": "standard", "total_max_attempts": 4},
            max_pool_connections=WRITERS,
            parameter_validation=False,
            # One address a region; the SDK's other one for the first region needs a table that is not loaded.
            s3={"us_east_1_regional_endpoint": "regional"},
            # Fixed, because the SDK composes its own for every single call: a fifth of a call's CPU.
            user_agent="confab",
        )

    @cached_property
    def _session(self) -> botocore.session.Session:
        session = botocore.session.get_session()
        session.register_component("data_loader", _NamedServices(SERVICES))
        session.register_component("response_parser_factory", _Parsers())
        return session

    def _client(self, service: str, **given: Any) -> Any:
        """A client; one of the SDK's own session where another version of the SDK does not take the parts above."""
        try:
            return self._session.create_client(service, endpoint_url=self._endpoint_url, **given)
        except (AttributeError, ImportError, LookupError, TypeError):
            plain = botocore.session.Session()
            return plain.create_client(service, endpoint_url=self._endpoint_url, **given)

    def __call__(self, service: str) -> Any:
        """A client of one of ``SERVICES``."""
        return self._client(service, config=self._config)

    def bedrock(self, region: str, *, seconds: float = MODEL_SECONDS) -> Any:
        """A client for Bedrock's models.

        Args:
            region: where it calls, whatever region the functions are in.
            seconds: the most that a model may take to answer.
        """
        config = Config(
            connect_timeout=2,
            read_timeout=seconds,
            # What fails goes back to the queue, which waits longer than an SDK does and costs no function's time.
            retries={"total_max_attempts": 1},
            user_agent="confab",
        )
        return self._client("bedrock-runtime", region_name=region, config=config)

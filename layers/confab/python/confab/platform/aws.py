"""AWS clients made fast: a function's start-up is mostly the making of its first client.

botocore alone, because importing boto3 adds a fifth; its service descriptions read by a faster parser; and no search
through the descriptions of all four hundred services for the two that are used.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader
from pydantic_core import from_json

WRITERS: Final = 32
"""How many writes one request has under way at most; the connection pool is as large."""


class _FastFiles:
    """Reads botocore's JSON files; the loader's own reader builds an ordered dictionary pair by pair."""

    def exists(self, file_path: str) -> bool:
        return any(os.path.isfile(file_path + extension) for extension in (".json", ".json.gz"))

    def load_file(self, file_path: str) -> Any:
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return from_json(plain.read_bytes())
        return from_json(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


class _NamedServices(Loader):  # type: ignore[misc]
    """Takes it that the services asked for exist; a misspelt one fails when its description is loaded."""

    def __init__(self, *services: str) -> None:
        super().__init__(file_loader=_FastFiles(), include_default_search_paths=True)
        self._services = list(services)

    def list_available_services(self, type_name: str) -> list[str]:
        return self._services


def client(service: str, *, endpoint_url: str | None = None) -> Any:
    """A client with short timeouts and the SDK's own retries, for use by many threads.

    The parameters are built by ``confab.storage``, so the SDK need not check them again.
    """
    config = Config(
        connect_timeout=2,
        read_timeout=6,
        retries={"mode": "standard", "total_max_attempts": 4},
        max_pool_connections=WRITERS,
        parameter_validation=False,
    )
    session = botocore.session.get_session()
    session.register_component("data_loader", _NamedServices(service))
    return session.create_client(service, config=config, endpoint_url=endpoint_url)

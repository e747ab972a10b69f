"""AWS clients: botocore alone, because importing boto3 adds a fifth to the cold start of a function."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config

WRITERS = 32
"""How many writes one request has under way at most; the connection pool is as large."""


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
    return botocore.session.get_session().create_client(service, config=config, endpoint_url=endpoint_url)

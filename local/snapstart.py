"""Turns a built template into one whose functions start from a snapshot (`make build SNAPSTART=on`).

A snapshot belongs to a published version. SAM publishes one only when the code or the text of the template changed, so
a changed parameter alone would be deployed and not take effect; a tag that is new in every build makes sure it does.
"""

from __future__ import annotations

from typing import Any

OLDEST = (3, 12)


class Unsupported(Exception):
    """The runtime has no snapshots."""


def with_snapshots(template: dict[str, Any], runtime: str, build: str) -> dict[str, Any]:
    """The template with snapshots on.

    Args:
        template: a built template, changed in place.
        runtime: the Lambda runtime it was built for, as in ``python3.13``.
        build: a name that no other build has.

    Raises:
        Unsupported: the runtime is older than python3.12.
    """
    version = tuple(int(part) for part in runtime.removeprefix("python").split("."))
    if version < OLDEST:
        raise Unsupported(f"SnapStart needs python3.12 or newer, and this build is for {runtime}.")
    function = template["Globals"]["Function"]
    function["AutoPublishAlias"] = "live"
    function["AutoPublishAliasAllProperties"] = True
    function["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    function["Tags"] = {**function.get("Tags", {}), "confab:build": build}
    return template

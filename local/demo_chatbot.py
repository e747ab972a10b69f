"""The demo workspace with its chatbot and keys: made at the first start and kept, so that they stay the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.credentials import ROLES, hash_key
from confab.platform.settings import Settings
from confab.serving import sessions

from local.instance import read_json, write_private_json
from local.saved import set_aside

Demo = dict[str, str]
WORKSPACE = "Demo"
CHATBOT = "Demo chatbot"
LINK_LIFETIME = timedelta(days=1)
SAMPLE_FIELDS = {"app_version": "string", "locale": "string"}


def ensure(demo_file: Path, base_url: str, endpoint: str, table: str) -> tuple[Demo, str | None]:
    """The demo chatbot's addresses and keys.

    Returns:
        Them, and what to tell about keys that were made now: an empty text where there is nothing to tell, None where
        the keys that were kept are known.
    """
    deployment = Deployment(Settings(table=table), client=aws.Clients(endpoint))
    kept = read_json(demo_file)
    if "apiKey" in kept and deployment.credentials.key(hash_key(kept["apiKey"])) is not None:
        demo = {**kept, "baseUrl": base_url}
        if demo != kept:
            write_private_json(demo_file, demo)
        return demo, None
    told = ""
    if kept:
        old = set_aside(demo_file, datetime.now(UTC))
        told = f"The keys of {demo_file} are not known here; the file was kept as {old.name}. "
    workspace, chatbot = _known(deployment) or _opened(deployment)
    demo = {"baseUrl": base_url, **_issued(deployment, workspace, chatbot)}
    if _has_conversations(deployment, chatbot):
        told += "The demo chatbot and its conversations are kept; it has new keys, and the old ones stay valid."
    write_private_json(demo_file, demo)
    return demo, told


def sign_in_link(demo: Demo, endpoint: str, table: str) -> str:
    """The address that signs one browser in to the demo's dashboard, once. The key itself is not in it."""
    deployment = Deployment(Settings(table=table), client=aws.Clients(endpoint))
    token = sessions(deployment).offer_link(demo["workspaceId"], hash_key(demo["adminKey"]), LINK_LIFETIME)
    return f"{demo['baseUrl']}/dashboard#signin={token}"


def _known(deployment: Deployment) -> tuple[str, str] | None:
    """The demo's workspace and chatbot, where there are some."""
    tenants = admin_wiring.administration(deployment)
    for workspace, name in tenants.workspaces():
        if name == WORKSPACE:
            for chatbot in tenants.chatbots(workspace):
                if chatbot.name == CHATBOT:
                    return workspace, chatbot.id
    return None


def _opened(deployment: Deployment) -> tuple[str, str]:
    administration = admin_wiring.administration(deployment)
    workspace = administration.create_workspace(WORKSPACE)
    chatbot = administration.create_chatbot(workspace, CHATBOT).id
    for name, kind in SAMPLE_FIELDS.items():
        admin_wiring.field_schema(deployment).declare(chatbot, name, kind)
    return workspace, chatbot


def _issued(deployment: Deployment, workspace: str, chatbot: str) -> Demo:
    administration = admin_wiring.administration(deployment)
    ingest = administration.create_key(workspace, "demo: capture", chatbot_id=chatbot, permissions=ROLES["ingest"])
    admin = administration.create_key(workspace, "demo: everything", permissions=ROLES["admin"])
    return {"workspaceId": workspace, "chatbotId": chatbot, "apiKey": ingest.secret, "adminKey": admin.secret}


def _has_conversations(deployment: Deployment, chatbot: str) -> bool:
    return next(iter(deployment.conversations.every(chatbot)), None) is not None

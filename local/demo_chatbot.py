"""The demo workspace with its chatbot and keys: made at the first start and kept, so that they stay the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.credentials import ROLES, hash_key
from confab.platform.settings import Settings
from confab.serving import sessions

from local.instance import read_json, write_private_json

Demo = dict[str, str]
LINK_LIFETIME = timedelta(days=1)
SAMPLE_FIELDS = {"app_version": "string", "locale": "string"}


def ensure(demo_file: Path, base_url: str, endpoint: str, table: str) -> tuple[Demo, bool]:
    """The demo chatbot's addresses and keys, and whether they were made now."""
    deployment = Deployment(Settings(table=table), client=aws.Clients(endpoint))
    kept = read_json(demo_file)
    known = "apiKey" in kept and deployment.credentials.key(hash_key(kept["apiKey"])) is not None
    demo = {**kept, "baseUrl": base_url} if known else {"baseUrl": base_url, **_create(deployment)}
    if demo != kept:
        write_private_json(demo_file, demo)
    return demo, not known


def sign_in_link(demo: Demo, endpoint: str, table: str) -> str:
    """The address that signs one browser in to the demo's dashboard, once. The key itself is not in it."""
    deployment = Deployment(Settings(table=table), client=aws.Clients(endpoint))
    token = sessions(deployment).offer_link(demo["workspaceId"], hash_key(demo["adminKey"]), LINK_LIFETIME)
    return f"{demo['baseUrl']}/dashboard#signin={token}"


def _create(deployment: Deployment) -> Demo:
    administration = admin_wiring.administration(deployment)
    workspace = administration.create_workspace("Demo")
    chatbot = administration.create_chatbot(workspace, "Demo chatbot").id
    for name, kind in SAMPLE_FIELDS.items():
        admin_wiring.field_schema(deployment).declare(chatbot, name, kind)
    ingest = administration.create_key(workspace, "demo: capture", chatbot_id=chatbot, permissions=ROLES["ingest"])
    admin = administration.create_key(workspace, "demo: everything", permissions=ROLES["admin"])
    return {"workspaceId": workspace, "chatbotId": chatbot, "apiKey": ingest.secret, "adminKey": admin.secret}

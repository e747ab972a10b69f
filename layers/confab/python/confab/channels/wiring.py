"""Puts together the channels: managed conversations, messages of channels, answers of responders."""

from __future__ import annotations

from confab.capture import wiring as capture_wiring
from confab.channels.answer_store import AnswerStore
from confab.channels.catalogue import ManagedConversations
from confab.channels.change import ChangeConversations, ChangeParts
from confab.channels.deliver import DeliveryStores, Exchange, Respond
from confab.channels.edit import EditMessage
from confab.channels.handle import ChannelStores, Handle
from confab.channels.receive import ReceiveMessages
from confab.channels.rows import ManagedRows
from confab.channels.store import ManagementStore
from confab.deployment import Deployment, shared
from confab.dialects.chatcaptain.delivery import Wording
from confab.platform.outbound import Outbound
from confab.platform.webhooks import WebhookSender
from confab.redaction import wiring as redaction_wiring
from confab.storage import wiring as storage_wiring


@shared
def store(deployment: Deployment) -> ManagementStore:
    """The managed part of conversations."""
    return ManagementStore(deployment.table, deployment.visibility)


@shared
def rows(deployment: Deployment) -> ManagedRows:
    """The rows of managed conversations."""
    return ManagedRows(deployment.conversations, deployment.enqueue_analysis, now=deployment.now)


@shared
def managed_conversations(deployment: Deployment) -> ManagedConversations:
    """Lists and finds conversations of channels."""
    return ManagedConversations(
        store(deployment),
        storage_wiring.list_walks(deployment),
        storage_wiring.partitions(deployment),
        now=deployment.now,
    )


@shared
def change_conversations(deployment: Deployment) -> ChangeConversations:
    """Makes and changes conversations of channels."""
    return ChangeConversations(
        store(deployment),
        managed_conversations(deployment),
        rows(deployment),
        redaction_wiring.redactors(deployment),
        now=deployment.now,
        new_conversation_id=deployment.new_timed_id,
    )


@shared
def change_parts(deployment: Deployment) -> ChangeParts:
    """Changes notes and single variables of conversations of channels."""
    return ChangeParts(store(deployment), redaction_wiring.redactors(deployment), now=deployment.now)


@shared
def receive_messages(deployment: Deployment) -> ReceiveMessages:
    """Stores messages of conversations of channels."""
    return ReceiveMessages(
        store(deployment),
        rows(deployment),
        capture_wiring.capture(deployment),
        redaction_wiring.redactors(deployment),
        now=deployment.now,
        new_message_id=deployment.new_id,
    )


@shared
def edit_message(deployment: Deployment) -> EditMessage:
    """Changes messages of conversations of channels."""
    return EditMessage(
        store(deployment),
        deployment.conversations,
        managed_conversations(deployment),
        rows(deployment),
        redaction_wiring.redactors(deployment),
        request_token=deployment.request_token,
    )


@shared
def handle(deployment: Deployment) -> Handle:
    """Takes what channels send."""
    return Handle(
        receive_messages(deployment),
        change_conversations(deployment),
        ChannelStores(store(deployment), storage_wiring.events(deployment)),
        respond(deployment),
        redaction_wiring.redactors(deployment),
        deployment.runtime,
    )


@shared
def respond(deployment: Deployment) -> Respond:
    """Sends messages and events to responders and stores their answers."""
    outbound = Outbound(allow_loopback=deployment.settings.allow_loopback_responder)
    return Respond(
        DeliveryStores(
            answers=AnswerStore(deployment.table),
            events=storage_wiring.events(deployment),
            partitions=storage_wiring.partitions(deployment),
        ),
        capture_wiring.capture(deployment),
        deployment.delivery_queue,
        Exchange(WebhookSender(outbound, deployment.settings.responder_seconds), Wording()),
        redaction_wiring.redactors(deployment),
        now=deployment.now,
    )

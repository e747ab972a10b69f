"""Managed conversations, and the events of their channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import TIME, Described

CHANNELS: Final[Mapping[str, Described]] = {
    # conversation
    "conversation": Described("The conversation."),
    "CreateBody.conversation": Described("The conversation to create."),
    "PatchBody.conversation": Described("The fields to change."),
    "name:string": Described("A name that people read.", "Ann Example"),
    "channelName": Described("The channel's name; a type such as `web` also sets the type.", "web"),
    "channelType": Described("The type of the channel.", "web"),
    "callee": Described("The number that was called; with it the channel is a telephone.", "+49301234567"),
    "environment": Described("Whether the conversation is real or a test.", "prod"),
    "photoUrl": Described("A picture of the contact.", "https://example.com/ann.png"),
    "idToken": Described("Always null."),
    "sessionCount": Described("How many sessions; a new one begins after 24 hours without a message.", 1),
    "lastBlock": Described("The last step of a flow; null when there was none."),
    "lastButton": Described("The last button that was pressed; null when there was none."),
    "Block.id": Described("The id of the step or the button.", "ask-order-number"),
    "Block.name": Described("The name of the step or the button.", "Order number"),
    "unread": Described("Whether there is something that no operator has read.", True),
    "contact": Described("Who writes; null fields are removed."),
    "ConversationBody.language": Described("Two upper-case letters.", "EN"),
    "ConversationPatch.language": Described("Two upper-case letters; null removes it.", "EN"),
    "HandleBody.language": Described("Two upper-case letters.", "EN"),
    "Contact.language": Described("Two upper-case letters; null removes it.", "EN"),
    "Conversation.language": Described("The contact's language, as it was sent.", "EN"),
    "Conversation.name": Described("The conversation's title, else the contact's name or id.", "Ann Example"),
    "ConversationBody.name": Described("The conversation's title.", "Order 42"),
    "ConversationPatch.name": Described("The conversation's title; null removes it.", "Order 42"),
    "deleted": Described("Always true."),
    "contactId": Described("The contact's id in the caller's system; the user's id in other dialects.", "visitor-17"),
    "operatorId": Described("The id of the person who took the conversation over.", "operator-3"),
    "tags": Described("The caller's own labels.", ["returns"]),
    "variables": Described("The caller's own variables.", {"order": 42}),
    "async": Described("Whether to answer at once and to ask the responder later.", False),
    "payload": Described("What belongs to the event.", {"order": 42}),
    "notes:array": Described("Notes of operators.", ["Customer requested callback"]),
    "variable": Described("The variable."),
    "Variables.variables": Described("The variables, by name."),
    "Variable.id": Described("Its name.", "customer_email"),
    "Variable.name": Described("Its name.", "customer_email"),
    "Variable.value": Described("Its value; any JSON.", "ann@example.com"),
    "VariableBody.value": Described("Its value; any JSON.", "ann@example.com"),
    "variables/{variableId}": Described("The variable's name.", "customer_email"),
    "publicApps": Described("Always empty."),
    "InboxMessageBody.text": Described("What the operator writes.", "How can I help?"),
    "InboxMessageBody.attachmentRef": Described("A reference to a file that is kept elsewhere.", "att-7"),
    # messages
    "message": Described("The message."),
    "CreateMessageBody.message": Described("The message to store."),
    "PatchMessageBody.message": Described("The fields to change."),
    "HandleBody.message": Described(
        "What the contact wrote: a text, a content object, or content parts. Without it the conversation is "
        "only found or created.",
        "Hello",
    ),
    "MessageBody.content": Described("A text, a content object, or content parts.", "Hello"),
    "MessagePatch.content": Described(
        "A text, a content object, or content parts; it replaces the former content.", "Hello"
    ),
    "ChannelMessage.content": Described("The content object; its parts are the caller's."),
    "HandledMessage.message": Described("The message as it is stored; null when none was sent."),
    "HandledEvent.event": Described("The event as it is stored."),
    "HandledPayload.payload": Described("The payload as it is stored."),
    "ChannelMessage.type": Described("The type of the message: that of its content's part, `text` for words.", "text"),
    "MessageBody.type": Described("The type of the message; without it that of the content's part.", "text"),
    "status": Described("How far the message is: `received`, `created`, or what a caller set.", "delivered"),
    "HandleBody.sent": Described(
        "When the contact sent the message: ISO 8601, or seconds or milliseconds since 1970.", TIME
    ),
    "processed": Described("When the message was processed: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "received": Described("When the message was received: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "read": Described("When the contact saw the message: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "image": Described("The address of a picture.", "https://example.com/ann.png"),
    "disableSending": Described(
        "Required by the contract. Confab never sends a message to a channel, whatever it says.", True
    ),
    "Content.file": Described("A file: its address and what is known of it."),
    "Content.buttons": Described("Buttons that the contact may press."),
    "Content.selectedButton": Described("The button that the contact pressed."),
    "Content.template": Described("A template of the channel, filled in."),
    "Content.contact": Described("A contact that was shared."),
    "Content.location": Described("A place that was shared."),
    "Content.note": Described("A note of an operator, which the contact does not see."),
    "Content.voiceHangup": Described("Says that the call ended."),
    "Content.voiceTransfer": Described("Says that the call was passed on."),
    "Content.agentHandover": Described("Says that a person takes over."),
    "Content.email": Described("An e-mail, with its subject and bodies."),
    "Content.transcription": Described("What was understood of speech."),
    "ChannelMessage.processed": Described(
        "When the message was processed: ISO 8601 in UTC; null when that is not known.", TIME
    ),
    "ChannelMessage.received": Described(
        "When the message was received: ISO 8601 in UTC; null when that is not known.", TIME
    ),
    "ChannelMessage.read": Described(
        "When the contact saw the message: ISO 8601 in UTC; null when that is not known.", TIME
    ),
    "ChannelMessage.sent": Described("When the message was sent: ISO 8601 in UTC; null when that is not known.", TIME),
    "sent": Described("When the message was sent: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "outgoing": Described("Whether the message goes to the contact.", True),
    "ChannelMessage.created": Described("When the message was stored or written: ISO 8601 in UTC.", TIME),
    # events
    "event": Described("What happened, as a word of the caller's.", "order_shipped"),
    "eventPayload": Described("What belongs to the event.", {"order": 42}),
    "PayloadBody.eventPayload": Described("What belongs to the event, as JSON in a text.", '{"order": 42}'),
    "isDebug": Described("Whether the flow was being tried out.", False),
    "ChannelEvent.kind": Described(
        "Where the event came from: a channel, a step payload, or the caller's own name for it.", "channel"
    ),
}

"""Ids, times, pages and errors, which all dialects share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import TIME, UUID, Described

SHARED: Final[Mapping[str, Described]] = {
    # ids
    "CaptureBody.conversationId": Described("The caller's own id of the conversation, 1 to 256 characters.", "chat-42"),
    "TrackBody.conversationId": Described("The caller's own id of the conversation, 1 to 256 characters.", "chat-42"),
    "Tracked.conversationId": Described("The caller's own id of the conversation, as it was sent.", "chat-42"),
    "topicId": Described("The topic.", "refunds"),
    "userId": Described("The user's id in the caller's system.", "user-1"),
    "external_conversation_id": Described("The caller's own id of the conversation.", "chat-42"),
    "external_user_id": Described("The user's id in the caller's system.", "user-1"),
    "external_message_id": Described("The caller's own id of the message.", "m-1"),
    "externalUrl": Described("Where the caller's system shows it.", "https://example.com/chats/42"),
    "projectId": Described("Inkeep's project; the chatbot where none was sent.", UUID),
    "integrationId": Described("Inkeep's integration, as it was sent."),
    "parentId": Described("The topic above; null lets it stand below none.", "refunds"),
    "parent_id": Described("The topic above; null means none.", "refunds"),
    "channelId": Described("The channel, by the caller's id.", "site"),
    "providerId": Described("The contact's id in the channel.", "visitor-17"),
    "providerMessageId": Described("The message's id in the channel; the same id is the same message.", "in-1"),
    "tool_call_id": Described("The tool call that the message answers.", "call-1"),
    "contextId": Described("The id of the message that it refers to, in the channel.", "in-1"),
    "messengerId": Described("The message's id in a messenger behind the channel."),
    "flowId": Described("The flow that it belongs to.", "returns"),
    "stepId": Described("The step of the flow.", "ask-order-number"),
    "supportTicketConversationId": Described("The id of the conversation in the caller's ticket system.", "ticket-42"),
    "supersededBy": Described("The id of a later opinion on the same message; this one no longer counts.", UUID),
    "digest": Described(
        "Stands for bytes that are not kept: the beginning of their SHA-256.", "sha256:9f2c41d07a5be318"
    ),
    "id": Described("The object's id.", UUID),
    "chatbotId": Described("The chatbot's id.", UUID),
    "chatbot_id": Described("The chatbot's id.", UUID),
    "Key.chatbot_id": Described("The chatbot's id; null means the whole workspace.", UUID),
    "AuditRow.chatbot_id": Described("The chatbot's id; null means the whole workspace.", UUID),
    "conversationId": Described("The conversation's id.", UUID),
    "messageId": Described("The message's id.", "message-2"),
    "keyId": Described("The key's id.", UUID),
    "erasureId": Described("The erasure's id."),
    "webhookId": Described("The `webhook-id` of the delivery that failed."),
    "Chatbot.id": Described("The chatbot's id.", UUID),
    "chatbots/{id}": Described("The chatbot's id.", UUID),
    "Key.id": Described("The key's id.", UUID),
    "AuditRow.id": Described("The entry's id.", UUID),
    "Receipt.id": Described("The erasure's id.", UUID),
    "Conversation.id": Described("The id that Confab gave the conversation.", UUID),
    "ListedConversation.id": Described("The id that Confab gave the conversation.", UUID),
    "Transcript.id": Described("The id that Confab gave the conversation.", UUID),
    "FoundConversation.id": Described("The id that Confab gave the conversation.", UUID),
    "ConversationAnalysis.id": Described("The id that Confab gave the conversation.", UUID),
    "ConversationLine.id": Described("The id that Confab gave the conversation.", UUID),
    "Sample.id": Described("The id that Confab gave the conversation.", UUID),
    "conversations/{id}": Described("The conversation's id: the one that Confab gave it, or the caller's own.", UUID),
    "OpenAIConversation.id": Described(
        "The caller's own id of the conversation; the same id replaces its history.", "chat-42"
    ),
    "SupportConversation.id": Described(
        "The caller's own id of the conversation; the same id replaces its history.", "chat-42"
    ),
    "LoggedChat.id": Described("The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"),
    "LoggedTicket.id": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "getConversationsId.id": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "deleteConversationsId.id": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "LoggedChatMessage.conversationId": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "LoggedTicketMessage.conversationId": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "ConversationEvent.conversationId": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "LoggedConversationEvent.conversationId": Described(
        "The conversation's id: the caller's own, else the one that Confab gave it.", "chat-42"
    ),
    "external/{id}": Described("The `externalId` of the conversation.", "chat-42"),
    "Message.id": Described(
        "The caller's own id of the message, unique in its conversation; the same id is the same message.", "m-1"
    ),
    "ChatMessage.id": Described(
        "The caller's own id of the message, unique in its conversation; the same id is the same message.", "m-1"
    ),
    "OpenAIMessage.id": Described("The caller's own id of the message; the same id is the same message.", "m-1"),
    "SupportMessage.id": Described("The caller's own id of the message; the same id is the same message.", "m-1"),
    "TranscriptMessage.id": Described("The id that Confab gave the message.", UUID),
    "Turn.id": Described("The id that Confab gave the message.", UUID),
    "JudgedMessage.id": Described("The id that Confab gave the message.", UUID),
    "LoggedChatMessage.id": Described("The message's id: the caller's own, else the one that Confab gave it.", "m-1"),
    "LoggedTicketMessage.id": Described("The message's id: the caller's own, else the one that Confab gave it.", "m-1"),
    "ChannelMessage.id": Described("The message's id, which is safe in a path.", "m_aW4tMQ"),
    "JudgedMessage.externalId": Described("The caller's own id of the message; null when it has none.", "m-1"),
    "Turn.externalId": Described("The caller's own id of the message; null when it has none.", "m-1"),
    "OpenAIMessage.externalId": Described("The message's id in another system of the caller's.", "m-1"),
    "SupportMessage.externalId": Described("The message's id in another system of the caller's.", "m-1"),
    "LoggedChatMessage.externalId": Described("The message's id in another system of the caller's.", "m-1"),
    "LoggedTicketMessage.externalId": Described("The message's id in another system of the caller's.", "m-1"),
    "externalId": Described("The caller's own id of the conversation; null when it has none.", "chat-42"),
    "OpenAIConversation.externalId": Described("The conversation's id in another system of the caller's.", "chat-42"),
    "SupportConversation.externalId": Described("The conversation's id in another system of the caller's.", "chat-42"),
    "LoggedChat.externalId": Described("The conversation's id in another system of the caller's.", "chat-42"),
    "LoggedTicket.externalId": Described("The conversation's id in another system of the caller's.", "chat-42"),
    "FeedbackBody.id": Described("The caller's own id; the same id is the same object.", "feedback-1"),
    "MessageEvent.id": Described("The caller's own id; the same id is the same object.", "feedback-1"),
    "ConversationEvent.id": Described("The caller's own id; the same id is the same object.", "feedback-1"),
    "SearchEvent.id": Described("The caller's own id; the same id is the same object.", "feedback-1"),
    "GivenFeedback.id": Described(
        "The opinion's id: the caller's own, else the one that Confab gave it.", "feedback-1"
    ),
    "FeedbackEntry.id": Described(
        "The opinion's id: the caller's own, else the one that Confab gave it.", "feedback-1"
    ),
    "feedback/{id}": Described("The opinion's id: the caller's own, else the one that Confab gave it.", "feedback-1"),
    "LoggedMessageEvent.id": Described(
        "The event's id: the caller's own, else the one that Confab gave it.", "event-1"
    ),
    "LoggedConversationEvent.id": Described(
        "The event's id: the caller's own, else the one that Confab gave it.", "event-1"
    ),
    "LoggedSearch.id": Described("The event's id: the caller's own, else the one that Confab gave it.", "event-1"),
    "ChannelEvent.id": Described("The event's id.", UUID),
    "TranscriptEvent.id": Described("The event's id.", UUID),
    "users/{id}": Described("The user's id in the caller's system.", "user-1"),
    "organizations/{id}": Described("The organization's id in the caller's system.", "acme"),
    "requestId": Described("Names the request in the logs; the header `x-request-id` has the same.", "SampleRequest="),
    # times
    "created_at": Described("When it was made: ISO 8601 in UTC.", TIME),
    "created": Described("When it was made: ISO 8601 in UTC.", TIME),
    "updated": Described("When something happened in it last: ISO 8601 in UTC.", TIME),
    "sentAt": Described("When the message was sent: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "first_message_at": Described("When its first message was sent: ISO 8601 in UTC.", TIME),
    "last_message_at": Described("When its last message was sent: ISO 8601 in UTC.", TIME),
    "startedAt": Described("When its first message was sent: ISO 8601 in UTC.", TIME),
    "lastMessageAt": Described("When its last message was sent: ISO 8601 in UTC.", TIME),
    "archived_at": Described("Since when it is archived: ISO 8601 in UTC.", TIME),
    "expiresAt": Described("When the key stops working: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "expires_at": Described("When the key stops working: ISO 8601 in UTC; null means never.", TIME),
    "first_seen_at": Described("When the field was sent first: ISO 8601 in UTC.", TIME),
    "secret_rotated_at": Described("When the secret was made: ISO 8601 in UTC.", TIME),
    "begunAt": Described("When the erasure began: ISO 8601 in UTC.", TIME),
    "emptySince": Described("Since when nothing more is found: ISO 8601 in UTC.", TIME),
    "completedAt": Described("When the erasure was complete: ISO 8601 in UTC.", TIME),
    "backupsUntil": Described("Until when backups may hold the data: ISO 8601 in UTC.", TIME),
    "until": Described(
        "Until when it stays: ISO 8601 in UTC; null for as long as the other conversation is kept.", TIME
    ),
    "date": Described("A UTC day.", "2026-01-31"),
    "week": Described("An ISO week.", "2026-W05"),
    "createdAt": Described("When it was made: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "createdAt:string": Described("When it was made: ISO 8601 in UTC.", TIME),
    "updatedAt": Described("When it was changed last: ISO 8601, or seconds or milliseconds since 1970.", TIME),
    "updatedAt:string": Described("When it was changed last: ISO 8601 in UTC.", TIME),
    "MessageBody.created": Described(
        "When the message was written: ISO 8601, or seconds or milliseconds since 1970.", TIME
    ),
    "Conversation.created": Described("When the conversation began: ISO 8601 in UTC.", TIME),
    "Conversation.updated": Described("When something happened in it last: ISO 8601 in UTC.", TIME),
    "FoundConversation.createdAt": Described("When Confab stored the conversation first: ISO 8601 in UTC.", TIME),
    "ConversationLine.createdAt": Described("When Confab stored the conversation first: ISO 8601 in UTC.", TIME),
    "ListedConversation.created_at": Described("When Confab stored the conversation first: ISO 8601 in UTC.", TIME),
    "Transcript.created_at": Described("When Confab stored the conversation first: ISO 8601 in UTC.", TIME),
    "TranscriptMessage.created_at": Described("When the message was sent: ISO 8601 in UTC.", TIME),
    "JudgedMessage.createdAt": Described("When the message was sent: ISO 8601 in UTC.", TIME),
    "Conversation.archived": Described("Whether an operator archived it.", False),
    "lookAgainAt": Described(
        "When the erasure looks for the last time: ISO 8601 in UTC; null while there is something to remove.", TIME
    ),
    # pages
    "count": Described("How many there are here.", 20),
    "nextCursor": Described("Send it as `cursor` to read on; absent on the last page. It is valid for a day."),
    "cursor": Described("The `nextCursor` of the page before; without it the first page."),
    "limit": Described("How many entries a page has at most.", 20),
    "page": Described("The number of the page, from 1. A cursor is exact where rows move.", 1),
    "offset": Described("How many entries to pass over. A cursor is exact where rows move.", 0),
    "pageSize": Described("The `limit` of the request.", 20),
    "total": Described("How many there are on all pages.", 42),
    "totalIsAtLeast": Described("That counting stopped at `countTo`, so there may be more.", True),
    "countTo": Described("Where counting stops, so that it costs the same however many there are.", 1000),
    "from": Described("The first day of the period.", "2026-01-01"),
    "to": Described("The last day of the period.", "2026-01-31"),
    "getApiV1Conversations.from": Described(
        "Only conversations from this moment on: ISO 8601; a UTC day alone means its beginning.",
        "2026-01-01T00:00:00.000Z",
    ),
    "getV1InsightsConversations.from": Described(
        "Only conversations from this moment on: ISO 8601; a UTC day alone means its beginning.",
        "2026-01-01T00:00:00.000Z",
    ),
    "getV1InsightsUsers.from": Described(
        "Only users who were seen from this moment on, and how many: ISO 8601; a UTC day alone means its beginning.",
        "2026-01-01T00:00:00.000Z",
    ),
    "getV1InsightsOrganizations.from": Described(
        "Only organizations that were seen from this moment on, and their number: ISO 8601; a UTC day alone means its "
        "beginning.",
        "2026-01-01T00:00:00.000Z",
    ),
    "getApiV1Conversations.to": Described(
        "Only conversations before this moment: ISO 8601; a UTC day alone means its end.", "2026-02-01T00:00:00.000Z"
    ),
    "getV1InsightsConversations.to": Described(
        "Only conversations before this moment: ISO 8601; a UTC day alone means its end.", "2026-02-01T00:00:00.000Z"
    ),
    "days": Described("How many UTC days the period has, today included.", 30),
    "weeks": Described("How many ISO weeks the period has, this one included.", 4),
    # events and errors
    "searchQuery": Described("What was searched for.", "return policy"),
    "details": Described("Details, as they were given."),
    "statusCode": Described("The status of the answer.", 400),
    "x-openbat-framework": Described("The framework of the caller."),
    "x-forwarded-for": Described("The caller's address; stored only where the chatbot's settings say so."),
    "user-agent": Described("The caller's software; stored only where the chatbot's settings say so."),
    # errors
    "Detail.path": Described(
        "Where the fault is: the names and places on the way to it, joined by dots.", "messages.0.content"
    ),
    "Detail.message": Described("What is wrong there, for people.", "is required"),
    "ChatCaptainError.message": Described(
        "What is wrong, for people; in a 400 a list with one line for each fault.", "conversation.name: is required"
    ),
    "ChatCaptainError.error": Described("The name of the status.", "Bad Request"),
    "LegacyError.message": Described("What is wrong, for people.", "messages: is required"),
    "Problem.title": Described("The name of the status.", "Bad Request"),
    "Problem.status": Described("The status of the answer.", 400),
    "Problem.detail": Described("What is wrong, for people; one line for each fault.", "messages: is required"),
    "Problem.instance": Described("The path of the request.", "/conversations"),
    "Problem.error": Described("The error as older clients look for it."),
    "error": Described("What is wrong, for people.", "The key is missing or not valid."),
    "code": Described("The kind of error, as a word that does not change.", "invalid_request"),
    "OpenBatError.details": Described("Each fault with its place; empty where the error has no place."),
    "TrackError.details": Described("Each fault with its place; empty where the error has no place."),
    "OpenBatError.ok": Described("Always false.", False),
    "TrackError.success": Described("Always false.", False),
    "Deleted.message": Described("A sentence that says so."),
    # events
    "events": Described("Events of the conversation, in order of time."),
    "reason": Described("Why the delivery to the responder failed."),
    "attempts": Described("How often Confab tried to deliver it.", 6),
}

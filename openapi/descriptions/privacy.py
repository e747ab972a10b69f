"""The export and the erasure of a user's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import TIME, UUID, Described

PRIVACY: Final[Mapping[str, Described]] = {
    # erasure
    "receipt": Described("The signed receipt."),
    "receipts": Described("The latest 100 receipts, the last one first."),
    "running": Described("Erasures that are under way."),
    "Erased.status": Described("Says that the erasure is complete."),
    "ErasureRunning.status": Described("Says that the erasure goes on in the background."),
    "RunningErasure.status": Described("Says that the erasure goes on in the background."),
    "Receipt.actor": Described("The id of the key that was used, or `cli` for the command.", UUID),
    "Receipt.subject": Described("A keyed digest of the user's id, by which only the deployment can recognise it."),
    "signature": Described("The deployment's signature of all other fields."),
    "stays": Described("What the erasure leaves, and until when."),
    "what": Described("What is left.", "backups"),
    "Removed.conversations": Described("How many conversations were removed.", 3),
    "Removed.messages": Described("How many messages were removed.", 41),
    "Removed.results": Described("How many results of the analysis were removed.", 39),
    "Removed.feedback": Described("How many opinions were removed.", 1),
    "Removed.events": Described("How many events were removed.", 2),
    "Removed.entries": Described("How many entries of lists and indexes were removed.", 12),
    "Removed.searches": Described("How many searches were removed.", 0),
    "Removed.profiles": Described("How many profiles were removed.", 1),
    "Removed.mentions": Described("How many places in conversations of others were removed.", 1),
    # export
    "UserData.data": Described("The objects of the page; their type says what each is."),
    "UserLine.type": Described("Says that the object is the user's profile."),
    "ConversationLine.type": Described("Says that the object is a conversation."),
    "ContinuationLine.type": Described("Says that the object continues the conversation before it."),
    "MentionLine.type": Described("Says that the object is data about the user in a conversation of somebody else."),
    "SearchLine.type": Described("Says that the object is a search."),
    "profile": Described("What is known of the user, as it is kept."),
    "lastSeen": Described("When a message of the user came last: ISO 8601 in UTC.", TIME),
    "counters": Described("The user's figures, as they are kept."),
    "said": Described("The data, by the part of the conversation that holds them."),
    "SearchLine.id": Described("The search's id.", UUID),
    "SearchLine.name": Described("What happened, in the caller's words.", "search_submitted"),
    "entity": Described("What the event is about.", "search"),
    "SearchLine.subject": Described("What was searched for.", "return policy"),
    "body": Described("The rest of the event, as it is kept."),
    "lastActiveAt": Described("When a message or a change came last: ISO 8601 in UTC.", TIME),
    "client": Described("The caller's headers, as they are kept."),
    "logged": Described("The fields of a whole history that was sent, as they are kept."),
    "managed": Described("The fields of a managed conversation, as they are kept."),
    "ConversationLine.result": Described("What the analysis found, as it is kept."),
    "continued": Described("Present where the next object continues this conversation."),
}

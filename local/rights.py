"""What each function may do with the table and the queues: the one statement that roles.yaml is made from."""

from __future__ import annotations

# Each function's rights on the table and its indexes, as (action, leading key). After a change run `make roles`.
KEY_RIGHTS = {("GetItem", "KEY#*"), ("GetItem", "BOT#*"), ("UpdateItem", "RATE#*")}
REDACTION_RIGHTS = {("GetItem", "SECRET#privacy"), ("PutItem", "SECRET#privacy")}
CURSOR_RIGHTS = {("GetItem", "SECRET#cursor"), ("PutItem", "SECRET#cursor")}
# The dashboard's sessions: who takes them notes now and then that one is still used.
SESSION_RIGHTS = {("GetItem", "SESSION#*"), ("UpdateItem", "SESSION#*")}
CAPTURE_RIGHTS = (
    KEY_RIGHTS
    | REDACTION_RIGHTS
    | {("Query", "FIELDS#*"), ("PutItem", "FIELDS#*"), ("UpdateItem", "HEALTH#*")}
    | {(action, "CONV#*") for action in ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")}
)
# An erasure takes a conversation out of all that counts it or leads to it, whoever finishes it.
PEOPLE = ("USER#*", "ORG#*")
ERASURE_RIGHTS = {
    *(("DeleteItem", key) for key in ("CONV#*", "EXT#*", "CONTACT#*", "CHANNEL#*", "FACET#*", "TOPICS#*", *PEOPLE)),
    *(("UpdateItem", key) for key in ("CONV#*", "STAT#*", *PEOPLE)),
    *(("GetItem", key) for key in ("STAT#*", *PEOPLE)),
    *(("Query", key) for key in ("CONV#*", "FACET#*", *PEOPLE)),
    *(("PutItem", key) for key in ("CONV#*", "DELETION#*")),
}
# What has expired, for lists that leave it out and for who erases it.
AGES = "GSI3:AGE#*"
USER_ERASURE_RIGHTS = {
    *REDACTION_RIGHTS,
    ("GetItem", "SCHEMA#table"),
    *((action, "ERASURE#*") for action in ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")),
    *((action, "SEARCH#*") for action in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")),
    *(("GetItem", key) for key in ("BOT#*", "CONV#*")),
    *(("Query", key) for key in ("GSI1:LIST#*", AGES)),
    *(("UpdateItem", "BOT#*"), ("PutItem", "CONV#*"), ("BatchGetItem", "CONV#*"), ("PutItem", "AUDIT#*")),
}
# Rules, destinations and the log of what became of notices.
NOTIFY = ("NOTIFY#*", "RUN#*")
# What alerts look at besides the statistics.
WATCHED = ("SNAPSHOT#*", "HEALTH#*")
TABLE_RIGHTS = {
    "CaptureFunction": CAPTURE_RIGHTS,
    # It also takes scores, from the dashboard too.
    "TrackFunction": CAPTURE_RIGHTS
    | SESSION_RIGHTS
    | {("Query", "WS#*"), ("Query", "GSI2:SCID#*"), ("UpdateItem", "IDEM#*")},
    "SpansFunction": CAPTURE_RIGHTS
    | {
        *((action, key) for action in ("Query", "PutItem", "UpdateItem") for key in ("SPAN#*", "CHAIN#*")),
        ("GetItem", "CHAIN#*"),
        *((action, "INGEST#*") for action in ("UpdateItem", "Query")),
        # For scores, which Langfuse's SDKs send to it.
        *(("Query", key) for key in ("WS#*", "GSI2:SCID#*")),
    }
    | SESSION_RIGHTS,
    "LogConversationFunction": ERASURE_RIGHTS
    | SESSION_RIGHTS
    | {
        *REDACTION_RIGHTS,
        *CURSOR_RIGHTS,
        *(("GetItem", key) for key in ("KEY#*", "BOT#*", "CONV#*")),
        *(("BatchGetItem", key) for key in ("CONV#*", "STAT#*")),
        *(("Query", key) for key in ("WS#*", "CONV#*", "EXT#*")),
        *(("Query", key) for key in ("GSI1:LIST#*", "GSI1:FBLIST#*", "GSI2:MID#*", "GSI2:FBID#*", "MOVES#*", AGES)),
        *(("PutItem", key) for key in ("CONV#*", "EXT#*", "SEARCH#*")),
        *(("UpdateItem", key) for key in ("RATE#*", "IDEM#*", "HEALTH#*")),
    },
    "ConversationManagementFunction": ERASURE_RIGHTS
    | {
        *REDACTION_RIGHTS,
        *CURSOR_RIGHTS,
        *(("GetItem", key) for key in ("KEY#*", "BOT#*", "CONV#*")),
        ("BatchGetItem", "CONV#*"),
        *(("Query", key) for key in ("CONV#*", "CONTACT#*", "CHANNEL#*", "GSI1:LIST#*", "MOVES#*", AGES)),
        *(("PutItem", key) for key in ("CONV#*", "CONTACT#*", "CHANNEL#*", "MOVES#*")),
        *(("UpdateItem", key) for key in ("RATE#*", "IDEM#*")),
    },
    "DeliveryFunction": {
        *REDACTION_RIGHTS,
        ("GetItem", "BOT#*"),
        *((action, "CONV#*") for action in ("Query", "GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")),
    },
    "AnalysisFunction": ERASURE_RIGHTS
    | {
        *(("GetItem", key) for key in ("BOT#*", "CONV#*", "FACET#*")),
        *(("PutItem", key) for key in ("CONV#*", "CONTACT#*", "CHANNEL#*", "FACET#*", "TOPICS#*", "MOVES#*")),
        *(("Query", "TOPICS#*"), ("BatchGetItem", "CONV#*")),
        *(("UpdateItem", key) for key in ("BUDGET#*", "TOPICS#*", "HEALTH#*")),
    },
    "AdminFunction": ERASURE_RIGHTS
    | USER_ERASURE_RIGHTS
    | SESSION_RIGHTS
    | {("PutItem", "SESSION#*"), ("DeleteItem", "SESSION#*")}
    | {
        *((action, key) for action in ("GetItem", "PutItem", "UpdateItem") for key in NOTIFY),
        *(("Query", "NOTIFY#*"), ("DeleteItem", "NOTIFY#*"), ("PutItem", "RULES#chatbots")),
        *(("Query", "GSI1:RUNS#*"), ("BatchGetItem", "RUN#*")),
    }
    | {
        *((action, key) for action in ("Query", "GetItem", "PutItem") for key in ("JOB#*", "IMPORT#*")),
        *CURSOR_RIGHTS,
        *(("GetItem", key) for key in ("KEY#*", "BOT#*", "WS#*", "BUDGET#*")),
        *(("BatchGetItem", key) for key in ("KEY#*", "BOT#*", "CONV#*", "USER#*", "STAT#*")),
        *(("Query", key) for key in ("WS#*", "AUDIT#*", "FIELDS#*")),
        *(("PutItem", key) for key in ("BOT#*", "WS#*", "KEY#*", "DELETED#*", "RETENTION#*", "AUDIT#*")),
        ("PutItem", "CONV#*"),
        *(("UpdateItem", key) for key in ("RATE#*", "IDEM#*", "BOT#*")),
        *(("DeleteItem", key) for key in ("WS#*", "KEY#*", "FIELDS#*", "RETENTION#*")),
    },
    "MaintenanceFunction": ERASURE_RIGHTS
    | USER_ERASURE_RIGHTS
    | {
        *((action, key) for action in ("Query", "DeleteItem") for key in ("JOB#*", "IMPORT#*", *NOTIFY, *WATCHED)),
        ("DeleteItem", "RULES#chatbots"),
        *((action, key) for action in ("Query", "DeleteItem") for key in ("SPAN#*", "CHAIN#*", "INGEST#*")),
        ("GetItem", "DELETED#*"),
        ("BatchGetItem", "KEY#*"),
        *((action, key) for action in ("GetItem", "PutItem") for key in ("INDEXED#all", "ORPHANS#walk")),
        ("Query", "WORKSPACES#all"),
        *((action, "RETENTION#*") for action in ("Query", "DeleteItem")),
        *(("Query", key) for key in ("DELETED#*", "WS#*", "STAT#*", "TOPICS#*", "BUDGET#*", "FIELDS#*", "SEARCH#*")),
        ("Query", "GSI2:PENDING#*"),
        *(("DeleteItem", key) for key in ("KEY#*", "WS#*")),
        *(("DeleteItem", key) for key in ("STAT#*", "BUDGET#*", "FIELDS#*", "SEARCH#*", "BOT#*", "DELETED#*")),
    },
    "ReadingFunction": KEY_RIGHTS
    | CURSOR_RIGHTS
    | SESSION_RIGHTS
    | {("Query", key) for key in ("WS#*", "FACET#*", "TOPICS#*", "MOVES#*")}
    | {("Query", f"GSI1:{key}") for key in ("LIST#*", "USERLIST#*", "ORGLIST#*", "SCLIST#*", "FBLIST#*")}
    | {("Query", AGES)}
    | {
        (action, key)
        for action in ("Query", "GetItem", "BatchGetItem")
        for key in ("CONV#*", "STAT#*", "USER#*", "ORG#*")
    },
    "DashboardFunction": set(),
    "QueryFunction": KEY_RIGHTS
    | CURSOR_RIGHTS
    | SESSION_RIGHTS
    | {("Query", "WS#*"), ("Query", "TOPICS#*"), ("BatchGetItem", "CONV#*")},
    # It takes the steps of exports, and stores what imports hold.
    "FilesFunction": ERASURE_RIGHTS
    | REDACTION_RIGHTS
    | {
        *(("Query", key) for key in ("CONV#*", "FACET#*", "TOPICS#*", "EXT#*", "GSI2:MID#*", "GSI2:FBID#*")),
        *(("Query", "GSI2:SCID#*"), ("BatchGetItem", "CONV#*")),
        *(("GetItem", key) for key in ("BOT#*", "CONV#*", "JOB#*", "IMPORT#*")),
        *(("PutItem", key) for key in ("JOB#*", "IMPORT#*", "CONV#*", "EXT#*")),
    },
    # It looks at committed analyses, notes what matches in the conversation itself, and delivers.
    "NotifyFunction": {
        *(("GetItem", key) for key in ("BOT#*", "CONV#*", "STAT#*", *NOTIFY)),
        *(("Query", key) for key in ("CONV#*", "NOTIFY#*", "ORG#*", "GSI2:DUE#*", "RULES#chatbots")),
        *(("Query", key) for key in ("STAT#*", "FACET#*", "TOPICS#*", "SNAPSHOT#*", "HEALTH#*")),
        *(("PutItem", key) for key in ("CONV#*", "SNAPSHOT#*", *NOTIFY)),
        *(("UpdateItem", "RUN#*"), ("DeleteItem", "CONV#*"), ("DeleteItem", "NOTIFY#*")),
        *(("BatchGetItem", key) for key in ("ORG#*", "CONV#*")),
    },
    # It copies conversations and searches into files.
    "ArchiveFunction": {("Query", "CONV#*"), *(("GetItem", key) for key in ("CONV#*", "SEARCH#*"))},
}
# The function of files.yaml, whose role stands in a file of its own: the other roles name its queue and its bucket.
FILES_FUNCTIONS = frozenset({"FilesFunction"})
# What functions may do with the files of exports that are jobs, in the words of S3.
FILE_RIGHTS = {"FilesFunction": {"GetObject", "PutObject", "DeleteObject"}, "AdminFunction": {"GetObject"}}
# Likewise with the files of imports, which are uploaded with the rights of who gave the address.
UPLOAD_RIGHTS = {
    "FilesFunction": {"GetObject", "DeleteObject", "ListBucket"},
    "AdminFunction": {"PutObject", "ListBucket"},
}
# The function of notify.yaml, whose role stands in a file of its own: a deployment may be without it.
NOTIFY_FUNCTIONS = frozenset({"NotifyFunction"})
# Who may send to the topics and event buses that the operator names.
TELLERS = frozenset({"NotifyFunction"})
# It reads what the reading and the query function read, and writes what its tools for administrators change.
TABLE_RIGHTS["McpFunction"] = {
    *(TABLE_RIGHTS["ReadingFunction"] - SESSION_RIGHTS),
    ("UpdateItem", "CONV#*"),
    ("UpdateItem", "BOT#*"),
    ("PutItem", "AUDIT#*"),
}
# The functions of query.yaml, whose roles stand in a file of their own: a deployment may be without them.
QUERY_FUNCTIONS = frozenset({"ArchiveFunction", "QueryFunction"})
# What functions may do with the bucket of the copies and with its objects, in the words of S3.
BUCKET_RIGHTS = {
    "ArchiveFunction": {"ListBucket", "GetObject", "PutObject", "DeleteObject"},
    "QueryFunction": {"ListBucket", "GetObject"},
    "McpFunction": {"ListBucket", "GetObject"},
}
# Likewise with the files of large exports, which are had by their address with the rights of who made it.
EXPORT_RIGHTS = {"QueryFunction": {"GetObject", "PutObject"}, "ArchiveFunction": {"DeleteObject"}}
# Who is started by the table's stream, and where what it could not do is put.
STREAM_READERS = {"ArchiveFunction": "CopyDeadLetterQueue", "NotifyFunction": "NotifyDeadLetterQueue"}
# What has no row is found by nothing but a scan; it may name keys only.
KEY_SCANNERS = frozenset({"MaintenanceFunction"})
SEND = "SendMessage"
CONSUME = {"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"}
QUEUE_RIGHTS: dict[str, dict[str, set[str]]] = {
    "CaptureFunction": {"AnalysisQueue": {SEND}},
    "TrackFunction": {"AnalysisQueue": {SEND}},
    "SpansFunction": {"AnalysisQueue": {SEND}},
    "LogConversationFunction": {"AnalysisQueue": {SEND}},
    "ConversationManagementFunction": {"AnalysisQueue": {SEND}, "DeliveryQueue": {SEND}},
    "DeliveryFunction": {"AnalysisQueue": {SEND}, "DeliveryQueue": CONSUME},
    "AnalysisFunction": {"AnalysisQueue": {SEND, *CONSUME}},
    "AdminFunction": {"AnalysisQueue": {SEND}, "FilesQueue": {SEND}, "NotifyQueue": {SEND}},
    "MaintenanceFunction": {"AnalysisQueue": {SEND}},
    "ReadingFunction": {},
    "DashboardFunction": {},
    "FilesFunction": {"AnalysisQueue": {SEND}, "FilesQueue": {SEND, *CONSUME}},
    "ArchiveFunction": {"CopyDeadLetterQueue": {SEND}},
    "NotifyFunction": {"NotifyQueue": {SEND, *CONSUME}, "NotifyDeadLetterQueue": {SEND}},
    "QueryFunction": {},
    "McpFunction": {"AnalysisQueue": {SEND}},
}
# A consumer also needs the address to say when a message comes again.
QUEUE_ADDRESSES = {
    "AnalysisQueue": "CONFAB_ANALYSIS_QUEUE_URL",
    "DeliveryQueue": "CONFAB_DELIVERY_QUEUE_URL",
    "FilesQueue": "CONFAB_FILES_QUEUE_URL",
    "NotifyQueue": "CONFAB_NOTIFY_QUEUE_URL",
}

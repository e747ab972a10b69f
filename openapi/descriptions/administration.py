"""Chatbots, keys, settings and the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import UUID, Described

ADMINISTRATION: Final[Mapping[str, Described]] = {
    # keys
    "api_key_prefix": Described("What the key begins with.", "ob_live_0a1b2c"),
    "ratePerMinute": Described("Requests a minute.", 600),
    "rate_per_minute": Described("Requests a minute; null means the plan's.", 600),
    "dailyQuota": Described("Requests a UTC day.", 100000),
    "daily_quota": Described("Requests a UTC day; null means the plan's.", 100000),
    "bytesPerMinute": Described("Bytes of bodies a minute.", 10000000),
    "bytes_per_minute": Described("Bytes of bodies a minute; null means the plan's.", 10000000),
    "bytesPerDay": Described("Bytes of bodies a UTC day.", 1000000000),
    "bytes_per_day": Described("Bytes of bodies a UTC day; null means the plan's.", 1000000000),
    "enabled": Described("Whether the responder is called.", True),
    "required": Described("Whether every conversation should have the field.", False),
    "permissions": Described(
        "What the key may do: names of permissions, or prefixes that end in `*`.", ["messages.capture"]
    ),
    "origins": Described("Websites whose pages may use the key; null means any.", ["https://shop.example"]),
    "Key.burst": Described("Requests in any one second; null means the plan's.", 50),
    "apiKey": Described("The key itself, which is shown this once."),
    "secret": Described("The secret that signs deliveries to the responder, which is shown this once."),
    "settings": Described("The team's own settings, and the sections that Confab knows.", {"team": "support"}),
    "ChatbotPatch.settings": Described(
        "Changes of the settings: objects are merged, null removes.", {"team": "support"}
    ),
    "archived": Described("Whether it is archived.", False),
    # chatbots
    "key": Described("The key, without its secret part."),
    "chatbot": Described("The chatbot."),
    "ChatbotName.name": Described("The chatbot's name.", "Shop assistant"),
    "Chatbot.name": Described("The chatbot's name.", "Shop assistant"),
    "ChatbotBody.name": Described("The chatbot's name.", "Shop assistant"),
    "ChatbotPatch.name": Described("The chatbot's name.", "Shop assistant"),
    "Key.name": Described("The key's name.", "Website"),
    "KeyBody.name": Described("The key's name.", "Website"),
    "KeyBody.kind": Described("`API` for servers, `WEB` for browsers; without it by the role.", "API"),
    "Key.kind": Described("`API` for servers, `WEB` for browsers.", "API"),
    "KeyBody.role": Described(
        "A list of permissions by name; without role and permissions `ingest`, for browsers `web`.", "ingest"
    ),
    "KeyBody.chatbotId": Described("The chatbot; without it the key is for the whole workspace.", UUID),
    "burst": Described("Requests in any one second.", 50),
    "responder": Described("The responder, without its secret."),
    "Responder.url": Described("Where deliveries are sent.", "https://bot.example.com/confab"),
    "ResponderBody.url": Described(
        "Where deliveries are sent: an https address of the internet.", "https://bot.example.com/confab"
    ),
    # fields and topics
    "field": Described("The field as it is declared now."),
    "Fields.declared": Described("The fields that the team declared."),
    "discovered": Described("Fields that were sent and are not declared."),
    "denied": Described("The names of fields that are never listed as discovered.", ["color"]),
    "DeclaredField.name": Described("The field's name.", "tier"),
    "DiscoveredField.name": Described("The field's name.", "tier"),
    "FieldBody.name": Described("The field's name.", "tier"),
    "FieldNameBody.name": Described("The field's name.", "tier"),
    "deleteApiV1ChatbotsIdFields.name": Described("The field's name.", "tier"),
    "DeclaredField.type": Described("What its values are.", "string"),
    "DiscoveredField.type": Described("What its first value was.", "string"),
    "FieldBody.type": Described("What its values are; without it the type that was discovered.", "string"),
    "topic": Described("The topic as it is declared now."),
    "DeclaredTopic.name": Described("The topic's name.", "Refunds"),
    "TopicBody.name": Described("The topic's name.", "Refunds"),
    "TopicPatch.name": Described("The topic's name.", "Refunds"),
    "DeclaredTopic.id": Described("The topic's id, which never changes.", "refunds"),
    "phrases": Described("Texts that stand for the topic in messages, besides its name.", ["money back"]),
    # analyzer
    "analyzer": Described("The settings of the chatbot's own; what is absent is the deployment's choice."),
    "today": Described("What models cost since midnight UTC."),
    "prices": Described("What the model costs."),
    "Analyzer.provider": Described("Which analyzer to use.", "bedrock"),
    "Analyzer.model": Described("The id or ARN of a model or an inference profile.", "eu.amazon.nova-lite-v1:0"),
    "region": Described("The AWS region in which the model is called.", "eu-central-1"),
    "serviceTier": Described("`priority`, `default` or `flex`.", "default"),
    "Analyzer.output": Described(
        "How the model gives its answer: by a schema of its own, or by a tool that it calls.", "tool"
    ),
    "dailyBudgetUsd": Described("US dollars that models may cost in a UTC day.", 2.0),
    "calls": Described("How many calls of models.", 12),
    "tokens": Described("How many tokens, in and out.", 18400),
    # audit log
    "entries": Described("The entries of the page."),
    "actor": Described("The id of the key that was used, or `cli` for the command.", UUID),
    "actor_key_prefix": Described("What that key begins with; null for the command.", "ob_live_1a2b3c"),
    "action": Described("What was done to what.", "chatbot.update"),
    "object_id": Described("The id of what was changed.", UUID),
    "changed": Described("The names of the fields that changed; never their values.", ["name"]),
}

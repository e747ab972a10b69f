"""The analysis of conversations, and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openapi.descriptions.described import Described

ANALYSIS: Final[Mapping[str, Described]] = {
    # figures
    "distribution": Described("How many messages have each label."),
    "totalConversations": Described("Conversations of all time.", 1200),
    "totalMessages": Described("Messages of all time.", 9800),
    "intent": Described("What the user wanted.", "track_order"),
    "spentUsd": Described("US dollars that today's analyses by models cost.", 0.12),
    "inputPerMillionUsd": Described("US dollars for a million tokens in.", 0.06),
    "outputPerMillionUsd": Described("US dollars for a million tokens out.", 0.24),
    "Very Positive": Described("Messages that are labelled Very Positive.", 4),
    "Positive": Described("Messages that are labelled Positive.", 20),
    "Neutral": Described("Messages that are labelled Neutral.", 61),
    "Negative": Described("Messages that are labelled Negative.", 12),
    "Very Negative": Described("Messages that are labelled Very Negative.", 3),
    "conversations": Described("The conversations of the page."),
    "conversations:integer": Described("How many conversations.", 42),
    "messages:integer": Described("How many messages.", 310),
    "resolved": Described("Conversations whose question was answered.", 30),
    "unresolved": Described("Conversations whose question was not answered.", 4),
    "escalated": Described("Conversations that a person took over, or should.", 5),
    "abandoned": Described("Conversations that the user left without an answer.", 2),
    "open": Described("Conversations that are still going on.", 1),
    "positive": Described("How many positive opinions.", 7),
    "negative": Described("How many negative opinions.", 2),
    "feedback": Described("The feedback: who thought what of which message."),
    "users": Described("The users of the page."),
    "organizations": Described("The organizations of the page."),
    "avgSentiment": Described(
        "The mean sentiment, from -1 (very negative) to 1 (very positive); null when nothing was analysed.", 0.25
    ),
    "avgScore": Described("The mean sentiment of the day, from -1 (very negative) to 1 (very positive).", 0.25),
    "sentiment": Described("The mean sentiment, from -1 (very negative) to 1 (very positive).", 0.25),
    "score": Described("The sentiment, from -1 (very negative) to 1 (very positive).", 0.6),
    "label": Described("The sentiment as one of five words.", "Positive"),
    "sentimentOverTime": Described("The days that have analysed messages, oldest first."),
    "DaySentiment.count": Described("How many messages of the day were analysed.", 31),
    "SentimentOverTime.total": Described("How many messages of the period were analysed.", 420),
    "replies": Described("What the assistant's messages achieved."),
    "behaviours": Described("How often the assistant behaved in each way."),
    "behaviour": Described("How the assistant behaved.", "helpful"),
    "declared": Described("Whether the team declared the topic; else the analysis found it.", True),
    "parent": Described("The topic above it; null when there is none."),
    "TopicTrend.weeks": Described("The conversations of each ISO week, oldest first."),
    "Topics.weeks": Described("The ISO weeks of the period, oldest first."),
    "ConversationAnalysis.trend": Described(
        "Whether the sentiment rose or fell from the first half of the conversation to the second.", "improving"
    ),
    "RankedTopic.id": Described("The topic's id, which never changes.", "refunds"),
    "RankedTopic.name": Described("The topic's name.", "Refunds"),
    "TopicName.id": Described("The topic's id, which never changes.", "refunds"),
    "TopicName.name": Described("The topic's name.", "Refunds"),
    "ReplyFigures.outcome": Described("What the assistant's messages achieved.", "fully_resolved"),
    "AssistantJudgement.outcome": Described("What the message achieved.", "fully_resolved"),
    "OutcomeFigures.outcome": Described("How the conversations ended.", "resolved"),
    "outcome": Described("How the conversation ended.", "resolved"),
    "outcomes": Described("How many conversations ended in each way."),
    "Replies.outcomes": Described("How many of the assistant's messages achieved what."),
    "flag": Described("Something to know about a message or a conversation.", "frustrated_user"),
    "channel": Described("The channel that the conversation runs on; null for others."),
    "getV1InsightsConversations.channel": Described(
        "Only conversations of this channel, by the caller's id of it.", "site"
    ),
    "getV1InsightsConversations.topic": Described("Only conversations about this topic, by its id.", "refunds"),
    "getV1InsightsConversations.dialect": Described("Only conversations that came in by this dialect.", "openbat"),
    "getV1InsightsConversations.user": Described(
        "Only conversations of this user, by the id in the caller's system.", "user-1"
    ),
    "getV1InsightsConversations.organization": Described(
        "Only conversations of this organization, by the id in the caller's system.", "acme"
    ),
    "getV1InsightsConversations.flag": Described("Only conversations with this flag.", "frustrated_user"),
    "getV1InsightsConversations.label": Described("Only conversations with this label.", "Negative"),
    "getV1InsightsConversations.behaviour": Described(
        "Only conversations in which an answer was found to be so.", "dodging"
    ),
    "getV1InsightsConversations.reply": Described("Only conversations in which an answer came to this.", "deflected"),
    "getV1InsightsConversations.messageLabel": Described(
        "Only conversations in which a message of the user has this label, or one of several, separated by commas.",
        "Negative,Very Negative",
    ),
    "getV1InsightsConversations.feedback": Described(
        "Only conversations with such feedback on one of their messages.", "negative"
    ),
    "getV1InsightsConversations.hours": Described(
        "Only conversations that began in one of these hours of a UTC week: 0 is Monday from midnight on, 167 the last "
        "hour of Sunday; separated by commas.",
        "9,33",
    ),
    "notAnalysed": Described("Conversations of them that were imported without analysis, and not judged since.", 0),
    "hours": Described("How many conversations began in each hour of the day (UTC), from midnight on."),
    "getV1InsightsConversations.outcome": Described("Only conversations that ended so.", "unresolved"),
    "getV1InsightsConversations.text": Described("Only conversations with these words.", "broken zip"),
    "Channel.id": Described("The channel, by the caller's id.", "site"),
    "Channel.name": Described("The channel's name; null when none is known.", "web"),
    "dialect": Described("The dialect in which the conversation came in.", "openbat"),
    "browser": Described("Present for conversations that a browser began."),
    "count:integer": Described("How many there are on this page.", 20),
    "rate": Described("The share of all, 0 to 1; null when there are none.", 0.5),
    "conversationRate": Described("The share of conversations, 0 to 1; null when there are none.", 0.1),
    "messageRate": Described("The share of analysed messages of users, 0 to 1; null when there are none.", 0.02),
    "resolutionRate": Described(
        "The share of conversations that ended well among those that ended, 0 to 1; null when none ended.", 0.8
    ),
    "Replies.resolutionRate": Described(
        "The share of the assistant's messages that resolved something, fully or in part, 0 to 1; null when "
        "there are none.",
        0.6,
    ),
    "opportunity": Described(
        "How many conversations better answers could win: conversations times the share of those that did "
        "not end well among those that ended. The list is ordered by it.",
        26.7,
    ),
    "samples": Described("The three conversations of the topic that began last."),
    "direction": Described(
        "Whether the later half of the weeks has more conversations than the earlier half; null for one week alone.",
        "rising",
    ),
    "UserFigures.feedback": Described("How much feedback there is of each kind."),
    "OrganizationFigures.feedback": Described("How much feedback there is of each kind."),
    "flags": Described("The flags of the message or the conversation.", ["frustrated_user"]),
    "UserFigures.flags": Described("How often each flag was raised."),
    "OrganizationFigures.flags": Described("How often each flag was raised."),
    "Flags.flags": Described("How often each flag was raised."),
    "overTime": Described("The same by UTC day; days on which there were none are left out."),
    "Flags.messages": Described("How many messages of users were analysed.", 310),
    "UserJudgement.topics": Described("What the message is about."),
    "Conversation.topics": Described("What the conversation is about, by the topics' names.", ["Refunds"]),
    "trend": Described("How it changed."),
    "RankedTopic.trend": Described("How the number of the topic's conversations changed."),
    "summary": Described("The conversation in a sentence or two.", "The user asked for a refund and got it."),
    "sentimentDistribution": Described("How many messages have each label."),
    # one analysis
    "provider": Described(
        "Which analyzer made the result: `builtin` or `bedrock`; null when there is none.", "builtin"
    ),
    "model": Described("The model that made the result; null for the built-in analyzer.", "eu.amazon.nova-lite-v1:0"),
    "version": Described("The version of the analyzer that made the result.", "1"),
    "note": Described(
        "Why another provider than the chosen one made the result, or part of it; null when none did.", "budget"
    ),
    "firstBadTurn": Described(
        "The user's message after a reply at which the conversation went wrong; null when it did not."
    ),
    "arrivedUpset": Described("Whether something was wrong before the first reply; null when nobody judged that."),
    "state": Described("Whose turn it is; null when nobody judged that.", "waiting_for_user"),
    "headline": Described("What the user needs, mostly in their own words.", "My upload fails with error 5"),
    "satisfaction": Described(
        "How satisfied the user seems at this message, by people's scale of 1 to 5; null when nobody estimated it.", 2.6
    ),
    "satisfactionReasoning": Described("What moved the estimate most.", "declines (-0.12)"),
    "textChunk": Described("The stretch of the message, unchanged.", "This is useless."),
    "sentiments": Described("The sentiment of each stretch of the message that has one of its own."),
    "ChunkJudgement.reasoning": Described("Which words or rules the score rests on.", "fed up -2.4"),
    "ChunkSentiment.reasoning": Described("Which words or rules the score rests on.", "fed up -2.4"),
    "UserJudgement.reasoning": Described("Which words or rules the score rests on.", "fed up -2.4"),
    "UserJudgement.language": Described("The language's ISO 639-1 code; null when unsure.", "en"),
    "result": Described("What the analysis found."),
    "JudgedMessage.result": Described("What the analysis found in the message; null when it was not analysed."),
    "ConversationAnalysis.messages": Described("The messages with what the analysis found in each."),
    "topics": Described("What the conversation is about."),
    "Topics.topics": Described("The topics, those first where better answers gain most."),
}

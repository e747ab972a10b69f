"""The settings of a function, read once from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from confab.platform.plans import STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a deployment.

    Attributes:
        table: name of the table.
        analysis_queue_url: where analysis work goes; empty in functions that send none.
        debounce: how long the first message of a burst waits for the rest.
        lease: after how long a conversation that still waits is queued again by its next capture.
        default_plan: how often keys without a plan of their own may call (``platform.plans``).
        max_receives: after how many deliveries the analysis of a conversation, or a delivery to a responder, gives up.
        delivery_queue_url: where deliveries to responders wait; empty in functions that make none.
        responder_seconds: the most that a responder may take.
        retry_seconds: how long a failed delivery waits before its second attempt; each later one twice as long.
        allow_loopback_responder: whether responders may be on this very machine, as in the local stack.
        sweep_after: how long a conversation waits for its analysis before the sweep queues it again; never less than
            the lease.
        erasure_look_again_after: how long after an erasure of a user's data finds nothing more it looks once again,
            before it gives the receipt: longer than an index lags.
        sweep_most: how many conversations one sweep queues again.
        analyzer: which analyzer judges for chatbots that choose none.
        bedrock: whether chatbots may have models of Amazon Bedrock judge.
        bedrock_model, bedrock_region: for chatbots that choose none.
        memory_mb: the function's memory in MiB, as Lambda says it; 0 where nobody does, and nothing is bounded by it.
        conversation_messages, conversation_megabytes: how large a conversation may grow (``domain.limits``).
        facts_bucket: name of the bucket with the copies of conversations that queries read; empty where there is none.
        files_bucket: name of the bucket that exports are written to; empty in functions without them.
        files_queue_url: where the steps of exports wait; likewise.
        notify_queue_url: where notices wait for their destinations; empty where the deployment tells nobody.
        notify_arns: the topics and event buses that chatbots may name as destinations.
        public_url: the address that people reach the dashboard at; empty for no links.
        query_engine: what the query language runs on: ``duckdb``, or ``athena``.
        athena_tables: name of the database and of the workgroup by which Athena queries the copies.
        log_salt: keys the marks that stand for callers' addresses in logs; empty for no marks.
        bedrock_daily_budget_usd: what a chatbot without a budget of its own may spend in a UTC day.
    """

    table: str
    analysis_queue_url: str = ""
    debounce: timedelta = timedelta(seconds=10)
    default_plan: str = STANDARD
    max_receives: int = 5
    delivery_queue_url: str = ""
    responder_seconds: float = 10.0
    retry_seconds: int = 10
    allow_loopback_responder: bool = False
    sweep_after: timedelta = timedelta(minutes=15)
    sweep_most: int = 1000
    erasure_look_again_after: timedelta = timedelta(minutes=5)
    analyzer: str = "builtin"
    bedrock: bool = False
    bedrock_model: str = ""
    bedrock_region: str = ""
    bedrock_daily_budget_usd: float = 1.0
    log_salt: str = ""
    facts_bucket: str = ""
    files_bucket: str = ""
    files_queue_url: str = ""
    notify_queue_url: str = ""
    notify_arns: frozenset[str] = frozenset()
    public_url: str = ""
    query_engine: str = "duckdb"
    athena_tables: str = ""
    memory_mb: int = 0
    conversation_messages: int = 100_000
    conversation_megabytes: int = 100

    @property
    def lease(self) -> timedelta:
        return max(self.debounce * 3, timedelta(minutes=1))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the variables that template.yaml sets.

        Raises:
            KeyError: ``CONFAB_TABLE`` is not set.
            ValueError: a number is not one.
        """
        return cls(
            table=environment["CONFAB_TABLE"],
            analysis_queue_url=environment.get("CONFAB_ANALYSIS_QUEUE_URL", ""),
            debounce=timedelta(seconds=int(environment.get("CONFAB_DEBOUNCE_SECONDS", "10"))),
            default_plan=environment.get("CONFAB_DEFAULT_PLAN", STANDARD),
            delivery_queue_url=environment.get("CONFAB_DELIVERY_QUEUE_URL", ""),
            responder_seconds=float(environment.get("CONFAB_RESPONDER_SECONDS", "10")),
            retry_seconds=int(environment.get("CONFAB_DELIVERY_RETRY_SECONDS", "10")),
            allow_loopback_responder=environment.get("CONFAB_ALLOW_LOOPBACK_RESPONDER", "false") == "true",
            max_receives=int(environment.get("CONFAB_MAX_RECEIVES", "5")),
            sweep_after=timedelta(minutes=int(environment.get("CONFAB_SWEEP_AFTER_MINUTES", "15"))),
            sweep_most=int(environment.get("CONFAB_SWEEP_MOST", "1000")),
            erasure_look_again_after=_seconds(environment, "CONFAB_ERASURE_LOOK_AGAIN_SECONDS", 300),
            analyzer=environment.get("CONFAB_ANALYZER", "builtin"),
            bedrock=environment.get("CONFAB_BEDROCK", "false") == "true",
            bedrock_model=environment.get("CONFAB_BEDROCK_MODEL", ""),
            bedrock_region=environment.get("CONFAB_BEDROCK_REGION") or environment.get("AWS_REGION", ""),
            log_salt=environment.get("CONFAB_LOG_SALT", ""),
            facts_bucket=environment.get("CONFAB_FACTS_BUCKET", ""),
            files_bucket=environment.get("CONFAB_FILES_BUCKET", ""),
            files_queue_url=environment.get("CONFAB_FILES_QUEUE_URL", ""),
            notify_queue_url=environment.get("CONFAB_NOTIFY_QUEUE_URL", ""),
            notify_arns=frozenset(filter(None, environment.get("CONFAB_NOTIFY_ARNS", "").split(","))),
            public_url=environment.get("CONFAB_PUBLIC_URL", ""),
            query_engine=environment.get("CONFAB_QUERY_ENGINE", "duckdb"),
            athena_tables=environment.get("CONFAB_ATHENA_TABLES", ""),
            conversation_messages=int(environment.get("CONFAB_MAX_CONVERSATION_MESSAGES", "100000")),
            conversation_megabytes=int(environment.get("CONFAB_MAX_CONVERSATION_MEGABYTES", "100")),
            memory_mb=int(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")),
            bedrock_daily_budget_usd=float(environment.get("CONFAB_BEDROCK_DAILY_BUDGET_USD", "1")),
        )


def _seconds(environment: Mapping[str, str], name: str, default: int) -> timedelta:
    return timedelta(seconds=int(environment.get(name, default)))

"""After a run that was killed: what it had begun is finished, and what it had half written is counted again."""

from __future__ import annotations

from confab.deployment import Deployment
from confab.platform import aws
from confab.platform.settings import Settings

from local.deploy import Clients, physical_id


def recover(endpoint: str, table: str) -> str:
    """Queue again whatever waits, and correct statistics and copies that differ from the conversations.

    The emulator saves tables and queues one after the other, so a kill can part what one request wrote.

    Returns:
        What was done, in one sentence.
    """
    # Only a start after a kill needs them.
    from confab.admin import wiring as admin_wiring
    from confab.analysis import recount_wiring
    from confab.analysis.sweep_store import SweepStore
    from confab.facts import archive_wiring

    clients = Clients(endpoint)
    queue, bucket = (physical_id(clients, name) for name in ("AnalysisQueue", "CopiesBucket"))
    settings = Settings(table=table, analysis_queue_url=queue, facts_bucket=bucket)
    deployment = Deployment(settings, client=aws.Clients(endpoint))
    waiting = SweepStore(deployment.table)
    queued = 0
    for shard in waiting.shards:
        for each in waiting.waiting(shard):
            queued += deployment.enqueue_analysis(each.chatbot_id, each.conversation_id, at_once=True)
    tenants = admin_wiring.administration(deployment)
    chatbots = [chatbot.id for workspace, _ in tenants.workspaces() for chatbot in tenants.chatbots(workspace)]
    counting, comparing = recount_wiring.recount(deployment), archive_wiring.compare(deployment)
    corrected = copied = 0
    for chatbot in chatbots:
        found = counting(chatbot)
        if not found.exact:
            counting.mend(chatbot, found)
            corrected += len(found.differences) + len(found.stale)
        copies = comparing(chatbot)
        copied += 0 if copies.exact else comparing.repair(copies)
    return (
        f"The run before did not end well: {queued} waiting conversations queued again, "
        f"{corrected} statistics corrected, {copied} conversations copied again for queries."
    )

"""Puts together the erasure of users, chatbots and expired data, and the export of a user's data."""

from __future__ import annotations

from confab.admin import wiring as admin_wiring
from confab.deployment import Deployment, shared
from confab.erasure import conversation_wiring
from confab.erasure.chatbot import DeleteChatbot, FinishChatbotDeletion
from confab.erasure.chatbot_store import DeletionStore
from confab.erasure.find_user import FindUser
from confab.erasure.orphan_store import OrphanStore
from confab.erasure.orphans import RemoveOrphans
from confab.erasure.personal_export import ExportStores, ExportUser
from confab.erasure.removal import EraseStores, RemoveUserData
from confab.erasure.retention import Expire
from confab.erasure.subject_store import SubjectStore
from confab.erasure.trace_store import TraceStore
from confab.erasure.user import EraseUser, Removal
from confab.erasure.user_store import UserErasureStore
from confab.erasure.walks import Walks
from confab.migration.index_older import IndexOlder
from confab.migration.older_store import OlderStore
from confab.storage import wiring as storage_wiring
from confab.storage.ages import AgeStore
from confab.storage.retentions import RetentionStore
from confab.storage.secrets import PRIVACY


@shared
def erase_user(deployment: Deployment) -> EraseUser:
    """Erases users' data."""
    stores = EraseStores(
        subjects=SubjectStore(deployment.table),
        traces=TraceStore(deployment.table),
        feedback=storage_wiring.feedback(deployment),
        scores=storage_wiring.scores(deployment),
        erasures=UserErasureStore(deployment.table),
        people=storage_wiring.people(deployment),
        older=OlderStore(deployment.table),
    )
    erase, find = conversation_wiring.erase(deployment), FindUser(stores.subjects)
    return EraseUser(
        admin_wiring.configure(deployment),
        stores,
        Removal(
            remove=RemoveUserData(stores, find, erase, deployment.enqueue_analysis, now=deployment.now),
            finish=erase.finish,
            look_again_after=deployment.settings.erasure_look_again_after,
        ),
        admin_wiring.audit(deployment),
        lambda: deployment.secret(PRIVACY),
        deployment.runtime,
    )


@shared
def export_user(deployment: Deployment) -> ExportUser:
    """Exports a user's data."""
    return ExportUser(
        admin_wiring.configure(deployment),
        ExportStores(
            subjects=SubjectStore(deployment.table),
            people=storage_wiring.people(deployment),
            partitions=storage_wiring.partitions(deployment),
            older=OlderStore(deployment.table),
        ),
        deployment.visibility,
        now=deployment.now,
    )


@shared
def expire(deployment: Deployment) -> Expire:
    """``expire(...)`` erases what has expired of one chatbot, as the schedule does."""
    return Expire(
        RetentionStore(deployment.table),
        AgeStore(deployment.table, deployment.visibility),
        OlderStore(deployment.table),
        lambda chatbot: deployment.chatbots.get(chatbot) is not None,
        conversation_wiring.erase(deployment).expire,
    )


@shared
def index_older(deployment: Deployment) -> Walks:
    """``index_older(name, budget)`` goes on with a walk: for what is older than an index, or what has no row."""
    erase = conversation_wiring.erase(deployment)
    orphans = RemoveOrphans(OrphanStore(deployment.table), erase.orphaned, now=deployment.now)
    return Walks(IndexOlder(OlderStore(deployment.table)), orphans)


@shared
def delete_chatbot(deployment: Deployment) -> DeleteChatbot:
    """Deletes chatbots; what they leave is erased later."""
    return DeleteChatbot(
        admin_wiring.configure(deployment), admin_wiring.store(deployment), admin_wiring.audit(deployment)
    )


@shared
def finish_chatbot_deletion(deployment: Deployment) -> FinishChatbotDeletion:
    """``finish_chatbot_deletion(chatbot_id, budget)`` does a piece of what a deleted chatbot left."""
    return FinishChatbotDeletion(
        DeletionStore(deployment.table),
        admin_wiring.store(deployment),
        conversation_wiring.erase(deployment),
        now=deployment.now,
    )

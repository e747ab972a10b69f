"""Moods in other languages, and messages that are not judged instead of calm."""

from __future__ import annotations

import pytest
from confab.analysis.report import report

from tests.support.said import ANALYZER, mood, said, talk

BAD = [
    ("de", "Ihr Kundendienst ist eine Katastrophe"),
    ("de", "Der Drucker geht seit gestern nicht mehr"),
    ("de", "Ich habe schon dreimal angerufen und keiner hilft mir"),
    ("de", "Das Paket ist immer noch nicht angekommen"),
    ("fr", "La commande n'a jamais été livrée, je suis furieux"),
    ("fr", "Le site ne fonctionne plus depuis hier"),
    ("fr", "J'attends depuis trois semaines et toujours aucune réponse"),
    ("fr", "Quelle honte, votre service est nul"),
    ("es", "Es una estafa, quiero mi dinero"),
    ("es", "La tienda no me responde desde hace semanas"),
    ("es", "No puedo iniciar sesión en mi cuenta"),
    ("es", "El paquete llegó roto"),
    ("pt", "O produto veio quebrado e ninguém resolve"),
    ("pt", "Não recebi meu pedido ainda"),
    ("pt", "Que absurdo, o aplicativo está travando de novo"),
    ("it", "La consegna non è ancora arrivata, sono stufo"),
    ("it", "Il sito non funziona da una settimana"),
    ("it", "Che vergogna, nessuno mi aiuta"),
    ("nl", "Mijn pakket is nog steeds niet geleverd"),
    ("nl", "De website doet het niet en niemand helpt me"),
    ("nl", "Ik ben het zat, wat een slechte service"),
    ("ja", "何度も連絡しましたが、返事がありません"),
    ("ja", "ログインできない。ひどいサービスです"),
    ("ar", "لم أستلم طلبي حتى الآن"),
    ("ar", "التطبيق معطل وهذا غير مقبول"),
    ("hi", "मेरा ऑर्डर अभी तक नहीं आया"),
    ("hi", "यह सेवा बेकार है"),
]
GOOD = [
    ("de", "Danke, das hat geholfen"),
    ("de", "Sehr freundliche Beratung, ich bin begeistert"),
    ("fr", "Merci, le problème est résolu"),
    ("fr", "Service impeccable, je recommande"),
    ("es", "Gracias, todo perfecto"),
    ("es", "Me encanta la nueva versión"),
    ("pt", "Obrigada, deu certo"),
    ("pt", "Ótimo atendimento, parabéns"),
    ("it", "Grazie, adesso va"),
    ("it", "Complimenti, davvero gentili"),
    ("nl", "Dankjewel, het is opgelost"),
    ("nl", "Geweldige service, ik ben erg blij"),
    ("ja", "直りました。ありがとうございました"),
    ("ar", "شكرا لكم، تم حل المشكلة"),
    ("hi", "धन्यवाद, समस्या हल हो गई"),
]
CALM = [
    "Wo kann ich meine Adresse ändern?",
    "Comment puis-je changer mon mot de passe ?",
    "¿Dónde puedo ver mis facturas?",
    "Como faço para mudar o meu plano?",
    "Quanto costa la spedizione in Sicilia?",
    "Waar vind ik mijn bestelling?",
]
NOT_JUDGED = [
    "Mieszkam w małym domu z psem",
    "Jag bor i en lägenhet nära havet",
    "Мы живём в небольшом доме",
    "저는 부산에서 일해요",
    "東京に住んでいます",
    "أسكن في مدينة صغيرة",
    "मैं दिल्ली में रहता हूँ",
    "Ich arbeite bei der Bahn in Ulm",
    "Nous habitons dans une maison à la campagne",
    "บ้านของฉันอยู่ใกล้ทะเล",
]


@pytest.mark.parametrize(("language", "line"), BAD)
def test_a_complaint_in_another_language_is_negative(language: str, line: str) -> None:
    assert (said(line).language, mood(line)) == (language, "bad")


@pytest.mark.parametrize(("language", "line"), GOOD)
def test_thanks_and_praise_in_another_language_are_positive(language: str, line: str) -> None:
    assert (said(line).language, mood(line)) == (language, "good")


@pytest.mark.parametrize("line", CALM)
def test_a_question_in_another_language_is_calm(line: str) -> None:
    assert mood(line) == "calm"


@pytest.mark.parametrize("line", NOT_JUDGED)
def test_a_language_that_tells_nothing_is_not_judged(line: str) -> None:
    assert (mood(line), said(line).reasoning.startswith("Not judged")) == ("not judged", True)
    assert talk(line).conversation.trend is None


@pytest.mark.parametrize("line", ["Ann Lee", "ok", "no", "hi", "Kia Rio 2019", "yes please", "Paris", "Blue, size 4"])
def test_short_answers_are_judged_whatever_they_look_like(line: str) -> None:
    assert mood(line) == "calm"


def test_a_report_says_that_a_message_is_not_judged() -> None:
    lines = [{"role": "user", "content": NOT_JUDGED[0]}, {"role": "user", "content": "ok"}]
    found = report({"conversationId": "c", "messages": lines}, ANALYZER)["messages"]
    assert [(each["sentiment"] is None, each["label"]) for each in found] == [(True, "Not judged"), (False, "Neutral")]


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (("Mein Login geht nicht", "< Bitte starten Sie neu.", "Jetzt klappt es, danke"), "resolved"),
        (("Mon colis n'est pas arrivé", "< Il arrive demain.", "Toujours rien, c'est inadmissible"), "unresolved"),
        (("No puedo entrar en mi cuenta",), "open"),
    ],
)
def test_outcomes_follow_in_other_languages(lines: tuple[str, ...], outcome: str) -> None:
    assert talk(*lines).conversation.outcome == outcome

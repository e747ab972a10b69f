"""Phrases of users when a dialogue goes badly, with their weight and their meaning.

The phrases use the notation of ``phrases.Phrases``; contractions are already opened ("don't" is "do not").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from confab.analysis.builtin.acts import ENTHUSIASM, Cue

_ASKED: Final = "told|said|asked|explained|mentioned|gave|sent|answered|provided|tried|did|reported"
_SAYS: Final = "asking|ask|saying|say|repeating|repeat|telling|tell|sending|send|giving|give"
_HUMAN: Final = (
    "human|person|agent|agents|representative|rep|manager|supervisor|operator|advisor|someone|somebody|people"
)
_REACH: Final = "speak|talk|connect|transfer|chat|put|escalate|get|pass"
_PLAN: Final = "account|accounts|subscription|subscriptions|membership|contract|plan|service|policy|prime|trial"
_QUIT: Final = "cancel|close|delete|terminate|deactivate|end|cancelling|canceling|closing|deleting|cancelled"
_THING: Final = (
    "refund|money|order|package|parcel|delivery|item|items|payment|ticket|tickets|reply|response|stuff|deposit|cash"
)
_WORK: Final = (
    "work|working|works|load|loading|loads|open|opening|opens|start|starting|starts|connect|connecting|respond|"
    "responding|play|playing|sync|syncing|install|installing|download|downloading|upload|uploading|update|updating"
)
_BROKE: Final = (
    "broken|broke|crashed|crashes|crashing|frozen|freezes|freezing|failed|failing|fails|down|dead|stuck|gone"
)


TROUBLE_CUES: Final[Mapping[str, Cue]] = {
    "told_before": Cue(
        -2.2,
        "repeats what was said before",
        (
            f"already {_ASKED}",
            f"have already _ {_ASKED}",
            "told|asked|sent|gave you _ times|already|before|twice|thrice",
            "how many times|more",
            "i have? just told|said|asked you?",
            "like|as i said|told|mentioned|explained",
            "for the second|third|fourth|fifth|tenth|hundredth|millionth|last|umpteenth time",
            "again and again",
            "over and over",
            f"keep|keeps|kept {_SAYS}",
            "same question|answer|thing|response|reply|message|problem|issue again|over|every|each|as",
            "stop repeating|asking|sending",
            "repeat|repeating myself",
            "have|having|had to repeat|explain|say _ again|times|twice",
            "are repeating yourself|the",
            "going|running|go _ circles",
            "asked _ times|twice",
        ),
        ("frustrated_user",),
    ),
    "correction": Cue(
        -1.3,
        "corrects the answer",
        (
            "is|was not what i _ asked|meant|said|wanted|need|needed|want|ordered|mean|ask|requested",
            "not what i _ asked|meant|said|wanted|need|needed|want|ordered|requested",
            "that|this|it is wrong|incorrect|false|untrue",
            "that|this|it is not right|correct|true|it|helpful|accurate",
            "is not helping|helpful|useful",
            "you misunderstood|misread",
            "you are wrong|mistaken|not listening|not understanding|not helping|lying",
            "you do|did not understand|listen|read|answer|get|help",
            "i did not ask|say|mean|want|order|request",
            "wrong answer|one|order|item|person|address|number|date|product|size",
            "not answer|answering my|the question",
        ),
        owns=False,
    ),
    "wants_human": Cue(
        -1.0,
        "asks for a human",
        (
            f"{_REACH} _ to|with|me _ human|person|agent|representative|rep|manager|supervisor|operator|advisor",
            f"{_REACH} to|with someone|somebody|anyone|people",
            f"real|actual|live|living|human {_HUMAN}|being|support",
            "human|agent|representative|operator|manager|supervisor please",
            "^ human|agent|representative|operator|supervisor $",
            "asked|asking|ask|waited|waiting for _ human|person|agent|representative|rep|manager|supervisor|operator",
            "want|need|get|give|have a|an|your|the human|agent|representative|rep|manager|supervisor|operator",
            "talking|speaking to|with a|an bot|robot|machine|computer",
        ),
        ("frustrated_user",),
    ),
    "cancels": Cue(
        -1.5,
        "wants to leave",
        (
            f"{_QUIT} _ {_PLAN}",
            "want|like|need|going to quit|unsubscribe",
            "switch|switching|switched|moving|move|going|go to another|competitor|different|someone|somewhere",
            "switch|switching|change|changing provider|providers|carrier|bank|banks|company",
            "never buy|use|order|shop|fly|book|return|go|come _ again",
            "never buying|using|ordering|shopping|flying|booking",
            "will not be using|buying|ordering|renewing|coming",
            "last time i _ use|buy|order|shop|fly|book|with|from",
            "lost|losing a|another|me customer|client|as",
            "losing customers",
            "unsubscribe|unsubscribing",
            "business elsewhere|somewhere",
            "done|finished with you|this|them",
            "leaving you",
            "thinking|considering of? leaving|switching|canceling|cancelling",
        ),
        ("churn_risk",),
    ),
    "threatens": Cue(
        -2.4,
        "threatens with consequences",
        (
            "my lawyer|lawyers|solicitor|attorney",
            "legal action",
            "small claims",
            "sue|suing you|them|your",
            "report|reporting you|this to",
            "trading standards",
            "consumer protection|rights|court|affairs",
            "ombudsman|chargeback|bbb",
            "dispute the|this|my? charge|charges|payment",
        ),
        ("frustrated_user", "churn_risk"),
    ),
    "fails": Cue(
        -1.5,
        "reports a failure",
        (
            f"not {_WORK}",
            "not let|letting|allow|allowing|recognize|recognise|show|showing",
            "not seem|want to work|load|open|start|connect",
            "stopped|stop|quit working|responding",
            f"is|are|was|were|has|keeps|keep|got|went|just|it|app|site|website|page|again {_BROKE}",
            f"^ {_BROKE}",
            "crashed|crashes|crashing",
            "lost everything|all|my",
            "error message|code|again|when",
            "charged|billed|debited me? twice|double|again",
            "double charged|billed",
            "an|the|this|another|same|getting error|errors",
            "can not _ log|login|access|connect|open|use|find|get|see|pay|reset|sign|send|watch|play|download|upload",
            "unable to",
            "never|not arrived|arrive|came|received|receive|delivered|shipped|refunded|show|showed|appear|sent",
            "out of order",
            "did|do not get|receive my|the|any|it",
            "nothing works|happens|happened|helps|helped",
            "does nothing",
            "not fixed|resolved|solved|helping|help",
            "no longer works|working|available|able",
            "no longer _ access|use|log|login|open|see|find|get|sign|play|watch",
            "not been|yet? verified|approved|resolved|fixed|processed|credited|activated|received|delivered|shipped",
            "none of my|the|these|them _ work|works|working|worked",
            "no|não|non me? funciona|funcionan|sirve|funziona|va",
            "ne marche|fonctionne|fonctionnent|marchent plus|pas",
            "funktioniert|geht|klappt immer? noch? gar? nicht",
            "werkt|fungerar|virker nog? niet|inte|ikke",
        ),
    ),
    "waits": Cue(
        -1.2,
        "is kept waiting",
        (
            f"where is|are my|our|the {_THING}",
            f"where is|are _ {_THING}",
            f"when will|do|can i _ {_THING}",
            "still waiting|pending|nothing|no|not|have|has|can|do|does|is|got|get|getting|says",
            "been waiting",
            "waiting for|since|over _ days|day|weeks|week|hours|hour|months|month|minutes|ages|forever",
            "no response|reply|answer|update|updates|news|help",
            "nobody|no _ answers|answered|reply|replied|replies|responds|responded|helps|helped|cares",
            "it has|is been _ days|weeks|hours|months|years",
            "how much longer",
            "is|are|was still? late|overdue|delayed",
            "days|weeks|hours|months|minutes late",
            "takes|taking|took too|so|forever long?",
            "not heard back|from|anything",
        ),
    ),
    "mocks": Cue(
        -2.6,
        "thanks or praises in mockery",
        (
            "thanks|thank|thankyou you? a? lot? for nothing",
            "thanks|thank you? for wasting|ruining|ignoring|losing|not|breaking|charging|screwing",
            "yes right $",
            "what a joke|shame|mess|scam|waste|disgrace|nightmare|farce",
            "is a|an? joke|scam|disgrace|mess",
            "big|great|real help that",
            f"^ {ENTHUSIASM} another|yet _ bot|robot|error|delay|failure|problem|outage|crash|bug|issue",
            "call this|that|yourself _ service|support|help",
        ),
        ("frustrated_user",),
    ),
    "disgust": Cue(
        -2.4,
        "is fed up",
        (
            "waste|wasted|wasting of? my? time|money|hours",
            "worst _ service|support|company|app|experience|ever|product|customer|airline|bank|site|bot",
            "fed up",
            "sick|tired of you|this|your|waiting|seeing|these|being",
            "had enough|it with|of",
            "good|great|fine job|work|going|service _ not",
            "how hard|difficult is|can",
            "not believe how slow|bad|hard|long|rude|terrible|poor|awful|difficult|unhelpful|useless|stupid|ridiculous",
            "ripped|rip|rips|ripping off|me",
            "not acceptable|ok|good enough",
            "no excuse",
            "absolute|absolutely|complete|total joke|garbage|trash|shambles|disgrace|rubbish",
        ),
        ("frustrated_user",),
    ),
    "gives_up": Cue(
        -1.6,
        "gives up",
        (
            "forget it|about",
            "^ never mind",
            "^ nevermind",
            "give up",
            "^ ok|fine? whatever $",
            "is pointless|hopeless|impossible|useless|worthless",
            "what is the point",
            "not worth",
        ),
    ),
}

"""Words with two senses: the phrases that show the other one, and the intents and topics that then do not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.text import Parsed


class Sense(NamedTuple):
    """Another sense of a word.

    Attributes:
        phrases: what shows it, in the notation of ``phrases.Phrases``.
        unless: words that show the usual sense after all.
        intents, topics: what the word does not stand for in this sense.
    """

    phrases: Sequence[str]
    unless: frozenset[str]
    intents: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()


def _sense(phrases: Sequence[str], unless: str = "", intents: str = "", topics: str = "") -> Sense:
    return Sense(
        phrases, frozenset(unless.split()), frozenset(intents.split()), frozenset(topics.replace("_", " ").split(","))
    )


_DEVICE: Final = (
    "battery|batteries|tablet|phone|laptop|device|watch|earbuds|earphone|earphones|headphones|headset|airpods|airpod|"
    "speaker|controller|scooter|bike|car|camera|drone|mower|toothbrush|kindle|ipad|iphone|macbook|powerbank|console|"
    "cable|charger|vehicle|tv|mouse|keyboard|case|shaver|vacuum|robot|pad|dock|overnight|usb|port"
)
_FILES: Final = (
    "folder|file|files|photo|photos|document|documents|contacts|data|notes|playlist|playlists|board|card|task|tasks|"
    "project|projects|message|messages|email|emails|window|tab|column|row|icon|widget|page|pages|video|videos|picture|"
    "text|font|layer|app|apps|image|images|background|colour|color|language|sound|ringtone|wallpaper|theme|password|"
    "pin|username|profile|status|ownership|owner|permission|permissions|domain|website|repo|repository|branch|view|"
    "library|account|accounts|workspace|team|channel|money|funds|settings|setting|name|button|menu|cursor|input|output"
)

SENSES: Final[Mapping[str, Sense]] = {
    "charge of a battery": _sense(
        (
            f"{_DEVICE} _ charge|charges|charged|charging",
            f"charge|charges|charged|charging _ {_DEVICE}",
            "fully|half|partly|not|wirelessly|fast|slowly|overnight charge|charged|charging",
            "charged|charging|charge overnight|fully|to|at|slowly|only",
            "in charge",
            "charger|chargers",
            "hold|holds|holding|hold a? charge",
            "take|takes _ charge of",
        ),
        "card money twice double $ fee fees bank account subscription refund invoice dollars euro euros pounds paid "
        "month "
        "monthly extra overcharged payment price bill billed",
        "billing_question request_refund ask_price",
        "billing,payment",
    ),
    "gouging": _sense(("price gouging|gouge|gouger|gougers|gouged|fixing",), "", "ask_price buy find", ""),
    "move of a thing": _sense(
        (f"move|change|switch|modify _ {_FILES}",),
        "booking reservation appointment date flight order delivery slot seat hotel",
        "change_booking",
    ),
    "order of things": _sense(
        (
            "in order to|for|that",
            "alphabetical|numerical|chronological|ascending|descending|reverse|random|correct|sort|sorting|court|"
            "right order",
            "out of order",
            "order of|by",
            "in|what order",
        ),
        "delivery parcel package shipped bought placed delivered arrived refund",
        "track_order cancel_order buy",
        "order",
    ),
    "balance of life": _sense(
        ("life|color|colour|white|audio|stereo|tyre|tire|wheel|load|work balance|balancing", "balance bike|board|of"),
        "account bank card",
        "check_balance",
        "bank_account",
    ),
    "book to read": _sense(
        (
            "the|this|that|a|my|your|any|audio|good|new|phone|address|which|each|of|comic|e book|books",
            "read|reading|wrote|written|write|author _ book|books",
            "book|books about|by|on|club|called|report",
        ),
        "table room rooms hotel flight flights appointment taxi reservation",
        "make_booking",
        "booking",
    ),
    "return of a function": _sense(
        (
            "return|returns|returned|returning value|values|type|null|none|key|true|false|statement|code|home|an|"
            "nothing|"
            "empty|undefined|zero|error|results",
            "function|method|query|api|call|endpoint|search|it|tax|happy|many _ return|returns|returned|returning",
            "return|returned|returning from|home",
            "in|on return",
        ),
        "refund item parcel label shoes size store",
        "return_item",
        "return",
    ),
    "card that is no bank's": _sense(
        (
            "graphics|graphic|video|sd|memory|sim|sound|network|greeting|birthday|business|report|score|red|yellow|"
            "post|"
            "trading|playing|library|micro|flash|wifi|id|identity|loyalty|boarding|trello|kanban card|cards",
        ),
        "debit credit payment paid charged",
        "billing_question update_details",
        "payment",
    ),
    "address of a problem": _sense(
        (
            "address|addressed|addressing|addresses the|this|that|my|these|it|our|any|your|his|her problem|problems|"
            "issue|"
            "issues|concern|concerns|matter|question|complaint|needs|fault|bug|me|customers",
            "not|be|been|never|being|is|was|get|gets|got|finally|properly|to addressed",
            "address this|it|them",
            "ip|mac|memory|url|web|email address|addresses",
        ),
        "street postcode zip deliver delivery shipping moved home",
        "get_directions update_details",
        "address",
    ),
    "ship of the sea or of code": _sense(
        (
            "ship it|this|that $",
            "ship|merge _ feature|code|pr|branch|change|patch|build|release",
            "cruise|space|war|pirate|sailing ship|ships",
            "ship _ captain|deck|crew|cabin|sailed|sank",
            "lgtm",
        ),
        "parcel package order address overseas shipping shipped delivery",
        "track_order",
        "delivery",
    ),
    "noise": _sense(
        ("noise|active cancelling|canceling|cancellation|cancel|cancels",),
        "order subscription",
        "cancel_order",
        "cancellation",
    ),
    "training": _sense(
        (
            "train|trained|training a|the|my|your|our|on|for|with model|models|network|dog|staff|team|data|ai|bot|"
            "agent|"
            "classifier|employees|new|system",
            "training data|set|session|course|plan|program|run|loss",
        ),
        "station platform ticket railway",
        "make_booking",
        "train",
    ),
    "bus of a machine": _sense(("usb|message|event|memory|data|service|can bus",), "stop ticket driver", "", "bus"),
    "bank of something else": _sense(
        ("power|food|blood|river|piggy|question|word|sperm bank|banks", "bank holiday"),
        "account loan",
        "",
        "bank_account",
    ),
    "table of data": _sense(
        (
            "table|tables of|in|with|has|have|from|row|rows|column|columns|name|view|schema|format|header|contents|"
            "join",
            "data|sql|excel|pivot|lookup|database|html|periodic|multiplication|coffee|create|delete|dining|insert "
            "table|tables",
        ),
        "people restaurant dinner lunch tonight guests",
        "make_booking",
        "",
    ),
    "ticket of support": _sense(
        (
            "support|jira|service|raised|opened|open|raise|case|helpdesk|my|the|this|your|a|#|ticket ticket|tickets|"
            "number|id|"
            "is|was|has|closed|about|for|with|from|regarding",
        ),
        "concert flight train event show movie cinema bus festival match game theatre seat seats buy book",
        "make_booking track_order change_booking cancel_order",
        "ticket",
    ),
    "role that is played": _sense(
        ("play|plays|played|playing a? role|part|store|nice|fair|with|up|down|around", "role play"),
        "music song video movie album",
        "play_media",
    ),
    "log that is kept": _sense(
        (
            "log|logs file|files|entry|entries|level|levels|line|lines|message|output|says|show|shows",
            "error|change|event log|logs",
        ),
        "log in login into",
        "account_access",
        "login",
    ),
    "sign of something": _sense(
        (
            "no|a|any|the|dollar|plus|minus|warning|good|bad|hash|at|percent|street sign|signs",
            "sign of|off|language",
            "sign the|a|this|my|an document|contract|form|petition|lease|agreement|pdf",
        ),
        "login password",
        "account_access buy",
        "login,account",
    ),
    "transfer of files": _sense(
        (f"transfer|send|move|wire _ {_FILES}", "transfer learning|rate|speed|window|protocol|student|flight"),
        "dollars bank balance savings checking",
        "transfer_money",
        "transfer",
    ),
    "rain check": _sense(("rain check|jacket|coat|boots",), "forecast weather", "check_weather", ""),
    "temperature of a thing": _sense(
        ("temperature|humidity of|sensor|setting|settings|limit|control|parameter|inside|too|reading",),
        "forecast weather outside tomorrow",
        "check_weather",
        "weather",
    ),
    "crash on the road": _sense(
        ("car|road|plane|train|market|stock|bike crash|crashes", "crash course|test|diet"), "app", "", "crash"
    ),
    "frozen food": _sense(
        ("frozen|freeze|freezing food|pizza|meal|meals|peas|fish|dinner|dinners|yogurt|lake|rain|cold|weather|meat",),
        "screen app",
        "report_problem",
        "crash",
    ),
    "bill that is no invoice": _sense(
        (
            "dollar|duck bill|bills",
            "bill gates|murray|clinton|of materials|rights|passed",
            "#|five|ten|twenty bill|bills",
        ),
        "invoice billed pay month",
        "billing_question",
        "billing",
    ),
    "close to": _sense(
        ("close|closest to|by|friend|enough|up|call", "too|very|so close"), "account", "cancel_account", ""
    ),
    "any update": _sense(
        ("any|an|status|further|some update|updates", "update|updates on|please|yet|about|from|for"),
        "version install installed installing software latest ios android windows app firmware upgrade phone",
        "update_details",
        "update",
    ),
    "cover or policy": _sense(
        ("privacy|return|refund|company|your|leave|the|shipping|cancellation|aml|cookie|security policy|policies",),
        "insurance premium insured",
        "",
        "insurance",
    ),
    "party of people": _sense(
        ("weather the|this|a storm", "under the weather", "weather app"), "forecast", "check_weather", "weather"
    ),
    "review": _sense(
        ("leave|write|post|give|submit|add|read|edit _ review|reviews|rating|feedback",), "", "track_order", ""
    ),
    "photo that is taken": _sense(
        ("take|took|taking|upload|post|send|sent _ picture|pictures|photo|photos|selfie",), "", "track_order buy", ""
    ),
}


class SenseReader:
    """Finds what words of a message do not stand for."""

    def __init__(self) -> None:
        self._phrases = Phrases({name: sense.phrases for name, sense in SENSES.items()})

    def dropped(self, parsed: Parsed) -> tuple[frozenset[str], frozenset[str]]:
        """The intents and the topics that do not hold in the message."""
        names = set(self._phrases.names(parsed))
        senses = [SENSES[name] for name in names if SENSES[name].unless.isdisjoint(parsed.words)]
        if not senses:
            return frozenset(), frozenset()
        return (
            frozenset().union(*(sense.intents for sense in senses)),
            frozenset().union(*(sense.topics for sense in senses)),
        )

"""Places of personal data in a text: e-mail addresses, phone numbers, payment cards, IBANs and IP addresses.

Every detector takes time in proportion to the text: expressions do not overlap themselves, and what they may repeat is
bounded. A finding carries the value in one spelling, so that equal values are known as equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

EMAIL: Final = "email"
PHONE: Final = "phone"
CARD: Final = "card"
IBAN: Final = "iban"
IP: Final = "ip"


@dataclass(frozen=True, slots=True)
class Finding:
    """A value in a text, from ``start`` up to ``end``."""

    start: int
    end: int
    value: str


Detector = Callable[[str], Iterator[Finding]]

_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-](?:[\w.+'-]|%2[bB]){0,127}+(?:@|%40)[\w-]++(?:\.[\w-]++)++")

# Where a number may begin: not inside a word, and not after the point, colon or dash of another number.
_BEGIN: Final = r"(?<![\w+])(?<!\d[.,:/-])"
_PHONE: Final = re.compile(
    _BEGIN
    + r"(?:(?P<abroad>(?:\+|00) ?[1-9](?:[ ./()\-\u00a0\u2011]{0,3}\d){6,14})"
    + r"|(?P<trunk>\(?0[1-9]\d{0,4}\)?(?:[ ./\-\u00a0\u2011]{0,2}\d){5,10})"
    + r"|(?P<grouped>(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}))(?!\d)"
)
_DATE: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
_TRUNK_DIGITS: Final = range(9, 13)

_CARD: Final = re.compile(
    r"(?<![\w.])(?:\d{13,19}|\d{4}([ .\u00a0-])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ .\u00a0-])\d{4}\2\d{4}\2\d{4}\2\d{1,3}"
    r"|\d{4}([ .\u00a0-])\d{6}\3\d{4,5})(?!\w)"
)
_CARD_NUMBERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[0-8]\d{14,17}|6\d{15,18}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14,17}"
)

_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
"""Twice a digit, its own digits added up."""

_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
_IBAN_LENGTHS: Final = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 "
    "NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 "
    "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
IBAN_LENGTHS: Final[Mapping[str, int]] = {entry[:2]: int(entry[2:]) for entry in _IBAN_LENGTHS.split()}
"""Length of an IBAN by country (ISO 13616)."""

_IPV4: Final = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?\w)")
_IPV6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{3,39}+(?:\.[0-9]{1,3}){0,3}(?![\w:])")


def emails(text: str) -> Iterator[Finding]:
    """E-mail addresses, also where a URL has the at sign encoded."""
    if "@" in text or "%40" in text:
        for match in _EMAIL.finditer(text):
            yield Finding(*match.span(), match.group().replace("%40", "@").casefold())


def phones(text: str) -> Iterator[Finding]:
    """Phone numbers: with a country code, with a leading zero (9 to 12 digits), or grouped as in North America."""
    for match in _each(_PHONE, text, _is_phone):
        digits = _digits(match.group())
        yield Finding(*match.span(), digits.removeprefix("00") if match["abroad"] else digits)


def _is_phone(match: re.Match[str]) -> bool:
    number = match["trunk"]
    return number is None or (len(_digits(number)) in _TRUNK_DIGITS and not _DATE.match(number))


def cards(text: str) -> Iterator[Finding]:
    """Payment cards: a number that a card network gives out, with the right check digit (ISO/IEC 7812, Luhn)."""
    for match in _each(_CARD, text, _is_card):
        yield Finding(*match.span(), _digits(match.group()))


def _is_card(match: re.Match[str]) -> bool:
    digits = _digits(match.group())
    return _CARD_NUMBERS.fullmatch(digits) is not None and luhn(digits)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return sum(map(int, digits[-1::-2] + digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def ibans(text: str) -> Iterator[Finding]:
    """International bank account numbers of the right length for their country, with the right check digits."""
    start = 0
    while (match := _IBAN.search(text, start)) is not None:
        finding = _iban_at(text, match.start())
        if finding is not None:
            yield finding
        start = finding.end if finding is not None else match.start() + 1


def _iban_at(text: str, start: int) -> Finding | None:
    length = IBAN_LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return None
    # Blanks or dashes may stand between the characters, one at a time.
    taken: list[str] = []
    end = start
    for end, character in enumerate(text[start : start + 2 * length], start):
        if character in " -\u00a0" and taken and text[end - 1] not in " -\u00a0":
            continue
        if not (character.isascii() and character.isalnum()):
            return None
        taken.append(character)
        if len(taken) == length:
            break
    iban = "".join(taken).upper()
    if len(iban) < length or text[end + 1 : end + 2].isalnum() or not is_iban(iban):
        return None
    return Finding(start, end + 1, iban)


def is_iban(iban: str) -> bool:
    """Whether the check digits of an IBAN in capitals and without blanks are right (ISO 7064, MOD 97-10)."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def ips(text: str) -> Iterator[Finding]:
    """IP addresses of both versions. A version number of four parts looks the same and is taken for one."""
    longer = list(_ipv6(text)) if ":" in text else []
    # An address of version 6 may end with one of version 4.
    taken = {place for finding in longer for place in range(finding.start, finding.end)}
    shorter = [finding for finding in _ipv4(text) if finding.start not in taken]
    yield from sorted([*longer, *shorter], key=lambda finding: finding.start)


def _ipv4(text: str) -> Iterator[Finding]:
    for match in _IPV4.finditer(text):
        with suppress(AddressValueError):
            address = IPv4Address(".".join(str(int(part)) for part in match.group().split(".")))
            yield Finding(*match.span(), str(address))


def _ipv6(text: str) -> Iterator[Finding]:
    for match in _IPV6.finditer(text):
        written = match.group()
        if written.endswith(":") and not written.endswith("::"):
            written = written[:-1]
        # Fewer parts are nobody's address: "::1" is this machine, and "a::b" is a name in many languages.
        if len([part for part in written.replace(".", ":").split(":") if part]) < 3:
            continue
        with suppress(AddressValueError):
            yield Finding(match.start(), match.start() + len(written), str(IPv6Address(written)))


def _each(pattern: re.Pattern[str], text: str, holds: Callable[[re.Match[str]], bool]) -> Iterator[re.Match[str]]:
    """The matches that hold; after one that does not, the next may begin one character later."""
    start = 0
    while (match := pattern.search(text, start)) is not None:
        found = holds(match)
        if found:
            yield match
        start = match.end() if found else match.start() + 1


def _digits(text: str) -> str:
    digits = "".join(filter(str.isdecimal, text))
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


DETECTORS: Final[Mapping[str, Detector]] = {EMAIL: emails, IBAN: ibans, CARD: cards, IP: ips, PHONE: phones}
"""By kind, in the order in which they are asked: what one takes, the next does not see."""
KINDS: Final = (EMAIL, PHONE, CARD, IBAN, IP)

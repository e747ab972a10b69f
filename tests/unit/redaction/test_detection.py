"""What counts as personal data in a text, and what does not."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from confab.redaction.detection import CARD, DETECTORS, EMAIL, IBAN, IBAN_LENGTHS, IP, PHONE, is_iban, luhn
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as reference_iban
from stdnum import luhn as reference_luhn
from stdnum.iso7064 import mod_97_10


def _found(kind: str, text: str) -> list[str]:
    return [text[finding.start : finding.end] for finding in DETECTORS[kind](text)]


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (EMAIL, "write to Jane.Doe+shop@mail.example.co.uk, please.", ["Jane.Doe+shop@mail.example.co.uk"]),
        (EMAIL, "<o'brien@example.ie>", ["o'brien@example.ie"]),
        (EMAIL, "'jane@example.com'", ["jane@example.com"]),
        (EMAIL, "mailto:a@b.de?x", ["a@b.de"]),
        (EMAIL, "https://shop.example/?mail=jane%40example.com&x=1", ["jane%40example.com"]),
        (EMAIL, "jürgen@müller.de", ["jürgen@müller.de"]),
        (EMAIL, "@support, look at 5 @ 3.50 and user@localhost", []),
        (PHONE, "call +49 171 1234567 now", ["+49 171 1234567"]),
        (PHONE, "+44 (0)20 7946 0958", ["+44 (0)20 7946 0958"]),
        (PHONE, "0044 20 7946 0958.", ["0044 20 7946 0958"]),
        (PHONE, "Tel.:0171/1234567", ["0171/1234567"]),
        (PHONE, "01 23 45 67 89", ["01 23 45 67 89"]),
        (
            PHONE,
            "(555) 123-4567 or 555-123-4567 or 1-555-123-4567",
            ["(555) 123-4567", "555-123-4567", "1-555-123-4567"],
        ),
        (PHONE, "on 01.02.2024 12:30 and 2024-01-31T12:00:00Z", []),
        (PHONE, "order 1234567890, 00:15, 0.123456789, v1.0.12.345", []),
        (CARD, "4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        (CARD, "amex 3782 822463 10005, visa 4111111111111111.", ["3782 822463 10005", "4111111111111111"]),
        (CARD, "12345 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        (CARD, "1234 4111-1111-1111-1111", ["4111-1111-1111-1111"]),
        (CARD, "4111 1111 1111 1112", []),
        (CARD, "41111111111111110000000", []),
        (IBAN, "DE89 3704 0044 0532 0130 00 danke", ["DE89 3704 0044 0532 0130 00"]),
        (IBAN, "iban:gb82west12345698765432.", ["gb82west12345698765432"]),
        (IBAN, "DE88 3704 0044 0532 0130 00", []),
        (IBAN, "XX89 3704 0044 0532 0130 00", []),
        (IP, "from 203.0.113.7:8080 and 2001:db8::8a2e:370:7334.", ["203.0.113.7", "2001:db8::8a2e:370:7334"]),
        (IP, "::ffff:203.0.113.7", ["::ffff:203.0.113.7"]),
        (IP, "2001:db8::1: no route", ["2001:db8::1"]),
        (IP, "at 12:30:45 std::vector a::b 256.1.1.1 1.2.3 1.2.3.4.5 ::1", []),
    ],
)
def test_given_a_text_when_looked_through_then_each_value_is_found_and_no_more(
    kind: str, text: str, found: list[str]
) -> None:
    assert _found(kind, text) == found


def test_given_one_value_in_several_spellings_when_found_then_it_is_one() -> None:
    def value(kind: str, text: str) -> str:
        (finding,) = DETECTORS[kind](text)
        return finding.value

    assert value(EMAIL, "Jane@Example.com") == value(EMAIL, "jane%40example.com")
    assert value(PHONE, "+49 171 1234567") == value(PHONE, "0049171/1234567")
    assert value(CARD, "4111 1111 1111 1111") == value(CARD, "4111111111111111")
    assert value(IBAN, "de89 3704 0044 0532 0130 00") == value(IBAN, "DE89370400440532013000")
    assert value(IP, "2001:DB8:0:0:0:0:0:1") == value(IP, "2001:db8::0:1")


@given(st.from_regex(r"[0-9]{8,19}", fullmatch=True))
def test_given_any_digits_when_checked_then_luhn_is_as_a_reference_has_it(digits: str) -> None:
    assert luhn(digits) == reference_luhn.is_valid(digits)


@given(st.sampled_from(sorted(IBAN_LENGTHS)), st.data())
def test_check_digits_are_as_a_reference_has_them(country: str, data: st.DataObject) -> None:
    length = IBAN_LENGTHS[country]
    account = data.draw(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=length - 4, max_size=length - 4))
    whole = country + reference_iban.calc_check_digits(f"{country}00{account}") + account
    assert is_iban(whole)
    assert _found(IBAN, f"x {whole} y") == [whole]
    changed = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")).join((whole[:9], whole[10:]))
    assert is_iban(changed) == mod_97_10.is_valid(changed[4:] + changed[:4])


def test_every_countrys_length_is_the_registrys() -> None:
    registry = (files("stdnum") / "iban.dat").read_text()
    official = {
        country: 4 + sum(int(length) for length in re.findall(r"(\d+)!", structure))
        for country, structure in re.findall(r'^([A-Z]{2}) country=.*bban="([^"]+)"', registry, re.MULTILINE)
    }
    assert official == IBAN_LENGTHS


@given(st.text(st.sampled_from("aB0459+-./: ()@%[]'_,\u00e4\u0664"), max_size=60))
def test_matches_follow_one_another_inside_the_text(text: str) -> None:
    for detect in DETECTORS.values():
        end = 0
        for finding in detect(text):
            assert end <= finding.start < finding.end <= len(text)
            assert finding.value
            end = finding.end

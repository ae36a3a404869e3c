"""Personal data leave a text before it is stored; everything else stays to the letter."""

import subprocess
import sys
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collect.made_codes import card, estonian, finnish, grouped, iban, norwegian, swedish
from commands.running import environment
from mittari.collect.masking import ACCOUNT, CARD, EMAIL, IDENTITY, MARKS, NUMBER, PHONE, mask
from mittari.simulate.words import PHRASES

HETU = finnish("131052", "-")
SVENSK, NORSK = swedish("520310"), norwegian("131072")
KORT, KONTO = card("401288888888188"), iban("FI", "12345600000785")

PHONES = [
    "Soittakaa minulle numeroon {0400 123 456} kiitos.",
    "Numeroni on {040-1234567}, soittakaa iltapäivällä!",
    "Puh. {+358 40 123 4567}.",
    "Tavoitat minut: {+358 (0)40 123 4567}",
    "puh {+358401234567}, mieluiten klo 14:30 jälkeen",
    "soita{0401234567}",
    "({0401234567})",
    "{(040) 123 4567} on vanha numeroni",
    "{00358 40 1234567} toimii ulkomailta",
    "numero ilman plussaa {358401234567}",
    "Jonotin numerossa {010 123 4567} puoli tuntia",
    "Numero {0800 123 456} ei vastannut",
    "toimisto {09-123 4567} ei vastaa",
    "asunto 12 {040 123 4567}",
    "{040 123 4567} / {050 123 4567}",
    "040:llä alkava {040 12 34 567}",
    "Tilaus 1002345, puh. {0401234567}",
    "Ring mig på {070-123 45 67} efter klockan 17.",
    "Mitt nummer: {0701234567}",
    "Ring {08-12 34 56 78} i morgon",
    "Ring {08-12-34 56}",
    "Jag nås på {+46 70 123 45 67}, ordernummer 1002345",
    "tel {+46 (0)70-123 45 67}",
    "Ring meg på {401 23 456}, takk",
    "tlf: {40123456}",
    "mitt nummer er {22 33 44 55}",
    "Ring {+47 401 23 456} før kl. 15.30",
    "mobil {0047 40123456}",
    "My number is {+44 20 7946 0958}, call after 5",
    "call me at {+1 202-456-1111} please",
    "Ring mig idag {40123456}",
    "Jag saknar min vara {40123456}",
    "Jeg venter på min ordre. {40123456}",
    "Ordre 40123456, tlf {22334455}",
    "Kundtjänst {22334455} svarar inte",
    "tlf-{22334455}",
    "Tilaus 1002345,{0401234567}",
    "{0401234567},{0501234567}",
    "I ordered last week, please ring {0401234567}",
    "{０４０１２３４５６７}",
    "{٠٤٠ ١٢٣ ٤٥٦٧}",
    "{040\u200b123\u200b4567}",
    "{040\u2011123\u00a04567}",
    "{0\ufe0f\u20e340 1234567}",
]
EMAILS = [
    "Vastatkaa osoitteeseen {aino.esimerkki@example.com}.",
    "mailto:{aino+palaute@posti.example.fi}?",
    "<{a_b-c@ex-ample.co.uk}>",
    "Skriv till {åsa@exempel.se}, tack",
    "send til {ola@eksempel.no} og {kari@eksempel.no}",
    "{0401234567@example.com} on osoitteeni",
    "{me＠example.com} or {m\u200be@example.com}",
    "{someone@xn--bcher-kva.example}",
]
CODES = [
    (IDENTITY, f"Henkilötunnukseni on {{{HETU}}}."),
    (IDENTITY, f"hetu: {{{HETU.lower()}}}"),
    (IDENTITY, f"tunnus{{{HETU}}}kin"),
    (IDENTITY, f"{{{HETU[:6]} - {HETU[7:]}}}"),
    (IDENTITY, f"{{{HETU.replace('-', chr(0x2013))}}}"),
    (IDENTITY, f"{{{chr(0x200B).join(HETU)}}}"),
    *((IDENTITY, f"tunnus {{{finnish('290204', sign)}}} ok") for sign in "ABCDEFabcdef"),
    *((IDENTITY, f"tunnus {{{finnish('131052', sign)}}} ok") for sign in "+-YXWVUyxwvu"),
    (IDENTITY, f"Mitt personnummer är {{{SVENSK[:6]}-{SVENSK[6:]}}}, tack"),
    (IDENTITY, f"{{{SVENSK[:6]}+{SVENSK[6:]}}}"),
    (IDENTITY, f"personnummer {{18{SVENSK}}}"),
    (IDENTITY, f"personnummer {{18{SVENSK[:6]}-{SVENSK[6:]}}}"),
    (IDENTITY, f"personnummer {{{SVENSK}}}"),
    (IDENTITY, f"samordningsnummer {{{swedish('520371')[:6]}-{swedish('520371')[6:]}}}"),
    (IDENTITY, f"Fødselsnummeret mitt er {{{NORSK}}}."),
    (IDENTITY, f"fnr {{{NORSK[:6]} {NORSK[6:]}}}"),
    (IDENTITY, f"D-nummer {{{norwegian('531072')}}}"),
    (CARD, f"Korttini {{{grouped(KORT)}}} veloitettiin kahdesti"),
    (CARD, f"kort {{{KORT}}}"),
    (CARD, f"5 {{{grouped(KORT, by='-')}}}"),
    (CARD, f"amex {{{card('37828224631000')}}}"),
    (ACCOUNT, f"Tilini on {{{grouped(KONTO)}}} kiitos"),
    (ACCOUNT, f"tili {{{KONTO.lower()}}}."),
    (ACCOUNT, f"konto {{{iban('NO', '86011117947')}}}"),
    (ACCOUNT, f"konto {{{iban('SE', '50000000058398257466')}}}"),
    (ACCOUNT, f"account {{{iban('DE', '370400440532013000')}}} please"),
]
FOUND = [*((PHONE, text) for text in PHONES), *((EMAIL, text) for text in EMAILS), *CODES]

STAYS = [
    "Tilaus 1002345 saapui 5.11.2026 klo 14:30, hinta 12 345,50 €.",
    "order 1002345",
    "Order number is 40123456, item 45678901",
    "Mitt ordernummer är 40123456 och 40123457",
    "ordrenr. 40123456 mangler",
    "tilausnumeroni on 40123456, laskut 40123457 ja 40123458",
    "fakturanr: 98765432",
    "asiakasnumero 45678901",
    "#40123456",
    "saksnr. 40123456, sak 40123456, id: 40123456",
    "INV-40123456 and FI-20345678",
    "https://shop.example/order/40123456?ref=91234567",
    "2026-11-05",
    "2026-11-05 14:30:00 ja 2026-11-05T14:30:00Z",
    "20261105 ja 05112026",
    "05.11.2026 14.30",
    "5. 11. 2026, 5.11.26, 5-11-2026",
    "1.11.–15.11.2026",
    "05/11/2026, 05/11-2026, 11/25/2026",
    "avoinna 8.00-16.00, la 10–14, su 0800-1600",
    "åpent 20.30-22.15",
    "jonotin 14:30-15:45",
    "1998-2026",
    "40 123 456,50 kr",
    "40 123 456 kr och 22 334 455 kronor",
    "EUR 40 123 456",
    "€ 40 123 456",
    "40.123.456",
    "22 345 678,90",
    "1 234 567 €",
    "lukema 40123456 kWh",
    "60.16985571, 24.93837910",
    "0.22334455",
    "Y-tunnus 2345678-9, org.nr 556677-8899",
    "EAN 6412345678901",
    "seuranta JJFI60123456789012345",
    "9/10, 5/5, 100 %",
    "versio 12.3.4567",
    "00100 Helsinki, 0150 Oslo, 114 55 Stockholm",
    "@mittari on hyvä, a@b ei ole osoite",
    "klo@14.30",
    f"{HETU[:-1]}{'A' if HETU[-1] != 'A' else 'B'}",  # the check character is wrong
    "320152-9123",
    "4012 8888 8888 1882",
    "FI22 1234 5600 0007 86",
    *(phrase for language in PHRASES for tone in language for phrase in tone),
]


def marked(text: str, mark: str) -> str:
    """The text with each {...} replaced by the mark."""
    before, *rest = text.split("{")
    return before + "".join(mark + part.split("}", 1)[1] for part in rest)


@pytest.mark.parametrize(("mark", "text"), FOUND)
def test_personal_data_are_replaced_and_nothing_around_them(mark: str, text: str) -> None:
    assert mask(text.replace("{", "").replace("}", "")) == marked(text, mark)


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_personal_datum_stays(text: str) -> None:
    assert mask(text) == text


def test_several_kinds_in_one_text_are_told_apart() -> None:
    text = f"Aino, {HETU}, 0400 123 456, a@example.com, {KORT}, {KONTO}, tilaus 1002345, 5.11.2026"
    assert mask(text) == f"Aino, {IDENTITY}, {PHONE}, {EMAIL}, {CARD}, {ACCOUNT}, tilaus 1002345, 5.11.2026"


def test_the_countries_decide_whose_writing_is_known() -> None:
    code = estonian("520310")
    assert (mask(f"kood {code}"), mask(f"kood {code}", ["EE"])) == (f"kood {code}", f"kood {IDENTITY}")
    assert mask("cpr 211072-5629", ["dk"]) == f"cpr {IDENTITY}"
    assert mask("ring 40123456", ["FI", "SE"]) == "ring 40123456"
    assert mask("+47 401 23 456", ["FI"]) == PHONE
    assert mask("+47 401 23 456 tai 0401234567", ["??"]) == f"{PHONE} tai 0401234567"
    assert mask(HETU, []) == HETU


def test_what_is_hidden_on_purpose_is_not_found() -> None:
    text = "aino at example dot com, nolla neljä nolla yksi kaksi kolme"
    assert mask(text) == text


def test_digits_in_masses_are_not_read_but_replaced() -> None:
    assert mask("1 2 3 " * 100) == f"{NUMBER} "
    assert mask(f"a {'7' * 500} b") == f"a {NUMBER} b"


@settings(max_examples=400, deadline=None)
@given(st.text())
@example("\ud800 0401234567 \udfff")
@example("+" * 20 + "0401234567")
def test_any_text_can_be_masked_and_masking_again_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


PIECES = st.sampled_from(
    [
        *(
            HETU,
            SVENSK,
            NORSK,
            KORT,
            KONTO,
            "0400 123 456",
            "+358",
            "40123456",
            "a@b.fi",
            "5.11.2026",
            "14.30",
            "order ",
        ),
        *("@", ".", "-", " ", "(", ")", "/", "[", "]", "+", ",", "0", "7", "x", "kr", "€", "\u200b", "\n", "٣", "８"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_pieces_of_numbers_in_any_order_are_masked_once_and_for_all(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@＠")))
def test_a_text_without_digits_and_signs_is_itself(text: str) -> None:
    assert mask(text) is text


HOSTILE = {
    "digits": "1" * 100_000,
    "zeros apart": "0 " * 50_000,
    "short lines": ("0 " * 30 + "\n") * 1_600,
    "signs": "@" * 100_000,
    "dots around a sign": "a." * 25_000 + "@" + "a." * 25_000,
    "addresses without an end": "a@a." * 25_000,
    "half accounts": "FI21" * 25_000,
    "half codes": "131052-912" * 10_000,
    "half cards": "4012 8888 " * 10_000,
    "dates": "5.11.2026" * 11_000,
    "brackets": "([+" * 33_000 + "1234567",
    "words of orders": "order nr " * 11_000 + "1234567",
    "blanks": "order" + " " * 99_990 + "1234567",
    "no width": "1\u200b" * 50_000,
    "numbers of eight": "12345678\n" * 11_000,
    "one behind another": "".join(f"{HETU}{KORT}@{SVENSK}+" for _ in range(2_500)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    mask("0401234567")  # the libraries are loaded
    begin = time.process_time()
    once = mask(text)
    assert time.process_time() - begin < 3  # about 0.3 s at most; a quadratic search takes minutes
    assert mask(once) == once


def test_the_marks_are_nothing_that_could_be_masked() -> None:
    assert mask(" ".join(MARKS) * 3) == " ".join(MARKS) * 3


def test_the_libraries_are_loaded_by_the_first_text_that_needs_them() -> None:
    probe = (
        "import sys; from mittari.collect.masking import mask; mask('kiitos 12345 a@b.fi');"
        "seen = {'phonenumbers', 'stdnum'}; assert not seen & set(sys.modules);"
        "mask('0401234567'); assert seen <= set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, env=environment())

"""When phones, mails and addresses are the same, and how much of them is shown (A15)."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saasops.people.addresses import masked_address
from saasops.people.contacts import (
    Contact,
    mask_mail,
    mask_phone,
    normal_address,
    normal_mail,
    normal_phone,
)
from saasops.testing.strategies.people import addresses, contacts, mails, phone_spellings, phones

with (Path(__file__).parent / "phone_vectors.csv").open(encoding="utf-8", newline="") as file:
    VECTORS = list(csv.DictReader(file))
# Numbers of the right shape in ranges that nobody has been given: that is not asked here.
DECLINED = {f"{prefix}01234567" for prefix in ("141", "143", "149", "163", "169", "179")}


def test_all_phone_vectors_agree_but_for_ranges_not_given_out() -> None:
    assert (len(VECTORS), sum(row["valid"] == "yes" for row in VECTORS)) == (73, 64)
    differ = set()
    for row in VECTORS:
        wanted = row["e164"] if row["valid"] == "yes" else None
        if normal_phone(row["input"], region=row["default_region"]) != wanted:
            differ.add(row["input"])
    assert differ == DECLINED


@given(phones(), st.data())
def test_a17_every_spelling_of_a_phone_is_one_number(phone: str, data: st.DataObject) -> None:
    assert normal_phone(data.draw(phone_spellings(phone))) == phone


@given(st.text(max_size=20) | st.from_regex(r"[+0-9 ()-]{1,18}", fullmatch=True))
def test_a_normal_phone_is_e164_and_stays_as_it_is(text: str) -> None:
    phone = normal_phone(text)
    assert phone is None or (phone[0] == "+" and phone[1:].isascii() and phone[1:].isdigit())
    assert phone is None or normal_phone(phone) == phone


@pytest.mark.parametrize("text", ["", "110", "12345678901", "unknown", "9.00E+11", "+86", "+"])
def test_what_is_no_phone_is_none(text: str) -> None:
    assert normal_phone(text) is None


def test_a_national_number_needs_a_known_region() -> None:
    assert normal_phone("020 7946 0018", region="GB") is None
    assert normal_phone("+44 20 7946 0018", region="GB") == "+442079460018"


@given(mails())
def test_a17_the_case_of_a_mail_address_makes_no_difference(mail: str) -> None:
    assert normal_mail(f" {mail.upper()} ") == normal_mail(mail) == mail.lower()


@pytest.mark.parametrize("text", ["", "nobody", "@example.com", "a b@example.com", "a@b@c"])
def test_what_is_no_mail_address_is_none(text: str) -> None:
    assert normal_mail(text) is None


@given(addresses())
def test_a17_blanks_and_width_of_an_address_make_no_difference(address: str) -> None:
    wide = address.translate(str.maketrans("0123456789A", "０１２３４５６７８９Ａ"))
    assert normal_address(f" {wide[:3]}\u3000{wide[3:]}\n") == normal_address(address)


@settings(max_examples=400)
@given(st.text(max_size=30))
@example("E\u00af")
def test_a_normal_address_stays_as_it_is(text: str) -> None:
    once = normal_address(text)
    assert once is None or " " not in once
    assert normal_address(once or "") == once


def test_a15_masks_show_what_a_desk_needs() -> None:
    assert mask_phone("+8616400040361") == "164****0361"
    assert mask_phone("+6581234567") == "+65****4567"
    assert mask_phone("+861012345678") == "101****78"
    assert mask_mail("user001@example.com") == "u***@example.com"
    assert mask_mail("ab@example.com") == "***@example.com"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("武汉市经济技术开发区后官湖大道269号", "湖北省武汉市****"),
        ("浙江省宁波市鄞州经济开发区岐山路118号", "浙江省宁波市****"),
        ("浙江 省 宁波市鄞州区", "浙江省宁波市****"),
        ("上海市黄浦区中山南路1218号", "上海市****"),
        ("广西壮族自治区南宁市样板路1号", "广西壮族自治区南宁市****"),
        ("湖南省湘西土家族苗族自治州样板路1号", "湖南省湘西土家族苗族自治州****"),
        ("成都青羊区忠烈祠西街99号", "四川省成都市****"),
        ("新华区百川路与海丰大道交口", "****"),
        ("安吉县城市花园2幢", "浙江省湖州市****"),
        ("12 Example Street", "****"),
        ("", "****"),
    ],
)
def test_a15_an_address_is_shown_down_to_the_city(address: str, shown: str) -> None:
    assert masked_address(address) == shown


@given(phones())
def test_a15_at_least_four_digits_of_a_phone_stay_hidden(phone: str) -> None:
    shown = mask_phone(phone)
    assert (
        sum(c.isdigit() for c in phone.removeprefix("+86")) - sum(c.isdigit() for c in shown) >= 4
    )


@given(st.text(max_size=30))
@example("0@\N{ACUTE ACCENT}")
def test_a15_what_is_no_phone_or_mail_is_hidden_whole(text: str) -> None:
    if normal_phone(text) != text:
        assert mask_phone(text) == "****"
    if normal_mail(text) is None:
        assert mask_mail(text) == "****"


@given(addresses())
def test_a15_no_street_and_no_digit_of_an_address_is_shown(address: str) -> None:
    shown = masked_address(address)
    assert not any(c.isdigit() for c in shown)
    assert "路" not in shown
    assert "区" not in shown.replace("自治区", "")


@given(contacts())
def test_a15_contact_data_stay_out_of_reprs(contact: Contact) -> None:
    for value in (contact.mail, contact.phone, contact.postal_address):
        assert value is None or value not in repr(contact)

"""Strategies for users, identities, contact data and earlier participations; all invented."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.people.contacts import Contact
from saasops.people.divisions import divisions
from saasops.people.matching import Prior
from saasops.people.merging import Holding
from saasops.people.resemblance import Traces
from saasops.people.users import Identity, User

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_CITIES = ("武汉市", "浙江省宁波市", "上海市", "湖南省湘西土家族苗族自治州", "广西壮族自治区南宁市")
_NUMBERS = st.integers(1, 999).map(str)


def user_ids() -> SearchStrategy[str]:
    """Draw ids from a small pool, so that they meet."""
    return st.integers(1, 9).map("u{:04d}".format)


def identities() -> SearchStrategy[Identity]:
    """Draw identities of two providers from a small pool."""
    qq = st.integers(0, 9).map(lambda n: Identity("qq", f"90000000000{n}"))
    return qq | st.integers(0, 9).map(lambda n: Identity("wechat", f"wx-example-{n}"))


def users() -> SearchStrategy[User]:
    """Draw users with and without an account."""
    return st.builds(
        User,
        id=user_ids(),
        account=st.none() | st.integers(1, 5).map("acct-{:02d}".format),
        nickname=st.sampled_from(("", "细心的考拉", "early owl")),
        registered_on=st.none() | st.dates(date(2017, 1, 1), date(2020, 1, 31)),
        locale=st.sampled_from(("zh-CN", "en")),
    )


def phones() -> SearchStrategy[str]:
    """Draw E.164 numbers with the prefix 164, which nobody has."""
    return st.integers(0, 10**8 - 1).map("+86164{:08d}".format)


def phone_spellings(phone: str) -> SearchStrategy[str]:
    """Draw ways in which people type the Chinese number *phone*, given in E.164."""
    number = phone.removeprefix("+86")
    parts = (number[:3], number[3:7], number[7:])
    return st.sampled_from(
        (
            phone,
            number,
            f" {number}\u3000",
            f"0086 {number}",
            f"(+86){number}",
            f"tel:+86-{number}",
            f"+86 {' '.join(parts)}",
            "-".join(parts),
            f"0{number}",
            f"86{number}",
            number.translate(_FULL_WIDTH),
            f"{number} ext 12",
            f"{number}转12",
        )
    )


def mails() -> SearchStrategy[str]:
    """Draw addresses at domains that are kept for examples."""
    domain = st.sampled_from(("example.com", "EXAMPLE.org", "example.net"))
    return st.builds("{}@{}".format, st.from_regex(r"[a-zA-Z0-9.]{1,12}", fullmatch=True), domain)


def addresses() -> SearchStrategy[str]:
    """Draw postal addresses in China, as people write them."""
    return st.builds(
        "{}{}{}号".format,
        st.sampled_from((*_CITIES, "")),
        st.sampled_from(("示例区样板路", " 示例区 样板路", "样板大道")),
        st.integers(1, 999).map(str) | st.sampled_from(("１２", "3号楼A座 12")),
    )


def placed_addresses() -> SearchStrategy[tuple[str, str, str]]:
    """Draw (text, code, street): an address with its divisions in full, in any spelling."""
    table = divisions()
    codes = st.sampled_from([code for code in table.names if code not in table.retired])
    street = st.builds("{}{}号".format, st.sampled_from(("样板路", "Example大道")), _NUMBERS)

    def spelled(code: str, street: str, between: str, before: str) -> tuple[str, str, str]:
        around = [code[:digits] for digits in (2, 4, 6) if digits <= len(code)]
        names = [table.names[one] for one in around if one in table.names]
        return before + between.join((*names, street)), code, street.casefold()

    between = st.sampled_from(("", " ", "\u3000", "，", "-", "/"))
    return st.builds(spelled, codes, street, between, st.sampled_from(("", "中国", "地址：")))


def contacts(user: str = "u0001") -> SearchStrategy[Contact]:
    """Draw what is on file of *user*; anything may be missing."""
    return st.builds(
        Contact,
        user=st.just(user),
        mail=st.none() | mails(),
        phone=st.none() | phones(),
        postal_address=st.none() | addresses(),
    )


def traces() -> SearchStrategy[Traces]:
    """Draw what leads to one of a few people, who have something in common."""
    return st.builds(
        Traces,
        id=st.integers(1, 30).map("user/u{:04d}".format),
        identities=st.lists(identities(), max_size=2, unique=True).map(tuple),
        phone=st.none() | st.sampled_from(("+8616400000001", "+8616400000002")),
        mail=st.none() | st.sampled_from(("a@example.org", "A@example.org", "b@example.org")),
        postal_address=st.none() | addresses(),
    )


def holdings(user: str) -> SearchStrategy[Holding]:
    """Draw what *user* has: identities of his own, contact data, campaigns and rewards."""
    own = st.integers(0, 3).map(lambda n: Identity("qq", f"{user}-{n}"))
    return st.builds(
        Holding,
        user=st.just(user),
        identities=st.lists(own, max_size=3, unique=True).map(tuple),
        contact=contacts(user),
        campaigns=st.frozensets(st.sampled_from(("january", "spring", "autumn")), max_size=2),
        things=st.frozensets(st.sampled_from(("upgrade", "article")), max_size=1),
        held=st.sampled_from((False, False, False, True)),
        merged=st.sampled_from((None, None, None, "u9")),
    )


def priors() -> SearchStrategy[Prior]:
    """Draw earlier participations with any traces, or none."""
    return st.builds(
        Prior,
        id=st.integers(1, 99).map("jan-{:02d}".format),
        identity=st.none() | identities(),
        phone=st.none() | phones().flatmap(phone_spellings),
        mail=st.none() | mails(),
        postal_address=st.none() | addresses(),
        thing=st.sampled_from(("upgrade-5.1", "article")),
        prize=st.none() | st.sampled_from(("doll", "50 QB")),
        rewarded_on=st.dates(date(2020, 1, 1), date(2020, 1, 31)),
    )

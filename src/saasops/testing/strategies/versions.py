"""Strategies for version texts, releases with their paths, downloads and claims."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.versions.claims import NONE, UNRECOGNISED, VersionClaim
from saasops.versions.downloads import Download, Source
from saasops.versions.releases import Release, Releases, UpgradePath

PRODUCT = "bkce"
NAMES = ("4.1.16", "5.0.3", "5.0.4-beta", "5.0.4", "5.1", "5.2", "5.10", "6.0.3")
DIRTY = ("paas2_master_snapshot", "4.x", "latest", "", "5.1（企业版）")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_FROM, _TO = datetime(2018, 1, 1), datetime(2020, 3, 31)  # noqa: DTZ001 -- zone drawn below


def names() -> SearchStrategy[str]:
    """Draw names of releases in their clean form."""
    return st.sampled_from(NAMES)


def spellings(name: str) -> SearchStrategy[str]:
    """Draw ways in which people write the version *name*."""
    prefixed = st.sampled_from(("", "v", "V", "CE ", "ce", "bkce_", "release-v", "社区版", " = "))
    width = st.sampled_from((name, name.translate(_FULL_WIDTH), name.upper()))
    beta = width.map(lambda text: text.replace("-beta", " beta"))
    return st.builds(
        "".join, st.tuples(prefixed, width | beta, st.sampled_from(("", " ", "\u3000")))
    )


def texts() -> SearchStrategy[str]:
    """Draw what stands in download records: spellings, and texts that are no version."""
    return names().flatmap(spellings) | st.sampled_from(DIRTY)


def releases() -> SearchStrategy[Releases]:
    """Draw some releases of one product, with dates or without, and upward steps between them."""

    def dated(name: str) -> SearchStrategy[Release]:
        released = st.none() | st.dates(date(2017, 1, 1), date(2019, 12, 31))
        ends = st.none() | st.dates(date(2020, 1, 1), date(2021, 12, 31))
        return st.builds(
            Release,
            product=st.just(PRODUCT),
            name=st.just(name),
            released_on=released,
            ends_on=ends,
        )

    def joined(known: tuple[Release, ...]) -> SearchStrategy[Releases]:
        steps = [
            UpgradePath(product=PRODUCT, from_=a.name, to=b.name)
            for n, a in enumerate(known)
            for b in known[n + 1 :]
        ]
        paths = st.lists(st.sampled_from(steps), unique=True) if steps else st.just([])
        return paths.map(lambda paths: Releases(releases=known, paths=tuple(paths)))

    chosen = st.lists(names(), min_size=1, unique=True).map(lambda ns: sorted(ns, key=NAMES.index))
    return chosen.flatmap(lambda ns: st.tuples(*map(dated, ns))).flatmap(joined)


def instants() -> SearchStrategy[datetime]:
    """Draw instants in UTC up to the end of the reference campaign, few enough to coincide."""
    return st.datetimes(_FROM, _TO, timezones=st.just(UTC)).map(
        lambda at: at.replace(hour=at.hour // 12 * 12, minute=0, second=0, microsecond=0)
    )


def sources() -> SearchStrategy[Source]:
    """Draw sources as they come, in mixed case and with blanks."""
    given = st.none() | st.sampled_from(("", " ", "QQ", "qq ", "WeChat-MP", "baidu"))
    return st.builds(Source, channel=given, utm_source=given, utm_medium=given, utm_campaign=given)


def downloads(user: str = "u0001", *, product: str = PRODUCT) -> SearchStrategy[list[Download]]:
    """Draw one user's downloads of *product*, in any order."""
    one = st.builds(
        Download,
        user=st.just(user),
        product=st.just(product),
        text=texts(),
        release=st.none(),
        downloaded_at=instants(),
        source=sources(),
    )
    return st.lists(one, max_size=6)


def claims() -> SearchStrategy[list[VersionClaim]]:
    """Draw what was recorded, said and verified about one user's version."""
    one = st.builds(
        VersionClaim,
        value=names() | st.sampled_from((NONE, UNRECOGNISED)),
        provenance=st.sampled_from(("recorded", "self-reported", "verified")),
        at=instants(),
        by=st.sampled_from(("system", "u0001", "asst-1")),
    )
    return st.lists(one, max_size=6)

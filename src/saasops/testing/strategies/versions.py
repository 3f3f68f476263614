"""Strategies for version texts, releases with their paths, downloads and claims."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from saasops.predicates import ALWAYS, All, Any_, Not, Test
from saasops.values import Text
from saasops.versions.claims import NONE, UNRECOGNISED, VersionClaim
from saasops.versions.downloads import Download, Source
from saasops.versions.readiness import Fact, Requirement
from saasops.versions.release import End, Release
from saasops.versions.releases import Releases, UpgradePath

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


def semantic_versions() -> SearchStrategy[str]:
    """Draw texts of Semantic Versioning, near each other."""
    number = st.integers(0, 11).map(str)
    core = st.tuples(number, number, number).map(".".join)
    part = number | st.sampled_from(("alpha", "beta", "rc", "a1", "A", "-", "r2", "0a"))
    parts = st.lists(part, min_size=1, max_size=3).map(".".join)
    tail = st.just("") | parts.map("-{}".format)
    return st.tuples(core, tail, st.sampled_from(("", "+b1"))).map("".join)


def ends() -> SearchStrategy[End]:
    """Draw when something ends: a day, ended on an unknown one, never as far as set, unknown."""
    return st.sampled_from((None, True, False)) | st.dates(date(2020, 1, 1), date(2021, 12, 31))


def dated_releases(names: SearchStrategy[str], product: str = PRODUCT) -> SearchStrategy[Release]:
    """Draw a release with one of *names*, with dates or without."""
    days = st.none() | st.dates(date(2017, 1, 1), date(2019, 12, 31))
    return st.builds(
        Release,
        product=st.just(product),
        name=names,
        released_on=days,
        ends_on=ends(),
        eoas_from=ends(),
        eoes_from=ends(),
        lts_from=ends(),
        latest=st.none() | st.just("5.1.13"),
        latest_on=days,
    )


def ranges() -> SearchStrategy[str]:
    """Draw a release, or a range of releases, as paths and requirements name them."""
    sign = st.sampled_from(("<", "<=", ">", ">=", "="))
    bound = st.builds("{}{}".format, sign, names())
    series = st.sampled_from(("4.x", "5.x", "5.0.x", "6.X", "5.1.*"))
    return names() | series | bound | st.builds("{}, {}".format, bound, bound)


def paths() -> SearchStrategy[UpgradePath]:
    """Draw paths between releases and ranges, in any direction, some of them compulsory."""
    return st.builds(
        UpgradePath,
        product=st.just(PRODUCT),
        from_=ranges(),
        to=ranges(),
        source=st.sampled_from(("guide", "guess")),
        compulsory=st.booleans(),
    )


def releases() -> SearchStrategy[Releases]:
    """Draw some releases of one product, with dates or without, and paths between them."""

    def joined(known: tuple[Release, ...]) -> SearchStrategy[Releases]:
        steps = [
            UpgradePath(product=PRODUCT, from_=a.name, to=b.name)
            for n, a in enumerate(known)
            for b in known[n + 1 :]
        ]
        alone = Releases(releases=known)
        sound = paths().filter(lambda path: not [*alone.wrong_with(path)])
        some = st.lists(st.sampled_from(steps) | sound if steps else sound, max_size=8, unique=True)
        return some.map(lambda paths: Releases(releases=known, paths=tuple(paths)))

    def dated(name: str) -> SearchStrategy[Release]:
        return dated_releases(st.just(name))

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


def facts(field: SearchStrategy[str]) -> SearchStrategy[Fact]:
    """Draw something known about one of the fields that *field* draws."""
    return st.builds(
        Fact,
        field=field,
        value=st.sampled_from(("yes", "no", 0, 1, "", None)),
        provenance=st.sampled_from(("recorded", "self-reported", "verified")),
        by=st.sampled_from(("system", "u0001", "asst-1")),
        at=instants(),
    )


def requirements(field: SearchStrategy[str]) -> SearchStrategy[Requirement]:
    """Draw a requirement about the fields that *field* draws."""
    test = st.builds(
        Test,
        field,
        st.sampled_from(("eq", "ne", "gt", "answered")),
        st.sampled_from(("yes", "no", 0, 1)),
    )
    when = st.recursive(
        test,
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
            | st.lists(inner, max_size=3).map(lambda parts: Any_(tuple(parts)))
            | inner.map(Not)
        ),
        max_leaves=4,
    )
    return st.builds(
        Requirement,
        id=st.uuids().map(str),
        product=st.just(PRODUCT),
        to=ranges(),
        from_=st.just("") | ranges(),
        title=st.just(Text.of("ready")),
        when=when,
        applies=st.just(ALWAYS) | when,
        kind=st.sampled_from(("blocker", "advice")),
        evidence=st.sampled_from(("none", "self-reported", "verified")),
    )


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

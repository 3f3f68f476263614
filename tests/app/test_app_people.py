"""People through the shell: identities, contact data, and whether they were here before."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import Stage, contact_of, everything, nothing_changes, opened, problems_of, refusal, rows
from saasops import NotFound
from saasops.app import imports
from saasops.people.contacts import Contact
from saasops.people.users import Account, Identity, User

QQ, WECHAT = Identity("qq", "900000000001"), Identity("wechat", "wx-1")
USERS = """user,account,account_name,nickname,qq,wechat,mail,phone
u1,acct-1,First,One,900000000001,,u1@example.org,16400040361
u2,acct-1,First,Two,900000000002,wx-2,,
u3,,,Three,,wx-3,u3@example.org,+86 164 0004 0363
"""
PRIORS = "entry,identity_provider,identity,phone,mail,postal_address,thing,prize,rewarded_on\n"


def test_a2_a_user_logs_in_by_each_of_several_identities(stage: Stage) -> None:
    people = stage.ops.people
    assert people.register(User(id="u1"), identities=(QQ, WECHAT)) == "accepted"
    assert people.identify("qq", QQ.subject).id == people.identify("wechat", "wx-1").id == "u1"
    assert people.identities("u1") == (QQ, WECHAT)


def test_a2_an_identity_of_another_user_is_refused_and_nothing_of_the_command_stays(
    stage: Stage,
) -> None:
    people = stage.ops.people
    people.register(User(id="u1"), identities=(WECHAT,))
    with nothing_changes(stage.ops):
        no = refusal(
            lambda: people.register(
                User(id="u2"), account=Account("acct", "name"), identities=(QQ, WECHAT)
            )
        )
    assert (no.code, no.context) == ("identity.taken", {"user": "u2", "provider": "wechat"})
    assert "wx-1" not in str(no)


def test_a2_linking_again_changes_nothing_and_linking_to_another_user_is_refused(
    stage: Stage,
) -> None:
    people = stage.ops.people
    people.register(User(id="u1"), identities=(QQ,))
    people.register(User(id="u2"))
    people.link("u1", WECHAT)
    with nothing_changes(stage.ops):
        people.link("u1", WECHAT)
        assert refusal(lambda: people.link("u2", WECHAT)).code == "identity.taken"
        with pytest.raises(NotFound):
            people.link("nobody", Identity("qq", "1"))


def test_a2_the_last_identity_cannot_be_taken_away(stage: Stage) -> None:
    people = stage.ops.people
    people.register(User(id="u1"), identities=(QQ, WECHAT))
    people.unlink("u1", QQ)
    with nothing_changes(stage.ops):
        assert refusal(lambda: people.unlink("u1", QQ)).code == "identity.not_linked"
        assert refusal(lambda: people.unlink("u1", WECHAT)).code == "identity.last"
    with pytest.raises(NotFound):
        people.identify("qq", QQ.subject)
    people.register(User(id="u2"), identities=(QQ,))  # free again
    assert people.identify("qq", QQ.subject).id == "u2"


def test_a2_who_is_unknown_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFound):
        stage.ops.people.user("nobody")
    assert contact_of(stage.ops, "nobody") == Contact(user="nobody")


@settings(max_examples=25)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "mail": st.sampled_from([None, "a@example.org", "b@example.org"]),
                "phone": st.sampled_from([None, "+8616400040361"]),
                "postal_address": st.sampled_from([None, "one road", "two road"]),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a15_contact_data_is_merged_and_never_forgotten(given: list[dict[str, str | None]]) -> None:
    ops = opened().ops
    people = ops.people
    known: dict[str, str | None] = dict.fromkeys(given[0])
    for news in given:
        people.register(User(id="u1"), contact=Contact(user="u1", **news))
        known |= {name: value for name, value in news.items() if value is not None}
        assert attrs.asdict(contact_of(ops, "u1")) == {"user": "u1", **known}


@pytest.mark.parametrize("route", ["qq", "wechat", "phone", "mail", "address"])
def test_a17_who_was_rewarded_before_is_found_by_every_route(stage: Stage, route: str) -> None:
    trace = {
        "qq": "j1,qq,900000000001,,,,upgrade,doll,2020-01-09",
        "wechat": "j1,wechat,wx-1,,,,upgrade,doll,2020-01-09",
        "phone": "j1,,,164 0004 0361,,,upgrade,doll,2020-01-09",
        "mail": "j1,,,,U1@Example.org,,upgrade,doll,2020-01-09",
        "address": "j1,,,,, 1  Long Road ,upgrade,doll,2020-01-09",
    }[route]
    stage.ops.people.import_priors(rows(PRIORS + trace))
    stage.ops.people.register(User(id="other"), identities=(Identity("qq", "2"),))
    stage.ops.people.register(
        User(id="u1"),
        identities=(QQ, WECHAT),
        contact=Contact(
            user="u1", mail="u1@example.org", phone="+8616400040361", postal_address="1 Long Road"
        ),
    )
    assert stage.ops.people.prior_matches() == (("j1", "u1", route),)


def test_a17_a_trace_leads_to_a_user_as_soon_as_he_links_it_and_no_longer_after(
    stage: Stage,
) -> None:
    people = stage.ops.people
    people.register(User(id="u1"), identities=(QQ,))
    people.import_priors(rows(f"{PRIORS}j1,wechat,wx-1,,,,upgrade,,2020-01-09"))
    assert people.prior_matches() == ()
    people.link("u1", WECHAT)
    assert people.prior_matches() == (("j1", "u1", "wechat"),)
    people.unlink("u1", WECHAT)
    assert people.prior_matches() == ()


def test_a17_a_changed_trace_of_an_earlier_entry_replaces_the_old_one(stage: Stage) -> None:
    people = stage.ops.people
    people.register(User(id="u1"), identities=(QQ, WECHAT))
    people.import_priors(rows(f"{PRIORS}j1,qq,{QQ.subject},,,,upgrade,,2020-01-09"))
    report = people.import_priors(rows(f"{PRIORS}j1,qq,900000000009,,,,upgrade,,2020-01-09"))
    assert report.changed == (1,)
    assert people.prior_matches() == ()


def test_a6_users_and_earlier_entries_go_in_once(stage: Stage) -> None:
    people, priors = stage.ops.people, f"{PRIORS}j1,wechat,wx-1,,,,upgrade,,2020-01-09"
    assert people.import_users(rows(USERS)).accepted == (1, 2, 3)
    assert people.import_priors(rows(priors)).accepted == (1,)
    with nothing_changes(stage.ops):
        assert people.import_users(rows(USERS)).unchanged == (1, 2, 3)
        assert people.import_priors(rows(priors)).unchanged == (1,)


def test_a6_a_dry_run_says_what_would_come_and_writes_nothing(stage: Stage) -> None:
    people = stage.ops.people
    people.register(User(id="u9"), identities=(Identity("wechat", "wx-3"),))
    with nothing_changes(stage.ops):
        report = people.import_users(rows(USERS), dry_run=True)
        people.import_priors(rows(f"{PRIORS}j1,wechat,wx-1,,,,t,,2020-01-09"), dry_run=True)
    assert attrs.evolve(report, dry_run=False) == people.import_users(rows(USERS))
    assert report.accepted == (1, 2)


def test_a6_a_wrong_row_is_named_with_its_number_and_nothing_of_it_stays(stage: Stage) -> None:
    people = stage.ops.people
    people.register(User(id="u9"), identities=(Identity("wechat", "wx-2"),))
    report = people.import_users(
        rows(f"{USERS}u4,,,,,,no mail,\n,,,,,,,\nu5,acct-5,Fifth,n\0l,900000000005,,,")
    )
    assert (report.rows, report.accepted) == (6, (1, 3))
    assert problems_of(report.problems) == [
        ("row 4, column mail", "mail.unreadable"),
        ("row 5, column user", "row.missing_value"),
        ("row 2", "identity.taken"),
        ("row 6", "storage.wrong_value"),
    ]
    found = everything(stage.ops)
    assert [row["id"] for row in found["users"]] == ["u1", "u3", "u9"]
    assert [row["id"] for row in found["accounts"]] == ["acct-1"]
    assert {row["user"] for row in found["identities"]} == {"u1", "u3", "u9"}
    linked = [row["user"] for row in found["events"] if row["name"] == "identity.linked"]
    assert sorted(linked) == ["u1", "u3", "u9"]


def test_a6_what_a_table_leaves_out_is_not_forgotten(stage: Stage) -> None:
    people = stage.ops.people
    people.import_users(rows(USERS))
    people.register(attrs.evolve(people.user("u1"), locale="en"))
    report = people.import_users(rows("user,account,nickname,mail\nu1,acct-1,One,\n"))
    assert report.unchanged == (1,)
    assert people.user("u1").locale == "en"
    assert contact_of(stage.ops, "u1").mail == "u1@example.org"


def test_a6_progress_is_told_after_every_chunk(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    told: list[tuple[int, int]] = []
    report = stage.ops.people.import_users(rows(USERS), progress=lambda *one: told.append(one))
    assert told == [(2, 3), (3, 3)]
    assert report.accepted == (1, 2, 3)


def test_a6_a_refused_row_leaves_the_other_rows_of_its_chunk_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    stage.ops.people.register(User(id="u9"), identities=(Identity("wechat", "wx-2"),))
    told: list[tuple[int, int]] = []
    report = stage.ops.people.import_users(rows(USERS), progress=lambda *one: told.append(one))
    assert (report.accepted, problems_of(report.problems)) == (
        (1, 3),
        [("row 2", "identity.taken")],
    )
    assert told == [(2, 3), (3, 3)]


def test_a15_nothing_personal_stands_in_a_repr_or_a_problem(stage: Stage) -> None:
    report = stage.ops.people.import_users(rows(f"{USERS}u4,,,Secret,secret-qq,,secret mail,"))
    words = f"{report!r} {[str(one) for one in report.problems]}"
    words += repr(stage.ops.people.contact("u1")) + repr(stage.ops.people.user("u1"))
    words += repr(everything(stage.ops)["events"])
    for secret in ("Secret", "secret", "u1@example.org", "16400040361", "One", "900000000001"):
        assert secret not in words

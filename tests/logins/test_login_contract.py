"""Providers without plugins keep the contract of login providers, and every defect is found."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from saasops.logins.code import CodeProvider
from saasops.logins.host import HostProvider
from saasops.people.users import Identity
from saasops.testing.contracts.login_provider import LoginProviderContract
from saasops.testing.contracts.login_provider_mutants import DEFECTS, found
from saasops.testing.contracts.login_reference import corp_stage
from saasops.testing.contracts.login_stage import LoginStage


class TestCorp(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        yield corp_stage()


class TestHost(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        here = "the host's own session knows the person"
        yield LoginStage(
            provider=HostProvider(),
            identity=Identity("host", "host-ann-71"),
            consent=lambda begun, context: {},
            principal={"subject": "host-ann-71", "mail": "ann@mail.example", "nickname": "Anna-71"},
            verified=frozenset({"mail", "nickname"}),
            assurance="host",
            lacks={
                "far_end": here, "redirect": here, "pkce": here, "nonce": here, "issuer": here,
                "union": here, "denial": here, "single_use": here, "refusals": here,
            },
        )  # fmt: skip


class TestCode(LoginProviderContract):
    @contextmanager
    def make_stage(self) -> Iterator[LoginStage]:
        sent: list[str] = []

        def consent(begun: Any, context: Any) -> dict[str, str]:
            (code,) = re.findall("[0-9]{6}", begun.send.text.to("en"))
            sent.append(code)
            return {"code": code}

        here = "saasops sends the code itself"
        yield LoginStage(
            provider=CodeProvider(entropy=lambda many: bytes(range(many))),
            identity=Identity("phone", "+8613800000071"),
            consent=consent,
            marked=lambda: [*sent, "+8613800000071"],
            given={"phone": "13800000071"},
            verified=frozenset({"phone"}),
            assurance="code",
            lacks={
                "far_end": here, "redirect": here, "pkce": here, "nonce": here, "issuer": here,
                "union": here, "denial": here, "refusals": here,
                "single_use": "the core takes an attempt away that was finished",
            },
        )  # fmt: skip


@pytest.mark.parametrize("contract", [TestCorp, TestHost, TestCode])
@pytest.mark.parametrize("defect", DEFECTS)
def test_the_contract_finds_what_is_broken(
    contract: type[LoginProviderContract], defect: str
) -> None:
    assert found(contract, defect)

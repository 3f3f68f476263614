"""The provider on the page "Write a login provider of your own" keeps the contract: its tests run here."""

import re

from source import ROOT

PAGE = ROOT / "docs" / "how-to" / "write-a-login-provider.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
exec(compile("\n".join(BLOCKS), PAGE, "exec"))


def test_the_page_has_a_small_provider_and_two_ways_to_prove_it() -> None:
    lines = BLOCKS[0].splitlines()
    provider = lines[lines.index("class Corp:") :]
    assert len(provider) <= 60
    assert {"Corp", "TestCorp", "test_the_contract_finds_what_is_broken"} <= set(globals())

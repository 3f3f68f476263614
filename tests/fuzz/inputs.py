"""Inputs that nobody means well with: right ones with something wrong in them, or pure noise."""

from hypothesis import strategies as st

SIGNS = (b'"', b",", b"\n", b"\r\n", b"{", b"}", b"[", b"]", b":", b"\0", b"\xff", b"\xef\xbb\xbf",
         b"=", b"0", b"9" * 30, b"-1", b"1e999", b"NaN", b"null", b"true", "（空）┋〖〗".encode(),
         b"\\ud800", b"(", b")", b"'", b"2020-13-01", b"{a}", b"[[x]]")  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, seed: bytes) -> bytes:
    """Change *seed* in up to eight places: cut, repeat, overwrite, put something in."""
    content = bytearray(seed)
    for _ in range(draw(st.integers(1, 8))):
        first = draw(st.integers(0, max(len(content) - 1, 0)))
        last = min(len(content), first + draw(st.integers(0, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                del content[first:last]
            case 1:
                content[first:first] = content[first:last]
            case 2:
                content[first:last] = draw(st.binary(max_size=8))
            case 3:
                content[first:first] = draw(st.sampled_from(SIGNS))
            case _:
                content[first:last] = draw(st.sampled_from(SIGNS))
    return bytes(content)


def inputs(seed: bytes) -> st.SearchStrategy[bytes]:
    """Make inputs near *seed*, texts, and noise."""
    return st.one_of(
        changed(seed),
        changed(seed),
        st.binary(max_size=200),
        st.text(st.characters(exclude_categories=["Cs"])).map(str.encode),
    )

"""Codes of the engines that need an extra."""

TEXTS: dict[str, tuple[str, str]] = {
    "solver.needs_extra": (
        "this plan needs OR-Tools: pip install 'saasops[{extra}]'",
        "此计划需要 OR-Tools，请安装：pip install 'saasops[{extra}]'",
    ),
    "solver.beyond_64_bits": (
        "the costs of the {arcs} arcs are too large for OR-Tools; use the built-in engine",
        "{arcs} 条弧的费用超出 OR-Tools 的 64 位范围，请改用内置引擎",
    ),
}

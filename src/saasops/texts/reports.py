"""Codes of reports."""

TEXTS: dict[str, tuple[str, str]] = {
    "report.extra_missing": (
        "this format needs {package}; install saasops[{extra}]",
        "该格式需要 {package}，请安装 saasops[{extra}]",
    ),
    "report.unreadable": (
        "this is no report in JSON as saasops writes it; write it anew with the json format",
        "这不是 saasops 写出的 JSON 报告，请用 json 格式重新导出",
    ),
}

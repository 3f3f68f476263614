"""Codes of segments."""

TEXTS: dict[str, tuple[str, str]] = {
    "segment.invalid": (
        "the segment has {count} problem(s): {shown}",
        "分组定义有 {count} 处问题：{shown}",
    ),
    "segment.no_purpose": (
        "the segment {segment} asks where people live; name the purpose that they agreed to",
        "分组 {segment} 用到居住地，请写明用户已同意的用途",
    ),
}

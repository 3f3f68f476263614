"""Codes of versions and releases."""

TEXTS: dict[str, tuple[str, str]] = {
    "release.unrecognised": (
        "{name} is no version of {product}; write it like 5.1, or add a prefix to its scheme",
        "{name} 不是 {product} 的有效版本号，请写成 5.1，或在版本规则中加入其前缀",
    ),
    "release.same_version": (
        "{name} and {other} are the same version of {product}; keep one of them",
        "{name} 与 {other} 是 {product} 的同一版本，请只保留一个",
    ),
    "release.ends_before_release": (
        "the support of {name} ends before its release; correct one of the two dates",
        "{name} 的停止支持日期早于发布日期，请更正其一",
    ),
    "release.other_product": (
        "releases of {product} and of {other} cannot be compared; compare within one product",
        "{product} 与 {other} 的版本无法比较，请在同一产品内比较",
    ),
    "path.unknown_release": (
        "the path of {product} from {from_} to {to} names an unknown release; add the release",
        "{product} 的升级路径 {from_} → {to} 含未知版本，请先添加该版本",
    ),
    "path.not_upwards": (
        "the path of {product} from {from_} to {to} does not lead to a newer one; turn it round",
        "{product} 的升级路径 {from_} → {to} 未指向更新的版本，请对调",
    ),
    "version.not_a_correction": (
        "a correction cannot be {provenance}; it is self-reported or verified",
        "更正的来源不能是 {provenance}，应为 self-reported 或 verified",
    ),
}

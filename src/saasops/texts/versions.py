"""Codes of versions and releases."""

TEXTS: dict[str, tuple[str, str]] = {
    "release.unrecognised": (
        "{name} is no version of {product}; write it like 5.1, or add a prefix to its scheme",
        "{name} 不是 {product} 的有效版本号，请写成 5.1，或在版本规则中加入其前缀",
    ),
    "release.kept_out": (
        "kept out: {name} is no version by the scheme {scheme}; give {product} another scheme",
        "未导入：按版本规则 {scheme}，{name} 不是有效版本号；请为产品 {product} 指定其他版本规则",
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
    "release.two_schemes": (
        "{product} is given the scheme {scheme} and another one before; leave one of them",
        "{product} 在前面已指定其他版本规则，此处又写 {scheme}，请只保留一个",
    ),
    "version.no_scheme": (
        "nothing offers the scheme {scheme} of {product}; load its plugin or name pep440 or semver",
        "{product} 使用的版本规则 {scheme} 不存在，请加载相应插件，或改用 pep440 或 semver",
    ),
    "endoflife.unreadable": (
        "line {line} is no JSON; fetch the file again from endoflife.date",
        "第 {line} 行不是有效的 JSON，请从 endoflife.date 重新获取该文件",
    ),
    "endoflife.no_cycles": (
        "there are no release cycles in it; give a product or a list of cycles of endoflife.date",
        "文件中没有发布周期，请提供 endoflife.date 的产品文件或周期列表",
    ),
    "endoflife.no_product": (
        "the file does not say whose cycles it has; name the product by --product",
        "文件未注明所属产品，请用 --product 指定产品",
    ),
    "requirement.duplicate": (
        "{id} is required twice of this product; rename or remove one of them",
        "该产品有两条要求都叫 {id}，请改名或删除其中一条",
    ),
    "path.wrong_range": (
        "{text} is neither a version of {product} nor a range; write it like 5.1, <5.1 or 4.x",
        "{text} 既不是 {product} 的版本号也不是范围，请写成 5.1、<5.1 或 4.x",
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

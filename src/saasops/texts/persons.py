"""Codes of finding the same person again."""

TEXTS: dict[str, tuple[str, str]] = {
    "address.nobody": (
        "nothing in the row leads to a user; add a user, an identity, a phone or a mail on file",
        "该行无法对应到任何用户，请补充已登记的用户、身份、电话或邮箱",
    ),
    "address.several": (
        "the {route} in the row leads to {count} users; name the one it belongs to",
        "该行的 {route} 对应 {count} 个用户，请写明属于哪一个",
    ),
    "resemblance.itself": (
        "{id} is compared with itself; name two",
        "{id} 不能与自身比较，请选择两个不同的对象",
    ),
    "resemblance.no_reason": (
        "say why the two are the same person, or are not",
        "请说明两者为何是（或不是）同一人",
    ),
    "link.no_reason": (
        "an operator links an identity under his name and with a reason; give both",
        "由运营人员关联身份时须署名并说明理由",
    ),
    "link.unproven": (
        "not proven in the last ten minutes; prove it again, then link the {provider} identity",
        "该联系方式在最近十分钟内未经验证，请先验证再关联 {provider} 身份",
    ),
    "link.no_union": (
        "the {provider} identity names no union; link it by another way",
        "该 {provider} 身份没有 union id，请用其他方式关联",
    ),
    "merge.itself": (
        "user {user} cannot be joined with himself; name two users",
        "用户 {user} 不能与自身合并，请选择两个用户",
    ),
    "merge.no_reason": (
        "say why the two users are one person",
        "请说明两个用户为何是同一人",
    ),
    "merge.held": (
        "user {user} is under legal hold, nothing of his may change; wait until it ends",
        "用户 {user} 处于数据保留状态，不得变更，请等待解除",
    ),
    "merge.merged": (
        "user {user} goes on in {into} already; take that back first",
        "用户 {user} 已并入 {into}，请先撤销该合并",
    ),
    "merge.same_campaign": (
        "{user} and {into} both took part in {shared}; that stays with each, they are not joined",
        "{user} 与 {into} 都参加了 {shared}，记录须各自保留，不能合并",
    ),
    "merge.same_reward": (
        "{user} and {into} were both rewarded for {shared}; settle that, ledgers are not merged",
        "{user} 与 {into} 都因 {shared} 获得奖励，账目不能合并，请先处理",
    ),
    "merge.undone": (
        "the merge of user {user} was taken back before",
        "用户 {user} 的合并此前已撤销",
    ),
    "merge.changed": (
        "what {user} brought to {into} changed since; put it back, then undo the merge",
        "用户 {user} 并入 {into} 的内容之后有变动，请先恢复再撤销合并",
    ),
}

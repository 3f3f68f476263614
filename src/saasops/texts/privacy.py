"""Codes of personal data: purposes, consent, erasure."""

TEXTS: dict[str, tuple[str, str]] = {
    "privacy.erased": (
        "{subject} was forgotten, for good; register the person under a new id",
        "{subject} 的个人数据已被删除，不能再为其保存个人数据，请用新的编号登记",
    ),
    "privacy.held": (
        "the data of user {user} has to stay: {holds}; lift the hold first",
        "用户 {user} 的数据须依法保留：{holds}，请先解除保留",
    ),
    "privacy.merged_into": (
        "user {user} goes on as {into}; forget {into}, and both go, or undo the merge first",
        "用户 {user} 已合并到 {into}，请删除 {into}（两者一并删除），或先撤销合并",
    ),
    "privacy.no_reason": (
        "a hold on the data of user {user} needs a reason",
        "保留用户 {user} 的数据需要说明理由",
    ),
    "privacy.no_purpose": (
        "personal data is shown for a purpose alone; name one of {known}",
        "查看个人数据须说明用途，可选：{known}",
    ),
    "privacy.unknown_purpose": (
        "that is no purpose of the policy; name one of {known}, or adopt a policy that has it",
        "数据处理规则中没有该用途，可选：{known}；也可启用包含该用途的规则",
    ),
    "privacy.withdrawn": (
        "user {user} took the consent to {purpose} back; do without the data",
        "用户 {user} 已撤回对 {purpose} 的同意，数据不得再用于该用途",
    ),
    "privacy.other_text": (
        "the wording {given} of {purpose} is not the one that is shown now, {shown}; ask again",
        "{purpose} 的文本版本 {given} 不是当前版本 {shown}，请重新征求同意",
    ),
    "privacy.backdated": (
        "a consent to {purpose} cannot be given before one that is on record",
        "对 {purpose} 的同意不能早于已有记录",
    ),
    "privacy.no_policy": (
        "nobody said how long data is needed; adopt a policy by `saasops people policy FILE`",
        "尚未规定数据保存期限，请用 `saasops people policy FILE` 启用规则",
    ),
    "privacy.invalid": (
        "the policy cannot be meant: {shown}",
        "数据处理规则有误：{shown}",
    ),
    "privacy.not_a_list": (
        "line {line} is no erasure; give the file that `saasops people erasures --out` wrote",
        "第 {line} 行不是删除记录，请提供 `saasops people erasures --out` 写出的文件",
    ),
    "privacy.lint.bad_id": (
        "the id of a purpose stands in the journal; use up to 64 of a-z, 0-9, _ and -",
        "用途编号会写入事件日志，请只用小写字母、数字、_ 和 -，不超过 64 个字符",
    ),
    "privacy.lint.repeated": (
        "there are two purposes {id}; keep one",
        "用途 {id} 重复，请保留一个",
    ),
    "privacy.lint.no_class": (
        "{data_class} is no class of personal data; use one of {allowed}",
        "{data_class} 不是个人数据类别，可选：{allowed}",
    ),
    "privacy.lint.no_purpose": (
        "{purpose} is no purpose of this policy; use one of {allowed}",
        "{purpose} 不是本规则中的用途，可选：{allowed}",
    ),
    "privacy.lint.never_fires": (
        "{after} never happens to {data_class}, so the rule never applies; use another event",
        "{data_class} 不会发生 {after}，该规则永远不会生效，请改用其他事件",
    ),
    "privacy.lint.two_periods": (
        "there are two periods for {data_class} after {after}; keep the shorter, which counts",
        "{data_class} 在 {after} 之后有两个期限，较长的不会生效，请保留较短的",
    ),
    "privacy.lint.no_rule": (
        "for class {data_class}, no rule gives a period; add one",
        "类别 {data_class} 没有规定保存期限的规则，请补充",
    ),
    "privacy.later.held": (
        "stays until the legal hold is lifted",
        "依法保留，解除后删除",
    ),
    "privacy.later.files": (
        "the files go with the next tick",
        "文件将在下一次 tick 时删除",
    ),
    "privacy.stays.opaque": (
        "stays as an id that leads to nobody",
        "仅保留无法识别个人的编号",
    ),
    "privacy.stays.public_answers": (
        "answers that are neither personal nor free text stay counted",
        "非个人、非自由文本的回答保留用于统计",
    ),
    "privacy.stays.verdict": (
        "the verdict stays, without text and pictures",
        "保留审核结果，不含文字和图片",
    ),
    "privacy.stays.counted": (
        "stays counted in reports",
        "保留用于报表统计",
    ),
    "privacy.stays.place_used": (
        "the place stays used, so that no slot is counted twice",
        "名额占用保留，避免重复计算",
    ),
    "privacy.stays.ledger": (
        "points, grants and earlier prizes stay in the books",
        "积分、奖励和以往奖品保留在账目中",
    ),
    "privacy.stays.sent": (
        "that notices were sent stays, without what they said",
        "保留通知发送记录，不含内容",
    ),
    "privacy.stays.journal": (
        "the journal stays; it never held anything personal",
        "保留事件记录，其中不含个人数据",
    ),
    "privacy.stays.proof": (
        "stays as proof of what was agreed and decided",
        "作为约定和决定的凭证保留",
    ),
    "notice.suppressed.erased": (
        "the recipient was forgotten",
        "收件人的个人数据已被删除",
    ),
}

"""Codes of roles."""

TEXTS = {
    "role.denied": (
        "{entry} is not open to {roles}; it takes one of: {needs}",
        "{roles} 不能执行 {entry}，需要以下角色之一：{needs}",
    ),
    "role.not_own": (
        "{entry} is open about oneself only: {argument} has to be the own id",
        "{entry} 只能用于本人：{argument} 必须是自己的编号",
    ),
    "role.reserved": (
        "{argument} of {entry} is left to: {needs}",
        "{entry} 的参数 {argument} 仅限以下角色使用：{needs}",
    ),
    "role.unknown": (
        "there is no role {role}; there are: {allowed}",
        "没有角色 {role}，可用的角色：{allowed}",
    ),
    "role.self": (
        "nobody gives himself a role; somebody else has to give {role}",
        "不能给自己分配角色，{role} 需由他人分配",
    ),
    "role.beyond": (
        "the role {role} may more than whoever gives it: {entries}",
        "角色 {role} 的权限超出分配者：{entries}",
    ),
    "role.invalid": (
        "{count} problem(s) in the roles: {shown}",
        "角色定义有 {count} 处问题：{shown}",
    ),
    "role.taken": (
        "there is a role {role} already; take another name",
        "角色 {role} 已存在，请换一个名称",
    ),
    "role.unknown_entry": (
        "there is nothing called {entry}; did you mean {hint}?",
        "没有 {entry}，是否应为 {hint}？",
    ),
    "role.host_only": (
        "{entry} is left to the program that embeds saasops; no role has it",
        "{entry} 只属于嵌入 saasops 的程序，不能交给任何角色",
    ),
    "role.no_owner": (
        "{entry} is about nobody in particular; name it under may",
        "{entry} 不针对个人，请写在 may 中",
    ),
}

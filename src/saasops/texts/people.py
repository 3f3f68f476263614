"""Codes of people."""

TEXTS: dict[str, tuple[str, str]] = {
    "identity.taken": (
        "this {provider} identity belongs to another user; log in with it, or have the two joined",
        "该 {provider} 身份已属于其他用户，请用它登录，或申请合并",
    ),
    "identity.not_linked": (
        "user {user} has no such {provider} identity; choose one that is linked",
        "用户 {user} 没有该 {provider} 身份，请选择已关联的身份",
    ),
    "identity.last": (
        "the {provider} identity is the last one of user {user}; link another first",
        "该 {provider} 身份是用户 {user} 唯一的登录方式，请先关联其他身份",
    ),
    "account.other_name": (
        "the account {account} has another name in row {first}; use one name, then import again",
        "客户 {account} 的名称与第 {first} 行不同，请统一后重新导入",
    ),
    "phone.unreadable": (
        "the cell holds no phone number; write it as 164 0000 0000 or +86 164 0000 0000",
        "单元格不是电话号码，请写成 164 0000 0000 或 +86 164 0000 0000",
    ),
    "mail.unreadable": (
        "the cell holds no mail address; write it as name@example.com",
        "单元格不是邮箱地址，请写成 name@example.com",
    ),
}

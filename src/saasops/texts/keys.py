"""Codes of the keys of personal data."""

TEXTS: dict[str, tuple[str, str]] = {
    "keys.missing": (
        "personal data is kept under keys, and there are none; open with keys=",
        "个人数据需用密钥保存，但未提供密钥；请以 keys= 打开",
    ),
    "keys.lost": (
        (
            "the database is sealed under the keys in {name}, which is not beside it; put it "
            'back, or name the keys: keys=, in saasops.toml keys = "keyfile"'
        ),
        (
            "该数据库用 {name} 中的密钥加密，但同目录下没有该文件；请放回该文件，或指定密钥："
            'keys=，在 saasops.toml 中为 keys = "keyfile"'
        ),
    ),
    "keys.in_clear": (
        "something personal stands unsealed in {table}; look at who else writes to the database",
        "{table} 中有未加密保存的个人数据，并非由 saasops 写入，请检查谁在写数据库",
    ),
    "keys.unknown": (
        "there is no key {id} in the keyring; add the file or the secret that holds it",
        "密钥环中没有密钥 {id}，请补上包含该密钥的文件或机密",
    ),
    "keys.unreadable": (
        "the file of keys {name} cannot be used: {reason}; saasops keys new makes one",
        "无法使用密钥文件 {name}：{reason}；可用 saasops keys new 新建",
    ),
    "keys.wrong_form": (
        "this is no keyring: it needs current, index and secrets as saasops keys new writes them",
        "这不是密钥环：须与 saasops keys new 写出的一样，含 current、index 和 secrets",
    ),
    "keys.wrong_id": (
        "the id of a key is 1 to 32 letters, digits, - and _",
        "密钥标识由 1 至 32 个字母、数字、- 或 _ 组成",
    ),
    "keys.taken": (
        "there is a key {id} in the keyring already; give the new one another id",
        "密钥环中已有密钥 {id}，新密钥请换一个标识",
    ),
    "keys.in_use": (
        "the key {id} is in use for what is new; rotate the keys before it can go",
        "新数据正在使用密钥 {id}，请先轮换密钥再移除",
    ),
    "keys.exists": (
        "nothing was written: there is a {name} already; name a new file",
        "未写入任何内容：{name} 已存在，请指定新文件",
    ),
    "keys.in_hand": (
        "somebody is writing the keys, or broke off; if nobody is, remove {name} and try again",
        "另一进程正在写入密钥，或写入时中断；若无进程在写，请删除 {name} 后重试",
    ),
    "keys.wrong": (
        "what is kept in {table} does not open under its key: it was changed or moved",
        "{table} 中保存的内容无法用其密钥打开：内容被改动或移动",
    ),
    "keys.wrong_secret": (
        "a key that lies under the secret {id} does not open; is this the keyring of this data?",
        "用主密钥 {id} 无法解开数据密钥，请确认所用的是这份数据的密钥环",
    ),
}

"""Codes of the keys of personal data."""

TEXTS: dict[str, tuple[str, str]] = {
    "keys.missing": (
        "personal data is kept under keys, and there are none; open with keys=, "
        "for a server from a place of the host's choice",
        "个人数据需用密钥保存，但未提供密钥；请以 keys= 打开，服务器上的密钥存放位置由宿主决定",
    ),
    "keys.unknown": (
        "there is no key {id} in the keyring; add the file or the secret that holds it",
        "密钥环中没有密钥 {id}，请补上包含该密钥的文件或机密",
    ),
    "keys.unreadable": (
        "the keyring cannot be read: {reason}; make one by `saasops keys new`",
        "无法读取密钥环：{reason}；可用 `saasops keys new` 新建",
    ),
    "keys.wrong": (
        "what is kept in {table} does not open under key {id}: "
        "it was changed, moved or kept under another key of this name",
        "{table} 中保存的内容无法用密钥 {id} 打开：内容被改动、移动，或由同名的另一密钥保存",
    ),
}

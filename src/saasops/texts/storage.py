"""Codes of storage. They name tables and columns, never what stands in a row."""

TEXTS = {
    "storage.duplicate": (
        "table {table} has a row with the same {columns} already; nothing was written",
        "表 {table} 中已有相同 {columns} 的行，未写入任何内容",
    ),
    "storage.required": (
        "{table}.{column} must not be empty; nothing was written",
        "{table}.{column} 不能为空，未写入任何内容",
    ),
    "storage.check": (
        "a row of table {table} breaks the rule {rule}; nothing was written",
        "表 {table} 的行违反规则 {rule}，未写入任何内容",
    ),
    "storage.stale": (
        "the row of table {table} changed or went away meanwhile; read it again and retry",
        "表 {table} 的行已被他人修改或删除，请重新读取后再试",
    ),
    "storage.busy": (
        "the store is busy with other writes; nothing was written, try again",
        "存储正忙于其他写入，未写入任何内容，请重试",
    ),
    "storage.in_doubt": (
        "the store failed while committing ({reason}); look up whether it was written",
        "提交时存储出错（{reason}），请先查明是否已写入，再决定是否重做",
    ),
    "storage.full": (
        "there is no room left to write; nothing was written, make room and try again",
        "存储空间已满，未写入任何内容，请腾出空间后重试",
    ),
    "storage.failed": (
        "the database failed with {reason}; nothing was written",
        "数据库出错：{reason}，未写入任何内容",
    ),
    "storage.backup_exists": (
        "there is something at {path} already; nothing was written, name a new file",
        "{path} 已存在，未写入任何内容，请指定新的文件名",
    ),
    "storage.backup_failed": (
        "no backup was written to {path}: {reason}; check the folder, its rights and its room",
        "未能写入备份 {path}：{reason}，请检查目录、权限和剩余空间",
    ),
    "storage.damaged": (
        "the database is damaged: {finding}; stop writing and go back to a backup",
        "数据库已损坏：{finding}；请停止写入，并从备份恢复",
    ),
    "storage.unavailable": (
        "cannot open the database {path} ({reason}); check the folder, its rights and the file",
        "无法打开数据库 {path}（{reason}），请检查目录、权限和文件",
    ),
    "storage.not_migrated": (
        "the database lacks table {table} or one of its columns; run migrate first",
        "数据库缺少表 {table} 或其中的列，请先执行 migrate",
    ),
    "storage.newer": (
        "a newer saasops used the database (step {recorded}, this one knows {known}); install it",
        "该数据库已被更新版本的 saasops 使用（第 {recorded} 步，本版本只到 {known}），请安装新版本",
    ),
    "storage.behind": (
        "the database lacks {pending}; run saasops storage migrate, or open it with migrate=True",
        "数据库尚缺：{pending}；请执行 saasops storage migrate，或以 migrate=True 打开",
    ),
    "storage.changed_table": (
        "table {table} is declared differently than it was made; {parts} cannot change",
        "表 {table} 的声明与建表时不同：{parts} 不能更改",
    ),
    "storage.foreign_table": (
        "table {table} is there already and is not ours; open the storage with another prefix",
        "表 {table} 已存在且不属于本库，请为存储设置其他 prefix",
    ),
    "storage.late_column": (
        "{table}.{column} is new in a table that has rows; declare it nullable, with ?",
        "{table}.{column} 是已有表的新列，必须声明为可空（加 ?）",
    ),
    "storage.wrong_table": (
        "the declaration of table {table} cannot work; look at: {parts}",
        "表 {table} 的声明有误，请检查：{parts}",
    ),
    "storage.unknown_column": (
        "table {table} has no column {column}; check the spelling or the declaration",
        "表 {table} 没有列 {column}，请检查拼写或声明",
    ),
    "storage.assigned": (
        "{table}.{column} is assigned by the store; leave it out",
        "{table}.{column} 由存储分配，插入时请勿提供",
    ),
    "storage.unordered": (
        "cannot order by {table}.{column}, which may be empty or is JSON; use a required column",
        "不能按 {table}.{column} 排序：该列可空或为 JSON，请使用必填列",
    ),
    "storage.wrong_cursor": (
        "a page of table {table} starts behind {column} and what follows; give it in after",
        "表 {table} 的分页从 {column} 及其后各列开始，请在 after 中给出",
    ),
    "storage.incomparable": (
        "cannot look up rows by {table}.{column}, which is JSON; use a column of its own",
        "不能按 {table}.{column} 查找：该列为 JSON，请把要查的值另存一列",
    ),
    "storage.key_change": (
        "{table}.{column} is part of the key and cannot change; delete the row and insert another",
        "{table}.{column} 属于主键，不能修改，请删除该行后另行插入",
    ),
    "storage.not_a_counter": (
        "cannot count with {table}.{column}: it is no required whole number outside the key",
        "不能用 {table}.{column} 计数：该列必须是主键之外的必填整数列",
    ),
    "storage.not_claimable": (
        "rows of table {table} cannot be leased; declare due as time and attempts as int",
        "表 {table} 的行不能租用，请声明 due（time）和 attempts（int）两列",
    ),
    "storage.wrong_tenant": (
        "a tenant is named by a text without NUL, and not by a {kind} like this",
        "租户名必须是不含 NUL 的文本，不能是这样的 {kind}",
    ),
    "storage.loading": (
        "the rows to insert come from this very transaction; read them first, or from another one",
        "要插入的行来自同一事务，请先读出，或从另一事务读取",
    ),
    "storage.wrong_limit": (
        "a limit of {limit} rows of table {table} is no limit; use 1 or more",
        "表 {table} 的行数上限 {limit} 无效，应不小于 1",
    ),
    "storage.wrong_key": (
        "a key of table {table} has exactly the values {key}",
        "表 {table} 的键必须恰好包含 {key}",
    ),
    "storage.wrong_value": (
        "no value of kind {kind}: text has no NUL, numbers 64 bits, instants an offset",
        "该值不符合类型 {kind}：文本不得含 NUL，整数不超过 64 位，时间须带时区",
    ),
    "storage.read_only": (
        "the transaction was opened for reading; open it with write=True",
        "该事务以只读方式打开，请用 write=True 打开",
    ),
    "storage.nested": (
        "this thread has a transaction open already; pass it as join=",
        "本线程已有未结束的事务，请用 join= 传入",
    ),
    "storage.dead": (
        "the transaction failed before with {cause}; leave it and begin anew",
        "该事务此前已因 {cause} 失败，请退出后重新开始",
    ),
    "storage.cut_short": (
        "the rows to insert ended with an error; nothing was written",
        "要插入的行在读取时出错，未写入任何内容",
    ),
    "storage.swallowed": (
        "{cause} was swallowed inside the transaction: nothing was written; let it leave the block",
        "事务中的错误 {cause} 被忽略，因此未写入任何内容，请让它抛出事务之外",
    ),
    "storage.ended": (
        "the transaction is over; use it inside its with block only",
        "该事务已结束，只能在其 with 语句块内使用",
    ),
    "storage.closed": (
        "the store was closed; open a new one",
        "该存储已关闭，请重新打开",
    ),
    "storage.forked": (
        "this process was forked while {path} was in use; fork before that, or use spawn",
        "本进程由 fork 产生，当时 {path} 正在使用；请在使用之前 fork，或改用 spawn",
    ),
    "storage.no_file": (
        "SqliteStorage needs the path of a file; use MemoryStorage to keep nothing",
        "SqliteStorage 需要文件路径；若不需保存，请使用 MemoryStorage",
    ),
    "storage.wrong_join": (
        "cannot join a {kind}; pass a transaction or a connection of this kind of store",
        "无法加入 {kind}，请传入同类存储的事务或数据库连接",
    ),
    "storage.idle_join": (
        "the connection to join is in no transaction; begin one first",
        "要加入的连接不在事务中，请先开始事务",
    ),
}

"""Codes of responses: answers in from other tools, saved profiles, and answers out."""

TEXTS: dict[str, tuple[str, str]] = {
    "survey.import.future_time": (
        "the end time of row {row} has not come yet; check the time and the profile's zone",
        "第 {row} 行的结束时间尚未到来，请核对时间和导入配置中的时区 zone",
    ),
    "survey.import.not_json": (
        "row {row} is no JSON object of its own, or has a key twice; write one object a line",
        "第 {row} 行不是独立的 JSON 对象，或有重复的键，请每行写一个对象",
    ),
    "survey.import.unknown_field": (
        "row {row} answers a field that the profile does not name; add it to columns or ignored",
        "第 {row} 行回答了导入配置中没有的字段，请写入 columns 或 ignored",
    ),
    "survey.import.answered_twice": (
        "row {row} answers question {question} twice; keep one answer",
        "第 {row} 行对题目 {question} 回答了两次，请只保留一个",
    ),
    "survey.import.comment_alone": (
        (
            "row {row} has text for the other option of {question}, but the choice itself is"
            " missing: the form may have dropped it; ask again, or add the choice"
        ),
        (
            "第 {row} 行有题目 {question} 的“其他”文字，但缺少该选项，可能被表单丢弃，"
            "请重新询问或补上选项"
        ),
    ),
    "survey.import.file_declined": (
        "the file answered to {question} in row {row} lies with the tool; have it uploaded here",
        "第 {row} 行题目 {question} 的文件保存在外部工具中，请在本站重新上传",
    ),
    "survey.import.other_event": (
        "row {row} is another kind of message; only {expected} is taken",
        "第 {row} 行是其他类型的消息，只接收 {expected}",
    ),
    "survey.import.deleted_there": (
        "row {row} says that an answer was deleted in the tool; delete it here by hand",
        "第 {row} 行表示答卷已在外部工具中删除，请在本站手动删除",
    ),
    "survey.import.unknown_format": (
        "there is no format {format} of answers; choose from {allowed}",
        "没有名为 {format} 的答卷格式，可选：{allowed}",
    ),
    "survey.export.no_purpose": (
        "personal answers are only written out for a purpose; say which",
        "导出个人信息须说明用途，请填写",
    ),
    "survey.export.too_many_columns": (
        "the export would have {columns} columns, a sheet has {most}; leave out single options",
        "导出将有 {columns} 列，而工作表最多 {most} 列，请不要将每个选项单独成列",
    ),
    "survey.profile.no_identity": (
        "no column seems to tell who answered; name it under identity, with its login provider",
        "未找到表明答题人身份的列，请在 identity 中写明该列及登录方式",
    ),
    "survey.profile.no_end": (
        "no column seems to tell when an answer was sent; name it as ended",
        "未找到提交时间列，请写入 ended",
    ),
    "survey.profile.unmatched": (
        "column {column} fits no question; name it under columns or ignored",
        "第 {column} 列与任何题目都不匹配，请写入 columns 或 ignored",
    ),
    "survey.profile.ambiguous": (
        "column {column} may answer any of {questions}; name the right one under columns",
        "第 {column} 列可能对应 {questions} 中任意一题，请在 columns 中写明",
    ),
    "survey.profile.no_slot_labels": (
        "how the tool words the slots of {question} is not known; describe it under slots",
        "不清楚外部工具如何书写题目 {question} 的时段，请在 slots 中写明",
    ),
}

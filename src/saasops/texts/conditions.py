"""Codes of conditions: how they are written, checked, and read from and for other programs."""

TEXTS: dict[str, tuple[str, str]] = {
    "condition.too_large": (
        "the condition is nested over {levels} levels or has over {tests} parts; split it",
        "条件嵌套超过 {levels} 层或超过 {tests} 个部分，请拆分",
    ),
    "condition.unfit": (
        "{field} ({type}) cannot be compared by {operator}; use one of {allowed}",
        "{field}（{type}）不能用 {operator} 比较，可用：{allowed}",
    ),
    "condition.unknown_version": (
        "nobody recognises the version {value}; correct it, or register the release",
        "无法识别版本 {value}，请更正或先登记该版本",
    ),
    "condition.export.version_order": (
        "{format} cannot order the versions of {field}; compare with eq or in",
        "{format} 无法比较 {field} 的版本先后，请改用 eq 或 in",
    ),
    "condition.export.name": (
        "{format} reads the name {field} as something else; give the question a plain id",
        "{format} 会误读名称 {field}，请为题目改用简单的编号",
    ),
    "condition.export.value": (
        "{format} cannot hold a value compared with {field} as it is; give the option a plain id",
        "{format} 无法原样表示与 {field} 比较的取值，请为选项改用简单的编号",
    ),
    "condition.export.text": (
        "{format} ignores case and blanks, so it cannot compare the free text of {field}",
        "{format} 比较时忽略大小写和空格，无法比较 {field} 的自由文本",
    ),
    "condition.export.alike": (
        "{format} takes several values of {field} for the same; give the options other ids",
        "{format} 会把 {field} 的不同取值视为相同，请为选项改用差别更大的编号",
    ),
    "condition.import.syntax": (
        "expected {expected} at character {at} of the expression",
        "表达式第 {at} 个字符处应为 {expected}",
    ),
    "condition.import.function": (
        "functions are not taken over, and there is one at character {at}; use a calculated value",
        "不支持函数（第 {at} 个字符处），请改用计算值",
    ),
    "condition.import.arithmetic": (
        "arithmetic is not taken over, and there is some at character {at}; use a calculated value",
        "不支持算术运算（第 {at} 个字符处），请改用计算值",
    ),
    "condition.import.comparison": (
        "at character {at}, compare one question with fixed values",
        "第 {at} 个字符处应为一个题目与固定取值的比较",
    ),
    "condition.import.path": (
        "at character {at}, name a whole question: parts of an answer are not taken over",
        "第 {at} 个字符处应为完整的题目，不支持引用答案的一部分",
    ),
    "condition.import.list_equality": (
        "lists are not compared as a whole, as at character {at}; use contains or anyof",
        "不支持整体比较列表（第 {at} 个字符处），请改用 contains 或 anyof",
    ),
    "condition.import.part_of_text": (
        "parts of a text are not looked for, as at character {at}; ask for a choice instead",
        "不支持查找文本片段（第 {at} 个字符处），请改为选择题",
    ),
    "condition.import.loose": (
        "the comparison at character {at} rests on loose equality; write the value in its own type",
        "第 {at} 个字符处的比较依赖宽松相等，请按其类型书写取值",
    ),
    "condition.import.too_long": (
        "the expression has {length} characters, {longest} are allowed; split it",
        "表达式有 {length} 个字符，最多 {longest} 个，请拆分",
    ),
    "survey.lint.contradiction": (
        "the condition contradicts itself: no answers make it hold; correct it",
        "条件自相矛盾，任何回答都无法满足，请更正",
    ),
    "survey.lint.unreachable": (
        "nobody is ever asked {question}: what it depends on cannot come together; correct it",
        "题目 {question} 永远不会出现：所依赖的条件无法同时成立，请更正",
    ),
    "survey.lint.page_unreachable": (
        "nobody ever sees page {page}: what it depends on cannot come together; correct it",
        "页面 {page} 永远不会出现：所依赖的条件无法同时成立，请更正",
    ),
    "survey.lint.always_asked": (
        "everybody is asked {question}: its condition always holds; leave it out",
        "题目 {question} 的条件总是成立，可以去掉",
    ),
    "survey.lint.undecided": (
        "whether the condition of {question} can hold was not found out; make it simpler",
        "未能判断题目 {question} 的条件能否成立，请简化",
    ),
    "survey.change.kind": (
        "question {question} was {was} and is {now} now; give it a new id",
        "题目 {question} 的题型由 {was} 变为 {now}，请改用新编号",
    ),
    "survey.change.unit": (
        "question {question} has another unit now; give it a new id",
        "题目 {question} 的单位已改变，请改用新编号",
    ),
    "survey.change.settings": (
        "question {question} has other settings now; check that its answers mean the same",
        "题目 {question} 的设置已改变，请核对回答的含义是否不变",
    ),
    "survey.change.reworded": (
        "question {question} is worded differently; if it means something else, use a new id",
        "题目 {question} 的表述已改变；若含义不同，请改用新编号",
    ),
    "survey.change.when": (
        "question {question} is asked of other people now; say so where its counts are compared",
        "题目 {question} 的作答对象已改变，比较统计结果时请说明",
    ),
    "survey.change.question_dropped": (
        (
            "question {question} is gone; say in the migration from version {version} what becomes"
            " of its answers"
        ),
        "题目 {question} 已删除，请在版本 {version} 的迁移规则中说明其回答的去向",
    ),
    "survey.change.option_dropped": (
        "option {option} of question {question} is gone; say in a migration what becomes of it",
        "题目 {question} 的选项 {option} 已删除，请在迁移规则中说明其去向",
    ),
    "survey.change.option_reused": (
        "option {option} of question {question} has the words of another one; use a new id",
        "题目 {question} 的选项 {option} 换成了另一选项的内容，请改用新编号",
    ),
    "survey.change.option_reworded": (
        (
            "option {option} of question {question} is worded differently; if it means something"
            " else, use a new id"
        ),
        "题目 {question} 的选项 {option} 表述已改变；若含义不同，请改用新编号",
    ),
    "survey.change.bounds": (
        "option {option} of question {question} stood for {was} and is {now} now; use a new id",
        "题目 {question} 的选项 {option} 的范围由 {was} 变为 {now}，请改用新编号",
    ),
    "survey.change.score": (
        "option {option} of question {question} scored {was} and scores {now} now; recalculate",
        "题目 {question} 的选项 {option} 的分值由 {was} 变为 {now}，请重新计算",
    ),
    "survey.change.calculated": (
        "{id} is calculated in another way now; recalculate earlier responses, or use a new id",
        "{id} 的计算方式已改变，请重新计算以前的答卷或改用新编号",
    ),
}

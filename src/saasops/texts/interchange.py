"""Codes of interchange: surveys written for other programs, and read from them."""

TEXTS: dict[str, tuple[str, str]] = {
    "interchange.declined": (
        "{count} part(s) of the survey cannot be taken over; change them, or do without: {shown}",
        "问卷中有 {count} 处无法对应，请修改，或不含这些部分导入：{shown}",
    ),
    "interchange.unreadable": (
        "this is no definition that can be read; expected is {expected}",
        "无法读取该定义，此处应为 {expected}",
    ),
    "interchange.too_deep": (
        "panels or groups stand more than {levels} deep in each other; move them out",
        "面板或分组嵌套超过 {levels} 层，请减少嵌套",
    ),
    "interchange.too_many": (
        "there are more than {most} questions; split the survey",
        "题目超过 {most} 个，请拆分问卷",
    ),
    "interchange.same_name": (
        "a question {question} stands here before, and asks something else; rename one",
        "此前已有内容不同的题目 {question}，请将其中一个改名",
    ),
    "interchange.repeated": (
        "question {question} stands here again, word for word; it is asked once",
        "题目 {question} 在此原样重复，只询问一次",
    ),
    "interchange.bad_name": (
        "{name} cannot be the id of a question or a page; choose a short one without braces",
        "{name} 不能作为题目或页面编号，请改用不含花括号的短编号",
    ),
    "interchange.unknown_keyword": (
        "the keyword {keyword} of {element} is not taken over; remove it, or say it another way",
        "不支持 {element} 的关键字 {keyword}，请删除或换一种写法",
    ),
    "interchange.left_out": (
        "{keyword} of {element} is left out; it changes no question and no answer",
        "略去 {element} 的 {keyword}，不影响题目和回答",
    ),
    "interchange.wrong_value": (
        "the value of {keyword} is not taken over; write {expected}",
        "{keyword} 的取值不支持，应为 {expected}",
    ),
    "interchange.unknown_kind": (
        "question {question} of the type {kind} is not taken over; ask in another type",
        "不支持题目 {question} 的类型 {kind}，请改用其他类型",
    ),
    "interchange.condition": (
        "{question} is not taken over, as nobody can tell when to ask it; simplify the condition",
        "无法判断何时询问 {question}，故未导入，请简化其条件",
    ),
    "interchange.calculation": (
        "the calculated value {name} is not taken over; define it here",
        "计算值 {name} 未导入，请在此重新定义",
    ),
    "interchange.no_such_kind": (
        "{format} has no element for question {question} of the kind {kind}; leave it out",
        "{format} 没有可表示题目 {question}（类型 {kind}）的元素，请去掉该题",
    ),
    "interchange.option_taken": (
        "{format} keeps {option} for free text; rename that option of question {question}",
        "{format} 将 {option} 保留给自由填写，请将题目 {question} 的该选项改名",
    ),
    "interchange.file_count": (
        "{calculated} counts the files of {question}, which no expression can; leave it out",
        "{calculated} 统计题目 {question} 的文件数，无法用表达式表示，请去掉",
    ),
    "interchange.lost": (
        "{format} cannot say {what}; it is not in the file",
        "{format} 无法表示 {what}，文件中不含该内容",
    ),
    "interchange.kept_aside": (
        "{format} does not act on {keys} of question {question}; a mark in the file keeps it",
        "{format} 不处理题目 {question} 的 {keys}，仅以标记保存在文件中",
    ),
    "interchange.repeated_header": (
        "the column {header} stands twice; keep one",
        "列 {header} 重复出现，请只保留一列",
    ),
    "interchange.option_repeated": (
        "option {option} stands here again, word for word; it is offered once",
        "选项 {option} 在此原样重复，只提供一次",
    ),
    "interchange.option_name": (
        "{format} takes no blanks in ids; rename option {option} of question {question}",
        "{format} 不允许题目 {question} 的选项编号 {option} 含空白，请改名",
    ),
    "interchange.question_name": (
        "{format} cannot name {question}; begin the id with a letter, use letters, digits, _ . -",
        "{format} 无法使用名称 {question}，编号请以字母开头，仅用字母、数字和 _ . -",
    ),
    "interchange.group": (
        "the beginnings and ends of {kind} do not match here; correct them",
        "此处 {kind} 的开始与结束不匹配，请更正",
    ),
    "interchange.several_times": (
        "{question} is asked several times in a loop; ask for each time in a question of its own",
        "{question} 在循环中多次询问，请将每次改为单独的题目",
    ),
    "interchange.metadata": (
        "{question} is filled by the device ({kind}), it asks nothing; leave it out",
        "{question} 由设备填写（{kind}），不是提问，请去掉",
    ),
    "interchange.reference": (
        "the text of {question} quotes an answer, which nobody fills in here; write it without",
        "{question} 的文本引用了回答，此处不会填入，请改写",
    ),
    "interchange.constraint": (
        "the constraint of {question} is not taken over; any answer of its kind counts",
        "{question} 的约束未导入，该类型的任何回答均有效",
    ),
    "interchange.read_only": (
        "{question} cannot be answered there, so it is not asked here; make it a note",
        "{question} 在原表单中不可作答，故不询问，请改为说明",
    ),
    "interchange.unsayable": (
        "JSON Schema cannot say {what} of {question}; check the answers here as well",
        "JSON Schema 无法表示 {question} 的 {what}，请在此再次校验回答",
    ),
    "interchange.broken": (
        "the file cannot be read at line {line} ({reason}); save it again, or check its format",
        "文件第 {line} 行无法读取（{reason}），请重新保存或检查格式",
    ),
}

"""Codes of surveys: their definition, answers, and the import of an outside tool's export."""

TEXTS: dict[str, tuple[str, str]] = {
    "survey.version_taken": (
        "version {version} of survey {survey} is published and cannot change; raise the version",
        "问卷 {survey} 的版本 {version} 已发布，不可更改，请提高版本号",
    ),
    "survey.not_publishable": (
        "the survey cannot be published: {count} problem(s): {shown}",
        "问卷无法发布，共 {count} 处问题：{shown}",
    ),
    "survey.version_not_rising": (
        "survey {survey} is published as version {published}; version {version} has to be higher",
        "问卷 {survey} 已发布到版本 {published}，版本 {version} 应更高",
    ),
    "survey.other_version": (
        "the response answers {answered}, the survey is {survey} {version}; open it again",
        "答卷对应 {answered}，当前问卷为 {survey} {version}，请重新打开问卷",
    ),
    "survey.not_counted": (
        "the answers to question {question} ({kind}) are not counted: it has no closed set of them",
        "题目 {question}（{kind}）没有固定的答案范围，无法统计",
    ),
    "survey.no_texts": (
        "question {question} has no free texts to list: it takes none, or they are personal",
        "题目 {question} 没有可列出的文字回答：它不接受文字，或属于个人信息",
    ),
    "survey.lint.duplicate_id": (
        "the id {id} stands {times} times; give each its own",
        "编号 {id} 出现 {times} 次，请改为互不相同",
    ),
    "survey.lint.no_options": (
        "question {question} offers nothing to choose; add options",
        "题目 {question} 没有选项，请添加",
    ),
    "survey.lint.untranslated": (
        "the text is missing in {locale}; add it",
        "缺少 {locale} 文本，请补充",
    ),
    "survey.lint.band_unbounded": (
        "option {option} of question {question} needs low, and high not below it",
        "题目 {question} 的选项 {option} 须有下限 low，且上限 high 不小于下限",
    ),
    "survey.lint.band_gap": (
        "no option of question {question} stands for {numbers}; close the gap",
        "题目 {question} 没有选项包含 {numbers}，请补上空缺",
    ),
    "survey.lint.band_overlap": (
        "more than one option of question {question} stands for {numbers}; keep one",
        "题目 {question} 有多个选项包含 {numbers}，请只保留一个",
    ),
    "survey.lint.other_unknown": (
        "question {question} has no option {value} to take free text; choose from {allowed}",
        "题目 {question} 没有可填写文字的选项 {value}，可选：{allowed}",
    ),
    "survey.lint.required_hidden": (
        "question {question} is required but can be hidden; nobody has to answer it then",
        "题目 {question} 为必答题但可能被隐藏，届时无人须作答",
    ),
    "survey.lint.later_question": (
        "the condition depends on {field}, which is not asked before; move {field} up",
        "条件依赖其后才出现的 {field}，请将其前移",
    ),
    "survey.unknown_question": (
        "version {version} of survey {survey} has no such question; leave the answer out",
        "问卷 {survey} 的版本 {version} 没有此题，请去掉该回答",
    ),
    "survey.missing_required": (
        "question {question} needs an answer",
        "题目 {question} 必须作答",
    ),
    "survey.unknown_option": (
        "question {question} has no such option; choose from {allowed}",
        "题目 {question} 没有此选项，可选：{allowed}",
    ),
    "survey.impossible_slot": (
        "the slot answered to {question} is not offered; choose another",
        "题目 {question} 所选时段不可预约，请另选",
    ),
    "survey.unrecognised_version": (
        "the version answered to {question} is no known release; choose one, or none",
        "题目 {question} 填写的版本无法识别，请选择已发布的版本或“未安装”",
    ),
    "survey.wrong_type": (
        "question {question} takes {expected}",
        "题目 {question} 的回答格式不对，应为：{expected}",
    ),
    "survey.out_of_range": (
        "question {question} takes a number from {low} to {high}",
        "题目 {question} 的数值应在 {low} 至 {high} 之间",
    ),
    "survey.too_long": (
        "the answer to {question} has {length} characters; {longest} are allowed",
        "题目 {question} 的回答有 {length} 个字符，最多 {longest} 个",
    ),
    "survey.import.no_zone": (
        "there is no time zone {zone}; write one such as Asia/Shanghai",
        "没有时区 {zone}，请写成 Asia/Shanghai 之类",
    ),
    "survey.import.wrong_pattern": (
        "the pattern cannot be used; write one such as {example}",
        "该模式无法使用，请写成 {example} 之类",
    ),
    "survey.import.same_label": (
        "the slots {slot} and {other} have the same label; make the label tell them apart",
        "时段 {slot} 与 {other} 的标签相同，请使其可区分",
    ),
    "survey.import.no_label": (
        "slots of the kind {kind}, such as {slot}, have no label; add one, or an alias of the slot",
        "{kind} 类时段（如 {slot}）没有标签，请添加标签或该时段的别名",
    ),
    "survey.import.question_repeated": (
        "question {question} has more than one column; keep one",
        "题目 {question} 对应多列，请只保留一列",
    ),
    "survey.import.question_without_column": (
        "no column answers the required question {question}; name its header in the profile",
        "必答题 {question} 没有对应的列，请在导入配置中写明表头",
    ),
    "survey.import.missing_column": (
        "the header lacks {missing}; expected are {expected}",
        "表头缺少 {missing}；应有 {expected}",
    ),
    "survey.import.unknown_column": (
        (
            "column(s) {unknown} are not known; name them in the profile, under columns or ignored;"
            " known are {expected}"
        ),
        "第 {unknown} 列无法识别，请写入导入配置的 columns 或 ignored；已知列：{expected}",
    ),
    "survey.import.repeated_column": (
        "the header has {columns} more than once; keep one of each",
        "表头重复出现 {columns}，请各保留一列",
    ),
    "survey.import.unreadable_digits": (
        (
            "the number in row {row} is blank or no longer whole, as when a spreadsheet writes"
            " 9.00E+11; export the column as text"
        ),
        "第 {row} 行的号码为空或已损坏（如被表格软件写成 9.00E+11），请将该列按文本重新导出",
    ),
    "survey.import.unknown_user": (
        "nobody is known by the {provider} identity in row {row}; check it, or add the user first",
        "第 {row} 行的 {provider} 身份没有对应的用户，请核对或先添加用户",
    ),
    "survey.import.unreadable_time": (
        "row {row} has no readable end time; write it as 2020/02/09 18:30:00",
        "第 {row} 行的结束时间无法读取，请写成 2020/02/09 18:30:00",
    ),
    "survey.import.missing_required": (
        "row {row} has no answer to the required question {question}; fill it in",
        "第 {row} 行未回答必答题 {question}，请补充",
    ),
    "survey.import.unknown_option": (
        (
            "the answer to {question} in row {row} is none of {allowed}; correct it, or add an"
            " alias to the profile"
        ),
        "第 {row} 行对 {question} 的回答不在 {allowed} 之中，请更正，或在导入配置中添加别名",
    ),
    "survey.import.impossible_slot": (
        "the slot answered to {question} in row {row} is not offered; correct it",
        "第 {row} 行对 {question} 所选时段不可预约，请更正",
    ),
    "survey.import.unrecognised_version": (
        (
            "the version answered to {question} in row {row} is no known release; correct it, or"
            " add what to strip to the profile"
        ),
        "第 {row} 行对 {question} 填写的版本无法识别，请更正，或在导入配置中写明应去除的前缀",
    ),
    "survey.import.wrong_type": (
        "the answer to {question} in row {row} has to be {expected}; correct it",
        "第 {row} 行对 {question} 的回答格式不对，应为：{expected}，请更正",
    ),
    "survey.import.out_of_range": (
        "the answer to {question} in row {row} has to be from {low} to {high}; correct it",
        "第 {row} 行对 {question} 的数值应在 {low} 至 {high} 之间，请更正",
    ),
    "survey.import.too_long": (
        (
            "the answer to {question} in row {row} has {length} characters, {longest} are allowed;"
            " shorten it"
        ),
        "第 {row} 行对 {question} 的回答有 {length} 个字符，最多 {longest} 个，请缩短",
    ),
    "survey.invalid": (
        "{count} answer(s) are wrong: {shown}",
        "有 {count} 处回答有误：{shown}",
    ),
}

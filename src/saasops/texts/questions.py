"""Codes of questions."""

TEXTS: dict[str, tuple[str, str]] = {
    "survey.kind_missing": (
        "question {question} is of the kind {kind}, which no plugin brings; known are {known}",
        "题目 {question} 的题型 {kind} 没有插件提供，已知题型：{known}",
    ),
    "survey.hidden_answer": (
        "question {question} is not asked after the other answers; leave its answer out",
        "按其他回答，题目 {question} 不会出现，请去掉该回答",
    ),
    "survey.too_few": (
        "question {question} takes {fewest} or more; add some",
        "题目 {question} 至少需要 {fewest} 项，请补充",
    ),
    "survey.too_many": (
        "question {question} takes {most} at most; leave some out",
        "题目 {question} 最多 {most} 项，请减少",
    ),
    "survey.out_of_period": (
        "question {question} takes a day from {earliest} to {latest}",
        "题目 {question} 的日期应在 {earliest} 至 {latest} 之间",
    ),
    "survey.unknown_file": (
        "file {number} of question {question} is not here any more; upload it again",
        "题目 {question} 的第 {number} 个文件不存在，请重新上传",
    ),
    "survey.unwanted_file": (
        "file {number} of question {question} is of another type; take one of {accepts}",
        "题目 {question} 的第 {number} 个文件类型不符，可用类型：{accepts}",
    ),
    "survey.lint.no_kind": (
        "question {question} is of the kind {kind}, which there is not; choose from {known}",
        "题目 {question} 的题型 {kind} 不存在，可选：{known}",
    ),
    "survey.lint.backwards": (
        "{low} of question {question} is above {high}; nothing can be answered",
        "题目 {question} 的 {low} 大于 {high}，无法作答，请更正",
    ),
    "survey.lint.beyond": (
        "{key} of question {question} has to be from {low} to {high}",
        "题目 {question} 的 {key} 应在 {low} 至 {high} 之间",
    ),
    "survey.lint.too_small": (
        "{key} of question {question} has to be {least} or more",
        "题目 {question} 的 {key} 应不小于 {least}",
    ),
    "survey.lint.too_many": (
        "question {question} wants more choices than its {options} options; lower fewest",
        "题目 {question} 要求的选择数多于其 {options} 个选项，请降低 fewest",
    ),
    "survey.lint.no_media_type": (
        "question {question} has to accept media types, such as image/png or image/*",
        "题目 {question} 须写明可接受的文件类型，如 image/png 或 image/*",
    ),
    "survey.lint.wrong_id": (
        (
            "the id “{id}” is not plain; write up to 64 of A-Z, a-z, 0-9, _ . + -, a letter or"
            " digit first"
        ),
        "编号“{id}”不规范，请用至多 64 个 A-Z、a-z、0-9、_ . + -，并以字母或数字开头",
    ),
    "survey.lint.wrong_version": (
        "the version {version} has to be from 1 to {highest}; correct it",
        "版本 {version} 应在 1 至 {highest} 之间，请更正",
    ),
    "survey.lint.no_questions": (
        "the survey asks nothing; add a question",
        "问卷没有题目，请添加",
    ),
    "survey.lint.blank_text": (
        "the text for {locale} (* is every other language) is blank; write it",
        "{locale}（* 指其他所有语言）的文本为空，请填写",
    ),
    "survey.lint.blank_personal": (
        (
            "question {question} is personal; say in category what it is and in purpose what it is"
            " needed for"
        ),
        "题目 {question} 属于个人信息，请在 category 写明类别，在 purpose 写明用途",
    ),
    "survey.lint.same_words": (
        (
            "options {first} and {option} of question {question} read the same in {locale}; word"
            " them differently"
        ),
        "题目 {question} 的选项 {first} 与 {option} 在 {locale} 中文字相同，请加以区分",
    ),
    "survey.lint.taken_id": (
        "the id {id} stands for more than one question, page, number or count; give each its own",
        "编号 {id} 同时用于多个题目、页面、计算值或计数，请改为互不相同",
    ),
    "survey.lint.no_page": (
        "question {question} stands on the page {page}, which there is not; choose from {known}",
        "题目 {question} 所在的页面 {page} 不存在，可选：{known}",
    ),
    "survey.lint.split_page": (
        "the questions of page {page} do not stand side by side; move them together",
        "页面 {page} 的题目没有连续排列，请移到一起",
    ),
    "survey.lint.no_question": (
        "{id} is calculated of {question}, which is not asked; choose from {known}",
        "{id} 引用的题目 {question} 不存在，可选：{known}",
    ),
    "survey.lint.nothing_calculated": (
        "{id} is calculated by {method}, which reads {key} and nothing else; say it there",
        "{id} 的计算方法 {method} 只使用 {key}，请在其中填写",
    ),
    "survey.lint.not_calculable": (
        "{method} in {id} cannot be made of {question} ({kind}); take another question or method",
        "{id} 的 {method} 不能用于题目 {question}（{kind}），请换题目或方法",
    ),
}

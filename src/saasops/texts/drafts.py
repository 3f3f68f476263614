"""Codes of drafts, of when a survey is open, and of migrations to a newer version."""

TEXTS: dict[str, tuple[str, str]] = {
    "draft.none": (
        "{user} has no draft to submit; fill in the survey, or send the answers",
        "{user} 没有可提交的草稿，请先填写问卷或直接提交回答",
    ),
    "draft.unknown_questions": (
        (
            "{count} field(s) belong to no question of version {version} of survey {survey} and are"
            " not kept; open the survey again"
        ),
        "有 {count} 个字段不属于问卷 {survey} 版本 {version} 的任何题目，未保存，请重新打开问卷",
    ),
    "draft.not_plain": (
        "what came for {question} is no plain value and is not kept; send text, numbers or lists",
        "题目 {question} 的内容不是普通值，未保存，请发送文字、数字或列表",
    ),
    "draft.too_large": (
        "what came for {question} has {size} bytes and is not kept; {most} are allowed",
        "题目 {question} 的内容有 {size} 字节，未保存，最多 {most} 字节",
    ),
    "survey.not_open_yet": (
        "survey {survey} opens at {opens_at}; come back then",
        "问卷 {survey} 于 {opens_at} 开放，请届时再来",
    ),
    "survey.closed": (
        "survey {survey} was closed at {closes_at} and takes no more answers",
        "问卷 {survey} 已于 {closes_at} 关闭，不再接受回答",
    ),
    "survey.full": (
        "survey {survey} has its {quota} answers and takes no more people",
        "问卷 {survey} 已收满 {quota} 份，不再接受新的答卷",
    ),
    "survey.opening.never_open": (
        "the survey closes at {closes_at}, not after {opens_at} when it opens; move one of them",
        "问卷的关闭时间 {closes_at} 不晚于开放时间 {opens_at}，请调整其一",
    ),
    "survey.opening.no_place": (
        "a quota of {quota} lets nobody answer; write 1 or more, or leave it out",
        "配额 {quota} 使任何人都无法作答，请写 1 或以上，或去掉配额",
    ),
    "survey.no_migration": (
        (
            "no declared migration leads from version {version} of survey {survey} to version"
            " {now}; declare one in the newer version"
        ),
        "没有从问卷 {survey} 版本 {version} 到版本 {now} 的迁移声明，请在新版本中声明",
    ),
    "survey.loss.not_asked": (
        "version {version} asked {question}, the newer version does not",
        "版本 {version} 的题目 {question} 在新版本中已不再询问",
    ),
    "survey.loss.dropped": (
        "the answer to {question} of version {version} is dropped: {reason}",
        "版本 {version} 题目 {question} 的回答已舍弃：{reason}",
    ),
    "survey.loss.changed": (
        (
            "question {question} of version {version} asks something else now, and no step of the"
            " migration names it"
        ),
        "版本 {version} 的题目 {question} 现在含义不同，而迁移中没有步骤提到它",
    ),
    "survey.loss.option_gone": (
        "question {question} of version {version} offered {option}, which is no choice any more",
        "版本 {version} 题目 {question} 的选项 {option} 已不存在",
    ),
    "survey.loss.option_changed": (
        (
            "the choice {option} of question {question} stands for something else than in version"
            " {version}"
        ),
        "题目 {question} 的选项 {option} 与版本 {version} 中的含义不同",
    ),
    "survey.loss.option_dropped": (
        "the choice {option} of question {question} of version {version} is dropped: {reason}",
        "版本 {version} 题目 {question} 的选项 {option} 已舍弃：{reason}",
    ),
    "survey.loss.unfit": (
        "the answer to {question} of version {version} is none to the newer question",
        "版本 {version} 题目 {question} 的回答不符合新题目的要求",
    ),
    "survey.loss.hidden": (
        "conditions of version {version} hide question {question}, so its answer does not count",
        "版本 {version} 的条件使题目 {question} 不显示，其回答不计入",
    ),
    "survey.migration.wrong_version": (
        (
            "the migration of survey {survey} names version {version}; it has to name a published"
            " one before {new}"
        ),
        "问卷 {survey} 的迁移写的是版本 {version}，应为版本 {new} 之前已发布的版本",
    ),
    "survey.migration.repeated": (
        "survey {survey} declares {times} migrations from version {version}; keep one",
        "问卷 {survey} 对版本 {version} 声明了 {times} 个迁移，请只保留一个",
    ),
    "survey.migration.unknown_question": (
        "there is no question {question}; choose from {allowed}",
        "没有题目 {question}，可选：{allowed}",
    ),
    "survey.migration.unknown_option": (
        "question {question} has no option {option}; choose from {allowed}",
        "题目 {question} 没有选项 {option}，可选：{allowed}",
    ),
    "survey.migration.two_sources": (
        "{times} answers would become the one to question {question}; keep one step",
        "有 {times} 个回答会成为题目 {question} 的回答，请只保留一个步骤",
    ),
    "survey.migration.dropped_and_kept": (
        "the answer to {question} is both dropped and carried over; keep one of the steps",
        "题目 {question} 的回答既被舍弃又被保留，请只保留一个步骤",
    ),
    "survey.migration.no_reason": (
        "the answer to {question} is dropped; say why in reason",
        "题目 {question} 的回答被舍弃，请在 reason 中写明原因",
    ),
    "survey.migration.empty_step": (
        "the step says nothing of an answer there was; name was, question or default",
        "该步骤没有涉及任何已有回答，请写明 was、question 或 default",
    ),
    "survey.migration.default_unfit": (
        "the default is no answer to question {question}; give one that it takes",
        "默认值不是题目 {question} 的有效回答，请更正",
    ),
    "survey.migration.kinds_differ": (
        (
            "no answer to {was} ({had}) can be one to {question} ({now}); drop it, or ask a"
            " question of another kind"
        ),
        "{was}（{had}）的回答不能作为 {question}（{now}）的回答，请舍弃或更换题型",
    ),
}

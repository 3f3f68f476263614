"""Codes of posts and check-ins."""

TEXTS: dict[str, tuple[str, str]] = {
    "post.empty": ("the post {post} has neither text nor picture", "帖子 {post} 既无文字也无图片"),
    "post.too_long": (
        "the post {post} has {length} characters; at most {most} are allowed",
        "帖子 {post} 有 {length} 字，最多 {most} 字",
    ),
    "post.no_parent": (
        "the post {post} replies to {parent}, which is no entry of this thread",
        "帖子 {post} 回复的 {parent} 不是本话题的主帖",
    ),
    "post.check_in_reply": (
        "the post {post} is a reply; a check-in must be an entry of its own",
        "帖子 {post} 是回复，打卡须单独发帖",
    ),
    "check_in.none": ("the post {post} is no check-in", "帖子 {post} 不是打卡"),
    "check_in.judged": (
        "the check-in {post} was {verdict} before; ask for a new post",
        "打卡 {post} 已判定为 {verdict}，请让用户重新发帖",
    ),
    "check_in.no_evidence": (
        "the check-in {post} shows no picture; refuse it with a reason",
        "打卡 {post} 没有截图，请写明理由并退回",
    ),
    "check_in.no_reason": (
        "refusing the check-in {post} needs a reason for the participant",
        "退回打卡 {post} 须写明理由",
    ),
}

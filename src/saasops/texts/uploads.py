"""Codes of uploads: files that answer a question, and the store that keeps them."""

TEXTS: dict[str, tuple[str, str]] = {
    "upload.empty": (
        "the file for {question} is empty; choose another one",
        "题目 {question} 的文件为空，请另选文件",
    ),
    "upload.unrecognised": (
        "the content of the file for {question} is of no known kind; send one of {accepts}",
        "无法识别题目 {question} 的文件内容，请上传以下类型之一：{accepts}",
    ),
    "upload.wrong_type": (
        "the file for {question} holds {media_type}; send one of {accepts}",
        "题目 {question} 的文件实际为 {media_type}，请上传以下类型之一：{accepts}",
    ),
    "upload.too_large": (
        "the file for {question} is larger than {largest}; send a smaller one",
        "题目 {question} 的文件超过 {largest}，请上传较小的文件",
    ),
    "upload.dimensions": (
        "the image for {question} has no size or more than {most} pixels; send a smaller one",
        "题目 {question} 的图片尺寸无效或超过 {most} 像素，请上传较小的图片",
    ),
    "upload.mixed": (
        "the file for {question} is {media_type} and something else at once; save it anew",
        "题目 {question} 的文件既是 {media_type} 又含其他内容，请重新保存后上传",
    ),
    "upload.cut_off": (
        "the file for {question}, {media_type}, lacks its end; send it again",
        "题目 {question} 的文件（{media_type}）不完整，请重新上传",
    ),
    "upload.unreadable": (
        "the file for {question} broke off while it was read; send it again",
        "读取题目 {question} 的文件时中断，请重新上传",
    ),
    "upload.refused": (
        "the file was not taken: {shown}",
        "文件未被接受：{shown}",
    ),
    "upload.no_file_question": (
        "question {question} asks for no file; answer it in the form",
        "题目 {question} 不需要文件，请直接在表单中作答",
    ),
    "upload.too_many": (
        "{most} files wait to be named in an answer already; submit the answers first",
        "已有 {most} 个文件尚未提交到回答中，请先提交回答",
    ),
    "upload.no_store": (
        "there is no place for files; open saasops with files=, or set `files` in saasops.toml",
        "没有存放文件的位置，请在打开时传入 files=，或在 saasops.toml 中设置 files",
    ),
    "upload.wrong_key": (
        "this is no key of a file: 8 to 64 letters a to z and digits are",
        "文件键无效：应为 8 到 64 个小写字母 a 至 z 或数字",
    ),
    "upload.taken": (
        "the key {key} holds another file; use a new key",
        "键 {key} 已存有其他文件，请使用新键",
    ),
    "upload.store_failed": (
        "the file {key} could not be kept or read ({reason}); see to the store, then try again",
        "文件 {key} 无法保存或读取（{reason}），请检查文件存储后重试",
    ),
    "upload.not_forgotten": (
        "the file of an upload that no answer names is not removed; see to the store, then requeue",
        "未被任何回答引用的上传文件未能删除，请检查文件存储，然后重新排队",
    ),
    "upload.lost": (
        "the file of this upload is gone; restore it from a backup",
        "此上传的文件已丢失，请从备份中恢复",
    ),
    "upload.orphan": (
        "this file belongs to no upload; delete it once nobody is uploading",
        "此文件不属于任何上传，请在无人上传时删除",
    ),
}

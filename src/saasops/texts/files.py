"""Codes of files: what is wrong with a row of a table. No cell is ever quoted."""

TEXTS: dict[str, tuple[str, str]] = {
    "row.missing_column": (
        "the file lacks this column; add it, then import again",
        "文件缺少此列，请补上后重新导入",
    ),
    "row.unknown_column": (
        "this column is not read; rename it to one of {known}, or leave it out",
        "未识别此列，请改为 {known} 之一，或删去此列",
    ),
    "row.too_short": (
        "the row has {cells} cells, the header {columns}; complete the row",
        "该行只有 {cells} 个单元格，表头有 {columns} 列，请补全",
    ),
    "row.too_long": (
        "the row has {cells} cells, the header {columns}; put quotes around cells with commas",
        "该行有 {cells} 个单元格，表头只有 {columns} 列，请给含逗号的单元格加引号",
    ),
    "row.missing_value": ("the cell is blank; fill it in", "单元格为空，请填写"),
    "row.wrong_date": (
        "the cell holds no date; write it as 2020-02-29",
        "单元格不是有效日期，请写成 2020-02-29",
    ),
    "row.wrong_instant": (
        "the cell holds no date and time with an offset; write it as 2020-02-29T09:00:00+08:00",
        "单元格不是带时区的时间，请写成 2020-02-29T09:00:00+08:00",
    ),
    "row.wrong_number": (
        "the cell holds no whole number; write digits only",
        "单元格不是整数，请只写数字",
    ),
    "row.not_allowed": (
        "the cell is not one of {allowed}; choose one of them",
        "单元格不在可选值 {allowed} 之中，请改为其中之一",
    ),
    "row.duplicate": (
        "row {row} repeats row {first}; row {first} counts, correct or remove row {row}",
        "第 {row} 行与第 {first} 行重复，以第 {first} 行为准，请更正或删去第 {row} 行",
    ),
    "file.empty": (
        "the file is empty; its first line must name the columns",
        "文件为空；第一行应为列名",
    ),
    "file.encoding": (
        "line {line} is not UTF-8; save the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
        "第 {line} 行不是 UTF-8 编码；请另存为 UTF-8（表格软件中选择“CSV UTF-8”）",
    ),
    "file.broken": (
        "the file cannot be read beyond line {line} ({reason}); the rows before it are taken",
        "文件在第 {line} 行之后无法读取（{reason}）；之前的行已读入",
    ),
    "file.too_large": (
        "the file has {megabytes} MB; at most {most} MB are read: split it",
        "文件大小为 {megabytes} MB，最多读取 {most} MB，请拆分",
    ),
    "file.repeated_header": (
        "the columns {columns} stand twice in the first line; give each its own name",
        "第一行中列 {columns} 重复，请使用不同的列名",
    ),
    "file.needs_extra": (
        "reading a workbook needs an extra: pip install 'saasops[{extra}]'",
        "读取工作簿需要安装：pip install 'saasops[{extra}]'",
    ),
}

"""Codes of the command line: what is in its way, and which option is missing."""

TEXTS: dict[str, tuple[str, str]] = {
    "cli.no_settings": (
        "there is no {name}; run `saasops init FOLDER` and go there, or name a file by --config",
        "找不到 {name}，请先运行 `saasops init 文件夹` 并进入该文件夹，或用 --config 指定文件",
    ),
    "cli.no_campaign": (
        "no campaign runs here yet; launch one: saasops campaign launch FILE",
        "尚未启动任何活动，请先运行：saasops campaign launch 文件",
    ),
    "cli.which_campaign": (
        "several campaigns run here: {campaigns}; name one by --campaign",
        "这里有多个活动：{campaigns}，请用 --campaign 指定其中一个",
    ),
    "cli.other_survey": (
        "campaign {campaign} asks {asked}, not {survey}; leave it out, or name another --campaign",
        "活动 {campaign} 的问卷是 {asked}，不是 {survey}；请去掉它，或用 --campaign 另选活动",
    ),
    "cli.in_the_way": (
        "nothing was written: {names} would be overwritten; move them or choose another name",
        "以下文件已存在，未写入任何内容：{names}；请移走它们或换一个名称",
    ),
    "cli.foreign_folder": (
        "{folder} holds other things than a demo; name an empty or a new folder by --out",
        "{folder} 中有演示以外的内容，请用 --out 指定空文件夹或新文件夹",
    ),
    "cli.no_database": (
        "there is no {name} yet; saasops storage migrate makes it",
        "{name} 尚不存在，可运行 saasops storage migrate 创建",
    ),
    "cli.no_backup": (
        "{storage} is copied by the tools of its database: pg_dump for PostgreSQL",
        "{storage} 不支持该命令，请用其数据库自带的工具备份，如 PostgreSQL 的 pg_dump",
    ),
    "cli.file_failed": (
        "the file or folder {name} cannot be used: {reason}",
        "无法使用文件或文件夹 {name}：{reason}",
    ),
    "cli.usage.no_plan": (
        "{name} cannot be read as a plan; name a file that plan solve or replan wrote with --out",
        "无法读取方案文件 {name}，请指定由 plan solve 或 replan --out 写出的文件",
    ),
    "cli.usage.needs_profile": (
        "how to read the export has to be said: put {name} beside it, or name a file by --profile",
        "需要说明导出文件的格式：请在其旁边放置 {name}，或用 --profile 指定文件",
    ),
    "cli.usage.no_profile": (
        "--profile is for responses only; leave it out for {kind}",
        "--profile 只用于 responses，导入 {kind} 时请去掉",
    ),
    "cli.usage.no_format": (
        "--format is for responses only; leave it out for {kind}",
        "--format 只用于 responses，导入 {kind} 时请去掉",
    ),
    "cli.usage.needs_out": (
        "{format} is not shown on a terminal; name a file or folder by --out",
        "{format} 不能在终端显示，请用 --out 指定文件或文件夹",
    ),
    "cli.usage.needs_folder": (
        "{format} makes {count} files; name a folder by --out",
        "{format} 会生成 {count} 个文件，请用 --out 指定文件夹",
    ),
    "cli.usage.which_letters": (
        "name the dead letters by their ids, or all of them by --all",
        "请给出死信的编号，或用 --all 表示全部",
    ),
    "cli.usage.months": (
        "show up to {most} months, the first one first",
        "一次最多显示 {most} 个月，起始月份在前",
    ),
    "cli.usage.calendar_source": (
        "name a file, or a package by --from with --years as 2026-2028",
        "请指定文件，或用 --from 指定数据包并用 --years 给出年份，如 2026-2028",
    ),
    "cli.usage.needs_survey": (
        "name the survey: a file, or the id of a published one",
        "请指定问卷：文件，或已发布问卷的编号",
    ),
    "cli.usage.unknown_format": (
        "there is no format {format} here; choose one by --as: {allowed}",
        "此处没有格式 {format}，请用 --as 选择：{allowed}",
    ),
    "cli.usage.answers_only": (
        "{options} are for answers only; leave them out, or choose one by --as: {formats}",
        "{options} 只用于导出答卷，请去掉，或用 --as 选择：{formats}",
    ),
    "cli.usage.needs_json": (
        "{name} does not end in .json, as it is written; name a file that does by --out",
        "写出的是 JSON，{name} 须以 .json 结尾，请用 --out 指定这样的文件",
    ),
    "cli.usage.one_of": (
        "only one of {options} at a time",
        "{options} 只能使用其中一个",
    ),
    "cli.usage.one_time": (
        "--week and --at exclude each other; leave one of them out",
        "--week 与 --at 不能同时使用，请去掉其中一个",
    ),
}

"""Codes of plugins and of the channels that come with saasops."""

TEXTS: dict[str, tuple[str, str]] = {
    "plugin.not_found": (
        "no plugin {plugin}; install it or correct its name; known: {known}",
        "没有名为 {plugin} 的插件，请先安装或更正名称；已知：{known}",
    ),
    "plugin.claimed_twice": (
        "{plugin} is claimed by several: {provider}; uninstall or rename all but one",
        "{plugin} 被多方占用：{provider}；请卸载或改名，只保留一个",
    ),
    "plugin.wrong_value": (
        "{plugin} needs a table of settings, or a module or object with hooks; got {got}",
        "{plugin} 应为设置表，或带有钩子的模块或对象，实际为 {got}",
    ),
    "plugin.not_imported": (
        "{plugin} ({provider}) cannot be imported: {cause}; reinstall it or ask its author",
        "无法导入 {plugin}（{provider}）：{cause}；请重新安装或联系作者",
    ),
    "plugin.unknown_hook": (
        "{plugin} ({provider}) has an unknown hook {hook}; did you mean {hint}?",
        "{plugin}（{provider}）含有未知的钩子 {hook}，是否应为 {hint}？",
    ),
    "plugin.unmarked_hook": (
        "{plugin} ({provider}): {hook} lacks @hookimpl; mark the function",
        "{plugin}（{provider}）：{hook} 缺少 @hookimpl，请为该函数加上标记",
    ),
    "plugin.wrapping_hook": (
        "{plugin} ({provider}): {hook} may not be a wrapper; offer an object of your own",
        "{plugin}（{provider}）：{hook} 不能是包装器，请改为提供自己的对象",
    ),
    "plugin.async_hook": (
        "{plugin} ({provider}): {hook} may not be async; write it as a plain function",
        "{plugin}（{provider}）：{hook} 不能是异步函数，请改为普通函数",
    ),
    "plugin.unknown_argument": (
        "{plugin} ({provider}): {hook} asks for {arguments}; it may ask for: {given}",
        "{plugin}（{provider}）：{hook} 要求参数 {arguments}，可用的参数：{given}",
    ),
    "plugin.hook_failed": (
        "{plugin} ({provider}): {hook} failed: {cause}; ask its author",
        "{plugin}（{provider}）：{hook} 执行失败：{cause}；请联系作者",
    ),
    "plugin.wrong_offer": (
        "{plugin} ({provider}): {hook} gave {got}; it must give a list of what offer() returns",
        "{plugin}（{provider}）：{hook} 给出了 {got}，应为由 offer() 的结果组成的列表",
    ),
    "plugin.nothing_offered": (
        "{plugin} ({provider}) offers nothing; it needs a hook marked @hookimpl",
        "{plugin}（{provider}）未提供任何内容，至少需要一个带 @hookimpl 标记的钩子",
    ),
    "plugin.foreign_name": (
        "{plugin} ({provider}) may offer {plugin} or {plugin}.something, not {offer}",
        "{plugin}（{provider}）只能提供 {plugin} 或 {plugin}.xxx，不能提供 {offer}",
    ),
    "plugin.taken": (
        "{hook}: {offer} is offered by {first} and by {plugin} ({provider}); rename one",
        "{hook}：{offer} 同时由 {first} 和 {plugin}（{provider}）提供，请更名其一",
    ),
    "plugin.settings_class": (
        "{plugin} ({provider}): {got} is no attrs class; define the settings with attrs",
        "{plugin}（{provider}）：{got} 不是 attrs 类，请用 attrs 定义设置",
    ),
    "plugin.many_settings": (
        "{plugin} ({provider}) has several settings classes: {kinds}; all offers share one",
        "{plugin}（{provider}）有多个设置类：{kinds}；所有内容应共用一个",
    ),
    "plugin.wrong_settings": (
        "the settings of {plugin} ({provider}) are wrong: {problems}",
        "{plugin}（{provider}）的设置有误：{problems}",
    ),
    "plugin.not_loaded": (
        "{hook}: {plugin} is not loaded; name it in plugins={{…}}; loaded: {loaded}",
        "{hook}：{plugin} 未加载，请在 plugins={{…}} 中写明；已加载：{loaded}",
    ),
    "plugin.not_built": (
        "{plugin} ({provider}): {offer} cannot be built: {cause}; check its settings and needs",
        "{plugin}（{provider}）：无法构建 {offer}：{cause}；请检查其设置与依赖",
    ),
    "plugin.misfit": (
        "{plugin} ({provider}): {offer} built {got}, which is no {port}; it lacks {lacks}",
        "{plugin}（{provider}）：{offer} 构建了 {got}，不符合 {port}，缺少 {lacks}",
    ),
    "channel.not_written": (
        "the message {message} could not be written ({reason}); make the folder writable",
        "消息 {message} 写入失败（{reason}），请确认文件夹可写",
    ),
}

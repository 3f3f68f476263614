"""Codes of what an outside party says of a login, and of what it leaves unsaid."""

TEXTS: dict[str, tuple[str, str]] = {
    "login.denied": (
        "the login by {provider} was cancelled; begin again, or choose another way to log in",
        "已取消 {provider} 登录，请重新登录或选择其他登录方式",
    ),
    "login.no_code": (
        "{provider} sent nothing to log in with; begin again on the login page",
        "{provider} 未返回登录凭证，请从登录页重新开始",
    ),
    "login.replayed": (
        "{provider} says that this login was used already or is too old ({said}); begin again",
        "{provider} 提示本次登录凭证已使用或已过期（{said}），请重新登录",
    ),
    "login.provider_said": (
        "{provider} did not log you in, it says {said}; try again, or choose another way",
        "{provider} 登录失败，对方返回 {said}；请重试或选择其他登录方式",
    ),
    "login.unreadable": (
        "what {provider} answered cannot be read ({said}); try again in a few minutes",
        "无法识别 {provider} 的响应（{said}），请几分钟后重试",
    ),
    "login.preview": (
        "{provider} shows a preview without knowing you; open the whole page and log in again",
        "当前为 {provider} 的快照预览页，无法识别您的身份；请点击“使用完整服务”后重新登录",
    ),
    "login.other_device": (
        "{provider} does not work on this device ({device}); log in on: {devices}",
        "{provider} 不支持当前环境（{device}），请在以下环境登录：{devices}",
    ),
    "login.not_set_up": (
        "{provider} is not set up here; give its app id and secret in the settings of the plugin",
        "{provider} 尚未配置，请在插件设置中填写应用 ID 和密钥",
    ),
    "login.wrong_endpoint": (
        "an address of a provider is https, or http on loopback, without query or user info",
        "登录服务地址须为 https（本机可用 http），且不含查询参数和用户信息",
    ),
    "login.wrong_token": (
        "what {provider} signed does not prove who you are ({reason}); begin again",
        "{provider} 的签名凭证无法证明您的身份（{reason}），请重新登录",
    ),
    "login.wrong_issuer": (
        "this answer is not by {provider}, where the login was begun; begin again",
        "返回结果不是由发起登录的 {provider} 给出的，请重新登录",
    ),
    "login.wrong_metadata": (
        "what {provider} publishes of itself cannot be right ({reason}); see the issuer's address",
        "{provider} 公布的信息有误（{reason}），请检查设置中的 issuer 地址",
    ),
}

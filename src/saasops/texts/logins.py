"""Codes of logins."""

TEXTS: dict[str, tuple[str, str]] = {
    "login.no_policy": (
        "this SaasOps logs nobody in; open it with logins=LoginPolicy(providers=(…))",
        "未启用登录；请以 logins=LoginPolicy(providers=(…)) 打开",
    ),
    "login.joined": (
        "a login asks the network between its transactions; call it outside of your own",
        "登录会在多个事务之间访问网络，请勿在宿主自己的事务中调用",
    ),
    "login.wrong_redirect": (
        (
            "a redirect has to be https, or http on loopback, without user info and fragment, "
            "in plain ASCII"
        ),
        "回调地址须为 https，或回环地址上的 http，不得带用户信息和片段，且只能是 ASCII",
    ),
    "login.wrong_limit": (
        "a limit has to be at least 1, its time more than nothing",
        "限制至少为 1，时间须大于零",
    ),
    "login.redirect_not_listed": (
        "this redirect is not on the list of the host; add it to LoginPolicy(redirects=…)",
        "该回调地址不在宿主的名单中，请加入 LoginPolicy(redirects=…)",
    ),
    "login.next_not_local": (
        "after a login people are only sent to a path of this host, such as /home",
        "登录后只能跳转到本站路径，例如 /home",
    ),
    "login.no_provider": (
        "there is no such way to log in here; choose one of {known}",
        "此处不支持该登录方式，可选：{known}",
    ),
    "login.no_redirect": (
        "{provider} sends people away; begin with a redirect_uri that is on the list",
        "{provider} 需要跳转，请提供名单中的 redirect_uri",
    ),
    "login.malformed": (
        "what was sent for this login cannot be read; begin again",
        "登录请求的内容无法识别，请重新登录",
    ),
    "login.state_unknown": (
        "this login was finished before, or was never begun; begin again",
        "该登录已完成或从未发起，请重新登录",
    ),
    "login.other_browser": (
        "this login by {provider} was begun in another browser; begin again in this one",
        "该 {provider} 登录由其他浏览器发起，请在当前浏览器重新登录",
    ),
    "login.expired": (
        "this login by {provider} took too long; begin again",
        "{provider} 登录已超时，请重新登录",
    ),
    "login.too_many": (
        "too many logins were tried; try again in {seconds} s, at {again_at}",
        "登录尝试过于频繁，请在 {seconds} 秒后（{again_at}）再试",
    ),
    "login.provider_failed": (
        "{provider} cannot log anybody in now ({error}); try again, or choose another way",
        "{provider} 暂时无法登录（{error}），请重试或换一种方式",
    ),
    "login.unusable_proof": (
        "{provider} vouched for something that cannot be used; choose another way to log in",
        "{provider} 返回的身份不可用，请换一种方式登录",
    ),
    "login.wrong_code": (
        "the code does not match; type the newest one, or have another sent ({provider})",
        "验证码不正确，请输入最新的验证码或重新获取（{provider}）",
    ),
    "login.no_phone": (
        "this is no phone number; write it as 164 0000 0000 or +86 164 0000 0000",
        "这不是电话号码，请写成 164 0000 0000 或 +86 164 0000 0000",
    ),
    "login.no_mail": (
        "this is no mail address; write it as name@example.com",
        "这不是邮箱地址，请写成 name@example.com",
    ),
    "login.not_sent": (
        "the code could not be sent by {medium}; try again later, or choose another way",
        "无法通过 {medium} 发送验证码，请稍后重试或换一种方式",
    ),
    "login.no_principal": (
        "nobody is logged in at the host; log in there first",
        "宿主中没有已登录的用户，请先在宿主登录",
    ),
    "login.no_second_step": (
        "a login by {provider} has one step only; begin again",
        "{provider} 登录只有一步，请重新登录",
    ),
    "login.not_registered": (
        "nobody is known here by this {provider} login; ask for an invitation",
        "没有与该 {provider} 登录对应的用户，请联系管理员开通",
    ),
    "login.several_users": (
        (
            "this {provider} address belongs to several users; log in another way, "
            "or have an operator join them"
        ),
        "该 {provider} 对应多个用户，请用其他方式登录，或请运营人员合并",
    ),
    "login.identity_taken": (
        "this {provider} identity belongs to another user; log in with it, or have the two joined",
        "该 {provider} 身份已属于其他用户，请用它登录，或申请合并",
    ),
    "login.other_user": (
        "another user is logged in by now; begin again to add this {provider} identity",
        "当前登录的已是其他用户，请重新发起关联 {provider} 身份",
    ),
    "login.merged_user": (
        "this user goes on in another; log in anew, then add this {provider} identity",
        "该用户已并入其他用户，请重新登录后再关联 {provider} 身份",
    ),
    "login.no_session": (
        "nobody is logged in here any more; log in",
        "登录已失效，请重新登录",
    ),
    "login.unreachable": (
        "the outside party did not answer in time or was cut off ({reason}); try again",
        "外部服务未及时响应或连接中断（{reason}），请重试",
    ),
    "login.oversized": (
        "the outside party sent more than {most} bytes; nothing of it was used",
        "外部服务返回超过 {most} 字节，已弃用",
    ),
    "login.insecure": (
        (
            "the network is asked over https only, or over http on loopback; "
            "mend the address in the settings"
        ),
        "只允许通过 https 或回环地址上的 http 访问网络，请修正设置中的地址",
    ),
}

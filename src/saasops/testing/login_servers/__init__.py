"""Stand-ins for the servers of login providers, with their shapes and their misbehaviour."""

from saasops.testing.login_servers.qq import QqServer
from saasops.testing.login_servers.server import Answer, Asked, LoginServer
from saasops.testing.login_servers.wechat import WechatServer

__all__ = ["Answer", "Asked", "LoginServer", "QqServer", "WechatServer"]

"""What an operator may set: the environment variables that a node reads.

The surfaces read them, each where it needs one, from the environment they are given; nothing below asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hexi.kernel.errors import Invalid
from hexi.kernel.names import Text


class BadSetting(Invalid):
    """An environment variable that is set to something it cannot be."""

    code = "setting.bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment variable."""

    name: str
    kind: str
    default: str
    doc: Text

    def read(self, environment: Mapping[str, str]) -> str:
        """Return what is set, the default where nothing is."""
        return environment.get(self.name) or self.default

    def words(self, environment: Mapping[str, str]) -> list[str]:
        """Return the words of a list, which commas part."""
        return [word for part in self.read(environment).split(",") if (word := part.strip())]

    def whole(self, environment: Mapping[str, str]) -> int:
        """Return a whole number above zero. Raises `BadSetting` where something else is set."""
        said = self.read(environment)
        if not (said.isascii() and said.isdecimal() and 0 < int(said) < 1 << 40):
            raise BadSetting(
                "“{value}” cannot be the value of {name}: set a whole number above 0, or leave it out for {default}.",
                value=said,
                name=self.name,
                default=self.default,
            )
        return int(said)

    def is_on(self, environment: Mapping[str, str]) -> bool:
        """Whether a setting of kind `0 or 1` is 1."""
        return self.read(environment) == "1"


HOME = Setting(
    name="HEXI_HOME",
    kind="path",
    default=".hexi",
    doc=Text(
        "节点所在的文件夹，包含数据湖、目录、日志和密钥。相对路径从当前文件夹算起。",
        "Folder of the node: lake, catalogue, log and keys. A relative path counts from the folder one is in.",
    ),
)
DATABASE = Setting(
    name="HEXI_DATABASE",
    kind="address of a database",
    default="",
    doc=Text(
        "控制数据库；不设时用节点文件夹中的SQLite文件，"
        "postgresql://用户:密码@主机:端口/库名 表示使用PostgreSQL（14及以上版本）。",
        "The database of catalogue, log and accounts: without it a SQLite file in the node's folder; "
        "`postgresql://user:password@host:port/name` means PostgreSQL, version 14 or newer.",
    ),
)
HOSTS = Setting(
    name="HEXI_HOSTS",
    kind="host names, parted by commas",
    default="localhost,127.0.0.1,[::1]",
    doc=Text(
        "门户应答的主机名；以点开头的，连同其下各级域名。请求其他主机名时返回400。",
        "Names of the host to which the portal answers; one that begins with a point means all below it. "
        "A request for another is answered with 400.",
    ),
)
HTTPS = Setting(
    name="HEXI_HTTPS",
    kind="0 or 1",
    default="0",
    doc=Text(
        "1表示门户前面的反向代理使用HTTPS，并如实设置X-Forwarded-Proto；页面上的地址随之以https开头。",
        "1 where a reverse proxy before the portal speaks HTTPS and sets `X-Forwarded-Proto` itself; "
        "addresses on pages then begin with https.",
    ),
)
LANG = Setting(
    name="HEXI_LANG",
    kind="zh or en",
    default="",
    doc=Text(
        "命令行使用的语言；不设时按系统区域设置，两者都没有时用英文。门户的语言由网址决定。",
        "Language of the command line; without it the locale's, and English where that says nothing. "
        "The portal's language is that of the address.",
    ),
)
SMTP = Setting(
    name="HEXI_SMTP",
    kind="smtp://user:password@host:port",
    default="",
    doc=Text(
        "发送邮件的服务器；smtps://表示全程加密。不设时不发邮件，由运维人员转交一次性链接。",
        "Server that sends e-mail; `smtps://` for one that is encrypted from the start. Without it no mail is sent and "
        "the operator hands one-time links over.",
    ),
)
MAIL_FROM = Setting(
    name="HEXI_MAIL_FROM",
    kind="address",
    default="hexi@localhost",
    doc=Text("邮件的发件地址。", "Address from which e-mail is sent."),
)
OIDC = Setting(
    name="HEXI_OIDC",
    kind="URL",
    default="",
    doc=Text(
        "单位统一身份认证（OpenID Connect）的发行者网址；设了它，登录页就多一种登录方式。",
        "Issuer of the organisation's OpenID Connect provider; with it, the page of signing in offers that way too.",
    ),
)
OIDC_CLIENT = Setting(
    name="HEXI_OIDC_CLIENT",
    kind="text",
    default="hexi",
    doc=Text("在统一身份认证处登记的客户端编号。", "Client id with that provider."),
)
OIDC_SECRET = Setting(
    name="HEXI_OIDC_SECRET",
    kind="text",
    default="",
    doc=Text("该客户端的密钥。", "Secret of that client."),
)
OIDC_TITLE = Setting(
    name="HEXI_OIDC_TITLE",
    kind="text",
    default="OpenID Connect",
    doc=Text("登录页上对该方式的称呼。", "What the page of signing in calls it."),
)
UPLOAD_MB = Setting(
    name="HEXI_UPLOAD_MB",
    kind="whole number",
    default="2048",
    doc=Text(
        "一个上传文件的大小上限（MB，1MB为1048576字节）；压缩包解压后也不得超过。",
        "Megabytes (of 1,048,576 bytes) that a file which is handed in may have, and that a ZIP file may unpack to.",
    ),
)
COLLECT_MB = Setting(
    name="HEXI_COLLECT_MB",
    kind="whole number",
    default="2048",
    doc=Text(
        "通过连接从网站、对象存储或文件夹采集的一个数据源的大小上限（MB，1MB为1048576字节）；解压后也不得超过。",
        "Megabytes (of 1,048,576 bytes) that one source may have which is collected through a connection to a web "
        "server, a store or a folder, unpacked too.",
    ),
)
ANSWER_DAYS = Setting(
    name="HEXI_ANSWER_DAYS",
    kind="whole number",
    default="10",
    doc=Text(
        "答复疑义和数据申请的天数（工作日，自次日起算）；节假日尚未公布的年份，按周一至周五计。默认值为本节点自定，"
        "与贵州省答复有条件共享申请的10个工作日相同；如当地另有规定，请按规定设置。",
        "Working days in which a correction or a request is to be answered, from the day after it; in a year whose "
        "holidays are not known yet, weekdays are counted. The default is the node's own choice, the ten working days "
        "in which Guizhou answers a request for conditional sharing; set what the law of the place says.",
    ),
)
NOTICE_DAYS = Setting(
    name="HEXI_NOTICE_DAYS",
    kind="whole number",
    default="10",
    doc=Text(
        "公共数据资源登记的公示期（工作日）。默认值为本节点自定；如当地另有规定，请按规定设置。",
        "Working days of the public notice before a public data resource is registered. The default is the node's "
        "own choice; set what the law of the place says.",
    ),
)
RENEWAL_DAYS = Setting(
    name="HEXI_RENEWAL_DAYS",
    kind="whole number",
    default="20",
    doc=Text(
        "登记有效期届满前多少个工作日提醒数据专员，并可申请续期。默认值为本节点自定；如当地另有规定，请按规定设置。",
        "Working days before the end of a registration from which on its data officers are told and may have it go on. "
        "The default is the node's own choice; set what the law of the place says.",
    ),
)
REGISTRATION_YEARS = Setting(
    name="HEXI_REGISTRATION_YEARS",
    kind="whole number",
    default="3",
    doc=Text(
        "公共数据资源登记的有效年限。默认值为本节点自定；如当地另有规定，请按规定设置。",
        "Years for which the registration of a public data resource holds. The default is the node's own choice; "
        "set what the law of the place says.",
    ),
)
SETTINGS = tuple(each for each in list(vars().values()) if isinstance(each, Setting))
"""Every setting there is."""

"""Every verb an event may have, as pages say it. A verb that is not here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of event."""

    title: Text
    """What was done, for people."""
    object: str
    """The kind of thing it is done to; the event's object is `kind:name`."""
    details: tuple[str, ...] = ()
    """Facts that the event carries."""


VERBS: Mapping[str, Verb] = {
    "node.init": Verb(Text(zh="建立节点", en="Set up the node"), "node", ("name", "key")),
    "key.rotate": Verb(Text(zh="更换签名密钥", en="Replaced a signing key"), "key", ("successor",)),
    "key.revoke": Verb(Text(zh="吊销签名密钥", en="Revoked a signing key"), "key", ("because", "successor")),
    "dataset.publish": Verb(
        Text(zh="发布数据集版本", en="Published a version of a dataset"),
        "dataset",
        ("version", "certificate", "rows", "accepted", "quarantined"),
    ),
    "dataset.catch-up": Verb(
        Text(zh="补登数据集版本", en="Entered a version that the lake already held"),
        "dataset",
        ("version", "certificate", "rows", "accepted", "quarantined"),
    ),
    "dataset.withdraw": Verb(
        Text(zh="撤下数据集", en="Withdrew a dataset from the catalogue"), "dataset", ("because",)
    ),
    "run.queue": Verb(Text(zh="提交处理批次", en="Queued a run"), "dataset", ("run",)),
    "run.schedule": Verb(Text(zh="设定定期处理", en="Set how often a dataset is run"), "dataset", ("every_s", "is_on")),
    "run.fail": Verb(Text(zh="处理批次失败", en="A run failed"), "dataset", ("run", "code")),
    "run.cancel": Verb(Text(zh="取消处理批次", en="Cancelled a run"), "dataset", ("run",)),
    "grant.open": Verb(
        Text(zh="向公众开放", en="Opened a dataset to everyone"), "dataset", ("grant", "grantee", "basis")
    ),
    "grant.revoke": Verb(Text(zh="撤销授权", en="Revoked a grant"), "grant", ("because",)),
    "data.preview": Verb(Text(zh="预览数据", en="Looked at rows"), "dataset", ("version", "rows")),
    "data.download": Verb(
        Text(zh="下载数据", en="Downloaded a version"), "dataset", ("version", "format", "rows", "sha256", "query")
    ),
    "pack.install": Verb(Text(zh="安装行业包", en="Installed a pack"), "pack", ("version",)),
    "pack.remove": Verb(Text(zh="移除行业包", en="Removed a pack"), "pack", ("version",)),
    "party.register": Verb(Text(zh="登记组织", en="Registered an organisation"), "party", ("title",)),
    "account.create": Verb(Text(zh="开通账号", en="Opened an account"), "account"),
    "account.allow": Verb(Text(zh="授予账号权限", en="Gave an account an authority"), "account", ("authority",)),
    "account.assign": Verb(Text(zh="授予角色", en="Gave an account a role"), "account", ("role", "organisation")),
    "account.take-away": Verb(
        Text(zh="收回角色", en="Took a role from an account"), "account", ("role", "organisation")
    ),
    "account.invite": Verb(Text(zh="邀请人员", en="Invited somebody"), "account"),
    "account.reset": Verb(Text(zh="签发重设密码的链接", en="Made a link that resets a password"), "account"),
    "account.accept": Verb(Text(zh="用链接设置密码", en="Set a password with a link"), "account", ("kind",)),
    "account.deactivate": Verb(Text(zh="停用账号", en="Ended an account"), "account"),
    "account.activate": Verb(Text(zh="重新启用账号", en="Put an account in force again"), "account"),
    "account.sign-in": Verb(Text(zh="登录", en="Signed in"), "account", ("kind",)),
    "account.sign-in-fail": Verb(Text(zh="登录失败", en="Failed to sign in"), "account"),
    "account.revoke-link": Verb(Text(zh="撤回一次性链接", en="Revoked a one-time link"), "account"),
    "account.lock": Verb(Text(zh="登录因多次失败而暂停", en="Paused signing in after too many failures"), "account"),
    "account.password": Verb(Text(zh="修改密码", en="Changed the password"), "account"),
    "account.factor": Verb(Text(zh="变更双因素身份认证", en="Changed the second factor"), "account", ("kind",)),
    "token.create": Verb(Text(zh="新建访问令牌", en="Made a token"), "account", ("token", "days", "scope")),
    "token.revoke": Verb(Text(zh="吊销访问令牌", en="Revoked a token"), "account", ("token",)),
    "event.erase-personal": Verb(
        Text(zh="删除存证中的个人信息", en="Erased personal details beside an event"), "event", ("because",)
    ),
}

FACTS: Mapping[str, Text] = {
    "accepted": Text(zh="合格的行数", en="Rows that were accepted."),
    "authority": Text(
        zh="权限：一个动作，一类动作（如 dataset.*），或全部（*）",
        en="The authority: a verb, a family of verbs such as `dataset.*`, or `*` for every one.",
    ),
    "basis": Text(zh="授权的依据，如 open", en="What the grant rests on, such as `open`."),
    "because": Text(zh="理由", en="Why, in words of whoever did it."),
    "certificate": Text(zh="质量证书的 SHA-256", en="Name of the certificate: its SHA-256."),
    "code": Text(zh="错误代码", en="Code of the error, as in the reference of errors."),
    "days": Text(zh="有效天数", en="Days for which it holds."),
    "every_s": Text(zh="间隔秒数；停止时为 0", en="Seconds between two runs, 0 where the schedule ended."),
    "format": Text(zh="下载的格式", en="Format of the download, such as `csv`."),
    "grant": Text(zh="授权的编号", en="Id of the grant."),
    "grantee": Text(zh="得到授权的账号；everyone 为公众", en="Account that may read; `everyone` is the public."),
    "is_on": Text(zh="是否启用", en="Whether the schedule is in force."),
    "key": Text(zh="签名密钥的编号", en="Id of the signing key."),
    "kind": Text(zh="种类", en="Which kind, such as `invite` or `reset`."),
    "name": Text(zh="节点名称", en="Name of the node."),
    "organisation": Text(zh="组织的编号；空表示整个节点", en="Id of the organisation; empty for the whole node."),
    "quarantined": Text(zh="待治理的行数", en="Rows that are quarantined."),
    "query": Text(zh="这次取数的编号，与计量记录相同", en="Id of the delivery, the same as in its meter entry."),
    "role": Text(zh="角色", en="The role, such as `officer`."),
    "rows": Text(zh="行数", en="Rows: those that came in, of a version; those that went out, of a download."),
    "run": Text(zh="处理批次的编号", en="Id of the run."),
    "scope": Text(zh="令牌限于的动作；空表示不限", en="Verbs to which the token is limited; empty for no limit."),
    "sha256": Text(zh="所下载文件的 SHA-256", en="SHA-256 of the file that was downloaded."),
    "successor": Text(zh="接替的签名密钥的编号", en="Id of the key that took its place."),
    "title": Text(zh="组织的中文名称", en="Name of the organisation, in Chinese."),
    "token": Text(zh="令牌的编号", en="Id of the token, not its secret."),
    "version": Text(zh="数据集的版本，或行业包的版本", en="Version of the dataset or of the pack."),
}
"""What each fact of an event means."""

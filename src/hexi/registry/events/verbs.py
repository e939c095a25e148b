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
    "key.create": Verb(Text(zh="启用签名密钥", en="Took a signing key into use"), "key"),
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
        ("version", "certificate"),
    ),
    "dataset.withdraw": Verb(
        Text(zh="撤下数据集", en="Withdrew a dataset from the catalogue"), "dataset", ("because",)
    ),
    "run.queue": Verb(Text(zh="提交处理批次", en="Queued a run"), "dataset", ("run",)),
    "run.schedule": Verb(Text(zh="设定定期处理", en="Set how often a dataset is run"), "dataset", ("every_s", "is_on")),
    "run.start": Verb(Text(zh="开始处理批次", en="Started a run"), "dataset", ("run",)),
    "run.fail": Verb(Text(zh="处理批次失败", en="A run failed"), "dataset", ("run", "code")),
    "run.cancel": Verb(Text(zh="取消处理批次", en="Cancelled a run"), "dataset", ("run",)),
    "grant.open": Verb(
        Text(zh="向公众开放", en="Opened a dataset to everyone"), "dataset", ("grant", "grantee", "basis")
    ),
    "grant.revoke": Verb(Text(zh="撤销授权", en="Revoked a grant"), "grant", ("because",)),
    "data.preview": Verb(Text(zh="预览数据", en="Looked at rows"), "dataset", ("version", "rows")),
    "data.download": Verb(
        Text(zh="下载数据", en="Downloaded a version"), "dataset", ("version", "format", "rows", "sha256")
    ),
    "pack.install": Verb(Text(zh="安装行业包", en="Installed a pack"), "pack", ("version",)),
    "pack.remove": Verb(Text(zh="移除行业包", en="Removed a pack"), "pack", ("version",)),
    "party.register": Verb(Text(zh="登记组织", en="Registered an organisation"), "party"),
    "account.create": Verb(Text(zh="开通账号", en="Opened an account"), "account"),
    "account.allow": Verb(Text(zh="授予账号权限", en="Gave an account an authority"), "account", ("authority",)),
    "account.forbid": Verb(Text(zh="收回账号权限", en="Took an authority away"), "account", ("authority",)),
    "event.erase-personal": Verb(
        Text(zh="删除存证中的个人信息", en="Erased personal details beside an event"), "event", ("because",)
    ),
}

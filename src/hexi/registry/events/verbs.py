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
    "party.describe": Verb(Text(zh="补充组织信息", en="Said what an organisation is"), "party", ("facts",)),
    "party.rename": Verb(Text(zh="组织更名", en="Renamed an organisation"), "party", ("title", "former", "on")),
    "party.name": Verb(Text(zh="登记组织别名", en="Entered a further name"), "party", ("title", "kind")),
    "party.relate": Verb(
        Text(zh="登记组织关系", en="Related two organisations"), "party", ("kind", "target", "since", "until")
    ),
    "party.merge": Verb(Text(zh="合并组织", en="Merged organisations"), "party", ("merged", "on")),
    "party.split": Verb(Text(zh="分设组织", en="Split an organisation"), "party", ("into", "on")),
    "party.open-post": Verb(Text(zh="设立岗位", en="Opened a post"), "party", ("post", "title")),
    "party.appoint": Verb(Text(zh="任职", en="Appointed to a post"), "party", ("post", "person", "on")),
    "party.end": Verb(Text(zh="终止", en="Ended a relation, post or organisation"), "party", ("what", "on")),
    "party.anchor": Verb(Text(zh="登记身份标识", en="Entered an identity"), "party", ("kind", "scheme")),
    "place.declare": Verb(Text(zh="登记区划代码体系", en="Declared a scheme of division codes"), "scheme", ("title",)),
    "place.load": Verb(
        Text(zh="由数据集更新区划", en="Brought places to what a dataset says"),
        "dataset",
        ("scheme", "version", "counts"),
    ),
    "place.withdraw": Verb(
        Text(zh="撤回数据集提供的区划", en="Took back what a dataset said of places"), "dataset", ("scheme",)
    ),
    "account.create": Verb(Text(zh="开通账号", en="Opened an account"), "account"),
    "account.allow": Verb(Text(zh="授予账号权限", en="Gave an account an authority"), "account", ("authority",)),
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
    "counts": Text(zh="各类行数", en="How many rows were what."),
    "every_s": Text(zh="间隔秒数；停止时为 0", en="Seconds between two runs, 0 where the schedule ended."),
    "facts": Text(zh="补充的内容", en="What was said anew."),
    "former": Text(zh="原名称", en="The name until then."),
    "format": Text(zh="下载的格式", en="Format of the download, such as `csv`."),
    "grant": Text(zh="授权的编号", en="Id of the grant."),
    "grantee": Text(zh="得到授权的账号；everyone 为公众", en="Account that may read; `everyone` is the public."),
    "into": Text(zh="承接的组织", en="Who carries on."),
    "is_on": Text(zh="是否启用", en="Whether the schedule is in force."),
    "key": Text(zh="签名密钥的编号", en="Id of the signing key."),
    "kind": Text(zh="种类", en="Which kind of name, relation or party."),
    "merged": Text(zh="并入的组织", en="Who was dissolved."),
    "name": Text(zh="节点名称", en="Name of the node."),
    "on": Text(zh="生效日期，可只有年或年月", en="From which day, as far as it is known."),
    "person": Text(zh="任职人员的编号", en="Id of the person."),
    "post": Text(zh="岗位的编号", en="Id of the post."),
    "quarantined": Text(zh="待治理的行数", en="Rows that are quarantined."),
    "query": Text(zh="这次取数的编号，与计量记录相同", en="Id of the delivery, the same as in its meter entry."),
    "rows": Text(zh="行数", en="Rows: those that came in, of a version; those that went out, of a download."),
    "run": Text(zh="处理批次的编号", en="Id of the run."),
    "scheme": Text(zh="标识或代码的体系", en="Scheme of the identifier or code."),
    "sha256": Text(zh="所下载文件的 SHA-256", en="SHA-256 of the file that was downloaded."),
    "since": Text(zh="起始日期", en="From when."),
    "successor": Text(zh="接替的签名密钥的编号", en="Id of the key that took its place."),
    "target": Text(zh="另一方", en="The other one."),
    "title": Text(zh="组织或岗位的中文名称", en="Name of the organisation or post, in Chinese."),
    "until": Text(zh="终止日期", en="Before when."),
    "version": Text(zh="数据集的版本，或行业包的版本", en="Version of the dataset or of the pack."),
    "what": Text(zh="终止的对象", en="What ended: kind and id."),
}
"""What each fact of an event means."""

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
    "connection.keep": Verb(
        Text(zh="设置数据源连接", en="Made or changed a connection"),
        "connection",
        ("address", "organisation", "is_new"),
    ),
    "connection.remove": Verb(Text(zh="删除数据源连接", en="Removed a connection"), "connection"),
    "dataset.publish": Verb(
        Text(zh="发布数据集版本", en="Published a version of a dataset"),
        "dataset",
        ("version", "certificate", "rows", "accepted", "quarantined", "resource_code"),
    ),
    "dataset.catch-up": Verb(
        Text(zh="补登数据集版本", en="Entered a version that the lake already held"),
        "dataset",
        ("version", "certificate", "rows", "accepted", "quarantined", "resource_code"),
    ),
    "dataset.restore": Verb(
        Text(zh="恢复早前版本", en="Restored an earlier version"), "dataset", ("version", "restored", "because")
    ),
    "dataset.withdraw": Verb(
        Text(zh="撤下数据集", en="Withdrew a dataset from the catalogue"), "dataset", ("because",)
    ),
    "dataset.late": Verb(Text(zh="数据未按约定更新", en="A dataset is older than promised"), "dataset", ("version",)),
    "dataset.follow": Verb(Text(zh="关注", en="Followed a dataset or an organisation"), "account", ("target",)),
    "dataset.unfollow": Verb(Text(zh="取消关注", en="Followed it no longer"), "account", ("target",)),
    "correction.ask": Verb(Text(zh="提出数据疑义", en="Asked for a correction"), "question", ("dataset", "due")),
    "correction.answer": Verb(Text(zh="答复数据疑义", en="Answered a correction"), "question", ("dataset", "outcome")),
    "request.ask": Verb(Text(zh="申请使用数据", en="Asked to read a dataset"), "question", ("dataset", "due")),
    "request.answer": Verb(Text(zh="答复数据申请", en="Answered a request"), "question", ("dataset", "outcome")),
    "question.pass": Verb(Text(zh="转交其他单位", en="Passed a question on"), "question", ("dataset", "organisation")),
    "question.reopen": Verb(Text(zh="再次提出", en="Reopened a question"), "question", ("dataset", "due")),
    "wish.ask": Verb(Text(zh="提出数据需求", en="Wished for a dataset"), "wish", ("organisation", "due")),
    "wish.join": Verb(Text(zh="附议数据需求", en="Joined a wish"), "wish"),
    "wish.answer": Verb(Text(zh="答复数据需求", en="Answered a wish"), "wish", ("dataset", "outcome")),
    "wish.withdraw": Verb(Text(zh="撤回数据需求", en="Took a wish back"), "wish", ("outcome",)),
    "wish.close": Verb(Text(zh="答复并办结数据需求", en="Closed a wish with an answer"), "wish"),
    "draft.create": Verb(Text(zh="开始编制草稿", en="Began a draft"), "draft", ("document",)),
    "draft.edit": Verb(Text(zh="修改草稿", en="Changed a draft"), "draft", ("number",)),
    "draft.submit": Verb(Text(zh="提交草稿审核", en="Handed in a draft for review"), "draft", ("number",)),
    "draft.withdraw": Verb(Text(zh="撤回草稿", en="Took a draft back from review"), "draft"),
    "draft.return": Verb(Text(zh="退回草稿", en="Returned a draft"), "draft", ("because",)),
    "draft.approve": Verb(Text(zh="审核通过草稿", en="Approved a draft"), "draft", ("number", "run")),
    "draft.discard": Verb(Text(zh="放弃草稿", en="Discarded a draft"), "draft"),
    "registration.apply": Verb(
        Text(zh="申请资源登记", en="Applied for a registration"), "registration", ("dataset", "kind", "version")
    ),
    "registration.return": Verb(
        Text(zh="退回登记申请", en="Returned an application for registration"), "registration", ("dataset", "because")
    ),
    "registration.notice": Verb(
        Text(zh="公示资源登记", en="Put a registration in public notice"), "registration", ("dataset", "until")
    ),
    "registration.object": Verb(Text(zh="对资源登记提出异议", en="Objected to a registration"), "registration"),
    "registration.answer": Verb(Text(zh="答复登记异议", en="Answered an objection"), "registration"),
    "registration.register": Verb(
        Text(zh="登记公共数据资源", en="Registered a public data resource"),
        "registration",
        ("dataset", "kind", "registration_code", "version", "certificate", "until", "sha256"),
    ),
    "registration.remind": Verb(
        Text(zh="提醒登记即将到期", en="Told that a registration runs out soon"),
        "registration",
        ("dataset", "registration_code", "until"),
    ),
    "registration.expire": Verb(
        Text(zh="登记有效期届满", en="A registration ran out"),
        "registration",
        ("dataset", "registration_code", "until"),
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
    "upload.create": Verb(Text(zh="开始上传文件", en="Began to hand in a file"), "upload", ("size_bytes",)),
    "upload.complete": Verb(
        Text(zh="完成上传文件", en="Handed in a file"), "upload", ("format", "size_bytes", "sha256")
    ),
    "upload.unpack": Verb(
        Text(zh="从压缩包中取出文件", en="Took a table out of a ZIP file"), "upload", ("archive", "format", "sha256")
    ),
    "upload.refuse": Verb(Text(zh="拒收上传的文件", en="Refused a file that was handed in"), "upload", ("code",)),
    "upload.discard": Verb(Text(zh="放弃上传", en="Gave up handing in a file"), "upload"),
    "upload.expire": Verb(
        Text(zh="清理中断的上传", en="Removed a file that never arrived whole"), "upload", ("received_bytes",)
    ),
    "upload.remove": Verb(Text(zh="删除上传的文件", en="Removed a file that was handed in"), "upload"),
    "event.erase-personal": Verb(
        Text(zh="删除存证中的个人信息", en="Erased personal details beside an event"), "event", ("because",)
    ),
}

FACTS: Mapping[str, Text] = {
    "accepted": Text(zh="合格的行数", en="Rows that were accepted."),
    "address": Text(zh="地址，不含密码", en="The address, without its password."),
    "archive": Text(zh="所属压缩包的编号", en="Id of the ZIP file that it was taken from."),
    "authority": Text(
        zh="权限：一个动作，一类动作（如 dataset.*），或全部（*）",
        en="The authority: a verb, a family of verbs such as `dataset.*`, or `*` for every one.",
    ),
    "basis": Text(zh="授权的依据，如 open", en="What the grant rests on, such as `open`."),
    "because": Text(zh="理由", en="Why, in words of whoever did it."),
    "certificate": Text(zh="质量证书的 SHA-256", en="Name of the certificate: its SHA-256."),
    "code": Text(zh="错误代码", en="Code of the error, as in the reference of errors."),
    "dataset": Text(zh="数据集名称；没有时为空", en="Name of the dataset; empty for none."),
    "due": Text(zh="应答复的日期", en="Day by which an answer is due."),
    "outcome": Text(zh="答复结果", en="What the answer was: accepted, declined or fulfilled."),
    "document": Text(zh="上传文件的编号", en="Id of the upload."),
    "number": Text(zh="草稿的修订号", en="Number of the draft's revision."),
    "days": Text(zh="有效天数", en="Days for which it holds."),
    "every_s": Text(zh="间隔秒数；停止时为 0", en="Seconds between two runs, 0 where the schedule ended."),
    "format": Text(zh="文件的格式", en="Format of the file, such as `csv`."),
    "counts": Text(zh="各类行数", en="How many rows were what."),
    "facts": Text(zh="补充的内容", en="What was said anew."),
    "former": Text(zh="原名称", en="The name until then."),
    "grant": Text(zh="授权的编号", en="Id of the grant."),
    "grantee": Text(zh="得到授权的账号；everyone 为公众", en="Account that may read; `everyone` is the public."),
    "into": Text(zh="承接的组织", en="Who carries on."),
    "is_on": Text(zh="是否启用", en="Whether the schedule is in force."),
    "key": Text(zh="签名密钥的编号", en="Id of the signing key."),
    "is_new": Text(zh="是否新建", en="Whether it was new."),
    "kind": Text(zh="种类", en="Which kind of link, factor, name, relation or party."),
    "name": Text(zh="节点名称", en="Name of the node."),
    "organisation": Text(zh="组织的编号；空表示整个节点", en="Id of the organisation; empty for the whole node."),
    "merged": Text(zh="并入的组织", en="Who was dissolved."),
    "on": Text(zh="生效日期，可只有年或年月", en="From which day, as far as it is known."),
    "person": Text(zh="任职人员的编号", en="Id of the person."),
    "post": Text(zh="岗位的编号", en="Id of the post."),
    "quarantined": Text(zh="待治理的行数", en="Rows that are quarantined."),
    "query": Text(zh="这次取数的编号，与计量记录相同", en="Id of the delivery, the same as in its meter entry."),
    "received_bytes": Text(zh="已收到的字节数", en="Bytes that had arrived."),
    "registration_code": Text(zh="登记编码", en="Registration code."),
    "resource_code": Text(
        zh="目录代码；只在这一版本首次取得时记录", en="Resource code, where this version was the first to bring one."
    ),
    "restored": Text(zh="所恢复的版本", en="The version whose rows came back."),
    "role": Text(zh="角色", en="The role, such as `officer`."),
    "rows": Text(zh="行数", en="Rows: those that came in, of a version; those that went out, of a download."),
    "run": Text(zh="处理批次的编号", en="Id of the run."),
    "scope": Text(zh="令牌限于的动作；空表示不限", en="Verbs to which the token is limited; empty for no limit."),
    "sha256": Text(zh="文件的 SHA-256", en="SHA-256 of the file."),
    "size_bytes": Text(zh="文件的字节数", en="Bytes of the file."),
    "successor": Text(zh="接替的签名密钥的编号", en="Id of the key that took its place."),
    "title": Text(zh="组织或岗位的中文名称", en="Name of the organisation or post, in Chinese."),
    "token": Text(zh="令牌的编号", en="Id of the token, not its secret."),
    "scheme": Text(zh="标识或代码的体系", en="Scheme of the identifier or code."),
    "since": Text(zh="起始日期", en="From when."),
    "target": Text(zh="另一方", en="The other one."),
    "until": Text(zh="终止日期", en="Before when."),
    "version": Text(zh="数据集的版本，或行业包的版本", en="Version of the dataset or of the pack."),
    "what": Text(zh="终止的对象", en="What ended: kind and id."),
}
"""What each fact of an event means."""

"""The roles that people have, and what each may do. A role says verbs; where they hold is said by its organisation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hexi.kernel.names import Text

ALL = "*"
"""Every verb."""


@dataclass(frozen=True, slots=True)
class RoleWord:
    """One role: what it is called and what it may do."""

    title: Text
    doc: Text
    verbs: frozenset[str]
    """Verbs, or families such as `draft.*`."""


ROLES: Mapping[str, RoleWord] = {
    "officer": RoleWord(
        Text("数据专员", "data officer"),
        Text("上传、编制和提交数据，答复疑义", "Hands in, drafts and submits data, answers corrections."),
        frozenset(
            {
                "upload.*",
                "draft.see",
                "draft.create",
                "draft.edit",
                "draft.submit",
                "draft.discard",
                "dataset.describe",
                "correction.answer",
                "request.answer",
                "registration.apply",
                "registration.answer",
            }
        ),
    ),
    "approver": RoleWord(
        Text("审核人", "approver"),
        Text(
            "审核草稿，发布、恢复、登记和撤下数据集",
            "Reviews drafts; publishes, restores, registers and withdraws datasets.",
        ),
        frozenset(
            {
                "draft.see",
                "draft.approve",
                "draft.return",
                "dataset.publish",
                "dataset.restore",
                "dataset.withdraw",
                "registration.*",
                "grant.*",
                "run.*",
            }
        ),
    ),
    "handler": RoleWord(
        Text("经办人", "case handler"),
        Text("办理申请和办件", "Handles requests and cases."),
        frozenset({"case.*", "request.*", "correction.answer"}),
    ),
    "auditor": RoleWord(
        Text("审计员", "auditor"),
        Text("查看日志、账号和草稿，不作改动", "Reads the log, accounts and drafts; changes nothing."),
        frozenset({"event.see", "account.see", "draft.see"}),
    ),
    "operator": RoleWord(
        Text("运维人员", "operator"),
        Text("管理节点和账号", "Runs the node and its accounts."),
        frozenset({ALL}),
    ),
}
SIGNED_IN_MAY = frozenset(
    {
        "draft.begin",
        "dataset.follow",
        "correction.ask",
        "request.ask",
        "registration.object",
        "notice.read",
        "token.create",
    }
)
"""What every account may do that is in force."""


def covers(held: Collection[str], verb: str) -> bool:
    """Whether some of what is held, verbs and families, covers a verb."""
    return not {verb, f"{verb.partition('.')[0]}.*", ALL}.isdisjoint(held)


def roles_for(verb: str) -> tuple[str, ...]:
    """The roles that may use a verb, in the order of `ROLES`."""
    return tuple(name for name, role in ROLES.items() if covers(role.verbs, verb))

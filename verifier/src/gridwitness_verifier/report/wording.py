"""Names of checks, results and headings in both languages."""

from __future__ import annotations

from .phrase import Phrase
from .verdict import Result

RESULTS = {
    Result.PROVED: Phrase("proved", "已核实"),
    Result.CLAIMED: Phrase("claimed", "仅为自称"),
    Result.DISPUTED: Phrase("disputed", "有争议"),
    Result.FAILED: Phrase("FAILED", "未通过"),
    Result.NOT_EVALUATED: Phrase("not evaluated", "未核查"),
}

CHECKS = {
    "record": Phrase("the record has its exact form", "记录格式"),
    "signature": Phrase("signed by the key it names", "签名"),
    "key": Phrase("the key was valid for this purpose", "签名密钥"),
    "vouching": Phrase("who vouches for the key", "密钥背书"),
    "disclosures": Phrase("the fields shown belong to the record", "披露字段"),
    "inclusion": Phrase("the record is in the log", "入册证明"),
    "tree-head": Phrase("the log signed this tree head", "日志树头"),
    "anchor": Phrase("the contract accepted this tree head", "上链锚定"),
    "seen": Phrase("the tree head the signer had seen", "签名时所见树头"),
    "time": Phrase("when the record was signed", "签名时间"),
    "independence": Phrase("no single operator can rewrite the chain", "独立性"),
    "memory": Phrase("agrees with what was seen before", "与以往所见一致"),
    "checkpoint": Phrase("the newest tree head", "最新树头"),
    "tree": Phrase("entries lead to every tree head", "日志树"),
    "entries": Phrase("every entry has its exact form", "日志条目"),
    "chain": Phrase("the chain is the one in the trust file", "区块链"),
    "anchors": Phrase("tree heads that the contract accepted", "锚定"),
    "receipts": Phrase("receipts were kept", "回执"),
    "database": Phrase("the database is read as it stands", "数据库"),
    "manifest": Phrase("every table and column is declared", "数据清单"),
    "signatures": Phrase("every entry is signed", "签名"),
    "keys": Phrase("every key was valid", "签名密钥"),
    "subjects": Phrase("histories without gap or fork", "主体历史"),
    "rows": Phrase("rows agree with the records", "数据行"),
    "files": Phrase("files are there, byte for byte", "文件"),
    "case": Phrase("one case, its records without gap", "案卷"),
    "milestones": Phrase("milestones on the chain are these records", "关键节点"),
    "completeness": Phrase("no record is left out up to the last milestone", "完整性"),
    "officers": Phrase("two officers signed each milestone", "两名以上执法人员"),
    "procedure": Phrase("every step was lawful where it stands", "办案程序"),
    "clocks": Phrase("terms and time limits", "期限与时限"),
    "documents": Phrase("documents issued are of these records", "执法文书"),
    "board": Phrase("the board's snapshots, without gap", "高发区域公告板"),
    "snapshots": Phrase("each snapshot is what was published", "高发区域快照"),
    "hotspots": Phrase("snapshots follow from the records", "高发区域"),
    "heads": Phrase("each snapshot is a record of its log", "快照记录"),
    "feeds": Phrase("what feeds sent, without gap", "数据源报文"),
    "row": Phrase("the row is of the part that the record names", "归档数据行"),
    "archives": Phrase("archived parts are there and hold these rows", "归档"),
    "event": Phrase("one event, its records without gap", "事件"),
    "loop": Phrase("every step was lawful where it stands", "闭环规则"),
    "approvals": Phrase("nobody decided what it asked for itself", "审批"),
    "events": Phrase("events follow from their steps", "事件"),
    "performance": Phrase("figures can be recounted from the log", "考核数据"),
    "cases": Phrase("registered cases agree with the log", "案件登记"),
}

TITLE = Phrase("GridWitness verification report", "网格见证核实报告")
VERDICT = Phrase("Verdict", "结论")
TRUST = Phrase("Trust file", "信任文件")
UNCONFIRMED = Phrase(
    "trust: unconfirmed. Everything below holds only if this trust file is the right one (`trust pin`).",
    "信任文件未经确认：以下结论以该文件属实为前提（用 trust pin 确认）。",
)
CONFIRMED = Phrase("trust: confirmed", "信任文件已确认")
SIMULATED = Phrase(
    "simulated clock: the times in this deployment are not real times.",
    "模拟时钟：本部署中的时间不是真实时间。",
)
SUBJECT = Phrase("Checked", "核查对象")
TIMELINE = Phrase("Timeline (occurred, anchored by, signer)", "时间线（发生、锚定、签名人）")
REQUIRED = Phrase("required", "必需")
NOT_SHOWN = Phrase("Not shown by this command", "本命令不能证明的事项")
MORE = Phrase("more", "其余略")
PROFILE = Phrase("profile", "配置")
EXIT_CODE = Phrase("exit code", "退出码")
THIS_MACHINE = Phrase(
    "that this machine and its list of confirmed trust files are in nobody else's hands (ask a second one)",
    "本机及其已确认信任文件清单未落入他人之手（可用另一台机器复核）",
)

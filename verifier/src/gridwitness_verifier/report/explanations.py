"""Chinese meaning of the stable codes; the English is the detail that stands beside a code."""

from __future__ import annotations

# One line per code: `code meaning`. Grouped as in docs/format.md.
_TABLE = """
json-malformed 不是合规的 JSON
json-duplicate JSON 对象有重复成员
json-number JSON 数字带小数、指数或超出范围
json-surrogate 文本含孤立代理码元
json-depth JSON 嵌套过深
too-large 超过大小限制
not-compact 不是规定的紧凑格式
base64url 不是规范的 base64url
base64 不是规范的 base64
header 记录头不符合规定
claims 声明项不符合规定
disclosure-form 披露项格式不符
disclosure-nested 披露值内含嵌套披露
disclosure-duplicate 同一字段重复披露
disclosure-unreferenced 披露项未被记录承诺
disclosure-missing 缺少披露项
disclosure-count 披露项数量不符
signature 签名无效
key-algorithm 签名算法与密钥不符
jwk 公钥格式不符
kind-unknown 未知的记录种类
kind-source 该种类不应有此来源
field-unknown 该种类没有此字段
field-missing 缺少字段
field-null 不可为空的字段为空
field-type 字段类型不符
field-hidden 所需字段未披露
foreign-log 不是本部署的日志
foreign 属于其他日志
log-proof-form 入册证明格式不符
note-form 签名文书格式不符
note-unsigned 没有该日志密钥的签名
note-signature 日志签名无效
tree-head-form 树头格式不符
tree-head-origin 树头属于其他日志
inclusion 入册证明不成立
inclusion-form 入册证明格式不符
consistency 两个树头不是前后延续
consistency-form 一致性证明格式不符
receipt-form 回执格式不符
receipt-origin 回执属于其他日志
anchor-form 锚定证明格式不符
anchor-chain 锚定证明属于其他链
anchor-contract 事件不是由 RecordLog 合约产生
anchor-receipt 区块中该交易的收据不同
anchor-status 锚定交易失败
anchor-event 不是树头锚定事件
anchor-log 锚定事件属于其他日志
anchor-head 合约接受的是另一个树头
anchor-early 区块早于合约部署
not-canonical 该区块已不在链上
header-form 区块头格式不符
hex 十六进制文本格式不符
rlp RLP 编码不规范
trie 默克尔树证明不成立
seen-head 所见树头与记录所写不符
seen-later 所见树头晚于记录自身
seen-missing 应写明所见树头而未写
seen-absent 记录未写明所见树头
seen-unknown 所见树头未被合约接受
seen-after 所见树头晚于记录自身
backdated 签名时间与区块时间矛盾（倒签）
clock-simulated 模拟时钟
single-operator 单一运行方
validators-missing 没有登记该区块的验证节点
qbft-form 不是 QBFT 区块头
qbft-rules 区块头违反 QBFT 规则
qbft-validators 验证节点与信任文件不符
qbft-seal 封签无效、重复或出自外人
qbft-quorum 封签未达法定数
key-unknown 未登记该密钥
key-unconfirmed 密钥未经第二机关确认
key-not-yet 锚定时密钥尚未生效
key-window 锚定时间不在密钥有效期内
key-revoked 锚定时密钥已被吊销
key-disputed 密钥在失密之后、吊销之前使用，存争议
key-purpose 密钥用途不符
key-offer 不是由所申请的密钥签名
key-own-agency 仅本机关自称
key-state-form 密钥状态证明格式不符
key-state-contract 不是 Members 合约的状态
key-state-block 密钥状态不属于锚定区块
key-state-code Members 合约代码与信任文件不符
key-state-differs 密钥状态与证明不符
key-state-missing 缺少密钥状态证明
key-state-orphan 多余的密钥状态
key-changed 行的主键被改动
part-missing 证据包缺少必要部分
memory-head 同一规模曾见过另一个树头
memory-block 该高度曾见过另一个区块
altered 数据被改动
row-missing 数据行缺失
missing-row 数据行缺失
extra-row 多出数据行
duplicate-row 数据行重复
column-differs 列值与条目不符
column-missing 缺少列
missing-column 缺少列
column-type 列类型不符
table-missing 缺少表
missing-table 缺少表
undeclared-table 清单未声明的表
undeclared-column 清单未声明的列
class-changed 列的类别被改动
class-differs 列的类别不符
fork 主体历史分叉
gap 主体历史缺号
prev 前一条目摘要不符
order 顺序不符
jti-twice 标识重复
index-gap 日志序号有缺
index-twice 日志序号重复
root 树根不符
head-unsigned 已锚定的树头没有日志签名
rolled-back 日志被回退
split-view 同一规模有两个树头
omitted 持有回执的记录未入册
overdue 超过承诺期限仍未锚定
not-due 尚未到承诺期限
withheld 披露值被隐匿
file-differs 文件内容不符
contract-code 合约代码与信任文件不符
chain-id 链标识不符
genesis 创世区块不符
"""
_MEANINGS = dict(line.split(" ", 1) for line in _TABLE.split("\n") if line)


def explain(code: str) -> str | None:
    """The Chinese meaning of a code, or None for one that has none."""
    return _MEANINGS.get(code)

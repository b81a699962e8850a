"""The meaning of every stable code in both languages; the detail beside a code says what was found."""

from __future__ import annotations

from .event_explanations import EVENT_TABLE
from .phrase import Phrase

# One line per code: `code English / 中文`. Grouped as in docs/format.md.
_TABLE = """
json-malformed not JSON / 不是合规的 JSON
json-duplicate a JSON object names a member twice / JSON 对象有重复成员
json-number a JSON number with a fraction, an exponent or out of range / JSON 数字带小数、指数或超出范围
json-surrogate a lone surrogate in the text / 文本含孤立代理码元
json-depth JSON nested too deeply / JSON 嵌套过深
too-large beyond a size limit / 超过大小限制
not-compact not the compact form of a record / 不是规定的紧凑格式
base64url not canonical base64url / 不是规范的 base64url
base64 not canonical base64 / 不是规范的 base64
header the header breaks the format / 记录头不符合规定
claims a claim breaks the format / 声明项不符合规定
disclosure-form a disclosure without its form / 披露项格式不符
disclosure-nested a disclosure inside a value / 披露值内含嵌套披露
disclosure-duplicate a field disclosed twice / 同一字段重复披露
disclosure-unreferenced a disclosure the record does not commit to / 披露项未被记录承诺
disclosure-missing a disclosure is missing / 缺少披露项
disclosure-count another number of disclosures than digests / 披露项数量不符
signature the signature is not valid / 签名无效
key-algorithm signed with another algorithm than the key's / 签名算法与密钥不符
jwk not a public key / 公钥格式不符
kind-unknown an unknown kind of record / 未知的记录种类
kind-source this kind never has this source / 该种类不应有此来源
field-unknown the kind has no such field / 该种类没有此字段
field-missing a field is missing / 缺少字段
field-null a field that may not be empty is empty / 不可为空的字段为空
field-type a field of another type / 字段类型不符
field-hidden a field that is needed is not shown / 所需字段未披露
foreign-log not a log of the trust file / 不是本部署的日志
foreign belongs to another log / 属于其他日志
log-proof-form the proof of inclusion has not its form / 入册证明格式不符
note-form a signed note without its form / 签名文书格式不符
note-unsigned not signed by the log's key / 没有该日志密钥的签名
note-signature the log's signature is not valid / 日志签名无效
vkey the log's key has not its form / 日志验证密钥格式不符
tree-head-form a tree head without its form / 树头格式不符
tree-head-origin the tree head is of another log / 树头属于其他日志
inclusion the proof of inclusion does not hold / 入册证明不成立
inclusion-form the proof of inclusion has not its form / 入册证明格式不符
consistency one tree head does not extend the other / 两个树头不是前后延续
consistency-form a proof of consistency without its form / 一致性证明格式不符
receipt-form a receipt without its form / 回执格式不符
receipt-origin the receipt is of another log / 回执属于其他日志
receipt-leaf the receipt is for other bytes / 回执对应的是其他内容
receipt-delay the receipt promises a later time than the log may / 回执承诺的期限超过日志上限
received-at the time of receipt is not that of the receipt / 受理时间与回执不符
anchor-form the proof of the anchor has not its form / 锚定证明格式不符
anchor-chain the proof is of another chain / 锚定证明属于其他链
anchor-contract the event is not of the contract RecordLog / 事件不是由 RecordLog 合约产生
anchor-receipt the block holds another receipt there / 区块中该交易的收据不同
anchor-status the anchoring transaction failed / 锚定交易失败
anchor-event not the event of an accepted tree head / 不是树头锚定事件
anchor-log the anchor is of another log / 锚定事件属于其他日志
anchor-head the contract accepted another tree head / 合约接受的是另一个树头
anchor-early a block before the contracts were deployed / 区块早于合约部署
not-canonical the block is no longer on the chain / 该区块已不在链上
header-form a block header without its form / 区块头格式不符
hex hexadecimal text without its form / 十六进制文本格式不符
rlp RLP that is not canonical / RLP 编码不规范
trie the Merkle proof does not hold / 默克尔树证明不成立
seen-head not the tree head the record names / 所见树头与记录所写不符
seen-later the head seen is later than the record's own / 所见树头晚于记录自身
seen-missing the record names no head though it had to / 应写明所见树头而未写
seen-absent the record names no head / 记录未写明所见树头
seen-unknown the contract never accepted the head seen / 所见树头未被合约接受
seen-after the head seen contains the record / 所见树头晚于记录自身
backdated the claimed time contradicts the blocks / 签名时间与区块时间矛盾（倒签）
signed-earlier says it was signed before the record it follows / 自称的签名时间早于其所续记录
clock-simulated a simulated clock / 模拟时钟
single-operator one operator alone / 单一运行方
validators-missing no validator is pinned for this block / 没有登记该区块的验证节点
qbft-form not a QBFT block header / 不是 QBFT 区块头
qbft-rules the header breaks the rules of QBFT / 区块头违反 QBFT 规则
qbft-validators other validators than are pinned / 验证节点与信任文件不符
qbft-seal a seal that is invalid, repeated or a stranger's / 封签无效、重复或出自外人
qbft-quorum too few seals / 封签未达法定数
key-unknown the key is not registered / 未登记该密钥
key-unconfirmed no second agency confirmed the key / 密钥未经第二机关确认
key-not-yet the key did not count yet when it was anchored / 锚定时密钥尚未生效
key-window anchored outside the key's window / 锚定时间不在密钥有效期内
key-window-cut the key's window was cut after it was anchored / 锚定之后密钥有效期被缩短，存争议
key-revoked the key was revoked before it was anchored / 锚定时密钥已被吊销
key-disputed anchored after the key was compromised, before it was revoked / 失密之后、吊销之前锚定，存争议
key-purpose a key for another purpose / 密钥用途不符
key-offer not signed by the key it offers / 不是由所申请的密钥签名
offer-key not signed by the key it offers / 不是由所申请的密钥签名
key-not-offered no record offers this key / 没有申请该密钥的记录
key-own-agency only its own agency stands for the key / 仅本机关自称
key-state-form the proof of the key's state has not its form / 密钥状态证明格式不符
key-state-contract not the state of the contract Members / 不是 Members 合约的状态
key-state-block the key's state is of another block / 密钥状态不属于锚定区块
key-state-code Members has other code than is pinned / Members 合约代码与信任文件不符
key-state-differs the stored state is not that of the events / 密钥状态与证明不符
key-state-missing the key's state is not stored / 缺少密钥状态证明
key-state-orphan a key state without an anchor / 多余的密钥状态
part-missing the bundle lacks a part / 证据包缺少必要部分
memory-head another tree head was seen at this size / 同一规模曾见过另一个树头
memory-block another block was seen at this number / 该高度曾见过另一个区块
table-missing a table is missing / 缺少表
column-missing a column is missing / 缺少列
column-type a column of another type / 列类型不符
not-a-table something else stands where a table should / 该处不是普通表
not-durable the table is not durable / 该表不是持久表
row-security rules could hide rows from an auditor / 行级安全可能对审计隐藏数据行
rule a rewrite rule stands on the table / 该表设有改写规则
inheritance another table adds rows to this one / 有其他表向该表并入数据行
foreign-partition a partition lies outside the database / 分区不在本数据库内
generated-column the column is computed, not stored / 该列是计算列，并非原样存储
missing-table declared, and not there / 清单所列的表不存在
missing-column declared, and not there / 清单所列的列不存在
undeclared-table a table that no manifest declares / 清单未声明的表
undeclared-column a column that no manifest declares / 清单未声明的列
manifest-form a manifest without its form / 数据清单格式不符
manifest-log the manifest goes on in an unrelated log / 数据清单在无关的日志中续写
manifest-signer another agency signed the manifest / 数据清单由其他机关签名
revision a revision out of order / 清单版本不连续
key-changed the key of a table changed / 表的主键被改动
key-missing no key to compare rows by / 没有可供比对的主键
key-not-stated a key column is not stated / 主键列未列为陈述类
class-changed the class of a column changed / 列的类别被改动
class-differs another class than the format gives / 列的类别不符
operational-not-listed operational, and not in the closed list / 列为运行类而不在规定清单内
derived-unknown derived, and nothing to recompute it from / 列为推导类而无从重算
type-unknown a type that has no text form / 列类型没有规定的文本形式
altered a stored value was changed / 数据被改动
column-differs a column contradicts the signed bytes / 列值与签名内容不符
row-missing a row is missing / 数据行缺失
missing-row a row is missing / 数据行缺失
extra-row a row that no effect put / 多出数据行
duplicate-row a row is there twice / 数据行重复
two-logs logs of two lines write one row / 互不承继的日志写同一数据行
delete-absent deletes a row that was not there / 删除了不存在的数据行
key-column contradicts the row's own key / 与该行主键矛盾
cause-missing the statement it rests on is missing / 所依据的记录缺失
fork a subject's history forks / 主体历史分叉
gap a subject's history has a gap / 主体历史缺号
prev not the digest of the entry before / 前一条目摘要不符
order out of order in the log / 顺序不符
subject-elsewhere the subject also stands in an unrelated log / 同一主体另见于互不承继的日志
jti-twice one identifier on two entries / 标识重复
index-gap an entry is missing in the log / 日志序号有缺
index-twice two entries at one place of the log / 日志序号重复
root the root is not that of the entries / 树根不符
root-missing the root can not be recomputed / 树根无法重算
tile a hash tile is not that of the entries / 哈希块与条目不符
tile-missing a part of the log is not served / 日志的一部分未予提供
tile-size a part of the log has another size / 日志数据块大小不符
log-refused a reader's token is needed / 需要读者令牌
process-lost a process of this program ended early; run it again / 本程序的一个进程提前结束，请重新核查
log-unreachable the log can not be reached / 无法访问日志
log-missing a pinned log is not in the database / 信任文件所列日志不在数据库中
log-not-pinned a log that the trust file does not name / 信任文件未列的日志
log-unknown the contract opened no such log / 合约没有该日志
log-differs the contract opened the log on other terms / 合约所记日志条件与信任文件不符
closing-head closed at a head that was never accepted / 关闭时的树头未曾被接受
head-unsigned anchored, and no signed tree head / 已锚定的树头没有日志签名
no-event the contract accepted no such head / 合约没有接受该树头
event-without-row an accepted head is not in the database / 合约接受的树头不在数据库中
rolled-back the log was rolled back / 日志被回退
split-view two tree heads at one size / 同一规模有两个树头
lost-declared entries are gone, as the successor declares / 条目已失，后继日志已作声明
disowned an accepted head was disowned by closing the log / 日志关闭时否认的树头
stranded accepted, and the log was closed before / 已受理而日志先行关闭
successor-unknown the log is closed and nothing continues it / 日志已关闭而无后继
incarnation-missing the successor does not say what it continues / 后继日志未写明所续日志
incarnation-differs the successor names another closing head / 后继日志所写的关闭树头不符
omitted a record with a receipt is not in the log / 持有回执的记录未入册
overdue not anchored within the time promised / 超过承诺期限仍未锚定
not-due the time promised has not come / 尚未到承诺期限
withheld a disclosure is withheld / 披露值被隐匿
erasure-refused an erasure that is not in order / 删除不合规定
destroyed a file is gone / 文件被毁
unreadable a file can not be read / 文件无法读取
file-altered a file was changed / 文件被改动
file-differs a file is not what the record says / 文件与记录不符
contract-code other contract code than is pinned / 合约代码与信任文件不符
chain-id another chain / 链标识不符
genesis another genesis block / 创世区块不符
event-form the node gave an event without its form / 节点所给事件格式不符
event-order the node gave events that can not be / 节点所给事件顺序不可能
event-block the node's events and blocks disagree / 节点所给事件与区块不符
rpc-missing no node is named / 未指明节点
rpc-url not the address of a node / 不是节点地址
rpc-unreachable the node does not answer / 节点无应答
rpc-answer the node's answer is of no use / 节点应答无法使用
rpc-error the node refused / 节点拒绝应答
rpc-no-block the node lacks the block / 节点没有该区块
rpc-header the node's block does not hash to its name / 节点所给区块与其哈希不符
rpc-chain the node is on another chain / 节点在另一条链上
rpc-proof the node's proof does not hold / 节点所给证明不成立
database the database can not be read / 数据库无法读取
url not a web address / 不是网址
token-unreadable the token can not be read / 令牌无法读取
receipts-unreadable the receipts can not be read / 回执无法读取
file-unwritable the file can not be written / 文件无法写入
bundle-unreadable the bundle can not be read / 证据包无法读取
bundle-form not an evidence bundle / 不是证据包
bundle-record the bundle holds no record / 证据包没有记录
trust-unreadable the trust file can not be read / 信任文件无法读取
trust-form not a trust file / 不是合规的信任文件
memory-unreadable the memory file can not be read / 记忆文件无法读取
memory-form not a memory file / 不是合规的记忆文件
pins-unreadable the list of confirmed trust files can not be read / 已确认信任文件清单无法读取
pins-form the list of confirmed trust files is damaged / 已确认信任文件清单已损坏
pin-form not a SHA-256 / 不是 SHA-256
case-form not a case file / 不是案卷文件
case-alone a case file is checked by itself / 案卷须单独核查
case-subject a record of another subject / 记录属于其他主体
case-incomplete the record of the last milestone is missing / 缺少最后一个关键节点的记录
milestone-event not a registered milestone / 不是关键节点登记事件
milestone-foreign the milestone is of another case or agency / 节点属于其他案件或机关
milestone-index milestones out of order / 节点序号不连续
milestone-order milestones reordered / 节点顺序颠倒
milestone-edge no lawful next milestone under this procedure / 程序不允许该节点次序
milestone-without-record a milestone without its record / 节点没有对应的记录
milestone-head the milestone names another record / 节点所指为另一条记录
milestone-differs registered as another milestone than the step is / 登记的节点与步骤不符
milestone-procedure registered under another version of the rules / 登记的程序版本不符
milestone-missing a step that is a milestone was not registered / 应登记的关键节点未登记
milestone-later the registry holds a later milestone / 登记合约已有更晚的节点
case-number numbers of cases with a gap, or one given twice / 案号有缺号或重号
case-number-differs registered under another number than the case has / 登记的案号与案件不符
case-unopened a milestone of a case that was not opened / 节点所属案件未登记
procedure-unapproved opened under a procedure that was not approved / 登记所用程序未经批准
edges-differ other transitions were approved than the procedure has / 批准的节点次序与程序不符
milestone-twice one record registered as two milestones / 同一记录登记为两个节点
milestone-seq registered at another place of its subject / 登记的序号与记录不符
registration-missing a registered milestone is not in the database / 已登记的节点未入库
registry-event the event has not its form / 登记事件格式不符
cosign-missing no second officer signed / 没有第二人共同签名
cosign-differs the cosignature is for other bytes / 共同签名针对其他内容
cosign-own cosigned by the same officer / 共同签名人与签名人相同
cosign-unsigned the key of the cosignature is not proved / 共同签名的密钥未能核实
cosign-undated no receipt shows when it was cosigned / 没有回执表明共同签名时间
cosign-late cosigned too late / 共同签名过迟
procedure-form not a procedure document / 程序文档格式不符
procedure-state the step is not allowed at this stage / 该阶段不得进行此步骤
procedure-fields a field of the step breaks the procedure / 步骤的字段不合程序规定
procedure-requirement a requirement of the procedure is not met / 未满足程序要求
rules-differ another version of the rules than the case was opened with / 所依据的程序版本与立案时不同
rules-later the rules are later than the case / 规则发布晚于案件开始
step-dated-ahead dated later than it was signed / 发生时间晚于签名时间
calendar-form not a calendar / 日历格式不符
calendar-unpublished no calendar is published for this year / 该年度日历未发布
term a term too long / 期限过长
clock-late a statutory term was not kept / 未在法定期限内完成
clock-by-word in time by its own date only, and anchored after the term / 仅按自述日期为按期，上链晚于期限
clock-overdue a statutory term has passed and nothing was done / 已超过法定期限仍未完成
clock-party a term of the party has passed / 当事人的期限已过
document-statement the document is of no record of the case / 文书没有对应的案件记录
document-entry the document is of other bytes / 文书所依据的内容不符
document-differs another document than the step calls for / 文书种类与步骤不符
document-forged the file is not the one that was issued / 文件与制发的文书不符
document-unknown no record of the case issued this file / 本案没有制发该文件的记录
document-unreadable the document can not be read / 文书文件无法读取
document-alone a document needs its case file / 核对文书须同时给出案卷
trust-no-board the trust file names no board / 信任文件未列明公告板合约
board-event an event of the board has not its form / 公告板事件格式不符
board-event-unproved the block's receipts hold no such event / 区块收据中没有该事件
board-receipts receipts that are not those of the block's header / 收据与区块头不符
board-result the contract holds another result than the event / 合约所存结果与事件不符
board-missing a snapshot that the contract counts was left out / 缺少合约已计数的快照
board-number numbers of snapshots with a gap, or out of order / 快照编号有缺号或次序不符
board-agency an agency without a log in the trust file / 信任文件未列该机关的日志
board-unknown there is no such snapshot / 没有该快照
storage-proof the proof of the contract's storage does not hold / 合约存储证明不成立
cells-form not the cells of a snapshot / 网格数据格式不符
cells-order cells that are not in order / 网格次序不符
cells-altered the cells do not hash to the result / 网格数据与结果摘要不符
snapshot-period periods that are empty or overlap / 周期为空或相互重叠
snapshot-head one record published as two snapshots / 同一记录发布为两个快照
exposure-form not the exposure of a snapshot / 车流量数据格式不符
snapshot-size made of records that came after it / 所据日志范围晚于快照
snapshot-omits the snapshot leaves this record out / 快照遗漏了此记录
snapshot-inputs the snapshot rests on other records than the log has / 快照所据记录与日志不符
snapshot-cell a cell says another thing than the records / 网格内容与记录不符
snapshot-floor a cell that may not be shown / 不应显示的网格
snapshot-foreign published, and no snapshot of the log / 所发布的不是日志中的快照
snapshot-unpublished a snapshot that was not published / 应发布的快照未发布
snapshot-differs published with other content than its record / 发布内容与记录不符
head-missing a snapshot whose record is in no log / 快照的记录不在日志中
head-late its record was anchored after it was published / 快照发布先于其记录锚定
head-kind its record is another kind / 快照所指记录种类不符
snapshot-early published before its period ended / 周期未结束即已发布
part-gap messages of a feed are missing, or there twice / 数据源报文缺失或重复
part-form a part of a feed has not its form / 数据源报文分段格式不符
link-differs the link of a feed's chain does not follow / 数据源报文链断裂
front-removed messages were removed without a record of it / 报文被删除而无到期删除记录
messages-missing messages that a batch names are missing / 批次所载报文缺失
batch-gap batches of a feed with a gap, or one message in two / 数据源批次缺失或重叠
batch-head a batch names other messages than are stored / 批次所载与所存报文不符
batch-differs the row of a batch is not what its record says / 批次数据行与记录不符
batch-without-row a batch has no row / 批次没有数据行
batch-without-record the row of a batch names no record / 批次数据行没有对应的记录
batch-subject a batch stands in another subject than its feed / 批次不在其数据源名下
batch-overdue messages wait too long for their batch / 报文逾时未入批次
feed-end the kept end of a feed's chain is not that of its messages / 所存链尾与报文不符
archive-without-record the row of a part names no record / 归档数据行没有对应的记录
archive-without-row a recorded part has no row / 归档记录没有数据行
archive-differs the row of a part is not what its record says / 归档数据行与记录不符
archive-form the record of a part has not its form / 归档记录格式不符
archive-destroyed the file of a part is not there, and no record says so / 归档文件缺失且无到期删除记录
archive-altered the file of a part is not the recorded one / 归档文件与记录不符
leaves-destroyed the leaves of a part are not there / 归档叶值文件缺失
leaves-altered the leaves of a part do not have its root / 归档叶值与记录的根不符
part-key-destroyed the salts of a part are gone without a record of it / 归档盐值被销毁且无到期删除记录
row-altered an archived row was changed in the database / 已归档的数据行被改动
row-destroyed an archived row is gone from the database / 已归档的数据行从数据库消失
row-added a row stands among archived ones that was never archived / 已归档的日期中混入未归档的数据行
expiry-alone one person asked for and approved a removal / 到期删除的申请人与批准人为同一人
passage-form not a proof of an archived row / 不是归档数据行的证明
row-record the record is not of an archived part / 所附记录不是归档记录
row-size the proof is of another number of rows than the record / 证明的行数与归档记录不符
row-salt the salt has not its form / 盐值格式不符
row-form a column that is neither text nor an integer / 数据行的列既非文本也非整数
row-path the row does not lead to the root of its part / 该数据行不属于所载归档
row-time the row's time lies outside its part / 该数据行的时间不在归档范围内
pin-mismatch another trust file than the one confirmed / 与所确认的信任文件不同
"""


def _meanings() -> dict[str, Phrase]:
    meanings = {}
    for line in [*_TABLE.strip().split("\n"), *EVENT_TABLE.strip().split("\n")]:
        code, _, both = line.partition(" ")
        english, _, chinese = both.partition(" / ")
        meanings[code] = Phrase(english, chinese)
    return meanings


_MEANINGS = _meanings()


def explain(code: str) -> Phrase | None:
    """The meaning of a code, or None for one that has none."""
    return _MEANINGS.get(code)

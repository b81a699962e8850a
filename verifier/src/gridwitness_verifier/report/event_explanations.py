"""The codes of events and performance, in the form of `explanations.py`."""

from __future__ import annotations

EVENT_TABLE = """
loop-form not a loop of events / 闭环规则文档格式不符
hours-form not working hours / 工作时段格式不符
metrics-form not a dictionary of metrics / 指标字典格式不符
loop-unknown the loop has no such step / 闭环规则没有此环节
loop-state the event was not in a state for this step / 事件状态不允许此环节
loop-round the step names another round / 轮次不符
loop-details details that are missing, or not the listed ones / 环节事项缺失或不符
loop-note a note is missing / 缺少说明
loop-files a file is missing / 缺少附件
loop-machine no machine takes this step / 此环节须由人办理
loop-differs the steps of one event name two loops / 同一事件依据两种闭环规则
step-dated-back says it happened before the step before it / 自述时间早于前一环节
step-actor says it is another account's than the key's / 自称账号与签名密钥持有人不符
ask-open asked for again before it was decided / 同类申请未决又再申请
ask-none decides what nobody asked for / 无申请而作出审批
ask-own asked for and decided by one account / 申请与审批为同一账号
return-limit a designated unit returned it / 指定派遣后又回退
return-designation returned too often, and not designated / 回退过多而未指定派遣
reopen-late reopened too long after it was closed / 超过可重开期限
list-unapproved no approved entry of the responsibility list / 权责清单条目未经批准
list-later the entry of the list was approved or counts only later / 权责清单条目当时尚未批准或生效
clock-missing a time limit that the steps begin has no clock / 环节起算的时限没有计时
clock-extra a clock that no step begins / 没有环节起算的计时
clock-rule a clock goes by a limit that nothing gives / 计时所依据的时限没有来源
clock-differs a clock says another thing than the steps / 计时与环节不符
clock-hours a clock counts by hours that its unit never had / 计时所用工作时段与单位登记不符
clock-limit a time limit was not kept / 时限超期
event-without-step rows of an event that no step makes / 事件数据行没有对应的环节
event-number numbers of events with a gap, or there twice / 事件编号缺号或重复
event-row-missing a row that the steps give is missing / 环节应有的数据行缺失
event-row-extra a row that no step gives / 没有环节得出的数据行
event-row-differs a row says another thing than the steps / 数据行与环节不符
link-one-way a link that the other event does not have / 关联只在一方
performance-number numbers of snapshots with a gap / 考核快照编号缺号
performance-size made of records that came after it / 所据日志范围晚于快照
performance-file the figures are not there, or other ones / 考核数据文件缺失或不符
performance-form not figures of the period / 考核数据文件格式不符
performance-events another number of events than the log has / 所计事件数与日志不符
performance-figure a figure is not what the log gives / 考核数据与日志重算结果不符
"""

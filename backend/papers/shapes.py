"""What each paper says, field by field. A name here is a name in a template."""

from backend.papers.fields import PaperData, item, several


class PartyLine(PaperData):
    side: str = item("身份", "申请人")
    name: str = item("姓名", "张三")
    kind: str = item("类别", "个人")
    number_label: str = item("证件名称", "身份证号")
    number: str = item("证件号码", "42050019900307663X")
    phone: str = item("电话", "13872560001")
    agent: str = item("代理人", "李四（委托代理）")


class CaseHead(PaperData):
    """Stands on every paper of a case."""

    title: str = item("文书名称", "文书名称（样张）")
    number: str = item("受理查询号", "HJ-7K3M-9QXT")
    case_number: str = item("案号", "〔2026〕宜都陆城调字第0001号")
    center: str = item("综治中心", "陆城街道综治中心")
    organization: str = item("调解组织", "陆城街道人民调解委员会")
    seal_name: str = item("印章名称", "陆城街道人民调解委员会")
    mediator: str = item("调解员", "王芳")
    category: str = item("纠纷类别", "物业纠纷")
    applicants: str = item("申请人姓名", "张三")
    respondents: str = item("被申请人姓名", "某某物业服务有限公司")


class CaseData(CaseHead):
    parties: tuple[PartyLine, ...] = several("当事人")


class ApplicationData(CaseData):
    facts: str = item("事实和理由", "楼上长期漏水，客厅的墙已经发霉。\n多次联系物业，没有修理。")
    claim: str = item("请求事项", "修好漏水并赔偿粉刷费用。")
    amount: str = item("争议金额", "1,200元")
    occurred_on: str = item("发生日期", "2026年11月1日")
    place: str = item("发生地点", "宜都市陆城街道清江大道")
    filed_on: str = item("申请日期", "2026年11月25日")


class AcceptanceData(ApplicationData):
    filed_at: str = item("收件时间", "2026年11月25日 上午9:30")
    accepted_at: str = item("受理时间", "2026年11月25日 上午10:00")
    accepted_by: str = item("受理人", "赵敏")
    source: str = item("来源", "窗口登记")
    track: str = item("调解类型", "人民调解")


class RightsNoticeData(CaseHead):
    party: str = item("当事人姓名", "张三")
    notice: str = item("告知内容", "一、您的权利\n1. 选择或者接受人民调解员。\n二、您的义务\n1. 如实陈述纠纷事实。")
    version: str = item("告知书版本", "1")
    told_at: str = item("告知时间", "2026年11月26日 上午9:00")
    told_by: str = item("告知方式", "在窗口告知")


class PresentLine(PaperData):
    name: str = item("姓名", "张三")
    role: str = item("身份", "申请人")
    attendance: str = item("到场情况", "到场")


class AnswerLine(PaperData):
    name: str = item("姓名", "张三")
    answer: str = item("答复", "确认")
    answered_at: str = item("答复时间", "2026年11月26日 上午11:00")


class FactLine(PaperData):
    text: str = item("内容", "双方确认漏水发生在2026年11月1日。")


class MinutesData(CaseHead):
    kind: str = item("会议种类", "调解会")
    version: str = item("记录版本", "1")
    began_at: str = item("开始时间", "2026年11月26日 上午9:00")
    ended_at: str = item("结束时间", "2026年11月26日 上午10:30")
    venue: str = item("方式", "现场")
    agenda: str = item("议题", "修理漏水；赔偿粉刷费用")
    present: tuple[PresentLine, ...] = several("到场人")
    text: str = item("记录内容", "申请人陈述漏水经过，被申请人说明维修安排。")
    facts: tuple[FactLine, ...] = several("共同确认的事实")
    answers: tuple[AnswerLine, ...] = several("核对情况")
    written_at: str = item("记录时间", "2026年11月26日 上午10:40")


class TermLine(PaperData):
    who: str = item("履行人", "某某物业服务有限公司")
    to_whom: str = item("受领人", "张三")
    what: str = item("内容", "修好602室卫生间漏水")
    amount: str = item("金额", "1,200元")
    due_on: str = item("期限", "2026年12月10日")
    manner: str = item("方式", "一次付清")


class AgreementData(CaseData):
    version: str = item("协议版本", "1")
    fixed_hash: str = item("定稿指纹", "3f1c" * 16)
    facts: str = item("纠纷事实", "602室卫生间漏水，致502室墙面发霉。")
    issues: str = item("争议事项", "修理责任和粉刷费用。")
    liability: str = item("责任", "漏水由物业负责维修的管道老化引起。")
    terms: tuple[TermLine, ...] = several("协议内容")
    manner: str = item("履行方式", "修理由被申请人自行完成，款项转账支付。")
    deadline: str = item("履行期限", "2026年12月10日")
    total: str = item("金额合计", "1,200元")
    copies: str = item("份数", "三")
    agreed_on: str = item("达成日期", "2026年11月30日")
    """When its text was fixed. What comes later does not stand on it: it would be another paper."""


class TerminationData(CaseData):
    reason: str = item("终止原因", "双方意见差距较大，没有达成一致")
    ended_on: str = item("终止日期", "2026年12月20日")
    routes: tuple[FactLine, ...] = several("其他途径")


class ContactLine(PaperData):
    at: str = item("时间", "2026年12月12日 上午9:00")
    how: str = item("回访方式", "电话")
    outcome: str = item("情况", "漏水已修好，款项已付清。")


class KeptLine(PaperData):
    number: str = item("序号", "1")
    who: str = item("履行人", "某某物业服务有限公司")
    what: str = item("内容", "修好602室卫生间漏水")
    amount: str = item("金额", "1,200元")
    due_on: str = item("期限", "2026年12月10日")
    paid: str = item("已履行金额", "600元")
    state: str = item("状态", "部分履行")


class ReportLine(PaperData):
    on: str = item("日期", "2026年12月8日")
    number: str = item("序号", "1")
    by: str = item("登记人", "当事人")
    text: str = item("情况", "600元；转账")
    verdict: str = item("认定", "已确认")


class FollowUpData(CaseData):
    agreed_on: str = item("达成日期", "2026年11月30日")
    fulfilled_on: str = item("履行完毕日期", "2026年12月12日")
    state: str = item("履行情况", "已全部履行。")
    terms: tuple[TermLine, ...] = several("协议内容")
    commitments: tuple[KeptLine, ...] = several("约定事项")
    reports: tuple[ReportLine, ...] = several("履行记录")
    contacts: tuple[ContactLine, ...] = several("回访")


class ConfirmationData(CaseData):
    court: str = item("法院", "宜都市人民法院")
    agreed_on: str = item("达成日期", "2026年11月30日")
    effective_on: str = item("生效日期", "2026年11月30日")
    last_day: str = item("最后申请日", "2026年12月30日")
    terms: tuple[TermLine, ...] = several("协议内容")


class CoverData(CaseData):
    track: str = item("调解类型", "人民调解")
    filed_on: str = item("收件日期", "2026年11月25日")
    accepted_on: str = item("受理日期", "2026年11月25日")
    ended_on: str = item("结案日期", "2026年12月12日")
    outcome: str = item("调解结果", "达成协议")
    papers: str = item("文书件数", "8")
    pages: str = item("页数", "15")


class ContentLine(PaperData):
    name: str = item("文书名称", "调解申请书")
    made_on: str = item("日期", "2026年11月25日")
    pages: str = item("页号", "1－2")
    note: str = item("备注", "")


class ContentsData(CaseHead):
    papers: tuple[ContentLine, ...] = several("目录")
    pages: str = item("总页数", "15")

"""A weekly report as operators get it, in Chinese and English, with every chart."""

from datetime import UTC, date, datetime
from decimal import Decimal

from saasops.figures import Column, Report, Section, Unit
from saasops.money import Money
from saasops.values import Text


def text(chinese: str, english: str) -> Text:
    return Text.of({"zh-CN": chinese, "en": english})


def column(id: str, chinese: str, english: str, unit: Unit = "text") -> Column:
    return Column(id=id, title=text(chinese, english), unit=unit)


def weekly() -> Report:
    return Report(
        id="weekly-2020-W10",
        title=text("V5.1 升级周报 · 第 10 周", "V5.1 upgrade campaign, week 10"),
        as_of=datetime(2020, 3, 6, 10, 0, tzinfo=UTC),
        zone="Asia/Shanghai",
        sections=(key_figures(), funnel(), channels(), load(), budget(), daily(), reminders()),
    )


def key_figures() -> Section:
    return Section(
        id="key",
        title=text("关键数字", "Key figures"),
        columns=(
            column("name", "指标", "Figure"),
            column("value", "数值", "Value", "count"),
        ),
        rows=(
            (text("已邀请", "Invited"), 2_300),
            (text("已预约", "Booked"), 617),
            (text("已升级", "Upgraded"), 418),
            (text("已发货", "Shipped"), 96),
            (text("预算已用", "Budget used"), Money.of("15000.00", "CNY")),
        ),
        chart="figures",
    )


def funnel() -> Section:
    steps = (
        ("邀请", "Invited", 2_300),
        ("触达", "Reached", 1_930),
        ("填写问卷", "Answered the survey", 1_042),
        ("预约时段", "Booked a slot", 617),
        ("完成升级", "Upgraded", 418),
        ("打卡", "Checked in", 203),
        ("奖品发货", "Prize shipped", 96),
    )
    return Section(
        id="funnel",
        title=text("漏斗：从邀请到发货", "Funnel: from invited to shipped"),
        columns=(column("step", "步骤", "Step"), column("people", "人数", "People", "count")),
        rows=tuple((text(zh, en), count) for zh, en, count in steps),
        chart="funnel",
        note=text(
            "每人只计一次，按首次到达该步的时间归入当周。",
            "Each person counts once, in the week in which he first came to the step.",
        ),
    )


def channels() -> Section:
    rows = (
        ("QQ 群", 5_000, 412, "8.24", 31, "0.62"),
        ("微信群", 4_000, 388, "9.7", 44, "1.1"),
        ("公众号", 1_000, 400, "40", 23, "2.3"),
        ("邮件 <newsletter@example.org>", 640, 51, "7.96875", 0, "0"),
    )
    return Section(
        id="channels",
        title=text("各渠道转化", "Conversion by channel"),
        columns=(
            column("channel", "渠道", "Channel"),
            column("audience", "受众", "Audience", "count"),
            column("downloads", "下载", "Downloads", "count"),
            column("rate", "下载率", "Download rate", "percent"),
            column("used", "实际使用", "In use", "count"),
            column("overall", "总转化率", "Overall", "percent"),
            column("since", "首次触达", "First touch", "date"),
            column("version", "最多的版本", "Commonest version"),
        ),
        rows=tuple(
            (
                name,
                audience,
                down,
                Decimal(rate),
                used,
                Decimal(overall),
                date(2020, 3, 2),
                "5.1.26",
            )
            for name, audience, down, rate, used, overall in rows
        ),
        chart="bars",
    )


def load() -> Section:
    weeks = ((2, 17, 20), (9, 23, 20), (16, 20, 20), (23, 6, 20), (30, 0, 0))
    return Section(
        id="load",
        title=text("各周负荷与容量", "Load against capacity by week"),
        columns=(
            column("week", "周（周一）", "Week from", "date"),
            column("booked", "已预约", "Booked", "count"),
            column("capacity", "容量", "Capacity", "count"),
        ),
        rows=tuple((date(2020, 3, day), booked, limit) for day, booked, limit in weeks),
        chart="load",
        note=text(
            "3 月 9 日一周超出 3 个：两名助手请假。", "Week of 9 March: two assistants are absent."
        ),
    )


def budget() -> Section:
    def cny(amount: int) -> Money:
        return Money.of(amount, "CNY")

    return Section(
        id="budget",
        title=text("预算与库存", "Budget and stock"),
        columns=(
            column("item", "项目", "Item"),
            column("used", "已用", "Used", "money"),
            column("limit", "上限", "Limit", "money"),
        ),
        rows=(
            (text("礼品", "Gifts"), cny(9_800), cny(12_000)),
            (
                text(
                    "运费（含偏远地区加价与二次派送）",
                    "Shipping, with remote areas and second tries",
                ),
                cny(3_200),
                cny(3_000),
            ),
            (text("线下活动", "Meetups"), cny(2_000), cny(5_000)),
        ),
        chart="load",
    )


def daily() -> Section:
    return Section(
        id="daily",
        title=text("每日升级数", "Upgrades by day"),
        columns=(column("day", "日期", "Day", "date"), column("n", "升级", "Upgrades", "count")),
        rows=tuple(
            (date.fromordinal(737_425 + day), (day * 37) % 23 + (0 if day % 7 > 4 else 6))
            for day in range(60)
        ),
        chart="bars",
    )


def reminders() -> Section:
    return Section(
        id="reminders",
        title=text("待提醒", "Who to remind"),
        columns=(column("who", "参与者", "Participant"), column("why", "原因", "Reason")),
        rows=(),
    )

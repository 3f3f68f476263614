"""A small campaign that is right in every part, for tests and for trying things out."""

from datetime import date, timedelta
from typing import Any

from saasops.app.definitions import campaign_from
from saasops.campaigns.definition import Campaign


def sample_campaign(*, opens: date = date(2020, 2, 3), **changes: Any) -> Campaign:
    """Return a campaign of two weeks from the Monday *opens*, tight in every limit.

    Two users a day for each general assistant and one for each deployment assistant, two
    dolls, one power bank, a budget for two parcels. *changes* replace whole keys of the
    written form.
    """
    closes = opens + timedelta(13)
    data: dict[str, Any] = {
        "id": "sample",
        "title": {"en": "Sample campaign", "zh-CN": "示例活动"},
        "theme": {"en": "Upgrade and be rewarded", "zh-CN": "升级有礼"},
        "product": "bkce",
        "target": "5.1",
        "opens": opens,
        "closes": closes,
        "goal": {"participants": 10},
        "evidence": {"thread": "t1", "title": {"en": "Check in here", "zh-CN": "打卡专帖"}},
        "slots": {"calendar": "weekends", "duty_saturdays": False},
        "survey": _SURVEY,
        "risk": _RISK,
        "capacity_rules": [
            {"id": "general", "team": "general", "limit": 2},
            {"id": "deployment", "team": "deployment", "limit": 1},
        ],
        "rewards": _REWARDS,
        "templates": [_template(name) for name in ("confirmed", "soon", "reminder", "reply")],
        "notices": [
            _notice("confirmed", "mail", after=["slot.booked", "booking.reassigned"]),
            _notice("soon", "sms", after=["slot.booked"], before_slot="7d"),
            _notice(
                "reminder",
                "mail",
                every={"opens": opens, "closes": closes, "days": 7, "at": "09:00"},
                when={"field": "upgraded", "eq": False},
            ),
            _notice("reply", "inbox", after=["reply.published"]),
        ],
    }
    return campaign_from({**data, **changes})


def _template(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "subject": {"en": f"$campaign: {name}", "zh-CN": f"$campaign：{name}"},
        "body": {"en": "Dear $name: $slot, $day.", "zh-CN": "$name：$slot，$day。"},
    }


def _notice(name: str, medium: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "medium": medium, "template": name, **more}


def _both(text: str) -> dict[str, str]:
    return {"en": text, "zh-CN": f"{text}（中文）"}


_SURVEY: dict[str, Any] = {
    "id": "sample-risk",
    "version": 1,
    "title": _both("Risk survey"),
    "questions": [
        {"id": "version", "kind": "version", "text": _both("Version")},
        {
            "id": "os",
            "kind": "single",
            "text": _both("Operating system"),
            "options": [{"id": id, "text": _both(id)} for id in ("linux", "windows-2003")],
        },
        {"id": "slot", "kind": "slot", "text": _both("Slot")},
        {
            "id": "address",
            "kind": "address",
            "text": _both("Address"),
            "required": False,
            "personal": {"category": "address", "purpose": "shipping"},
        },
    ],
}
_RISK: dict[str, Any] = {
    "rules": [
        {
            "id": "windows-2003",
            "title": _both("Windows 2003"),
            "when": {"field": "os", "eq": "windows-2003"},
            "steps": [_both("Have an administrator account ready")],
        }
    ],
    "levels": [
        {"id": "low", "title": _both("low"), "least": 0, "team": "general"},
        {"id": "high", "title": _both("high"), "least": 1, "team": "deployment"},
    ],
}
_REWARDS: dict[str, Any] = {
    "currency": "CNY",
    "budget": "100.00",
    "shipping": "15.00",
    "completed": "upgrade",
    "prizes": [
        {"id": "doll", "title": _both("doll"), "stock": 2, "cost": "35.00"},
        {"id": "power-bank", "title": _both("power bank"), "stock": 1},
    ],
    "rules": [
        {"id": "upgrade", "thing": "upgrade", "points": 300, "prize": "doll"},
        {"id": "first", "thing": "upgrade", "prize": "power-bank", "first": 1},
    ],
}

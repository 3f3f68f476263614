"""The plain form in a real browser: no barriers, no scripts, and what is posted is what was chosen."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from typing import Any

import pytest
from form_kit import SLOTS, every_kind, findings, known, reference, wrong

from saasops.reports.forms import GO, PAGE, Filled, form, parsed
from saasops.surveys.definition import Survey

pytestmark = pytest.mark.xdist_group("browser")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
LOCALES = ("en", "zh-CN")
SCHEMES = ("light", "dark")
WIDTHS = (320, 390, 1280)
SURVEYS = {"reference": reference, "every kind": every_kind}
FILLED = {"known": known, "wrong": wrong, "blank": lambda _: Filled(slots=SLOTS)}
PAGES = {"reference": [None], "every kind": [None, "one", "two"]}
FIT = "document.documentElement.scrollWidth <= window.innerWidth"
SMALL = """[...document.querySelectorAll('label.choice, input:not([type=hidden]), button, select, textarea, .wrong a')]
  .filter(e => !e.closest('label.choice') || e.matches('label.choice'))
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)"""


@pytest.mark.parametrize("filled", FILLED)
@pytest.mark.parametrize("name", SURVEYS)
@pytest.mark.parametrize("locale", LOCALES)
def test_a4_nobody_is_kept_out(
    chromium: Any, axe: str, name: str, filled: str, locale: str
) -> None:
    survey = SURVEYS[name]()
    context = chromium.new_context(bypass_csp=True, locale=locale)
    shown = context.new_page()
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    for page in PAGES[name] if filled == "wrong" else [None]:
        shown.set_content(
            form(survey, FILLED[filled](survey), page=page, locale=locale, action="/answers")
        )
        shown.evaluate(axe)
        for scheme, width in product(SCHEMES, WIDTHS):
            shown.emulate_media(color_scheme=scheme)
            shown.set_viewport_size({"width": width, "height": 800})
            where = f"{page} {scheme} {width}"
            assert shown.evaluate(FIT), where
            assert shown.evaluate(SMALL) == [], where
            report = shown.evaluate("rules => axe.run(document, rules)", RULES)
            assert report["violations"] == [], f"{where}\n{findings(report)}"
            assert len(report["passes"]) > 15
    assert asked == []
    context.close()


def test_a4_axe_would_find_a_barrier(chromium: Any, axe: str) -> None:
    content = form(reference(), known(reference()), locale="en")
    for right, broken, rule in (
        ('lang="en"', "", "html-has-lang"),
        ("<label", "<b", "label"),
        ("--muted:#546074", "--muted:#b6b6b6", "color-contrast"),
    ):
        context = chromium.new_context(bypass_csp=True, color_scheme="light")
        shown = context.new_page()
        shown.set_content(content.replace(right, broken))
        shown.evaluate(axe)
        report = shown.evaluate("axe.run(document)")
        assert rule in {one["id"] for one in report["violations"]}
        context.close()


@pytest.mark.parametrize("locale", LOCALES)
def test_a4_the_style_is_applied_under_its_own_policy_and_scripts_are_not(
    chromium: Any, locale: str
) -> None:
    errors: list[str] = []
    context = chromium.new_context(java_script_enabled=True)
    shown = context.new_page()
    shown.on("console", lambda message: errors.append(message.text))
    shown.set_content(form(reference(), known(reference()), locale=locale))
    assert errors == []
    assert shown.eval_on_selector("button", "b => getComputedStyle(b).minHeight") == "48px"
    shown.set_content(
        form(reference(), locale=locale).replace(
            "<main>", "<main><script>document.title='x'</script>"
        )
    )
    assert shown.title() != "x"
    context.close()


# What a browser posts


@contextmanager
def site(
    survey: Survey, filled: Filled, **named: Any
) -> Iterator[tuple[str, list[dict[str, list[Any]]]]]:
    """Serve one form on the loopback and keep what is posted to it."""
    posted: list[dict[str, list[Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(form(survey, filled, action="/answers", **named))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            fields: dict[str, list[Any]] = {}
            for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
                name = part.get_param("name", header="content-disposition")
                content = part.get_payload(decode=True)
                file = part.get_filename()
                fields.setdefault(str(name), []).append(
                    content if file is not None else content.decode()
                )
            posted.append(fields)
            self.answer("<!DOCTYPE html><title>thanks</title>")

        def answer(self, content: str) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", posted
    finally:
        server.shutdown()
        server.server_close()


def test_a4_the_reference_form_posts_what_was_chosen_without_a_script(chromium: Any) -> None:
    survey = reference()
    with site(survey, known(survey), locale="en") as (url, posted):
        context = chromium.new_context(
            java_script_enabled=False, has_touch=True, viewport={"width": 320, "height": 700}
        )
        shown = context.new_page()
        shown.goto(url)
        shown.get_by_label("Login changed to our company login").check()
        shown.get_by_label("Other", exact=True).check()
        shown.get_by_label("Please describe: Other").fill("自定义 <b>")
        shown.get_by_label("100–499").check()
        shown.get_by_label("Linux").check()
        shown.get_by_label("None", exact=True).check()
        shown.get_by_label("Log and data query").check()
        shown.get_by_label("Hybrid cloud").check()
        shown.get_by_label("Sat 8 Feb 2020").check()
        shown.get_by_label("Postal address").fill("二号路\n8 号")
        shown.get_by_label("10", exact=True).check()
        shown.get_by_role("button", name="Submit").click()
        assert shown.title() == "thanks"
        context.close()
    (fields,) = posted
    assert fields[GO] == ["submit"]
    assert fields[PAGE] == [""]
    assert parsed(survey, fields) == {
        "version": "5.0.4",
        "customisation": ("login", "other"),
        "customisation_other": "自定义 <b>",
        "hosts": "100-499",
        "os": "linux",
        "saas_apps": "0",
        "scenarios": ("logs",),
        "infrastructure": "hybrid",
        "slot": "sat-2020-02-08",
        "address": "二号路\n8 号",
        "recommend": "10",
    }


def test_a4_a_page_of_every_kind_posts_its_own_questions_only(chromium: Any) -> None:
    survey = every_kind()
    png = b"\x89PNG\r\n\x1a\n"
    with site(survey, known(survey), page="two", locale="zh-CN") as (url, posted):
        context = chromium.new_context(java_script_enabled=False)
        shown = context.new_page()
        shown.goto(url)
        shown.get_by_label("主机数").fill("12")
        shown.get_by_label("4+").check()
        shown.get_by_label("日期").fill("2020-02-29")
        shown.get_by_label("版本").select_option("none")
        shown.get_by_label("截图").set_input_files(
            [{"name": "../../x.png", "mimeType": "text/html", "buffer": png}]
        )
        shown.get_by_role("button", name="上一页").click()
        context.close()
    (fields,) = posted
    assert fields["_file:shot"] == [png]
    assert (fields[GO], fields[PAGE]) == (["previous"], ["two"])
    assert parsed(survey, fields) == {
        "hosts": "12",
        "load": "",
        "band": "many",
        "score": "",
        "day": "2020-02-29",
        "version": "none",
        "slot": "",
        "address": "1 Main Street\nTown",
        "story": "",
        "shot": (),
    }


def test_a4_an_error_leads_to_its_field_by_the_keyboard(chromium: Any) -> None:
    survey = reference()
    context = chromium.new_context(java_script_enabled=True, bypass_csp=True)
    shown = context.new_page()
    shown.set_content(form(survey, wrong(survey), locale="en"))
    assert shown.title().startswith("Error: ")
    links = shown.eval_on_selector_all(".wrong a", "all => all.map(a => a.getAttribute('href'))")
    assert len(links) == len(survey.questions) + 1
    for link in links:
        assert shown.locator(link).count() == 1
        shown.evaluate("link => document.querySelector(link).focus()", link)
        assert shown.evaluate("'#' + document.activeElement.id") == link
    context.close()

"""The style sheet of the plain form, and the policy under which a browser may show it.

Colours are those of the report. Everything that is touched is 44 px high, and nothing moves.
"""

import base64
import hashlib

from saasops.reports.style import DARK, LIGHT, variables

STYLE = f"""
:root{{color-scheme:light dark;{variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding:1rem}}
body{{margin:0;background:var(--page);color:var(--text);font:1.0625rem/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",
"Noto Sans SC","Source Han Sans SC",sans-serif;overflow-wrap:anywhere}}
main{{max-width:42rem;margin:0 auto;padding:1.5rem 1rem 4rem}}
h1{{font-size:clamp(1.4rem,1.15rem + 1.4vw,1.9rem);line-height:1.25;margin:0 0 .5rem}}
h2{{font-size:1.2rem;line-height:1.3;margin:0 0 .35rem}}
p{{margin:0 0 .6rem;white-space:pre-line}}
fieldset{{border:0;margin:0;padding:0;min-width:0}}
.steps{{color:var(--muted);font-size:.95rem;margin:0 0 .35rem}}
progress{{display:block;width:100%;height:.5rem;margin:0 0 1.25rem;accent-color:var(--mark)}}
.q,.wrong,.page{{background:var(--sheet);border:1px solid var(--line);border-radius:.75rem;
padding:1.1rem 1.1rem 1.2rem;margin-top:1rem}}
.title{{margin-top:1.75rem}}
.page{{border-left:5px solid var(--mark)}}
.bad{{border-color:var(--over);border-left:5px solid var(--over)}}
legend,.label{{display:block;padding:0;margin:0 0 .3rem;font-weight:650;font-size:1.1rem;
line-height:1.35;width:100%}}
.must{{font-weight:400;font-size:.875rem;color:var(--muted);white-space:nowrap}}
.hint,.when,.from{{color:var(--muted);font-size:.9375rem;margin:0 0 .45rem}}
.when{{font-style:normal;border-left:3px solid var(--line);padding-left:.6rem}}
.from{{color:var(--text)}}
.error{{color:var(--over);font-weight:600;margin:0 0 .5rem}}
.choice{{display:flex;gap:.7rem;align-items:center;min-height:2.75rem;padding:.45rem .8rem;
margin-top:.45rem;border:1px solid var(--line);border-radius:.55rem;cursor:pointer;
line-height:1.35}}
.choice:hover{{border-color:var(--mark)}}
.choice:has(:checked){{border-color:var(--mark);box-shadow:inset 0 0 0 1px var(--mark);
background:var(--page)}}
.choice input{{flex:none;width:1.4rem;height:1.4rem;margin:0;accent-color:var(--mark)}}
.scale{{display:grid;grid-template-columns:repeat(auto-fill,minmax(3.1rem,1fr));gap:.4rem;
margin-top:.45rem}}
.scale .choice{{flex-direction:column;gap:.2rem;padding:.45rem .1rem;margin:0;
justify-content:center;font-variant-numeric:tabular-nums}}
.text{{display:block;width:100%;min-height:2.75rem;padding:.55rem .7rem;margin-top:.3rem;
font:inherit;color:var(--text);background:var(--sheet);border:1px solid var(--muted);
border-radius:.45rem}}
.short{{max-width:16rem}}
.with{{display:flex;align-items:center;gap:.6rem}}
.bad .text{{border:2px solid var(--over)}}
.free{{margin:.45rem 0 0 2.1rem}}
.free .label{{font-size:1rem;font-weight:500}}
.wrong{{border:2px solid var(--over)}}
.wrong ul{{margin:.4rem 0 0;padding-left:1.2rem}}
.wrong li{{padding:.2rem 0}}
.wrong a{{color:var(--over);display:inline-block;min-height:1.5rem}}
.go{{display:flex;flex-wrap:wrap;gap:.7rem;margin-top:1.5rem}}
button{{font:inherit;font-weight:600;min-height:3rem;padding:.6rem 1.4rem;border-radius:.55rem;
border:1px solid var(--mark);background:var(--sheet);color:var(--mark);cursor:pointer}}
.first{{background:var(--mark);color:var(--sheet)}}
button:hover{{text-decoration:underline}}
:focus-visible{{outline:3px solid var(--mark);outline-offset:3px}}
.choice:has(:focus-visible){{outline:3px solid var(--mark);outline-offset:2px}}
.choice :focus-visible{{outline:0}}
@media (max-width:30rem){{main{{padding:1rem .75rem 3rem}}
.q,.wrong,.page{{padding:.95rem .85rem 1rem}}
.first{{width:100%}}.free{{margin-left:0}}}}
@media (forced-colors:active){{.choice:has(:checked){{outline:2px solid Highlight}}}}
@media print{{:root{{color-scheme:light;{variables(LIGHT)};--page:#fff}}.go{{display:none}}
.q{{break-inside:avoid}}}}
"""

STYLE_HASH = f"sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}"
"""The style as a `style-src` of a content security policy names it."""

POLICY = f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'"
"""What a form needs of a browser; where it may be sent to is the host's to add."""

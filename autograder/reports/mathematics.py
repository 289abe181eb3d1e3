"""Convert TeX to MathML, which browsers render without scripts."""

from __future__ import annotations

import functools
import html

import nh3
from latex2mathml.converter import convert

#: The presentation elements of MathML Core. Students' TeX could produce others.
_TAGS = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mstyle", "mpadded", "mphantom", "merror"),
    *("mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"),
    *("mtable", "mtr", "mtd"),
}
_ATTRIBUTES = {
    *("display", "xmlns", "mathvariant", "displaystyle", "scriptlevel", "width", "linethickness"),
    *("stretchy", "fence", "form", "separator", "lspace", "rspace", "minsize", "maxsize"),
    *("accent", "accentunder", "movablelimits", "columnalign", "columnspacing", "rowspacing"),
}

#: Longer formulas are shown as TeX.
_LONGEST = 5000


@functools.lru_cache(maxsize=4096)
def mathml(tex: str, *, block: bool) -> str:
    r"""Return a formula as MathML, or as code if it cannot be converted.

    Parameters
    ----------
    tex
        TeX, without its dollar signs.
    block
        Whether it is a display formula.

    Examples
    --------
    >>> mathml("x_i", block=False).partition("<msub>")[2]
    '<mi>x</mi><mi>i</mi></msub></mrow></math>'
    >>> mathml("x^", block=False)
    '<code>x^</code>'
    """
    if len(tex) > _LONGEST:
        return _as_code(tex)
    try:
        made = convert(tex.replace("<", r"\lt "), display="block" if block else "inline")
    except Exception:  # noqa: BLE001  (the converter can raise anything for a student's TeX)
        return _as_code(tex)
    clean = nh3.clean(
        made,
        tags=_TAGS,
        attributes=dict.fromkeys(_TAGS, _ATTRIBUTES),
        clean_content_tags=set(),
        link_rel=None,
    )
    # The converter does not unescape underscores in \text.
    return clean.replace(r"\_", "_")


def _as_code(tex: str) -> str:
    return f"<code>{html.escape(tex)}</code>"

"""Formulas without scripts: TeX as MathML, which browsers draw themselves."""

from __future__ import annotations

import functools
import html

import nh3
from latex2mathml.converter import convert

#: MathML Core's elements, those alone that draw something. TeX from students could ask for others.
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

#: Longer formulas are shown as they are written.
_LONGEST = 5000


@functools.lru_cache(maxsize=4096)
def mathml(tex: str, *, block: bool) -> str:
    r"""Return a formula as MathML; as code, where it is no formula.

    Parameters
    ----------
    tex
        TeX, without its dollar signs.
    block
        Whether it has a line of its own.

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
    except Exception:  # whatever a student wrote: the converter raises what its parser falls over
        return _as_code(tex)
    clean = nh3.clean(
        made,
        tags=_TAGS,
        attributes=dict.fromkeys(_TAGS, _ATTRIBUTES),
        clean_content_tags=set(),
        link_rel=None,
    )
    # In \text, an escaped underscore is an underscore.
    return clean.replace(r"\_", "_")


def _as_code(tex: str) -> str:
    return f"<code>{html.escape(tex)}</code>"

"""What filters answer to pictures: grey pictures beside the coloured ones that they come from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.errors import AutograderError
from autograder.notebook.plots.picture import shown
from autograder.notebook.plots.words import counted, listed, span


def responses(pictures: np.ndarray, maps: np.ndarray, captions: Sequence[str]) -> None:
    """Show pictures, each with what every filter makes of it, in grey: the largest number white.

    Parameters
    ----------
    pictures : ndarray of shape (N, H, W, 3)
        Pixels, 0 to 255.
    maps : ndarray of shape (N, F, H_out, W_out)
        What came out of a convolution, a channel a filter; each is scaled to its own range.
    captions
        The name of each filter.

    Raises
    ------
    AutograderError
        When the three do not go together.
    """
    pictures, maps = np.asarray(pictures), np.asarray(maps, float)
    if maps.ndim != 4 or pictures.ndim != 4 or maps.shape[:2] != (len(pictures), len(captions)):
        raise AutograderError(
            "The pictures, the maps and the captions do not go together.",
            expected="pictures (N, H, W, 3), maps (N, F, H_out, W_out) and F captions",
            got=f"pictures {pictures.shape}, maps {maps.shape} and {counted(len(captions), 'caption')}",
        )
    rows, columns = len(pictures), 1 + len(captions)
    told = []
    with shown(rows, columns, (1.6 * columns, 1.62 * rows + 0.25), squeeze=False) as picture:
        for line, image, answers in zip(picture.axes, pictures, maps, strict=True):
            line[0].imshow(np.clip(np.nan_to_num(image), 0, 255).astype(np.uint8), interpolation="nearest")
            for axes, answer in zip(line[1:], answers, strict=True):
                axes.imshow(answer, cmap="gray", interpolation="nearest")
            for axes in line:
                axes.set(xticks=[], yticks=[])
                axes.spines[:].set_visible(False)
        for axes, caption in zip(picture.axes[0], ["picture", *captions], strict=True):
            axes.set_title(caption, fontsize="small", loc="center")
        for caption, answers in zip(captions, maps.swapaxes(0, 1), strict=True):
            told.append(f"{caption} ({span(answers)})")
        picture.text = f"{counted(rows, 'picture')}, and beside each in grey: {listed(told)}."

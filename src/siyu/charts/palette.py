"""A picture with few colours: its flat fills exactly, the shades of its text to the nearest of them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLOURS = 12  # flat fills and antialiased text need no more; told from the original by no eye
ALIKE = 6  # colours within this of one that is kept already are not kept


def reduced(image: Image.Image, colours: int = COLOURS) -> Image.Image:
    """An RGB image with a palette of at most `colours` colours: those that cover most, as long as they differ.

    Median cut and its like merge a pale fill with the white around it, and a range loses its bar.
    """
    if (counted := image.getcolors(1 << 16)) is None:  # a photograph, not a chart
        return image
    shades = np.array([rgb for _, rgb in sorted(counted, key=lambda entry: (-entry[0], entry[1]))], np.int32)
    palette = Image.new("P", (1, 1))
    palette.putpalette(_distinct(shades, colours).astype(np.uint8).tobytes())
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _distinct(shades: NDArray[np.int32], most: int) -> NDArray[np.int32]:
    """The first `most` shades that differ from those before."""
    kept, left = [shades[0]], np.ones(len(shades), bool)
    while len(kept) < most:
        left &= np.abs(shades - kept[-1]).max(1) > ALIKE
        if not left.any():
            break
        kept.append(shades[left.argmax()])
    return np.array(kept)

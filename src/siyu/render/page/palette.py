"""A picture with few colours: its flat fills exactly, the shades of its text to the nearest of them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BITS = 6  # of each channel, in which pixels are looked up
ALIKE = 6  # colours within this of one that is kept already are not kept


def reduced(image: Image.Image, colours: int) -> Image.Image:
    """An RGB image with at most `colours` colours: those that cover most, as long as they differ.

    Median cut and its like merge a pale fill with the white around it, and a range loses its bar.
    """
    if (counted := image.getcolors(1 << 16)) is None:  # a photograph, not a chart
        return image
    shades = np.array([rgb for _, rgb in sorted(counted, key=lambda entry: (-entry[0], entry[1]))], np.int32)
    kept = _distinct(shades, colours)
    pixels = _cell(np.asarray(image, np.int32))
    table = np.zeros(1 << 3 * BITS, np.uint8)
    cells = np.unique(pixels)
    table[cells] = np.square(_centre(cells)[:, None, :] - kept[None]).sum(2).argmin(1)
    table[_cell(kept)] = np.arange(len(kept))
    return Image.fromarray(kept.astype(np.uint8)[table[pixels]])


def _distinct(shades: NDArray[np.int32], most: int) -> NDArray[np.int32]:
    """The first `most` shades that differ from those before."""
    kept, left = [shades[0]], np.ones(len(shades), bool)
    while len(kept) < most:
        left &= np.abs(shades - kept[-1]).max(1) > ALIKE
        if not left.any():
            break
        kept.append(shades[left.argmax()])
    return np.array(kept)


def _cell(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    high = colours >> 8 - BITS
    code: NDArray[np.int32] = high[..., 0] << 2 * BITS | high[..., 1] << BITS | high[..., 2]
    return code


def _centre(cells: NDArray[np.int32]) -> NDArray[np.int32]:
    mask, step = (1 << BITS) - 1, 1 << 8 - BITS
    return np.stack([cells >> 2 * BITS, cells >> BITS & mask, cells & mask], 1) * step + step // 2

"""Published counts of people who move between states, counted anew along paths that have them."""

import numpy as np

from siyu.models import chain

# transplanted, recovered, relapsed or dead (Putter, Fiocco and Geskus 2007, figure 13): path -> patients
PATHS = {(0, 1, 1): 1_169 - 383, (0, 1, 2): 383, (0, 2, 2): 458, (0, 0, 0): 2_204 - 1_169 - 458}


def results() -> dict[str, float]:
    """name -> number, from the moves of each patient."""
    walks = np.repeat(np.array([*PATHS]), [*PATHS.values()], axis=0)
    moves = np.zeros((2, 3, 3), np.int64)
    for step in range(2):
        np.add.at(moves[step], (walks[:, step], walks[:, step + 1]), 1)
    ends = chain.occupied(np.array([len(walks), 0, 0]), moves)[-1]
    return {
        "ebmt3: recovered": float(moves[0, 0, 1]), "ebmt3: relapsed or dead before": float(moves[0, 0, 2]),
        "ebmt3: neither": float(moves[1, 0, 0]), "ebmt3: recovered, then relapsed or dead": float(moves[1, 1, 2]),
        "ebmt3: share relapsed or dead at the end of what was followed": float(ends[2]),
    }  # fmt: skip

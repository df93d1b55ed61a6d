"""What the codes of the ledger are called: the tables of `labels.yml`, as message ids; charts attach them last."""

from siyu.messages import labelled

__getattr__ = labelled(__file__)

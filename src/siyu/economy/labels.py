"""What the codes of this domain are called: the tables of `labels.yml`, as message ids; charts attach them last."""

from siyu.messages import labelled

__getattr__ = labelled(__file__)

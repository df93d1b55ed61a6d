"""What moved since the report before."""

from pydantic import Field

from siyu.record.text import Key, Number, RecordPart


class Previous(RecordPart):
    """The report published before: its seal, and its date."""

    seal: str
    as_of: str


class Moved(RecordPart):
    """A headline value that moved. because: changed inputs among those that its finding read; they do not share it out.

    from, to: None where it rests on too few buyers, or on an erasure. beyond_chance: whether it is more than sampling
    explains; None where that is not known."""

    section: str
    key: Key
    name: Key
    from_: Number | None = Field(alias="from")
    to: Number | None
    unit: str
    definition: str
    beyond_chance: bool | None
    because: tuple[str, ...]

    @property
    def finding(self) -> str:
        """`section.key` of its finding."""
        return f"{self.section}.{self.key}"

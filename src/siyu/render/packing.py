"""Office files with the same bytes for the same content: fixed order, fixed times."""

import io
import zipfile

# for workbooks: strings of cells are never read as formulas, links or numbers
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FIRST = ("[Content_Types].xml", "_rels/.rels")


def normalised(content: bytes) -> bytes:
    """The package with its parts sorted and undated. Embedded workbooks are stored as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        names = sorted(source.namelist(), key=lambda name: (name not in _FIRST, name))
        for name in names:
            kind = zipfile.ZIP_STORED if name.endswith(".xlsx") else zipfile.ZIP_DEFLATED
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name), kind, compresslevel=6)
    return buffer.getvalue()

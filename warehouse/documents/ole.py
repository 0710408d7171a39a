"""Compound files (OLE2, [MS-CFB]): what stands in one, and small ones made of streams.

A workbook within a Word file is a storage of that file; readers of workbooks want a file of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import pairwise

import olefile

_SECTOR = 512
_PER_SECTOR = _SECTOR // 4
_SMALLEST = 4096
"""Bytes; shorter streams would stand in another, so they are padded with zeros."""
_MAX_FAT_SECTORS = 109
MAX_PACKED_BYTES = (_MAX_FAT_SECTORS - 2) * _PER_SECTOR * _SECTOR
"""Of all streams that are packed into one file of the simplest form."""
_OF_DOCUMENTS = ("Workbook", "Book", "WordDocument", "0Table", "1Table", "Data")
_FAT, _END, _FREE = 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_BLACK = 1


def embedded_objects(container: olefile.OleFileIO[str]) -> list[bytes]:
    """The workbooks and documents in the object pool of a Word file, in the order of their numbers.

    Those that are too large for one file of the simplest form are left out.
    """
    pool: dict[int, dict[str, bytes]] = {}
    for path in container.listdir():
        if len(path) == 3 and path[0] == "ObjectPool" and path[1].lstrip("_").isdigit():
            pool.setdefault(int(path[1].lstrip("_")), {})[path[2]] = container.openstream(path).read()
    found = []
    for _, streams in sorted(pool.items()):
        named = {name: streams[name] for name in _OF_DOCUMENTS if name in streams}
        if "Package" in streams:
            found.append(streams["Package"])
        elif named and sum(map(len, named.values())) < MAX_PACKED_BYTES:
            found.append(packed(named))
    return found


def packed(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of streams by path (`ObjectPool/_1/Workbook`), each padded to 4,096 bytes.

    Raises:
        ValueError: For more than 7 MB, which would want a table of tables.
    """
    names = sorted({"/".join(path.split("/")[:n]) for path in streams for n in range(1, path.count("/") + 2)})
    contents = {path: data.ljust(_SMALLEST, b"\0") for path, data in streams.items()}
    directory_sectors = -(-(len(names) + 1) * 128 // _SECTOR)
    data_sectors = sum(-(-len(data) // _SECTOR) for data in contents.values())
    fat_sectors = 1
    while fat_sectors * _PER_SECTOR < fat_sectors + directory_sectors + data_sectors:
        fat_sectors += 1
    if fat_sectors > _MAX_FAT_SECTORS:
        raise ValueError("too large for a compound file without further tables")
    fat = [_FAT] * fat_sectors + _chain(fat_sectors, directory_sectors)
    starts: dict[str, int] = {}
    for path, data in contents.items():
        starts[path] = len(fat)
        fat += _chain(len(fat), -(-len(data) // _SECTOR))
    fat += [_FREE] * (fat_sectors * _PER_SECTOR - len(fat))
    return b"".join(
        (
            _header(fat_sectors),
            struct.pack(f"<{len(fat)}I", *fat),
            _directory(names, contents, starts).ljust(directory_sectors * _SECTOR, b"\0"),
            *(data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0") for data in contents.values()),
        )
    )


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END]


def _header(fat_sectors: int) -> bytes:
    head = olefile.MAGIC + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, fat_sectors, fat_sectors, 0, _SMALLEST, _END, 0, _END, 0)
    places = [*range(fat_sectors), *[_FREE] * (_MAX_FAT_SECTORS - fat_sectors)]
    return head + struct.pack(f"<{_MAX_FAT_SECTORS}I", *places)


def _directory(names: list[str], contents: Mapping[str, bytes], starts: Mapping[str, int]) -> bytes:
    """An entry for the root and for each name; the entries of a storage are a list, not a balanced tree."""
    ids = {name: index for index, name in enumerate(names, 1)}
    children: dict[str, list[str]] = {}
    for name in names:
        children.setdefault(name.rpartition("/")[0], []).append(name)
    for siblings in children.values():
        siblings.sort(key=lambda path: (len(path), path.upper()))
    beside = {name: ids[after] for group in children.values() for name, after in pairwise(group)}
    entries = [_entry("Root Entry", _ROOT, (_FREE, ids[children[""][0]]), (_END, 0))]
    for name in names:
        links = (beside.get(name, _FREE), ids[children[name][0]] if name in children else _FREE)
        kind = _STREAM if name in contents else _STORAGE
        place = (starts.get(name, 0), len(contents.get(name, b"")))
        entries.append(_entry(name.rpartition("/")[2], kind, links, place))
    return b"".join(entries)


def _entry(name: str, kind: int, links: tuple[int, int], place: tuple[int, int]) -> bytes:
    """A directory entry: `links` to its right sibling and first child, `place` with first sector and size."""
    text = name.encode("utf-16-le")
    head = struct.pack("<HBBIII", len(text) + 2, kind, _BLACK, _FREE, *links)
    return text.ljust(64, b"\0") + head + b"\0" * 36 + struct.pack("<IQ", *place)

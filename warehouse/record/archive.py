"""The raw archive: bytes by SHA-256, written once, verified on every read, never overwritten.

archive/ab/abcdef…          the file whose SHA-256 is abcdef…
archive/partial/…           files being written; what a kill leaves there is worthless
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from warehouse.files import sync
from warehouse.record.errors import CorruptArchiveError, RecordUnavailableError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PARTIAL = "partial"
_PARTIAL_KEPT_SECONDS = 3600
_WRITTEN_AT_ONCE = 16
_P = TypeVar("_P", str, Path)


def sha256_of(data: bytes) -> str:
    """The name under which the archive keeps these bytes."""
    return hashlib.sha256(data).hexdigest()


class Archive:
    """Content-addressed files under a local folder, or any address that fsspec knows.

    Raises:
        CorruptArchiveError: from `get` and `put`, naming the file that does not hold what it should.
        RecordUnavailableError: from `get` and `put`, where the file cannot be read or written.
    """

    def __init__(self, root: Path | str) -> None:
        # What other machines put in is to be seen at once.
        self._fs, self._root = url_to_fs(str(root), use_listings_cache=False)

    def path_of(self, sha256: str) -> str:
        """Where the file with this hash is, or would be.

        Raises:
            ValueError: not 64 lower-case hexadecimal digits.
        """
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return f"{self._root}/{sha256[:2]}/{sha256}"

    def put(self, data: bytes) -> str:
        """Keep these bytes and return their SHA-256; they are on disk when this returns."""
        self.put_all([data])
        return sha256_of(data)

    def put_all(self, bodies: Iterable[bytes]) -> None:
        """Keep many: file systems sync many files at once nearly as fast as one."""
        by_hash = {sha256_of(data): data for data in bodies}
        new = {self.path_of(sha256): data for sha256, data in by_hash.items() if self._is_new(sha256, data)}
        if new:
            self._write(new)

    def _write(self, bodies: Mapping[str, bytes]) -> None:
        if isinstance(self._fs, LocalFileSystem):
            with _clear_errors(self._root):
                _write_durably(Path(self._root), {Path(path): data for path, data in bodies.items()})
            return
        _each(lambda path: self._put(path, bodies[path]), bodies)

    def _put(self, path: str, data: bytes) -> None:
        # Another machine may have put it in since: its bytes are those of the name too.
        with _clear_errors(path), suppress(FileExistsError):
            self._fs.pipe_file(path, data, mode="create")

    def _is_new(self, sha256: str, data: bytes) -> bool:
        path = self.path_of(sha256)
        with _clear_errors(path):
            if not self._fs.exists(path):
                return True
            if (size := self._fs.size(path)) != len(data):
                raise CorruptArchiveError(f"{path}: holds {size} bytes instead of {len(data)}")
        return False

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash, verified."""
        path = self.path_of(sha256)
        with _clear_errors(path):
            try:
                data: bytes = self._fs.cat_file(path)
            except FileNotFoundError as error:
                raise CorruptArchiveError(f"{path}: is missing") from error
        found = sha256_of(data)
        if found != sha256:
            raise CorruptArchiveError(f"{path}: its bytes have the SHA-256 {found}")
        return data

    def __contains__(self, sha256: str) -> bool:
        return bool(self._fs.exists(self.path_of(sha256)))

    def hashes(self) -> Iterator[str]:
        """The hashes of all files in their places, in order."""
        for name in self._names(self._root):
            if len(name) == 2:
                files = self._names(f"{self._root}/{name}")
                yield from (file for file in files if file.startswith(name) and _SHA256.fullmatch(file))

    def sweep(self) -> None:
        """Remove what writers that were killed more than an hour ago left behind."""
        partial = f"{self._root}/{_PARTIAL}"
        for name in self._names(partial):
            if time.time() - self._fs.info(f"{partial}/{name}")["mtime"] > _PARTIAL_KEPT_SECONDS:
                self._fs.rm_file(f"{partial}/{name}")

    def _names(self, folder: str) -> list[str]:
        if not self._fs.exists(folder):
            return []
        return sorted(path.rsplit("/", 1)[-1] for path in self._fs.ls(folder, detail=False))


@contextmanager
def _clear_errors(path: str) -> Iterator[None]:
    try:
        yield
    except _errors_of_storage() as error:
        raise RecordUnavailableError(f"archive {path}: {error}") from error


def _errors_of_storage() -> tuple[type[Exception], ...]:
    """Errors of files, and what s3fs lets through of the library below it, where that is in use."""
    botocore = sys.modules.get("botocore.exceptions")
    return (OSError, botocore.BotoCoreError) if botocore else (OSError,)


def _write_durably(root: Path, bodies: Mapping[Path, bytes]) -> None:
    """Write aside, then rename: under its own name a file is always whole, also after a power cut."""
    partial = root / _PARTIAL
    partial.mkdir(parents=True, exist_ok=True)
    aside = {path: partial / uuid4().hex for path in bodies}
    try:
        _each(lambda path: _write_synced(aside[path], bodies[path]), bodies)
        folders = {path.parent for path in bodies}
        for folder in folders:
            folder.mkdir(exist_ok=True)
        for path in bodies:
            aside[path].replace(path)
    finally:
        for leftover in aside.values():
            leftover.unlink(missing_ok=True)
    _each(sync, [*folders, root])


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _each(do: Callable[[_P], None], paths: Collection[_P]) -> None:
    """Do this with each path, side by side where there are several: it is mostly waiting."""
    if len(paths) == 1:
        do(*paths)
    elif paths:
        with ThreadPoolExecutor(min(_WRITTEN_AT_ONCE, len(paths))) as pool:
            for _ in pool.map(do, paths):
                pass

"""File operations on which safety rests: locks that end with their process, syncs, atomic links, hashes."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def exclusive(lock: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock file; it is released when the process ends, however it ends.

    Yields:
        Whether the lock is held: False only without `wait`, where another process holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until everything under a folder is on disk."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def replace_link(link: Path, target: Path) -> None:
    """Let a symbolic link point elsewhere: at any moment it leads to the old or to the new target."""
    aside = link.with_name(f".{link.name}.{uuid4().hex}")
    aside.symlink_to(target)
    aside.replace(link)
    sync(link.parent)


def hashes_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file under a folder, by its path there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hash_of(path) for path in files}


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

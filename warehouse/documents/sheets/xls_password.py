"""Workbooks that Excel encrypts with a password of its own: their structure is protected, anyone may read.

The method is that of Office 97 ([MS-OFFCRYPTO] 2.3.6, [MS-XLS] 2.2.10): RC4, with another key for each 1,024
bytes. What a person has chosen a password for stays closed.
"""

from __future__ import annotations

import hashlib
import struct

_PASSWORD = "VelvetSweatshop"  # noqa: S105 the one that [MS-OFFCRYPTO] 2.4.2.3 gives to everyone
_BLOCK = 1024
_FILE_PASS, _IGNORED = 0x2F, 0x5C
_FILE_PASS_BYTES = 58
_RC4 = (1, 1, 1)
_IN_CLEAR = {0x809, _FILE_PASS, 0xE1, 0x194, 0x195, 0x196, 0x138}
_BOUND_SHEET = 0x85


def opened_by_default(stream: bytes) -> bytes | None:
    """The records in clear; None where they are, or where their password is not the one of Excel."""
    place = _file_pass(stream)
    if place is None or place + _FILE_PASS_BYTES > len(stream):
        return None
    if struct.unpack_from("<HHH", stream, place + 4) != _RC4:
        return None
    salt, verifier, digest = (stream[place + at : place + at + 16] for at in (10, 26, 42))
    key = _key(salt)
    plain = rc4(_block_key(key, 0), verifier + digest)
    if md5(plain[:16]) != plain[16:]:
        return None
    return _in_clear(stream, key)


def md5(data: bytes) -> bytes:
    """The digest that the method is made of."""
    return hashlib.md5(data, usedforsecurity=False).digest()


def _file_pass(stream: bytes) -> int | None:
    """Where the record about the password stands, if there is one among the first."""
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        if kind == _FILE_PASS:
            return position
        if kind == _BOUND_SHEET:
            return None
        position += 4 + size
    return None


def _key(salt: bytes) -> bytes:
    start = md5(_PASSWORD.encode("utf-16-le"))[:5]
    return md5((start + salt) * 16)[:5]


def _block_key(key: bytes, block: int) -> bytes:
    return md5(key + struct.pack("<I", block))


def rc4(key: bytes, data: bytes) -> bytes:
    """The data encrypted, or decrypted, which is the same."""
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 0xFF
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) & 0xFF
        j = (j + state[i]) & 0xFF
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 0xFF])
    return bytes(out)


def _in_clear(stream: bytes, key: bytes) -> bytes:
    """The stream decrypted but for what is never encrypted; the record about the password is made another."""
    blocks = range(-(-len(stream) // _BLOCK))
    found = bytearray(
        b"".join(rc4(_block_key(key, n), stream[n * _BLOCK : (n + 1) * _BLOCK]) for n in blocks)
    )
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        clear = 4 + (size if kind in _IN_CLEAR else 4 if kind == _BOUND_SHEET else 0)
        found[position : position + clear] = stream[position : position + clear]
        if kind == _FILE_PASS:
            found[position : position + 2] = struct.pack("<H", _IGNORED)
        position += 4 + size
    return bytes(found)

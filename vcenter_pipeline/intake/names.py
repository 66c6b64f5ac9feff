"""What a file's name says: whether it may be a report, and how it can be spelled elsewhere."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Final, Literal

NAME_BYTES: Final = 255
"""The longest file name that Linux file systems take."""
REASON_SUFFIX: Final = ".reason.json"
"""What stands beside a quarantined file and says why."""

_REPORT: Final = re.compile(r".+?(\.(?:json|jsonl|yaml|yml)(?:\.gz)?)", re.IGNORECASE | re.DOTALL)
_PASSING_SUFFIXES: Final = (
    *("~", ".tmp", ".part", ".partial", ".filepart", ".crdownload"),
    *(".swp", ".swx", ".bak", ".lock", ".writing"),
)
_PASSING_NAMES: Final = frozenset({"thumbs.db", "desktop.ini"})
_ANSIBLE_TEMPORARY: Final = re.compile(r"tmp[a-z0-9_]{8}")
_UNUSABLE: Final = re.compile("[\x00-\x1f\x7f/\ud800-\udfff\ufffe\uffff]")

NameKind = Literal["report", "passing", "other"]


def to_name_kind(name: str) -> NameKind:
    """Say what a file of this name is.

    `report`: `.json`, `.jsonl`, `.yaml`, `.yml`, each also with `.gz`, in upper or lower case.

    `passing`: what editors, browsers, file transfers, file managers and Ansible leave while they work.
    Ansible's `copy` and `template` write `.ansible_tmp????????NAME.json` beside the target when the
    temporary folder is on another file system, and `remote_src` writes `tmp????????`.

    `other`: anything else, most likely no report, such as a `.csv` beside it or a reason from quarantine.
    """
    if name[0] == "." or name.startswith("~$"):
        return "passing"
    if _REPORT.fullmatch(name):
        return "other" if name.lower().endswith(REASON_SUFFIX) else "report"
    lowered = name.lower()
    if lowered.endswith(_PASSING_SUFFIXES) or lowered in _PASSING_NAMES or _ANSIBLE_TEMPORARY.fullmatch(name):
        return "passing"
    return "other"


def is_plain_name(name: str) -> bool:
    """Say whether a table, a log and a web page can hold the name: it is UTF-8, without control characters."""
    return not _UNUSABLE.search(name)


def to_plain_name(name: str) -> str:
    """Give the name with each byte that is not UTF-8, or is a control character, as `%FF`."""
    return _UNUSABLE.sub(_to_percent, name)


def to_free_names(name: str, stamp: str, *, longest: int = NAME_BYTES) -> Iterator[str]:
    """Give the names to try, one after the other, where the one before is taken.

    `vm.json.gz`, `vm~20260131T020000Z.json.gz`, `vm~20260131T020000Z-2.json.gz` … The stamp comes before a
    number because many playbooks write the same name every hour: counting up would look at every one.

    Args:
        name: the wanted name.
        stamp: tells files of one name apart, letters and digits only.
        longest: bytes that a name may have; the part before the extension is shortened to fit.
    """
    match = _REPORT.fullmatch(name)
    extension = match[1] if match else ""
    stem = name.removesuffix(extension)
    yield _shortened(stem, extension, longest)
    for number in count(1):
        yield _shortened(stem, f"~{stamp}{f'-{number}' if number > 1 else ''}{extension}", longest)


def _shortened(stem: str, ending: str, longest: int) -> str:
    room = longest - len(ending.encode())
    return stem.encode(errors="surrogateescape")[:room].decode(errors="ignore") + ending


def _to_percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode(errors="surrogateescape"))

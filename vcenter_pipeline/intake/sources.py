"""Whose reports these are: a client and one of its environments, named by two folders.

The folder is the only place where the two names come from. They go on to be folders of the output and the
archive, a Dagster partition and a column that decides who may see a row, so only a narrow set is taken.
"""

import re
from typing import Final, NamedTuple

from vcenter_pipeline.errors import SourceError

_ALLOWED: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(10))},
)
"""Windows opens a device under these names, whatever the folder; output folders are shared with Windows."""
_SHOWN: Final = 200
_ADVICE: Final = "use 1 to 63 of the letters a to z, digits, '-' and '_', starting with a letter or digit"


class Source(NamedTuple):
    """A client's environment: the unit that is ingested, exported and seen on its own.

    Names are in lower case. Folders that differ in case only, such as `Acme` and `acme`, are one client:
    Windows and macOS cannot tell them apart, so the output folder could not either. The reports of both are
    taken, and go to the archive under the name in lower case.
    """

    client: str
    environment: str

    @property
    def key(self) -> str:
        """The partition key: `acme/prod`."""
        return f"{self.client}/{self.environment}"

    @classmethod
    def from_folders(cls, client: str, environment: str) -> "Source":
        """Give the source of two folder names.

        Raises:
            SourceError: one of the names cannot be a client or an environment.
        """
        return cls(to_source_name(client, "client"), to_source_name(environment, "environment"))

    @classmethod
    def parse(cls, key: str) -> "Source":
        """Give the source of a partition key.

        Raises:
            SourceError: the key is not `client/environment`.
        """
        names = key.split("/")
        if len(names) != 2:  # noqa: PLR2004 - a client and an environment
            raise SourceError(f"{shown_name(key)} is not a source; write it as client/environment, such as acme/prod.")
        return cls.from_folders(*names)


def to_source_name(folder: str, role: str) -> str:
    """Give the name of a client or an environment that a folder stands for.

    Letters outside ASCII are refused before the case is folded: the Kelvin sign folds to `k`, so two
    folders that look alike would become one client.

    Args:
        folder: the folder's name.
        role: `client` or `environment`, for the message.

    Raises:
        SourceError: the name is not on the allow-list, or reserved by Windows.
    """
    article = "an" if role[0] in "aeiou" else "a"
    name = folder.lower() if folder.isascii() else ""
    if not _ALLOWED.fullmatch(name):
        raise SourceError(f"The folder {shown_name(folder)} cannot name {article} {role}; {_ADVICE}.")
    if name in _RESERVED:
        raise SourceError(
            f"The folder {shown_name(folder)} cannot name {article} {role}, because Windows reserves that name; "
            "choose another one.",
        )
    return name


def shown_name(name: str) -> str:
    """Give a file or folder name as a message may show it: quoted, short, and printable even if it is no UTF-8."""
    text = ascii(name) if any(not character.isprintable() for character in name) else repr(name)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]}…'"

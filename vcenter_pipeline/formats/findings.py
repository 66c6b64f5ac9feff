"""What was found in a report while nothing was understood, and the sentence that says so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from vcenter_pipeline.formats.envelope import ECHOES, RESULTS, Listed, Outcome
from vcenter_pipeline.formats.shape import Item, Shape, shown_key

_KEYS_SHOWN: Final = 12
_MESSAGE_LENGTH: Final = 160


class Findings:
    """Collects, piece by piece, what a refusal may have to name."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._shapes = shapes
        self._keys: dict[str, None] = {}
        self._lists: dict[str, tuple[int, object]] = {}
        self._plain: object = None
        self._is_object = self._is_plain = False
        self._outcomes: dict[Outcome, int] = {"failed": 0, "skipped": 0}
        self._registers = 0
        self._message: str | None = None
        self._stdout: str | None = None

    def note_plain(self, value: object) -> None:
        """Note that the whole document is neither an object nor a list."""
        self._is_plain, self._plain = True, value

    def note_list(self, listed: Listed) -> None:
        """Note a list of the document, or some more items of it."""
        if listed.path == listed.key:
            count, first = self._lists.get(listed.key, (0, None))
            items = listed.items
            self._lists[listed.key] = (
                count + len(items),
                first if first is not None or isinstance(items, Mapping) else next(iter(items), None),
            )
            if listed.key:
                self._keys[listed.key] = None
                self._is_object = True

    def note_register(self, register: Item, path: str, outcome: Outcome | None) -> None:
        """Note a register, and whether it holds no result."""
        if not path:
            self._is_object = True
            self._keys.update(dict.fromkeys(register))
        if RESULTS in register or (not path and RESULTS in self._lists):
            return
        if outcome is None and isinstance(register.get("stdout"), str):
            return
        self._registers += 1
        if outcome is not None:
            self._outcomes[outcome] += 1
            message = register.get("msg") or register.get("error")
            if outcome == "failed" and self._message is None and isinstance(message, str) and message.strip():
                self._message = message

    def note_stdout(self, reason: str) -> None:
        """Note that the output of a command could not be read as JSON."""
        self._stdout = self._stdout or reason

    def refusal(self) -> str:
        """Say what was found and what is understood."""
        failed, skipped = self._outcomes["failed"], self._outcomes["skipped"]
        if failed + skipped and failed + skipped == self._registers:
            return self._no_result(failed, skipped)
        if self._stdout is not None:
            return (
                f"The report is the register of a command, and its output (stdout) cannot be read as JSON: "
                f"{self._stdout} Let the command print JSON. {self._understood()}"
            )
        return f"Nothing in the report is recognised. It is {self._document()}. {self._understood()}"

    def _no_result(self, failed: int, skipped: int) -> str:
        said = f" with the message {_quoted(self._message)}" if self._message else ""
        if failed == self._registers == 1:
            what = f"The report is the register of a task that failed{said}, so it holds no result."
        elif skipped == self._registers == 1:
            what = "The report is the register of a task that was skipped, so it holds no result."
        elif failed:
            what = (
                f"The report is the register of a loop without any result: {failed} of its items failed, "
                f"{skipped} were skipped. The first failed one ended{said or ' without a message'}."
            )
        else:
            what = f"The report is the register of a loop whose {skipped} items were all skipped."
        return f"{what} Correct the playbook and run it again."

    def _document(self) -> str:
        if self._is_plain:
            return f"a single value ({kind_of(self._plain)}), neither an object nor a list"
        if not self._is_object:
            count, first = self._lists.get("", (0, None))
            return _list_of(count, first)
        keys = [key for key in self._keys if key not in ECHOES]
        if not self._keys:
            return "an empty object"
        text = f"an object with the keys {_names(keys or self._keys)}"
        key = RESULTS if RESULTS in self._lists else next((key for key in self._lists if self._lists[key][0]), None)
        return text if key is None else f"{text}; {shown_key(key)} is {_list_of(*self._lists[key])}"

    def _understood(self) -> str:
        shapes = ", ".join(f"{shape.name} ({shape.meaning})" for shape in self._shapes)
        return f"Understood are: {shapes}; as the register of the task, of a loop, or as the bare list."


def kind_of(value: object) -> str:
    """Say what a value is, without showing what is in it."""
    if value is None:
        return "null"
    for types, name in ((bool, "true or false"), (int | float, "a number"), (str, "a text"), (Mapping, "an object")):
        if isinstance(value, types):
            return name
    return "a list"


def _list_of(count: int, first: object) -> str:
    if count == 0:
        return "an empty list"
    if isinstance(first, Mapping):
        objects = "1 object" if count == 1 else f"{count:,} objects"
        return f"a list of {objects} with the keys {_names(first)}" if first else f"a list of {objects}"
    return f"a list of {count:,} whose first item is {kind_of(first)}"


def _names(keys: Iterable[object]) -> str:
    names = sorted(shown_key(key) for key in keys)
    more = f" and {len(names) - _KEYS_SHOWN} more" if len(names) > _KEYS_SHOWN else ""
    return ", ".join(names[:_KEYS_SHOWN]) + more


def _quoted(message: str | None) -> str:
    text = " ".join((message or "").split())
    return repr(text if len(text) <= _MESSAGE_LENGTH else text[: _MESSAGE_LENGTH - 1] + "…")

"""What was found in a report while nothing was understood, and the sentence that says so."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from vcenter_pipeline.formats.envelope import ECHOES, RESULTS, Outcome, Place
from vcenter_pipeline.formats.shape import Item, Shape, shown_key
from vcenter_pipeline.model.batches import kind_name

_KEYS_SHOWN: Final = 12
_MESSAGE_LENGTH: Final = 160
_MESSAGE_LOOKED_AT: Final = 1_000
_SECRET: Final = re.compile(
    r"(?P<word>(?:pass(?:word|wd|phrase)?|pwd|token|secret|cookie|api[_-]?key|session[_-]?id|authorization)"
    r"[\w\"'\]]*\s*(?:[:=]\s*))(?:(?:basic|bearer)\s+)?(?:\"[^\"]*\"?|'[^']*'?|[^\s,;&]+)"
    r"|(?P<option>--?[\w-]*(?:pass|token|secret)[\w-]*\s+)\S+"
    r"|(?P<scheme>\w://)[^\s/@]+@",
    re.IGNORECASE,
)
_LOGIN_KEYS: Final = ("vmware_api_session_id", "cookies_string", "set_cookie", "session_id")


class Findings:
    """Collects, piece by piece, what a refusal may have to name."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._shapes = shapes
        self._keys: dict[str, None] = {}
        self._lists: dict[str, tuple[int, object]] = {}
        self._plain: object = None
        self._is_object = self._is_plain = self._is_login = False
        self._outcomes: dict[Outcome, int] = {"failed": 0, "skipped": 0, "hidden": 0}
        self._turns_with_result = 0
        self._message: str | None = None
        self._stdout: str | None = None

    def note_plain(self, value: object) -> None:
        """Note that the whole document is neither an object nor a list."""
        self._is_plain, self._plain = True, value

    def note_list(self, place: Place, items: Sequence[object]) -> None:
        """Note a list of the document, or some more items of it."""
        if place.path == (place.key and shown_key(place.key)):
            count, first = self._lists.get(place.key, (0, None))
            self._lists[place.key] = (count + len(items), first if first is not None else next(iter(items), None))
            if place.key:
                self._keys[place.key] = None
                self._is_object = True

    def note_register(self, register: Item, place: Place, outcome: Outcome | None) -> None:
        """Note an object, and whether it is the register of a task without a result."""
        if not place.path:
            self._is_object = True
            self._keys.update(dict.fromkeys(register))
            self._is_login = any(key in register for key in _LOGIN_KEYS)
        if outcome is not None:
            self._outcomes[outcome] += 1
            if outcome == "failed" and self._message is None:
                self._message = message_of(register)
        elif place.is_turn and place.path.endswith("]") and RESULTS not in register:
            self._turns_with_result += 1

    def note_stdout(self, reason: str) -> None:
        """Note that the output of a command could not be read as JSON."""
        self._stdout = self._stdout or reason

    def refusal(self) -> str:
        """Say what was found and what is understood."""
        if any(self._outcomes.values()) and not self._turns_with_result:
            return self._no_result()
        if self._stdout is not None:
            return (
                f"The report is the register of a command, and its output (stdout) cannot be read as JSON: "
                f"{self._stdout} Let the command print JSON. {self._understood()}"
            )
        if self._is_login:
            return (
                "The report is the register of a login: it holds a session and no inventory. Write the register of "
                f"the tasks that read the vCenter, and keep this one out of files. {self._understood()}"
            )
        if "ansible_job_id" in self._keys:
            return (
                "The report is the register of a task that was started with async and not waited for, so it holds no "
                f"result. Write what async_status gives when it is finished. {self._understood()}"
            )
        names = self._list_of_names()
        if names is not None:
            return f"The report lists names only ({names}), without anything about them. {self._understood()}"
        return f"Nothing in the report is recognised. It is {self._document()}. {self._understood()}"

    def _no_result(self) -> str:
        failed, skipped, hidden = (self._outcomes[outcome] for outcome in ("failed", "skipped", "hidden"))
        said = f" with the message{self._message}" if self._message else ""
        if hidden:
            return (
                "The report holds no result, because no_log hid it. Set no_log: false for the tasks that read the "
                "vCenter; the passwords in their arguments are hidden by the modules themselves."
            )
        if failed + skipped == 1:
            how = f"that failed{said}" if failed else "that was skipped"
            what = f"The report is the register of a task {how}, so it holds no result."
        elif failed:
            what = (
                f"The report is the register of a loop without any result: {failed} of its items failed, "
                f"{skipped} were skipped. The first failed one ended{said or ' without a message'}."
            )
        else:
            what = f"The report is the register of a loop whose {skipped} items were all skipped."
        return f"{what} Correct the playbook and run it again."

    def _list_of_names(self) -> str | None:
        for key, (count, first) in self._lists.items():
            if isinstance(first, str) and count and (key or not self._is_object) and not self._is_command_output(key):
                return f"{count:,} in {shown_key(key)}" if key else f"{count:,}"
        return None

    @staticmethod
    def _is_command_output(key: str) -> bool:
        return key in ECHOES

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
        kinds = dict.fromkeys(kind_name(shape.kind) for shape in self._shapes)
        return (
            f"Understood are, of the modules that the documentation lists: {', '.join(kinds)}; as the register of the "
            "task, of a loop, as the bare list, or several of these in one file. Write what the module gave as it is, "
            "or keep its own names for the keys that json_query or map picks out of it."
        )


def message_of(register: Item) -> str:
    """Give the message of a failed task behind a blank, quoted and short; empty when there is none.

    Modules repeat addresses and commands in it, and the passwords that stand in those.
    """
    message = register.get("msg") or register.get("error")
    if not isinstance(message, str) or not message.strip():
        return ""
    text = _SECRET.sub(_masked, " ".join(message[:_MESSAGE_LOOKED_AT].split()))
    return f" {(text if len(text) <= _MESSAGE_LENGTH else text[: _MESSAGE_LENGTH - 1] + '…')!r}"


def _masked(found: re.Match[str]) -> str:
    before = found["word"] or found["option"] or found["scheme"]
    return f"{before}***{'@' if found['scheme'] else ''}"


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

"""Rename without overwriting, which `os.rename` does silently."""

import ctypes
import errno
import os
import stat
from functools import cache
from typing import Any, Final

CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
"""Make a file that was not there, or fail."""
_NO_REPLACE: Final = 1
"""`RENAME_NOREPLACE` of renameat2(2)."""


def rename_new(source: int, name: str, target: int, new_name: str) -> None:
    """Rename, and fail where the new name is taken. Folders are given as descriptors.

    `os.link` is no way to do it: with `fs.protected_hardlinks`, which is the default, a user may not link a
    file of Ansible's user that it cannot write. Where the file system does not know renameat2, the name is
    reserved with an empty file first, which the rename then replaces.

    Raises:
        FileExistsError: the new name is taken.
        OSError: with EXDEV, the target is on another file system.
    """
    call = _renameat2()
    if call is not None:
        if call(source, os.fsencode(name), target, os.fsencode(new_name), _NO_REPLACE) == 0:
            return
        code = ctypes.get_errno()
        if code not in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
            raise OSError(code, os.strerror(code), new_name)
    _rename_reserved(source, name, target, new_name)


@cache
def _renameat2() -> Any:  # noqa: ANN401 - ctypes has no type for a foreign function that says anything
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return function


def _rename_reserved(source: int, name: str, target: int, new_name: str) -> None:
    is_folder = stat.S_ISDIR(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode)
    if is_folder:
        os.mkdir(new_name, dir_fd=target)
    else:
        os.close(os.open(new_name, CREATE, 0o600, dir_fd=target))
    try:
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=target)
    except OSError:
        os.rmdir(new_name, dir_fd=target) if is_folder else os.unlink(new_name, dir_fd=target)
        raise

"""Errors that a user can act on; the command line prints their message and no traceback."""

import errno

ADVICE = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EFBIG: "choose a disk that takes files of this size",
    errno.ENOENT: "see what became of it",
    errno.ENOLCK: "choose a disk that has locks",
    errno.EROFS: "choose folders that can be written",
    errno.EACCES: "see to its permissions",
    errno.EPERM: "see to its permissions",
    errno.ENAMETOOLONG: "choose shorter names",
    errno.ENOTDIR: "move away what stands in the place of a folder",
    errno.ELOOP: "mend the symbolic link",
    errno.EISDIR: "move away the folder that stands in the place of the file",
    errno.EEXIST: "move away what stands in its place",
    errno.EIO: "look after the disk",
    errno.ESTALE: "see whether the network disk is there",
    errno.EMFILE: "raise the limit of open files (`ulimit -n`)",
}
"""What to do about what the system refuses, whatever the program."""


class UserError(Exception):
    """Something the user can put right: the message names what was found and what is allowed."""


class ConfigError(UserError):
    """A wrong key, value or reference in a configuration file."""


class ArchitectureError(ConfigError):
    """An architecture that cannot be built for the images it is given."""


class DataError(UserError):
    """A data file that is missing, damaged or of the wrong shape."""


class UnableError(UserError):
    """What an engine cannot do here: no memory for it, nothing that compiles it."""


def problem(error: Exception) -> str | None:
    """Return what is wrong and what to do, in a line; None: it is a fault of the program."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{error or 'no memory left'}; fewer shards at a time or smaller batches need less"
    if not isinstance(error, OSError) or error.errno not in ADVICE:
        return None
    # libraries that put the reason in words of their own name no file beside it
    named = f"{error.filename}: " if error.filename else ""
    what = error.strerror if error.filename and error.strerror else str(error)
    return f"{named}{what}; {ADVICE[error.errno]} and run again: what is finished is kept"

"""Errors that a user can act on; the command line prints their message and no traceback."""


class UserError(Exception):
    """Something the user can put right: the message names what was found and what is allowed."""


class ConfigError(UserError):
    """A wrong key, value or reference in a configuration file."""


class ArchitectureError(ConfigError):
    """An architecture that cannot be built for the images it is given."""


class DataError(UserError):
    """A data file that is missing, damaged or of the wrong shape."""

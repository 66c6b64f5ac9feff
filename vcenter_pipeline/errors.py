"""What can go wrong, as a tree.

    PipelineError
    ├── PermanentError         trying again cannot help: the report goes to quarantine
    │   ├── ReportError        the file itself: unreadable, too large, damaged, or not understood
    │   └── SourceError        the file lies where no source is, or its client or environment has no usable name
    ├── TransientError         trying again can help: the report stays where it is
    │   ├── ListingError       the input tree could not be looked at
    │   ├── UnfinishedError    the report changed while it was read, or is still being written
    │   ├── ArchiveError       a report could not be moved to the archive or to quarantine
    │   ├── StorageError       the database did not take or give the rows
    │   └── ExportError        an output file could not be written
    └── SettingsError          a setting has a value that cannot be used

Every message is a sentence for the person who runs the pipeline: what, where in it, and what to do.
A row that cannot be used is no error: it is kept as a rejected row with its reason.
"""


class PipelineError(Exception):
    """Any error that the pipeline itself raises."""


class PermanentError(PipelineError):
    """Trying again cannot help."""


class ReportError(PermanentError):
    """A report cannot be read, or nothing in it is recognised."""


class SourceError(PermanentError):
    """A file lies where no source is, or its client or environment has no usable name."""


class TransientError(PipelineError):
    """Trying again can help."""


class ListingError(TransientError):
    """The input tree could not be looked at, so nothing is known about what waits there."""


class UnfinishedError(TransientError):
    """A report is still being written, or changed while it was read."""


class ArchiveError(TransientError):
    """A report could not be moved to the archive or to quarantine, or old ones could not be removed."""


class StorageError(TransientError):
    """The database did not take or give the rows."""


class ExportError(TransientError):
    """An output file could not be written."""


class SettingsError(PipelineError):
    """A setting has a value that cannot be used; the message names its variable."""

"""What documents refuse."""

from hexi.kernel.errors import Conflict, Invalid, Missing, Unavailable


class BadFileName(Invalid):
    """A file's name that no computer should have to keep."""

    code = "upload.name"


class UploadTooLarge(Invalid):
    """More bytes than the node takes in one file, or than were announced."""

    code = "upload.too-large"


class UploadDamaged(Invalid):
    """Other bytes arrived than were sent."""

    code = "upload.damaged"


class UploadMissing(Missing):
    """No such upload, or not this account's."""

    code = "upload.missing"


class DocumentMissing(Missing):
    """No such document, or not this account's."""

    code = "document.missing"


class WrongOffset(Conflict):
    """A piece that does not begin where the bytes received so far end."""

    code = "upload.offset"


class UploadBusy(Conflict):
    """Another browser or program is sending to this upload right now."""

    code = "upload.busy"


class UploadOver(Conflict):
    """The upload is complete, or was given up."""

    code = "upload.over"


class UploadIncomplete(Conflict):
    """Bytes are still to come."""

    code = "upload.incomplete"


class UploadFull(Unavailable):
    """The disk of the node has no room for the file."""

    code = "upload.disk-full"


class UploadCut(Unavailable):
    """The connection ended while a piece was sent; what arrived is kept."""

    code = "upload.cut"


class UploadsUnwritable(Unavailable):
    """The folder of uploads cannot be written."""

    code = "upload.unwritable"

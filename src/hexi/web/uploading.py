"""What uploads need of HTTP: who asks and may, bodies that are read piece by piece, errors in JSON."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from hexi.kernel.errors import HexiError, Invalid
from hexi.web import asking
from hexi.web.refusals import STATUS, sentence

PIECE_BYTES = 1 << 18
DRAINED_BYTES = 16 << 20
"""What is read of a refused body, so that the sender gets to see the answer."""
DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")
View = Callable[..., HttpResponseBase]


class BadRequest(Invalid):
    """A request about an upload that lacks something, or has it in another form."""

    code = "upload.request"


def for_members(view: View) -> View:
    """Let in who signed in, by session or token; others are asked to sign in before a byte of theirs is read.

    A session must prove that its own page asks (CSRF). A token proves that itself: no page can make a
    browser send one to another site.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not asking.is_signed_in(request):
            return _sign_in(request)
        protected = view if _has_token(request) else csrf_protect(view)
        return protected(request, *args, **kwargs)

    return guarded


def for_programs(view: View) -> View:
    """Answer errors of ours in JSON: the code, and the sentence in the language of the address."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except HexiError as error:
            _drain(request)
            return refusal(error)

    return answered


def refusal(error: HexiError) -> JsonResponse:
    """Return an error as JSON, with the right offset where that is what was wrong."""
    status = next((code for family, code in STATUS.items() if isinstance(error, family)), 500)
    said: dict[str, object] = {"code": error.code, "message": sentence(error)}
    if "offset" in error.facts:
        said["offset"] = error.facts["offset"]
    return JsonResponse({"error": said}, status=status)


def pieces(request: HttpRequest) -> Iterator[bytes]:
    """Yield a request's body as it arrives. Raises `ConnectionResetError` where it ends too early."""
    left = int(request.META.get("CONTENT_LENGTH") or 0)
    while left:
        piece = request.read(min(PIECE_BYTES, left))
        if not piece:
            raise ConnectionResetError
        left -= len(piece)
        yield piece


def offset_of(request: HttpRequest) -> int:
    """Return where the piece in a request's body begins. Raises `BadRequest`."""
    said = request.headers.get("Upload-Offset", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 16):
        raise BadRequest("Say in the header Upload-Offset at which byte the piece begins, such as 0.")
    if not request.META.get("CONTENT_LENGTH"):
        raise BadRequest("Say in the header Content-Length how many bytes the piece has.")
    return int(said)


def digest_of(request: HttpRequest) -> str | None:
    """Return the SHA-256 (hex) that a request says of its body (RFC 9530), None where it says none."""
    said = request.headers.get("Content-Digest", "")
    if "sha-256" not in said:
        return None
    found = DIGEST.search(said)
    try:
        digest = base64.b64decode(found[1] if found else "", validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise BadRequest("Content-Digest must be sha-256=:…: with the digest in Base64.")
    return digest.hex()


def said_in(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that a request says; an empty one where it says nothing. Raises `BadRequest`."""
    try:
        said = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadRequest("Say it as a JSON object, such as {example}.", example='{"name": "beds.csv", "size_bytes": 9}')
    return said


class ToNode(FileUploadHandler):
    """Writes the file of a plain form to the node's own disk as it arrives, never to memory."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        folder = Path(settings.HEXI_HOME) / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        # Without a name from the beginning, it is gone whatever happens.
        handle, name = tempfile.mkstemp(dir=folder)
        Path(name).unlink()
        self.file = os.fdopen(handle, "w+b")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write a piece."""
        self.file.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """Give the whole file, at its beginning."""
        self.file.seek(0)
        return UploadedFile(file=self.file, name=self.file_name, content_type=self.content_type, size=file_size)


def _has_token(request: HttpRequest) -> bool:
    return request.headers.get("Authorization", "").lower().startswith(asking.BEARER)


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.method in {"GET", "HEAD"} and request.accepts("text/html"):
        return redirect_to_login(request.get_full_path())
    if request.content_type == "multipart/form-data":
        return redirect_to_login(reverse("uploads"))
    said = {"code": "account.sign-in", "message": gettext("Sign in, then go on: what arrived is kept.")}
    answer = JsonResponse({"error": said}, status=401)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _drain(request: HttpRequest) -> None:
    """Read what is left of a body that is not too long: a sender that is still sending sees no answer."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= DRAINED_BYTES:
        try:
            while request.read(PIECE_BYTES):
                pass
        except (OSError, RuntimeError):
            return

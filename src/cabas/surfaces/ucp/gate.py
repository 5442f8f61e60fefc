"""The gate of `/ucp`: who calls, by which profile, signed by whom, what both sides can do; then the operation, once.

Transport errors are HTTP statuses with a code and a text; business outcomes are answers of the operation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cabas.kernel.errors import CabasError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from cabas.surfaces.contract import Premises
from cabas.surfaces.door import Door, TooMany, credential
from cabas.surfaces.keyed import KEY_MAX, digest, once
from cabas.surfaces.ucp import signing
from cabas.surfaces.ucp.asked import Answer, Asked, Refused, error
from cabas.surfaces.ucp.extensions import HISTORY, name_of
from cabas.surfaces.ucp.operations import Action
from cabas.surfaces.ucp.platforms import Platforms, agreed, profile_url, version_for, webhook_of
from cabas.surfaces.ucp.profile import Face
from cabas.surfaces.ucp.wire import PlatformProfile
from cabas.usecases.partners import NotKnown, open_platform, platform_of_profile
from cabas.usecases.shop.visit import Shopfront, enter

BODY_MAX_BYTES = 256 * 1024
PROFILES_PER_MINUTE = 60
# NUL, and a surrogate that is not followed or preceded by its other half: neither is text for a database.
UNSTORABLE = re.compile(
    rb"\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets requests in, for every version in `faces` (newest first)."""

    premises: Premises
    front: Shopfront
    faces: Mapping[str, Face]
    door: Door
    platforms: Platforms
    signers: Sequence[signing.Key] = field(default=())

    async def rest(self, request: Request, action: Action, face: Face, ident: str) -> Response:
        """The answer to a REST request, signed."""
        try:
            response = await self._answered(request, action, face, ident)
        except CabasError as problem:
            response = self.refused(problem, face)
        return self._signed(response, face)

    async def _answered(self, request: Request, action: Action, face: Face, ident: str) -> Response:
        body = await raw_body(request)
        if not ident.isprintable():
            raise NotFound("There is nothing of that name.", remedy="Check the id.")
        asked = await self.admit(request, body, face, action.root, ident)
        operation = action.operation
        if request.method not in ("POST", "PUT", "DELETE", "PATCH") or not action.writes or not asked.key:
            return encoded(await operation(asked))

        async def answer() -> Response:
            try:
                return encoded(await operation(asked))
            except CabasError as problem:
                return self.refused(problem, asked.face, asked)

        hashed = digest(request.method, request.url.path, body)
        return await once(self.premises, asked.caller.platform, "ucp", asked.key, hashed, answer)

    async def admit(
        self, request: Request, body: bytes, face: Face, root: str, ident: str = "", *, agent: str = "", key: str = ""
    ) -> Asked:
        """The request as operations see it. `agent` and `key` are given by bindings that carry them in the body.

        Raises `Refused`, `SignatureRefused`, `NotKnown`, `NotAllowed`, `TooMany`.
        """
        header = agent or request.headers.get("ucp-agent", "")
        url = profile_url(header)
        if not url.startswith("https://") and not self.premises.testing:
            raise Refused(400, "invalid_profile_url", "The profile must be at an https address.")
        if not self.platforms.knows(url) and request.client is not None:
            # Nobody sends us all over the web: what is not known yet is fetched at a caller's own pace.
            self.door.quotas.take(f"profiles {request.client.host}", PROFILES_PER_MINUTE)
        profile = await self.platforms.of(url)
        signer = url if await self._signed_by(request, body, url, profile) else ""
        spoken = self.faces[version_for(profile, face.version)]
        names = agreed(profile, spoken.capabilities(), spoken.version)
        platform, guest = self._platform(request, url, signer)
        caller = await self.door.admit(request, platform=platform)
        key = key or request.headers.get("idempotency-key", "")
        if len(key) > KEY_MAX:
            raise InvalidInput(f"A key has at most {KEY_MAX} characters.", remedy="Use a UUID.", code="invalid_request")
        if key:
            key = owned(key, caller.shopper_id or "", url if guest else "")
        asked = Asked(
            self.premises, self.front, spoken, names, caller, body, ident, key, url, webhook_of(profile), signer, guest
        )
        root = root or name_of(self.premises.url, HISTORY)
        if root not in names:
            raise Incompatible(asked, root)
        await enter(self.front, caller)  # the agreement opens this surface, or nothing here
        return asked

    def _platform(self, request: Request, url: str, signer: str) -> tuple[str | None, bool]:
        """The platform a profile stands for, when its signature proves it; None when a key or token has to."""
        named = platform_of_profile(self.premises.agreements(), url)
        if credential(request.headers):
            return None, False
        if named is None:
            return open_platform(self.premises.agreements()), True
        if not signer:
            raise signing.SignatureRefused(
                "This profile belongs to a partner.",
                remedy="Sign the request, or send the key.",
                code="signature_missing",
            )
        return named, False

    async def _signed_by(self, request: Request, body: bytes, url: str, profile: PlatformProfile) -> bool:
        """Whether a key of the profile signed the request. Raises `SignatureRefused` when it does not hold."""
        headers = request.headers
        if "signature" not in headers and "signature-input" not in headers:
            if "content-digest" in headers:
                signing.check_digest(headers["content-digest"], body)
            return False
        parts = {name.lower(): value for name, value in headers.items()}
        parts |= {
            "@method": request.method,
            "@authority": headers.get("host", "").lower(),
            "@path": request.url.path,
            "@query": f"?{request.url.query}",
            "@scheme": request.url.scheme,
        }
        must = [*signing.ALWAYS, *(signing.WITH_BODY if body else ())]
        must += [one for one in ("ucp-agent", "idempotency-key") if one in headers]
        must += ["@query"] if request.url.query else []
        try:
            signing.verify([*profile.keys, *profile.signing_keys], parts, body, must)
        except signing.SignatureRefused as refused:
            if refused.code != "key_not_found":
                raise
            fresh = await self.platforms.of(url, again=True)
            signing.verify([*fresh.keys, *fresh.signing_keys], parts, body, must)
        return True

    def refused(self, problem: CabasError, face: Face, asked: Asked | None = None) -> Response:
        """The error as the protocol has it."""
        if isinstance(problem, Incompatible):
            text = error("capabilities_incompatible", str(problem), "unrecoverable")
            return encoded(problem.asked.failed((problem.root,), text, url=f"{self.premises.url}/"))
        status, code = status_of(problem)
        if status == 200 or isinstance(problem, InvalidInput) or code in REQUESTS:
            said = face.said((), (), ok=False) if asked is None else asked.face.said(asked.agreed, (), ok=False)
            severity = "recoverable" if status == 400 else "unrecoverable"
            body = {"ucp": said, "messages": [error(code, str(problem), severity)]}
        else:
            body = {"code": code, "content": str(problem)}
        headers = {}
        if status == 401:
            wrong = ', error="invalid_token"' if code in ("invalid_token", "invalid_key") else ""
            headers["www-authenticate"] = f'Bearer realm="{face.url}"{wrong}'
        if code == "insufficient_scope":
            headers["www-authenticate"] = f'Bearer realm="{face.url}", error="insufficient_scope"'
        if isinstance(problem, TooMany):
            headers["retry-after"] = str(problem.seconds)
        elif status == 503:
            headers["retry-after"] = "5"
        return Response(msgspec.json.encode(body), status, headers, JSON)

    def _signed(self, response: Response, face: Face) -> Response:
        body = bytes(response.body)
        parts = {
            "@status": str(response.status_code),
            "content-digest": signing.digest(body),
            "content-type": response.headers.get("content-type", JSON),
        }
        response.headers["content-digest"] = parts["content-digest"]
        response.headers["cache-control"] = "no-store"
        for name, value in signing.sign(face.keys[0], parts, ("@status", "content-digest", "content-type")).items():
            response.headers[name] = value
        return response


def owned(key: str, shopper: str, guest: str) -> str:
    """The key as its owner's: nobody gets the answer to another shopper's key, or to another guest's."""
    return hashlib.sha256(f"{shopper}\n{guest}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()


class Incompatible(CabasError):
    """What is asked for is not among the capabilities both sides know."""

    code = "capabilities_incompatible"

    def __init__(self, asked: Asked, root: str) -> None:
        super().__init__(f"The profile does not know {root} {asked.face.version}.", remedy="Add it to the profile.")
        self.asked, self.root = asked, root


# What is wrong with a request itself is told by a message; who sends it, and when, by a code and a text alone.
REQUESTS = ("invalid_request", "request_too_large")
STATUSES: Sequence[tuple[type[CabasError], int]] = (
    (TooMany, 429),
    (NotKnown, 401),
    (NotAllowed, 403),
    (NotFound, 200),
    (InvalidInput, 400),
    (Conflict, 409),
    (Unavailable, 503),
)


def status_of(problem: CabasError) -> tuple[int, str]:
    """The HTTP status of an error, and its code on the wire."""
    if isinstance(problem, Refused):
        return problem.status, problem.code
    if isinstance(problem, signing.SignatureRefused):
        return (400 if problem.code in ("digest_mismatch", "algorithm_unsupported") else 401), problem.code
    if isinstance(problem, NotFound):
        return 200, "not_found"
    status = next((number for kind, number in STATUSES if isinstance(problem, kind)), 400)
    return status, problem.code


def encoded(answer: Answer) -> Response:
    """The answer as JSON."""
    return Response(msgspec.json.encode(answer.body), answer.status, media_type=JSON)


async def raw_body(request: Request) -> bytes:
    """The body. Raises `Refused` when it is larger than `BODY_MAX_BYTES`, before all of it was read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise Refused(413, "request_too_large", f"A request has at most {BODY_MAX_BYTES} bytes.")
    if UNSTORABLE.search(body):
        raise Refused(400, "invalid_request", "Text holds no NUL and no halves of a surrogate pair.")
    return bytes(body)

"""The platform behind a request: its profile, fetched with care and kept for a while, and what both sides can do."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

import msgspec

from cabas.kernel.errors import CabasError, InvalidInput, Unavailable
from cabas.surfaces.contract import Premises
from cabas.surfaces.ucp.asked import Refused
from cabas.surfaces.ucp.profile import CAPABILITIES, ORDER, VERSIONS, Capability
from cabas.surfaces.ucp.wire import Entry, PlatformProfile, PlatformUcp

# Seconds a profile is kept, and one that could not be had; how soon keys may be looked for again.
KEPT, KEPT_BAD, AGAIN = 600.0, 30.0, 60.0
PROFILES_MAX, KEYS_MAX = 1000, 20
_PROFILE = re.compile(r'(?:^|[,;]\s*)profile="([^"\\]{1,2000})"')
# In test mode, testers who publish no profile are taken to know all that we know.
TESTERS = ("spck.dev",)


@dataclass(slots=True)
class Platforms:
    """Profiles of platforms, by address."""

    premises: Premises
    now: Callable[[], float] = monotonic
    _known: OrderedDict[str, tuple[float, PlatformProfile | Refused]] = field(default_factory=OrderedDict)

    def knows(self, url: str) -> bool:
        """Whether the profile need not be fetched now."""
        kept = self._known.get(url)
        return self.premises.testing or (kept is not None and kept[0] > self.now())

    async def of(self, url: str, *, again: bool = False) -> PlatformProfile:
        """The profile at `url`. With `again` one older than a minute is fetched anew (keys change).

        Raises `Refused`: invalid_profile_url, profile_unreachable or profile_malformed.
        """
        if self.premises.testing and url.startswith("https://") and urlsplit(url).hostname in TESTERS:
            return _tester()
        kept = self._known.get(url)
        if kept is not None and kept[0] > self.now() + (KEPT - AGAIN if again else 0):
            return _or_raise(kept[1])
        try:
            found: PlatformProfile | Refused = await self._fetched(url)
        except Refused as refused:
            found = refused
        self._known[url] = (self.now() + (KEPT_BAD if isinstance(found, Refused) else KEPT), found)
        self._known.move_to_end(url)
        if len(self._known) > PROFILES_MAX:
            self._known.popitem(last=False)
        return _or_raise(found)

    async def _fetched(self, url: str) -> PlatformProfile:
        try:
            text = await self.premises.web.get(url)
        except InvalidInput as refused:
            raise Refused(400, "invalid_profile_url", str(refused)) from refused
        except Unavailable as silent:
            raise Refused(424, "profile_unreachable", str(silent)) from silent
        try:
            profile = msgspec.json.decode(text, type=PlatformProfile)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(422, "profile_malformed", f"The profile cannot be read: {error}.") from error
        if len(profile.keys) + len(profile.signing_keys) > KEYS_MAX:
            raise Refused(422, "profile_malformed", f"The profile has more than {KEYS_MAX} keys.")
        return profile


def profile_url(header: str) -> str:
    """The address in a UCP-Agent header. Raises `Refused` (invalid_profile_url)."""
    found = _PROFILE.search(header[:4000])
    if found is None:
        raise Refused(
            400, "invalid_profile_url", "The UCP-Agent header names no profile.",
            remedy='Send UCP-Agent: profile="https://…".',
        )  # fmt: skip
    return found[1]


def version_for(profile: PlatformProfile, most: str) -> str:
    """The highest version both speak, `most` at most. Raises `Refused` (version_unsupported)."""
    listed = {entry.version for entries in profile.ucp.capabilities.values() for entry in entries}
    spoken = listed | {profile.ucp.version}
    found = next((one for one in VERSIONS if one in spoken and one <= most), None)
    if found is None:
        raise Refused(
            422, "version_unsupported", f"Version {profile.ucp.version} is not spoken here.",
            remedy=f"Use one of: {', '.join(VERSIONS)}.",
        )  # fmt: skip
    return found


def agreed(profile: PlatformProfile, ours: Mapping[str, tuple[str, ...]], version: str) -> tuple[str, ...]:
    """The capabilities both sides have in `version`, without extensions of what they have not."""
    theirs = profile.ucp.capabilities
    names = [one for one in ours if any(entry.version == version for entry in theirs.get(one, ()))]
    while True:
        kept = [one for one in names if not ours[one] or set(ours[one]) & set(names)]
        if kept == names:
            return tuple(names)
        names = kept


def webhook_of(profile: PlatformProfile) -> str:
    """Where the platform wants to be told of orders; empty when it does not say."""
    for entry in profile.ucp.capabilities.get(ORDER, ()):
        url = (entry.config or {}).get("webhook_url")
        if isinstance(url, str) and len(url) <= 2000:
            return url
    return ""


def _tester() -> PlatformProfile:
    def entries(one: Capability) -> list[Entry]:
        return [Entry(version) for version in VERSIONS if one.since <= version]

    return PlatformProfile(PlatformUcp(VERSIONS[0], {one.name: entries(one) for one in CAPABILITIES}))


def _or_raise(found: PlatformProfile | Refused) -> PlatformProfile:
    if isinstance(found, CabasError):
        raise found
    return found

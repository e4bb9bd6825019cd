"""Adobe Media Analytics (Heartbeat): the heartbeat images, and the Media Collection API.

Wire format: https://experienceleague.adobe.com/en/docs/media-analytics/using/validation/heartbeat-parameters (heartbeats),
https://experienceleague.adobe.com/en/docs/media-analytics/using/implementation/streaming-media-apis/mc-api-overview (Media Collection API),
https://experienceleague.adobe.com/en/docs/media-analytics/using/implementation/variables/audio-video-parameters (parameters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.decode.address import split_url
from harness.decode.document import PathTable, at, text_at
from harness.decode.payload import read_body
from harness.decode.query import Prefix, QueryTable, Row
from harness.decode.readers import JsonReader, QueryReader
from harness.decode.vendor import Endpoint, Vendor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.capture.captured import CapturedRequest
    from harness.decode.hit import Hit

CONTENT, PLAYER, AD, USER, GENERAL, QUALITY = "Content", "Player", "Ad", "Visitor", "General", "Quality"
_TABLE = QueryTable(
    {
        "s:event:type": Row("event_type", "Event", GENERAL),
        "s:event:sid": Row("session_id", "Session ID", GENERAL),
        "l:event:playhead": Row("playhead", "Playhead (s)", PLAYER, "number"),
        "l:event:ts": Row("ts", "Time", GENERAL, "number"),
        "l:event:duration": Row("duration", "Duration (ms)", PLAYER, "number"),
        "l:event:prev_ts": Row(None, "Previous time", GENERAL, "number"),
        "s:asset:video_id": Row("media.id", "Content ID", CONTENT),
        "s:asset:media_id": Row("media.id", "Content ID", CONTENT),
        "s:asset:name": Row("media.name", "Content name", CONTENT),
        "s:asset:type": Row("asset_type", "Asset type", CONTENT),
        "l:asset:length": Row("media.length", "Content length (s)", CONTENT, "number"),
        "s:asset:ad_id": Row("media.ad.id", "Ad ID", AD),
        "s:asset:ad_name": Row("media.ad.name", "Ad name", AD),
        "l:asset:ad_length": Row("media.ad.length", "Ad length (s)", AD, "number"),
        "s:asset:pod_id": Row(None, "Ad break ID", AD),
        "s:asset:pod_name": Row("media.ad.podFriendlyName", "Ad break", AD),
        "l:asset:pod_offset": Row("media.ad.podSecond", "Ad break start (s)", AD, "number"),
        "s:asset:pod_position": Row("media.ad.podPosition", "Ad position", AD),
        "s:stream:type": Row("media.contentType", "Content type", CONTENT),
        "s:stream:chapter_name": Row("media.chapter.friendlyName", "Chapter", CONTENT),
        "l:stream:chapter_pos": Row("media.chapter.index", "Chapter index", CONTENT, "number"),
        "l:stream:bitrate": Row("media.qoe.bitrate", "Bitrate", QUALITY, "number"),
        "l:stream:fps": Row("media.qoe.framesPerSecond", "Frames per second", QUALITY, "number"),
        "l:stream:dropped_frames": Row("media.qoe.droppedFrames", "Dropped frames", QUALITY, "number"),
        "l:stream:startup_time": Row("media.qoe.timeToStart", "Time to start", QUALITY, "number"),
        "s:sp:player_name": Row("media.playerName", "Player", PLAYER),
        "s:sp:channel": Row("media.channel", "Channel", CONTENT),
        "s:sp:ovp": Row(None, "Video platform", PLAYER),
        "s:sp:sdk": Row("media.sdkVersion", "SDK version", PLAYER),
        "s:sp:hb_version": Row("media.libraryVersion", "Library version", PLAYER),
        "s:sc:rsid": Row("report_suite", "Report suite", GENERAL),
        "s:sc:tracking_server": Row("tracking_server", "Tracking server", GENERAL),
        "s:user:aid": Row("aid", "Analytics visitor ID", USER),
        "s:user:mid": Row("mid", "Experience Cloud ID", USER),
        "s:user:id": Row("visitor_id", "Visitor ID", USER),
        "s:aam:blob": Row(None, "Audience Manager blob", USER),
        "l:aam:loc_hint": Row(None, "Audience Manager region", USER),
    },
    (
        Prefix("s:meta:a.media.", field="media.{}", label="{}", group=CONTENT),
        Prefix("s:meta:", label="{}", group="Metadata"),
        Prefix("s:cuser:", field=None, label="{}", group=USER),
    ),
)
_ASIDE = frozenset(
    (
        "play",
        "buffer",
        "bitrate_change",
        "stall",
        "ping",
        "bitrateChange",
        "bufferStart",
        "aa_start",
        "aa_ad_start",
        "statesUpdate",
        "stateStart",
        "stateEnd",
    )
)


def _kind(event: str | None) -> str:
    return "auxiliary" if event is None or event in _ASIDE else "event"


def _event(values: Mapping[str, Any]) -> str | None:
    return str(values["event_type"]) if values.get("event_type") else None


def _is_beat(request: CapturedRequest) -> bool:
    """A heartbeat under a site's own host: an event's type beside what is played."""
    query = split_url(request.url).query.replace("%3A", ":").replace("%3a", ":")
    return "s:event:type=" in query and ("s:asset:" in query or "s:sc:rsid=" in query or "l:event:playhead=" in query)


_READ = QueryReader(
    _TABLE, event=_event, account="report_suite", identifiers=("aid", "mid", "visitor_id", "session_id"), kind=_kind, time="ts"
)
_API = JsonReader(
    PathTable(
        {
            "eventType": Row(None, "Event", GENERAL),
            "playerTime.playhead": Row("playhead", "Playhead (s)", PLAYER),
            "playerTime.ts": Row("ts", "Time", GENERAL),
        },
        (
            Prefix("params.", label="{}", group=CONTENT),
            Prefix("customMetadata.", label="{}", group="Metadata"),
            Prefix("qoeData.", label="{}", group=QUALITY),
        ),
    ),
    event="eventType",
    account=lambda event, document: _param(event, "analytics.reportSuite"),
    time="playerTime.ts",
    identifiers={},
    values=("params", "customMetadata", "qoeData"),
    kind=lambda name, event: _kind(name),
)


def _param(event: Any, name: str) -> str | None:
    params = at(event, "params")
    found = params.get(name) if isinstance(params, dict) else None
    return found if isinstance(found, str) and found else None


def _session(request: CapturedRequest) -> list[Hit]:
    hits = _API(request)
    steps = split_url(request.url).path.split("/")
    session = steps[steps.index("sessions") + 1] if "sessions" in steps[:-1] else ""
    for hit in hits:
        for name in ("visitor.marketingCloudUserId", "analytics.visitorId", "appInstallationId"):
            if isinstance(hit.values.get(name), str) and hit.values[name]:
                hit.identifiers[name] = hit.values[name]
        if session:
            hit.identifiers["session_id"] = session
    return hits


_MEDIA = frozenset(
    (
        "sessionStart", "sessionEnd", "sessionComplete", "play", "ping", "pauseStart", "bufferStart", "bitrateChange", "error", "adBreakStart",
        "adBreakComplete", "adStart", "adComplete", "adSkip", "chapterStart", "chapterComplete", "chapterSkip", "stateStart", "stateEnd", "statesUpdate",
    )
)  # fmt: skip


def _is_session(request: CapturedRequest) -> bool:
    """Told by a media event's type and player time."""
    document = read_body(request).value
    return text_at(document, "eventType") in _MEDIA and at(document, "playerTime.playhead") is not None


VENDOR = Vendor(
    id="adobe-heartbeat",
    name="Adobe Media Analytics (Heartbeat)",
    category="analytics",
    docs=(
        "https://experienceleague.adobe.com/en/docs/media-analytics/using/validation/heartbeat-parameters",
        "https://experienceleague.adobe.com/en/docs/media-analytics/using/implementation/streaming-media-apis/mc-api-overview",
    ),
    endpoints=(
        Endpoint(host="*.hb.omtrdc.net", path="*"),
        Endpoint(host="*.hb-api.omtrdc.net", path="/api/v1/sessions*", decode=_session),
        Endpoint(host="*.hb-api.omtrdc.net", path="/api/v1/downloaded", decode=_session),
        *(Endpoint(host="*", keys=(key,), recognise=_is_beat) for key in ("s:event:type", "s%3Aevent%3Atype")),
        *(Endpoint(host="*", path=path, recognise=_is_session, decode=_session) for path in ("*/api/v1/sessions", "*/sessions/*/events")),
    ),
    decode=_READ,
    automatic_events=frozenset({"ping", "play", "sessionStart", "sessionEnd", "sessionComplete", "bufferStart", "bitrateChange"}),
    automatic_parameters=frozenset({"playhead", "ts", "duration", "session_id", "media.*"}),
    examples=(
        {
            "title": "a heartbeat that starts the content",
            "request": {
                "url": "https://shop.hb.omtrdc.net/?s:event:type=start&s:event:sid=s1&l:event:playhead=0&s:asset:video_id=v1&s:asset:name=Film&l:asset:length=120"
                "&s:sc:rsid=suite1&s:user:mid=m1&s:meta:a.media.show=Show&l:event:ts=1795318940000"
            },
            "hits": [
                {
                    "kind": "event", "event": "start", "account": "suite1", "identifiers": {"mid": "m1", "session_id": "s1"}, "event_time": 1795318940.0,
                    "values": {"media.id": "v1", "media.name": "Film", "media.length": 120, "media.show": "Show", "playhead": 0},
                }
            ],
        },
        {
            "title": "a session opened over the API",
            "request": {
                "url": "https://shop.hb-api.omtrdc.net/api/v1/sessions", "method": "POST",
                "body": {
                    "playerTime": {"playhead": 0, "ts": 1795318940000}, "eventType": "sessionStart",
                    "params": {"analytics.reportSuite": "suite1", "media.id": "v1", "media.name": "Film"}, "customMetadata": {"tier": "gold"},
                },
            },
            "hits": [{"kind": "event", "event": "sessionStart", "account": "suite1", "values": {"media.id": "v1", "tier": "gold"}}],
        },
        {
            "title": "a ping of a session",
            "request": {"url": "https://shop.hb-api.omtrdc.net/api/v1/sessions/s9/events", "method": "POST", "body": {"playerTime": {"playhead": 10, "ts": 1}, "eventType": "ping"}},
            "hits": [{"kind": "auxiliary", "event": "ping", "identifiers": {"session_id": "s9"}}],
        },
        {
            "title": "a heartbeat with its keys escaped, under the site's own host",
            "request": "https://hb.shop.example/?s%3Aevent%3Atype=ad_start&s%3Asc%3Arsid=suite1&s%3Aasset%3Aad_name=Spot&l%3Aasset%3Aad_length=30&s%3Auser%3Aaid=a1&l%3Aevent%3Aplayhead=12",
            "hits": [{"kind": "event", "event": "ad_start", "account": "suite1", "values": {"media.ad.name": "Spot", "media.ad.length": 30, "playhead": 12}, "identifiers": {"aid": "a1"}}],
        },
        {
            "title": "what was watched without a network, told afterwards",
            "request": {
                "url": "https://shop.hb-api.omtrdc.net/api/v1/downloaded", "method": "POST",
                "body": [
                    {"eventType": "sessionStart", "playerTime": {"playhead": 0, "ts": 1795318940000}, "params": {"analytics.reportSuite": "suite1", "media.id": "v1"}},
                    {"eventType": "sessionComplete", "playerTime": {"playhead": 60, "ts": 1795319000000}},
                ],
            },
            "hits": [{"event": "sessionStart", "account": "suite1"}, {"event": "sessionComplete", "values": {"playhead": 60}}],
        },
    ),
    lookalikes=(
        {'url': 'https://shop.example/api/v1/sessions', 'method': 'POST', 'body': {'eventType': 'login', 'playerTime': {'playhead': 1}}},
        "https://shop.example/sessions/9/events?type=play",
        "https://shop.example/?u=https%3A%2F%2Fshop.hb.omtrdc.net%2F%3Fs%3Aevent%3Atype%3Dstart",
        "https://shop.example/?s:event:type=start",
        "https://shop.example/api/v1/sessions",
        "https://nothb.omtrdc.net/?s:event:type=start",
        {"url": "https://shop.example/api/v1/sessions", "method": "POST", "body": {"eventType": "x"}},
        "https://shop.hb.omtrdc.net.evil.example/?s:event:type=start",
    ),
)  # fmt: skip

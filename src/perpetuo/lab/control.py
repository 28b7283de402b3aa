"""`/__lab__/*`: the books and the switches of a simulated vendor, as JSON over HTTP."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

from perpetuo.lab.faults import FAULTS, FaultRule
from perpetuo.lab.script import Script
from perpetuo.lab.server import HttpRequest, Reply

if TYPE_CHECKING:
    from perpetuo.lab.vendor import SimulatedVendor

_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class _Rules(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[FaultRule]


class _PostedScript(msgspec.Struct, forbid_unknown_fields=True):
    script: Script | None
    name: str | None = None


class LabControl:
    """Unknown path: 404 with the list. Wrong JSON: 400 with the place."""

    def __init__(self, vendor: "SimulatedVendor") -> None:
        self._vendor = vendor
        self._routes: dict[tuple[str, str], Callable[[HttpRequest], object]] = {
            ("GET", ""): self._describe,
            ("GET", "/ledger"): self._ledger,
            ("GET", "/connections"): lambda _: list(vendor.ledger.connections),
            ("GET", "/totals"): lambda _: vendor.ledger.totals(),
            ("GET", "/view"): self._view,
            ("GET", "/faults"): self._faults,
            ("POST", "/faults"): self._set_faults,
            ("POST", "/script"): self._set_script,
            ("GET", "/settings"): lambda _: vendor.settings,
            ("POST", "/settings"): self._change_settings,
            ("POST", "/reset"): self._reset,
        }

    async def serve(self, request: HttpRequest, out: Reply) -> None:
        status, document = self._answer(request)
        await out.respond(status, [("content-type", "application/json")], msgspec.json.encode(document))

    def _answer(self, request: HttpRequest) -> tuple[int, object]:
        # A web page must not be able to reach the lab under a name that was pointed at loopback.
        host = request.headers.get("host", "").rsplit(":", 1)[0]
        if host not in _LOOPBACK_NAMES:
            return 403, {"error": f"the lab answers to {', '.join(_LOOPBACK_NAMES)} only"}
        route = self._routes.get((request.method, request.path.removeprefix("/__lab__").rstrip("/")))
        if route is None:
            return 404, {"error": "no such switch", "known": [f"{m} /__lab__{path}" for m, path in self._routes]}
        try:
            return 200, route(request)
        except (msgspec.MsgspecError, ValueError) as error:
            return 400, {"error": str(error)}

    def _describe(self, _: HttpRequest) -> object:
        vendor = self._vendor
        return {
            "name": vendor.name,
            "shape": vendor.shape_name,
            "base_url": vendor.base_url,
            "switches": [f"{method} /__lab__{path}" for method, path in self._routes],
        }

    def _view(self, _: HttpRequest) -> object:
        vendor = self._vendor
        return {
            "name": vendor.name,
            "shape": vendor.shape_name,
            "phase": vendor.phase,
            "at_s": vendor.now_s(),
            "totals": vendor.ledger.totals(),
        }

    def _ledger(self, request: HttpRequest) -> object:
        query = parse_qs(request.query)
        entries = self._vendor.ledger.since(int(query.get("since", ["0"])[0]))
        if "request_id" in query:
            entries = [entry for entry in entries if entry.request_id in query["request_id"]]
        ledger = self._vendor.ledger
        return {"vendor": self._vendor.name, "entries": entries, "last_seq": ledger.last_seq, "dropped": ledger.dropped}

    def _faults(self, _: HttpRequest) -> object:
        known = {name: {"group": row.group, "about": row.about} for name, row in FAULTS.items()}
        return {"rules": self._vendor.faults.rules(), "known": known}

    def _set_faults(self, request: HttpRequest) -> object:
        self._vendor.set_faults(msgspec.json.decode(request.body, type=_Rules).rules)
        return {"rules": self._vendor.faults.rules()}

    def _set_script(self, request: HttpRequest) -> object:
        posted = msgspec.json.decode(request.body, type=_PostedScript)
        self._vendor.set_script(posted.script, posted.name)
        return {"default": self._vendor.default_script, "scripts": self._vendor.scripts}

    def _change_settings(self, request: HttpRequest) -> object:
        self._vendor.change_settings(**msgspec.json.decode(request.body, type=dict[str, object]))
        return self._vendor.settings

    def _reset(self, _: HttpRequest) -> object:
        self._vendor.reset()
        return {"reset": True}

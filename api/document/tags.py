"""The groups of operations in `/docs`, in the order in which a newcomer needs them."""

from collections.abc import Mapping
from typing import Final

TAGS: Final[Mapping[str, str]] = {
    "auth": "Exchange an API key for an access token. These paths need no token.",
    "tokens": "API keys: named, with a role, perhaps with an end.",
    "campaigns": "Who is called, when, how often and on how many channels. A change holds for the very next dial.",
    "carriers": "Trunks that place calls: gateways, caller ids, limits.",
    "templates": "What callees hear and may press.",
    "audio": "Uploaded sounds that templates play.",
    "lists": "Lists of leads in a campaign.",
    "leads": "Persons to call: import, read, correct, remove.",
    "files": "Tables of leads, and of numbers not to call: upload, follow, read the report, cancel.",
    "single calls": "One number called at once, ahead of the lists, or with a one-time code.",
    "cdr": "Calls that have ended.",
    "reports": "Calls by campaign, result, hour and network; charts; each lead's result; the calls that are up.",
    "callback": "What was posted to your URLs, each attempt, and replay.",
    "event": "Subscriptions: URLs that receive one kind of event.",
    "do not call": "Numbers that must not be dialled.",
    "number plan": "Which network a number belongs to.",
    "erasure": "Forget a person, and never call the number again.",
    "tenant": "The tenant's own limits and retention.",
    "audit": "Who changed what, when, from where.",
    "older paths": "The same objects in the shapes of the older versions.",
    "agents": "Agents and their sessions; users, groups and extensions behind them.",
    "switches": "Switches: for the operator of the installation.",
    "gateways": "Gateways and grants: for the operator of the installation.",
    "switch": "What switches post themselves.",
    "health": "The state of the process and of the parts that it needs.",
}

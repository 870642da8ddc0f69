"""Every key in Redis, named once.

``callbeat:wakeup:{what}``  set while a request for ``what`` waits; lapses by itself after a few seconds
"""


def wakeup(what: str) -> str:
    return f"callbeat:wakeup:{what}"

"""The simulated switch: a process that speaks the event socket and decides by a model what becomes of calls."""

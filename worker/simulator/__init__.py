"""The simulated switch: a process that speaks the event socket and lets a model decide the course of each call.

It never imports ``worker.telephony``, so that a bug in one of them cannot hide behind the same bug in the other.
"""

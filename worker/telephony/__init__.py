"""The FreeSWITCH adapter: dials through the event socket and turns switch events into call events."""

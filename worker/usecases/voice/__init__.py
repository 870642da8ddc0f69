"""What callees hear: which calls are spoken with, and with which sounds."""

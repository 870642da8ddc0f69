"""Ports for planning, dialling and ending calls; the ports of other subjects may import these."""

"""Plan, dial and settle calls; what they report is written to the outbox."""

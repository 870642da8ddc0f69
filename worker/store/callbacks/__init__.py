"""Repositories for callbacks: outbox, hosts, URLs, subscriptions."""

"""Ports: the interfaces that use cases need from outside; the same contract tests run on adapters and fakes."""

"""Ports for storing and reading what operators manage: tenants, campaigns, carriers, lists, leads, CDRs."""

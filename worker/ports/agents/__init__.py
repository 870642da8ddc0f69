"""What the use cases of agents need from the store."""

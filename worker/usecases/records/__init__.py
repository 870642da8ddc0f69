"""Create, change, read and explain what operators store."""

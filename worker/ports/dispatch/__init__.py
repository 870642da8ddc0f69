"""What planning, dialling and settling calls need; the base that other subjects may read."""

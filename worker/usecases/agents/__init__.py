"""What agents do, and what happens to them."""

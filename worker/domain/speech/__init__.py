"""What a callee hears: text, numbers and sounds, in the order in which they are played."""

"""What clients send, checked for its form; whether it makes sense is for the use cases."""

"""Orders and carts."""

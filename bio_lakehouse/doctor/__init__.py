"""What stands in a lake's way, and what to do about it; nothing is written or changed."""

"""What the tests stand on: databases of their own and a small host."""

"""Tests of what the wire takes and gives."""

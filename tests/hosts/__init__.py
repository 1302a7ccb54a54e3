"""Hosts of every flavour: each mounts the extension its own way, then sells a course for credits."""

"""Where other packages are connected, each in a file of its own that is imported only when it is used."""

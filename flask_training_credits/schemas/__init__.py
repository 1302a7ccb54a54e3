"""What the HTTP interface takes and gives: one schema validates, dumps and documents each shape."""

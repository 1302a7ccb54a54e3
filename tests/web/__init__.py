"""The pages, one file for each view module and each tool they share."""

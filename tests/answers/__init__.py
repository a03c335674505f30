"""Questions about two data sets that nobody here made, whose answers were computed elsewhere."""

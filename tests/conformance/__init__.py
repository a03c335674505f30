"""Index == evaluator == SQL, on random trees over random contacts."""

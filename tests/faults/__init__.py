"""Named faults, each on real servers and real processes, after which the index must equal the database by itself."""

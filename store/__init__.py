"""PostgreSQL: the truth. Tables, migrations, change capture, and the reads and writes that several processes share."""

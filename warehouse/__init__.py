"""What Mingzhang remembers: the record, the readers, raw tables and publications."""

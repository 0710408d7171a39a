{{ accepted_rows('announced_tables') }}

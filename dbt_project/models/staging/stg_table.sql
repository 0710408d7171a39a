{{ accepted_rows('tables') }}

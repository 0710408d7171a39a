{{ accepted_rows('indicators') }}

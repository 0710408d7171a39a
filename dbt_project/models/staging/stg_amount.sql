{{ accepted_rows('amounts') }}

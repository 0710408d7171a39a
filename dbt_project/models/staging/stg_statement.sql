{{ accepted_rows('statements') }}

{{ accepted_rows('notices') }}

{{ accepted_rows('procurement') }}

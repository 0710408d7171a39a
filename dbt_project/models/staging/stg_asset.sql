{{ accepted_rows('assets') }}

{{ accepted_rows_by_type('projects') }}

{{ accepted_rows_by_type('tables', reason=true) }}

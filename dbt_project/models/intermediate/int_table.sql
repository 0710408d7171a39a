{{ rows_by_edition('stg_table', reason=true) }}

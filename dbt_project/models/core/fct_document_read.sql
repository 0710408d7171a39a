-- Every reading of a file and how it ended.
select
    event_id,
    position,
    run_id,
    site_id,
    recorded_at,
    document_sha256,
    reader_version,
    outcome,
    reason,
    format,
    table_count,
    amount_count,
    seconds
from {{ ref('stg_document_read') }}

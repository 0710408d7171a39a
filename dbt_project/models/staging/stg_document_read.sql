select
    event_id,
    position,
    run_id,
    site_id,
    recorded_at,
    payload ->> '$.sha256' as document_sha256,
    payload ->> '$.reader_version' as reader_version,
    payload ->> '$.outcome' as outcome,
    payload ->> '$.reason' as reason,
    payload ->> '$.format' as format,
    cast(payload ->> '$.tables' as integer) as table_count,
    cast(payload ->> '$.amounts' as integer) as amount_count,
    cast(payload ->> '$.seconds' as double) as seconds
from {{ ref('stg_event') }}
where type = 'document.read'

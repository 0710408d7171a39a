select
    event_id,
    position,
    run_id,
    site_id,
    occurred_at,
    recorded_at,
    payload ->> '$.url' as url,
    payload ->> '$.kind' as kind,
    payload ->> '$.outcome' as outcome,
    payload ->> '$.referer' as referer,
    payload ->> '$.final_url' as final_url,
    cast(payload ->> '$.http_status' as integer) as http_status,
    payload ->> '$.sha256' as document_sha256,
    cast(payload ->> '$.byte_count' as bigint) as byte_count,
    payload ->> '$.content_type' as content_type,
    payload ->> '$.detail' as detail
from {{ ref('stg_event') }}
where type = 'fetch.finished'

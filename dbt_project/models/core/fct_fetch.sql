-- Every request and how it ended: "how long has this failed?" is a query.
select
    event_id,
    position,
    run_id,
    site_id,
    occurred_at,
    recorded_at,
    url,
    kind,
    outcome,
    referer,
    http_status,
    document_sha256,
    byte_count,
    content_type,
    detail
from {{ ref('stg_fetch') }}

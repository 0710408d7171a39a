select
    position,
    run_id,
    site_id,
    recorded_at,
    payload ->> '$.url' as url,
    payload ->> '$.sha256' as document_sha256,
    payload ->> '$.title' as title,
    cast(payload ->> '$.fiscal_year' as integer) as fiscal_year,
    payload ->> '$.phase' as phase,
    payload ->> '$.agency_name' as agency_name,
    payload ->> '$.imported_by' as imported_by
from {{ ref('stg_event') }}
where type = 'document.imported'

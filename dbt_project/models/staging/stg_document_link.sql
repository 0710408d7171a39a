select
    position,
    run_id,
    site_id,
    recorded_at,
    payload ->> '$.url' as url,
    payload ->> '$.page_url' as page_url,
    payload ->> '$.link_text' as link_text,
    payload ->> '$.page_title' as page_title,
    cast(payload ->> '$.fiscal_year' as integer) as fiscal_year,
    payload ->> '$.phase' as phase,
    payload ->> '$.scope' as scope,
    payload ->> '$.agency_name' as agency_name,
    try_cast(payload ->> '$.published_on' as date) as published_on
from {{ ref('stg_event') }}
where type = 'document.linked'

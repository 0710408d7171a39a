select
    event_id,
    position,
    run_id,
    site_id,
    occurred_at,
    recorded_at,
    payload ->> '$.listing_url' as listing_url,
    payload ->> '$.column_name' as column_name,
    cast(payload ->> '$.complete' as boolean) as is_complete,
    cast(payload ->> '$.page_count' as integer) as page_count,
    payload -> '$.entries' as entries,
    cast(json_array_length(payload, '$.entries') as integer) as entry_count
from {{ ref('stg_event') }}
where type = 'listing.observed'

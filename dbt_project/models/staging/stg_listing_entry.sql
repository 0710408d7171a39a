with entry as (
    select
        position,
        site_id,
        listing_url,
        recorded_at,
        unnest(cast(entries as json[])) as entry
    from {{ ref('stg_listing') }}
)

select
    position,
    site_id,
    listing_url,
    recorded_at,
    entry ->> '$.url' as url,
    entry ->> '$.title' as title,
    try_cast(entry ->> '$.listed_on' as date) as listed_on
from entry

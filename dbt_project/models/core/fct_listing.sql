-- Every observation of a listing; absence may be concluded only from complete ones.
select
    event_id,
    position,
    run_id,
    site_id,
    recorded_at,
    listing_url,
    column_name,
    is_complete,
    page_count,
    entry_count
from {{ ref('stg_listing') }}

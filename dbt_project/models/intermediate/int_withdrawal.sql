-- Addresses that a complete listing once held and that its last two complete observations do not hold any more.
-- "Not in the listing" is believed only from complete listings, and only twice.
with complete_listing as (
    select
        site_id,
        listing_url,
        position,
        recorded_at
    from {{ ref('stg_listing') }}
    where is_complete
),

listed as (
    select
        site_id,
        listing_url,
        url,
        max(position) as last_position
    from {{ ref('stg_listing_entry') }}
    group by all
),

absent as (
    select
        listed.url,
        listed.listing_url,
        count(later.position) as absences,
        (list(later.recorded_at order by later.position))[2] as absent_at
    from listed
    left join complete_listing as later
        on
            listed.site_id = later.site_id
            and listed.listing_url = later.listing_url
            and listed.last_position < later.position
    group by all
)

-- Listed in several columns: gone only when gone from all of them.
select
    url,
    max(absent_at) as withdrawn_at
from absent
group by url
having min(absences) >= 2

-- How often in a row complete observations of a listing have not held an address that it once held: a row where that
-- changes (0 listed, 1 absent once, 2 absent twice). "Not in the listing" is believed only from complete listings;
-- that it is there, from any.
with listing as (
    select
        site_id,
        listing_url,
        position,
        recorded_at,
        is_complete,
        sum(cast(is_complete as integer)) over (partition by site_id, listing_url order by position) as complete_count
    from {{ ref('stg_listing') }}
),

listed as (
    select distinct
        entry.site_id,
        entry.listing_url,
        entry.url,
        listing.position,
        listing.recorded_at,
        listing.complete_count,
        listing.complete_count - cast(listing.is_complete as integer) as complete_before
    from {{ ref('stg_listing_entry') }} as entry
    inner join listing on entry.position = listing.position
),

run as (
    select
        *,
        lag(complete_count) over entries as last_complete_count,
        lead(position) over entries as next_position
    from listed
    window entries as (partition by site_id, listing_url, url order by position)
),

absent as (
    select
        run.site_id,
        run.listing_url,
        run.url,
        later.position,
        later.recorded_at,
        absence.absences
    from run
    cross join (values (1), (2)) as absence (absences)
    inner join listing as later
        on
            run.site_id = later.site_id
            and run.listing_url = later.listing_url
            and run.complete_count + absence.absences = later.complete_count
            and later.is_complete
    where coalesce(later.position < run.next_position, true)
)

select
    site_id,
    listing_url,
    url,
    position,
    recorded_at,
    0 as absences
from run
where coalesce(last_complete_count < complete_before, true)
union all
select
    site_id,
    listing_url,
    url,
    position,
    recorded_at,
    absences
from absent

-- The same of the address of a document: it is as absent as the least absent of the listed addresses that lead to it,
-- in any listing. An address that leads to it counts from the moment that this was seen.
with leads_to as (
    select
        url,
        unnest([url, page_url]) as via_url,
        recorded_at
    from {{ ref('stg_document_link') }}
),

path as (
    select
        leads_to.url,
        absence.site_id,
        absence.listing_url,
        absence.url as via_url,
        absence.recorded_at,
        absence.position,
        absence.absences,
        min(leads_to.recorded_at) as known_from
    from leads_to
    inner join {{ ref('int_listing_absence') }} as absence on leads_to.via_url = absence.url
    group by all
),

moment as (
    select distinct
        url,
        greatest(known_from, recorded_at) as recorded_at
    from path
),

absence_by_path as (
    select
        moment.url,
        moment.recorded_at,
        arg_max(path.absences, path.position) as absences
    from moment
    inner join path
        on
            moment.url = path.url
            and moment.recorded_at >= path.recorded_at
            and moment.recorded_at >= path.known_from
    group by moment.url, moment.recorded_at, path.site_id, path.listing_url, path.via_url
),

absence as (
    select
        url,
        recorded_at,
        min(absences) as absences
    from absence_by_path
    group by url, recorded_at
)

select *
from absence
qualify coalesce(lag(absences) over (partition by url order by recorded_at), 0) <> absences

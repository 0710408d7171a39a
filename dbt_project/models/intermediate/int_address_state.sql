-- What is known of the address of a document after every observation that changed it: which file stands there (the
-- version), or that none does. Built from successful observations and complete listings only: a failed fetch neither
-- ends nor begins anything. A file that is fetched again, or listed again, after it was withdrawn is a new version.
with seen as (
    select
        site_id,
        url,
        document_sha256,
        position,
        recorded_at
    from {{ ref('stg_fetch') }}
    where
        outcome in ('stored', 'unchanged')
        and document_sha256 is not null
        and (
            kind = 'document'
            -- Tables typed into the page: the page is the document, and is linked to as such.
            or url in (select link.url from {{ ref('stg_document_link') }} as link)
        )
    union all
    select
        site_id,
        url,
        document_sha256,
        position,
        recorded_at
    from {{ ref('stg_document_import') }}
),

first_seen as (
    select
        url,
        min(recorded_at) as recorded_at
    from seen
    group by url
),

-- Listings stand before what was fetched at the same moment: a file that is there is there.
observed as (
    select
        url,
        recorded_at,
        position,
        site_id,
        document_sha256,
        0 as absences
    from seen
    union all by name
    select
        absence.url,
        absence.recorded_at,
        0 as position,
        absence.absences
    from {{ ref('int_address_absence') }} as absence
    inner join first_seen on absence.url = first_seen.url and absence.recorded_at >= first_seen.recorded_at
),

held as (
    select
        url,
        recorded_at,
        position,
        site_id,
        absences,
        document_sha256 is not null as is_seen,
        last_value(document_sha256 ignore nulls) over history as document_sha256
    from observed
    window history as (partition by url order by recorded_at, position)
),

compared as (
    select
        *,
        case
            when absences = 2 then null
            when lag(document_sha256) over history is null then 'present'
            when lag(absences) over history = 2 then 'restored'
            when lag(document_sha256) over history <> document_sha256 then 'changed'
        end as begins_as
    from held
    -- An absence at the very moment of the first fetch came before it.
    where document_sha256 is not null
    window history as (partition by url order by recorded_at, position)
)

select
    url,
    recorded_at,
    position,
    is_seen,
    last_value(site_id ignore nulls) over history as site_id,
    document_sha256,
    count(begins_as) over history as version_number,
    case absences
        when 0 then last_value(begins_as ignore nulls) over history
        when 1 then 'absent'
        else 'withdrawn'
    end as state
from compared
window history as (partition by url order by recorded_at, position)

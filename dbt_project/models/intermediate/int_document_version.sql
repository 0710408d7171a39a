-- Which file stood under which address, and when. Built from successful observations only: a failed fetch
-- neither ends nor begins a version. A run of observations of the same file is one version.
with observed as (
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

marked as (
    select
        *,
        coalesce(lag(document_sha256) over (partition by url order by position) <> document_sha256, true) as begins
    from observed
),

numbered as (
    select
        *,
        sum(cast(begins as integer)) over (partition by url order by position) as version_number
    from marked
),

version as (
    select
        url,
        version_number,
        any_value(document_sha256) as document_sha256,
        arg_min(site_id, position) as site_id,
        min(recorded_at) as recorded_from,
        min(position) as first_position,
        max(recorded_at) as last_seen_at
    from numbered
    group by url, version_number
)

select
    *,
    lead(recorded_from) over (partition by url order by version_number) as replaced_at
from version

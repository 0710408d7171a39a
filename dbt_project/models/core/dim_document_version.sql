with address as (
    select
        url,
        page_url as via_url
    from {{ ref('stg_document_link') }}
    union
    select
        url,
        url as via_url
    from {{ ref('stg_document_link') }}
),

listed as (
    select distinct url
    from {{ ref('stg_listing_entry') }}
),

-- A document is gone when every listed address that leads to it is gone.
withdrawal as (
    select
        address.url,
        max(gone.withdrawn_at) as withdrawn_at
    from address
    inner join listed on address.via_url = listed.url
    left join {{ ref('int_withdrawal') }} as gone on address.via_url = gone.url
    group by address.url
    having count(*) = count(gone.url)
)

select
    {{ key_of(['version.url', 'version.version_number']) }} as document_version_key,
    version.document_sha256,
    document.disclosure_key,
    version.url,
    document.page_url,
    document.title,
    document.published_on,
    version.recorded_from,
    coalesce(version.replaced_at, withdrawal.withdrawn_at) as recorded_to,
    version.last_seen_at,
    case
        when version.replaced_at is not null then 'superseded'
        when withdrawal.withdrawn_at is not null then 'withdrawn'
        else 'current'
    end as status
from {{ ref('int_document_version') }} as version
inner join {{ ref('int_document') }} as document on version.document_sha256 = document.document_sha256
left join withdrawal
    on version.url = withdrawal.url and version.recorded_from < withdrawal.withdrawn_at

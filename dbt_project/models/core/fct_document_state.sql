-- The states of every address of a document, one after the other, without gaps; the last one lasts.
with change as (
    select
        url,
        document_sha256,
        state,
        cast(null as varchar) as moved_to_url,
        recorded_at,
        2 * row_number() over history as step
    from {{ ref('int_address_state') }}
    window history as (partition by url order by recorded_at, position)
    qualify
        state is distinct from lag(state) over history
        or version_number is distinct from lag(version_number) over history
    union all
    select
        version.url,
        version.document_sha256,
        'moved' as state,
        version.moved_to_url,
        version.moved_at as recorded_at,
        2 * count(*) + 1 as step
    from {{ ref('int_document_version') }} as version
    inner join {{ ref('int_address_state') }} as earlier
        on version.url = earlier.url and version.moved_at >= earlier.recorded_at
    where version.moved_at is not null
    group by all
),

-- Of what was recorded at one moment the last is what is known after it.
lasting as (
    select *
    from change
    qualify row_number() over (partition by url, recorded_at order by step desc) = 1
)

select
    {{ key_of(['url', 'recorded_at']) }} as document_state_key,
    url,
    document_sha256,
    state,
    recorded_at as recorded_from,
    lead(recorded_at) over (partition by url order by recorded_at) as recorded_to,
    moved_to_url
from lasting

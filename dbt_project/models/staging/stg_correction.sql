-- Decisions of people, and when they were taken back.
with revoked as (
    select
        payload ->> '$.correction_id' as correction_id,
        min(recorded_at) as revoked_at
    from {{ ref('stg_event') }}
    where type = 'correction.revoked'
    group by all
)

select
    made.event_id as correction_id,
    made.position,
    made.recorded_at,
    revoked.revoked_at,
    made.payload ->> '$.sha256' as document_sha256,
    cast(made.payload ->> '$.table_ordinal' as integer) as table_ordinal,
    made.payload ->> '$.what' as what,
    made.payload ->> '$.value' as value,
    made.payload ->> '$.author' as author,
    made.payload ->> '$.reason' as reason
from {{ ref('stg_event') }} as made
left join revoked on made.event_id = revoked.correction_id
where made.type = 'correction.made'

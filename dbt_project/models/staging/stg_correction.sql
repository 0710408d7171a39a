-- Decisions of people that stand: not revoked, and the latest on what they decide.
select
    made.event_id as correction_id,
    made.position,
    made.recorded_at,
    made.payload ->> '$.sha256' as document_sha256,
    cast(made.payload ->> '$.table_ordinal' as integer) as table_ordinal,
    made.payload ->> '$.what' as what,
    made.payload ->> '$.value' as value,
    made.payload ->> '$.author' as author,
    made.payload ->> '$.reason' as reason
from {{ ref('stg_event') }} as made
left join {{ ref('stg_event') }} as revoked
    on made.event_id = (revoked.payload ->> '$.correction_id') and revoked.type = 'correction.revoked'
where made.type = 'correction.made' and revoked.event_id is null
qualify row_number() over (
    partition by made.payload ->> '$.sha256', made.payload ->> '$.table_ordinal', made.payload ->> '$.what'
    order by made.position desc
) = 1

-- Events that count: what was observed until `as_of`; what was derived from it (readings, loads) counts whenever made.
select
    position,
    event_id,
    type,
    run_id,
    site_id,
    occurred_at,
    recorded_at,
    cast(payload as json) as payload
from {{ source('record', 'event') }}
where
    recorded_at <= cast('{{ var("as_of") }}' as timestamptz)
    or type in ('document.read', 'load.landed', 'load.validated')

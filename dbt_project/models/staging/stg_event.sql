-- Events that count: what was observed until MINGZHANG_AS_OF, and all that was derived from observations (readings,
-- loads), whenever it was made.
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
    recorded_at <= cast('{{ env_var("MINGZHANG_AS_OF", "infinity") }}' as timestamptz)
    or type in ('document.read', 'load.landed', 'load.validated')

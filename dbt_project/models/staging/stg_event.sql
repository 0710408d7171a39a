-- Events that count: what was observed until MINGZHANG_AS_OF, and all that was derived from observations (readings,
-- loads), whenever it was made; of all these, up to the position MINGZHANG_UNTIL.
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
    position <= {{ env_var("MINGZHANG_UNTIL", "9223372036854775807") }}
    and (
        recorded_at <= cast('{{ env_var("MINGZHANG_AS_OF", "infinity") }}' as timestamptz)
        or type in ('document.read', 'load.landed', 'load.validated')
    )

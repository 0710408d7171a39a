-- Loads that the gate accepted; its last judgement counts.
with landed as (
    select
        payload ->> '$.load_id' as load_id,
        max(position) as position
    from {{ ref('stg_event') }}
    where type = 'load.landed'
    group by all
),

judged as (
    select
        payload ->> '$.load_id' as load_id,
        arg_max(cast(payload ->> '$.accepted' as boolean), position) as is_accepted
    from {{ ref('stg_event') }}
    where type = 'load.validated'
    group by all
)

select
    landed.load_id,
    landed.position
from landed
inner join judged on landed.load_id = judged.load_id
where judged.is_accepted

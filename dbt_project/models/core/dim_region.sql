select
    region_code,
    region_name,
    level,
    nullif(parent_code, '') as parent_code,
    nullif(last_edition, '') as last_edition,
    source
from {{ ref('region') }}

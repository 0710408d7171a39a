select
    site_id,
    site_name,
    region_code
from {{ ref('stg_site') }}

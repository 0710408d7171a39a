select distinct
    disclosure_key,
    region_code,
    agency_key,
    cast(fiscal_year as integer) as fiscal_year,
    phase,
    scope
from {{ ref('int_document') }}

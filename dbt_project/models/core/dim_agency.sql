with code as (
    select
        agency_key,
        max(agency_code) as agency_code
    from {{ ref('int_document') }}
    where agency_key is not null and agency_code <> ''
    group by agency_key
)

-- Names that no document was assigned to are left out.
select
    agency.agency_key,
    agency.region_code,
    code.agency_code,
    agency.agency_name,
    agency.dept_type
from ({{ agencies_at("'infinity'") }}) as agency
left join code on agency.agency_key = code.agency_key
where agency.agency_key in (select document.agency_key from {{ ref('int_document') }} as document)

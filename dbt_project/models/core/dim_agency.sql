with alias as (
    select
        agency.agency_key,
        kind.dept_type
    from (select distinct
        agency_key,
        core_name
    from {{ ref('int_agency_name') }}) as agency
    inner join {{ ref('dept_type_alias') }} as kind on regexp_matches(agency.core_name, kind.pattern)
    qualify row_number() over (
        partition by agency.agency_key
        order by kind.priority, length(regexp_extract(agency.core_name, kind.pattern)) desc, kind.dept_type
    ) = 1
),

code as (
    select
        agency_key,
        max(agency_code) as agency_code
    from {{ ref('int_document') }}
    where agency_key is not null and agency_code <> ''
    group by agency_key
),

-- The fullest printed name stands for all of them. Names that no document was assigned to are left out.
agency as (
    select
        agency_key,
        region_code,
        agency_name
    from {{ ref('int_agency_name') }}
    where agency_key in (select document.agency_key from {{ ref('int_document') }} as document)
    qualify row_number() over (
        partition by agency_key
        order by agency_name like '%本级' or agency_name like '%机关', length(agency_name) desc, agency_name
    ) = 1
)

select
    agency.agency_key,
    agency.region_code,
    code.agency_code,
    agency.agency_name,
    coalesce(alias.dept_type, 'unrecognised') as dept_type
from agency
left join alias on agency.agency_key = alias.agency_key
left join code on agency.agency_key = code.agency_key

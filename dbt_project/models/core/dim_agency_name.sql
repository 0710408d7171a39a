-- Every name of an agency that documents, pages or people gave, from when it was known.
with kind as (
    select
        agency.agency_key,
        alias.dept_type
    from (select distinct
        agency_key,
        core_name
    from {{ ref('int_agency_name') }}) as agency
    inner join {{ ref('dept_type_alias') }} as alias on regexp_matches(agency.core_name, alias.pattern)
    qualify row_number() over (
        partition by agency.agency_key
        order by alias.priority, length(regexp_extract(agency.core_name, alias.pattern)) desc, alias.dept_type
    ) = 1
)

select
    name.agency_key,
    name.region_code,
    name.agency_name,
    coalesce(kind.dept_type, 'unrecognised') as dept_type,
    min(name.recorded_from) as recorded_from
from {{ ref('int_agency_name') }} as name
left join kind on name.agency_key = kind.agency_key
group by name.agency_key, name.region_code, name.agency_name, kind.dept_type

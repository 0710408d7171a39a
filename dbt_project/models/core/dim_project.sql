-- Projects by agency, code and name. `line_name` joins a project over years: names are equal without years and the
-- words 经费, 资金, 费用, 项目 at the end, or the one contains the other (at least four characters) and both never stand in the
-- same year, when they would be two projects. Anything looser would be a guess.
with core_name as (
    select
        agency_key,
        core_name,
        list(distinct fiscal_year) as years
    from {{ ref('int_project') }}
    group by all
),

line as (
    select
        long.agency_key,
        long.core_name,
        arg_min(short.core_name, length(short.core_name)) as shorter_name
    from core_name as long
    inner join core_name as short
        on
            long.agency_key = short.agency_key
            and long.core_name <> short.core_name
            and length(short.core_name) >= 4
            and contains(long.core_name, short.core_name)
            and not list_has_any(long.years, short.years)
    group by all
)

select
    project.project_key,
    project.agency_key,
    any_value(project.region_code) as region_code,
    nullif(any_value(project.pro_code), '') as pro_code,
    arg_min(project.project_name, project.document_sha256) as project_name,
    any_value(coalesce(line.shorter_name, project.core_name)) as line_name,
    any_value(line.shorter_name) is not null as is_contained,
    -- Hebei codes carry the set-up year after the region: 130303 24 P…; Henan: region(6) + year(2) + 12.
    any_value(
        case
            when regexp_full_match(project.pro_code, '[0-9]{8}P[0-9A-Z]{12}|[0-9]{20}')
                then 2000 + cast(project.pro_code[7:8] as integer)
        end
    ) as setup_year
from {{ ref('int_project') }} as project
left join line on project.agency_key = line.agency_key and project.core_name = line.core_name
group by project.project_key, project.agency_key
